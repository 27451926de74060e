"""The definition: a cell evaluated node by node in float64, slowly and obviously. Every engine is compared with it.

It reads the cell itself, not the plan, so that nothing of the compiler is taken on trust.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from playground.cell.check import reached
from playground.cell.graph import AnyNode, Cell, Gate, Input, Memory, Operation, Output
from playground.cell.sizes import in_numbers, infer_sizes
from playground.compiler.expressions import Call, Const, Expr, Ref
from playground.compiler.operations import ACTIVATIONS, ELEMENTWISE, Rule

Array = NDArray[np.float64]
Values = dict[str, Array]

PRIMITIVES: dict[str, Any] = {
    "add": np.add, "subtract": np.subtract, "multiply": np.multiply, "divide": np.divide,
    "maximum": np.maximum, "minimum": np.minimum, "negative": np.negative, "exp": np.exp, "expm1": np.expm1,
    "tanh": np.tanh,
    "sigmoid": lambda a: np.where(a >= 0, 1 / (1 + np.exp(-np.abs(a))), np.exp(-np.abs(a)) / (1 + np.exp(-np.abs(a)))),
    "softplus": lambda a: np.logaddexp(0.0, a),
    "positive": lambda a: (a > 0).astype(np.float64),
    "at_least": lambda a, b: (a >= b).astype(np.float64),
    "select": lambda m, a, b: np.where(m > 0, a, b),
}  # fmt: skip


@dataclass(frozen=True)
class Clamped:
    """What a node is replaced by, [T, n] each: where keep is 0 it reads `value`, or, where hold is 1, what it read one
    step before (0 before the first)."""

    keep: Array
    value: Array
    hold: Array


@dataclass(frozen=True)
class Interpretation:
    """values: per step, node → [B, n], as others read it. own: of clamped nodes, what they computed themselves.
    outputs: [T, B, n]. final: memory → the value it would have at step T, [B, n]."""

    values: tuple[Values, ...]
    outputs: Array
    final: Values
    own: tuple[Values, ...] = ()


@dataclass(frozen=True)
class Gradients:
    """parameters: by name, summed over the batch. x: [T, B, D]. nodes: per step, node → ∂L/∂node [B, n]."""

    parameters: Values
    x: Array
    nodes: tuple[Values, ...]


def evaluate(expr: Expr, values: Mapping[str, Array | float]) -> Array | float:
    """The value of an expression for given names."""
    if isinstance(expr, Const):
        return expr.value
    if isinstance(expr, Ref):
        return values[expr.name]
    assert isinstance(expr, Call)
    return PRIMITIVES[expr.primitive](*(evaluate(argument, values) for argument in expr.arguments))


def interpret(
    cell: Cell,
    parameters: Mapping[str, Array],
    x: Array,
    units: int,
    start: Mapping[str, Array] | None = None,
    clamps: Mapping[str, Clamped] | None = None,
) -> Interpretation:
    """Run the cell over x [T, B, D]. start: memory → [B, n] instead of its own start value. clamps: node → what
    replaces it.

    Nodes that lead nowhere are left out, as the compiler does: they have no parameters.
    """
    cell = used_part(cell)
    T, B, _ = x.shape
    sizes = node_sizes(cell, x.shape[2], units)
    memories = [node for node in cell.nodes if isinstance(node, Memory)]
    state = {m.id: _start(m, parameters, B, sizes[m.id]) for m in memories}
    state.update({name: np.asarray(value, float) for name, value in (start or {}).items()})
    steps: list[Values] = []
    own: list[Values] = []
    clamps = clamps or {}
    before = {id: np.zeros((B, sizes[id])) for id in clamps}
    for t in range(T):
        values: Values = dict(state)
        own.append({})
        for node in in_order(cell):
            if isinstance(node, Input):
                values[node.id] = x[t]
            elif not isinstance(node, Memory):
                values[node.id] = node_forward(node, values, parameters, B, sizes)
            if node.id in clamps:
                clamp, own[t][node.id] = clamps[node.id], values[node.id]
                other = np.where(clamp.hold[t] > 0, before[node.id], clamp.value[t])
                values[node.id] = before[node.id] = np.where(clamp.keep[t] > 0, values[node.id], other)
        steps.append(values)
        state = {m.id: values[m.source] for m in memories}
    output = next(node for node in cell.nodes if isinstance(node, Output))
    return Interpretation(tuple(steps), np.stack([values[output.id] for values in steps]), state, tuple(own))


def gradients(
    cell: Cell,
    parameters: Mapping[str, Array],
    x: Array,
    units: int,
    run: Interpretation,
    d_outputs: Array,
    clamps: Mapping[str, Clamped] | None = None,
) -> Gradients:
    """Back-propagation through time of `run`, given ∂L/∂outputs [T, B, n] and the clamps that it ran with."""
    cell = used_part(cell)
    T, B, _ = x.shape
    sizes = node_sizes(cell, x.shape[2], units)
    total = {name: np.zeros_like(np.asarray(value, float)) for name, value in parameters.items()}
    memories = [node for node in cell.nodes if isinstance(node, Memory)]
    carried: Values = {m.id: np.zeros((B, sizes[m.id])) for m in memories}
    d_x = np.zeros_like(x)
    history: list[Values] = []
    output = next(node for node in cell.nodes if isinstance(node, Output))
    clamps = clamps or {}
    holding: Values = {id: np.zeros((B, sizes[id])) for id in clamps}
    for t in reversed(range(T)):
        values = run.values[t]
        d = {node.id: np.zeros((B, sizes[node.id])) for node in cell.nodes}
        d[output.id] += d_outputs[t]
        for m in memories:
            d[m.source] += carried[m.id]
        read = dict(d)
        for node in reversed(in_order(cell)):
            mine = values
            if node.id in clamps:
                clamp, whole = clamps[node.id], d[node.id] + holding[node.id]
                replaced = clamp.keep[t] == 0
                read[node.id], d[node.id] = whole, np.where(replaced, 0.0, whole)
                holding[node.id] = np.where(replaced & (clamp.hold[t] > 0), whole, 0.0)
                mine = {**values, node.id: run.own[t][node.id]}
            if isinstance(node, Input):
                d_x[t] = d[node.id]
            elif not isinstance(node, Memory):
                node_backward(node, mine, parameters, d, total)
        carried = {m.id: d[m.id] for m in memories}
        history.append(read)
    for m in memories:
        if m.learned:
            total[f"{m.id}.start"] += carried[m.id].sum(axis=0)
    return Gradients(total, d_x, tuple(reversed(history)))


def used_part(cell: Cell) -> Cell:
    """The cell without nodes that lead nowhere; the input stays."""
    used = reached(cell)
    return structs.replace(cell, nodes=tuple(n for n in cell.nodes if n.id in used or isinstance(n, Input)))


def node_sizes(cell: Cell, inputs: int, units: int) -> dict[str, int]:
    """The width of every node."""
    return {id: in_numbers(size, inputs, units) or 0 for id, size in infer_sizes(cell).items()}


def in_order(cell: Cell) -> list[AnyNode]:
    """The nodes so that each comes after all that it reads at the same step; memories and the input first."""
    nodes = {node.id: node for node in cell.nodes}
    done: dict[str, AnyNode] = {n.id: n for n in cell.nodes if isinstance(n, Memory | Input)}
    stack = [node.id for node in reversed(cell.nodes)]
    while stack:
        node = nodes[stack[-1]]
        if isinstance(node, Gate):
            wanted: tuple[str, ...] = tuple(wire.source for wire in node.wires)
        else:
            wanted = node.sources if isinstance(node, Operation | Output) else ()
        missing = [source for source in wanted if source not in done]
        if node.id in done or not missing:
            done.setdefault(node.id, node)
            stack.pop()
        else:
            stack.extend(missing)
    return list(done.values())


def _start(memory: Memory, parameters: Mapping[str, Array], B: int, size: int) -> Array:
    if memory.learned:
        return np.tile(parameters[f"{memory.id}.start"], (B, 1))
    return np.full((B, size), memory.start.value if memory.start.kind == "constant" else 0.0)


def _widen(value: Array, size: int) -> Array:
    return value if value.shape[1] == size else np.repeat(value, size // value.shape[1], axis=1)


def _narrow(gradient: Array, size: int) -> Array:
    return gradient.reshape(len(gradient), size, -1).sum(axis=2)


def _rule(node: Gate | Operation) -> Rule:
    return ACTIVATIONS[node.activation] if isinstance(node, Gate) else ELEMENTWISE[node.operation]


def node_forward(
    node: AnyNode, values: Values, parameters: Mapping[str, Array], B: int, sizes: dict[str, int]
) -> Array:
    """A node's value [B, n] from the values of what it reads; not of an input or a memory."""
    size = sizes[node.id]
    if isinstance(node, Output):
        return np.concatenate([values[source] for source in node.sources], axis=1)
    if isinstance(node, Operation):
        if node.operation == "constant":
            return np.full((B, size), node.value)
        result = _widen(values[node.sources[0]], size)
        if len(node.sources) == 1:
            return np.asarray(evaluate(_rule(node).value, {"a": result, "k": node.value}))
        for source in node.sources[1:]:
            result = np.asarray(evaluate(_rule(node).value, {"a": result, "b": _widen(values[source], size)}))
        return result
    assert isinstance(node, Gate)
    total = np.zeros((B, size))
    for wire in node.wires:
        weight = parameters.get(f"{node.id}.weight.{wire.source}")
        if wire.kind == "full":
            assert weight is not None
            total = total + values[wire.source] @ weight.T
        else:
            total = total + _widen(values[wire.source], size) * (1.0 if weight is None else weight)
    if node.bias is not None:
        total = total + parameters[f"{node.id}.bias"]
    return node.scale * np.asarray(evaluate(_rule(node).value, {"a": total})) + node.shift


