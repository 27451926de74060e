import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from playground.errors import BadInput
from playground.export.catalogue import PLOT_NAMES
from playground.network.spec import Net
from playground.network.traces import NetTraces, Traces
from playground.tasks.base import Facts
from playground.training.curves import Curves
from playground.ui.figures.still import StillSession
from playground.ui.plots import PLOTS, make_plot
from playground.ui.plots.history import Line
from playground.ui.plots.menu import build_menu
from playground.ui.state import Selection
from playground.ui.theme import THEMES


def test_every_plot_that_is_listed_exists() -> None:
    assert list(PLOTS) == list(PLOT_NAMES) or set(PLOTS) == set(PLOT_NAMES)
    with pytest.raises(BadInput, match="there is no plot 'nonsense'"):
        make_plot("nonsense", None)


@pytest.mark.parametrize("name", PLOTS)
def test_a_plot_says_what_it_is_and_labels_its_axes(name: str, shown) -> None:
    plot = shown(name)
    assert plot.objectName() == f"plot.{name}" and plot.accessibleName() == plot.title != ""
    assert plot.chart.frame.x_axis.label and plot.chart.frame.y_axis.label
    assert plot.chart.frame.message == ""
    assert all(chooser.accessibleName() and chooser.objectName() for chooser in plot.choosers)


@pytest.mark.parametrize("name", PLOTS)
def test_without_data_there_is_a_calm_line(name: str, qtbot, session) -> None:
    still = StillSession(session.experiment, theme=THEMES["dark"])
    plot = make_plot(name, still)
    qtbot.addWidget(plot)
    plot.resize(420, 160)
    plot.refresh()
    assert plot.chart.frame.message.startswith("Press S")  # Space, or Start
    assert plot.summary() == plot.chart.frame.message
    plot.grab()


