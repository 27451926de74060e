"""Weights that are counted are those that are trained."""

import pytest

from playground.cell.check import check_cell
from playground.cell.library import LIBRARY
from playground.engine import choose
from playground.network.counting import net_weights
from playground.network.network import Network
from playground.network.spec import Layer, Net, Training
from playground.tasks.base import Facts


def trained(net: Net, inputs: int, outputs: int) -> int:
    facts = Facts("t", "", inputs, outputs, 7, "mse", ("mse",))
    return Network(net, LIBRARY, facts, Training(), choose("numpy")).parameters.count


@pytest.mark.parametrize("cell", LIBRARY)
def test_every_cell_of_the_library(cell: str) -> None:
    for inputs, units in ((3, 4), (4, 4), (1, 6)):
        if not check_cell(LIBRARY[cell], inputs, units):
            net = Net("net", (Layer("layer1", cell, units),))
            assert net_weights(net, LIBRARY, inputs, 2) == trained(net, inputs, 2)


def test_layers_on_layers_and_both_directions() -> None:
    net = Net(
        "net", (Layer("layer1", "lstm", 5, bidirectional=True), Layer("layer2", "gru", 3), Layer("layer3", "rnn", 2))
    )
    assert net_weights(net, LIBRARY, 2, 1) == trained(net, 2, 1)


def test_what_cannot_be_counted() -> None:
    assert net_weights(Net("net", (Layer("layer1", "no such cell", 5),)), LIBRARY, 2, 1) is None
    assert net_weights(Net("net", ()), LIBRARY, 2, 1) is None
