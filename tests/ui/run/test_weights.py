"""`session.weights` with a real worker: looked at, set by hand, taken back."""

import gc
import math
import os
import signal

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from playground.experiment.edits import AddLayer, RemoveNet, RenameNet, SetUnits, SetValue
from playground.training import messages
from playground.training.interventions import Intervention
from playground.training.resuming import resume
from playground.training.run import Run
from playground.training.state import weights

WAIT = 20_000
BIAS = "layer1.forget.bias"
NAME = ("LSTM", BIAS)


@pytest.fixture
def sent(running, monkeypatch):
    """The commands about weights from here on."""
    commands = []
    send = running._link._client.send

    def listen(command):
        if isinstance(command, messages.WatchWeights | messages.SetWeight):
            commands.append(command)
        send(command)

    monkeypatch.setattr(running._link._client, "send", listen)
    return commands


def watched(qtbot, session, owner, net="LSTM", names=(BIAS,)):
    session.weights.watch(owner, net, names)
    qtbot.waitUntil(lambda: all(session.weights.get(net, name) is not None for name in names), timeout=WAIT)


def set_and_wait(qtbot, session, value, index=(0,), merge=False):
    with qtbot.waitSignal(session.weights.intervened, timeout=WAIT):
        assert session.weights.set_value("LSTM", BIAS, index, value, merge)


def train(qtbot, session, steps):
    end = session.run_state.step + steps
    session._link.play(steps)
    qtbot.waitUntil(lambda: session.run_state.step == end and session.run_state.state == "paused", timeout=WAIT)


def test_the_initial_weights_are_there_before_the_first_step(qtbot, running):
    assert running.weights.get(*NAME) is None
    watched(qtbot, running, running, names=(BIAS, "readout.weight"))
    bare = weights(Run(running.experiment).trainers[1])
    for name in (BIAS, "readout.weight"):
        values = running.weights.get("LSTM", name)
        assert values.dtype == np.float32 and np.array_equal(values, bare[name]) and not values.flags.writeable
    assert running.run_state.step == 0
    assert running.weights.get("LSTM", "no.such") is None and running.weights.get("GRU", BIAS) is None


def test_watched_before_the_worker_has_begun(qtbot, session):
    session.weights.watch(session, "LSTM", [BIAS])
    session.start_worker()
    qtbot.waitUntil(lambda: session.weights.get(*NAME) is not None, timeout=WAIT)


def test_many_look_at_the_same_and_the_last_one_ends_it(qtbot, running, sent):
    one, two = QObject(running), QObject(running)
    watched(qtbot, running, one)
    running.weights.watch(two, "LSTM", [BIAS, "readout.bias"])
    qtbot.waitUntil(lambda: running.weights.get("LSTM", "readout.bias") is not None, timeout=WAIT)
    running.weights.unwatch(one)
    running.weights.unwatch(one)
    qtbot.wait(30)
    assert [set(c.names) for c in sent] == [{NAME}, {NAME, ("LSTM", "readout.bias")}]  # two still looks at both
    assert running.weights.get(*NAME) is not None
    running.weights.watch(two, "LSTM", ["readout.bias"])  # in place of what it looked at before
    qtbot.waitUntil(lambda: len(sent) == 3)
    assert sent[-1].names == (("LSTM", "readout.bias"),) and running.weights.get(*NAME) is None
    running.weights.unwatch(two)
    qtbot.waitUntil(lambda: len(sent) == 4)
    assert sent[-1].names == () and running.weights.get("LSTM", "readout.bias") is None


def test_looking_away_and_back_at_once_sends_nothing(qtbot, running, sent):
    owner = QObject(running)
    watched(qtbot, running, owner)
    for _ in range(20):
        running.weights.unwatch(owner)
        running.weights.watch(owner, "LSTM", [BIAS])
    qtbot.wait(30)
    assert len(sent) == 1 and running.weights.get(*NAME) is not None


def test_what_ends_does_not_look_any_more(qtbot, running, sent):
    panel = QWidget()
    child = QObject(panel)
    watched(qtbot, running, child)
    running.weights.unwatch(child)
    running.weights.watch(child, "LSTM", [BIAS])
    panel.deleteLater()
    qtbot.waitUntil(lambda: bool(sent) and sent[-1].names == (), timeout=WAIT)
    owner = QObject()
    watched(qtbot, running, owner)
    del owner
    gc.collect()
    qtbot.waitUntil(lambda: sent[-1].names == (), timeout=WAIT)
    assert running.weights._watched._wanted == {} and running.weights._watched._known == set()


