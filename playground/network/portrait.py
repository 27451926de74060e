"""The states that a network runs through, seen in their first principal components."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Basis:
    """centre: [S], the mean state. axes: [S, k], orthonormal; columns of 0 where there are fewer directions than k.
    shares: [k], the part of the variance along each."""

    centre: Array
    axes: Array
    shares: Array

    def project(self, states: Array) -> Array:
        """[n, S] → [n, k]."""
        return np.asarray((np.asarray(states, np.float64) - self.centre) @ self.axes)


def principal_basis(states: NDArray, k: int = 3, before: Basis | None = None) -> Basis:
    """The k directions of largest variance of states [T, S] (Pearson 1901), the largest first.

    A direction has no sign of its own: each points to the side to which that of `before` pointed, so that a picture
    does not flip from one frame to the next; without it, the largest component of each is positive. Rows with values
    that are not finite are left out.
    """
    known = np.asarray(states, np.float64)
    known = known[np.isfinite(known).all(axis=1)]
    S = known.shape[1]
    if not len(known):
        return Basis(np.zeros(S), np.zeros((S, k)), np.zeros(k))
    centre = known.mean(axis=0)
    found, variances = _directions(known - centre)
    total = float(variances.sum())
    axes, shares = np.zeros((S, k)), np.zeros(k)
    kept = min(k, int((variances > 1e-14 * max(total, 1e-300)).sum()))
    axes[:, :kept] = found[:, :kept]
    shares[:kept] = variances[:kept] / total if kept else 0.0
    if before is not None and before.axes.shape == axes.shape:
        turn = (axes * before.axes).sum(axis=0) < 0
    else:
        turn = np.take_along_axis(axes, np.abs(axes).argmax(axis=0)[None, :], axis=0)[0] < 0
    axes[:, turn] *= -1
    return Basis(centre, axes, shares)


def _directions(centred: Array) -> tuple[Array, Array]:
    """Columns of unit length and the sums of squares along them, the largest first; the smaller of the two products
    with the transpose is taken apart."""
    T, S = centred.shape
    if S <= T:
        squares, vectors = np.linalg.eigh(centred.T @ centred)
        return vectors[:, ::-1], np.maximum(squares[::-1], 0.0)
    squares, columns = np.linalg.eigh(centred @ centred.T)
    squares, columns = np.maximum(squares[::-1], 0.0), columns[:, ::-1]
    lengths = np.sqrt(squares)
    good = lengths > 1e-12 * max(lengths[0], 1e-300)
    vectors = np.where(good, centred.T @ columns / np.where(good, lengths, 1.0), 0.0)
    return vectors, np.where(good, squares, 0.0)
