"""Fixed points of a recurrent map, found by minimising its speed (Sussillo and Barak 2013)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Jacobian = Callable[[Array], tuple[Array, Array]]  # states [n, S] → F [n, S] and its Jacobians [n, S, S]
Kind = Literal["stable", "saddle", "unstable", "slow"]

FIXED = 1e-14  # largest q of a fixed point: ‖F(s) − s‖ is about 1e-7 then
SLOW = 1e-4  # largest q of a point that is called slow: the state hardly moves there
APART = 1e-3  # points that are closer than this, times 1 + their size, are one
SETTLED = 1e-24  # where q is below it, no further step is taken


@dataclass(frozen=True)
class FixedPoints:
    """points: [K, S]. speeds: [K], q = ½‖F(s) − s‖². eigenvalues: [K, S] complex, of the Jacobian, the largest first.
    arrived: how many of the starts ended at one of them."""

    points: Array
    speeds: Array
    eigenvalues: NDArray[np.complex128]
    arrived: int


def find_fixed_points(
    step: Jacobian, starts: Array, iterations: int = 30, most: int = 32, breathe: Callable[[], None] = lambda: None
) -> FixedPoints:
    """From each start [n, S] downhill on q = ½‖F(s) − s‖² by Levenberg and Marquardt's method with the exact Jacobian,
    so that saddles and unstable points are found as well. Ends with q ≤ `SLOW` count; those that lie together are one.

    At most `most` points, those that most starts lead to. breathe: called after each step downhill.
    """
    ends, speeds, jacobians = _descend(step, np.array(starts, np.float64), iterations, breathe)
    with np.errstate(invalid="ignore"):
        good = np.flatnonzero((speeds <= SLOW) & np.isfinite(ends).all(axis=1))
    good = good[np.argsort(speeds[good], kind="stable")]
    kept: list[int] = []
    followers: list[int] = []
    for end in good.tolist():
        near = _nearest(ends, end, kept)
        if near is None:
            kept.append(end)
            followers.append(1)
        else:
            followers[near] += 1
    order = np.argsort(-np.array(followers), kind="stable")[:most] if kept else np.zeros(0, np.intp)
    rows = np.array(kept, np.intp)[order]
    values = np.zeros((len(rows), starts.shape[1]), np.complex128)
    for number, row in enumerate(rows):
        own = np.linalg.eigvals(jacobians[row])
        values[number] = own[np.argsort(-np.abs(own), kind="stable")]
    return FixedPoints(ends[rows], speeds[rows], values, len(good))


def kind_of(speed: float, eigenvalues: NDArray) -> Kind:
    """stable: all eigenvalues within the unit circle; unstable: all outside; saddle: some of each; slow: the point does
    not quite stand still (q > `FIXED`)."""
    if speed > FIXED:
        return "slow"
    sizes = np.abs(eigenvalues)
    if (sizes < 1).all():
        return "stable"
    return "unstable" if (sizes > 1).all() else "saddle"


def _nearest(ends: Array, end: int, kept: list[int]) -> int | None:
    """The place in `kept` of a point that is the same as this one."""
    if not kept:
        return None
    distances = np.abs(ends[kept] - ends[end]).max(axis=1)
    near = int(distances.argmin())
    return near if distances[near] <= APART * (1 + np.abs(ends[end]).max()) else None


def _descend(step: Jacobian, points: Array, iterations: int, breathe: Callable[[], None]) -> tuple[Array, Array, Array]:
    """Where each start ends, q there, and the Jacobian there."""
    n, S = points.shape
    eye = np.eye(S)
    with np.errstate(all="ignore"):
        following, jacobians = step(points)
        residuals = following - points
        speeds = 0.5 * np.square(residuals).sum(axis=1)
        damping = np.full(n, 1e-3)
        live = np.flatnonzero(np.isfinite(speeds) & np.isfinite(jacobians).all(axis=(1, 2)) & (speeds > SETTLED))
        for _ in range(iterations):
            if not len(live):
                break
            breathe()
            A = jacobians[live] - eye
            squares = A.transpose(0, 2, 1) @ A + damping[live, None, None] * eye
            downhill = (A.transpose(0, 2, 1) @ residuals[live][:, :, None])[:, :, 0]
            tried = points[live] - np.linalg.solve(squares, downhill[:, :, None])[:, :, 0]
            following, slopes = step(tried)
            new = following - tried
            q = 0.5 * np.square(new).sum(axis=1)
            better = (q < speeds[live]) & np.isfinite(slopes).all(axis=(1, 2))
            taken = live[better]
            gained = speeds[taken] - q[better]
            points[taken], residuals[taken], jacobians[taken] = tried[better], new[better], slopes[better]
            speeds[taken] = q[better]
            damping[live] = np.where(better, np.maximum(damping[live] / 8, 1e-13), damping[live] * 6)
            stuck = np.zeros(n, bool)
            stuck[taken] = (gained <= 1e-6 * speeds[taken]) & (speeds[taken] > FIXED)  # a slow point, or none
            live = live[(speeds[live] > SETTLED) & (damping[live] < 1e8) & ~stuck[live]]
    return points, speeds, jacobians
