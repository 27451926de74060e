"""As many weights: the nearest there is, in one step of undo."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.cell.library import LIBRARY
from playground.errors import BadInput
from playground.experiment.document import Experiment
from playground.experiment.history import History
from playground.experiment.match_weights import MatchWeights, matched
from playground.network.counting import net_weights
from playground.network.spec import Layer, Net

CELLS = ("rnn", "lstm", "gru", "peephole", "mgu", "indrnn")


def net_of(cell: str, *units: int, name: str = "net") -> Net:
    return Net(name, tuple(Layer(f"layer{i}", cell, size) for i, size in enumerate(units, 1)))


@given(st.sampled_from(CELLS), st.integers(1, 9), st.integers(1, 5), st.integers(1, 3000), st.integers(1, 40))
def test_no_number_of_units_is_nearer(cell: str, inputs: int, outputs: int, weights: int, before: int) -> None:
    found = matched(net_of(cell, before), LIBRARY, inputs, outputs, weights)
    far = abs(net_weights(found, LIBRARY, inputs, outputs) - weights)
    for units in range(1, 400):
        count = net_weights(net_of(cell, units), LIBRARY, inputs, outputs)
        assert abs(count - weights) >= far
        if count > 2 * weights + far:
            break
    again = matched(found, LIBRARY, inputs, outputs, weights)
    assert again == found  # it does not wander


@given(st.lists(st.integers(1, 24), min_size=2, max_size=3), st.integers(50, 20_000))
def test_layers_keep_their_proportions(units: list[int], weights: int) -> None:
    found = matched(net_of("lstm", *units), LIBRARY, 2, 1, weights)
    sizes = [layer.units for layer in found.layers]
    most = max(sizes)
    for size, before in zip(sizes, units, strict=True):
        assert abs(size - before * most / max(units)) <= 1
    if weights > 3000:
        assert abs(net_weights(found, LIBRARY, 2, 1) / weights - 1) < 0.1


def test_blocks_stay_whole() -> None:
    name = next(name for name, cell in LIBRARY.items() if any(getattr(node, "block", 1) > 1 for node in cell.nodes))
    block = max(getattr(node, "block", 1) for node in LIBRARY[name].nodes)
    assert matched(net_of(name, block), LIBRARY, 2, 1, 500).layers[0].units % block == 0


def test_the_edit_is_one_step() -> None:
    rnn, lstm = net_of("rnn", 16, name="RNN"), net_of("lstm", 16, name="LSTM")
    history = History(Experiment(networks=(rnn, lstm)))
    history.apply(MatchWeights("RNN", "LSTM", 2, 1))
    now = history.document
    assert now.networks[1] == lstm and now.networks[0].layers[0].units > 16
    counts = [net_weights(net, LIBRARY, 2, 1) for net in now.networks]
    assert abs(counts[0] - counts[1]) < 0.05 * counts[1]
    assert history.undo_label == "give RNN as many weights as LSTM"
    history.undo()
    assert history.document.networks == (rnn, lstm)


def test_what_cannot_be_matched_is_said() -> None:
    experiment = Experiment(networks=(net_of("rnn", 4, name="RNN"), net_of("nothing", 4, name="Odd")))
    with pytest.raises(BadInput, match="Odd"):
        MatchWeights("RNN", "Odd", 2, 1).apply(experiment)
    with pytest.raises(BadInput, match="nothing"):
        MatchWeights("Odd", "RNN", 2, 1).apply(experiment)
    with pytest.raises(BadInput, match="there is no such network"):
        MatchWeights("RNN", "nobody", 2, 1).apply(experiment)
