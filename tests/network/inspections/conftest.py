"""Networks whose gradients are known by heart."""

import numpy as np
import pytest

from playground.cell.graph import Cell, Gate, Init, Input, Memory, Output, Wire
from playground.engine import choose
from playground.network.network import Network
from playground.network.spec import Layer, Net, Training
from playground.tasks.base import Batch, Facts

LINEAR = Cell(
    "linear",
    (
        Input("x"),
        Memory("h_prev", source="h"),
        Gate("h", wires=(Wire("x"), Wire("h_prev")), activation="identity", bias=Init("zeros")),
        Output("out", sources=("h",)),
    ),
)


def facts(T: int = 7, D: int = 2, O: int = 4, at: str = "every", loss: str = "mse") -> Facts:
    return Facts("test", "", D, O, T, loss, ("mse",), at)  # type: ignore[arg-type]


def network(cell: str | Cell, units: int = 5, layers: int = 1, engine: str = "numpy", precision: str = "float64",
            seed: int = 1, known: Facts | None = None, **layer: object) -> Network:  # fmt: skip
    own = {} if isinstance(cell, str) else {cell.name: cell}
    name = cell if isinstance(cell, str) else cell.name
    stack = tuple(Layer(f"layer{k + 1}", name, units, **layer) for k in range(layers))  # type: ignore[arg-type]
    made = Network(Net("net", stack), own, known or facts(), Training(precision=precision), choose(engine))  # type: ignore[arg-type]
    made.initialise(seed)
    return made


def sequence(T: int = 7, D: int = 2, O: int = 4, seed: int = 0, at: str = "every") -> Batch:
    """One sequence; about a third of its steps have no target."""
    rng = np.random.default_rng(seed)
    mask = (rng.random((T, 1)) > 0.3).astype(float)
    mask[-1] = 1.0
    if at == "last":
        mask[:-1] = 0.0
    return Batch(rng.normal(size=(T, 1, D)), rng.normal(size=(T, 1, O)) * mask[:, :, None], mask)


@pytest.fixture(params=["numpy", "native"])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)
