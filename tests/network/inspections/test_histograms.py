"""Histograms of weights and gradients against the numbers themselves."""

import numpy as np
import pytest

from playground.errors import BadInput
from playground.network.histogram import BINS, histogram
from playground.network.inspections.inspect import inspect
from playground.network.inspections.spec import ParameterHistograms

from .conftest import network, sequence


def test_weights_are_counted_gate_by_gate(engine: str) -> None:
    net = network("lstm", 5, engine=engine)
    shown = inspect(net, sequence(), ParameterHistograms("net", "layer1"))
    own = {name.removeprefix("layer1.") for name in net.parameters.names if name.startswith("layer1.")}
    assert set(shown) == {f"{name}{end}" for name in own | {f"{gate}.all" for gate in ("input", "forget", "output",
        "candidate")} for end in ("", "|range")}  # fmt: skip
    for name in own:
        counts, low, high = histogram(net.parameters.view(f"layer1.{name}"), BINS)
        assert shown[name].tolist() == counts.tolist() and shown[f"{name}|range"].tolist() == [low, high]
    assert shown["forget.all"].sum() == 5 * 2 + 5 * 5 + 5


def test_gradients_are_powers_of_ten_without_zeros() -> None:
    net, batch = network("lstm", 5), sequence()
    net.parameters.view("readout.weight")[:, 2] = 0
    for gate in ("input", "forget", "output", "candidate"):
        net.parameters.view(f"layer1.{gate}.weight.h_prev")[:, 2] = 0  # nobody listens to unit 2
    shown = inspect(net, batch, ParameterHistograms("net", "layer1", "gradients"))
    net.train_step_gradient(batch)
    gradient = net.parameters.gradient("layer1.forget.weight.h_prev")
    sizes = np.log10(np.abs(gradient[gradient != 0]))
    assert shown["forget.weight.h_prev"].sum() == sizes.size == 20
    np.testing.assert_allclose(shown["forget.weight.h_prev|range"], [sizes.min(), sizes.max()])


def test_both_directions_are_told_apart() -> None:
    net = network("rnn", 4, bidirectional=True)
    net.parameters.view("layer1.back.h.bias")[...] = 3
    ahead, back = (inspect(net, sequence(), ParameterHistograms("net", layer)) for layer in ("layer1", "layer1.back"))
    assert set(ahead) == set(back)
    assert back["h.bias|range"].mean() == pytest.approx(3) and ahead["h.bias|range"].max() < 3


def test_without_values_the_range_is_unknown() -> None:
    net = network("rnn", 4)
    net.parameters.view("layer1.h.bias")[...] = np.nan
    shown = inspect(net, sequence(), ParameterHistograms("net", "layer1"))
    assert np.isnan(shown["h.bias|range"]).all() and not shown["h.bias"].any()
    with pytest.raises(BadInput, match="no such layer"):
        inspect(net, sequence(), ParameterHistograms("net", "layer1.back"))
