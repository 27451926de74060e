"""`session.inspections` and the plots that ask, with a real worker."""

import numpy as np
import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from playground.experiment.edits import RemoveNet
from playground.network.inspections.spec import Connectivity, GradientThroughTime, Spectrum
from playground.training import messages
from playground.training.run import Run
from playground.ui.plots import make_plot
from playground.ui.refresh import Refresher

WAIT = 20_000
FIRST, SECOND = GradientThroughTime("LSTM", "layer1", ("h", "c")), Spectrum("RNN", "layer1")


@pytest.fixture
def sent(running, monkeypatch):
    """What the worker is asked from here on."""
    asked = []
    send = running._link._client.send

    def listen(command):
        if isinstance(command, messages.Inspect):
            asked.append(command.wanted)
        send(command)

    monkeypatch.setattr(running._link._client, "send", listen)
    return asked


def answered(qtbot, session, *questions, step=None):
    def there():
        answers = [session.inspections.result(question) for question in questions]
        return all(answer is not None and step in (None, answer.step) for answer in answers)

    qtbot.waitUntil(there, timeout=WAIT)


def test_an_answer_comes_and_is_what_the_networks_say(qtbot, running):
    told = []
    running.inspections.changed.connect(told.append)
    running.inspections.want("me", (FIRST, SECOND))
    answered(qtbot, running, FIRST, SECOND)
    assert set(told) == {FIRST, SECOND}
    run = Run(running.experiment)
    for question in (FIRST, SECOND):
        wanted, answer = run.look(question), running.inspections.result(question)
        assert answer.step == 0 and not answer.problem and answer.arrays.keys() == wanted.keys()
        for name, values in wanted.items():
            np.testing.assert_allclose(answer.arrays[name], values, rtol=1e-4)


def test_many_wishes_are_one_message_and_what_nobody_wants_is_not_asked(qtbot, running, sent):
    one, other = QObject(), QWidget()
    qtbot.addWidget(other)
    running.inspections.want(one, (FIRST,))
    running.inspections.want(other, (FIRST, SECOND))
    running.inspections.want(one, (FIRST, SECOND))
    answered(qtbot, running, FIRST, SECOND)
    assert [set(wanted) for wanted in sent] == [{FIRST, SECOND}]
    running.inspections.drop(one)
    qtbot.wait(50)
    assert len(sent) == 1, "the other one still wants both"
    other.deleteLater()
    qtbot.waitUntil(lambda: len(sent) == 2 and sent[-1] == (), timeout=WAIT)
    assert running.inspections.result(FIRST) is None


def test_a_new_worker_is_asked_the_same(qtbot, running):
    running.inspections.want("me", (FIRST,))
    answered(qtbot, running, FIRST)
    running.start_again()
    assert running.inspections.result(FIRST) is None
    answered(qtbot, running, FIRST)


def test_what_is_gone_is_told(qtbot, running):
    running.inspections.want("me", (FIRST,))
    answered(qtbot, running, FIRST)
    running.apply(RemoveNet("LSTM"))
    qtbot.waitUntil(lambda: bool(running.inspections.result(FIRST).problem), timeout=WAIT)
    assert "LSTM" in running.inspections.result(FIRST).problem


@pytest.fixture
def seen(qtbot, running):
    """Make a plot, show it, and draw it whenever it is stale."""
    refresher = Refresher(running)

    def make(name):
        plot = make_plot(name, running)
        qtbot.addWidget(plot)
        plot.resize(640, 300)
        refresher.add(plot)
        plot.show()
        qtbot.waitExposed(plot)
        return plot

    return make


@pytest.mark.parametrize("name", ["unit_gradient", "itemised", "connectivity", "spectrum"])
def test_a_plot_asks_while_it_is_seen_and_no_longer(name, qtbot, running, seen, sent):
    plot = seen(name)
    qtbot.waitUntil(lambda: plot.chart.frame.message == "" and not plot.stale, timeout=WAIT)
    assert len(sent[-1]) >= 1
    plot.hide()
    qtbot.waitUntil(lambda: sent[-1] == (), timeout=WAIT)
    count = len(sent)
    running.traces_changed.emit(running.traces)
    running.set_time(2)
    qtbot.wait(60)
    assert len(sent) == count
    plot.show()
    qtbot.waitUntil(lambda: len(sent) > count and len(sent[-1]) >= 1, timeout=WAIT)


def test_the_answer_follows_the_training(qtbot, running, seen):
    plot = seen("spectrum")
    plot._layer.want(("RNN", "layer1"))
    qtbot.waitUntil(lambda: "h.weight.h_prev" in plot._arrays, timeout=WAIT)
    before = plot._arrays["h.weight.h_prev"].copy()
    running.step()
    qtbot.waitUntil(lambda: running.run_state.step == 1 and running.run_state.state == "paused", timeout=WAIT)
    answered(qtbot, running, SECOND, step=1)
    qtbot.waitUntil(
        lambda: not plot.stale and not np.array_equal(plot._arrays["h.weight.h_prev"], before), timeout=WAIT
    )


def test_moving_the_cursor_asks_about_another_step_and_nothing_flickers(qtbot, running, seen, sent):
    plot = seen("connectivity")
    qtbot.waitUntil(lambda: plot.chart.frame.message == "" and not plot.stale, timeout=WAIT)
    messages_seen = []
    plot.chart.frame.message = ""
    set_message = plot.chart.set_message
    plot.chart.set_message = lambda text: (messages_seen.append(text), set_message(text))
    running.set_time(3)
    qtbot.waitUntil(
        lambda: any(Connectivity("LSTM", 3, -1) in wanted or Connectivity("LSTM", 3, 0) in wanted for wanted in sent),
        timeout=WAIT,
    )
    qtbot.waitUntil(lambda: not plot.stale, timeout=WAIT)
    assert set(messages_seen) <= {""}, "the last answer stands until the new one comes"
