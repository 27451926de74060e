"""Training steps that are under way on a device: their losses are read all at once, later, and so is whether all was
finite. Nothing is lost by that: the device itself stops changing weights at the first number that is not finite, so a
run can be brought back to just before that step."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from playground.training.finite import NotFinite
from playground.training.trainer import States, StepResult, windows

if TYPE_CHECKING:
    from playground.training.run import Run


@dataclass(frozen=True)
class _Trainer:
    """What the host knows of a trainer at the beginning of a step."""

    steps: int
    updates: int
    carried: States
    carried_rows: int


@dataclass(frozen=True)
class Begun:
    """A run at the beginning of a step that is under way."""

    step: int
    sequences: int
    trainers: tuple[_Trainer, ...]


def begin(run: "Run") -> Begun:
    """To be kept until the step is settled."""
    run.engine.ledger.hold()
    known = [_Trainer(t.steps, t.optimizer.count, t.carried, t.carried_rows) for t in run.trainers]
    return Begun(run.step, run.sequences, tuple(known))


def settle(run: "Run", begun: list[Begun], results: list[list[StepResult]]) -> NotFinite | None:
    """Wait for the steps under way, the last ones of `results`, and put their numbers in place.

    Where something was not finite, the run goes back to before that step, this and all later results are removed, and
    the error is returned as the step would have raised it.
    """
    wrong, mark, numbers = run.engine.ledger.read()
    for place, start in enumerate(begun, len(results) - len(begun)):
        for number, result in enumerate(results[place]):
            for window, part in enumerate(result.unread):
                if wrong and part.loss.mark == mark:
                    del results[place:]
                    return _undo(run, start, number, window, part.window, wrong)
        results[place] = [_read(result, numbers) for result in results[place]]
    return None


def forget(run: "Run") -> None:
    """Nobody wants to know any more."""
    run.engine.ledger.read()


def _read(result: StepResult, numbers: Any) -> StepResult:
    targets = sum(part.targets for part in result.unread)
    if not targets:
        return result
    loss = sum(float(numbers[part.loss.mark]) * part.targets for part in result.unread) / targets
    norm = max(float(numbers[part.norm.mark]) for part in result.unread)
    return StepResult(loss, norm, result.learning_rate)


def _undo(run: "Run", start: Begun, number: int, updates: int, window: int, wrong: str) -> NotFinite:
    """number: of the trainer at fault. updates: how many windows of the step had made one before. window: its number
    in the batch, from 1."""
    run.step, run.sequences = start.step, start.sequences
    for place, (trainer, known) in enumerate(zip(run.trainers, start.trainers, strict=True)):
        trainer.steps, trainer.carried, trainer.carried_rows = known.steps, known.carried, known.carried_rows
        trainer.optimizer.count = known.updates + updates + (wrong == "weights" and place < number)
    batch = run.batch(start.step)
    part = windows(batch, run.experiment.training.truncate)[window - 1]
    return run.trainers[number].not_finite(wrong, None if wrong == "weights" else part)
