"""What a plot keeps from one drawing to the next is dropped as soon as what it is of is another."""

from dataclasses import replace

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import QPointF

from playground.network.histogram import histogram
from playground.network.inspections.spec import FixedPoints
from playground.network.selection import select_units
from playground.network.traces import NetTraces, Traces
from playground.ui.plots import ranges, smoothing
from playground.ui.plots.area import Area
from playground.ui.plots.histograms import HistogramsPlot
from playground.ui.plots.ranges import spread
from playground.ui.plots.smoothing import Smoothed
from playground.ui.plots.ticks import Axis
from playground.ui.run.inspections import Answer
from playground.ui.run.unit_record import MOST, SpreadHistory

LSTM2 = ("LSTM", "layer2")


def again(plot):
    plot.make_stale()
    plot.refresh()
    return plot


def other_nodes(session, **changed: np.ndarray) -> None:
    """Other values of nodes of the LSTM's second layer."""
    before: Traces = session.traces
    net: NetTraces = before.networks[1]
    nodes = net.nodes | {f"layer2/{node}": values for node, values in changed.items()}
    session.traces = replace(before, networks=(before.networks[0], replace(net, nodes=nodes)))


# -- ranges -------------------------------------------------------------------------------------------------------


def test_a_range_that_is_told_again_costs_nothing_until_something_else_is(shown, monkeypatch) -> None:
    chart = shown("loss").chart
    done = []
    for name in ("arrange", "map_anew"):
        before = getattr(chart, name)
        monkeypatch.setattr(chart, name, lambda name=name, before=before: (done.append(name), before()))
    chart.set_home((0.0, 500.0), (-3.0, 0.0))
    assert done, "it is another one"
    done.clear()
    chart.set_home((0.0, 500.0), (-3.0, 0.0))
    assert not done
    chart.set_home((0.0, 600.0), (-3.0, 0.0))
    assert done == ["map_anew"], "nothing takes another place"
    chart.frame.y_axis = Axis(("another",))
    chart.set_home((0.0, 600.0), (-3.0, 0.0))
    assert "arrange" in done[1:]
    done.clear()
    chart.arrange_later()
    chart.set_home((0.0, 600.0), (-3.0, 0.0))
    assert "arrange" in done


def test_a_range_that_was_moved_by_something_else_comes_back(shown) -> None:
    chart = shown("loss").chart
    chart.set_home((0.0, 500.0), (-3.0, 0.0))
    chart.area.setRange(xRange=(7.0, 8.0), padding=0)
    chart.set_home((0.0, 500.0), (-3.0, 0.0))
    assert chart.area.viewRange() == [[0.0, 500.0], [-3.0, 0.0]]
    chart.zoom(0.5)
    chart.set_home((0.0, 500.0), (-3.0, 0.0))
    assert chart.area.viewRange()[0] == [125.0, 375.0], "a person's zoom stays"
    chart.reset_zoom()
    assert chart.area.viewRange()[0] == [0.0, 500.0]
    chart.set_log_x(True)
    chart.set_home((1.0, 100.0), (-3.0, 0.0))
    assert chart.area.viewRange()[0] == [0.0, 2.0]


@pytest.mark.parametrize("x", [(0.0, 40.0), (5.0, 5.0), (-3.0, 1e-30)])
def test_an_x_range_that_is_shown_at_once_is_the_one_that_is_set(qapp, x: tuple[float, float]) -> None:
    quick, plain = Area(), Area()
    for area in (quick, plain):
        area.setGeometry(0, 0, 200, 100)
        area.setRange(xRange=(0.0, 10.0), yRange=(0.0, 1.0), padding=0)
        area.mapToView(QPointF(1, 1))  # whatever it keeps of that is made
    quick.show_x(*x)
    plain.setRange(xRange=x, padding=0)
    assert quick.viewRange() == plain.viewRange() and quick.state["targetRange"] == plain.state["targetRange"]
    assert quick.mapToView(QPointF(50, 20)) == plain.mapToView(QPointF(50, 20))
    for area in (quick, plain):
        area.scaleBy((0.5, 1.0))
    assert quick.viewRange() == plain.viewRange(), "and the mouse goes on from there"


