"""One step of a few cells as a person writes them with a library of arrays: for PyTorch and for JAX alike.

Each takes `x` [B, G·H] (what the gates get from the input, biases included), the memories, and the recurrent weights;
gates lie side by side in one product, as in the tutorials.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Array = Any
States = tuple[Array, ...]


@dataclass(frozen=True)
class Functions:
    """split(array, parts): along the last axis."""

    sigmoid: Callable[[Array], Array]
    tanh: Callable[[Array], Array]
    split: Callable[[Array, int], Any]


@dataclass(frozen=True)
class Recurrence:
    """gates: how many get something from x. states: how many memories, h first. weights: name → how many blocks of
    [H, H] side by side, 0 for a vector [H]. step(functions, x, states, weights) → the new memories."""

    gates: int
    states: int
    weights: dict[str, int]
    step: Callable[[Functions, Array, States, dict[str, Array]], States]


def _lstm(f: Functions, x: Array, states: States, w: dict[str, Array]) -> States:
    h, c = states
    i, k, g, o = f.split(x + h @ w["h"], 4)
    c = f.sigmoid(k) * c + f.sigmoid(i) * f.tanh(g)
    return f.sigmoid(o) * f.tanh(c), c


def _peephole(f: Functions, x: Array, states: States, w: dict[str, Array]) -> States:
    h, c = states
    i, k, g, o = f.split(x + h @ w["h"], 4)
    c = f.sigmoid(k + w["forget"] * c) * c + f.sigmoid(i + w["input"] * c) * f.tanh(g)
    return f.sigmoid(o + w["output"] * c) * f.tanh(c), c


def _gru(f: Functions, x: Array, states: States, w: dict[str, Array]) -> States:
    (h,) = states
    xr, xz, xn = f.split(x, 3)
    hr, hz, hn = f.split(h @ w["h"], 3)
    r, z = f.sigmoid(xr + hr), f.sigmoid(xz + hz)
    n = f.tanh(xn + r * (hn + w["past"]))
    return (z * h + (1 - z) * n,)


def _odd(f: Functions, x: Array, states: States, w: dict[str, Array]) -> States:
    h, c, k = states
    xk, xl, xg, xo = f.split(x, 4)
    hk, hl = f.split(h @ w["h"], 2)
    k = f.sigmoid(xk + hk + w["keep"] * k)
    look = f.sigmoid(xl + hl)
    g = f.tanh(xg + (look * h) @ w["seen"])
    c = k * c + (1 - k) * g
    return f.sigmoid(xo + c @ w["c"]) * f.tanh(c), c, k


RECURRENCES = {
    "lstm": Recurrence(4, 2, {"h": 4}, _lstm),
    "peephole": Recurrence(4, 2, {"h": 4, "forget": 0, "input": 0, "output": 0}, _peephole),
    "gru": Recurrence(3, 1, {"h": 3, "past": 0}, _gru),
    "odd": Recurrence(4, 3, {"h": 2, "keep": 0, "seen": 1, "c": 1}, _odd),
}
