"""Optimizers against their papers' formulas written out for one number, and against PyTorch where it is installed."""

import math

import numpy as np
import pytest

from playground.cell.graph import Init
from playground.network.optimizers import clip, make_optimizer, scheduled_rate
from playground.network.parameters import Entry, Parameters
from playground.network.spec import Optimizer, Schedule

KINDS = ("sgd", "momentum", "rmsprop", "adam", "adamw")


def parameters(values: list[float]) -> Parameters:
    made = Parameters(np, [Entry("a", 0, (len(values),), Init(), 1)], "float64")
    made.values[...] = values
    return made


def by_hand(spec: Optimizer, value: float, gradients: list[float]) -> float:
    v = m = s = 0.0
    rate = spec.learning_rate
    for t, g in enumerate(gradients, start=1):
        if spec.kind == "sgd":
            value -= rate * g
        elif spec.kind == "momentum":
            v = spec.momentum * v + g
            value -= rate * v
        elif spec.kind == "rmsprop":
            s = spec.rho * s + (1 - spec.rho) * g * g
            value -= rate * g / (math.sqrt(s) + spec.epsilon)
        else:
            if spec.kind == "adamw":
                value -= rate * spec.weight_decay * value
            m = spec.beta1 * m + (1 - spec.beta1) * g
            s = spec.beta2 * s + (1 - spec.beta2) * g * g
            value -= rate * (m / (1 - spec.beta1**t)) / (math.sqrt(s / (1 - spec.beta2**t)) + spec.epsilon)
    return value


@pytest.mark.parametrize("kind", KINDS)
def test_formulas(kind: str) -> None:
    spec = Optimizer(kind, learning_rate=0.1, weight_decay=0.3)  # type: ignore[arg-type]
    made = parameters([1.0, -2.0])
    optimizer = make_optimizer(spec, made)
    history = [[0.5, -1.0], [0.25, 2.0], [-1.0, 0.1]]
    for gradients in history:
        made.gradients[...] = gradients
        optimizer.step(0.1)
    for index, start in enumerate((1.0, -2.0)):
        assert made.values[index] == pytest.approx(by_hand(spec, start, [g[index] for g in history]), rel=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_going_on_from_saved_arrays_is_the_same_bits(kind: str) -> None:
    spec = Optimizer(kind)  # type: ignore[arg-type]
    whole, half = parameters([1.0, 2.0]), parameters([1.0, 2.0])
    one, two = make_optimizer(spec, whole), make_optimizer(spec, half)
    for step in range(6):
        if step == 3:
            saved = {name: np.array(array) for name, array in two.arrays().items()}
            two = make_optimizer(spec, half)
            two.load(saved)
        for made, optimizer in ((whole, one), (half, two)):
            made.gradients[...] = [math.sin(step), math.cos(step)]
            optimizer.step(0.01)
    assert np.array_equal(whole.values, half.values)


def test_retune_keeps_what_is_remembered_unless_the_kind_changes() -> None:
    made = parameters([1.0])
    optimizer = make_optimizer(Optimizer("adam"), made)
    made.gradients[...] = 1.0
    optimizer.step(0.1)
    optimizer.retune(Optimizer("adam", beta1=0.5))
    assert optimizer.arrays()["mean"][0] != 0 and optimizer.arrays()["count"][0] == 1
    optimizer.retune(Optimizer("sgd"))
    assert set(optimizer.arrays()) == {"count"} and optimizer.arrays()["count"][0] == 0


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_clip(dtype: str) -> None:
    gradients = np.array([3.0, 4.0], dtype)
    assert clip(gradients, 0.0) == 5 and gradients[0] == 3
    assert clip(gradients, 6.0) == 5 and gradients[0] == 3
    assert clip(gradients, 1.0) == 5
    assert np.allclose(gradients, [0.6, 0.8])


def test_clip_rescues_a_gradient_whose_squares_overflow() -> None:
    gradients = np.array([3e30, 4e30], np.float32)
    assert clip(gradients, 1.0) == pytest.approx(5e30, rel=1e-6)
    assert np.allclose(gradients, [0.6, 0.8])
    broken = np.array([np.nan, 1.0], np.float32)
    assert math.isnan(clip(broken, 1.0))
    endless = np.array([np.inf, 1.0], np.float32)
    assert not math.isfinite(clip(endless, 1.0))


def test_schedules() -> None:
    rate = lambda schedule, step: scheduled_rate(schedule, 1.0, step)  # noqa: E731
    assert rate(Schedule(), 10_000) == 1.0
    halving = Schedule("step", every=100, factor=0.5)
    assert [rate(halving, step) for step in (0, 99, 100, 250)] == [1.0, 1.0, 0.5, 0.25]
    cosine = Schedule("cosine", every=100, factor=0.1)
    assert (
        rate(cosine, 0) == 1.0 and rate(cosine, 50) == pytest.approx(0.55) and rate(cosine, 500) == pytest.approx(0.1)
    )
    warm = Schedule("step", every=10, factor=0.5, warmup=4)
    assert [rate(warm, step) for step in (0, 1, 3, 4, 13, 14)] == [0.25, 0.5, 1.0, 1.0, 1.0, 0.5]


@pytest.mark.peers
@pytest.mark.parametrize("kind", KINDS)
def test_live_pytorch(kind: str) -> None:
    torch = pytest.importorskip("torch")
    spec = Optimizer(kind, learning_rate=0.05, weight_decay=0.2)  # type: ignore[arg-type]
    made = parameters([1.0, -2.0, 0.5])
    tensor = torch.tensor(made.values.tolist(), dtype=torch.float64, requires_grad=True)
    theirs = {
        "sgd": lambda: torch.optim.SGD([tensor], 0.05),
        "momentum": lambda: torch.optim.SGD([tensor], 0.05, momentum=0.9),
        "rmsprop": lambda: torch.optim.RMSprop([tensor], 0.05),
        "adam": lambda: torch.optim.Adam([tensor], 0.05),
        "adamw": lambda: torch.optim.AdamW([tensor], 0.05, weight_decay=0.2),
    }[kind]()
    optimizer, rng = make_optimizer(spec, made), np.random.default_rng(0)
    for _ in range(10):
        made.gradients[...] = rng.normal(size=3)
        tensor.grad = torch.tensor(made.gradients.tolist(), dtype=torch.float64)
        optimizer.step(0.05)
        theirs.step()
    assert np.allclose(made.values, tensor.detach().numpy(), rtol=1e-10)
