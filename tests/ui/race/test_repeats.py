"""Repeats from the window: real background processes, tiny networks."""

import os

import pytest
from PySide6.QtCore import Qt

from playground.experiment.edits import RenameNet, SetValue
from playground.tasks.spec import DelayedRecall, Sines
from playground.training import messages
from playground.training.repeats.job import Outcome
from playground.ui.plots import make_plot
from playground.ui.race.menus import RepeatsMenu
from playground.ui.race.words import duration, progress
from playground.ui.state import RunState

WAIT = 60_000


@pytest.fixture
def small(session):
    """A session on which every run is over in no time."""
    session.apply(SetValue("training.goal.steps", 30))
    session.apply(SetValue("training.test_every", 10))
    session.set_task = lambda lag: session.apply(SetValue("task.lag", lag))
    return session


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return True
    return False


def finish(qtbot, session) -> None:
    qtbot.waitUntil(lambda: not session.repeats.running, timeout=WAIT)


def choose(session, name: str) -> None:
    menu = RepeatsMenu(session)
    next(action for action in menu.actions() if action.objectName() == name).trigger()
    menu.deleteLater()


def test_bands_over_seeds_in_the_plots_and_in_what_is_exported(qtbot, small):
    choose(small, "repeats.seeds.3")
    assert small.repeats.running and small.repeats.total == 6 and "of 6 runs" in progress(small.repeats)
    finish(qtbot, small)
    assert small.repeats.problem == "" and small.notices == []
    for name, unit in (("loss", "binary cross entropy"), ("metric", "1")):
        plot = make_plot(name, small)
        qtbot.addWidget(plot)
        plot.resize(500, 260)
        plot.show()
        plot.refresh()
        assert plot.chart.frame.message == ""
        assert [entry.text for entry in plot.chart.entries if entry.group == "seeds"] == ["3 seeds: median, min–max"]
        for net in ("RNN", "LSTM"):
            curve = plot.chart.curves[f"{net} seeds"]
            low, high = curve.band
            assert curve.source.x.tolist() == [0, 10, 20, 30]
            assert (low <= curve.source.y).all() and (curve.source.y <= high).all() and (low < high).any()
            assert curve.style.colour(small.theme) == small.theme.contestant(("RNN", "LSTM").index(net))
        columns = plot.columns()
        assert f"RNN median of 3 seeds [{unit}]" in columns and f"LSTM highest of 3 seeds [{unit}]" in columns
        assert len(columns["training step [step]"]) == 4


def test_what_is_known_is_not_trained_again(qtbot, small):
    small.repeats.repeat(2)
    finish(qtbot, small)
    first = small.repeats.of_seeds("RNN")
    assert len(first) == 2 and all(each.done for each in first)
    small.repeats.repeat(3)
    assert small.repeats.total == 2  # the third seed of both
    finish(qtbot, small)
    assert small.repeats.of_seeds("RNN")[:2] == first
    small.repeats.repeat(3)
    assert not small.repeats.running
    small.apply(RenameNet("RNN", "Elman"))
    assert len(small.repeats.of_seeds("Elman")) == 3 and small.repeats.of_seeds("RNN") == []
    small.apply(SetValue("training.batch", 4))
    assert small.repeats.of_seeds("Elman") == []
    small.undo()
    assert len(small.repeats.of_seeds("Elman")) == 3
    small.add_net("gru")
    small.repeats.repeat(3)
    assert small.repeats.total == 3  # one more contestant costs only its own runs
    small.repeats.stop()


def test_stopped_at_once_and_nothing_is_left(qtbot, small):
    small.apply(SetValue("training.goal.steps", 10**6))
    small.repeats.repeat(3)
    qtbot.waitUntil(lambda: bool(small.repeats.of_seeds("RNN")), timeout=WAIT)
    pids = small.repeats.process_ids
    assert pids
    choose(small, "repeats.stop")
    assert not small.repeats.running and all(gone(pid) for pid in pids)
    assert small.repeats.of_seeds("RNN") == []  # half a run says nothing


def test_closing_the_session_ends_them(qtbot, small):
    small.apply(SetValue("training.goal.steps", 10**6))
    small.repeats.repeat(3)
    qtbot.waitUntil(lambda: bool(small.repeats.process_ids), timeout=WAIT)
    pids = small.repeats.process_ids
    small.close()
    assert pids and all(gone(pid) for pid in pids)


