"""Counts in equal bins, and the same on another axis."""

import numpy as np
import pytest

from playground.network.histogram import histogram, rebinned


def test_the_same_as_numpy() -> None:
    values = np.random.default_rng(0).normal(size=(31, 7))
    counts, low, high = histogram(values, 20)
    wanted, edges = np.histogram(values, 20)
    assert counts.tolist() == wanted.tolist() and (low, high) == (edges[0], edges[-1])


def test_equal_values_and_none() -> None:
    counts, low, high = histogram(np.full(9, 2.0), 11)
    assert counts.tolist() == [0] * 5 + [9] + [0] * 5 and low < 2.0 < high
    assert histogram(np.zeros(3), 3)[0].tolist() == [0, 3, 0]
    counts, low, high = histogram(np.array([np.nan, np.inf]), 4)
    assert not counts.any() and np.isnan([low, high]).all()
    assert histogram(np.array([np.nan, 1.0, 3.0]), 2)[0].tolist() == [1, 1]


def test_another_axis() -> None:
    counts = np.array([4.0, 0.0, 4.0])
    np.testing.assert_allclose(rebinned(counts, 0.0, 3.0, np.array([0.0, 1.0, 2.0, 3.0])), [0.5, 0.0, 0.5])
    np.testing.assert_allclose(rebinned(counts, 0.0, 3.0, np.array([-1.0, 0.5, 3.5])), [0.25, 0.75])
    assert np.isnan(rebinned(np.zeros(3), np.nan, np.nan, np.array([0.0, 1.0]))).all()
    values = np.random.default_rng(1).normal(size=5000)
    share = rebinned(*histogram(values, 48), np.linspace(-5, 5, 41))
    assert share.sum() == pytest.approx(1.0)
    assert np.abs(share - np.histogram(values, np.linspace(-5, 5, 41))[0] / 5000).max() < 0.01
