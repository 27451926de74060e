"""The states that a network runs through, seen in their first principal components."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
GUARDS = 7  # directions that are followed besides those that are asked for: the nearer the next, the slower it goes
STEPS = 4  # after so many it is quicker to begin anew
PRECISE = 1e-8  # of the largest variance


@dataclass(frozen=True)
class Basis:
    """centre: [S], the mean state. axes: [S, k], orthonormal; columns of 0 where there are fewer directions than k.
    shares: [k], the part of the variance along each. span: [S, n] orthonormal, where the directions of states that
    have hardly changed are looked for first; without columns where that is not known."""

    centre: Array
    axes: Array
    shares: Array
    span: Array = field(default_factory=lambda: np.zeros((0, 0)))

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
    S = known.shape[1]
    centre, centred, total = _centred(known)
    if not math.isfinite(total):
        known = known[np.isfinite(known).all(axis=1)]
        centre, centred, total = _centred(known)
    if not len(known):
        return Basis(np.zeros(S), np.zeros((S, k)), np.zeros(k))
    nearby = _nearby(centred, total, before.span, k) if before is not None and len(known) >= S else None
    found, variances = _directions(centred) if nearby is None else nearby
    axes, shares = np.zeros((S, k)), np.zeros(k)
    kept = min(k, int((variances > 1e-14 * max(total, 1e-300)).sum()))
    axes[:, :kept] = found[:, :kept]
    shares[:kept] = variances[:kept] / total if kept else 0.0
    if before is not None and before.axes.shape == axes.shape:
        turn = (axes * before.axes).sum(axis=0) < 0
    else:
        turn = np.take_along_axis(axes, np.abs(axes).argmax(axis=0)[None, :], axis=0)[0] < 0
    axes[:, turn] *= -1
    return Basis(centre, axes, shares, found[:, : k + GUARDS])


def _centred(states: Array) -> tuple[Array, Array, float]:
    """The mean state, the states less that, and the sum of their squares."""
    with np.errstate(invalid="ignore", over="ignore"):
        centre = np.ones(len(states)) @ states / max(1, len(states))
        centred = states - centre
        return centre, centred, float(np.vdot(centred, centred))


def _nearby(centred: Array, total: float, span: Array, k: int) -> tuple[Array, Array] | None:
    """What `_directions` finds, of the largest k and some more, by steps of the power method on a whole subspace
    (Bauer 1957) that begin at `span`; None unless the k are found to `PRECISE` within a few steps and none that was
    missed can be larger: all that the subspace leaves over of `total` is less than the last of them.

    The product of the states with their transpose is never made: it is larger than all that is done here."""
    if span.shape[0] != centred.shape[1] or span.shape[1] < k + GUARDS:
        return None
    for _ in range(STEPS):
        span = np.linalg.qr(centred.T @ (centred @ span))[0]
        seen = centred @ span
        squares, turn = np.linalg.eigh(seen.T @ seen)
        turn, squares = turn[:, ::-1], squares[::-1]
        if total - float(squares.sum()) > squares[k - 1]:
            return None
        span = span @ turn
        image = centred.T @ (seen @ turn[:, :k])
        if np.abs(image - span[:, :k] * squares[:k]).max() <= PRECISE * float(squares[0]):
            return span, np.maximum(squares, 0.0)
    return None


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
