"""The run's engine while the window looks on: found when there is time for it, changed when a person wants another."""

import math
import time
from typing import TYPE_CHECKING

from playground.engine.choice import Choice
from playground.engine.devices import usable
from playground.errors import BadInput
from playground.timing.choosing import Effort, gpu_untried
from playground.training import messages
from playground.training.retell import started
from playground.training.run import Run

if TYPE_CHECKING:
    from playground.training.conductor import Conductor

CHOOSE_AFTER = 0.1  # seconds after a run was built: first the window sees its networks
GPU_AFTER = 1.0  # seconds: compiling for a GPU may take as long as that, and a person may want to press Play


def wanted(engine: str) -> str:
    """What a window asks for, or "auto" where this machine has not got it (any more)."""
    return engine if usable(engine) else "auto"


def begin(at: "Conductor", run: Run) -> None:
    """A run was built, or begins again: say what computes, and look for the fastest when there is time."""
    at.choose_at, at.choose_effort = math.inf, "quick"
    if run.choice.why == "open":
        at.choose_at = time.perf_counter() + CHOOSE_AFTER
    elif gpu_untried(run.choice):
        at.choose_at, at.choose_effort = time.perf_counter() + GPU_AFTER, "patient"
    tell(at, run)


def again(at: "Conductor", run: Run) -> None:
    """Other networks at step 0: what was found for the old ones, or computed a checkpoint of them, says nothing."""
    open_again(run)
    begin(at, run)


def open_again(run: Run) -> None:
    """The fastest engine is to be looked for anew, unless a person chose this one."""
    if run.choice.why != "asked":
        run.choice = Choice(run.engine.name, why="open")


def before_training(at: "Conductor", run: Run) -> None:
    """The first step is about to be made: the engine must not depend on how long a person waited with it."""
    if run.choice.why == "open" and run.step == 0:
        choose(at, run, "quick")
    at.choose_at = math.inf


def choose(at: "Conductor", run: Run, effort: Effort) -> None:
    """Find the fastest engine for a run at step 0, and move to it. Nothing happens where that fails."""
    at.choose_at = math.inf
    if run.step:
        return
    try:
        moved = run.use_engine("auto", effort)
    except (BadInput, MemoryError):
        return
    if moved:
        _moved(at, run)
    begin(at, run)


def set_engine(at: "Conductor", run: Run, command: messages.SetEngine) -> None:
    """A person wants another engine. Raises BadInput and MemoryError, and then the run goes on as it was."""
    at.flush()
    moved = run.use_engine(command.engine)
    if moved:
        _moved(at, run)
    begin(at, run)


def tell(at: "Conductor", run: Run) -> None:
    """Say what computes, and why."""
    choice = run.choice
    at.send(messages.EngineChosen(at.number, choice.engine, choice.seconds, choice.why))


def _moved(at: "Conductor", run: Run) -> None:
    """The networks are rebuilt on another engine, with all that they know."""
    at.flush()
    at.send(started(at.number, run, kept=True))
    at.change(at.state, "")
    at.autosave.changed()
    test_at = at.test_at
    at.show_all()
    at.test_at = min(test_at, at.test_at) if run.step == 0 else test_at
