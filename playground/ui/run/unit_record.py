"""How the values of gates and states are spread at many moments of the training, kept from the traces as they come."""

import numpy as np
from numpy.typing import NDArray

from playground.cell.graph import AnyNode, Cell, Output
from playground.cell.saturation import saturation
from playground.cell.states import squashing_gates, states
from playground.experiment.cells import known_cells
from playground.experiment.document import Experiment
from playground.network.histogram import BINS, histogram
from playground.network.traces import Traces
from playground.ui.run.histories import Histories

MOST = 256  # moments of one history
Ends = tuple[float, float]  # at or below the first a value is saturated low, at or above the second high
Kept = list[tuple[str, Ends | None]]


class SpreadHistory:
    """Histograms, and shares of saturated values, after rising training steps. When it is full, every other moment is
    dropped, and from then on only moments at least so far apart are taken: the memory stays the same however long it
    goes on."""

    def __init__(self) -> None:
        self._steps = np.zeros(MOST, np.int64)
        self._counts = np.zeros((MOST, BINS), np.float32)
        self._ranges = np.zeros((MOST, 2))
        self._shares = np.full((MOST, 2), np.nan, np.float32)
        self._count, self._apart = 0, 1
        self.version = 0  # counts the changes

    @property
    def steps(self) -> NDArray[np.int64]:
        """[N]: after how many training steps."""
        return self._steps[: self._count]

    @property
    def counts(self) -> NDArray[np.float32]:
        """[N, BINS]: values in equal bins."""
        return self._counts[: self._count]

    @property
    def ranges(self) -> NDArray[np.float64]:
        """[N, 2]: lower end of the first bin, upper end of the last; NaN without values."""
        return self._ranges[: self._count]

    @property
    def shares(self) -> NDArray[np.float32]:
        """[N, 2]: shares of values saturated low and high; NaN where the node does not saturate."""
        return self._shares[: self._count]

    def due(self, step: int) -> bool:
        """Whether a moment after so many steps would be taken."""
        return not self._count or step >= self._steps[self._count - 1] + self._apart

    def append(
        self, step: int, counts: NDArray, low: float, high: float, shares: tuple[float, float] | None = None
    ) -> None:
        """One more moment, if it is `due`."""
        if not self.due(step):
            return
        if self._count == MOST:
            half = MOST // 2
            for array in (self._steps, self._counts, self._ranges, self._shares):
                array[:half] = array[1::2].copy()
            self._count = half
            self._apart = max(2 * self._apart, int(self._steps[half - 1] - self._steps[0]) // (half - 1))
        self._steps[self._count] = step
        self._counts[self._count] = counts
        self._ranges[self._count] = low, high
        self._shares[self._count] = shares if shares is not None else (np.nan, np.nan)
        self._count += 1
        self.version += 1


class UnitRecord(Histories[SpreadHistory]):
    """Of every network: the gates and states of each layer, by "layer/node"."""

    def __init__(self) -> None:
        super().__init__()
        self._plan: tuple[Experiment | None, dict[str, Kept]] = (None, {})

    def take(self, traces: Traces, experiment: Experiment) -> None:
        """Take in what is new."""
        if not self.is_new(traces):
            return
        if self._plan[0] is not experiment:
            self._plan = experiment, plan(experiment)
        found: dict[tuple[str, str], SpreadHistory] = {}
        for net in traces.networks:
            for node, ends in self._plan[1].get(net.name, ()):
                values = net.nodes.get(node)
                if values is not None:
                    found[net.name, node] = self._take((net.name, node), traces.step, values, ends)
        self._histories = found  # nodes that are no more are forgotten

    def _take(self, key: tuple[str, str], step: int, values: NDArray, ends: Ends | None) -> SpreadHistory:
        history = self._histories.get(key) or SpreadHistory()
        if history.due(step):
            history.append(step, *histogram(values), shares=saturated(values, ends) if ends else None)
        return history

    def history(self, net: str, layer: str, node: str) -> SpreadHistory | None:
        """Of a node of a layer (`LAYER.back` for its other direction); None while there is nothing."""
        way = "back." if layer.endswith(".back") else ""
        return self._histories.get((net, f"{layer.removesuffix('.back')}/{way}{node}"))


def watched(cell: Cell) -> list[AnyNode]:
    """The nodes that are recorded: gates that squash, what memories hold, and what leaves the cell."""
    held = {source for node in cell.nodes if isinstance(node, Output) for source in node.sources}
    held |= {node.id for node in [*states(cell), *squashing_gates(cell)]}
    return [node for node in cell.nodes if node.id in held and not isinstance(node, Output)]


def plan(experiment: Experiment) -> dict[str, Kept]:
    """By network: "layer/node" of all that is recorded, also of what reads from the end, with the ends of its range."""
    cells = known_cells(experiment)
    return {
        net.name: [
            (f"{layer.id}/{way}{node.id}", saturation(node))
            for layer in net.layers
            for node in (watched(cells[layer.cell]) if layer.cell in cells else ())
            for way in ("", "back.")
        ]
        for net in experiment.networks
    }


def saturated(values: NDArray, ends: Ends) -> tuple[float, float]:
    """The shares of values at or below the first end and at or above the second; NaN without any finite value."""
    known = np.isfinite(values)
    finite = values if known.all() else values[known]
    if not finite.size:
        return float("nan"), float("nan")
    low, high = np.count_nonzero(finite <= ends[0]), np.count_nonzero(finite >= ends[1])
    return low / finite.size, high / finite.size