def node_backward(node: AnyNode, values: Values, parameters: Mapping[str, Array], d: Values, total: Values) -> None:
    """Add the node's share of ∂L/∂value to what it reads (`d`) and to its parameters (`total`)."""
    gradient = d[node.id]
    if isinstance(node, Output):
        at = 0
        for source in node.sources:
            width = values[source].shape[1]
            d[source] += gradient[:, at : at + width]
            at += width
    elif isinstance(node, Operation):
        _operation_backward(node, values, gradient, d)
    elif isinstance(node, Gate):
        y = (values[node.id] - node.shift) / node.scale
        gradient = gradient * node.scale * evaluate(_rule(node).derivatives[0], {"y": y})
        for wire in node.wires:
            seen, name = values[wire.source], f"{node.id}.weight.{wire.source}"
            if wire.kind == "full":
                total[name] += gradient.T @ seen
                back = gradient @ parameters[name]
            elif wire.kind == "diagonal":
                total[name] += (gradient * _widen(seen, gradient.shape[1])).sum(axis=0)
                back = _narrow(gradient * parameters[name], seen.shape[1])
            else:
                back = _narrow(gradient, seen.shape[1])
            if not wire.stop_gradient:
                d[wire.source] += back
        if node.bias is not None:
            total[f"{node.id}.bias"] += gradient.sum(axis=0)


