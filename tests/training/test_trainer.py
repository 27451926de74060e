"""One network by itself."""

import math

import msgspec
import numpy as np
import pytest

from playground.engine import choose
from playground.experiment.cells import known_cells
from playground.experiment.document import Experiment
from playground.network.spec import Optimizer, Schedule
from playground.tasks import build_task
from playground.tasks.base import Batch
from playground.tasks.random import stream
from playground.training.run import Run
from playground.training.trainer import Trainer


def make(experiment: Experiment) -> Trainer:
    task, engine = build_task(experiment.task), choose("auto")
    net = experiment.networks[-1]
    return Trainer(net, known_cells(experiment), task, experiment.training, engine, experiment.seed)


def batch(experiment: Experiment, step: int) -> Batch:
    return build_task(experiment.task).sample(stream(experiment.seed, "train", step), experiment.training.batch, step)


@pytest.mark.parametrize("truncate", [0, 3])
def test_alone_it_does_what_it_does_in_a_race(experiment: Experiment, changed, truncate: int) -> None:
    experiment = changed(experiment, truncate=truncate, schedule=Schedule("step", every=2, warmup=1))
    trainer, run = make(experiment), Run(experiment)
    for step in range(5):
        assert trainer.step(batch(experiment, step)) == run.step_once()[-1]


def test_sgd_goes_against_the_clipped_gradient(experiment: Experiment, changed) -> None:
    trainer = make(changed(experiment, optimizer=Optimizer("sgd", 0.5), clip_norm=0.01, precision="float64"))
    before = trainer.network.parameters.values.copy()
    result = trainer.step(batch(experiment, 0))
    moved = np.linalg.norm(trainer.network.parameters.values - before)
    assert result.gradient_norm > 0.01 and math.isclose(moved, 0.5 * 0.01, rel_tol=1e-9)


def test_a_large_update_that_stays_finite_is_made(experiment: Experiment, changed) -> None:
    trainer = make(changed(experiment, optimizer=Optimizer("sgd", 50.0), clip_norm=0.0))
    before = trainer.network.parameters.values.copy()
    result = trainer.step(batch(experiment, 0))
    moved = np.linalg.norm((trainer.network.parameters.values - before).astype(float))
    assert math.isclose(moved, 50 * result.gradient_norm, rel_tol=1e-4)


def test_a_batch_without_targets_teaches_nothing(experiment: Experiment) -> None:
    trainer = make(experiment)
    before = trainer.network.parameters.values.copy()
    given = batch(experiment, 0)
    result = trainer.step(Batch(given.inputs, given.targets, np.zeros_like(given.mask)))
    assert math.isnan(result.loss) and trainer.steps == 1
    assert np.array_equal(before, trainer.network.parameters.values)


def test_watching_and_testing_change_nothing(experiment: Experiment) -> None:
    one, other = make(experiment), make(experiment)
    for step in range(3):
        other.probe(other.task.probe(stream(1, "probe")).batch)
        other.evaluate(other.task.test(stream(1, "test")))
        assert one.step(batch(experiment, step)) == other.step(batch(experiment, step))


def test_rates_follow_the_schedule(experiment: Experiment, changed) -> None:
    experiment = changed(experiment, schedule=Schedule("step", every=2, factor=0.1), optimizer=Optimizer("sgd", 1.0))
    trainer = make(experiment)
    rates = [trainer.step(batch(experiment, step)).learning_rate for step in range(4)]
    assert rates == pytest.approx([1.0, 1.0, 0.1, 0.1])
    training = msgspec.structs.replace(experiment.training, optimizer=Optimizer("sgd", 2.0))
    trainer.retune(training)
    assert trainer.rate == pytest.approx(0.02)
