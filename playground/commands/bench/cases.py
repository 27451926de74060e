"""What is measured: the sizes of the grid, the cells beside the LSTM, and one that no library has."""

from typing import NamedTuple

from playground.cell.graph import Cell, Output, Wire
from playground.cell.library import LIBRARY
from playground.cell.library.parts import C_PREV, FROM_H, FROM_X, H_PREV, X, gate, memory, operation
from playground.errors import BadInput
from playground.experiment.schema import suggest
from playground.network.spec import Layer, Net, Optimizer, Training
from playground.timing.work import Work


class Size(NamedTuple):
    """D, H, O, T and B of one measurement."""

    inputs: int
    units: int
    outputs: int
    steps: int
    batch: int


# From a toy that is all overhead to one that is all matrix products.
GRID = (
    Size(2, 8, 2, 20, 1),
    Size(2, 16, 2, 50, 16),
    Size(8, 32, 8, 50, 32),
    Size(64, 64, 64, 50, 32),
    Size(64, 128, 64, 100, 32),
    Size(64, 256, 64, 100, 64),
)
DEFAULT = GRID[3]

# Keeps or takes with one gate that sees its own past, reads a memory through a gate before a product, and lets the
# output gate see the whole new memory through a matrix: three products in a chain, each waiting for the last.
ODD = Cell(
    "odd",
    (
        X,
        H_PREV,
        C_PREV,
        memory("keep_prev", "keep", "forget"),
        gate("keep", "forget", FROM_X, FROM_H, Wire("keep_prev", kind="diagonal"), bias=1.0),
        gate("look", "input_gate", FROM_X, FROM_H),
        operation("seen", "multiply", "look", "h_prev", role="hidden"),
        gate("candidate", "candidate", FROM_X, Wire("seen"), activation="tanh"),
        operation("take", "one_minus", "keep", role="input_gate"),
        operation("kept", "multiply", "keep", "c_prev", role="forget"),
        operation("taken", "multiply", "take", "candidate", role="input_gate"),
        operation("c", "add", "kept", "taken", role="cell", label="c"),
        gate("output", "output", FROM_X, Wire("c")),
        operation("squash", "tanh", "c", role="cell"),
        operation("h", "multiply", "output", "squash", role="hidden", label="h"),
        Output("out", sources=("h",)),
    ),
    "Own cell",
)
OWN = {ODD.name: ODD}


class Case(NamedTuple):
    """A cell at one size, in so many layers."""

    cell: str
    size: Size
    layers: int = 1

    def __str__(self) -> str:
        stacked = f", {self.layers} layers" if self.layers > 1 else ""
        return f"{self.cell} {'/'.join(map(str, (self.size[0], self.size[1], *self.size[3:])))}{stacked}"


# At one size: layers on each other, and cells that no library has built in.
VARIANTS = (
    Case("lstm", DEFAULT, 2), Case("gru", DEFAULT), Case("peephole", DEFAULT), Case(ODD.name, DEFAULT),
)  # fmt: skip


def work(case: Case) -> Work:
    """The training step of a case: dense targets at every step, squared error, Adam, no clipping, float32. Raises
    BadInput for a cell that does not exist."""
    if case.cell not in LIBRARY and case.cell not in OWN:
        raise BadInput("--cell", f"there is no cell {case.cell!r}", suggest(case.cell, [*LIBRARY, *OWN]))
    size = case.size
    layers = tuple(Layer(f"layer{k + 1}", case.cell, size.units) for k in range(case.layers))
    training = Training(batch=size.batch, optimizer=Optimizer("adam", learning_rate=1e-3), clip_norm=0.0)
    return Work(Net("bench", layers), OWN, training, size.inputs, size.outputs, size.steps)
