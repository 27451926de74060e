"""The plots of the gradient: what they draw is what the analyses say, to the last digit."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from playground.cell.library import LIBRARY
from playground.errors import BadInput
from playground.network.inspections.spec import (
    Connectivity,
    GradientPerUnit,
    GradientThroughTime,
    ItemisedGradient,
    Spectrum,
)
from playground.network.spec import Layer, Net
from playground.network.traces import NetTraces, Traces
from playground.tasks.base import Batch, Facts, Probe
from playground.training.curves import Curves
from playground.training.messages import Scalars
from playground.ui.figures.still import StillSession
from playground.ui.plots import make_plot
from playground.ui.plots.spectrum import limit
from playground.ui.plots.stack import stacked
from playground.ui.plots.text_grid import TextGrid, symbols_of
from playground.ui.plots.unit_gradient import scaled


def chosen(plot, **choices):
    for part, value in choices.items():
        assert plot.chooser(part).choose(value), part
        plot.refresh()
    return plot


# -- through time -------------------------------------------------------------------------------------------------


def test_another_node_or_the_last_error_alone_is_asked_of_the_worker(shown, session) -> None:
    plot = shown("gradient")
    np.testing.assert_array_equal(plot._found["LSTM c"], session.traces.networks[1].gradients["layer2/c"])
    chosen(plot, node="forget")
    wanted = session.inspections.look(GradientThroughTime("LSTM", "layer2", ("forget",)))["forget"]
    np.testing.assert_array_equal(plot.chart.curves["LSTM forget"].source.y, wanted)
    assert list(plot.chart.curves) == ["LSTM forget"], "the plain RNN has no such node"
    assert "forget" in plot.chart.frame.y_axis.label
    chosen(plot, node="", loss="last")
    wanted = session.inspections.look(GradientThroughTime("LSTM", "layer2", ("h", "c"), "last"))
    assert set(plot._found) == {"Plain RNN h", "LSTM h", "LSTM c"}
    np.testing.assert_array_equal(plot._found["LSTM c"], wanted["c"])
    assert any("last step alone" in header for header in plot.columns())


def test_a_task_with_one_error_has_nothing_to_choose(qtbot, session) -> None:
    facts = Facts("t", "", 1, 1, 40, "mse", ("mse",), "last")
    still = StillSession(session.experiment, traces=session.traces, facts=facts, probe=session.probe)
    plot = make_plot("gradient", still)
    qtbot.addWidget(plot)
    plot.refresh()
    assert plot._loss.count() == 1 and plot._loss.isHidden()


def test_what_the_worker_says_against_it_stands_in_the_plot(shown) -> None:
    plot = shown("gradient")
    plot.session.inspections.look = None
    plot.session.inspections._answers.clear()
    chosen(plot, node="forget")
    assert plot.chart.frame.message.startswith("Press Space")

    def refuse(question):
        raise BadInput("networks.LSTM", "there is no such node any more", "choose another node")

    plot.session.inspections.look = refuse
    plot.make_stale()
    plot.refresh()
    assert "no such node" in plot.chart.frame.message


# -- per unit -----------------------------------------------------------------------------------------------------


def test_units_are_signed_and_the_scale_can_be_chosen(shown, session) -> None:
    plot = chosen(shown("unit_gradient"), layer=("LSTM", "layer1"), node="forget")
    wanted = session.inspections.look(GradientPerUnit("LSTM", "layer1", "forget"))["gradient"]
    np.testing.assert_array_equal(plot._values, wanted)
    assert plot._heat.grid == (4, 40) and plot.chart.heat_on
    log = plot._heat._indices.copy()
    chosen(plot, scale="linear")
    assert not np.array_equal(log, plot._heat._indices)
    signs = np.sign(plot._heat._indices.astype(int) - 128)
    assert ((signs == 0) | (signs == np.sign(wanted.T))).all()
    table = plot.columns()
    np.testing.assert_array_equal(table["gradient of layer1.forget.3 [loss/1]"], wanted[:, 3])


def test_the_logarithmic_scale() -> None:
    np.testing.assert_allclose(
        scaled(np.array([1.0, -1.0, 1e-3, -1e-3, 1e-9, 0.0]), 1.0), [1, -1, 0.5, -0.5, 0, 0], atol=1e-12
    )
    assert np.isnan(scaled(np.array([np.nan]), 1.0)).all()


# -- itemised -----------------------------------------------------------------------------------------------------


def test_the_stacked_parts_add_up_to_the_line_that_is_drawn(shown, session) -> None:
    plot = chosen(shown("itemised"), layer=("LSTM", "layer1"), node="c")
    answer = session.inspections.look(ItemisedGradient("LSTM", "layer1", "c"))
    total = session.inspections.look(GradientThroughTime("LSTM", "layer1", ("c",)))["c"]
    low, high = plot._stack.edges
    parts, drawn = plot._parts(False)
    assert np.abs(parts.sum(axis=0) - total).max() <= 1e-6 and np.abs(drawn - total).max() <= 1e-6
    assert np.abs(np.where(parts >= 0, high - low, low - high) - parts).max() <= 1e-12
    np.testing.assert_array_equal(parts, answer["shares"])
    assert "add up to its norm" in plot.chart.frame.y_axis.label
    table = plot.columns()
    rows = np.array([values for header, values in table.items() if header.startswith("part of the error")])
    assert np.abs(rows.sum(axis=0) - table["total [loss/1]"]).max() <= 1e-6


def test_shares_add_up_to_one_and_units_have_signs(shown) -> None:
    plot = chosen(shown("itemised"), layer=("LSTM", "layer1"), mode="shares")
    parts, total = plot._parts(True)
    np.testing.assert_allclose(parts.sum(axis=0)[total == 1], 1.0, atol=1e-9)
    chosen(plot, mode="parts", unit=2)
    assert (plot._found["total"] < 0).any() and "unit 2" in plot.chart.frame.y_axis.label


def test_norms_are_shown_unstacked_and_said_to_be_norms(shown, session) -> None:
    plot = chosen(shown("itemised"), layer=("LSTM", "layer1"), mode="norms")
    norms = session.inspections.look(ItemisedGradient("LSTM", "layer1", "h"))["norms"]
    assert plot.chart.heat_on and plot._heat.grid == norms.shape and not plot._stack.isVisible()
    assert all("norm of the error" in header for header in list(plot.columns())[2:])
    assert plot.chart.read_at(1930.0, 3.0).count("error at") == 1


def test_the_item_of_the_cursors_step_is_told(shown, session) -> None:
    plot = chosen(shown("itemised"), layer=("LSTM", "layer1"))
    session.set_time(20)
    plot.refresh()
    assert plot._stack._chosen == 20
    assert "1941" in plot.chart.read_at(1930.0)


def test_positive_parts_pile_up_and_negative_ones_hang_down() -> None:
    low, high = stacked(np.array([[1.0, -1.0], [2.0, 3.0], [-4.0, -5.0]]))
    np.testing.assert_array_equal(low, [[0, -1], [1, 0], [-4, -6]])
    np.testing.assert_array_equal(high, [[1, 0], [3, 3], [0, -1]])


# -- connectivity -------------------------------------------------------------------------------------------------


def test_every_network_has_a_curve_and_the_cursor_asks(shown, session) -> None:
    plot = shown("connectivity")
    session.set_time(25)
    plot.refresh()
    for name in ("Plain RNN", "LSTM"):
        wanted = session.inspections.look(Connectivity(name, 25, 0))["norms"]
        drawn = plot.chart.curves[name].source.y
        np.testing.assert_array_equal(drawn[:26], wanted[:26])
        assert np.isnan(drawn[26:]).all(), "nothing reaches back from later"
    assert any("1946" in header for header in plot.columns())


TEXT = Facts(
    "text", "", 3, 3, 12, "cross_entropy", ("accuracy",), symbols=("a", "b", " "), input_symbols=("a", "b", " "),
    time_name="character",
)  # fmt: skip


@pytest.fixture
def reading(qtbot, session):
    """A text in the connectivity plot; what the answers say is known."""
    letters = [0, 1, 2, 0, 0, 1, 2, 1, 1, 0, 2, 0]
    inputs = np.eye(3)[letters][:, None]
    probe = Probe(Batch(inputs, np.zeros((12, 1), np.int64), np.ones((12, 1))), np.arange(12.0))
    norms = np.linspace(0, 2, 12)
    look = lambda question: {"norms": norms, "at": np.array([question.t, 1])}  # noqa: E731
    traces = Traces(0, inputs[:, 0], np.zeros((12, 1)), ())
    still = StillSession(session.experiment, traces=traces, facts=TEXT, probe=probe, look=look)
    plot = make_plot("connectivity", still)
    qtbot.addWidget(plot)
    plot.resize(420, 200)
    plot.show()
    qtbot.waitExposed(plot)
    plot.refresh()
    return plot


def test_a_text_is_shown_as_itself_and_shaded(reading) -> None:
    grid = next(item for item in reading.chart.scene().items() if isinstance(item, TextGrid))
    assert grid.isVisible() and reading.chart.frame.bare
    assert grid._symbols == tuple("ab aab bba a") and grid._shades[-1] == 1.0 and grid._shades[0] == 0.0
    picture = reading.grab().toImage()
    strong, weak = grid.cell_of(11), grid.cell_of(0)
    ratio = picture.devicePixelRatio()

    def shade(cell):
        return picture.pixelColor(int((cell.left() + 2) * ratio), int((cell.top() + 5) * ratio)).lightness()

    assert shade(strong) < shade(weak) - 30


def test_a_click_on_a_character_chooses_its_step(reading) -> None:
    grid = reading._text
    at = reading.chart.mapFromScene(grid.cell_of(4).center())
    QTest.mouseClick(reading.chart.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert reading.session.time == 4
    reading.refresh()
    assert grid._chosen == 4 and "0.7273" in grid.status and "36.4 %" in grid.status


def test_hovering_tells_the_number(reading) -> None:
    grid = reading._text
    at = reading.chart.mapFromScene(grid.cell_of(7).center())
    QTest.mouseMove(reading.chart.viewport(), at)
    QTest.mouseMove(reading.chart.viewport(), at + QPointF(1, 1).toPoint())
    assert "input b at 7" in grid.status and "63.6 %" in grid.status


def test_curves_of_a_text_too(reading) -> None:
    reading.chooser("view").choose("curves")
    reading.refresh()
    assert not reading._text.isVisible() and not reading.chart.frame.bare
    assert set(reading.chart.curves) == {"Plain RNN", "LSTM"}


def test_a_long_text_shows_the_rows_around_the_chosen_step(qtbot, reading) -> None:
    grid = reading._text
    symbols = ["word"] * 2000
    grid.set_text(symbols, np.zeros(2000), 1500)
    shown = [step for step, _ in grid._cells]
    assert 1500 in shown and len(shown) < 500
    assert grid.cell_of(0).isEmpty() and grid.step_at(grid.cell_of(1500).center()) == 1500


def test_steps_without_a_symbol_are_empty() -> None:
    assert symbols_of(np.array([[0, 1.0], [0, 0], [1, 0]]), ("a", "b")) == ["b", "", "a"]


# -- eigenvalues --------------------------------------------------------------------------------------------------


def test_the_marks_lie_where_the_eigenvalues_do(shown, session) -> None:
    plot = chosen(shown("spectrum"), layer=("LSTM", "layer1"))
    answer = session.inspections.look(Spectrum("LSTM", "layer1"))
    assert set(plot.chart.curves) == {name for name in answer if not name.endswith("|singular")}
    for name, curve in plot.chart.curves.items():
        drawn = np.sort_complex(curve.source.x + 1j * curve.source.y)
        np.testing.assert_allclose(drawn, np.sort_complex(answer[name] @ [1, 1j]))
    sigma = answer["forget.weight.h_prev|singular"][0]
    texts = [entry.text for entry in plot.chart.entries]
    assert any("σ₁" in text and f"{sigma:.3g}" in text and "< 1/γ = 4" in text for text in texts)
    chosen(plot, node="forget.weight.h_prev")
    assert list(plot.chart.curves) == ["forget.weight.h_prev"]
    value = answer["forget.weight.h_prev"][0]
    assert f"|λ| = {np.hypot(*value):.4g}" in plot.chart.read_at(*value)
    assert len(plot.columns()["singular value [1]"]) == 4


def test_a_circle_is_a_circle_at_any_size(qtbot, shown) -> None:
    plot = chosen(shown("spectrum"), layer=("Plain RNN", "layer1"))
    for size in ((420, 200), (300, 500), (900, 260)):
        plot.resize(*size)
        plot.refresh()
        m = plot.chart.mapping()
        across, down = np.diff(m.x(np.array([0.0, 1.0])))[0], -np.diff(m.y(np.array([0.0, 1.0])))[0]
        assert abs(across / down - 1) < 0.02, size
        assert m.value_x(m.rect.left()) <= -1 and m.value_y(m.rect.top()) >= 1


def test_a_cell_without_recurrent_matrices_says_so(qtbot, session) -> None:
    experiment = type(session.experiment)(networks=(Net("A", (Layer("layer1", "indrnn", 3),)),))
    still = StillSession(experiment, look=lambda question: {})
    plot = make_plot("spectrum", still)
    qtbot.addWidget(plot)
    plot.refresh()
    assert "no recurrent matrix" in plot.chart.frame.message


def test_the_slope_decides_what_a_singular_value_is_compared_with() -> None:
    assert limit(LIBRARY["lstm"], "forget.weight.h_prev") == 4.0
    assert limit(LIBRARY["lstm"], "candidate.weight.h_prev") == 1.0
    assert limit(LIBRARY["lstm_1997"], "candidate.weight.h_prev") == 1.0, "4σ − 2 is as steep as tanh"
    assert limit(LIBRARY["lstm"], "nothing.weight.h_prev") is None


# -- clipping -----------------------------------------------------------------------------------------------------


def test_before_and_after_clipping_and_the_threshold(shown, session) -> None:
    plot = shown("clipping")
    norms = session.curves.gradient_norms[0]
    threshold = session.experiment.training.clip_norm
    np.testing.assert_array_equal(plot.chart.curves["Plain RNN before"].source.y, norms)
    after = plot.chart.curves["Plain RNN after"].source.y
    np.testing.assert_array_equal(after, np.minimum(norms, threshold))
    assert plot.chart.levels.levels == ((f"threshold θ = {threshold:g}", threshold),)


def test_each_step_is_clipped_at_what_the_threshold_was_then(shown, session) -> None:
    curves = Curves(["Plain RNN", "LSTM"])
    for first, clip in ((1, 1.0), (11, 0.0), (21, 0.5)):
        steps = list(range(first, first + 10))
        curves.append_scalars(Scalars(1, steps, [[0.1] * 10] * 2, [[2.0] * 10] * 2, 0.1, 0.0, 0, clip))
    session.curves = curves
    plot = shown("clipping")
    after = plot.chart.curves["LSTM after"].source.y
    assert after.tolist() == [1.0] * 10 + [2.0] * 10 + [0.5] * 10
    np.testing.assert_array_equal(plot.columns()["LSTM gradient norm after clipping [loss/1]"], after)
    curves.append_scalars(Scalars(1, [31], [[0.1]] * 2, [[9.0]] * 2, 0.1, 0.0, 0, 0.5))
    session.scalars_changed.emit()
    plot.refresh()
    assert plot.chart.curves["LSTM after"].source.y.tolist() == [*after.tolist(), 0.5]


# -- both times ---------------------------------------------------------------------------------------------------


def test_columns_are_moments_of_the_training(qtbot, session) -> None:
    for step in range(101, 150):
        nets = [NetTraces(net.name, net.output, {}, {k: g * step for k, g in net.gradients.items()})
                for net in session.traces.networks]  # fmt: skip
        session.flows.take(Traces(step, session.traces.inputs, session.traces.targets, tuple(nets)))
    plot = make_plot("gradient_history", session)
    qtbot.addWidget(plot)
    plot.resize(420, 200)
    plot.refresh()
    plot._layer.choose(("LSTM", "layer1"))
    plot.refresh()
    table = plot.columns()
    assert table["training step [step]"].tolist() == list(range(100, 150))
    wanted = session.traces.networks[1].gradients["layer1/h"]
    np.testing.assert_allclose(
        table["gradient norm of layer1.h at t = 39 [loss/1]"][1:], wanted[39] * np.arange(101, 150), rtol=1e-5
    )
    assert plot.chart.frame.y_axis.labels[0] == "year" and plot._heat.grid[0] == 40
    assert "after step 120" in plot.chart.read_at(119.6, 5.0)


def test_an_answer_stays_while_the_plot_is_out_of_sight_and_goes_with_its_run(shown, session) -> None:
    plot = shown("spectrum", 600, 400)
    assert plot.chart.curves
    before = plot.chart.grab().toImage()
    plot.hide()
    session.inspections._answers.clear()
    session.inspections.look = None  # nobody answers any more
    plot.show()
    plot.refresh()
    assert plot.chart.frame.message == "" and plot.chart.grab().toImage() == before
    session.started.emit(None)
    plot.refresh()
    assert plot.chart.frame.message.startswith("Press Space") and not plot.chart.curves
