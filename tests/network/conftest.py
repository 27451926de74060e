"""Small networks and batches in odd sizes."""

from collections.abc import Callable

import numpy as np
import pytest

from playground.engine import choose
from playground.network.network import Network
from playground.network.spec import Layer, Net, Readout, Training
from playground.tasks.base import Batch, Facts

T, B, D, H, O = 7, 3, 2, 5, 4


@pytest.fixture
def build() -> Callable[..., Network]:
    """build(cells=("lstm",), loss="mse", at="every", precision="float64", engine="numpy", seed=1, **net) → Network."""

    def make(
        cells: tuple[str, ...] = ("lstm",),
        loss: str = "mse",
        at: str = "every",
        precision: str = "float64",
        engine: str = "numpy",
        seed: int = 1,
        **layer: object,
    ) -> Network:
        facts = Facts("test", "", D, O, T, loss, ("mse",), at)  # type: ignore[arg-type]
        layers = tuple(Layer(f"layer{k + 1}", cell, H + k, **layer) for k, cell in enumerate(cells))  # type: ignore[arg-type]
        net = Network(Net("net", layers, Readout()), {}, facts, Training(precision=precision), choose(engine))  # type: ignore[arg-type]
        net.initialise(seed)
        return net

    return make


@pytest.fixture
def batch() -> Callable[..., Batch]:
    """batch(loss, seed=0) → Batch of T, B, D, O = 7, 3, 2, 4 with about a third of the steps masked out."""

    def make(loss: str = "mse", seed: int = 0) -> Batch:
        rng = np.random.default_rng(seed)
        inputs = rng.normal(size=(T, B, D))
        mask = (rng.random((T, B)) > 0.3).astype(float)
        mask[-1] = 1.0
        if loss == "cross_entropy":
            return Batch(inputs, rng.integers(0, O, (T, B)), mask)
        targets = rng.normal(size=(T, B, O))
        if loss == "binary_cross_entropy":
            targets = (targets > 0).astype(float)
        return Batch(inputs, targets * mask[:, :, None], mask)

    return make
