"""The session's line to the worker in the corners: too early, too late, twice, in the wrong order."""

import os
import signal
import time

import pytest

from playground.experiment.edits import AddNet, RemoveNet, SetTask, SetUnits, SetValue
from playground.tasks.spec import DelayedRecall, Table
from playground.training import messages
from playground.ui.run import training_link
from playground.ui.run.run_record import RunRecord

WAIT = 20_000


def in_state(qtbot, session, state):
    qtbot.waitUntil(lambda: session.run_state.state == state, timeout=WAIT)


# -- too early ----------------------------------------------------------------------------------------------------


def test_reset_before_it_is_built_takes_the_wish_to_train_back(qtbot, session):
    session.start_worker()
    session.play()
    assert session.run_state.waiting
    session.reset()
    assert not session.run_state.waiting
    in_state(qtbot, session, "paused")
    qtbot.wait(50)
    assert session.run_state.step == 0


def test_space_twice_is_nothing_however_quick(qtbot, running):
    running.toggle()
    assert running.run_state.active
    running.toggle()
    assert not running.run_state.active
    qtbot.wait(150)
    in_state(qtbot, running, "paused")


def test_another_document_does_not_train_because_the_last_one_was_to(qtbot, session):
    session.start_worker()
    session.play()
    with qtbot.waitSignal(session.started, timeout=WAIT):
        session.new_from_example("sines")
    in_state(qtbot, session, "paused")
    qtbot.waitUntil(lambda: session.curves.test_steps.size == 1, timeout=WAIT)
    qtbot.wait(200)
    assert session.run_state.state == "paused" and session.run_state.step == 0


def test_the_wish_to_train_is_shown_until_it_trains(qtbot, session):
    """Not taken back by what the worker said before it heard of it."""
    seen = []
    session.start_worker()
    session.play()
    session.run_changed.connect(lambda state: seen.append((state.state, state.active)))
    qtbot.waitUntil(lambda: session.run_state.step > 3, timeout=WAIT)
    assert ("paused", True) in seen and not [state for state, active in seen if not active]
    session.pause()
    in_state(qtbot, session, "paused")
    assert not session.run_state.active


@pytest.mark.parametrize("after", [0, 20, 150, 400])
def test_closed_while_it_starts(qtbot, session, after):
    session.start_worker()
    session.play()
    process = session._link.process_id
    qtbot.wait(after)
    began = time.monotonic()
    session.close()
    assert time.monotonic() - began < 1.5
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_nothing_starts_after_the_end(qtbot, session):
    """The window closes before its first paint has come to start the worker."""
    session.close()
    session.start_worker()
    assert session._link.process_id is None
    session.play()
    session.reset()
    session.apply(SetValue("training.batch", 9))
    session.weights.watch(session, "LSTM", ["readout.bias"])
    qtbot.wait(30)
    assert session._link.process_id is None


# -- what the person sees is true ---------------------------------------------------------------------------------


def test_a_structural_edit_during_a_pause_is_tested_at_once(qtbot, running):
    running._link.play(30)
    qtbot.waitUntil(lambda: running.run_state.step == 30 and running.run_state.state == "paused", timeout=WAIT)
    before = running.race.metrics("LSTM")
    losses = running.curves.test_losses[:, -1].tolist()
    running.apply(SetUnits("LSTM", "layer1", 7))
    qtbot.waitUntil(lambda: running.curves.test_steps[-1] == 30, timeout=WAIT)
    now = running.curves.test_losses[:, -1].tolist()
    assert now[1] != losses[1] and running.run_state.state == "paused" and before
    # and the checkpoint of this step is of the network as it is now
    qtbot.waitUntil(lambda: running._link.checkpoint is not None, timeout=WAIT)
    qtbot.waitUntil(lambda: units_in(running._link.checkpoint[1]) == 7, timeout=WAIT)


def units_in(path):
    from playground.training.checkpoint import read

    return read(path).experiment.networks[1].layers[0].units


