"""Several networks on the very same batch: a training step of each, or a test."""

import time
from collections.abc import Callable, Sequence

import numpy as np

from playground.engine import Engine
from playground.network.evaluation import Evaluation
from playground.tasks.base import Batch
from playground.training.trainer import StepResult, Trainer, windows

APART = 32  # of so many steps one is made one network after the other, which tells what each takes by itself
LONG = 0.015  # seconds of all gradients: longer ones are computed one after the other, for `between` comes in between


def side_by_side(
    trainers: Sequence[Trainer],
    batch: Batch,
    truncate: int,
    later: bool = False,
    between: Callable[[], object] | None = None,
) -> list[StepResult]:
    """One training step of each, in windows of `truncate` time steps (0: in one). later: as in `Trainer.begin`.
    between: called after gradients; it may look, but must leave everything as it is. Raises NotFinite, before any
    network is updated in the window at fault."""
    for trainer in trainers:
        trainer.begin(batch, later)
    parts = windows(batch, truncate)
    together = not later and _is_worth_it(trainers)
    for number, window in enumerate(parts, 1):
        last = number == len(parts)
        if together:
            _together(trainers, window, last)
            if between is not None:
                between()
        else:
            for trainer in trainers:
                trainer.timed(trainer.gradient, window, last)
                if between is not None:
                    between()
        for trainer in trainers:
            trainer.timed(trainer.update)
    return [trainer.finish() for trainer in trainers]


def evaluate_side_by_side(
    trainers: Sequence[Trainer], batch: Batch, breathe: Callable[[], None] = lambda: None
) -> list[tuple[float, dict[str, float]]]:
    """`Trainer.evaluate` of each. breathe: called between two parts of the batch."""
    engine = trainers[0].engine
    if len(trainers) < 2 or not engine.joins:
        return [trainer.evaluate(batch, breathe=breathe) for trainer in trainers]
    with np.errstate(over="ignore", invalid="ignore"):
        tests = [Evaluation(trainer.network, batch) for trainer in trainers]
        for part in tests[0].parts:
            _do(engine, [test.begin(part) for test in tests])
            for test in tests:
                test.end()
            breathe()
    return [trainer.measured(test.loss, test.scores, batch) for trainer, test in zip(trainers, tests, strict=True)]


def _is_worth_it(trainers: Sequence[Trainer]) -> bool:
    """Whether to compute the gradients of a step together."""
    if len(trainers) < 2 or not trainers[0].engine.joins or trainers[0].steps % APART == 0:
        return False
    return sum(trainer.alone for trainer in trainers) < LONG  # NaN: one is not known yet


def _together(trainers: Sequence[Trainer], window: Batch, last: bool) -> None:
    """All gradients in one piece of work: a thread that is done with one network helps with another. How long each
    takes is then told by how long each took by itself."""
    with np.errstate(over="ignore", invalid="ignore"):
        works = {}
        for trainer in trainers:
            if (work := trainer.timed(trainer.prepare, window, last)) is not None:
                works[trainer] = work
        if not works:
            return
        began = time.perf_counter()
        longest_first = sorted(works, key=lambda trainer: -trainer.alone)  # then threads end at about the same time
        _do(trainers[0].engine, [works[trainer] for trainer in longest_first])
        took, all_alone = time.perf_counter() - began, sum(trainer.alone for trainer in works)
        for trainer in works:
            trainer.seconds += took * trainer.alone / all_alone
        for trainer in works:
            trainer.timed(trainer.conclude, window)


def _do(engine: Engine, works: Sequence[Callable[[], None]]) -> None:
    """All of these, in one where the engine can."""
    joint = engine.together(works)
    for work in works if joint is None else [joint]:
        work()
