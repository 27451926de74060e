"""Which inputs an output rests on."""

import numpy as np
import pytest

from playground.network.inspections.inspect import inspect
from playground.network.inspections.spec import Connectivity

from .conftest import facts, network, sequence


@pytest.mark.parametrize("cell", ["lstm", "gru", "scrn"])
@pytest.mark.parametrize(("t", "output"), [(6, 0), (3, 2), (0, 1)])
def test_central_differences_of_the_raw_score(cell: str, t: int, output: int) -> None:
    net, batch = network(cell, 5, layers=2), sequence()
    shown = inspect(net, batch, Connectivity("net", t, output))
    wanted = np.zeros((7, 2))
    for s in range(7):
        for d in range(2):
            scores = []
            for sign in (1, -1):
                inputs = batch.inputs.copy()
                inputs[s, 0, d] += sign * 1e-6
                scores.append(net.forward(inputs)[0][t, 0, output])
            wanted[s, d] = (scores[0] - scores[1]) / 2e-6
    assert np.abs(shown["norms"] - np.linalg.norm(wanted, axis=1)).max() <= 1e-8
    assert shown["at"].tolist() == [t, output] and (shown["norms"][t + 1 :] == 0).all()


def test_the_strongest_output_is_found() -> None:
    net, batch = network("lstm"), sequence()
    scores = net.forward(batch.inputs)[0][:, 0]
    for t in range(7):
        assert inspect(net, batch, Connectivity("net", t))["at"].tolist() == [t, scores[t].argmax()]


def test_a_readout_at_the_last_step_only_knows_that_one() -> None:
    net, batch = network("lstm", known=facts(at="last")), sequence(at="last")
    shown = inspect(net, batch, Connectivity("net", 2, 1))
    assert shown["at"].tolist() == [6, 1] and (shown["norms"] > 0).all()


def test_with_a_layer_that_reads_backward_later_inputs_count_too() -> None:
    net, batch = network("rnn", 4, bidirectional=True), sequence()
    assert (inspect(net, batch, Connectivity("net", 2, 0))["norms"] > 0).all()
    assert inspect(net, batch, Connectivity("net", 99, 0))["at"].tolist() == [6, 0], "a step that is no more"
