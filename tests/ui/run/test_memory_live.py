"""The plots of gates and memory beside a real worker: everything that they show is of the nets that train."""

import numpy as np

from playground.ui.plots import make_plot
from playground.ui.refresh import Refresher

WAIT = 20_000
NAMES = ("saturation", "histograms", "trajectory", "text", "selection", "gates", "hidden")


def opened(qtbot, session, names=NAMES):
    refresher, plots = Refresher(session), {}
    for name in names:
        plots[name] = make_plot(name, session)
        qtbot.addWidget(plots[name])
        refresher.add(plots[name])
        plots[name].resize(500, 260)
        plots[name].show()
        qtbot.waitExposed(plots[name])
    return plots


def test_they_fill_while_the_nets_train(qtbot, session):
    with qtbot.waitSignal(session.started, timeout=WAIT):
        session.start_worker()
    plots = opened(qtbot, session)
    assert plots["histograms"].chooser("of").choose("weights")
    plots["selection"].set_threshold(-2.0)
    session.play()

    def filled() -> bool:
        lstm = plots["saturation"]._found.get("forget")
        return (
            lstm is not None
            and len(lstm.steps) > 5
            and plots["histograms"]._history is not None
            and len(plots["histograms"]._history.steps) > 2
            and bool(plots["trajectory"]._points)
            and plots["selection"]._answer is not None
            and len(plots["selection"]._answer.arrays["start"]) > 0
        )

    qtbot.waitUntil(filled, timeout=WAIT)
    session.pause()
    qtbot.waitUntil(lambda: session.run_state.state == "paused" and session.traces.step == session.run_state.step)
    qtbot.waitUntil(lambda: not any(plot.stale for plot in plots.values()))
    weights = plots["histograms"]._history
    assert (np.diff(weights.steps) > 0).all() and weights.counts.sum(axis=1).min() == weights.counts.sum(axis=1).max()
    values = next(net for net in session.traces.networks if net.name == "LSTM").nodes["layer1/forget"]
    assert plots["saturation"].session.units.history("LSTM", "layer1", "forget").steps[-1] <= session.traces.step
    assert plots["trajectory"]._states.shape == (11, 8) and values.shape == (11, 4)
    assert all(not plot.chart.frame.message for plot in plots.values())


def test_reset_begins_the_histories_anew(qtbot, session):
    with qtbot.waitSignal(session.started, timeout=WAIT):
        session.start_worker()
    plots = opened(qtbot, session, ("saturation", "histograms"))
    plots["histograms"].chooser("of").choose("gradients")
    session.play()
    qtbot.waitUntil(lambda: len(getattr(plots["histograms"]._history, "steps", ())) > 2, timeout=WAIT)
    session.pause()
    qtbot.waitUntil(lambda: session.run_state.state == "paused", timeout=WAIT)
    session.reset()
    qtbot.waitUntil(lambda: session.traces is not None and session.traces.step == 0, timeout=WAIT)
    qtbot.waitUntil(lambda: session.units.history("LSTM", "layer1", "forget") is not None, timeout=WAIT)
    history = session.units.history("LSTM", "layer1", "forget")
    assert history.steps.tolist() == [0]
    qtbot.waitUntil(lambda: len(plots["histograms"]._history.steps) and plots["histograms"]._history.steps[-1] == 0,
                    timeout=WAIT)  # fmt: skip
    assert plots["histograms"]._history.steps.tolist() == [0]


def test_nothing_is_asked_by_plots_that_nobody_sees(qtbot, session):
    with qtbot.waitSignal(session.started, timeout=WAIT):
        session.start_worker()
    plots = opened(qtbot, session, ("trajectory",))
    qtbot.waitUntil(lambda: bool(plots["trajectory"]._points), timeout=WAIT)
    assert session.inspections._wanted.everything
    plots["trajectory"].hide()
    qtbot.waitUntil(lambda: not session.inspections._wanted.everything, timeout=WAIT)
