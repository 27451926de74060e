"""Small experiments that train in milliseconds, and a conversation with a real worker."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import named_engine
import pytest

from playground.experiment.document import Experiment
from playground.network.spec import Goal, Layer, Net, Training
from playground.tasks.spec import DelayedRecall
from playground.training import messages
from playground.training.client import TrainingClient

NETS = (
    Net("RNN", (Layer("layer1", "rnn", 5),)),
    Net("LSTM", (Layer("layer1", "lstm", 4),)),
)


def change(experiment: Experiment, **settings: Any) -> Experiment:
    """The experiment with training settings (`goal__steps=5` for nested ones) replaced."""
    training = experiment.training
    for name, value in settings.items():
        first, _, second = name.partition("__")
        if second:
            value = msgspec.structs.replace(getattr(training, first), **{second: value})
        training = msgspec.structs.replace(training, **{first: value})
    return msgspec.structs.replace(experiment, training=training)


@pytest.fixture(autouse=True)
def engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Named, here and in `Talk.begin`; who tests the choice of one has a fixture of this name that does nothing."""
    named_engine.name_it(monkeypatch)


@pytest.fixture
def changed() -> Callable[..., Experiment]:
    return change


@pytest.fixture
def experiment() -> Experiment:
    """A tanh RNN beside an LSTM on delayed recall, lag 10."""
    training = Training(batch=4, goal=Goal(steps=40), test_every=10, checkpoint_every=20)
    return Experiment(name="Small", task=DelayedRecall(lag=10, test_sequences=20), networks=NETS, training=training)


class Talk:
    """A client whose events are all kept; `until` waits for one, which a person at a window never does."""

    def __init__(self, client: TrainingClient) -> None:
        self.client = client
        self.events: list[messages.Event] = []
        self.traces: list[Any] = []
        self.read_traces = True
        self._seen = 0

    def poll(self) -> list[messages.Event]:
        news = self.client.poll()
        for event in news:
            if isinstance(event, messages.TracesWritten) and self.read_traces:
                self.traces.append(self.client.traces(event))
        self.events += news
        return news

    def until(self, kind: type, accept: Callable[[Any], bool] = lambda event: True, seconds: float = 20.0) -> Any:
        """The next event of this kind, after those that were waited for before. Fails after `seconds`."""
        end = time.monotonic() + seconds
        while True:
            while self._seen < len(self.events):
                self._seen += 1
                event = self.events[self._seen - 1]
                if isinstance(event, kind) and accept(event):
                    return event
            if time.monotonic() > end:
                raise AssertionError(f"no {kind.__name__} within {seconds} s; the last were {self.events[-3:]}")
            if not self.poll():
                time.sleep(0.002)

    def forget(self) -> None:
        """Drop all events so far."""
        self.events.clear()
        self._seen = 0

    def of(self, kind: type) -> list[Any]:
        """All events of this kind so far."""
        return [event for event in self.events if isinstance(event, kind)]

    def begin(self, experiment: Experiment, run: int = 1, **settings: Any) -> messages.Started:
        """Start and wait until it is built and paused."""
        settings = {"engine": named_engine.NAME, **settings}
        self.client.send(messages.Start(run, experiment, **settings))
        started: messages.Started = self.until(messages.Started, lambda event: event.run == run)
        self.until(messages.StateChanged, lambda event: event.run == run)
        return started

    def train(self, steps: int, run: int = 1) -> messages.StateChanged:
        """So many steps; waits for the pause."""
        self.client.send(messages.Play(run, steps=steps))
        state: messages.StateChanged = self.until(messages.StateChanged, lambda event: event.state != "training")
        return state


@pytest.fixture
def talk() -> Iterator[Talk]:
    """A warm worker."""
    with TrainingClient() as client:
        client.start_process()
        talk = Talk(client)
        talk.until(messages.Ready)
        yield talk
