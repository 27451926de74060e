"""The plots of gates and memory: what they draw is what the traces and the analyses say, and what a click does."""

from collections import Counter

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QListWidget

from playground.experiment.document import Experiment
from playground.network.fixed_points import FIXED, SLOW
from playground.network.histogram import BINS
from playground.network.inspections.spec import FixedPoints, ParameterHistograms, SelectionMatches
from playground.network.portrait import principal_basis
from playground.network.selection import find_matches, on_throughout, select_units
from playground.network.spec import Layer, Net
from playground.network.traces import NetTraces, Traces
from playground.tasks.base import Batch, Facts, Probe
from playground.training.run import Run
from playground.ui.figures.still import StillSession
from playground.ui.plots import make_plot
from playground.ui.plots.sorted_units import steady_order
from playground.ui.plots.trajectory import TrajectoryPlot, eye, memory_sources
from playground.ui.run.inspections import Answer
from playground.ui.state import RunState
from playground.ui.theme import THEMES

LSTM2 = ("LSTM", "layer2")


def chosen(plot, **choices):
    for part, value in choices.items():
        assert plot.chooser(part).choose(value), (part, value)
        plot.refresh()
    return plot


def drag(view, start: QPoint, *stops: QPoint, keys=Qt.KeyboardModifier.NoModifier) -> None:
    """A drag with the left button, as slowly as pyqtgraph wants it; QTest's moves know no keys."""
    QTest.qWait(20)
    QTest.mouseMove(view, start)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, keys, start)
    left = Qt.MouseButton.LeftButton
    for stop in stops:
        QTest.qWait(20)
        at, there = QPointF(stop), QPointF(view.mapToGlobal(stop))
        move = QMouseEvent(QEvent.Type.MouseMove, at, there, Qt.MouseButton.NoButton, left, keys)
        QApplication.sendEvent(view, move)
    QTest.mouseRelease(view, left, keys, stops[-1])


def pixel(plot, x: float, y: float) -> QPoint:
    m = plot.chart.mapping()
    return QPoint(round(float(m.x(np.array([x]))[0])), round(float(m.y(np.array([y]))[0])))


# -- gates and units ----------------------------------------------------------------------------------------------


def test_all_units_of_a_gate_sorted_by_their_mean(shown, session) -> None:
    plot = chosen(shown("gates"), layer=LSTM2, unit=-2)
    values = session.traces.networks[1].nodes["layer2/input"]
    order = np.argsort(-values.mean(axis=0))
    assert plot.chart.heat_on and plot.chart.heat.isVisible() and not plot.chart.curves
    assert plot.chart.frame.y_axis.names == tuple(str(unit) for unit in order)
    assert f"unit {order[1]} (mean" in plot.chart.read_at(1930.0, 1.0)
    assert not plot.chooser("node").isHidden()
    chosen(plot, node="forget")
    assert plot.chart.frame.y_axis.label.startswith("unit of")
    picked = []
    plot.unit_picked.connect(lambda layer, unit: picked.append((layer, unit)))
    forget = np.argsort(-session.traces.networks[1].nodes["layer2/forget"].mean(axis=0))
    QTest.mouseClick(plot.chart.viewport(), Qt.MouseButton.LeftButton, pos=pixel(plot, 1930.0, 2.0))
    assert picked == [(LSTM2, int(forget[2]))]
    settings = plot.settings()
    chosen(plot, unit=-1)
    assert not plot.chart.heat_on and list(plot.chart.curves) == ["input", "forget", "candidate", "output", "c"]
    assert plot.chart.frame.y_axis.label.startswith("gates and state") and plot.chooser("node").isHidden()
    plot.restore(settings)
    plot.refresh()
    assert plot.chart.heat_on and plot.chooser("node").currentData() == "forget"
    assert "layer2.forget.4 [1]" in plot.columns()


