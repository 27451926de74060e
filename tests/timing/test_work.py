import numpy as np
import pytest

from playground.cell.library import LIBRARY
from playground.engine import choose
from playground.network.spec import Layer, Net, Training
from playground.tasks.base import Facts
from playground.timing.memory import PeakMemory
from playground.timing.operations import count
from playground.timing.work import TrainingStep, Work, build_and_time, times_of, work_of


def work(cell: str, units: int = 5, inputs: int = 2, layers: int = 1, **settings: object) -> Work:
    stack = tuple(Layer(f"layer{k}", cell, units) for k in range(layers))
    training = Training(batch=3, **settings)  # type: ignore[arg-type]
    return Work(Net("net", stack), {}, training, inputs, 4, 7)


@pytest.mark.parametrize("loss", ["mse", "cross_entropy", "binary_cross_entropy"])
def test_a_step_trains(loss: str) -> None:
    from msgspec.structs import replace

    step = TrainingStep(replace(work("lstm"), loss=loss), choose("numpy"))
    before = step.network.parameters.values.copy()
    step()
    assert step.rows == 3 and np.abs(step.network.parameters.values - before).max() > 0


def test_a_network_of_an_experiment_with_windows() -> None:
    facts = Facts("t", "", 2, 3, 40, "cross_entropy", ("accuracy",), at="last")
    net = Net("net", (Layer("layer1", "rnn", 4),))
    assert work_of(net, {}, facts, Training()).steps == 40
    found = work_of(net, {}, facts, Training(truncate=16))
    assert (found.steps, found.inputs, found.outputs, found.loss, found.at) == (16, 2, 3, "cross_entropy", "last")
    assert work_of(net, {}, facts, Training(truncate=100)).steps == 40


def operations(cell: str, **sizes: int) -> tuple[float, float]:
    given = work(cell, **sizes)
    found = count(TrainingStep(given, choose("numpy")).network, given.steps, given.training.batch)
    assert found.total == found.products + found.elementwise
    return found.products, found.elementwise


def test_operations_of_products() -> None:
    columns, H, D, O = 7 * 3, 5, 2, 4
    readout = 2 * columns * 3 * O * H
    assert operations("rnn")[0] == 2 * columns * (3 * (H * D + H * H) - H * D) + readout
    assert operations("lstm")[0] == 4 * 2 * columns * (3 * (H * D + H * H) - H * D) + readout
    # the second layer's input has a gradient
    assert operations("rnn", layers=2)[0] == operations("rnn")[0] + 2 * columns * 3 * (H * H + H * H)
    # a diagonal wire is no product
    assert operations("indrnn")[0] == 2 * columns * 2 * H * D + readout


def test_operations_between_products() -> None:
    columns, H = 7 * 3, 5
    # h = tanh(…): 26 forward; back d = d_out + carry, times 1 - y², 4 in all; the bias: adding it, and its gradient
    assert operations("rnn")[1] == columns * H * (26 + 4 + 2)
    assert operations("indrnn")[1] == columns * H * (1 + 2 + 2 + 2 + 2 + 2)  # relu, its back, bias, u⊙h, back, gradient
    assert operations("lstm")[1] > 4 * operations("rnn")[1]


@pytest.mark.parametrize("cell", sorted(LIBRARY))
def test_operations_of_every_cell(cell: str) -> None:
    products, elementwise = operations(cell, units=4, inputs=4)
    assert products > 0 and elementwise >= 0
    assert operations(cell, units=8, inputs=8)[1] == 2 * elementwise  # every value has as many rows as there are units


def test_times_are_of_each_step() -> None:
    calls: list[int] = []
    times = times_of(lambda: calls.append(1), 0.0, 4)
    assert len(times) == len(calls) == 4 and min(times) >= 0
    assert sum(times_of(lambda: None, 0.01)) <= 0.02


def test_what_building_takes_is_not_counted_as_a_step() -> None:
    import time

    def make() -> object:
        time.sleep(0.05)
        return lambda: time.sleep(0.01)

    step, seconds = build_and_time(make)  # type: ignore[arg-type]
    assert callable(step) and 0.045 < seconds < 0.2


def test_memory_above_the_start() -> None:
    watch = PeakMemory()
    kept = np.ones(8 << 20)
    assert kept[0] == 1 and 60 << 20 < watch.above() < 90 << 20
    del kept
    assert watch.above() > 60 << 20  # the mark stays
    assert PeakMemory().above() < 20 << 20