def test_a_name_may_look_too(qtbot, running, sent):
    watched(qtbot, running, "inspector")
    running.weights.watch("explain", "LSTM", [BIAS])
    running.weights.unwatch("inspector")
    qtbot.wait(30)
    assert len(sent) == 1 and running.weights.get(*NAME) is not None
    running.weights.unwatch("explain")
    qtbot.waitUntil(lambda: sent[-1].names == ())


def test_an_owner_that_outlives_the_session(qtbot, qapp):
    from playground.ui.session import Session

    owner, session = QObject(), Session()
    session.weights.watch(owner, "LSTM", [BIAS])
    session.close()
    session.deleteLater()
    qtbot.waitSignal(session.destroyed, timeout=WAIT).wait()
    del owner
    gc.collect()


def test_values_change_while_it_trains_and_not_too_often(qtbot, running):
    told = []
    running.weights.changed.connect(told.append)
    watched(qtbot, running, running)
    first = running.weights.get(*NAME)
    told.clear()
    running.play()
    qtbot.wait(1500)
    running.pause()
    qtbot.waitUntil(lambda: running.run_state.state == "paused", timeout=WAIT)
    assert 2 <= len(told) <= 10 and set().union(*told) == {NAME}
    assert not np.array_equal(first, running.weights.get(*NAME))
    running.weights.unwatch(running)
    qtbot.wait(30)
    told.clear()
    train(qtbot, running, 20)
    qtbot.wait(250)
    assert told == []


def test_a_weight_is_set_and_the_accuracy_is_true(qtbot, running, tmp_path):
    watched(qtbot, running, running)
    train(qtbot, running, 30)
    traces = running.traces
    for index in range(4):
        set_and_wait(qtbot, running, -20.0, (index,))
    qtbot.waitUntil(lambda: (running.weights.get(*NAME) == -20).all(), timeout=WAIT)
    qtbot.waitUntil(lambda: running.traces is not traces, timeout=WAIT)
    made = running.weights.interventions
    assert [(one.step, one.net, one.parameter, one.index) for one in made] == [(30, *NAME, (i,)) for i in range(4)]
    bare = Run(running.experiment)
    for _ in range(30):
        bare.step_once()
    for one in made:
        assert bare.set_weight(*NAME, one.index, -20.0) == one
    true = list(bare.test().losses)
    qtbot.waitUntil(lambda: running.curves.test_losses[:, -1].tolist() == true, timeout=WAIT)
    assert running.curves.test_steps[-1] == 30
    assert running.race.metrics("LSTM") == bare.last_test.metrics[1]
    qtbot.waitUntil(lambda: running._link.checkpoint is not None, timeout=WAIT)
    qtbot.waitUntil(lambda: resume(running._link.checkpoint[1])[0].interventions == made, timeout=WAIT)


def test_undo_brings_back_the_number_and_the_record_of_it(qtbot, running):
    watched(qtbot, running, running)
    assert not running.weights.can_undo and not running.weights.undo_last()
    first = running.weights.get(*NAME).copy()
    set_and_wait(qtbot, running, 5.0)
    set_and_wait(qtbot, running, 6.0, (1,))
    assert running.weights.can_undo
    with qtbot.waitSignal(running.weights.intervened, timeout=WAIT):
        assert running.weights.undo_last()
    qtbot.waitUntil(lambda: running.weights.get(*NAME)[1] == first[1], timeout=WAIT)
    assert running.weights.get(*NAME)[0] == 5.0
    train(qtbot, running, 1)
    with qtbot.waitSignal(running.weights.intervened, timeout=WAIT):
        assert running.weights.undo_last()
    qtbot.waitUntil(lambda: running.weights.get(*NAME)[0] == first[0], timeout=WAIT)
    assert not running.weights.can_undo and not running.weights.undo_last()
    made = running.weights.interventions  # nothing was trained between the second and its undo: it left no trace
    assert [(one.step, one.index, one.after) for one in made] == [(0, (0,), 5.0), (1, (0,), first[0])]


def test_undo_waits_its_turn(qtbot, running):
    watched(qtbot, running, running)
    first = running.weights.get(*NAME).copy()
    running.weights.set_value(*NAME, (0,), 5.0)
    running.weights.set_value(*NAME, (1,), 6.0)
    assert running.weights.undo_last() and running.weights.undo_last()  # before any answer
    running.weights.set_value(*NAME, (2,), 7.0)
    qtbot.waitUntil(lambda: running.weights.get(*NAME)[2] == 7.0, timeout=WAIT)
    assert np.array_equal(running.weights.get(*NAME)[:2], first[:2])
    assert [one.index for one in running.weights.interventions] == [(2,)]