def _operation_backward(node: Operation, values: Values, gradient: Array, d: Values) -> None:
    if node.operation == "constant":
        return
    size = gradient.shape[1]
    arguments = [_widen(values[source], size) for source in node.sources]
    rule = _rule(node)
    if len(arguments) == 1:
        names: dict[str, Array | float] = {"a": arguments[0], "y": values[node.id], "k": node.value}
        d[node.sources[0]] += _narrow(gradient * evaluate(rule.derivatives[0], names), values[node.sources[0]].shape[1])
        return
    # a fold from the left, walked back from the right
    partial = [arguments[0]]
    for argument in arguments[1:]:
        partial.append(np.asarray(evaluate(rule.value, {"a": partial[-1], "b": argument})))
    for index in range(len(arguments) - 1, 0, -1):
        at = {"a": partial[index - 1], "b": arguments[index], "y": partial[index]}
        source = node.sources[index]
        d[source] += _narrow(gradient * evaluate(rule.derivatives[1], at), values[source].shape[1])
        gradient = gradient * evaluate(rule.derivatives[0], at)
    first = node.sources[0]
    d[first] += _narrow(gradient, values[first].shape[1])


def node_tangent(
    node: AnyNode, values: Values, parameters: Mapping[str, Array], tangents: Mapping[str, Array]
) -> Array | None:
    """How a node's value [B, n] moves with S numbers, [B, n, S] (or [1, n, S] where it is the same in every row), from
    how the values of what it reads do; what is not in `tangents` does not. None where it does not move at all. Along
    every wire, those that no gradient goes back through too."""
    size = values[node.id].shape[1]
    if isinstance(node, Output):
        return _stacked([(values[source].shape[1], tangents.get(source)) for source in node.sources])
    if isinstance(node, Operation):
        return _operation_tangent(node, values, tangents)
    assert isinstance(node, Gate)
    parts = []
    for wire in node.wires:
        moved, weight = tangents.get(wire.source), parameters.get(f"{node.id}.weight.{wire.source}")
        if moved is None:
            continue
        if wire.kind == "full":
            assert weight is not None
            parts.append(weight @ moved)
        else:
            parts.append(_widen(moved, size) if weight is None else _widen(moved, size) * weight[:, None])
    if not parts:
        return None
    y = (values[node.id] - node.shift) / node.scale
    slope = node.scale * np.asarray(evaluate(_rule(node).derivatives[0], {"y": y}))
    return sum(parts[1:], parts[0]) * _column(slope)


