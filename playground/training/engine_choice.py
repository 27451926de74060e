"""Which engine a run computes with: the one asked for, a checkpoint's, or the fastest; and moving to another."""

from collections.abc import Callable, Sequence

from playground.engine import choose
from playground.engine.choice import Choice
from playground.engine.devices import usable
from playground.experiment.document import Experiment
from playground.network.spec import Net
from playground.tasks.base import Facts
from playground.timing.choosing import Effort, fastest
from playground.timing.work import work_of
from playground.training.state import load_state, state_arrays
from playground.training.trainer import Trainer


def choice_for(experiment: Experiment, facts: Facts, engine: str, effort: Effort) -> Choice:
    """For "auto" the fastest engine, looked for with so much effort; else the one named.

    Raises BadInput for a name that does not exist or an engine that this machine cannot run.
    """
    asked = None if engine == "auto" else choose(engine).name
    cells = {cell.name: cell for cell in experiment.cells}
    works = [work_of(net, cells, facts, experiment.training) for net in experiment.networks]
    found = fastest(works, effort if asked is None else "memory")
    return found if asked is None else Choice(asked, found.seconds, "asked")


def engine_of_checkpoint(engine: str, made_with: str) -> tuple[str, bool]:
    """The name to choose by, and whether it is the checkpoint's: that one is taken unless another is asked for, since
    only then the bits go on as they were."""
    own = engine == "auto" and bool(made_with) and usable(made_with)
    return (made_with, True) if own else (engine, False)


def carried_over(old: Sequence[Trainer], build: Callable[[Net], Trainer]) -> list[Trainer]:
    """New trainers for the same networks, which know all that the old ones do. Raises MemoryError."""
    new = [build(trainer.net) for trainer in old]
    for source, trainer in zip(old, new, strict=True):
        load_state(trainer, state_arrays(source), f"engine {trainer.engine.name}")
        trainer.steps, trainer.seconds = source.steps, source.seconds
    return new
