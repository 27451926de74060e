"""Commands in their order, and of many edits the latest; nothing that is sent can stop the conversation."""

import multiprocessing
import time
from collections import deque

import msgspec
import pytest

from playground.network.spec import Goal, Layer, Net
from playground.training import messages
from playground.training.inbox import RECEIPTS, Inbox, Unreadable, put

replace = msgspec.structs.replace


def update(experiment, batch: int, run: int = 1) -> messages.Update:
    training = replace(experiment.training, batch=batch)
    return messages.Update(run, replace(experiment, training=training))


def test_the_latest_edit_takes_the_place_of_those_before_it(experiment) -> None:
    waiting: deque[messages.Command] = deque()
    for batch in range(1, 50):
        put(waiting, update(experiment, batch))
        put(waiting, messages.TracesRead(1, batch % 2))
        put(waiting, messages.WatchWeights(1, (("RNN", str(batch)),)))
    assert [type(command) for command in waiting].count(messages.TracesRead) == 49
    assert [command for command in waiting if isinstance(command, messages.Update)] == [update(experiment, 49)]
    assert waiting[-1] == messages.WatchWeights(1, (("RNN", "49"),)) and len(waiting) == 51


def test_what_comes_in_between_keeps_its_place(experiment) -> None:
    by_hand = messages.SetWeight(1, "RNN", "readout.bias", (0,), 1.0)
    commands = [
        update(experiment, 1), by_hand, update(experiment, 2), messages.Play(1), update(experiment, 3),
        messages.Reset(1), update(experiment, 4), update(experiment, 4, run=2), by_hand, by_hand,
    ]  # fmt: skip
    waiting: deque[messages.Command] = deque()
    for command in commands:
        put(waiting, command)
    assert list(waiting) == commands


@pytest.fixture
def pipe():
    mine, theirs = multiprocessing.Pipe()
    yield mine, Inbox(theirs)
    mine.close()
    theirs.close()


def test_what_waits_in_the_pipe_counts_too(pipe, experiment) -> None:
    mine, inbox = pipe
    for batch in range(1, 11):
        mine.send_bytes(messages.encode(update(experiment, batch)))
    assert inbox.receive(None) == update(experiment, 10) and inbox.receive(0) is None


def test_a_command_that_is_none_is_said_and_the_next_one_comes(pipe, experiment) -> None:
    mine, inbox = pipe
    mine.send_bytes(messages.encode(messages.Start(3, replace(experiment, seed=-1))))
    mine.send_bytes(msgspec.msgpack.encode({"type": "dance", "run": 4}))
    mine.send_bytes(messages.encode(messages.Pause(3)))
    with pytest.raises(Unreadable, match="seed") as caught:
        inbox.receive(None)
    assert (caught.value.run, caught.value.start) == (3, True)
    with pytest.raises(Unreadable) as caught:
        inbox.receive(None)
    assert (caught.value.run, caught.value.start) == (4, False)
    assert inbox.receive(None) == messages.Pause(3)
    mine.close()
    with pytest.raises((EOFError, OSError)):
        inbox.receive(None)


def test_what_is_next_may_be_taken_before_its_turn_and_nothing_else(pipe) -> None:
    mine, inbox = pipe
    sent = [messages.TracesRead(1, 0), messages.InspectionRead(1), messages.Pause(1), messages.TracesRead(1, 1)]
    assert not inbox.called() and inbox.first(RECEIPTS) is None
    for command in sent:
        mine.send_bytes(messages.encode(command))
    assert [inbox.first(RECEIPTS) for _ in range(3)] == [*sent[:2], None] and inbox.next == sent[2]
    assert inbox.called() and inbox.first(messages.Pause) == sent[2] and inbox.receive(0) == sent[3]
    mine.send_bytes(msgspec.msgpack.encode({"type": "dance", "run": 4}))
    mine.send_bytes(messages.encode(sent[2]))
    assert inbox.called() and inbox.first(RECEIPTS) is None  # what is wrong is said when its turn comes
    with pytest.raises(Unreadable):
        inbox.receive(0)
    assert inbox.receive(0) == sent[2] and not inbox.called()
    mine.close()
    assert inbox.called()
    with pytest.raises((EOFError, OSError)):
        inbox.receive(0)


def test_a_document_that_is_out_of_bounds_does_not_end_the_worker(talk, experiment) -> None:
    talk.begin(experiment)
    talk.client.send(messages.Update(1, replace(experiment, seed=-1)))
    failed = talk.until(messages.Failed)
    assert not failed.fatal and "seed" in failed.problem
    assert talk.train(2).step == 2
    talk.client.send(messages.Start(2, replace(experiment, seed=-1)))
    assert talk.until(messages.Failed).fatal
    assert talk.begin(experiment, run=3).step == 0


def test_a_document_that_cannot_be_sent_is_said_and_the_next_one_is_sent(talk, experiment) -> None:
    talk.begin(experiment)
    for odd in (object(), 2**70, {1, object()}):
        talk.client.send(messages.Update(1, replace(experiment, view={"odd": odd})))
        failed = talk.until(messages.Failed)
        assert not failed.fatal and "cannot be sent" in failed.problem
    talk.client.send(messages.Start(2, replace(experiment, view={"odd": object()})))
    assert talk.until(messages.Failed).fatal
    assert talk.begin(experiment, run=3).step == 0


def test_a_slider_that_rebuilds_networks_is_never_far_behind(talk, experiment) -> None:
    """Every edit builds a large network anew; the worker follows the hand and does not work through all of them."""
    experiment = replace(experiment, training=replace(experiment.training, goal=Goal(steps=0)))
    talk.begin(experiment)
    talk.client.send(messages.Play(1))
    talk.until(messages.Scalars)
    for units in range(200, 240):
        networks = (experiment.networks[0], Net("LSTM", (Layer("layer1", "lstm", units),)))
        talk.client.send(messages.Update(1, replace(experiment, networks=networks)))
        talk.poll()
        time.sleep(0.002)
    # 2 inputs, 239 units, 1 output
    whole = 4 * 239 * (2 + 239 + 1) + 239 + 1
    talk.until(messages.Started, lambda event: event.networks[1].parameters == whole)
    assert len(talk.of(messages.Started)) < 20
    talk.client.send(messages.Pause(1))
    talk.until(messages.StateChanged, lambda event: event.state == "paused")
