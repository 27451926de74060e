"""Questions about the running networks, answered by a real worker beside the training."""

import time

import msgspec
import numpy as np
import pytest

from playground.network.inspections.inspect import inspect
from playground.network.inspections.spec import (
    Connectivity,
    GradientThroughTime,
    Inspection,
    ItemisedGradient,
    SelectionMatches,
    Spectrum,
)
from playground.network.passes import Pass
from playground.network.spec import Goal, Layer, Net
from playground.training import inspector, messages
from playground.training.inspector import InspectionWriter
from playground.training.looking import Glass
from playground.training.run import Run
from playground.training.side_jobs import WindowGone
from playground.training.traces_writer import TracesWriter

FIRST = GradientThroughTime("LSTM", "layer1", ("h", "c"))
SECOND = Spectrum("RNN", "layer1")
THIRD = ItemisedGradient("RNN", "layer1", "h")


def arrays(event: messages.Inspected) -> dict[str, np.ndarray]:
    return {name: np.frombuffer(data.data, data.dtype).reshape(data.shape) for name, data in event.arrays.items()}


def answered(writer: InspectionWriter, run: Run) -> messages.Inspected:
    (event,) = told(writer, run)
    return event


def told(writer: InspectionWriter, run: Run) -> list[messages.Inspected]:
    """What goes out together."""
    events: list[messages.Event] = []
    writer.send(run, 1, events.append)
    if not events:
        return []
    (event,) = events
    assert isinstance(event, messages.Answers)
    return list(event.answers)


def test_an_answer_is_what_the_function_says(talk, experiment) -> None:
    talk.begin(experiment)
    talk.client.send(messages.Inspect(1, (FIRST, SECOND)))
    got = {}
    for _ in range(2):
        event = talk.until(messages.Inspected)
        assert event.step == 0 and not event.problem
        got[event.inspection] = arrays(event)
    run = Run(experiment)
    for question, trainer in ((FIRST, run.trainers[1]), (SECOND, run.trainers[0])):
        wanted = inspect(trainer.network, run.probe.batch, question)
        assert got[question].keys() == wanted.keys()
        for name, values in wanted.items():
            assert got[question][name].dtype == values.dtype
            np.testing.assert_array_equal(got[question][name], values)


def test_they_follow_the_training_and_the_last_one_is_of_the_last_step(talk, experiment, changed) -> None:
    talk.begin(changed(experiment, goal=Goal(steps=0)))
    talk.client.send(messages.Inspect(1, (FIRST, SECOND)))
    talk.until(messages.Inspected)
    talk.client.send(messages.Play(1))
    for question in (FIRST, SECOND):
        talk.until(messages.Inspected, lambda event, question=question: event.inspection == question and event.step > 0)
    talk.client.send(messages.Pause(1))
    step = talk.until(messages.StateChanged, lambda event: event.state == "paused").step
    for _ in range(2):
        talk.until(messages.Inspected, lambda event: event.step == step)


def test_standing_still_nothing_is_computed_twice(talk, experiment) -> None:
    talk.begin(experiment)
    talk.client.send(messages.Inspect(1, (FIRST,)))
    talk.until(messages.Inspected)
    talk.forget()
    end = time.monotonic() + 0.3
    while time.monotonic() < end:
        talk.poll()
    assert not talk.of(messages.Inspected)
    talk.client.send(messages.SetWeight(1, "LSTM", "layer1.forget.bias", (0,), 3.0))
    talk.until(messages.Inspected)


def test_another_run_is_asked_nothing(talk, experiment) -> None:
    talk.begin(experiment)
    talk.client.send(messages.Inspect(1, (FIRST,)))
    talk.until(messages.Inspected)
    talk.begin(experiment, run=2)
    talk.client.send(messages.Inspect(1, (SECOND,)))  # stale
    talk.forget()
    talk.train(5, run=2)
    end = time.monotonic() + 0.3
    while time.monotonic() < end:
        talk.poll()
    assert not talk.of(messages.Inspected)


