"""Training stops before values that are not finite reach the weights."""

import pickle
from pathlib import Path

import msgspec
import numpy as np
import pytest

from playground.experiment.document import Experiment
from playground.network.spec import Layer, Net, Optimizer
from playground.training.finite import NotFinite, Origin
from playground.training.run import Run
from playground.training.runfolder import WEIGHTS, load_run, train
from playground.training.state import state_arrays

replace = msgspec.structs.replace


def diverging(experiment: Experiment, changed, kind: str = "sgd", rate: float = 1e12) -> Experiment:
    networks = (experiment.networks[1], Net("ReLU", (Layer("layer1", "relu_rnn", 4),)))
    return changed(replace(experiment, networks=networks), optimizer=Optimizer(kind, rate), clip_norm=0.0)


def until_it_stops(run: Run) -> NotFinite:
    with pytest.raises(NotFinite) as caught:
        for _ in range(200):
            run.step_once()
    return caught.value


@pytest.mark.parametrize("kind", ["sgd", "momentum", "rmsprop", "adam", "adamw"])
@pytest.mark.parametrize("rate", [1e12, 1e38])
def test_weights_stay_finite(experiment: Experiment, changed, kind: str, rate: float) -> None:
    run = Run(diverging(experiment, changed, kind, rate))
    error = until_it_stops(run)
    assert error.network in run.names and error.step == run.step + 1
    for trainer in run.trainers:
        assert all(np.isfinite(array).all() for array in state_arrays(trainer).values())


def test_the_error_says_where_it_began(experiment: Experiment, changed) -> None:
    run = Run(diverging(experiment, changed))
    error = until_it_stops(run)
    assert error.network == "ReLU" and error.place == "networks.ReLU"
    assert isinstance(error.origin, Origin) and error.origin.node.startswith("layer1/")
    assert error.origin.node in str(error) and f"time step {error.origin.time}" in str(error)


def test_no_contestant_is_ahead_of_another(experiment: Experiment, changed) -> None:
    run = Run(diverging(experiment, changed))
    until_it_stops(run)
    lstm_alone = replace(run.experiment, networks=run.experiment.networks[:1])
    other = Run(lstm_alone)
    for _ in range(run.step):
        other.step_once()
    assert np.array_equal(run.trainers[0].network.parameters.values, other.trainers[0].network.parameters.values)


def test_it_goes_on_with_a_smaller_rate(experiment: Experiment, changed) -> None:
    run = Run(experiment)
    run.step_once()
    run.trainers[0].network.parameters.gradients[...] = 0
    run.update(changed(experiment, optimizer=Optimizer("adam", 1e38)))
    until_it_stops(run)
    step = run.step
    run.update(changed(experiment, optimizer=Optimizer("adam", 1e-3)))
    run.step_once()
    assert run.step == step + 1


def test_a_run_folder_holds_what_came_before(experiment: Experiment, changed, tmp_path: Path) -> None:
    with pytest.raises(NotFinite) as caught:
        train(diverging(experiment, changed), tmp_path / "run", steps=200)
    _, run, curves, summary = load_run(tmp_path / "run")
    assert (tmp_path / "run" / WEIGHTS).is_file()
    assert run.step == summary["steps"] == curves.steps.size == caught.value.step - 1
    assert "not finite" in summary["stopped"]


def test_it_can_be_sent_between_processes() -> None:
    error = NotFinite("A", 3, "loss", Origin("layer1/h", 7))
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.origin, again.step) == (str(error), error.origin, 3)
