import math

from playground.tasks.base import Baseline, Facts
from playground.tasks.goals import find_target
from playground.training import messages
from playground.training.race import Race


def facts(**changes):
    values = {"name": "t", "about": "", "inputs": 1, "outputs": 1, "length": 5, "loss": "mse"}
    return Facts(**{**values, "metrics": ("relative_mse",), **changes})


def report(step, losses, values, metric="accuracy"):
    return messages.Tested(1, step, losses, [{metric: value} for value in values], step / 10)


def test_a_goal_of_the_person_comes_first():
    target = find_target(facts(metrics=("accuracy",), higher_is_better=True), 0.25)
    assert target.metric == "loss"
    assert target.reached(0.25, {}) and not target.reached(0.26, {}) and not target.reached(math.nan, {})


def test_an_accuracy_is_solved_at_99_percent():
    target = find_target(facts(metrics=("accuracy",), higher_is_better=True), 0.0)
    assert target.reached(1.0, {"accuracy": 0.99}) and not target.reached(0.0, {"accuracy": 0.989})


def test_an_error_is_solved_below_the_best_baseline():
    found = find_target(facts(baselines=(Baseline("last value", 0.5, 1.0), Baseline("AR", 0.16, 0.4))), 0.0)
    assert found.reached(9.0, {"relative_mse": 0.15}) and not found.reached(0.0, {"relative_mse": 0.17})
    assert "AR" in found.text


def test_without_a_yardstick_there_is_no_target():
    assert find_target(facts(), 0.0) is None


def test_the_first_test_that_reaches_it_counts():
    race = Race()
    race.clear(["a", "b"], find_target(facts(metrics=("accuracy",), higher_is_better=True), 0.0))
    race.append(report(10, [1.0, 1.0], [0.5, 0.995]))
    race.append(report(20, [1.0, 1.0], [0.99, 0.6]))
    assert (race.solved["b"].step, race.solved["b"].seconds) == (10, 1.0)
    assert race.solved["a"].step == 20
    assert race.metrics("b") == {"accuracy": 0.6} and race.metrics("nobody") == {}


def test_what_was_solved_follows_a_network_that_moves_or_is_renamed():
    target = find_target(facts(metrics=("accuracy",), higher_is_better=True), 0.0)
    race = Race()
    race.clear(["a", "b"], target)
    race.append(report(10, [1.0, 1.0], [0.5, 1.0]))
    race.follow([1, -1], ["B", "new"], target)
    assert set(race.solved) == {"B"}
    race.follow([0, 1], ["B", "new"], None)
    assert race.solved == {}
