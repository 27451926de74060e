"""What comes first: the run at work in this process, without a pipe."""

from typing import Any

import pytest

from playground.experiment.files import examples, load
from playground.training import messages
from playground.training.commands import HANDLERS, start
from playground.training.conductor import Conductor
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
