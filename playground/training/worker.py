"""The training process: takes commands from a pipe, trains in short slices, sends back what happened. No Qt in here."""

import logging
import math
import signal
import time
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Literal

import platformdirs

from playground.engine import available
from playground.errors import BadInput
from playground.training import messages
from playground.training.autosave import Autosave
from playground.training.curves import Curves
from playground.training.finite import NotFinite
from playground.training.inbox import Inbox, Unreadable
from playground.training.pace import Pace
from playground.training.retell import started, told_again
from playground.training.run import Run, resume
from playground.training.traces_writer import EVERY as TRACES_EVERY
from playground.training.traces_writer import TracesWriter
from playground.training.trainer import StepResult
from playground.training.weight_watch import WeightWatch

log = logging.getLogger(__name__)
SLICE = 0.010  # seconds of training between two looks at the pipe
SCALARS_EVERY = 1 / 30
SAVE_AFTER = 0.05  # seconds of pause before its checkpoint is written: single steps come in quick succession
TEST_AFTER = 0.1  # seconds after an edit during a pause before the test of what it did: a slider gives many edits


class WindowGone(Exception):
    """Nobody is at the other end of the pipe."""


def main(connection: Connection) -> None:
    """The process body. Returns when the window quits or is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in the terminal is the window's business
    log_file = log_to_file()
    try:
        Worker(connection, log_file).serve()
    except WindowGone:
        log.info("the window is gone")
    finally:
        connection.close()


def log_to_file() -> str:
    """Errors of this process go to a file of the user; returns its path, "" where none can be written."""
    try:
        folder = platformdirs.user_log_path("rnn-playground", appauthor=False, ensure_exists=True)
        handler = logging.FileHandler(folder / "worker.log", delay=True, encoding="utf-8")
    except OSError:
        return ""
    handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(levelname)s %(message)s"))
    logging.getLogger("playground").addHandler(handler)
    return str(folder / "worker.log")


class Worker:
    """One run at a time. `serve` is the loop; everything it sends carries the number of the run."""

    def __init__(self, connection: Connection, log_file: str = "") -> None:
        self._connection = connection
        self._inbox = Inbox(connection)
        self._log_file = log_file
        self._ended = False
        self._number = -1
        self._run: Run | None = None
        self._curves = Curves()
        self._state: Literal["paused", "training", "stopped"] = "paused"
        self._steps_left = 0
        self._speed = 0.0
        self._next_step = 0.0
        self._since = (0, 0.0)  # step and seconds from which goals count
        self._results: list[list[StepResult]] = []
        self._test_at = math.inf  # perf_counter() reading from which on a test is wanted beside those of the interval
        self._traces = TracesWriter()
        self._weights = WeightWatch()
        self._autosave = Autosave()
        self._scalars_pace = Pace(SCALARS_EVERY)

    # -- the loop -------------------------------------------------------------------------------------------------

    def serve(self) -> None:
        """Until Quit. Raises WindowGone."""
        self._send(messages.Ready(available()))
        while not self._ended:
            self._guarded(self._next())

    def _next(self) -> Callable[[], None]:
        """What to do now: a command comes before work."""
        try:
            command = self._inbox.receive(self._patience())
        except Unreadable as error:
            return partial(self._refuse, error)
        except (EOFError, OSError) as error:
            raise WindowGone from error
        return self._work if command is None else partial(self._obey, command)

    def _patience(self) -> float | None:
        """Seconds until there is something to do, None for never: then the process sleeps on the pipe."""
        if self._run is None:
            return None
        if self._traces.ready or self._weights.ready:
            return 0.0
        now = time.perf_counter()
        waits = [self._test_at - now]
        if self._state == "training":
            waits.append(self._next_step - now)
        elif (patience := self._autosave.patience(now)) is not None:
            waits.append(patience)
        return None if min(waits) == math.inf else max(0.0, min(waits))

    def _work(self) -> None:
        run = self._run
        assert run is not None
        now = time.perf_counter()
        if self._weights.ready:
            self._weights.send(run, self._number, self._send)
        elif self._traces.ready:
            self._traces.write(run, self._number, self._send)
        elif now >= self._test_at:
            self._test()
        elif self._state == "training" and now >= self._next_step:
            self._slice()
        elif self._state != "training" and self._autosave.patience(now) == 0.0:
            self._save()

    def _guarded(self, action: Callable[[], None]) -> None:
        """Whatever goes wrong becomes a message."""
        try:
            action()
        except BadInput as error:
            self._say_failed(error, fatal=self._run is None)
        except WindowGone:
            raise
        except Exception as error:
            log.exception("run %d failed", self._number)
            self._run = None
            if isinstance(error, MemoryError):
                said = _memory_is_full()
            else:
                remedy = f"details are in {self._log_file}" if self._log_file else "please report it"
                said = BadInput("", f"the training met an error of its own ({type(error).__name__})", remedy)
            self._say_failed(said, fatal=True)

    # -- commands -------------------------------------------------------------------------------------------------

    def _obey(self, command: messages.Command) -> None:
        if isinstance(command, messages.Quit):
            self._ended = True
        elif isinstance(command, messages.TracesRead):
            self._traces.read(command.slot)
        elif isinstance(command, messages.WeightsRead):
            self._weights.read()
        elif isinstance(command, messages.UseMemory):
            self._traces.use(command.name)
        elif isinstance(command, messages.Start):
            self._start(command)
        elif command.run == self._number and self._run is not None:
            self._handlers[type(command)](self, self._run, command)

    def _refuse(self, error: Unreadable) -> None:
        """Whoever made that command has a mistake in it; the person learns of it, and the run goes on."""
        log.error("a command that cannot be read: %s", error)
        if error.start:
            self._run, self._number = None, error.run
        if error.run == self._number:
            raise BadInput("", f"the experiment is not what was agreed on ({error})", "undo the last change")

    def _start(self, command: messages.Start) -> None:
        self._run, self._number = None, command.run
        self._results.clear()
        self._since = (0, 0.0)
        self._weights.begin()
        if command.memory:
            self._traces.attach(command.memory)
        folder = Path(command.folder) if command.folder else None
        if command.checkpoint:
            run, curves = resume(Path(command.checkpoint), folder, command.engine)
            goes_on = run.update(command.experiment)
            curves.arrange(run.last_update.sources, run.names)
            if not goes_on:
                curves.clear()
        else:
            run = Run(command.experiment, folder, command.engine)
            curves = Curves(run.names)
        self._curves, self._run = curves, run
        self._autosave.begin(command.run, command.checkpoints, command.checkpoint, run.step)
        self._send(started(command.run, run))
        for event in told_again(command.run, run, curves):
            self._send(event)
        self._change("paused", "")
        self._show_all()

    def _play(self, run: Run, command: messages.Play) -> None:
        if not command.steps and run.goal_reached(*self._since):
            self._since = (run.step, run.seconds)  # Play beyond a goal: once more as far
        if self._test_at < math.inf:
            self._test()  # now, not after some steps: then the curves do not depend on how fast the person was
        self._steps_left, self._speed = command.steps, command.speed
        self._next_step = time.perf_counter()
        self._scalars_pace.at_once()
        if self._state != "training":
            self._change("training", "")

    def _set_speed(self, run: Run, command: messages.SetSpeed) -> None:
        self._speed = command.speed
        self._next_step = time.perf_counter()

    def _pause(self, run: Run, command: messages.Pause) -> None:
        if self._state == "training":
            self._halt("paused", "paused")

    def _reset(self, run: Run, command: messages.Reset) -> None:
        run.reset()
        self._results.clear()
        self._curves.clear()
        self._since = (0, 0.0)
        self._autosave.forget()
        self._send(started(self._number, run))
        self._change("paused", "")
        self._show_all()

    def _update(self, run: Run, command: messages.Update) -> None:
        self._flush()
        try:
            kept = run.update(command.experiment, Path(command.folder) if command.folder else None)
        except (BadInput, MemoryError) as error:
            if self._state == "training":
                self._halt("paused", "paused: the experiment cannot be trained as it is now")
            if isinstance(error, MemoryError):
                raise _memory_is_full() from error
            raise
        if run.last_update.rebuilt:
            self._curves.arrange(run.last_update.sources, run.names)
            if not kept:
                self._curves.clear()
                self._since = (0, 0.0)
                self._autosave.forget()
            self._send(started(self._number, run, kept))
            self._change("paused" if self._state == "stopped" else self._state, "")
            self._autosave.changed()
            self._show_all()
            if self._state != "training" and kept:
                self._test_soon()

    def _set_weight(self, run: Run, command: messages.SetWeight) -> None:
        self._flush()
        done = run.set_weight(command.net, command.parameter, command.index, command.value)
        self._send(messages.WeightSet(self._number, done))
        self._autosave.changed()
        self._weights.want()
        self._traces.wanted = True
        if self._state != "training":
            self._test_soon()

    def _test_soon(self) -> None:
        """The networks changed during a pause: what the last test said of them is not true any more."""
        self._test_at = time.perf_counter() + TEST_AFTER
        self._autosave.want(self._test_at + SAVE_AFTER)

    def _watch(self, run: Run, command: messages.WatchWeights) -> None:
        self._weights.watch(command.names)

    def _save_now(self, run: Run, command: messages.SaveCheckpoint) -> None:
        self._flush()
        run.save(Path(command.path), self._curves)
        self._send(messages.CheckpointWritten(self._number, run.step, command.path))

    _handlers: dict[type, Callable[["Worker", Run, Any], None]] = {
        messages.Play: _play, messages.SetSpeed: _set_speed, messages.Pause: _pause, messages.Reset: _reset,
        messages.Update: _update, messages.SaveCheckpoint: _save_now, messages.SetWeight: _set_weight,
        messages.WatchWeights: _watch,
    }  # fmt: skip

    # -- training -------------------------------------------------------------------------------------------------

    def _slice(self) -> None:
        """Some steps, then what is due beside them."""
        end = time.perf_counter() + SLICE
        while True:
            self._one_step()
            now = time.perf_counter()
            if self._speed:
                self._next_step = max(self._next_step + 1 / self._speed, now - SLICE)
            if self._speed or now >= end or self._state != "training":
                break
        run = self._run
        if self._state != "training" or run is None:
            return
        if self._scalars_pace.due(now):
            self._flush()
        if 0 < self._speed * TRACES_EVERY <= 1:
            self._traces.wanted = True  # slow motion shows every step
        elif self._traces.due(now):
            self._traces.write(run, self._number, self._send)
        if self._weights.due(now):
            self._weights.send(run, self._number, self._send)
        if self._autosave.due(now):
            self._save()

    def _one_step(self) -> None:
        run = self._run
        assert run is not None
        try:
            self._results.append(run.step_once())
        except NotFinite as error:
            self._halt("stopped", error.problem)
            raise
        training = run.experiment.training
        if run.step % training.test_every == 0:
            self._test()
        if training.checkpoint_every and run.step % training.checkpoint_every == 0:
            self._autosave.want()
        if self._steps_left:
            self._steps_left -= 1
            if not self._steps_left:
                self._halt("paused", "")
        elif (reason := run.goal_reached(*self._since)) is not None:
            self._halt("stopped", reason)

    def _halt(self, state: Literal["paused", "stopped"], reason: str) -> None:
        self._change(state, reason)
        self._traces.wanted = True
        self._weights.want()
        self._autosave.want(time.perf_counter() + SAVE_AFTER)

    def _change(self, state: Literal["paused", "training", "stopped"], reason: str) -> None:
        assert self._run is not None
        self._flush()
        self._state = state
        self._send(messages.StateChanged(self._number, state, self._run.step, reason))

    def _show_all(self) -> None:
        """The window sees traces and weights soon, and the test at step 0."""
        assert self._run is not None
        self._traces.rebuilt()
        self._weights.rebuilt()
        self._test_at = 0.0 if self._run.step == 0 else math.inf

    def _flush(self) -> None:
        """Send the training steps that were not sent yet."""
        run, results = self._run, self._results
        if run is None or not results:
            return
        nets = range(len(run.trainers))
        scalars = messages.Scalars(
            run=self._number,
            steps=list(range(run.step - len(results) + 1, run.step + 1)),
            losses=[[step[net].loss for step in results] for net in nets],
            gradient_norms=[[step[net].gradient_norm for step in results] for net in nets],
            learning_rate=results[-1][0].learning_rate,
            seconds=run.seconds,
            sequences=run.sequences,
        )
        self._curves.append_scalars(scalars)
        results.clear()
        now = time.perf_counter()
        self._send(scalars)
        self._scalars_pace.done(now, now)

    def _test(self) -> None:
        assert self._run is not None
        self._test_at = math.inf
        self._flush()
        test = self._run.test()
        tested = messages.Tested(self._number, test.step, list(test.losses), list(test.metrics), self._run.seconds)
        self._curves.append_test(tested)
        self._send(tested)

    def _save(self) -> None:
        assert self._run is not None
        self._flush()
        path = self._autosave.save(self._run, self._curves)
        if path is not None:
            self._send(messages.CheckpointWritten(self._number, self._run.step, str(path)))

    # -- the pipe -------------------------------------------------------------------------------------------------

    def _send(self, event: messages.Event) -> None:
        try:
            self._connection.send_bytes(messages.encode(event))
        except OSError as error:
            raise WindowGone from error

    def _say_failed(self, error: BadInput, fatal: bool) -> None:
        self._send(messages.Failed(self._number, error.place, error.problem, error.remedy, fatal))


def _memory_is_full() -> BadInput:
    remedy = "take fewer units, a smaller batch or shorter sequences"
    return BadInput("", "the memory of the computer is full", remedy)