@pytest.mark.parametrize("name", PLOTS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_plot_draws_something_in_both_themes(name: str, theme: str, shown, session) -> None:
    plot = shown(name)
    session.theme_changed.emit(THEMES[theme])
    picture = plot.grab().toImage()
    colours = {picture.pixelColor(x, y).name() for x in range(0, 420, 3) for y in range(0, 200, 3)}
    assert THEMES[theme].panel.lower() in colours and len(colours) > 8


def test_the_same_data_is_not_drawn_twice(shown, session) -> None:
    plot = shown("loss")
    before = plot.refreshes
    plot.refresh()
    assert plot.refreshes == before
    session.scalars_changed.emit()
    assert plot.stale
    plot.refresh()
    assert plot.refreshes == before + 1


def test_loss_shows_train_test_and_baselines(shown, session) -> None:
    plot = shown("loss")
    kinds = ("raw", "train", "test")
    assert set(plot.chart.curves) == {f"{net} {kind}" for net in ("Plain RNN", "LSTM") for kind in kinds}
    assert plot.chart.curves["LSTM test"].style.dash and not plot.chart.curves["LSTM train"].style.dash
    assert [text for text, _ in plot.chart.levels.levels] == ["last value", "linear AR(9)"]
    assert plot.chart.curves["LSTM train"].style.mark != plot.chart.curves["Plain RNN train"].style.mark
    assert plot.chart.frame.y_axis.label == "loss (mean squared error)"
    text = plot.chart.read_at(200.0)
    assert text.startswith("step 200") and "LSTM train" in text and "LSTM test" in text


def test_log_and_linear_axes(shown) -> None:
    plot = shown("loss")
    assert plot.log_y and plot.chart.area.viewRange()[1][1] <= 1.0
    plot.set_log_y(False)
    plot.refresh()
    low, high = plot.chart.area.viewRange()[1]
    assert low == 0.0 and high > 0.7
    assert plot.settings()["log_y"] is False


def test_smoothing_can_be_set_and_switched_off(shown) -> None:
    plot = shown("loss")
    plot.set_span(100)
    plot.refresh()
    smooth = plot.chart.curves["Plain RNN train"].source.y
    assert np.std(smooth[100:]) < 0.3 * np.std(plot.session.curves.losses[0])
    plot.set_span(1)
    plot.refresh()
    assert "LSTM raw" not in plot.chart.curves
    np.testing.assert_array_equal(plot.chart.curves["LSTM train"].source.y, plot.session.curves.losses[1])


def test_a_million_steps_hand_few_points_to_the_curve(shown, session) -> None:
    steps = 1_000_000
    x = np.arange(1, steps + 1, dtype=float)
    y = np.exp(-x / 2e5) + 0.1 * np.random.default_rng(0).random(steps)

    both = np.stack([y, y])
    arrays = {"steps": x, "losses": both, "gradient_norms": both, "test_steps": x[::50], "test_losses": both[:, ::50]}
    session.curves = Curves.from_arrays(arrays, ("Plain RNN", "LSTM"))
    plot = shown("loss")
    handed = {key: curve.drawn for key, curve in plot.chart.curves.items()}
    assert 200 < handed["LSTM raw"] <= 2 * plot.chart.mapping().rect.width() + 4
    assert max(handed.values()) <= 2 * plot.chart.mapping().rect.width() + 4


def test_gates_show_every_gate_and_the_cell_state_dashed(shown, session) -> None:
    plot = shown("gates")
    assert list(plot.chart.curves) == ["input", "forget", "candidate", "output", "c"]
    assert plot.chart.curves["c"].style.dash and not plot.chart.curves["forget"].style.dash
    assert plot.chart.curves["forget"].style.colour(THEMES["light"]) == THEMES["light"].forget
    assert plot.chart.frame.x_axis.label == "year"
    assert plot.chart.area.viewRange()[0] == [1921.0, 1960.0]


def test_one_unit_or_the_mean(shown, session) -> None:
    plot = shown("gates")
    values = session.traces.networks[1].nodes["layer1/forget"]
    plot._layer.choose(("LSTM", "layer1"))
    plot.refresh()
    np.testing.assert_allclose(plot.chart.curves["forget"].source.y, values.mean(axis=1))
    assert plot.chart.curves["forget"].band is not None
    plot._unit.choose(2)
    plot.refresh()
    np.testing.assert_array_equal(plot.chart.curves["forget"].source.y, values[:, 2])
    assert plot.chart.curves["forget"].band is None


def test_the_selected_layer_is_the_one_that_is_shown(shown, session) -> None:
    plot = shown("hidden")
    session.select(Selection("layer", "LSTM", "layer2"))
    plot.refresh()
    assert plot.chart.heat.grid == (5, 40)
    session.select(Selection("layer", "Plain RNN", "layer1"))
    plot.refresh()
    assert plot.chart.heat.grid == (6, 40)


def test_a_network_that_is_gone_is_not_drawn(shown, session) -> None:
    plots = [shown(name) for name in PLOTS]
    session.experiment = type(session.experiment)(name="x", networks=(session.experiment.networks[1],))
    session.document_changed.emit(session.experiment)
    for plot in plots:
        plot.refresh()
        assert not any("Plain RNN" in key for key in plot.chart.curves)
    session.experiment = type(session.experiment)(name="x", networks=(Net("Other", ()),))
    session.document_changed.emit(session.experiment)
    for plot in plots:
        plot.refresh()


def test_heatmap_levels_widen_and_stay(shown, session) -> None:
    plot = shown("hidden")
    assert plot._level == 1.0
    big = dict(session.traces.networks[1].nodes) | {"layer1/h": np.full((40, 4), 3.5)}
    net = session.traces.networks[1]
    nets = (NetTraces("LSTM", net.output, big, {}, 0.0),)
    session.traces = Traces(1, session.traces.inputs, session.traces.targets, nets)
    session.traces_changed.emit(session.traces)
    plot.refresh()
    assert plot._level == 4.0 and plot._bar.high == "+4"


def test_infinite_and_missing_values_break_nothing(shown, session) -> None:
    plots = [shown(name) for name in PLOTS]
    bad = np.full((40, 1), np.nan)
    bad[3] = np.inf
    nodes = {key: np.full_like(value, np.nan) for key, value in session.traces.networks[1].nodes.items()}
    net = NetTraces("LSTM", bad, nodes, {"layer1/h": np.zeros(40), "layer2/h": np.full(40, np.inf)}, float("nan"))
    session.traces = Traces(1, bad, bad, (net,))
    session.traces_changed.emit(session.traces)
    session.curves.append_steps([401, 402], [[np.nan, np.inf], [0.0, -1.0]], [[0.0, 0.0], [0.0, 0.0]])
    session.scalars_changed.emit()
    for plot in plots:
        plot.refresh()
        plot.grab()


def test_gradients_are_one_curve_per_network(shown) -> None:
    plot = shown("gradient")
    assert list(plot.chart.curves) == ["Plain RNN h", "LSTM h", "LSTM c"]
    low, high = plot.chart.area.viewRange()[1]
    assert low <= -9.0 and high >= 0.0


def test_few_targets_are_marks_and_many_are_a_curve(qtbot, shown, session) -> None:
    plot = shown("prediction")
    assert not plot.chart.curves["target"].style.dots and "input" not in plot.chart.curves
    targets = session.traces.targets.copy()
    targets[:-1] = np.nan
    session.traces = Traces(1, session.traces.inputs, targets, session.traces.networks)
    session.traces_changed.emit(session.traces)
    plot.refresh()
    assert plot.chart.curves["target"].style.dots and "input" in plot.chart.curves
    assert np.isfinite(plot.chart.curves["LSTM"].source.y).sum() == 1
    assert "input" in plot.chart.read_at(1930.0)


def test_classes_are_a_heatmap_with_the_right_symbols_marked(shown, session) -> None:
    symbols = tuple("abc \n")
    session.facts = Facts("Text", "", 5, 5, 40, "cross_entropy", ("bits_per_symbol",), symbols=symbols)
    session.probe = None
    wanted = np.arange(40) % 5
    probabilities = np.full((40, 5), 0.02)
    probabilities[np.arange(40), wanted] = 0.92
    nets = tuple(NetTraces(name, p, {}, {}, loss) for name, p, loss in (
        ("Plain RNN", np.full((40, 5), 0.2), 1.6), ("LSTM", probabilities, 0.1)))  # fmt: skip
    session.traces = Traces(1, np.zeros((40, 5)), wanted[:, None].astype(float), nets)
    plot = shown("prediction")
    assert plot._net.currentData() == "LSTM"
    assert plot.chart.frame.y_axis.names == ("a", "b", "c", "␣", "↵")
    assert plot.chart.heat.isVisible() and plot.chart.heat.grid == (5, 40)
    text = plot.chart.read_at(3.0)
    assert "right: ␣ 0.92" in text
    assert "LSTM ␣ [1]" in plot.export_data().columns and "LSTM ↵ [1]" in plot.export_data().columns


def test_dragging_the_cursor_sets_the_time(qtbot, shown, session) -> None:
    plot = shown("gates")
    plot.chart.cursor.set_at(1930.0)
    session.time = 9
    view, mapping = plot.chart.viewport(), plot.chart.mapping()

    def at(year: float) -> QPoint:
        return QPoint(round(float(mapping.x(np.array([year]))[0])), round(mapping.rect.center().y()))

    QTest.qWait(20)  # pyqtgraph passes over moves that follow each other too closely
    QTest.mouseMove(view, at(1930.0))
    QTest.mousePress(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at(1930.0))
    for year in (1935.0, 1942.0, 1950.0):
        QTest.qWait(20)
        QTest.mouseMove(view, at(year))
        QApplication.processEvents()
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at(1950.0))
    assert session.time == 29
    assert plot.chart.cursor.at == 1950.0
    assert plot.chart.area.viewRange()[0] == [1921.0, 1960.0]


