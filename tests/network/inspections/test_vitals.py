"""Sizes of the last update against the difference of the weights before and after it, for every optimizer."""

import numpy as np
import pytest
from doctor_clinic import NET, Clinic, case

from playground.errors import BadInput
from playground.network.inspections.inspect import inspect
from playground.network.inspections.spec import Vitals
from playground.network.spec import Optimizer

KINDS = ("sgd", "momentum", "rmsprop", "adam", "adamw")


@pytest.mark.parametrize("engine", ["numpy", "native"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_update_is_what_the_weights_moved_by(kind: str, engine: str) -> None:
    optimizer = Optimizer(kind, learning_rate=0.02, weight_decay=0.5)  # type: ignore[arg-type]
    clinic = Clinic(case("lstm", units=5, optimizer=optimizer, precision="float64"), engine).train(3)
    parameters = clinic.run.trainers[0].network.parameters
    before = parameters.values.copy()
    clinic.train(1)
    answer = clinic.run.look(Vitals(NET))
    assert list(answer) == parameters.names
    for name, entry in parameters.entries.items():
        here = slice(entry.offset, entry.offset + entry.size)
        moved = np.linalg.norm(parameters.values[here] - before[here])
        assert answer[name][0] == pytest.approx(moved, rel=1e-9), name
        assert answer[name][1] == pytest.approx(np.linalg.norm(parameters.values[here]), rel=1e-12)
        assert answer[name][2] == pytest.approx(np.linalg.norm(parameters.gradients[here]), rel=1e-12)


def test_asking_changes_no_bit() -> None:
    asked, left = Clinic(case("lstm", units=5)), Clinic(case("lstm", units=5))
    for _ in range(5):
        asked.train(1)
        asked.run.look(Vitals(NET))
    left.train(5)
    one, other = asked.run.trainers[0].network.parameters, left.run.trainers[0].network.parameters
    np.testing.assert_array_equal(one.values, other.values)


def test_nobody_knows_it_before_the_first_step() -> None:
    clinic = Clinic(case("rnn"))
    answer = clinic.run.look(Vitals(NET))["layer1.h.bias"]
    assert np.isnan(answer[[0, 2]]).all() and answer[1] == 0
    assert np.isnan(clinic.patients()[NET].vitals.ratio)


def test_what_rests_does_not_move() -> None:
    clinic = Clinic(case("rnn", optimizer=Optimizer("adamw", weight_decay=0.1))).train(2)
    clinic.run.trainers[0].network.parameters.rest(["layer1.h.weight.x"])
    clinic.train(1)
    answer = clinic.run.look(Vitals(NET))
    assert answer["layer1.h.weight.x"][0] == 0 < answer["layer1.h.weight.h_prev"][0]


def test_a_network_that_is_not_in_training_has_none() -> None:
    clinic = Clinic(case("rnn"))
    with pytest.raises(BadInput, match="not in training"):
        inspect(clinic.run.trainers[0].network, clinic.run.probe.batch, Vitals(NET))
