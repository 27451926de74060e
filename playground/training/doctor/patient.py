"""What the doctor knows of one network at one moment: no more than the window is told anyway."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playground.cell.graph import Cell
from playground.experiment.cells import known_cells
from playground.experiment.document import Experiment
from playground.network.spec import Net, Training
from playground.network.traces import NetTraces, Traces
from playground.tasks.base import Facts
from playground.tasks.spec import DelayedRecall
from playground.training.curves import Curves
from playground.training.doctor.thresholds import limit
from playground.training.finite import NotFinite

Floats = NDArray[np.floating]
SMOOTH = 25  # training steps over which a loss is averaged before it is compared
RECALLED = 20_000  # training steps that are looked back at: an examination takes as long after a million steps


@dataclass(frozen=True)
class Vitals:
    """Sizes of the last training step over all parameters: ‖Δw‖₂ of the update, ‖w‖₂ of the weights, NaN where they are
    not known (`playground.network.inspections.vitals`)."""

    update: float = float("nan")
    weight: float = float("nan")

    @property
    def ratio(self) -> float:
        """‖Δw‖/‖w‖."""
        return self.update / self.weight if self.weight > 0 else float("nan")

    @classmethod
    def of(cls, answer: Mapping[str, NDArray]) -> "Vitals":
        """Of what `inspections.vitals` answers."""
        if not answer:
            return cls()
        norms = np.stack([np.asarray(values, np.float64) for values in answer.values()])
        update, weight = np.sqrt(np.square(norms[:, :2]).sum(axis=0))
        return cls(float(update), float(weight))


@dataclass(frozen=True)
class Patient:
    """cells: by name, of all layers. lag: steps between what matters and the answer, where the task knows it, else 0.

    steps, losses, norms: [N], of the latest training steps (norms before clipping). began: the loss of
    the first step, NaN where nobody knows. test_steps, test_losses: [M]. traces: of the probe, None before the first.
    refused: why training stopped, where a value was not finite.
    """

    net: Net
    cells: Mapping[str, Cell]
    training: Training
    facts: Facts
    steps: Floats
    losses: Floats
    norms: Floats
    test_steps: Floats
    test_losses: Floats
    began: float = float("nan")
    lag: int = 0
    traces: NetTraces | None = None
    vitals: Vitals = Vitals()
    refused: NotFinite | None = None

    @property
    def step(self) -> int:
        """Training steps so far."""
        return int(self.steps[-1]) if len(self.steps) else 0

    @property
    def early(self) -> bool:
        """Whether it has not trained for long enough to be judged."""
        return int(np.isfinite(self.losses).sum()) < limit("early")

    @property
    def reference(self) -> float:
        """The loss of the best method without a network; where there is none, of the first test."""
        best = min((baseline.loss for baseline in self.facts.baselines), default=float("nan"))
        return best if np.isfinite(best) or not self.test_losses.size else float(self.test_losses[0])

    @property
    def solved(self) -> bool:
        """Whether the last test is clearly better than the best method without a network."""
        return bool(self.test_losses.size and self.test_losses[-1] < limit("solved") * self.reference)

    def level(self, back: int = 0) -> float:
        """The loss averaged over `SMOOTH` training steps, `back` steps before the end; NaN where there are too few."""
        end = len(self.losses) - back
        if end < SMOOTH:
            return float("nan")
        return float(np.mean(self.losses[end - SMOOTH : end]))

    def best_level(self) -> float:
        """The lowest smoothed loss so far, NaN where there are too few steps."""
        losses = self.losses[np.isfinite(self.losses)]
        if len(losses) < SMOOTH:
            return float("nan")
        sums = np.cumsum(np.concatenate([[0.0], losses]))
        return float((sums[SMOOTH:] - sums[:-SMOOTH]).min() / SMOOTH)

    def series(self, layer: str, node: str) -> Floats | None:
        """Values of a node on the probe [T, n]."""
        return None if self.traces is None else self.traces.nodes.get(f"{layer}/{node}")

    def flow(self, layer: str, node: str) -> Floats | None:
        """‖∂L/∂node_t‖ on the probe [T]; None where it is not known or not finite."""
        found = None if self.traces is None else self.traces.gradients.get(f"{layer}/{node}")
        return found if found is not None and np.all(np.isfinite(found)) else None


def patients(
    experiment: Experiment,
    facts: Facts,
    curves: Curves,
    traces: Traces | None,
    vitals: Mapping[str, Vitals],
    refused: NotFinite | None = None,
) -> list[Patient]:
    """Every network of a run, in the order of the experiment; those that the run does not have (yet) are left out.

    vitals: by the network's name.
    """
    cells, task = known_cells(experiment), experiment.task
    lag = task.lag if isinstance(task, DelayedRecall) else 0
    traced = {} if traces is None else {found.name: found for found in traces.networks}
    made = []
    for net in experiment.networks:
        if net.name not in curves.names or curves.losses.shape[0] != len(curves.names):
            continue
        row = curves.names.index(net.name)
        losses, norms = curves.losses[row], curves.gradient_norms[row]
        began = float(losses[0]) if len(losses) else float("nan")
        made.append(
            Patient(
                net, {layer.cell: cells[layer.cell] for layer in net.layers if layer.cell in cells},
                experiment.training, facts, curves.steps[-RECALLED:], losses[-RECALLED:], norms[-RECALLED:],
                *_known(curves.test_steps, curves.test_losses[row]), began, lag,
                traced.get(net.name), vitals.get(net.name, Vitals()),
                refused if refused is not None and refused.network == net.name else None,
            )
        )  # fmt: skip
    return made


def _known(steps: Floats, losses: Floats) -> tuple[Floats, Floats]:
    """Tests from the first one that this network took part in."""
    first = int(np.argmax(~np.isnan(losses))) if len(losses) and not np.isnan(losses).all() else len(losses)
    return steps[first:], losses[first:]