def test_the_race_is_that_of_the_networks_the_worker_has(session):
    """The document has lost a network that the worker still trains."""
    record = RunRecord()
    facts = (messages.NetFacts("RNN", 1, {}), messages.NetFacts("LSTM", 1, {}))
    session.apply(RemoveNet("RNN"))
    started = messages.Started(1, 0, "numpy", facts, {}, ("accuracy",))
    record.take_started(started, session.experiment, session.facts)
    record.take_tested(messages.Tested(1, 0, [0.9, 0.1], [{"accuracy": 0.5}, {"accuracy": 1.0}], 0.0))
    assert record.race.metrics("LSTM") == {"accuracy": 1.0} and set(record.race.solved) == {"LSTM"}
    assert record.curves.names == ("RNN", "LSTM")


def test_the_speed_does_not_start_what_has_stopped(qtbot, running):
    running.apply(SetValue("training.goal.steps", 10))
    running.play()
    qtbot.waitUntil(lambda: running.run_state.state == "training", timeout=WAIT)
    # The worker stops at the goal, and the window has not heard of it yet.
    end = time.monotonic() + 5
    while time.monotonic() < end and not _stopped_in_pipe(running):
        time.sleep(0.01)
    running.set_speed(20.0)
    in_state(qtbot, running, "stopped")
    qtbot.wait(150)
    assert running.run_state.state == "stopped" and running.run_state.step == 10


def _stopped_in_pipe(session):
    time.sleep(0.4)
    return session._link._client._connection.poll(0)


def test_the_speed_is_kept_and_obeyed(qtbot, running):
    running.set_speed(10.0)
    running.play()
    qtbot.waitUntil(lambda: running.run_state.step > 1, timeout=WAIT)
    step, began = running.run_state.step, time.monotonic()
    qtbot.waitUntil(lambda: running.run_state.step >= step + 3, timeout=WAIT)
    assert time.monotonic() - began > 0.15
    running.set_speed(0.0)
    step = running.run_state.step
    qtbot.waitUntil(lambda: running.run_state.step > step + 60, timeout=WAIT)
    running.pause()
    in_state(qtbot, running, "paused")


# -- what is broken -----------------------------------------------------------------------------------------------


def test_reset_begins_again_after_the_worker_gave_up(qtbot, running):
    running._link._take(messages.Failed(running._link._run, "", "an error of its own", "report it", fatal=True))
    assert running.run_state.state == "stopped" and not running._link.built
    with qtbot.waitSignal(running.started, timeout=WAIT):
        running.reset()
    in_state(qtbot, running, "paused")
    assert running.run_state.step == 0


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
def test_it_says_what_the_worker_died_of_and_not_what_it_said_before(qtbot, running):
    link = running._link
    os.kill(link.process_id, signal.SIGKILL)
    while link._client.alive:
        time.sleep(0.01)
    link._take(messages.Failed(link._run, "networks.RNN", "the loss was not finite", "", fatal=False))
    in_state(qtbot, running, "dead")
    assert "signal 9" in running.run_state.reason
    assert "not finite" in running.notices[0].text and "signal 9" in running.notices[1].text


def test_a_data_file_that_disappears(qtbot, running, tmp_path):
    table = tmp_path / "waves.csv"
    table.write_text("time,level\n" + "".join(f"{row},{row % 7}\n" for row in range(300)))
    with qtbot.waitSignal(running.started, timeout=WAIT):
        assert running.feed_file(table)
    running.play()
    qtbot.waitUntil(lambda: running.run_state.step > 3, timeout=WAIT)
    table.unlink()
    running.apply(SetValue("training.batch", 5))  # goes on with what was read
    step = running.run_state.step
    qtbot.waitUntil(lambda: running.run_state.step > step + 3, timeout=WAIT)
    with qtbot.waitSignal(running.started, timeout=WAIT):
        running.apply(AddNet("gru"))
    assert running.run_state.state == "training"
    running.apply(SetTask(Table(file=str(table), window=7)))
    in_state(qtbot, running, "paused")
    assert "waves.csv" in running.notices[-1].text and running.run_state.state != "dead"
    running.undo()
    running.notices.clear()
    running.play()  # its file is gone too: the person is told, and nothing hangs
    assert "waves.csv" in running.notices[-1].text and not running.run_state.active
    with qtbot.waitSignal(running.started, timeout=WAIT):
        running.apply(SetTask(DelayedRecall(lag=5, test_sequences=20)))
    running.play()
    step = running.run_state.step
    qtbot.waitUntil(lambda: running.run_state.step > step + 3, timeout=WAIT)


