"""The plain loop computes the very gradients of the engines: it is slow, not wrong."""

import numpy as np
import pytest
from msgspec.structs import replace

from playground.cell.library import LIBRARY
from playground.commands.bench.cases import OWN
from playground.engine import choose
from playground.network.spec import Layer, Net, Training
from playground.tasks.base import Batch
from playground.timing.plain import PlainStep
from playground.timing.work import TrainingStep, Work


def compare(work: Work, rows: int) -> None:
    fast = TrainingStep(work, choose("numpy"))
    plain = PlainStep(work, rows)
    assert plain.rows == rows
    given = fast.batch
    batch = Batch(given.inputs[:, :rows], given.targets[:, :rows], given.mask[:, :rows])
    fast.network.train_step_gradient(batch)
    plain.gradient()
    for name in fast.network.parameters.names:
        a, b = fast.network.parameters.gradient(name), plain.network.parameters.gradient(name)
        assert np.abs(a - b).max() <= 1e-10 * max(1.0, np.abs(a).max()), name


def work(*layers: Layer, inputs: int = 2, **changes: object) -> Work:
    training = Training(batch=3, precision="float64")
    return replace(Work(Net("net", layers), dict(OWN), training, inputs, 4, 7), **changes)


@pytest.mark.parametrize("cell", [*LIBRARY, *OWN])
def test_every_cell(cell: str) -> None:
    compare(work(Layer("layer1", cell, 4), inputs=4), 2)


@pytest.mark.parametrize("loss", ["mse", "cross_entropy", "binary_cross_entropy"])
@pytest.mark.parametrize("at", ["every", "last"])
def test_losses_and_readouts(loss: str, at: str) -> None:
    compare(work(Layer("layer1", "lstm", 5), loss=loss, at=at), 3)


def test_layers_both_directions_and_residual_paths() -> None:
    layers = (
        Layer("layer1", "gru", 3, bidirectional=True),
        Layer("layer2", "lstm", 6, residual=True),
        Layer("layer3", "scrn", 5, bidirectional=True),
    )
    compare(work(*layers), 2)


def test_it_trains() -> None:
    step = PlainStep(work(Layer("layer1", "rnn", 4)), 99)
    before = step.network.parameters.values.copy()
    step()
    assert step.rows == 3 and np.abs(step.network.parameters.values - before).max() > 1e-5
