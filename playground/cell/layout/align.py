"""Positions in a row: as near as possible to where each wishes to be, in order, with room between them."""

from collections.abc import Sequence
from math import floor

from playground.cell.layout.shapes import GRID


def grid(value: float) -> float:
    """The nearest multiple of 8."""
    return floor(value / GRID + 0.5) * GRID


def align(wishes: Sequence[float], weights: Sequence[float], gaps: Sequence[float]) -> list[float]:
    """Positions p with p[k+1] - p[k] ≥ gaps[k] that minimise Σ weights·(p - wishes)² (pool adjacent violators)."""
    offsets = [0.0]
    for gap in gaps:
        offsets.append(offsets[-1] + gap)
    blocks: list[list[float]] = []  # mean, weight, count
    for wish, weight, offset in zip(wishes, weights, offsets, strict=True):
        blocks.append([wish - offset, weight, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            mean, heavy, count = blocks.pop()
            other = blocks[-1]
            total = other[1] + heavy
            other[0] = (other[0] * other[1] + mean * heavy) / total
            other[1] = total
            other[2] += count
    values: list[float] = []
    for mean, _, count in blocks:
        values.extend([mean] * int(count))
    return [value + offset for value, offset in zip(values, offsets, strict=True)]


def median(values: list[float]) -> float:
    """The middle value, or the mean of the middle two. Expects at least one."""
    values.sort()
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2