def test_a_relative_file_is_looked_for_where_the_document_lies_now(qtbot, running, tmp_path):
    (tmp_path / "waves.csv").write_text("time,level\n" + "".join(f"{row},{row % 7}\n" for row in range(300)))
    assert running.save(tmp_path / "mine.experiment.json")
    with qtbot.waitSignal(running.started, timeout=WAIT):
        assert running.apply(SetTask(Table(file="waves.csv")))
    assert running.notices == []


# -- much at once -------------------------------------------------------------------------------------------------


def test_contestants_come_and_go_while_it_trains(qtbot, running):
    running.play()
    qtbot.waitUntil(lambda: running.run_state.step > 5, timeout=WAIT)
    for turn in range(6):
        running.apply(AddNet(("gru", "lstm", "rnn")[turn % 3]))
        qtbot.wait(15)
        running.apply(SetUnits("LSTM", "layer1", 3 + turn))
        if turn % 2:
            running.apply(RemoveNet(running.experiment.networks[-1].name))
        running.apply(SetValue("training.batch", 4 + turn))
        running.undo()
    names = tuple(net.name for net in running.experiment.networks)
    qtbot.waitUntil(lambda: tuple(n.name for n in running.started_facts.networks) == names, timeout=WAIT)
    step = running.run_state.step
    qtbot.waitUntil(lambda: running.run_state.step > step + 20, timeout=WAIT)
    assert running.run_state.state == "training" and running.notices == []
    assert running.curves.losses.shape[0] == len(names) == len(running.race.names)
    running.pause()
    in_state(qtbot, running, "paused")
    qtbot.waitUntil(lambda: running.traces.step == running.run_state.step, timeout=WAIT)
    assert [net.name for net in running.traces.networks] == list(names)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
def test_another_document_after_the_worker_died(qtbot, running):
    os.kill(running._link.process_id, signal.SIGKILL)
    in_state(qtbot, running, "dead")
    with qtbot.waitSignal(running.started, timeout=WAIT):
        assert running.new_from_example("sines")
    in_state(qtbot, running, "paused")
    running.step()
    qtbot.waitUntil(lambda: running.run_state.step == 1, timeout=WAIT)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
def test_reset_after_the_worker_died(qtbot, running):
    """The notice with its buttons may have been closed."""
    running._link.play(3)
    qtbot.waitUntil(lambda: running.run_state.step == 3, timeout=WAIT)
    os.kill(running._link.process_id, signal.SIGKILL)
    in_state(qtbot, running, "dead")
    with qtbot.waitSignal(running.started, timeout=WAIT):
        running.reset()
    in_state(qtbot, running, "paused")
    assert running.run_state.step == 0 and running.curves.steps.size == 0


class Told:
    """A client that brings these events, one list for each poll."""

    alive = True

    def __init__(self, *polls):
        self.polls = list(polls)

    def poll(self):
        return self.polls.pop(0) if self.polls else []

    def send(self, command):
        pass

    def close(self):
        pass


def test_events_keep_their_order_when_a_panel_waits(session):
    """A slot that opens a dialog runs an event loop of its own, and the line is polled from there."""
    link, order = session._link, []
    first, second, third = (messages.Scalars(0, [n], [[0.1]], [[0.1]], 0.1, 0.0, 1) for n in (1, 2, 3))
    link._client = Told([first, second], [third])

    def on_scalars(event):
        order.append(event.steps[0])
        if event is first:
            link._poll()

    link.scalars.connect(on_scalars)
    link._poll()
    assert order == [1, 2, 3]


