"""One number explained: the arithmetic of one unit of one node at one time step, every weight × source + bias.

Plain Python floats (64 bit), so that nothing is hidden in a product of matrices. What is written here is what the
interpreter computes, to rounding.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from playground.cell.formula import FUNCTIONS, short_names
from playground.cell.graph import AnyNode, Cell, Gate, Input, Memory, Operation, Output, Wire
from playground.errors import BadInput

Vector = Any  # an array [size], or any sequence of numbers
SHOWN = 12  # terms of one wire that are written out, the largest first


def _exp(a: float) -> float:
    try:
        return math.exp(a)
    except OverflowError:
        return math.inf


def _sum(numbers: Iterable[float]) -> float:
    """Exact where it can be."""
    terms = list(numbers)
    try:
        return math.fsum(terms)
    except (OverflowError, ValueError):  # beyond the largest number, or ∞ − ∞
        return sum(terms)


def _sigmoid(a: float) -> float:
    return 1 / (1 + math.exp(-a)) if a >= 0 else _exp(a) / (1 + _exp(a))


def _softplus(a: float) -> float:
    return max(a, 0.0) + math.log1p(math.exp(-abs(a)))


def _divide(a: float, b: float) -> float:
    """As arrays do it: x / 0 is ±∞, 0 / 0 is not a number."""
    if b != 0:
        return a / b
    if a == 0 or math.isnan(a):
        return math.nan
    return math.copysign(math.inf, a) * math.copysign(1.0, b)


def _extreme(choose: Callable[[float, float], float]) -> Callable[[float, float], float]:
    return lambda a, b: math.nan if math.isnan(a) or math.isnan(b) else choose(a, b)


ONE: dict[str, Callable[[float], float]] = {
    "identity": lambda a: a,
    "sigmoid": _sigmoid,
    "tanh": math.tanh,
    "relu": lambda a: _extreme(max)(a, 0.0),
    "exp": _exp,
    "softplus": _softplus,
    "log_sigmoid": lambda a: -_softplus(-a),
    "hard_sigmoid": lambda a: _extreme(min)(_extreme(max)(a / 6 + 0.5, 0.0), 1.0),
    "one_minus": lambda a: 1 - a,
    "negate": lambda a: -a,
}
TWO: dict[str, Callable[[float, float], float]] = {
    "multiply": lambda a, b: a * b,
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "divide": _divide,
    "maximum": _extreme(max),
    "minimum": _extreme(min),
}
SIGNS = {"multiply": " × ", "add": " + ", "subtract": " − ", "divide": " / "}


@dataclass(frozen=True)
class Factor:
    """weight × value: what unit `unit` of node `source` adds; weight None where the wire has none."""

    source: str
    unit: int
    weight: float | None
    value: float

    @property
    def product(self) -> float:
        return self.value if self.weight is None else self.weight * self.value


@dataclass(frozen=True)
class Part:
    """What one wire adds to a gate; total: the sum of its factors."""

    source: str
    kind: str
    factors: tuple[Factor, ...]
    total: float


@dataclass(frozen=True)
class Explanation:
    """How unit `unit` of `node` got its value `result`.

    Of a gate: `parts` by wire, `bias` (None: it has none), their `total`, then the `function` and what it made of it
    (`activated`), times `scale`, plus `shift`. Of an operation: its `arguments` and its `function`. Of a memory, the
    output or the input: where the number comes from, in `note`.
    """

    node: str
    name: str
    unit: int
    result: float
    parts: tuple[Part, ...] = ()
    arguments: tuple[Factor, ...] = ()
    bias: float | None = None
    total: float = 0.0
    function: str = ""
    activated: float = 0.0
    scale: float = 1.0
    shift: float = 0.0
    value: float = 1.0
    note: str = ""
    names: tuple[tuple[str, str], ...] = ()

    def lines(self, most: int = SHOWN) -> list[str]:
        """The arithmetic as lines of text; of a wire's many terms the `most` largest, and the sum of the rest."""
        called = dict(self.names)
        if self.note:
            return [self.note, f"{self.name}[{self.unit}] = {number(self.result)}"]
        if self.parts or self.bias is not None or not self.arguments:
            return self._gate_lines(called, most) if self.function != "constant" else [self._result(number(self.value))]
        return [*(f"{called[f.source]}[{f.unit}] = {number(f.value)}" for f in self.arguments), self._operation_line()]

    def _gate_lines(self, called: dict[str, str], most: int) -> list[str]:
        lines = []
        for part in self.parts:
            name = called[part.source]
            lines.append(f"from {name}: {number(part.total)}" + (f" ({part.kind})" if part.kind != "full" else ""))
            by_size = sorted(range(len(part.factors)), key=lambda k: -abs(part.factors[k].product))
            for factor in (part.factors[k] for k in sorted(by_size[:most])):
                what = number(factor.value)
                if factor.weight is not None:
                    what = f"{number(factor.weight)} × {_guarded(factor.value)} = {number(factor.product)}"
                lines.append(f"    {name}[{factor.unit}]: {what}")
            if len(part.factors) > most:
                rest = _sum(part.factors[k].product for k in by_size[most:])
                lines.append(f"    {len(part.factors) - most} smaller ones: {number(rest)}")
        if self.bias is not None:
            lines.append(f"bias: {number(self.bias)}")
        lines.append(f"sum: {number(self.total)}")
        text = number(self.activated)
        if self.function != "identity":
            text = f"{FUNCTIONS.get(self.function, self.function)}({number(self.total)}) = {text}"
        if self.scale != 1.0 or self.shift != 0.0:
            scaled = (
                f"{number(self.scale)} × {_guarded(self.activated)}" if self.scale != 1.0 else number(self.activated)
            )
            shifted = f" {'−' if self.shift < 0 else '+'} {number(abs(self.shift))}" if self.shift else ""
            if self.function != "identity":
                lines.append(text)
            text = f"{scaled}{shifted} = {number(self.result)}"
        return [*lines, self._result(text)]

    def _operation_line(self) -> str:
        first, *others = [factor.value for factor in self.arguments]
        if self.function in SIGNS:
            text = SIGNS[self.function].join([number(first), *map(_guarded, others)])
        elif self.function == "one_minus":
            text = f"1 − {_guarded(first)}"
        elif self.function == "negate":
            text = f"−{_guarded(first)}"
        elif self.function == "scale":
            text = f"{number(self.value)} × {_guarded(first)}"
        else:
            inner = ", ".join(map(number, [first, *others]))
            text = f"{FUNCTIONS.get(self.function, self.function)}({inner})"
        return self._result(f"{text} = {number(self.result)}")

    def _result(self, text: str) -> str:
        return f"{self.name}[{self.unit}] = {text}"


