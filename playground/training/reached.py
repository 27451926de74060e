"""What a run does with the interventions of its experiment: checks them, and shows the networks without them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from playground.experiment.document import Experiment
from playground.experiment.interventions import misfit_in
from playground.network.changes import AnyChange, Clamp, Cut, Freeze, ProbeEdit, of_net, probe_edit, shows
from playground.network.probe import edited
from playground.network.traces import Traces
from playground.tasks.base import Batch, Probe, Task
from playground.tasks.random import stream
from playground.training.trainer import Trainer


@dataclass(frozen=True)
class Untouched:
    """What a network reaches on the test data without its interventions."""

    loss: float
    metrics: dict[str, float]


def check(experiment: Experiment) -> None:
    """Raises BadInput for an intervention that does not fit."""
    for change in experiment.interventions:
        problem = None if isinstance(change, ProbeEdit) else misfit_in(experiment, change)
        if problem is not None and change.on:
            raise problem


def probes(task: Task, experiment: Experiment) -> tuple[Probe, Probe]:
    """The sequence that is looked at, and what the task made it. Raises BadInput for an edit that does not fit."""
    original = task.probe(stream(experiment.seed, "probe"))
    return edited(task, original, probe_edit(experiment.interventions)), original


def matters(before: Sequence[AnyChange], after: Sequence[AnyChange]) -> bool:
    """Whether something is seen or tested otherwise with the one than with the other."""
    return _in_force(before) != _in_force(after)


def _in_force(changes: Sequence[AnyChange]) -> tuple:
    kinds = (Clamp, Cut, Freeze)
    return [c for c in changes if c.on and isinstance(c, kinds)], probe_edit(changes)


def touched(experiment: Experiment, net: str) -> bool:
    """Whether this network computes something else than without interventions."""
    return shows(of_net(experiment.interventions, net))


def traces(step: int, trainers: Sequence[Trainer], probe: Probe, free: bool = False, kept: bool = True) -> Traces:
    """What networks do on a probe; free: without interventions. kept: see `Look.traces`."""
    batch = probe.batch
    targets = batch.targets[:, 0].astype(float)
    targets = np.where(batch.mask[:, :1] > 0, targets.reshape(len(targets), -1), np.nan)
    with np.errstate(over="ignore", invalid="ignore"):
        networks = tuple(trainer.look(free).at(batch).traces(trainer.name, kept) for trainer in trainers)
    return Traces(step, batch.inputs[:, 0], targets, networks)


def ghost(step: int, experiment: Experiment, trainers: Sequence[Trainer], original: Probe) -> Traces:
    """The traces that there would be without any intervention, of the networks where they differ."""
    everywhere = probe_edit(experiment.interventions) is not None
    differ = [trainer for trainer in trainers if everywhere or touched(experiment, trainer.name)]
    return traces(step, differ, original, free=True)


def untouched(experiment: Experiment, trainers: Sequence[Trainer], test: Batch) -> tuple[Untouched | None, ...]:
    """For each network its test without interventions, None where it has none."""
    return tuple(
        Untouched(*trainer.evaluate(test, free=True)) if touched(experiment, trainer.name) else None
        for trainer in trainers
    )
