"""What the published cells reach (FIELD §4), with the settings given there; never tuned to pass.

`python -m pytest -m slow -s tests/network/test_yardsticks.py` prints the numbers of the README's table.
"""

from statistics import median

import pytest

from playground.cell.graph import Gate, Init
from playground.cell.library import LIBRARY
from playground.experiment.document import Experiment
from playground.network.spec import Goal, Layer, Net, Optimizer, Schedule, Training
from playground.tasks.spec import Adding, AnyTask, TemporalOrder
from playground.training.run import Run

pytestmark = pytest.mark.slow
VARIANTS = ("peephole", "nig", "nfg", "nog", "niaf", "noaf", "cifg", "lstm")  # vanilla, seven variants; "lstm" is NP


def remembering(cell: str, units: int, lag: int) -> Layer:
    """A layer whose gates start spread over lags up to `lag`, where it has them (Tallec and Ollivier 2018).

    A forget bias of 1 keeps σ(1)ᵗ of a gradient, which is nothing after 50 steps: no such cell learns these tasks.
    """
    gates = {node.id for node in LIBRARY[cell].nodes if isinstance(node, Gate)}
    init = {}
    if "forget" in gates:
        init["forget.bias"] = Init("chrono", float(lag))
        if "input" in gates:
            init["input.bias"] = Init("chrono_opposite", float(lag), "forget")
    return Layer("one", cell, units, init=init)


def reached(task: AnyTask, layer: Layer, training: Training, seed: int) -> float:
    """The headline metric on unseen sequences when the goal is reached."""
    run = Run(Experiment(seed=seed, task=task, networks=(Net("net", (layer,)),), training=training))
    while run.goal_reached() is None:
        run.step_once()
    return run.test().metrics[0][run.facts.metrics[0]]


@pytest.mark.parametrize("cell", VARIANTS)
def test_eight_variants_add_across_fifty_steps(cell: str) -> None:
    """48,000 sequences, 12 units: the median error of three seeds is below 0.04 for each."""
    training = Training(batch=32, optimizer=Optimizer("adam", 0.02), clip_norm=1.0, goal=Goal(steps=1500))
    task, layer = Adding(length=50, scaled=False), remembering(cell, 12, 50)
    errors = [reached(task, layer, training, seed) for seed in (1, 2, 3)]
    print(f"adding T=50 {cell}: median mse {median(errors):.4f} of {[round(e, 4) for e in errors]}")
    assert median(errors) < 0.04


def test_an_lstm_adds_across_a_hundred_steps_and_an_rnn_does_not() -> None:
    """256,000 sequences, Adam 0.005 halved every 1500 steps, 8 units: below 0.01 in five of five seeds."""
    schedule = Schedule("step", every=1500, factor=0.5)
    training = Training(optimizer=Optimizer("adam", 0.005), schedule=schedule, goal=Goal(steps=8000))
    task = Adding(length=100, scaled=False)
    errors = [reached(task, remembering("lstm", 8, 100), training, seed) for seed in range(1, 6)]
    plain = reached(task, Layer("one", "rnn", 8), training, 1)
    print(f"adding T=100: LSTM mse {[round(e, 5) for e in errors]}, RNN {plain:.3f}")
    assert all(error < 0.01 for error in errors)
    assert plain > 0.04


def test_temporal_order_needs_a_memory() -> None:
    """Four cells without a forget gate reach 95 % within 16,000 sequences; an RNN stays at 35 % after 48,000."""
    training = Training(optimizer=Optimizer("adam", 0.02), goal=Goal(steps=500))
    gated = Layer("one", "lstm_1997", 4, init={"input.bias": Init("constant", -1.0)})
    task = TemporalOrder(length=50)
    scores = [reached(task, gated, training, seed) for seed in range(1, 6)]
    longer = Training(optimizer=Optimizer("adam", 0.02), goal=Goal(steps=1500))
    plain = [reached(task, Layer("one", "rnn", 4), longer, seed) for seed in range(1, 6)]
    print(f"temporal order T=50: LSTM 1997 {scores}, RNN {plain}")
    assert all(score >= 0.95 for score in scores)
    assert all(score <= 0.35 for score in plain)