def test_a_document_that_is_mended_while_the_worker_still_starts(qtbot, session):
    """The edit comes after Start and before the answer that it cannot be built."""
    session.apply(SetValue("training.loss", "cross_entropy"))
    session.start_worker()
    session.apply(SetValue("training.loss", "mse"))
    with qtbot.waitSignal(session.started, timeout=WAIT):
        session._link._flush_update()  # what the next poll does
    in_state(qtbot, session, "paused")
    assert not [notice for notice in session.notices if notice.level == "error"]


def test_a_document_that_stays_broken_is_said_once(qtbot, session):
    session.apply(SetValue("training.loss", "cross_entropy"))
    session.start_worker()
    session.apply(SetValue("training.batch", 5))
    in_state(qtbot, session, "stopped")
    qtbot.wait(300)
    assert len([notice for notice in session.notices if notice.level == "error"]) == 1


# -- with the window's frames ---------------------------------------------------------------------------------------


def test_while_it_trains_and_nobody_does_anything_it_is_looked_for_as_often_as_there_are_traces(
    qtbot, running, monkeypatch
):
    monkeypatch.setattr(training_link, "BUSY", 0.2)
    link = running._link
    running.play()
    in_state(qtbot, running, "training")
    qtbot.waitUntil(lambda: link._timer.interval() == training_link.LOOK_MS, timeout=WAIT)
    running.set_speed(0.0)  # a command: its answer may come at any time
    assert link._timer.interval() == training_link.BUSY_MS
    link.look_at(0, None, 1)
    assert link._timer.interval() == training_link.RUSH_MS
    qtbot.waitUntil(lambda: link._timer.interval() == training_link.LOOK_MS, timeout=WAIT)
    running.pause()
    qtbot.waitUntil(lambda: link._timer.interval() == training_link.CALM_MS, timeout=WAIT)


def test_it_says_when_all_that_had_come_is_taken(qtbot, running):
    steps, told = [], []
    running.scalars_changed.connect(lambda: steps.append(running.run_state.step))
    running.taken.connect(lambda: told.append(len(steps)))
    running.play()
    qtbot.waitUntil(lambda: len(steps) > 5, timeout=WAIT)
    running.pause()
    assert told and told[-1] >= 1 and told == sorted(told)


def test_a_processor_is_asked_for_before_anything_is_taken_and_given_back_after_it(qtbot, running):
    """What is taken moves the canvas, the status line and the doctor: as much work as drawing plots."""
    way, asked = running._link._client.right_of_way, []
    running.play()
    in_state(qtbot, running, "training")
    running.scalars_changed.connect(lambda: asked.append(way.asked))
    qtbot.waitUntil(lambda: len(asked) > 5, timeout=WAIT)
    running.pause()
    in_state(qtbot, running, "paused")
    assert all(asked)
    qtbot.waitUntil(lambda: not way.asked)


def test_no_processor_is_needed_before_the_worker_begins_or_after_it_ended(qtbot, session):
    session.take_processor()
    session.close()
    session.take_processor()
    qtbot.wait(10)


def test_while_the_window_has_much_to_do_a_thread_of_the_training_rests(qtbot, running):
    """As long as it is asked to: the training goes on all the same."""
    running.apply(SetUnits(running.experiment.networks[0].name, "layer1", 48))
    running.play()
    in_state(qtbot, running, "training")
    way = running._link._client.right_of_way
    for on in (True, False, True):
        way.ask(on)
        step = running.run_state.step
        qtbot.waitUntil(lambda step=step: running.run_state.step > step + 3, timeout=WAIT)
    running.take_processor()
    assert way.asked
    qtbot.waitUntil(lambda: not way.asked)
