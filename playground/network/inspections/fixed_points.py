"""Fixed points of one layer's map from state to state while its input stays the same (Sussillo and Barak 2013)."""

from collections.abc import Callable

import numpy as np

from playground.cell.graph import Memory
from playground.cell.names import parameter_names
from playground.compiler.interpret import used_part
from playground.compiler.step_map import StepMap
from playground.engine.devices import to_numpy
from playground.errors import BadInput
from playground.network.fixed_points import find_fixed_points
from playground.network.inspections.spec import FixedPoints
from playground.network.network import Network
from playground.tasks.base import Batch

BACK = ".back"  # after a layer's id: the direction that reads the sequence from its end
LARGEST = 256  # numbers in a state: the search takes the cube of it
WORK = 40_960  # starts times the square of the state's size
FEWEST, MOST = 6, 48  # starts


def fixed_points(
    network: Network, batch: Batch, question: FixedPoints, breathe: Callable[[], None] = lambda: None
) -> dict[str, np.ndarray]:
    """For K points, those that most starts lead to first; S numbers are the state, what all memories of the layer hold,
    in the order of "layout":

    "points" [K, S] float64; "speeds" [K], q = ½‖F(s) − s‖²; "eigenvalues" [K, S, 2], real and imaginary parts of those
    of the Jacobian of F, the largest first; "searched" [2] int64: how many starts there were and how many of them ended
    at a point with q ≤ 1e-4; "x" [D], the input that was held; "layout" [S, 2] int64: which memory (its number in the
    cell's order) and which unit of it a number of the state is.

    Starts are states of the sequence, the same reflected at the origin, and noise around both, half, once and twice as
    wide as their spread: a point that nobody starts near may be missed. In float64, of the cell as it learned: what is
    clamped or cut by hand does not count. breathe: called now and then. Raises BadInput.
    """
    layer, back = question.layer.removesuffix(BACK), question.layer.endswith(BACK)
    place = f"networks.{network.net.name}.layers.{layer}"
    known = {each.id: each for each in network.net.layers}
    if layer not in known or (back and not known[layer].bidirectional):
        raise BadInput(place, "there is no such layer any more", "choose another layer")
    cell, _ = network.layer_cell(layer)
    if not any(isinstance(node, Memory) for node in used_part(cell).nodes):
        raise BadInput(place, "its cell has no memory, so that nothing moves", "choose a layer with a recurrent cell")
    with network.watched(batch, free=True) as (run, _):
        part = next(part for part in run.layers if part.layer.id == layer)
        inputs = to_numpy(part.x)[:, :, 0].astype(np.float64)
        series = {name: value.astype(np.float64) for name, value in part.series().items()}
    x = _held(inputs, question)
    names = parameter_names(used_part(cell))
    weights = {
        name: np.asarray(to_numpy(network.parameters.view(f"{question.layer}.{name}")), np.float64) for name in names
    }
    step = StepMap(cell, weights, known[layer].units, x)
    if step.size > LARGEST:
        problem = f"a state of {step.size} numbers takes too long to search"
        raise BadInput(place, problem, f"take a layer with at most {LARGEST} numbers in its memories")
    states = np.concatenate([series[("back." if back else "") + source] for source, _ in step.sources], axis=1)
    starts = _starts(states)
    found = find_fixed_points(step.with_jacobian, starts, breathe=breathe)
    places = [slot for _, slot in step.sources]
    layout = [(number, unit) for number, slot in enumerate(places) for unit in range(slot.stop - slot.start)]
    return {
        "points": found.points,
        "speeds": found.speeds,
        "eigenvalues": np.stack([found.eigenvalues.real, found.eigenvalues.imag], axis=2),
        "searched": np.array([len(starts), found.arrived], np.int64),
        "x": x,
        "layout": np.array(layout, np.int64).reshape(-1, 2),
    }


def _held(inputs: np.ndarray, question: FixedPoints) -> np.ndarray:
    if question.input == "zero":
        return np.zeros(inputs.shape[1])
    if question.input == "mean":
        return np.asarray(inputs.mean(axis=0))
    return np.asarray(inputs[int(np.clip(question.t, 0, len(inputs) - 1))])


def _starts(states: np.ndarray) -> np.ndarray:
    """[n, S]: the origin, states of the sequence and their reflections, a third of all starts at most each, and around
    them noise in pairs that point apart."""
    states = states[np.isfinite(states).all(axis=1)]
    S = states.shape[1]
    count = int(np.clip(WORK // max(1, S * S), FEWEST, MOST))
    some = states[np.linspace(0, len(states) - 1, max(1, count // 3)).astype(np.intp)] if len(states) else states
    near = np.unique(np.concatenate([np.zeros((1, S)), some, -some]), axis=0)[:count]
    pairs = -(-(count - len(near)) // 2)
    spread = np.maximum(states.std(axis=0), 0.5) if len(states) else np.full(S, 0.5)
    width = spread * 2.0 ** (np.arange(pairs)[:, None] % 3 - 1)
    noise = np.random.default_rng(0).normal(size=(pairs, S)) * width
    middles = near[np.arange(pairs) % len(near)]
    return np.concatenate([near, middles + noise, middles - noise])[:count]