def test_few_values_have_the_range_that_they_have_among_many(monkeypatch) -> None:
    few = [np.array([np.nan, 3.0, -1.0]), np.array([0.5, np.inf], np.float32), np.zeros(0)]
    found = [spread(few, positive) for positive in (False, True)]
    monkeypatch.setattr(ranges, "FEW", 0)
    assert found == [spread(few, positive) for positive in (False, True)] == [(-1.0, 3.0), (0.5, 3.0)]
    assert spread([]) is spread([np.full(2, np.nan)]) is None


@pytest.mark.parametrize("span", [1, 7])
def test_few_values_are_smoothed_as_many(span: int, monkeypatch) -> None:
    y, x = np.array([1.0, np.nan, 3.0, 2.0, 5.0, 4.0]), np.array([4.0, 8.0, 12.0, 13.0, 14.0, 15.0])
    slow, quick = Smoothed(span), Smoothed(span)
    slow.update(y[:2], x[:2], np.full(2, 4.0))
    slow.update(y, x, np.full(3, 4.0))
    monkeypatch.setattr(smoothing, "FEW", 0)
    quick.update(y[:2], x[:2], np.full(2, 4.0))
    quick.update(y, x, np.full(3, 4.0))
    np.testing.assert_allclose(slow.values, quick.values, rtol=1e-12)
    np.testing.assert_allclose(slow.places, quick.places, rtol=1e-12)


# -- choosers -----------------------------------------------------------------------------------------------------


def test_choosers_are_placed_anew_only_when_one_is_altered(shown, monkeypatch) -> None:
    plot = shown("gates", 420, 200)
    plot.place_choosers()
    layer, unit = plot.chooser("layer"), plot.chooser("unit")
    placed = []
    monkeypatch.setattr(plot.chart.frame, "shorten_title", placed.append)
    again(plot)
    assert not placed
    assert layer.currentData() == LSTM2 or layer.currentData()[0] == "LSTM"
    layer.blockSignals(True)
    layer.setCurrentIndex(0)
    layer.blockSignals(False)
    plot.place_choosers()
    assert placed, "its text is another"
    for change in (lambda: unit.move(0, 0), lambda: unit.resize(40, 20), unit.hide, unit.show):
        placed.clear()
        plot.place_choosers()
        assert not placed
        change()
        plot.place_choosers()
        assert placed
    placed.clear()
    unit.hide()
    plot.place_choosers()
    placed.clear()
    unit.setVisible(False)
    plot.place_choosers()
    assert not placed, "it was hidden before"


def test_what_is_chosen_is_what_was_offered(shown) -> None:
    layer = shown("gates").chooser("layer")
    assert layer.choose(LSTM2) and layer.currentData() == LSTM2
    layer.offer([(("A", "one"), "A"), (LSTM2, "B")])
    assert layer.currentData() == LSTM2 == layer.itemData(layer.currentIndex())
    layer.offer([])
    assert layer.currentData() is None


def test_another_experiment_has_other_layers_to_choose(shown, session) -> None:
    plot = shown("gradient")
    assert [plot.chooser("layer").itemData(i) for i in range(plot.chooser("layer").count())] == [-1, 0, 1]
    session.experiment = msgspec.structs.replace(session.experiment, networks=session.experiment.networks[:1])
    again(plot)
    assert plot.chooser("layer").count() == 1 and set(plot.chart.curves) == {"Plain RNN h"}


# -- plots --------------------------------------------------------------------------------------------------------


def test_histograms_that_were_thinned_are_those_that_are_derived_at_once(shown) -> None:
    rng = np.random.default_rng(0)
    plot, history = shown("histograms"), SpreadHistory()

    def grow(steps: range) -> None:
        for step in steps:
            history.append(step, *histogram((1 + step / 100) * rng.standard_normal(50)))

    for steps in (range(5), range(5, MOST), range(MOST, MOST + 9), range(MOST + 9, 3 * MOST)):
        grow(steps)
        plot._derive(history, None)
        fresh: HistogramsPlot = shown("histograms")
        fresh._derive(history, None)
        for name in ("_quantiles", "_shares", "_cells", "_edges", "_lines"):
            np.testing.assert_array_equal(getattr(plot, name), getattr(fresh, name), err_msg=name)
    other = SpreadHistory()
    other.append(0, *histogram(np.arange(9.0)))
    plot._derive(other, None)
    assert plot._shares.shape[0] == 1 and plot._lines[0, 1] == pytest.approx(4.0, abs=0.2)


