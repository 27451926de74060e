"""A cell on an engine against the interpreter, gradients included, whatever library the engine's arrays are of."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from playground.cell.graph import Cell
from playground.compiler.gradient_check import random_parameters
from playground.compiler.interpret import Clamped, gradients, interpret
from playground.compiler.lower import compile_cell
from playground.compiler.reach import UNTOUCHED, Reach
from playground.engine import Setup
from playground.engine.devices import to_numpy

Pairs = dict[str, tuple[np.ndarray, np.ndarray]]


def both(
    engine: Any,
    cell: Cell,
    inputs: int,
    units: int,
    steps: int,
    batch: int,
    dtype: str = "float64",
    *,
    watch: bool = False,
    scale: float = 0.5,
    reach: Reach = UNTOUCHED,
    clamps: Mapping[str, Clamped] | None = None,
) -> tuple[Pairs, Any]:
    """What was compared → (the engine's, the interpreter's); and the runner. The second run in the same buffers
    counts."""
    rng = np.random.default_rng(3)
    xp, plan = engine.xp, compile_cell(cell, inputs, units, watch, reach)
    named = random_parameters(cell, inputs, units, rng, scale)
    packed = {name: np.zeros(shape, dtype) for name, shape in plan.packed.items()}
    for spec in plan.parameters:
        packed[spec.packed][spec.row : spec.row + spec.shape[0]] = named[spec.name]
    weights = {name: xp.asarray(array) for name, array in packed.items()}
    found = {name: xp.asarray(np.full(shape, np.nan, dtype)) for name, shape in plan.packed.items()}
    runner = engine.build(plan, weights, found, Setup(steps, batch, str(np.dtype(dtype)), True, keep_all=watch))
    for node, clamp in (clamps or {}).items():
        runner.clamp(node, clamp.keep, clamp.value, clamp.hold if node in reach.held else None)
    x = rng.normal(size=(steps, batch, inputs))
    start = {
        slot.name: rng.normal(size=(batch, slot.size))
        for slot in plan.memories
        if isinstance(slot.start, float) and ":" not in slot.name
    }
    shared = {node: start[value] for node, value in plan.nodes.items() if value in start}
    run = interpret(cell, named, x, units, shared, clamps)
    direction = rng.normal(size=run.outputs.shape)
    truth = gradients(cell, named, x, units, run, direction, clamps)
    for _ in range(2):
        runner.x[...] = xp.asarray(x.transpose(0, 2, 1).astype(dtype))
        output = runner.forward({name: xp.asarray(value.T.astype(dtype)) for name, value in start.items()})
        runner.d_out[...] = xp.asarray(direction.transpose(0, 2, 1).astype(dtype))
        runner.backward()
    pairs = {
        "output": (to_numpy(output).transpose(0, 2, 1), run.outputs),
        "x": (to_numpy(runner.d_x).transpose(0, 2, 1), truth.x),
    }
    final = runner.final()
    for slot in plan.memories:
        if slot.name in run.final:
            pairs[f"final {slot.name}"] = (to_numpy(final[slot.name]).T, run.final[slot.name])
    for spec in plan.parameters:
        rows = to_numpy(found[spec.packed])[spec.row : spec.row + spec.shape[0]]
        pairs[spec.name] = (rows, truth.parameters[spec.name])
    if watch:
        for node, value in plan.nodes.items():
            wanted = np.stack([values[node] for values in run.values])
            pairs[f"value {node}"] = (to_numpy(runner.series(value)).transpose(0, 2, 1), wanted)
        for value in plan.outputs:
            alike = [node for node, shared_value in plan.nodes.items() if shared_value == value]
            wanted = np.stack([sum(nodes[node] for node in alike) for nodes in truth.nodes])
            pairs[f"gradient {value}"] = (to_numpy(runner.series(f"d:{value}")).transpose(0, 2, 1), wanted)
    return pairs, runner


def worst(pairs: Pairs) -> float | None:
    """The largest difference over the size of what is compared; None where the cell overflows, and nothing can be."""
    if not all(np.isfinite(b).all() and np.abs(b).max(initial=0) < 1e6 for _, b in pairs.values()):
        return None
    found = [float(np.abs(a - b).max(initial=0) / max(1.0, np.abs(b).max(initial=0))) for a, b in pairs.values()]
    return max(found)  # NaN, where something was left out, is larger than nothing: see `same`


def same(pairs: Pairs, tolerance: float) -> None:
    """Every pair within the tolerance, over the size of what is compared."""
    for name, (a, b) in pairs.items():
        size = max(1.0, float(np.abs(b).max(initial=0)))
        assert np.abs(a - b).max(initial=0) <= tolerance * size, name
