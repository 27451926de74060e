"""How weights are drawn before training. Each parameter has a stream of its own, named after it, so that adding a
gate or a layer changes nothing else, and the same net built in another order gets the same weights."""

from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from playground.cell.graph import Init
from playground.tasks.random import stream

Array = NDArray[np.float64]


def draw(init: Init, shape: tuple[int, ...], units: int, seed: int, name: str) -> Array:
    """One parameter's initial values, float64.

    name: the full name ("layer1.forget.bias"); units: H, for `uniform`. A vector counts as one column.
    """
    if init.kind == "chrono_opposite":
        # minus the very draws of the gate it opposes (Tallec and Ollivier, 2018: b_i = -b_f)
        layer = name.rsplit(".", 2)[0]
        return -draw(Init("chrono", init.value), shape, units, seed, f"{layer}.{init.of}.bias")
    rng = stream(seed, "init", crc32(name.encode()))
    rows, columns = shape[0], shape[1] if len(shape) > 1 else 1
    match init.kind:
        case "zeros":
            return np.zeros(shape)
        case "constant":
            return np.full(shape, init.value)
        case "uniform":
            bound = init.value / np.sqrt(units)
            return rng.uniform(-bound, bound, shape)
        case "xavier":
            bound = init.value * np.sqrt(6.0 / (rows + columns))
            return rng.uniform(-bound, bound, shape)
        case "normal":
            return rng.normal(0.0, init.value, shape)
        case "identity":
            return init.value * (np.eye(rows, columns) if len(shape) > 1 else np.ones(shape))
        case "orthogonal":
            q, r = np.linalg.qr(rng.normal(size=(max(rows, columns), min(rows, columns))))
            q = q * np.sign(np.diag(r))  # makes the draw uniform over orthogonal matrices
            return init.value * (q if rows >= columns else q.T).reshape(shape)
        case "chrono":
            return np.log(rng.uniform(1.0, max(init.value - 1.0, 1.0), shape))
    raise AssertionError(init.kind)
