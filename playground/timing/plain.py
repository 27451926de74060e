"""The slow end: a training step as one first writes it, in a loop over sequences, time steps and gates.

Every node is a few NumPy calls on the vectors of one sequence at one moment; nothing is batched, joined or fused. It
computes what the engines compute, and shows what they save.
"""

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playground.cell.graph import AnyNode, Cell, Gate, Input, Memory, Operation, Output
from playground.compiler.expressions import Call, Const, Expr, Ref
from playground.compiler.interpret import PRIMITIVES, in_order, node_sizes, used_part
from playground.compiler.operations import ACTIVATIONS, ELEMENTWISE
from playground.engine import choose
from playground.network.losses import loss_and_gradient
from playground.network.network import find_cell, prefixes
from playground.timing.work import TrainingStep, Work

Vector = NDArray[np.floating]
Values = dict[str, Vector]
FUNCTIONS: dict[str, Any] = {**PRIMITIVES, "sigmoid": lambda a: 1.0 / (1.0 + np.exp(-a))}


class PlainStep:
    """A training step over `sequences` of the batch, one after the other; calling it takes one. Its update is that of
    the smaller batch. Dropout is left out. Raises BadInput as `TrainingStep` does."""

    def __init__(self, work: Work, sequences: int) -> None:
        whole = TrainingStep(work, choose("numpy"))
        self.network, self.rows = whole.network, min(sequences, whole.rows)
        self._batch, self._whole = whole.batch, whole
        self._at_last = self.network.at == "last"
        self._layers: list[tuple[bool, list[PlainCell]]] = []
        inputs = work.inputs
        for layer in work.net.layers:
            cell, cells = find_cell(layer.cell, work.cells, ""), []
            for prefix in prefixes(layer):
                start = f"{prefix}."
                names = [name for name in self.network.parameters.names if name.startswith(start)]
                names = [name for name in names if prefix != layer.id or not name.startswith(f"{layer.id}.back.")]
                parameters = {name.removeprefix(start): self.network.parameters.view(name) for name in names}
                gradients = {name.removeprefix(start): self.network.parameters.gradient(name) for name in names}
                cells.append(PlainCell(cell, inputs, layer.units, parameters, gradients))
            inputs = sum(one.size for one in cells)
            self._layers.append((layer.residual, cells))

    def __call__(self) -> None:
        """One step."""
        self.gradient()
        self._whole.update()

    def gradient(self) -> None:
        """The gradients of all parameters, of the mean loss over the sequences."""
        self.network.parameters.gradients[...] = 0
        for row in range(self.rows):
            self._sequence(row)

    def _sequence(self, row: int) -> None:
        parameters, dtype = self.network.parameters, self.network.parameters.values.dtype
        x = [vector.astype(dtype) for vector in self._batch.inputs[:, row]]
        T = len(x)
        signals = []
        for residual, cells in self._layers:
            signals.append(x)
            outputs = [cells[0].forward(x)]
            if len(cells) > 1:
                outputs.append(cells[1].forward(x[::-1])[::-1])
            x = [np.concatenate(parts) if len(parts) > 1 else parts[0] for parts in zip(*outputs, strict=True)]
            if residual:
                x = [a + b for a, b in zip(x, signals[-1], strict=True)]
        V, bias = parameters.view("readout.weight"), parameters.view("readout.bias")
        asked = [T - 1] if self._at_last else range(T)
        d = [np.zeros(V.shape[1], dtype) for _ in range(T)]
        for t in asked:
            d_scores = self._loss(V @ x[t] + bias, row, t, len(asked))
            parameters.gradient("readout.weight")[...] += np.outer(d_scores, x[t])
            parameters.gradient("readout.bias")[...] += d_scores
            d[t] = V.T @ d_scores
        for (residual, cells), below in zip(reversed(self._layers), reversed(signals), strict=True):
            width = cells[0].size
            back = cells[0].backward(below, [vector[:width] for vector in d])
            if len(cells) > 1:
                other = cells[1].backward(below[::-1], [vector[width:] for vector in d[::-1]])[::-1]
                back = [a + b for a, b in zip(back, other, strict=True)]
            d = [a + b for a, b in zip(back, d, strict=True)] if residual else back

    def _loss(self, scores: Vector, row: int, t: int, counted: int) -> Vector:
        """∂(mean loss)/∂scores at one moment of one sequence."""
        kind, dtype = self.network.loss_kind, scores.dtype
        targets = self._batch.targets[t : t + 1, row : row + 1]
        if kind != "cross_entropy":
            targets = targets.astype(dtype).transpose(0, 2, 1)
        found = np.empty((1, len(scores), 1), dtype)
        loss_and_gradient(np, kind, scores[None, :, None], targets, np.ones((1, 1), dtype), found)
        return found[0, :, 0] / (counted * self.rows)