def test_another_experiment_gives_up_what_it_does_not_need(qtbot, small):
    small.apply(SetValue("training.goal.steps", 10**6))
    small.repeats.repeat(2)
    small.apply(SetValue("training.batch", 4))
    assert not small.repeats.running and "was changed" in progress(small.repeats)


def test_it_waits_while_the_person_trains(qtbot, small):
    small.repeats.repeat(2)
    small._link._set(RunState("training"))
    assert small.repeats.paused and "waiting while you train" in progress(small.repeats)
    small.repeats.set_gives_way(False)
    assert not small.repeats.paused
    small.repeats.set_gives_way(True)
    small._link._set(RunState("paused"))
    assert not small.repeats.paused
    finish(qtbot, small)


def test_what_keeps_it_from_beginning_is_said(small):
    small.apply(SetValue("training.goal.steps", 0))
    choose(small, "repeats.seeds.3")
    assert not small.repeats.running and "never to stop" in small.notices[-1].text


# -- the lag curve ------------------------------------------------------------------------------------------------


@pytest.fixture
def lag_plot(qtbot, small):
    plot = make_plot("lag_curve", small)
    qtbot.addWidget(plot)
    plot.resize(560, 260)
    plot.show()
    plot.refresh()
    return plot


def test_the_lag_curve_of_real_runs(qtbot, small, lag_plot):
    assert "Start" in lag_plot.chart.frame.message and lag_plot.lags() == (5, 7, 9, 11, 15, 20)
    lag_plot.set_lags("2, 4")
    lag_plot._seeds.choose(3)
    qtbot.mouseClick(lag_plot.button, Qt.MouseButton.LeftButton)
    assert small.repeats.what == "lags" and small.repeats.total == 2 * 2 * 3
    assert lag_plot.button.text().startswith("Stop · 0/12")
    finish(qtbot, small)
    lag_plot.refresh()
    assert lag_plot.button.text() == "Start" and lag_plot.chart.frame.message == ""
    columns = lag_plot.columns()
    assert columns["lag [step]"].tolist() == [2, 4]
    for net in ("RNN", "LSTM"):
        assert columns[f"{net} tried [seeds]"].tolist() == [3, 3]
        assert (columns[f"{net} lower limit of 95 % [1]"] <= columns[f"{net} share solved [1]"]).all()
    small.set_task(77)  # the curve is of all lags: the task's own does not matter
    assert lag_plot.columns()["lag [step]"].tolist() == [2, 4]


def results(small, **solved: dict[int, tuple[int, int]]) -> None:
    """Made-up outcomes: net → lag → (solved, of)."""
    from playground.training.race import Solved

    repeats = small.repeats
    for net, lags in solved.items():
        found = repeats._found.setdefault(repeats._kind(net, True), {})
        for lag, (right, of) in lags.items():
            for seed in range(of):
                won = Solved(10, 1.0, 80) if seed < right else None
                found[seed + 1, lag] = Outcome(10, 30, solved=won, end="goal")
    repeats.changed.emit()


def test_what_it_draws(small, lag_plot):
    results(small, RNN={5: (4, 4), 50: (0, 4)}, LSTM={5: (4, 4), 50: (3, 4)})
    lag_plot.refresh()
    curve = lag_plot.chart.curves["LSTM"]
    assert curve.source.x.tolist() == [5, 50] and curve.source.y.tolist() == [1.0, 0.75]
    assert curve.band[0][1] == pytest.approx(0.3006, abs=1e-4) and curve.band[1][0] == 1.0
    assert lag_plot.chart.curves["LSTM points"].style.mark != lag_plot.chart.curves["RNN points"].style.mark
    assert lag_plot.chart.log_x and "accuracy" in lag_plot.chart.frame.y_axis.labels[0]
    assert "LSTM" in lag_plot.chart.read_at(50.0) and "3 of 4 seeds" in lag_plot.chart.readout.text()


def test_a_task_without_a_lag_has_no_button(small, lag_plot):
    small.apply(SetValue("task", Sines()))
    lag_plot.refresh()
    assert "no lag" in lag_plot.chart.frame.message and not lag_plot.button.isVisible()
    lag_plot.start()
    assert "no lag" in small.notices[-1].text and not small.repeats.running
    small.apply(SetValue("task", DelayedRecall(lag=10)))
    lag_plot.refresh()
    assert lag_plot.button.isVisible()