def test_a_click_sets_the_time(qtbot, shown, session) -> None:
    plot = shown("hidden")
    mapping = plot.chart.mapping()
    where = QPoint(round(float(mapping.x(np.array([1940.0]))[0])), round(mapping.rect.center().y()))
    QTest.mouseClick(plot.chart.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, where)
    assert session.time == 19


def test_wheel_zooms_drag_pans_and_a_double_click_goes_home(qtbot, shown, session) -> None:
    plot = shown("loss")
    view, home = plot.chart.viewport(), plot.chart.area.viewRange()
    centre = plot.chart.mapping().rect.center()
    where = QPointF(centre)
    wheel = QWheelEvent(where, view.mapToGlobal(where), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton,
                        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
    QApplication.sendEvent(view, wheel)
    (x0, x1), _ = plot.chart.area.viewRange()
    assert x1 - x0 < home[0][1] - home[0][0] and not plot.chart.following
    session.scalars_changed.emit()
    plot.refresh()
    assert plot.chart.area.viewRange()[0] == [x0, x1], "new data must not undo a person's zoom"
    QTest.mousePress(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, centre.toPoint())
    for offset in (20, 40, 60):
        QTest.qWait(20)
        QTest.mouseMove(view, centre.toPoint() + QPoint(offset, 0))
        QApplication.processEvents()
    there = centre.toPoint() + QPoint(60, 0)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, there)
    assert plot.chart.area.viewRange()[0][0] < x0
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, centre.toPoint())
    QTest.mouseDClick(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, centre.toPoint())
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, centre.toPoint())
    assert plot.chart.area.viewRange() == home and plot.chart.following