def explain(
    cell: Cell, parameters: Mapping[str, Any], values_now: Mapping[str, Vector], node: str, unit: int
) -> Explanation:
    """The arithmetic behind one number.

    parameters: name within the cell ("forget.weight.x" [size, source size], diagonals and biases [size]) → array.
    values_now: node → its values [size] at this step, of a memory the value it shows at this step. Raises BadInput for
    a node or unit that there is not, for a node that is not computed because nothing reads it, and for a cell that is
    wired in another way than the one the numbers come from.
    """
    found = next((other for other in cell.nodes if other.id == node), None)
    if found is None:
        raise BadInput(node[:40], "there is no such node", "choose another")
    if node not in values_now:
        raise BadInput(node, "it is not computed, because it does not lead to the output", "wire it to what does")
    size = len(values_now[node])
    if not 0 <= unit < size:
        raise BadInput(f"{node}[{unit}]", "there is no such unit", f"choose one from 0 to {size - 1}")
    names = _names(cell)
    try:
        if isinstance(found, Gate):
            return _gate(found, parameters, values_now, unit, size, names)
        if isinstance(found, Operation):
            return _operation(found, values_now, unit, size, names)
        return _passed_on(found, values_now, unit, names)
    except (KeyError, IndexError):
        raise BadInput(node, "the network that runs is wired in another way", "let it train a step") from None