def test_rows_do_not_jump_while_means_hardly_move() -> None:
    means = np.array([0.1, 0.5, 0.3])
    order = steady_order(means, np.zeros(0, np.intp), 0.02)
    assert order.tolist() == [1, 2, 0]
    assert steady_order(np.array([0.31, 0.5, 0.30]), order, 0.02).tolist() == [1, 2, 0]
    assert steady_order(np.array([0.33, 0.5, 0.30]), order, 0.02).tolist() == [1, 0, 2]
    assert steady_order(np.array([np.nan, 0.5, 0.6]), order, 0.02).tolist() == [2, 1, 0]


def test_a_heatmap_of_every_node(qtbot) -> None:
    net = Net("A", (Layer("layer1", "lstm", 5), Layer("layer2", "gru", 3)))
    run = Run(Experiment(name="x", networks=(net,)))
    session = StillSession(run.experiment, None, run.traces(), run.facts, run.probe)
    plot = make_plot("hidden", session)
    qtbot.addWidget(plot)
    plot.refresh()
    for layer in ("layer1", "layer2"):
        chosen(plot, layer=("A", layer))
        chooser = plot.chooser("node")
        offered = {chooser.itemData(i) for i in range(chooser.count())}
        traced = {key.partition("/")[2] for key in session.traces.networks[0].nodes if key.startswith(layer)}
        assert offered == traced
        for node in sorted(offered):
            chosen(plot, node=node)
            values = session.traces.networks[0].nodes[f"{layer}/{node}"]
            assert plot.chart.heat.grid == values.shape[::-1] and not plot.chart.frame.message


# -- against the training step ------------------------------------------------------------------------------------


def grow(session, moments: int = 12) -> None:
    """Traces of a training in which the gates open."""
    base = session.traces
    session.units.clear()
    for k in range(moments):
        nets = tuple(
            NetTraces(net.name, net.output, {
                key: values ** (1 / (1 + k)) if key.endswith("forget") else values for key, values in net.nodes.items()
            }) for net in base.networks
        )  # fmt: skip
        session.units.take(Traces(10 * k, base.inputs, base.targets, nets), session.experiment)
    session.traces_changed.emit(base)


def test_saturation_counts_what_is_open_and_shut(shown, session) -> None:
    grow(session)
    plot = chosen(shown("saturation"), layer=LSTM2)
    values = session.traces.networks[1].nodes["layer2/forget"]
    source = plot.chart.curves["forget open"].source
    assert source.x.tolist() == [10.0 * k for k in range(12)]
    np.testing.assert_allclose(source.y, [(values ** (1 / (1 + k)) >= 0.95).mean() for k in range(12)], atol=1e-6)
    shut = plot.chart.curves["forget shut"]
    np.testing.assert_allclose(shut.source.y[0], (values <= 0.05).mean(), atol=1e-6)
    assert shut.style.dash and not plot.chart.curves["forget open"].style.dash
    candidate = session.traces.networks[1].nodes["layer2/candidate"]
    both = plot.chart.curves["candidate both"].source.y[-1]
    assert both == pytest.approx((np.abs(candidate) >= 0.95).mean(), abs=1e-6)
    assert "c" not in {key.split()[0] for key in plot.chart.curves}, "a cell state has no ends"
    assert {entry.text for entry in plot.chart.entries} >= {"≥ 0.95", "≤ 0.05", "|v| ≥ 0.95"}
    plot.chart.switch("shut")
    assert not plot.chart.curves["input shut"].isVisible() and plot.chart.curves["input open"].isVisible()
    table = plot.columns()
    assert next(iter(table)) == "training step [step]" and len(table["forget saturated high [1]"]) == 12


def test_a_layer_without_bounded_gates_says_so(qtbot) -> None:
    experiment = Experiment(name="x", networks=(Net("A", (Layer("layer1", "irnn", 3),)),))
    run = Run(experiment)
    plot = make_plot("saturation", StillSession(experiment, None, run.traces(), run.facts, run.probe))
    qtbot.addWidget(plot)
    plot.refresh()
    assert plot.chart.frame.message.startswith("No gate of this layer has bounds")


