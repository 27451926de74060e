"""The example "the vanishing gradient" in the window: a newcomer sees it without a manual."""

from PySide6.QtWidgets import QApplication

from playground.ui.plots import make_plot
from playground.ui.refresh import Refresher

WAIT = 20_000


def test_it_opens_with_the_gradient_large(qtbot, window):
    assert window.session.new_from_example("vanishing-gradient")
    qtbot.wait(50)
    QApplication.processEvents()
    gradient, loss = window.plots.docks["gradient"], window.plots.docks["loss"]
    opened = [id for id in window.plots.docks if window.plots.is_open(id)]
    assert sorted(opened) == ["gradient", "loss"] and gradient.isVisible() and loss.isVisible()
    assert gradient.width() > 1.5 * loss.width() and gradient.x() < loss.x()
    assert gradient.plot.log_y


def test_the_example_shows_one_dead_gradient_and_one_that_arrives_and_then_who_learns(qtbot, session):
    """As a newcomer would: open it, press Train, look at the large plot."""
    assert session.new_from_example("vanishing-gradient")
    with qtbot.waitSignal(session.started, timeout=WAIT):
        session.start_worker()
    plot, refresher = make_plot("gradient", session), Refresher(session)
    qtbot.addWidget(plot)
    refresher.add(plot)
    plot.show()
    qtbot.waitExposed(plot)
    session.set_speed(100)
    session.play()
    qtbot.waitUntil(lambda: session.traces is not None and session.traces.step > 0 and not plot.stale, timeout=10_000)
    dead, alive = plot.chart.curves["plain RNN h"].source.y, plot.chart.curves["LSTM c"].source.y
    assert dead[0] < 1e-15 * dead[-1] and alive[0] > 0.1 * alive[-1]
    session.set_speed(0)
    qtbot.waitUntil(lambda: session.run_state.state == "stopped", timeout=60_000)
    guessing, knowing = session.curves.test_metrics["accuracy"][:, -1]
    assert guessing < 0.65 and knowing > 0.95