def test_a_dragged_slider_is_followed_without_a_queue_and_undone_as_one(qtbot, running, sent):
    watched(qtbot, running, running)
    first = running.weights.get(*NAME).copy()
    running.play()
    qtbot.waitUntil(lambda: running.run_state.step > 5, timeout=WAIT)
    for number in range(2000):
        running.weights.set_value(*NAME, (0,), number / 100, merge=number > 0)
        if number % 100 == 0:
            qtbot.wait(5)
    assert len(running.weights._wishes) <= 1
    qtbot.waitUntil(lambda: running.weights._asked is None and not running.weights._wishes, timeout=WAIT)
    settings = [command for command in sent if isinstance(command, messages.SetWeight)]
    assert len(settings) < 100 and settings[-1].value == 19.99
    running.pause()
    qtbot.waitUntil(lambda: running.run_state.state == "paused", timeout=WAIT)
    assert running.weights.interventions[-1].after == pytest.approx(19.99)
    assert len(running.weights._undo) == 1
    running.weights.undo_last()
    qtbot.waitUntil(lambda: abs(running.weights.get(*NAME)[0] - first[0]) < 1.0, timeout=WAIT)
    assert not running.weights.can_undo


def test_what_cannot_be_set_is_told_and_the_next_one_is_set(qtbot, running):
    watched(qtbot, running, running)
    running.weights.set_value("LSTM", BIAS, (0,), math.nan)
    running.weights.set_value("LSTM", "no.such", (0,), 1.0)
    running.weights.set_value("GRU", BIAS, (0,), 1.0)
    running.weights.set_value("LSTM", BIAS, (99,), 1.0)
    running.weights.set_value(*NAME, (0,), 2.0)
    qtbot.waitUntil(lambda: running.weights.get(*NAME)[0] == 2.0, timeout=WAIT)
    assert len(running.notices) == 4 and [notice.level for notice in running.notices] == ["error"] * 4
    assert "no.such" in running.notices[1].text and "\n" not in running.notices[1].text
    assert len(running.weights.interventions) == 1 and running.run_state.state == "paused"


def test_without_a_network_it_is_refused(qtbot, session):
    assert not session.weights.set_value(*NAME, (0,), 2.0) and not session.weights.undo_last()
    assert "no network is running" in session.notices[0].text


def test_reset_forgets_everything(qtbot, running):
    watched(qtbot, running, running)
    first = running.weights.get(*NAME).copy()
    set_and_wait(qtbot, running, 5.0)
    train(qtbot, running, 3)
    running.weights.set_value(*NAME, (0,), 6.0)
    running.weights.set_value(*NAME, (0,), 7.0)  # not sent yet
    with qtbot.waitSignal(running.started, timeout=WAIT):
        running.reset()
    qtbot.waitUntil(lambda: np.array_equal(running.weights.get(*NAME), first), timeout=WAIT)
    qtbot.wait(100)
    assert np.array_equal(running.weights.get(*NAME), first)
    assert running.weights.interventions == [] and not running.weights.can_undo


def test_nothing_is_undone_in_a_network_that_was_reset(qtbot, running):
    watched(qtbot, running, running)
    first = running.weights.get(*NAME).copy()
    set_and_wait(qtbot, running, 5.0)
    train(qtbot, running, 3)
    running.weights.undo_last()  # on its way
    running.reset()
    assert not running.weights.can_undo and not running.weights.undo_last()
    qtbot.waitUntil(lambda: running.weights._asked is None, timeout=WAIT)
    running.weights.set_value(*NAME, (1,), 7.0)  # on its way
    running.reset()
    assert not running.weights.undo_last()
    qtbot.waitUntil(lambda: np.array_equal(running.weights.get(*NAME), first), timeout=WAIT)
    qtbot.wait(100)
    assert np.array_equal(running.weights.get(*NAME), first) and running.weights.interventions == []
    set_and_wait(qtbot, running, 6.0)
    assert running.weights.can_undo