def test_histograms_of_activations(shown, session) -> None:
    grow(session)
    plot = chosen(shown("histograms"), layer=LSTM2, of="activations", node="forget")
    assert plot.chart.area.viewRange()[1] == [0.0, 1.0], "the whole range of a gate"
    values = session.traces.networks[1].nodes["layer2/forget"]
    for number, part in enumerate((0.05, 0.5, 0.95)):
        line = plot.chart.curves[str(part)].source
        np.testing.assert_allclose(line.y[0], np.quantile(values, part), atol=0.02)
        assert line.x[-1] == 110.0 and number < 3
    assert not plot.chart.mapping().down, "values grow upwards"
    reading = plot.chart.read_at(0.0, float(np.median(values)))
    assert "after step 0" in reading and "median" in reading
    table = plot.columns()
    assert sum(table[f"values in bin {k + 1} of {BINS} [count]"][0] for k in range(BINS)) == values.size
    before = plot.chart.curves["0.5"].source.y[-1]
    assert before > 0.9, "in the end the gate is open"


def test_histograms_of_weights_and_gradients_are_recorded_as_answers_come(shown, session) -> None:
    plot = chosen(shown("histograms"), layer=LSTM2, of="weights", node="forget.all")
    assert plot.session.inspections.result(ParameterHistograms("LSTM", "layer2", "weights")) is not None
    assert len(plot._history.steps) == 1 and plot.chart.frame.y_axis.label == "weight (no unit)"
    arrays = session.inspections.look(ParameterHistograms("LSTM", "layer2", "weights"))
    place = ("LSTM", "layer2", "weights")
    session.run_state = RunState("training", 200)
    for step in (150, 150, 200):
        plot._record(place, Answer(step, arrays))
    plot.make_stale()
    plot.refresh()
    assert plot._history.steps.tolist() == [100, 150, 200]
    labels = [plot.chooser("node").itemText(i) for i in range(plot.chooser("node").count())]
    assert "forget ← x" in labels and "forget: bias" in labels
    session.run_state = RunState("training", 7)
    plot._record(place, Answer(7, arrays))
    assert plot._recorded[(*place, "forget.all")].steps.tolist() == [7], "the run began again"
    session.run_state = RunState("paused", 500)
    plot._record(place, Answer(300, arrays))
    plot._record(place, Answer(100, arrays))
    assert plot._recorded[(*place, "forget.all")].steps.tolist() == [7, 300], "a look back is no moment of the training"
    chosen(plot, of="gradients", node="forget.weight.x")
    assert "log₁₀ |∂L/∂w|" in plot.chart.frame.y_axis.label and not plot.chart.frame.message
    assert "lowest value [log10(loss/1)]" in plot.columns()


def test_only_so_many_histories_are_kept(shown, session) -> None:
    plot = chosen(shown("histograms"), of="weights")
    arrays = {f"w{k}": np.ones(BINS) for k in range(50)} | {f"w{k}|range": np.array([0.0, 1.0]) for k in range(50)}
    for net in "ABC":
        plot._record((net, "layer1", "weights"), Answer(1, arrays))
    assert len(plot._recorded) <= 64 and ("C", "layer1", "weights", "w49") in plot._recorded


# -- the state's way ----------------------------------------------------------------------------------------------