class PlainCell:
    """One layer's cell for one sequence. parameters, gradients: by the cell's own names; gradients are added to."""

    def __init__(
        self, cell: Cell, inputs: int, units: int, parameters: Mapping[str, Vector], gradients: Mapping[str, Vector]
    ) -> None:
        cell = used_part(cell)
        self._sizes = node_sizes(cell, inputs, units)
        self._parameters, self._gradients = parameters, gradients
        self._memories = [node for node in cell.nodes if isinstance(node, Memory)]
        nodes = [node for node in in_order(cell) if not isinstance(node, Memory | Input)]
        self._input = next(node.id for node in cell.nodes if isinstance(node, Input))
        self._output = next(node.id for node in cell.nodes if isinstance(node, Output))
        self.size = self._sizes[self._output]
        self._ahead = [(node.id, self._forward(node)) for node in nodes]
        self._back = [self._backward(node) for node in reversed(nodes)]
        self._values: list[Values] = []

    def forward(self, x: list[Vector]) -> list[Vector]:
        """Outputs, one per time step."""
        dtype = x[0].dtype
        state = {memory.id: self._start(memory, dtype) for memory in self._memories}
        self._values = []
        for vector in x:
            values = {**state, self._input: vector}
            for id, compute in self._ahead:
                values[id] = compute(values)
            self._values.append(values)
            state = {memory.id: values[memory.source] for memory in self._memories}
        return [values[self._output] for values in self._values]

    def backward(self, x: list[Vector], d_outputs: list[Vector]) -> list[Vector]:
        """∂L/∂x, one per time step; the gradients of the parameters grow by theirs."""
        dtype, found = x[0].dtype, []
        carried = {memory.id: np.zeros(self._sizes[memory.id], dtype) for memory in self._memories}
        for values, given in zip(reversed(self._values), reversed(d_outputs), strict=True):
            d = {id: np.zeros(size, dtype) for id, size in self._sizes.items()}
            d[self._output] = d[self._output] + given
            for memory in self._memories:
                d[memory.source] = d[memory.source] + carried[memory.id]
            for step in self._back:
                step(values, d)
            carried = {memory.id: d[memory.id] for memory in self._memories}
            found.append(d[self._input])
        for memory in self._memories:
            if memory.learned:
                self._gradients[f"{memory.id}.start"][...] += carried[memory.id]
        return found[::-1]

    def _start(self, memory: Memory, dtype: Any) -> Vector:
        if memory.learned:
            return self._parameters[f"{memory.id}.start"].copy()
        value = memory.start.value if memory.start.kind == "constant" else 0.0
        return np.full(self._sizes[memory.id], value, dtype)

    def _wide(self, source: str, size: int) -> Callable[[Values], Vector]:
        """A node's value as wide as what reads it (a gate may serve a block of cells)."""
        times = size // self._sizes[source]
        return itemgetter(source) if times == 1 else lambda values: np.repeat(values[source], times)

    def _give(self, source: str, size: int) -> Callable[[Values, Vector], None]:
        """The way back through `_wide`."""
        times = size // self._sizes[source]

        def give(d: Values, gradient: Vector) -> None:
            d[source] = d[source] + (gradient if times == 1 else gradient.reshape(-1, times).sum(axis=1))

        return give

    def _forward(self, node: AnyNode) -> Callable[[Values], Vector]:
        size = self._sizes[node.id]
        if isinstance(node, Output):
            sources = node.sources
            if len(sources) == 1:
                return itemgetter(sources[0])
            return lambda values: np.concatenate([values[source] for source in sources])
        if isinstance(node, Operation):
            return self._operation(node, size)
        assert isinstance(node, Gate)
        activation = function(ACTIVATIONS[node.activation].value)
        bias = self._parameters[f"{node.id}.bias"] if node.bias is not None else None
        wires = [self._wire(node, wire.source, wire.kind == "full") for wire in node.wires]
        scale, shift = node.scale, node.shift

        def compute(values: Values) -> Vector:
            total: Any = 0.0
            for wire in wires:
                total = total + wire(values)
            if bias is not None:
                total = total + bias
            y = activation({"a": total})
            return y if (scale, shift) == (1.0, 0.0) else scale * y + shift

        return compute

    def _wire(self, gate: Gate, source: str, full: bool) -> Callable[[Values], Vector]:
        weight: Any = self._parameters.get(f"{gate.id}.weight.{source}")
        if full:
            return lambda values: weight @ values[source]
        wide = self._wide(source, self._sizes[gate.id])
        return wide if weight is None else lambda values: weight * wide(values)

    def _operation(self, node: Operation, size: int) -> Callable[[Values], Vector]:
        if node.operation == "constant":
            return lambda values: np.full(size, node.value, values[self._input].dtype)
        wide = [self._wide(source, size) for source in node.sources]
        rule, k = function(ELEMENTWISE[node.operation].value), node.value
        if len(wide) == 1:
            return lambda values: rule({"a": wide[0](values), "k": k})

        def compute(values: Values) -> Vector:
            result = wide[0](values)
            for other in wide[1:]:
                result = rule({"a": result, "b": other(values)})
            return result

        return compute

    def _backward(self, node: AnyNode) -> Callable[[Values, Values], None]:
        if isinstance(node, Output):
            return self._output_back(node)
        if isinstance(node, Operation):
            return self._operation_back(node)
        assert isinstance(node, Gate)
        return self._gate_back(node)

    def _output_back(self, node: Output) -> Callable[[Values, Values], None]:
        def back(values: Values, d: Values) -> None:
            at = 0
            for source in node.sources:
                width = self._sizes[source]
                d[source] = d[source] + d[node.id][at : at + width]
                at += width

        return back

    def _gate_back(self, node: Gate) -> Callable[[Values, Values], None]:
        size, derivative = self._sizes[node.id], function(ACTIVATIONS[node.activation].derivatives[0])
        wires: list[tuple[Any, ...]] = []
        for wire in node.wires:
            name = f"{node.id}.weight.{wire.source}"
            weight, gradient = self._parameters.get(name), self._gradients.get(name)
            wires.append((wire, weight, gradient, self._wide(wire.source, size), self._give(wire.source, size)))
        bias = self._gradients[f"{node.id}.bias"] if node.bias is not None else None

        def back(values: Values, d: Values) -> None:
            y = values[node.id]
            if (node.scale, node.shift) != (1.0, 0.0):
                y = (y - node.shift) / node.scale
            delta = d[node.id] * derivative({"y": y})
            if node.scale != 1.0:
                delta = delta * node.scale
            for wire, weight, gradient, wide, give in wires:
                if wire.kind == "full":
                    gradient[...] += np.outer(delta, values[wire.source])
                    if not wire.stop_gradient:
                        d[wire.source] = d[wire.source] + weight.T @ delta
                    continue
                if gradient is not None:
                    gradient[...] += delta * wide(values)
                if not wire.stop_gradient:
                    give(d, delta if weight is None else delta * weight)
            if bias is not None:
                bias[...] += delta

        return back

    def _operation_back(self, node: Operation) -> Callable[[Values, Values], None]:
        size = self._sizes[node.id]
        if node.operation == "constant":
            return lambda values, d: None
        rule = ELEMENTWISE[node.operation]
        value, derivatives = function(rule.value), [function(one) for one in rule.derivatives]
        wide = [self._wide(source, size) for source in node.sources]
        gives = [self._give(source, size) for source in node.sources]

        def back(values: Values, d: Values) -> None:
            gradient = d[node.id]
            if len(wide) == 1:
                given = {"a": wide[0](values), "y": values[node.id], "k": node.value}
                gives[0](d, gradient * derivatives[0](given))
                return
            partial = [wide[0](values)]  # a fold from the left, walked back from the right
            for other in wide[1:]:
                partial.append(value({"a": partial[-1], "b": other(values)}))
            for index in range(len(wide) - 1, 0, -1):
                at = {"a": partial[index - 1], "b": wide[index](values), "y": partial[index]}
                gives[index](d, gradient * derivatives[1](at))
                gradient = gradient * derivatives[0](at)
            gives[0](d, gradient)

        return back


def function(expr: Expr) -> Callable[[Mapping[str, Any]], Any]:
    """A rule as nested calls, so that nothing is looked up in the tree while it runs."""
    if isinstance(expr, Const):
        return lambda values: expr.value
    if isinstance(expr, Ref):
        return itemgetter(expr.name)
    assert isinstance(expr, Call)
    primitive, parts = FUNCTIONS[expr.primitive], [function(argument) for argument in expr.arguments]
    if len(parts) == 1:
        only = parts[0]
        return lambda values: primitive(only(values))
    if len(parts) == 2:
        first, second = parts
        return lambda values: primitive(first(values), second(values))
    return lambda values: primitive(*(part(values) for part in parts))