def test_watching_and_the_record_go_on_when_networks_change(qtbot, running):
    watched(qtbot, running, running)
    set_and_wait(qtbot, running, 5.0)
    train(qtbot, running, 2)
    with qtbot.waitSignal(running.started, timeout=WAIT):
        running.apply(AddLayer("LSTM", 1, "rnn"))
    qtbot.waitUntil(lambda: running.weights.get(*NAME) is not None, timeout=WAIT)
    assert len(running.weights.interventions) == 1 and running.weights.can_undo
    with qtbot.waitSignal(running.started, timeout=WAIT):
        running.apply(RenameNet("LSTM", "Clever"))
    assert running.weights.interventions[0].net == "Clever"
    qtbot.waitUntil(lambda: running.weights.get(*NAME) is None, timeout=WAIT)
    running.weights.undo_last()
    qtbot.waitUntil(lambda: len(running.weights.interventions) == 2, timeout=WAIT)
    assert running.weights.interventions[1].net == "Clever"
    running.weights.watch(running, "Clever", [BIAS])
    qtbot.waitUntil(lambda: running.weights.get("Clever", BIAS) is not None, timeout=WAIT)
    with qtbot.waitSignal(running.started, timeout=WAIT):
        running.apply(RemoveNet("Clever"))
    assert running.weights.interventions == [] and not running.weights.can_undo
    assert running.notices == []


def test_named_as_in_the_document_that_was_edited_just_now(qtbot, running):
    running.apply(RenameNet("LSTM", "Clever"))
    running.weights.watch(running, "Clever", [BIAS])
    running.weights.set_value("Clever", BIAS, (0,), 3.0)
    qtbot.waitUntil(lambda: running.weights.get("Clever", BIAS) is not None, timeout=WAIT)
    qtbot.waitUntil(lambda: running.weights.get("Clever", BIAS)[0] == 3.0, timeout=WAIT)
    assert running.notices == []


def test_an_undo_whose_number_is_gone_is_told_and_dropped(qtbot, running):
    set_and_wait(qtbot, running, 5.0, (3,))
    with qtbot.waitSignal(running.started, timeout=WAIT):
        running.apply(SetUnits("LSTM", "layer1", 2))
    running.weights.undo_last()
    qtbot.waitUntil(lambda: not running.weights.can_undo, timeout=WAIT)
    assert "its shape is [2]" in running.notices[-1].text


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
def test_a_dead_worker_and_going_on_from_the_checkpoint(qtbot, running):
    watched(qtbot, running, running)
    set_and_wait(qtbot, running, 5.0)
    train(qtbot, running, 4)
    qtbot.waitUntil(lambda: running._link.checkpoint is not None, timeout=WAIT)
    qtbot.waitUntil(lambda: running._link.checkpoint[0] == 4, timeout=WAIT)
    values = running.weights.get(*NAME).copy()
    os.kill(running._link.process_id, signal.SIGSTOP)
    running.weights.set_value(*NAME, (1,), 6.0)  # never answered
    running.weights.set_value(*NAME, (2,), 6.0)
    os.kill(running._link.process_id, signal.SIGKILL)
    qtbot.waitUntil(lambda: running.run_state.state == "dead", timeout=WAIT)
    assert not running.weights.set_value(*NAME, (0,), 2.0) and not running.weights.undo_last()
    assert np.array_equal(running.weights.get(*NAME), values)
    with qtbot.waitSignal(running.started, timeout=WAIT):
        running.go_on_from_checkpoint()
    qtbot.waitUntil(lambda: running.weights.get(*NAME) is not None, timeout=WAIT)
    assert np.array_equal(running.weights.get(*NAME), values)
    assert [one.after for one in running.weights.interventions] == [5.0]
    set_and_wait(qtbot, running, 7.0)
    qtbot.waitUntil(lambda: running.weights.get(*NAME)[0] == 7.0, timeout=WAIT)


def test_another_document_is_another_story(qtbot, running):
    watched(qtbot, running, running)
    set_and_wait(qtbot, running, 5.0)
    with qtbot.waitSignal(running.started, timeout=WAIT):
        running.new_from_example(next(iter(sorted(_examples()))))
    assert running.weights.interventions == [] and not running.weights.can_undo
    stale = messages.Weights(running._link._run - 1, 3, ())
    assert running._link._run != stale.run
    told = []
    running.weights.changed.connect(told.append)
    running._link._take(msgspec.structs.replace(stale, arrays=(messages.WeightArray(*NAME, (1,), b"\0\0\0\0"),)))
    running._link._take(messages.WeightSet(stale.run, Intervention(1, *NAME, (0,), 0.0, 1.0)))
    assert told == [] and running.weights.interventions == []


def test_settings_do_not_disturb_it(qtbot, running, sent):
    watched(qtbot, running, running)
    set_and_wait(qtbot, running, 5.0)
    running.apply(SetValue("training.optimizer.learning_rate", 0.5))
    train(qtbot, running, 1)
    assert len(running.weights.interventions) == 1 and running.weights.can_undo
    assert [type(command) for command in sent] == [messages.WatchWeights, messages.SetWeight]


def _examples():
    from playground.experiment.files import examples

    return examples()