def test_the_trajectory_is_the_states_in_their_components(shown, session) -> None:
    plot = chosen(shown("trajectory", 600, 400), layer=LSTM2)
    nodes = session.traces.networks[1].nodes
    cell_order = memory_sources(
        next(c for c in [__import__("playground.cell.library", fromlist=["x"]).LIBRARY["lstm"]])
    )
    states = np.concatenate([nodes[f"layer2/{source}"] for source in cell_order], axis=1)
    basis = principal_basis(states)
    np.testing.assert_allclose(plot._places, basis.project(states), atol=1e-9)
    assert plot.chart.frame.x_axis.label.startswith(f"principal component 1 ({100 * basis.shares[0]:.0f} %")
    answer = session.inspections.look(FixedPoints("LSTM", "layer2", "mean"))
    assert len(plot._points) == len(answer["points"]) > 0
    np.testing.assert_allclose(plot._points[0].place, basis.project(answer["points"][:1])[0], atol=1e-9)
    shown_kinds = {entry.group for entry in plot.chart.entries}
    assert shown_kinds == {point.kind for point in plot._points}
    table = plot.columns()
    assert len(table["what"]) == 40 + len(plot._points) and "principal component 3 [1]" in table
    m = plot.chart.mapping()
    across, up = (m.x1 - m.x0) / m.rect.width(), (m.y1 - m.y0) / m.rect.height()
    assert across == pytest.approx(up, rel=1e-6), "equal units"
    description = TrajectoryPlot.DESCRIPTION
    assert FIXED == 1e-14 and SLOW == 1e-4 and "1e-14" in description and "1e-4" in description


def test_a_click_near_the_path_sets_the_time(shown, session) -> None:
    plot = chosen(shown("trajectory", 600, 400), layer=LSTM2)
    x, y = plot._places[17, :2]
    QTest.mouseClick(plot.chart.viewport(), Qt.MouseButton.LeftButton, pos=pixel(plot, x, y))
    near = plot._path.nearest(x, y)
    assert session.time == near and np.hypot(*(plot._places[near, :2] - [x, y])) < 1e-9
    plot.refresh()
    assert "year 19" in plot.chart.read_at(x, y)