def _operation_tangent(node: Operation, values: Values, tangents: Mapping[str, Array]) -> Array | None:
    moved = [tangents.get(source) for source in node.sources]
    if all(tangent is None for tangent in moved):
        return None
    size, rule = values[node.id].shape[1], _rule(node)
    result, tangent = _widen(values[node.sources[0]], size), None if moved[0] is None else _widen(moved[0], size)
    if len(node.sources) == 1:
        slope = evaluate(rule.derivatives[0], {"a": result, "y": values[node.id], "k": node.value})
        return None if tangent is None else tangent * _column(np.asarray(slope))
    for source, other in zip(node.sources[1:], moved[1:], strict=True):
        names = {"a": result, "b": _widen(values[source], size)}
        result = names["y"] = np.asarray(evaluate(rule.value, names))
        parts = [] if tangent is None else [tangent * _column(np.asarray(evaluate(rule.derivatives[0], names)))]
        if other is not None:
            parts.append(_widen(other, size) * _column(np.asarray(evaluate(rule.derivatives[1], names))))
        tangent = sum(parts[1:], parts[0]) if parts else None
    return tangent


def _column(slope: Array) -> Array:
    """For each number of a value, against all that it may move with; a number alone as it is."""
    return slope[..., None] if slope.ndim else slope


def _stacked(parts: list[tuple[int, Array | None]]) -> Array | None:
    """Tangents below each other, zeros (as many as the number beside them) where nothing moves."""
    known = [tangent for _, tangent in parts if tangent is not None]
    if not known:
        return None
    rows, S = max(len(tangent) for tangent in known), known[0].shape[2]
    return np.concatenate(
        [np.zeros((rows, n, S)) if tangent is None else np.broadcast_to(tangent, (rows, n, S)) for n, tangent in parts],
        axis=1,
    )
