"""What comes first: the run at work in this process, without a pipe."""

import time
from typing import Any

import pytest

from playground.experiment.files import examples, load
from playground.training import conductor, messages
from playground.training.commands import HANDLERS, start
from playground.training.conductor import LONGEST_WAY, Conductor
from playground.training.traces_memory import TracesMemory


class Listener(list):
    """Keeps the kinds of events, in order."""

    def __call__(self, event: Any) -> None:
        self.append(type(event).__name__)


@pytest.fixture
def memory():
    found = TracesMemory.create(1 << 20)
    yield found
    found.close()
    found.unlink()


def test_after_play_the_first_loss_comes_before_all_that_can_wait(memory: TracesMemory) -> None:
    said = Listener()
    at = Conductor(said)
    start(at, messages.Start(0, load(examples()["delayed-recall"]), "native", memory=memory.name))
    assert at.run is not None and at.traces.ready
    HANDLERS[messages.Play](at, at.run, messages.Play(0))
    assert "Tested" in said and "Scalars" not in said  # the test at step 0 belongs before the first step
    while "TracesWritten" not in said:
        at.work()
    assert said.index("Tested") < said.index("Scalars") < said.index("TracesWritten")


def test_while_it_trains_what_is_pressing_comes_first_again(memory: TracesMemory) -> None:
    said = Listener()
    at = Conductor(said)
    start(at, messages.Start(0, load(examples()["delayed-recall"]), "native", memory=memory.name))
    assert at.run is not None
    HANDLERS[messages.Play](at, at.run, messages.Play(0))
    while not ("Scalars" in said and "TracesWritten" in said):
        at.work()
    for slot in range(2):
        at.traces.read(slot)
    at.traces.want()
    said.clear()
    step = at.run.step
    at.work()
    assert "TracesWritten" in said and at.run.step == step


def begun(said: Any, memory: TracesMemory) -> Conductor:
    """A race of two that trains, with some moments to look back at."""
    at = Conductor(said)
    start(at, messages.Start(0, load(examples()["delayed-recall"]), "native", memory=memory.name))
    assert at.run is not None
    HANDLERS[messages.Play](at, at.run, messages.Play(0))
    while at.run.step < 20:
        at.work()
    return at


def test_what_is_due_soon_comes_while_the_window_draws(memory: TracesMemory, monkeypatch) -> None:
    """A thread of the training rests then, and what the other does by itself costs least."""
    monkeypatch.setattr(conductor, "EARLY", 50.0)
    said = Listener()
    at = begun(said, memory)
    for slot in range(2):
        at.traces.read(slot)
    at.traces.wanted = False
    at.traces.pace._next = time.perf_counter() + 20.0
    said.clear()
    at.work()
    assert "TracesWritten" not in said
    at.window_draws = lambda: True
    step = at.run.step
    at.work()
    assert "TracesWritten" in said and at.run.step == step + 1  # it did not wait for the end of the slice


def test_scalars_go_with_the_traces(memory: TracesMemory) -> None:
    """Whoever takes both is disturbed once."""
    said = Listener()
    at = begun(said, memory)
    for slot in range(2):
        at.traces.read(slot)
    at.traces.wanted = False
    at.traces.pace.at_once()
    at.scalars_pace._next = time.perf_counter() + 50.0
    said.clear()
    at.work()
    assert said.index("Scalars") < said.index("TracesWritten")


def test_whoever_looks_back_in_the_midst_of_a_step_gets_it_there_and_the_step_is_the_same(memory: TracesMemory) -> None:
    events: list[Any] = []
    at, other = begun(events.append, memory), begun(Listener(), memory)
    assert at.run is not None and other.run is not None
    wishes = [at.glass.moments.steps[2]]

    def looked_for() -> bool:
        if not wishes:
            return False
        HANDLERS[messages.LookAt](at, at.run, messages.LookAt(0, wishes.pop(), number=1))
        for slot in range(2):
            at.traces.read(slot)
        return True

    while other.run.step != at.run.step:
        behind = min((at, other), key=lambda each: each.run.step if each.run is not None else 0)
        assert behind.run is not None
        behind.one_step(behind.run)
    at._attended, at.looked_for = 0.0, looked_for
    wanted = at.glass.moments.steps[2]
    before = len(events)
    step = at.run.step
    results = at.run.step_once()
    (written,) = [event for event in events[before:] if isinstance(event, messages.TracesWritten)]
    assert memory.read(written.slot).step == wanted and at.run.step == step + 1
    assert results == other.run.step_once()
    for mine, theirs in zip(at.run.trainers, other.run.trainers, strict=True):
        assert mine.network.parameters.values.tobytes() == theirs.network.parameters.values.tobytes()


def test_the_training_gives_way_to_who_looks_back_but_not_for_ever(memory: TracesMemory) -> None:
    at = begun(Listener(), memory)
    assert at.run is not None
    step, began = at.run.step, time.perf_counter()
    while time.perf_counter() < began + 0.5 * LONGEST_WAY:
        HANDLERS[messages.LookAt](at, at.run, messages.LookAt(0, at.glass.moments.steps[1]))
        at.work()
        time.sleep(0.005)
    assert at.run.step == step
    while time.perf_counter() < began + 2 * LONGEST_WAY and at.run.step == step:
        HANDLERS[messages.LookAt](at, at.run, messages.LookAt(0, at.glass.moments.steps[1]))
        at.work()
        time.sleep(0.005)
    assert at.run.step > step


def test_traces_go_on_within_a_test(memory: TracesMemory) -> None:
    said = Listener()
    at = begun(said, memory)
    for slot in range(2):
        at.traces.read(slot)
    said.clear()
    at.traces.pace.at_once()
    at.test()
    assert said.index("TracesWritten") < said.index("Tested")
