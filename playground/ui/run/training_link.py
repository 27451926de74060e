"""The session's line to the worker process: sends commands, turns events into state, notices when the worker dies."""

import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from playground.experiment.document import Experiment
from playground.network.inspections.spec import Inspection
from playground.network.traces import Traces
from playground.training import messages
from playground.training.failing import as_error
from playground.ui.run.processor import Processor
from playground.ui.state import RunState

if TYPE_CHECKING:
    from playground.training.client import TrainingClient

RUSH_MS, BUSY_MS, CALM_MS = 2, 16, 60
LOOK_MS = 45  # while it trains and nobody does anything: as often as there are new traces
RUSH = 0.25  # seconds for which an answer is looked for without delay
BUSY = 1.0  # seconds after a command for which it is looked for sooner
CALM_AFTER = 60  # polls without any event


class TrainingLink(QObject):
    """Owns the `TrainingClient`, the run's number and the one timer that polls. Knows nothing of documents or undo."""

    run_changed = Signal(object)
    started = Signal(object)
    scalars = Signal(object)
    tested = Signal(object)
    traces = Signal(object)
    failed = Signal(object)
    died = Signal(str)
    ready = Signal(object)
    begun = Signal()  # another run: all that is known of the last one is of no use
    weights = Signal(object)
    weight_set = Signal(object)
    engine_chosen = Signal(object)
    inspected = Signal(object)
    ghosts = Signal(object)  # traces to compare with, None when there are none any more
    stirred = Signal(object)
    snapshots = Signal(object)
    branched = Signal(object)
    stepped = Signal(object)
    taken = Signal()  # all that had come

    def __init__(self, checkpoints: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = RunState()
        self.engine = "auto"  # what a person wants to compute with, in this run and in those to come
        self.checkpoint: tuple[int, str] | None = None
        self.was_training = False
        self._checkpoints = checkpoints
        self._client: TrainingClient | None = None
        self._closed, self._run = False, 0
        self._speed = 0.0
        self._play: int | None = None  # what to do as soon as the run is built: None nothing, 0 train on, n: n steps
        self._experiment: Experiment | None = None
        self._folder: Path | None = None
        self._changed = False  # the experiment differs from what the worker has
        self._early = False  # it was edited before the worker has said whether it can be built
        self._built = False
        self._broken = False  # the worker could not build it, or gave it up: only a new start helps
        self._watched: tuple[tuple[str, str], ...] = ()  # weights that somebody looks at
        self._questions: tuple[Inspection, ...] = ()  # about the networks, that somebody wants answered
        self._events: deque[messages.Event] = deque()
        self._quiet = 0
        self._rush = self._busy = 0.0  # clock readings until which an answer is looked for without delay, and soon
        self._rate = (0.0, 0)  # seconds and sequences at the last estimate of the speed
        self._timer = QTimer(self, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._poll)
        self.processor = Processor(lambda: None if self._client is None else self._client.right_of_way, self)

    # -- commands -------------------------------------------------------------------------------------------------

    def start_worker(self) -> bool:
        """Start the process (takes milliseconds here; it warms up by itself). False: there is one already, or this
        line was closed."""
        if self._client is not None or self._closed:
            return False
        from playground.training.client import TrainingClient  # late: the first paint does not wait for it

        self._client = TrainingClient()
        self._client.start_process()
        self._timer.start(BUSY_MS)
        return True

    def restart_worker(self) -> None:
        """A fresh process in place of one that died."""
        if self._client is None:
            self.start_worker()
            return
        self._client.restart()
        self._built = False
        self._set(RunState())
        self._timer.start(BUSY_MS)

    def begin(self, experiment: Experiment, folder: Path | None, checkpoint: str = "") -> None:
        """A new run, in a fresh process where the last one died. What comes from older runs is dropped from now on."""
        if self._client is not None and not self._client.alive:
            self.restart_worker()
        self._run += 1
        self._experiment, self._folder = experiment, folder
        self._built = self._broken = self._changed = self._early = self.was_training = False
        if not checkpoint:
            self.checkpoint = None
        self._set(RunState(waiting=self._play is not None))
        start = messages.Start(
            run=self._run,
            experiment=experiment,
            folder=str(folder or ""),
            checkpoints=str(self._checkpoints),
            checkpoint=checkpoint,
            engine=self.engine,
        )
        self.begun.emit()
        self._send(start)
        if self._watched:
            self._send(messages.WatchWeights(self._run, self._watched))
        if self._questions:
            self._send(messages.Inspect(self._run, self._questions))

    def update(self, experiment: Experiment, folder: Path | None) -> None:
        """Tell the worker about an edit. Many edits between two polls become one message."""
        self._experiment, self._folder, self._changed = experiment, folder, True
        self._hurry()

    def play(self, steps: int = 0) -> None:
        """Train; `steps` 0: until a goal or Pause. Before the run is built this is remembered."""
        if self.state.state == "dead":
            return
        self._play = steps
        if self._built:
            self._send_play()
            if steps or self.state.state == "training":
                return  # it is done before anybody could ask for a pause, or goes on anyway
        elif self._broken:
            self._begin_again()
        self._set(replace(self.state, waiting=True))

    def pause(self) -> None:
        self._play = None
        self._set(replace(self.state, waiting=False))
        if self._built:
            self._send(messages.Pause(self._run))

    def reset(self) -> None:
        self._play = None
        self._set(replace(self.state, waiting=False))
        if self._built:
            self._flush_update()
            self._send(messages.Reset(self._run))
        elif self._broken:
            self._begin_again()

    def set_speed(self, speed: float) -> None:
        """At most so many steps a second; 0: as fast as it goes."""
        self._speed = speed
        if self._built:
            self._send(messages.SetSpeed(self._run, speed))

    def set_engine(self, engine: str) -> None:
        """Go on with another engine, "auto" for the fastest; `engine_chosen` or `failed` follows."""
        self.engine = engine
        if self._built:
            self._flush_update()
            self._send(messages.SetEngine(self._run, engine))

    @property
    def built(self) -> bool:
        """Whether the worker has networks that can be trained, or changed by hand."""
        return self._built

    def watch_weights(self, names: tuple[tuple[str, str], ...]) -> None:
        """Ask for these weights while they change, in this run and in those to come."""
        self._watched = names
        if self._built:
            self._flush_update()  # they are named as the document is now
        if self._run:
            self._send(messages.WatchWeights(self._run, names))

    def inspect(self, questions: tuple[Inspection, ...]) -> None:
        """Have these answered again and again, in this run and in those to come."""
        self._questions = questions
        if self._built:
            self._flush_update()  # they are asked of the document as it is now
        if self._run:
            self._send(messages.Inspect(self._run, questions))

    def set_weight(self, net: str, parameter: str, index: tuple[int, ...], value: float) -> None:
        """Set one number; `weight_set` or `failed` follows."""
        self._flush_update()
        self._send(messages.SetWeight(self._run, net, parameter, index, value))

    def add_noise(self, net: str, parameter: str, share: float, seed: int) -> None:
        """Add noise to weights; `stirred` or `failed` follows."""
        self._flush_update()
        self._send(messages.AddNoise(self._run, net, parameter, share, seed))

    def take_back_noise(self, number: int) -> None:
        """Take it back; `stirred` or `failed` follows."""
        if self._built:
            self._send(messages.TakeBackNoise(self._run, number))

    def look_at(self, step: int, beside: int | None, number: int) -> None:
        """Show the networks as they were; the answer is looked for without delay until `unhurried`."""
        self._send(messages.LookAt(self._run, step, beside, number))
        self._rush = time.monotonic() + RUSH
        self._keep_pace()

    def unhurried(self) -> None:
        """What was asked for in a hurry is there."""
        self._rush = 0.0

    def step_slowly(self) -> None:
        """One training step; `stepped` tells what it did to the weights."""
        if self._built:
            self._flush_update()
            self._send(messages.StepSlowly(self._run))

    def branch(self, step: int, keep: Path) -> None:
        """Go back to a moment and on from there; `branched` or `failed` follows."""
        self._flush_update()
        self._send(messages.Branch(self._run, step, str(keep)))

    def save(self, path: Path) -> None:
        """Write a checkpoint of the run as it is, before anything else happens to it."""
        self._flush_update()
        self._send(messages.SaveCheckpoint(self._run, str(path)))

    def close(self) -> None:
        """End the process. Never raises for a process that is gone already."""
        self._timer.stop()
        self._closed = True
        if self._client is not None:
            self._client.close()
            self._client = None

    @property
    def process_id(self) -> int | None:
        """Of the worker, for tests and the log."""
        process = getattr(self._client, "process", None)
        return getattr(process, "pid", None)

    # -- inside ---------------------------------------------------------------------------------------------------

    def _send(self, command: messages.Command) -> None:
        if self._client is None:
            return
        with suppress(OSError, EOFError, ValueError):  # the process is gone: the next poll sees it and says so
            self._client.send(command)
        self._hurry()

    def _send_play(self) -> None:
        steps, self._play = self._play or 0, None
        self._flush_update()
        self._send(messages.Play(self._run, steps, self._speed))

    def _flush_update(self) -> None:
        if not self._changed or self._client is None or self._experiment is None:
            return
        if self._broken:
            self._begin_again()
        else:
            self._changed, self._early = False, not self._built
            self._send(messages.Update(self._run, self._experiment, str(self._folder or "")))

    def _begin_again(self) -> None:
        """What was broken may be mended by now."""
        if self._experiment is not None:
            self.begin(self._experiment, self._folder)

    def _hurry(self) -> None:
        self._quiet, self._busy = 0, time.monotonic() + BUSY
        self._keep_pace()

    def _keep_pace(self) -> None:
        """How soon what comes is looked for."""
        now, wanted = time.monotonic(), BUSY_MS
        if now < self._rush:
            wanted = RUSH_MS
        elif self._quiet >= CALM_AFTER:
            wanted = CALM_MS
        elif self.state.state == "training" and now > self._busy:
            wanted = LOOK_MS
        if wanted != self._timer.interval():
            self._timer.setInterval(wanted)

    def _set(self, state: RunState) -> None:
        if state != self.state:
            self.state = state
            self.run_changed.emit(state)

    def _poll(self) -> None:
        client = self._client
        if client is None:
            return
        self._flush_update()
        if self.state.state == "training" and client.comes:
            self.processor.take()
        events = client.poll()
        self._events.extend(events)  # a slot may wait in a dialog, and this is called from there: the order stays
        while self._events:
            self._take(self._events.popleft())
        if self.state.state == "dead":
            return
        self._quiet = 0 if events or self.state.active else self._quiet + 1
        self._keep_pace()
        if events:
            self.taken.emit()

    def _bury(self, reason: str) -> None:
        self._timer.stop()
        self.was_training = self.state.active
        self._built, self._play = False, None
        self._set(replace(self.state, state="dead", reason=reason, waiting=False, sequences_per_second=0.0))
        self.died.emit(reason)

    def _take(self, event: messages.Event) -> None:
        if isinstance(event, messages.Ready):
            self.ready.emit(event)
        elif event.run == self._run and type(event) in self._told:
            getattr(self, self._told[type(event)]).emit(event)
        elif event.run == self._run:
            self._handlers[type(event)](self, event)

    def _take_started(self, event: messages.Started) -> None:
        self._built = True
        self._rate = (0.0, 0)
        state = "paused" if self.state.state == "idle" else self.state.state  # the true one follows
        seconds = self.state.seconds if event.kept else 0.0
        waiting = self._play is not None or self.state.waiting
        self._set(RunState(state, event.step, event.engine, "", 0.0, seconds, waiting))
        self.started.emit(event)
        if self._play is not None:
            self._send_play()

    def _take_scalars(self, event: messages.Scalars) -> None:
        speed = self.state.sequences_per_second
        seconds, sequences = self._rate
        if event.seconds > seconds and seconds > 0:
            now = (event.sequences - sequences) / (event.seconds - seconds)
            speed = now if speed <= 0 else speed + 0.2 * (now - speed)
        self._rate = (event.seconds, event.sequences)
        self.scalars.emit(event)
        step = event.steps[-1] if event.steps else self.state.step
        self._set(replace(self.state, step=step, sequences_per_second=speed, seconds=event.seconds))

    def _take_traces(self, event: messages.TracesWritten) -> None:
        assert self._client is not None
        traces: Traces | None = self._client.traces(event)
        if traces is not None:
            (self.ghosts if event.ghost else self.traces).emit(traces)

    def _take_no_ghost(self, event: messages.NoGhost) -> None:
        self.ghosts.emit(None)

    def _take_state(self, event: messages.StateChanged) -> None:
        waiting = self.state.waiting and event.state == "paused"  # that was before it heard of the wish
        speed = self.state.sequences_per_second if event.state == "training" else 0.0
        self._rate = (0.0, 0)
        self._set(
            replace(
                self.state, state=event.state, step=event.step, reason=event.reason, waiting=waiting,
                sequences_per_second=speed,
            )
        )  # fmt: skip

    def _take_checkpoint(self, event: messages.CheckpointWritten) -> None:
        self.checkpoint = (event.step, event.path)

    def _take_failed(self, event: messages.Failed) -> None:
        if event.fatal and self._client is not None and not self._client.alive:
            self._bury(event.problem)  # the last thing that the client says of a process
            return
        if event.fatal and self._early and not self._built:
            self._begin_again()  # that was said of a document that has been edited since
            return
        if event.fatal:
            self._built, self._broken, self._play = False, True, None
            self._set(replace(self.state, state="stopped", reason=self.tr("cannot train as it is"), waiting=False))
        self.failed.emit(as_error(event))

    _handlers: dict[type, Callable[["TrainingLink", Any], None]] = {
        messages.Started: _take_started, messages.Scalars: _take_scalars, messages.TracesWritten: _take_traces,
        messages.NoGhost: _take_no_ghost, messages.StateChanged: _take_state,
        messages.CheckpointWritten: _take_checkpoint, messages.Failed: _take_failed,
    }  # fmt: skip
    _told: dict[type, str] = {  # what only others want to know: the name of the signal
        messages.Tested: "tested", messages.Weights: "weights", messages.WeightSet: "weight_set",
        messages.Inspected: "inspected", messages.EngineChosen: "engine_chosen", messages.Stirred: "stirred",
        messages.Snapshots: "snapshots", messages.Branched: "branched", messages.Stepped: "stepped",
    }  # fmt: skip