def test_a_question_that_does_not_fit_any_more_says_so(experiment) -> None:
    run = Run(experiment)
    writer = InspectionWriter()
    for question, words in (
        (GradientThroughTime("GRU", "layer1", ("h",)), "networks.GRU: there is no such network"),
        (GradientThroughTime("LSTM", "layer9", ("h",)), "no such layer"),
        (GradientThroughTime("LSTM", "layer1", ("hh",)), "no such node"),
        (ItemisedGradient("LSTM", "layer1", "h_prev"), "no such node"),
        (Spectrum("LSTM", "layer9"), "no such layer"),
    ):
        writer.ask((question,))
        event = answered(writer, run)
        assert words in event.problem and not event.arrays and event.inspection == question


def test_a_failure_of_its_own_is_a_sentence_and_the_training_goes_on(experiment, monkeypatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(Run, "look", fail)
    writer = InspectionWriter()
    writer.ask((FIRST,))
    assert answered(writer, Run(experiment)).problem == "this could not be computed (RuntimeError)"


def test_what_fails_outside_an_answer_keeps_no_other_from_being_given(experiment, monkeypatch) -> None:
    """A long answer breathes, and what is sent in between may find nobody at the other end."""
    run, writer = Run(experiment), InspectionWriter()
    writer.ask((SECOND,))
    with monkeypatch.context() as broken:

        def look(self: Run, question: Inspection) -> dict[str, np.ndarray]:
            raise WindowGone

        broken.setattr(Run, "look", look)
        with pytest.raises(WindowGone):
            writer.send(run, 1, lambda event: None)
    writer.ask((THIRD, SECOND))
    assert writer.ready
    assert not answered(writer, run).problem


def test_too_many_numbers_are_not_sent(experiment, monkeypatch) -> None:
    monkeypatch.setattr(inspector, "LARGEST", 100)
    writer = InspectionWriter()
    writer.ask((FIRST,))
    event = answered(writer, Run(experiment))
    assert "too many numbers" in event.problem and not event.arrays


def test_in_turn_and_one_at_a_time(experiment) -> None:
    run, writer = Run(experiment), InspectionWriter()
    assert not writer.ready and not writer.due(1e9)
    writer.ask((FIRST, SECOND))
    assert writer.ready
    assert answered(writer, run).inspection == FIRST
    assert not writer.ready and not writer.due(1e9)  # until it was read
    writer.read()
    writer.ask((FIRST, SECOND, THIRD))  # the new one first, then who still waits, then who had an answer
    order = []
    for _ in range(2):
        assert writer.ready
        order.append(answered(writer, run).inspection)
        writer.read()
    assert order == [THIRD, SECOND] and not writer.ready
    assert writer.due(time.perf_counter() + 1.0)  # beside the training, at its pace
    writer.ask(())
    assert not writer.ready and not writer.due(1e9)


def test_all_questions_together_keep_to_a_share_of_the_time(experiment, monkeypatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(inspector.time, "perf_counter", lambda: clock[0])

    def slow(run: object, question: Inspection) -> dict[str, np.ndarray]:
        clock[0] += {FIRST: 0.001, SECOND: 0.2}[question]
        return {}

    monkeypatch.setattr(Run, "look", slow)
    run, writer = Run(experiment), InspectionWriter()
    writer.ask((FIRST, SECOND))
    spent, began = 0.0, clock[0]
    while clock[0] < began + 100:
        if writer.due(clock[0]):
            before = clock[0]
            answered(writer, run)
            writer.read()
            spent += clock[0] - before
        clock[0] += 0.01
    assert 0.5 * inspector.SHARE < spent / (clock[0] - began) < 1.5 * inspector.SHARE


@pytest.mark.parametrize(("engine", "backward"), [("numpy", 2), ("native", 3)])
def test_light_answers_go_together_with_the_traces_and_from_the_same_run(
    experiment, engine: str, backward: int, monkeypatch
) -> None:
    """The other loss goes back beside the first one, or alone where that is quicker; nothing goes forward again."""
    ways: list[str] = []
    for name in ("forward", "backward"):
        way = getattr(Pass, name)
        monkeypatch.setattr(Pass, name, lambda *of, way=way, name=name: (ways.append(name), way(*of))[1])
    run, glass = Run(experiment, engine=engine), Glass()
    traces = TracesWriter(glass)
    writer = InspectionWriter(glass, traces)
    both = (FIRST, Connectivity("LSTM", 0, 0))
    writer.ask((*both, SECOND))
    groups: list[list[messages.Inspected]] = []
    while writer.ready:
        groups.append(told(writer, run))
        writer.read()
    assert [[event.inspection for event in events] for events in groups] == [list(both), [SECOND]]
    run.step_once()
    ways.clear()
    glass.traces(run)
    traces.written, traces.step = 1, run.step
    assert ways == ["forward", "backward"] * 2  # of two networks
    assert writer.due(0.0)
    events = told(writer, run)
    assert [event.inspection for event in events] == list(both)
    assert ways.count("forward") == 2 and ways.count("backward") == backward
    for event in events:
        wanted = inspect(run.trainers[1].network, run.probe.batch, event.inspection)
        for name, values in wanted.items():
            np.testing.assert_allclose(arrays(event)[name], values, rtol=1e-6, atol=1e-9)
    assert not writer.due(0.0)  # they are still on their way
    writer.read()
    run.step_once()
    traces.written = 2  # but those were of the step before
    writer._pace.done(time.perf_counter(), time.perf_counter())
    assert not any(event.inspection in both for event in told(writer, run))


def test_light_answers_that_have_no_room_come_the_next_time(experiment, monkeypatch) -> None:
    monkeypatch.setattr(inspector, "TOGETHER", 100)
    monkeypatch.setattr(inspector, "LIGHT", 10.0)
    run, writer = Run(experiment), InspectionWriter()
    several = {Connectivity("LSTM", 0, 0), FIRST, GradientThroughTime("RNN", "layer1", ("h",)), THIRD}
    writer.ask(several)
    while writer.ready:
        told(writer, run)
        writer.read()
    seen: set[Inspection] = set()
    for _ in several:
        run.step_once()
        writer._pace.at_once()
        seen |= {event.inspection for event in told(writer, run)}
        writer.read()
    assert seen == several


def test_an_own_loss_goes_back_once_whatever_is_asked_first(experiment, monkeypatch) -> None:
    """As long as machine code takes one loss back at a time."""
    run, writer = Run(experiment, engine="native"), InspectionWriter()
    writer.ask((Connectivity("LSTM", 0, 0), FIRST, ItemisedGradient("LSTM", "layer1", "h")))
    while writer.ready:
        told(writer, run)
        writer.read()
    run.step_once()
    run.traces()
    ways: list[str] = []
    way = Pass.backward
    monkeypatch.setattr(Pass, "backward", lambda *of: (ways.append("backward"), way(*of))[1])
    writer._pace.at_once()
    assert len(told(writer, run)) == 3 and len(ways) == 1


def test_traces_that_were_missed_are_no_leave_for_long_answers(experiment, monkeypatch) -> None:
    """While it trains, what takes the place of a long answer waits for its time, whatever else is due."""
    monkeypatch.setattr(inspector.time, "perf_counter", lambda: 100.0)
    run, glass = Run(experiment, engine="numpy"), Glass()
    traces = TracesWriter(glass)
    writer = InspectionWriter(glass, traces)
    first, second = (SelectionMatches("LSTM", "layer1", "h", (0,), level, 3) for level in (0.1, 0.2))
    writer.ask((FIRST, first))
    while writer.ready:
        told(writer, run)
        writer.read()
    writer.ask((FIRST, second))
    traces.written, traces.step = 1, run.step
    run.step_once()
    assert writer.due(100.0) and not told(writer, run)
    assert not writer.due(100.0)  # and nobody asks again before there are others
    assert writer.due(100.2) and [event.inspection for event in told(writer, run)] == [second]  # nothing trains


def test_what_takes_the_place_of_a_long_answer_is_not_answered_more_often(experiment, monkeypatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(inspector.time, "perf_counter", lambda: clock[0])

    def slow(run: object, question: Inspection) -> dict[str, np.ndarray]:
        clock[0] += 0.1
        return {}

    monkeypatch.setattr(Run, "look", slow)
    run, writer = Run(experiment), InspectionWriter()
    answers = 0
    for number in range(200):
        writer.ask((SelectionMatches("LSTM", "layer1", "h", (number % 4,), number / 1000, 3),))
        if writer.due(clock[0]):
            answered(writer, run)
            writer.read()
            answers += 1
        clock[0] += 0.05
    assert 8 <= answers <= 12  # in about 11 s
    writer.ask((SelectionMatches("LSTM", "layer1", "h", (1,), 0.9, 3),))
    assert writer.ready  # where nothing trains it is answered all the same
    assert answered(writer, run).inspection.threshold == 0.9


def test_the_longer_it_takes_the_rarer_but_not_in_proportion(experiment, monkeypatch) -> None:
    costs = {SECOND: 0.002, Spectrum("LSTM", "layer1"): 0.2, Spectrum("LSTM", "layer2"): 0.2}
    often, seldom, as_seldom = counted(experiment, monkeypatch, costs)
    assert 7 < often / seldom < 14  # the root of 100 is 10
    assert abs(seldom - as_seldom) <= 1


def test_no_single_answer_takes_more_than_its_share(experiment, monkeypatch) -> None:
    (alone,) = counted(experiment, monkeypatch, {SECOND: 0.2})
    assert 9 <= alone <= 11  # in 200 s, of which it may take a hundredth
    long, _ = counted(experiment, monkeypatch, {SECOND: 0.2, Spectrum("LSTM", "layer1"): 0.002})
    assert 9 <= long <= 11


def counted(experiment, monkeypatch, costs: dict[Inspection, float]) -> list[int]:
    """How many answers that take so many seconds come in 200 s beside a training."""
    clock, answers = [100.0], dict.fromkeys(costs, 0)
    monkeypatch.setattr(inspector.time, "perf_counter", lambda: clock[0])

    def slow(run: object, question: Inspection) -> dict[str, np.ndarray]:
        clock[0] += costs[question]
        answers[question] += 1
        return {}

    monkeypatch.setattr(Run, "look", slow)
    run, writer = Run(experiment), InspectionWriter()
    writer.ask(costs)
    while clock[0] < 300:
        if writer.due(clock[0]):
            answered(writer, run)
            writer.read()
        clock[0] += 0.01
    return list(answers.values())


def test_a_network_that_was_built_anew_is_asked_again(talk, experiment) -> None:
    talk.begin(experiment)
    talk.client.send(messages.Inspect(1, (FIRST,)))
    talk.until(messages.Inspected)
    nets = (experiment.networks[0], Net("LSTM", (Layer("layer1", "gru", 4),)))
    talk.client.send(messages.Update(1, msgspec.structs.replace(experiment, networks=nets)))
    assert "no such node" in talk.until(messages.Inspected).problem
    talk.client.send(messages.Update(1, experiment))
    assert not talk.until(messages.Inspected).problem


@pytest.mark.parametrize("command", [messages.Inspect(3, (FIRST, SECOND, THIRD)), messages.InspectionRead(3)])
def test_they_travel_as_messages(command: messages.Command) -> None:
    assert messages.decode_command(messages.encode(command)) == command