def _names(cell: Cell) -> dict[str, str]:
    """As in formulas; a memory of h is "h₋"."""
    names = short_names(cell)
    kept = {node.id for node in cell.nodes if not isinstance(node, Memory)}
    past = [node for node in cell.nodes if isinstance(node, Memory) and node.source in kept]
    return names | {node.id: f"{names[node.source]}₋" for node in past}


def number(value: float) -> str:
    """Four digits, with a true minus sign."""
    return f"{value:.4g}".replace("-", "−")


def _guarded(value: float) -> str:
    text = number(value)
    return f"({text})" if text.startswith("−") else text


def _factor(source: str, unit: int, size: int, values: Mapping[str, Vector], weight: float | None) -> Factor:
    """The number of `source` that meets unit `unit` of a node of `size`; one of a block serves several."""
    times = max(size // len(values[source]), 1)
    return Factor(source, unit // times, weight, float(values[source][unit // times]))


def _gate(
    gate: Gate, parameters: Mapping[str, Any], values: Mapping[str, Vector], unit: int, size: int, names: dict[str, str]
) -> Explanation:
    parts = tuple(_part(gate, wire, parameters, values, unit, size) for wire in gate.wires)
    bias = None if gate.bias is None else float(parameters[f"{gate.id}.bias"][unit])
    total = _sum(part.total for part in parts) + (bias or 0.0)
    activated = ONE[gate.activation](total)
    return Explanation(
        gate.id,
        names[gate.id],
        unit,
        gate.scale * activated + gate.shift,
        parts=parts,
        bias=bias,
        total=total,
        function=gate.activation,
        activated=activated,
        scale=gate.scale,
        shift=gate.shift,
        names=tuple(names.items()),
    )


def _part(
    gate: Gate, wire: Wire, parameters: Mapping[str, Any], values: Mapping[str, Vector], unit: int, size: int
) -> Part:
    name = f"{gate.id}.weight.{wire.source}"
    if wire.kind == "full":
        row = parameters[name][unit]
        source = values[wire.source]
        factors = tuple(Factor(wire.source, k, float(row[k]), float(source[k])) for k in range(len(source)))
    else:
        weight = float(parameters[name][unit]) if wire.kind == "diagonal" else None
        factors = (_factor(wire.source, unit, size, values, weight),)
    return Part(wire.source, wire.kind, factors, _sum(factor.product for factor in factors))


def _operation(
    node: Operation, values: Mapping[str, Vector], unit: int, size: int, names: dict[str, str]
) -> Explanation:
    arguments = tuple(_factor(source, unit, size, values, None) for source in node.sources)
    numbers = [argument.value for argument in arguments]
    if node.operation == "constant":
        result = node.value
    elif node.operation == "scale":
        result = numbers[0] * node.value
    elif node.operation in ONE:
        result = ONE[node.operation](numbers[0])
    else:
        result = numbers[0]
        for other in numbers[1:]:
            result = TWO[node.operation](result, other)
    return Explanation(
        node.id,
        names[node.id],
        unit,
        result,
        arguments=arguments,
        function=node.operation,
        value=node.value,
        names=tuple(names.items()),
    )


def _passed_on(node: AnyNode, values: Mapping[str, Vector], unit: int, names: dict[str, str]) -> Explanation:
    """The input, a memory or the output: nothing is computed there."""
    note = "this is what comes in"
    name, result = names[node.id], float(values[node.id][unit])
    if isinstance(node, Memory):
        note = f"{names.get(node.source, node.source)}[{unit}], one step earlier"
    elif isinstance(node, Output):
        at = unit
        for source in node.sources:
            if at < len(values[source]):
                note = f"{names.get(source, source)}[{at}], as it is"
                break
            at -= len(values[source])
    elif not isinstance(node, Input):
        raise AssertionError(node)
    return Explanation(node.id, name, unit, result, note=note, names=tuple(names.items()))
