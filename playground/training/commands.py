"""What each command of the window does to the run at work. A new one: a function, and a line in `HANDLERS`.

Commands that only concern a side job (traces, weights, inspections) are in that job's own `commands`.
"""

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playground.errors import BadInput
from playground.training import engine_change, messages
from playground.training.conductor import Conductor, memory_is_full
from playground.training.curves import LONG, Curves
from playground.training.looking import branch
from playground.training.resuming import resume, save
from playground.training.retell import started, told_again
from playground.training.run import Run
from playground.training.slow_step import step_slowly


def start(at: Conductor, command: messages.Start) -> None:
    """Build another run in place of the one that is there. Raises BadInput, and then there is none."""
    at.run, at.number = None, command.run
    at.results.clear()
    at.since = (0, 0.0)
    for job in at.jobs:
        job.begin()
    if command.memory:
        at.traces.attach(command.memory)
    folder = Path(command.folder) if command.folder else None
    engine = engine_change.wanted(command.engine)
    if command.checkpoint:
        run, curves = resume(Path(command.checkpoint), folder, engine)
        curves.bound = LONG
        goes_on = run.update(command.experiment)
        curves.arrange(run.last_update.sources, run.names)
        if not goes_on:
            curves.clear()
            engine_change.open_again(run)
    else:
        run = Run(command.experiment, folder, engine, "memory")
        curves = Curves(run.names, LONG)
    at.curves, at.run = curves, run
    at.autosave.begin(command.run, command.checkpoints, command.checkpoint, run.step)
    at.send(started(command.run, run))
    for event in told_again(command.run, run, curves):
        at.send(event)
    at.change("paused", "")
    at.show_all()
    engine_change.begin(at, run)


def _play(at: Conductor, run: Run, command: messages.Play) -> None:
    engine_change.before_training(at, run)
    if not command.steps and run.goal_reached(*at.since):
        at.since = (run.step, run.seconds)  # Play beyond a goal: once more as far
    if at.test_at < math.inf:
        at.test()  # now, not after some steps: then the curves do not depend on how fast the person was
    at.steps_left, at.speed = command.steps, command.speed
    at.next_step = time.perf_counter()
    at.scalars_pace.at_once()
    at.hurry = True
    if at.state != "training":
        at.change("training", "")


def _set_speed(at: Conductor, run: Run, command: messages.SetSpeed) -> None:
    at.speed = command.speed
    at.next_step = time.perf_counter()


def _pause(at: Conductor, run: Run, command: messages.Pause) -> None:
    if at.state == "training":
        at.halt("paused", "paused")


def _reset(at: Conductor, run: Run, command: messages.Reset) -> None:
    run.reset()
    at.glass.forget()
    at.results.clear()
    at.curves.clear()
    at.since = (0, 0.0)
    at.autosave.forget()
    at.send(started(at.number, run))
    at.change("paused", "")
    at.show_all()


def _update(at: Conductor, run: Run, command: messages.Update) -> None:
    at.flush()
    try:
        kept = run.update(command.experiment, Path(command.folder) if command.folder else None)
    except (BadInput, MemoryError) as error:
        if at.state == "training":
            at.halt("paused", "paused: the experiment cannot be trained as it is now")
        if isinstance(error, MemoryError):
            raise memory_is_full() from error
        raise
    if run.last_update.rebuilt:
        at.curves.arrange(run.last_update.sources, run.names)
        if not kept:
            at.glass.forget()
            at.curves.clear()
            at.since = (0, 0.0)
            at.autosave.forget()
        at.send(started(at.number, run, kept))
        at.change("paused" if at.state == "stopped" else at.state, "")
        at.autosave.changed()
        at.show_all()
        if not kept:
            engine_change.again(at, run)
        elif at.state != "training":
            at.test_soon()
    elif run.last_update.reached:
        at.traces.rebuilt()  # a typed sequence has another length
        at.changed_by_hand()


def _set_weight(at: Conductor, run: Run, command: messages.SetWeight) -> None:
    at.flush()
    done = run.set_weight(command.net, command.parameter, command.index, command.value)
    at.send(messages.WeightSet(at.number, done))
    at.changed_by_hand()


def _set_engine(at: Conductor, run: Run, command: messages.SetEngine) -> None:
    try:
        engine_change.set_engine(at, run, command)
    except MemoryError as error:
        raise memory_is_full() from error


def _add_noise(at: Conductor, run: Run, command: messages.AddNoise) -> None:
    at.flush()
    run.add_noise(command.net, command.parameter, command.share, command.seed)
    _stirred(at, run)


def _take_back_noise(at: Conductor, run: Run, command: messages.TakeBackNoise) -> None:
    at.flush()
    run.stirring.take_back(run.trainers, command.number)
    _stirred(at, run)


def _stirred(at: Conductor, run: Run) -> None:
    at.send(messages.Stirred(at.number, tuple(run.stirring.noises)))
    at.changed_by_hand()


def _look_at(at: Conductor, run: Run, command: messages.LookAt) -> None:
    at.glass.look(command.step, command.beside, command.number)
    at.give_way()
    for job in at.jobs:
        job.want()


def _branch(at: Conductor, run: Run, command: messages.Branch) -> None:
    at.flush()
    if at.state == "training":
        at.halt("paused", "paused")
    done = branch(at.glass, run, at.curves, command)
    if done is None:
        return
    before, step = done
    at.since = min(at.since, (run.step, run.seconds))
    at.autosave.changed()
    at.send(started(at.number, run))
    for event in told_again(at.number, run, at.curves):
        at.send(event)
    at.change("paused", "")
    at.show_all()
    at.send(messages.Branched(at.number, step, before, command.keep))


def _save_now(at: Conductor, run: Run, command: messages.SaveCheckpoint) -> None:
    at.flush()
    save(run, Path(command.path), at.curves)
    at.send(messages.CheckpointWritten(at.number, run.step, command.path))


HANDLERS: dict[type, Callable[[Conductor, Run, Any], None]] = {
    messages.Play: _play,
    messages.SetSpeed: _set_speed,
    messages.Pause: _pause,
    messages.Reset: _reset,
    messages.Update: _update,
    messages.SaveCheckpoint: _save_now,
    messages.SetWeight: _set_weight,
    messages.AddNoise: _add_noise,
    messages.TakeBackNoise: _take_back_noise,
    messages.SetEngine: _set_engine,
    messages.LookAt: _look_at,
    messages.Branch: _branch,
    messages.StepSlowly: step_slowly,
}
