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

    def take(self, traces: Traces, experiment: Experiment) -> None:
        """Take in what is new."""
        if not self.is_new(traces):
            return
        nodes = {net.name: net.nodes for net in traces.networks}
        found: dict[tuple[str, str], SpreadHistory] = {}
        cells = known_cells(experiment)
        for net in experiment.networks:
            for layer in net.layers:
                for node in watched(cells[layer.cell]) if layer.cell in cells else ():
                    for way in ("", "back."):
                        key = net.name, f"{layer.id}/{way}{node.id}"
                        values = nodes.get(net.name, {}).get(key[1])
                        if values is not None:
                            found[key] = self._take(key, traces.step, values, node)
        self._histories = found  # nodes that are no more are forgotten

    def _take(self, key: tuple[str, str], step: int, values: NDArray, node: AnyNode) -> SpreadHistory:
        history = self._histories.get(key) or SpreadHistory()
        if history.due(step):
            ends = saturation(node)
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


def saturated(values: NDArray, ends: tuple[float, float]) -> tuple[float, float]:
    """The shares of values at or below the first end and at or above the second; NaN without any finite value."""
    count = np.count_nonzero(np.isfinite(values))
    if not count:
        return float("nan"), float("nan")
    finite = values if count == values.size else values[np.isfinite(values)]
    low, high = np.count_nonzero(finite <= ends[0]), np.count_nonzero(finite >= ends[1])
    return float(low / count), float(high / count)