def test_lags_that_were_typed_are_kept_with_the_layout(qtbot, small, lag_plot):
    lag_plot.set_lags("50; 5 7, 7")
    assert lag_plot.lags() == (5, 7, 50)
    other = make_plot("lag_curve", small, "lag_curve-2")
    qtbot.addWidget(other)
    other.restore(lag_plot.settings())
    assert other.lags() == (5, 7, 50)
    lag_plot.set_lags("five")
    assert "five" in small.notices[-1].text and lag_plot.lags() == (5, 7, 50)


def test_the_menu_opens_the_plot_and_begins(qtbot, quiet):
    session = quiet.session
    session.apply(SetValue("training.goal.steps", 20))
    choose(session, "repeats.lags")
    assert quiet.plots.is_open("lag_curve") and session.repeats.what == "lags"
    plot = quiet.plots.docks["lag_curve"].plot
    names = [action.objectName() for action in plot.acts]
    assert names[:2] == ["lag_curve.toggle", "lag_curve.choose"]
    plot.acts[0].trigger()
    assert not session.repeats.running


def test_durations_for_people():
    assert [duration(s) for s in (5, 70, 200, 9000)] == ["less than a minute", "a minute", "3 minutes", "2 hours"]


def test_the_metric_against_the_seconds_of_each_network_alone(qtbot, small):
    from playground.training.run import Run

    run = Run(small.experiment, engine="numpy")
    small.record.clear(small.experiment, small.facts)
    plot = make_plot("metric", small)
    qtbot.addWidget(plot)
    for _ in range(4):
        for _ in range(10):
            run.step_once()
        test = run.test()
        own = list(run.own_seconds)
        told = messages.Tested(1, run.step, list(test.losses), list(test.metrics), run.seconds, [], run.sequences, own)
        small.record.take_tested(told)
    assert 0 < sum(run.own_seconds) < run.seconds
    plot.refresh()
    assert plot.chart.curves["LSTM"].source.x.tolist() == [10, 20, 30, 40]
    plot.clock.trigger()
    plot.refresh()
    curve = plot.chart.curves["LSTM"].source
    assert curve.x.tolist() == small.curves.test_own_seconds[1].tolist() and curve.x[-1] == run.own_seconds[1]
    assert curve.y.tolist() == small.curves.test_metrics["accuracy"][1].tolist()
    assert "(s)" in plot.chart.frame.x_axis.labels[0] and "LSTM own time [s]" in plot.columns()
    other = make_plot("metric", small, "metric-2")
    qtbot.addWidget(other)
    other.restore(plot.settings())
    assert other.clock.isChecked()
    plot.clock.trigger()
    plot.refresh()
    assert plot.chart.x_kind == "step"


# -- side by side -------------------------------------------------------------------------------------------------


def test_gates_of_every_contestant_side_by_side(quiet):
    plots = quiet.plots
    gates = plots.docks["gates"]
    action = next(action for action in gates.plot.acts if action.objectName() == "plot.gates.each")
    action.trigger()
    ids = plots.ids_of("gates")
    assert len(ids) == 2
    for id in ids:
        plots.docks[id].plot.refresh()
    shown = {plots.docks[id].plot.chooser("layer").currentData()[0] for id in ids}
    assert shown == {"RNN", "LSTM"}
    boxes = [plots.docks[id].geometry() for id in ids]
    assert not boxes[0].intersects(boxes[1]) and not any(plots.tabifiedDockWidgets(plots.docks[id]) for id in ids)
    quiet.session.select(None)
    names = [action.objectName() for action in plots.docks["loss"].plot.acts]
    assert "plot.loss.each" not in names  # it has all of them already


def test_results_of_many_kinds_are_bounded(small):
    from playground.ui.race import repeats as module

    repeats = small.repeats
    for number in range(module.MOST_KINDS + 5):
        repeats._found[str(number)] = {(1, None): Outcome(end="goal")}
    repeats.repeat(1)
    repeats._look()
    assert len(repeats._found) <= module.MOST_KINDS
    repeats.stop()