def test_three_components_are_turned_by_a_drag_and_by_keys(shown, session) -> None:
    plot = chosen(shown("trajectory", 600, 400), layer=LSTM2, view="3d")
    assert plot.chart.frame.bare and plot._path.turns
    before, flat = list(plot._angles), plot._path._points.copy()
    middle = plot.chart.mapping().rect.center().toPoint()
    drag(plot.chart.viewport(), middle, middle + QPoint(30, 10), middle + QPoint(60, 20))
    assert plot._angles[0] != before[0] and np.abs(plot._path._points - flat).max() > 1e-3
    np.testing.assert_allclose(plot._path._points, plot._places @ eye(*plot._angles).T)
    now = plot._angles[1]
    plot.setFocus()
    QTest.keyClick(plot, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert plot._angles[1] > now
    chosen(plot, view="1 3")
    assert not plot.chart.frame.bare and not plot._path.turns
    assert plot.chart.frame.y_axis.label.startswith("principal component 3")


@pytest.mark.parametrize(("around", "towards"), [(0.0, 0.0), (1.1, -0.7), (4.0, 1.5)])
def test_a_turned_view_keeps_lengths(around: float, towards: float) -> None:
    E = eye(around, towards)
    np.testing.assert_allclose(E @ E.T, np.eye(2), atol=1e-12)


def test_which_input_is_held_is_asked(shown, session) -> None:
    plot = chosen(shown("trajectory", 600, 400), layer=LSTM2, input="now")
    asked = next(iter(plot._questions.values()))
    assert asked == FixedPoints("LSTM", "layer2", "now", 0)
    session.set_time(11)
    plot.refresh()
    assert next(iter(plot._questions.values())) == FixedPoints("LSTM", "layer2", "now", 11)


def test_a_layer_without_memory_has_no_trajectory(qtbot) -> None:
    experiment = Experiment(name="x", networks=(Net("A", (Layer("layer1", "dense_tanh", 3),)),))
    run = Run(experiment)
    session = StillSession(experiment, None, run.traces(), run.facts, run.probe, look=run.look)
    plot = make_plot("trajectory", session)
    qtbot.addWidget(plot)
    plot.refresh()
    assert plot.chart.frame.message == "This layer has no memory, so it has no state."


# -- text ---------------------------------------------------------------------------------------------------------


def test_a_text_is_shaded_by_a_unit_and_a_click_sets_the_time(shown, session) -> None:
    symbols = tuple("abc \n")
    codes = np.arange(40) % 5
    inputs = np.eye(5)[codes][:, None]
    session.facts = Facts("Text", "", 5, 5, 40, "cross_entropy", ("bits_per_symbol",), input_symbols=symbols)
    session.probe = Probe(Batch(inputs, codes[:, None], np.ones((40, 1))), np.arange(40.0))
    plot = chosen(shown("text", 500, 260), layer=LSTM2, node="c", unit=3)
    values = session.traces.networks[1].nodes["layer2/c"]
    level = max(1.0, np.abs(values).max())
    assert plot._symbols == [symbols[code] for code in codes]
    assert plot._level >= level * 0.999
    np.testing.assert_allclose(plot._text._shades, values[:, 3] / plot._level)
    cell = plot._text.cell_of(12)
    QTest.mouseClick(plot.chart.viewport(), Qt.MouseButton.LeftButton, pos=cell.center().toPoint())
    plot.refresh()
    assert session.time == 12 and "c at " in plot._text.status and "unit 3" in plot._text.status
    table = plot.columns()
    assert table["symbol [text]"][:5] == ["a", "b", "c", "␣", "↵"]
    np.testing.assert_array_equal(table["layer2.c.3 [1]"], values[:, 3])


def test_a_series_is_written_as_numbers(shown, session) -> None:
    plot = shown("text", 500, 260)
    assert plot._symbols[1] == f"{float(session.traces.inputs[1, 0]):.2g}".replace("-", "−")


# -- selection ----------------------------------------------------------------------------------------------------


@pytest.fixture
def selection(shown, session):
    plot = chosen(shown("selection", 700, 360), layer=LSTM2, node="forget")
    plot.set_threshold(0.4)
    plot.choose_steps(10, 11)
    plot.refresh()
    return plot


def test_units_and_matches_are_those_of_the_rule(selection, session) -> None:
    values = session.traces.networks[1].nodes["layer2/forget"]
    units = select_units(values, 10, 11, 0.4)
    assert len(units) and selection._units.tolist() == units.tolist()
    matches = find_matches(on_throughout(values, 0.4, 2), units, 2, [(10, 11)])
    assert selection._matches == matches and len(matches) > 2
    listed = selection.findChild(QListWidget, "plot.selection.matches")
    assert listed.item(0).text().startswith(f"1 · year {1921 + matches[0].start}–")
    question = SelectionMatches("LSTM", "layer2", "forget", tuple(units.tolist()), 0.4, 2)
    assert list(selection._questions.values()) == [question]
    assert listed.count() == len(matches) + len(session.inspections.result(question).arrays["start"])
    texts = [stretch.text for stretch in selection.chart.stretches.stretches]
    assert texts[:2] == ["◆", "1"]
    chosen(selection, rule="only")
    assert selection._units.tolist() == select_units(values, 10, 11, 0.4, only=True).tolist()


def test_a_click_in_the_list_goes_there_or_compares(selection, session, qtbot) -> None:
    listed = selection.findChild(QListWidget, "plot.selection.matches")
    rect = listed.visualItemRect(listed.item(1))
    QTest.mouseClick(listed.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    assert session.time == selection._matches[1].start
    row = len(selection._matches)
    listed.setCurrentRow(row)
    QTest.keyClick(listed, Qt.Key.Key_Return)
    selection.refresh()
    assert set(selection.chart.curves) == {"mean", "match"}
    means = selection._answer.arrays["means"][0]
    np.testing.assert_array_equal(selection.chart.curves["match"].source.y, means[: len(selection.times)][-18:])
    assert selection.chart.curves["match"].style.dash, "told apart not by colour alone"
    assert listed.currentRow() == row, "what was chosen stays chosen when everything is drawn again"


def test_steps_are_dragged(selection, session) -> None:
    view = selection.chart.viewport()
    y = 0.9
    drag(view, pixel(selection, 1925.0, y), pixel(selection, 1927.0, y), pixel(selection, 1929.0, y))
    selection.refresh()
    assert selection.steps == (4, 8) and not selection._dragging
    assert selection.chart.stretches.stretches[0].begin == pytest.approx(1924.5)
    home = selection.chart.area.viewRange()
    stops = [pixel(selection, x, y) for x, y in ((1925.0, 0.8), (1930.0, 0.4), (1940.0, 0.2))]
    drag(view, *stops, keys=Qt.KeyboardModifier.ShiftModifier)
    assert selection.steps == (4, 8) and selection.chart.area.viewRange() != home, "with Shift it is a zoom"


def test_the_threshold_is_dragged_and_nothing_is_asked_meanwhile(selection) -> None:
    asked = list(selection._questions.values())
    selection._level_moved(0.6, False)
    selection.refresh()
    assert selection.threshold == 0.6 and list(selection._questions.values()) == asked
    drag(selection.chart.viewport(), pixel(selection, 1950.0, 0.6), pixel(selection, 1950.0, 0.55),
         pixel(selection, 1950.0, 0.5))  # fmt: skip
    selection.refresh()
    assert selection.threshold == pytest.approx(0.5, abs=0.02)
    assert [question.threshold for question in selection._questions.values()] in ([], [selection.threshold])


def test_keys_do_the_same(selection, session) -> None:
    session.set_time(20)
    selection.setFocus()
    QTest.keyClick(selection, Qt.Key.Key_BracketLeft)
    session.set_time(24)
    QTest.keyClick(selection, Qt.Key.Key_BracketRight)
    assert selection.steps == (20, 24)
    QTest.keyClick(selection, Qt.Key.Key_PageUp)
    assert selection.threshold == pytest.approx(0.45)
    settings = selection.settings()
    other = make_plot("selection", session)
    other.restore(settings | {"steps": [24, 20]})
    assert other.threshold == pytest.approx(0.45) and other.steps == (20, 24)
    other.restore({"threshold": "x", "steps": [1, "y"]})
    assert other.threshold == pytest.approx(0.45)
    other.deleteLater()


def test_no_unit_is_said(selection) -> None:
    selection.set_threshold(5.0)
    selection.refresh()
    assert "no unit is on all along" in selection._list._head.text()
    assert not selection._questions and selection.columns()["units [numbers]"] == [""]


def test_the_list_lies_beside_or_below(selection) -> None:
    assert selection._list.geometry().left() == selection.chart.geometry().right() + 1
    selection.resize(300, 320)
    assert selection._list.geometry().top() == selection.chart.geometry().bottom() + 1


@pytest.mark.parametrize("name", ["saturation", "histograms", "trajectory", "text", "selection"])
@pytest.mark.parametrize("theme", THEMES)
def test_figures_in_both_themes(name: str, theme: str, shown, session, tmp_path) -> None:
    from playground.ui.figures import render

    plot = shown(name, 600, 300)
    session.theme_changed.emit(THEMES[theme])
    for format in ("svg", "csv"):
        path = render(plot, tmp_path / f"{name}.{format}", format)
        assert path.stat().st_size > 300


def test_the_list_has_the_colours_of_the_theme_also_under_the_windows_style(shown, session, qapp) -> None:
    from playground.ui.style import apply_theme

    plot = shown("selection", 700, 360)
    try:
        for theme in (THEMES["light"], THEMES["dark"]):
            apply_theme(qapp, theme)
            session.theme_changed.emit(theme)
            picture = plot.grab(plot._list.geometry()).toImage()
            colours = Counter(picture.pixelColor(x, y).name() for x in range(0, 180, 2) for y in range(0, 300, 2))
            most = {name for name, _ in colours.most_common(2)}
            assert most <= {theme.panel.lower(), theme.field.lower()}, theme.name
    finally:
        qapp.setStyleSheet("")


def test_a_small_plot_of_the_selection_is_all_chart(selection) -> None:
    selection.resize(300, 180)
    assert not selection._list.isVisible() and selection.chart.geometry() == selection.rect()
    selection.resize(700, 360)
    assert selection._list.isVisible()
