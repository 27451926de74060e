"""What a correct program reaches with the shipped examples, in five of five seeds or in the median of five.

The numbers are those of FIELD.md §4; they are not tuned to what this program happens to reach.
"""

from pathlib import Path
from statistics import median

import msgspec
import pytest
from msgspec.structs import replace

from playground.experiment.document import Experiment
from playground.training.run import Run

pytestmark = pytest.mark.slow
EXAMPLES = Path(__file__).resolve().parents[2] / "resources" / "examples"
SEEDS = range(1, 6)


def trained(name: str, seed: int) -> Run:
    """The shipped example, trained to its goal with another seed."""
    data = (EXAMPLES / f"{name}.experiment.json").read_bytes()
    run = Run(replace(msgspec.json.decode(data, type=Experiment), seed=seed), engine="numpy")
    while run.goal_reached() is None:
        run.step_once()
    return run


def test_sunspots_are_predicted_better_than_by_a_linear_autoregression() -> None:
    runs = [trained("sunspots", seed) for seed in SEEDS]
    linear = {baseline.name: baseline.metric for baseline in runs[0].facts.baselines}["linear AR(9)"]
    assert linear == pytest.approx(0.162, abs=0.0005)
    assert median(run.test().metrics[0]["relative_mse"] for run in runs) < linear


def test_the_lstm_recalls_across_a_lag_of_100_and_the_rnn_does_not() -> None:
    runs = [trained("delayed-recall", seed) for seed in SEEDS]
    task, training = runs[0].experiment.task, runs[0].experiment.training
    assert (task.lag, task.noise, training.batch) == (100, 1.0, 32)  # type: ignore[union-attr]
    assert all(run.step <= 1000 and run.names == ("RNN", "LSTM") for run in runs)
    scores = [[metrics["accuracy"] for metrics in run.test().metrics] for run in runs]
    assert all(lstm >= 0.99 for _, lstm in scores), scores
    assert sum(rnn >= 0.99 for rnn, _ in scores) <= 2, scores


def test_adding_is_learned_by_the_lstm_alone() -> None:
    scores = [[m["mse"] for m in trained("adding", seed).test().metrics] for seed in SEEDS[:3]]
    assert all(lstm < 0.01 and rnn > 0.03 for rnn, lstm in scores), scores


def test_sines_and_text_beat_what_knows_only_a_little_of_the_past() -> None:
    for name in ("sines", "king-and-queen"):
        run = trained(name, 1)
        assert run.test().metrics[0][run.facts.metrics[0]] < run.facts.baselines[1].metric