def test_units_are_chosen_anew_when_values_or_steps_are_others(shown, session) -> None:
    plot = shown("selection", 700, 360)
    plot.chooser("layer").choose(LSTM2)
    plot.chooser("node").choose("forget")
    plot.set_threshold(0.4)
    plot.choose_steps(10, 11)
    again(plot)
    values = session.traces.networks[1].nodes["layer2/forget"]
    before = plot._units.tolist()
    plot.choose_steps(20, 21)
    plot.refresh()
    assert plot._units.tolist() == select_units(values, 20, 21, 0.4).tolist()
    other = np.roll(values, 1, axis=1)
    other_nodes(session, forget=other)
    plot.choose_steps(10, 11)
    again(plot)
    assert plot._units.tolist() == select_units(other, 10, 11, 0.4).tolist() != before
    first = plot._own_rows(1)
    assert first is plot._own_rows(1) and first[0].text.startswith("1 · year")
    session.probe = None
    again(plot)
    assert plot._own_rows(1)[0].text.startswith("1 · t "), "the steps have other names"


def test_the_input_behind_few_answers_is_that_of_the_present_sequence(shown, session) -> None:
    targets = session.traces.targets.copy()
    targets[:-2] = np.nan
    session.traces = replace(session.traces, targets=targets)
    plot = shown("prediction")
    curve = plot.chart.curves["input"]
    before = curve.source
    session.traces = replace(session.traces, inputs=session.traces.inputs.copy())
    again(plot)
    assert plot.chart.curves["input"].source is before, "equal values: nothing to draw"
    session.traces = replace(session.traces, inputs=2.0 * session.traces.inputs)
    again(plot)
    read = plot.chart.curves["input"].read_from
    assert plot.chart.curves["input"].source is not before
    np.testing.assert_array_equal(read.y, session.traces.inputs[:, 0])


def test_saturation_is_drawn_again_when_a_moment_has_come(shown, session) -> None:
    session.units.take(session.traces, session.experiment)
    plot = shown("saturation")
    plot.chooser("layer").choose(LSTM2)
    again(plot)
    before = plot.chart.curves["forget open"].source
    again(plot)
    assert plot.chart.curves["forget open"].source is before
    session.traces = replace(session.traces, step=session.traces.step + 10)
    session.units.take(session.traces, session.experiment)
    again(plot)
    assert len(plot.chart.curves["forget open"].source.x) == len(before.x) + 1


def test_a_trajectory_keeps_equal_units_in_another_size_and_names_other_components(shown, session) -> None:
    plot = shown("trajectory", 420, 300)
    plot.chooser("layer").choose(LSTM2)
    for width, height in ((420, 300), (700, 260), (300, 420)):
        plot.resize(width, height)
        plot.refresh()
        m = plot.chart.mapping()
        assert m.rect.width() / (m.x1 - m.x0) == pytest.approx(m.rect.height() / (m.y1 - m.y0), rel=0.02)
    across = plot.chart.frame.x_axis
    assert again(plot).chart.frame.x_axis is across
    plot.chooser("view").choose("2 3")
    plot.refresh()
    assert plot.chart.frame.x_axis.labels[-1] == "PC 2" and plot.chart.frame.y_axis.labels[-1] == "PC 3"
    flat = plot._flat(plot._places)
    np.testing.assert_array_equal(flat, plot._places[:, 1:])


def test_fixed_points_of_another_answer_are_judged_anew(shown, session) -> None:
    plot = shown("trajectory", 420, 300)
    plot.chooser("layer").choose(LSTM2)
    again(plot)
    question = FixedPoints("LSTM", "layer2", "mean", 0)
    size = plot._states.shape[1]
    for speed, kind in ((1e-15, "stable"), (1e-6, "slow")):
        arrays = {"points": np.zeros((1, size)), "speeds": np.array([speed]), "eigenvalues": np.zeros((1, size, 2))}
        plot.session.inspections._answers[question] = Answer(100, arrays)
        plot.ask = lambda questions, of=question: {"only": plot.session.inspections._answers[of]}
        again(plot)
        assert [point.kind for point in plot._points] == [kind]