def test_the_legend_switches_curves(qtbot, shown) -> None:
    plot = shown("loss")
    entry = next(item for item in plot.chart._legend.items if item.entry.group == "LSTM")
    where = plot.chart.mapFromScene(entry.mapToScene(entry.boundingRect().center()))
    QTest.mouseClick(plot.chart.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, where)
    assert not plot.chart.curves["LSTM train"].isVisible() and not plot.chart.curves["LSTM test"].isVisible()
    assert plot.chart.curves["Plain RNN train"].isVisible()
    plot.chart.switch("test")
    assert not plot.chart.curves["Plain RNN test"].isVisible()
    settings = plot.settings()
    plot.chart.switch("LSTM")
    plot.restore(settings)
    assert plot.chart.hidden == {"LSTM", "test"}


def test_hovering_reads_values(qtbot, shown) -> None:
    plot = shown("prediction")
    rect = plot.chart.mapping().rect
    QTest.mouseMove(plot.chart.viewport(), rect.center().toPoint())
    QApplication.processEvents()
    assert plot.chart.readout.isVisible()
    assert "target" in plot.chart.readout.text() and "LSTM" in plot.chart.readout.text()
    assert plot.chart.readout.head.startswith("year 19")


@pytest.mark.parametrize("name", PLOTS)
def test_the_menu_has_everything(name: str, shown) -> None:
    plot = shown(name)
    menu = build_menu(plot)
    names = {action.objectName() for action in menu.actions()}
    assert {"export.svg", "export.pdf", "export.png", "export.csv", "copy", "reset_zoom"} <= names
    if name == "loss":
        log = next(action for action in menu.actions() if action.objectName() == "log_y")
        log.toggle()
        assert plot.log_y is False
        smoothing = menu.findChild(QMenu, "smoothing")
        smoothing.actions()[0].trigger()
        assert plot.span == 1


def test_the_own_menu_replaces_pyqtgraphs(qtbot, shown) -> None:
    plot = shown("loss")
    centre = plot.chart.mapping().rect.center().toPoint()
    plot.chart.customContextMenuRequested.emit(centre)
    menus = [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, QMenu) and widget.isVisible()]
    assert [menu.objectName() for menu in menus] == ["plot.loss.menu"]
    menus[0].close()
    assert plot.chart.area.menu is None


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    """WCAG 2 contrast ratio."""
    high, low = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES.values(), ids=str)
def test_lines_and_texts_have_enough_contrast(theme) -> None:
    lines = [theme.role(role) for role in ("input", "forget", "input_gate", "output", "candidate", "cell", "hidden")]
    for colour in [*lines, *theme.contestants, theme.accent]:
        assert contrast(colour, theme.panel) >= 3.0, colour
    for colour in [theme.text, theme.muted, *theme.contestants]:
        assert contrast(colour, theme.panel) >= 4.5, colour


def test_a_point_that_has_no_place_on_a_logarithmic_axis_is_read_at_its_edge(shown) -> None:
    """The test before the first training step, say."""
    plot = shown("metric")
    plot.chart.set_log_x(True)
    for curve in plot.chart.shown():
        curve.set_source(Line(np.array([0.0, 400.0]), np.array([0.5, 0.25])))
    text = plot.chart.read_at(1.0)
    assert text.startswith("step 0") and plot.chart.readout.isVisible()
