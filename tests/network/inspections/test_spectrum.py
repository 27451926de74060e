"""Eigenvalues and singular values of the recurrent matrices."""

import numpy as np
import pytest

from playground.cell.library import LIBRARY
from playground.compiler.lower import compile_cell
from playground.network.inspections.inspect import inspect
from playground.network.inspections.spec import Spectrum
from playground.network.inspections.spectrum import recurrent

from .conftest import LINEAR, network, sequence


@pytest.mark.parametrize(("cell", "wanted"), [
    ("rnn", ["h.weight.h_prev"]),
    ("lstm", ["input.weight.h_prev", "forget.weight.h_prev", "candidate.weight.h_prev", "output.weight.h_prev"]),
    ("gru", ["reset.weight.h_prev", "update.weight.h_prev", "past.weight.h_prev"]),
    ("indrnn", []), ("min_gru", []), ("dense_tanh", []),
])  # fmt: skip
def test_which_matrices_are_recurrent(cell: str, wanted: list[str]) -> None:
    found = recurrent(compile_cell(LIBRARY[cell], 2, 4))
    assert sorted(f"{gate}.weight.{source}" for gate, source in found) == sorted(wanted)


def test_a_reset_before_the_product_is_on_the_way_too() -> None:
    found = dict(recurrent(compile_cell(LIBRARY["gru_2014"], 2, 4)))
    assert "candidate" in found and found["candidate"] != "h_prev"


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru", "fgr", "lstm_1997_blocks"])
def test_numpy_says_the_same(cell: str) -> None:
    net = network(cell, 6)
    found = inspect(net, sequence(), Spectrum("net", "layer1"))
    names = [name for name in found if not name.endswith("|singular")]
    assert names
    for name in names:
        W = net.parameters.view(f"layer1.{name}")
        if W.shape[0] == W.shape[1]:
            values = np.linalg.eigvals(W)
            shown = found[name][:, 0] + 1j * found[name][:, 1]
            assert np.abs(np.sort_complex(shown) - np.sort_complex(values)).max() <= 1e-12
            assert (np.diff(np.abs(shown)) <= 1e-12).all()
        else:
            assert found[name].shape == (0, 2)
        assert np.abs(found[f"{name}|singular"] - np.linalg.svd(W, compute_uv=False)).max() <= 1e-12


def test_a_scaled_rotation_lies_on_its_circle() -> None:
    net = network(LINEAR, 5)
    Q, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(5, 5)))
    net.parameters.view("layer1.h.weight.h_prev")[...] = 0.9 * Q
    found = inspect(net, sequence(), Spectrum("net", "layer1"))
    np.testing.assert_allclose(np.hypot(*found["h.weight.h_prev"].T), 0.9, rtol=1e-12)
    np.testing.assert_allclose(found["h.weight.h_prev|singular"], 0.9, rtol=1e-12)


def test_both_directions_and_weights_that_overflowed() -> None:
    net = network("rnn", 3, bidirectional=True)
    found = inspect(net, sequence(), Spectrum("net", "layer1"))
    assert set(found) == {f"{back}h.weight.h_prev{end}" for back in ("", "back.") for end in ("", "|singular")}
    net.parameters.view("layer1.h.weight.h_prev")[0, 0] = np.inf
    assert np.isnan(inspect(net, sequence(), Spectrum("net", "layer1"))["h.weight.h_prev"]).all()
