"""What is written on the nodes of a cell: titles, symbols and marks. No Qt in here."""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from msgspec import Struct

from playground.cell.check import sources_of
from playground.cell.graph import AnyNode, Cell, Gate, Input, Memory, Operation, Output, Wire

ACTIVATIONS: dict[str, str] = {
    "sigmoid": "σ", "tanh": "tanh", "relu": "relu", "identity": "linear", "exp": "exp", "softplus": "softplus",
    "log_sigmoid": "log σ", "hard_sigmoid": "hard σ",
}  # fmt: skip
SIGNS: dict[str, str] = {
    "multiply": "×", "add": "+", "subtract": "−", "divide": "÷", "one_minus": "1−", "negate": "−x", "sigmoid": "σ",
    "maximum": "max", "minimum": "min", "log_sigmoid": "log σ", "hard_sigmoid": "hard σ",
}  # fmt: skip
# Where a sigmoid gate is nearly shut, and nearly open: what that means for what it multiplies.
WORDS: dict[str, tuple[str, str]] = {
    "forget": ("erasing", "keeping"), "input_gate": ("closed", "writing"), "output": ("hiding", "showing"),
}  # fmt: skip
SHUT, OPEN = 0.2, 0.8


class NodeLook(Struct, frozen=True, gc=False):
    """What a node looks like. kind: input, memory, gate, operation or output. word: what a shut and an open gate do.

    lower, upper: the values that its trace can take, where that is known. marks: what is special about it, in a word.
    """

    key: str
    id: str
    kind: str
    title: str
    symbol: str
    role: str
    shape: str
    marks: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    word: tuple[str, str] | None = None
    lower: float | None = None
    upper: float | None = None


class WireLook(Struct, frozen=True, gc=False):
    """What a wire looks like. kind: of a wire into a gate, else "". source_role: its colour."""

    source: str
    target: str
    port: int
    role: str
    kind: str = ""
    stop_gradient: bool = False
    freeze: bool = False


class Index(NamedTuple):
    """What many nodes ask about a cell. factors: by source, the products that read it. shown: what the output reads."""

    nodes: dict[str, AnyNode]
    factors: dict[str, list[Operation]]
    shown: frozenset[str]


@lru_cache(maxsize=2)
def index_of(cell: Cell) -> Index:
    """Made once for all nodes of a cell; where two have one id, the first counts."""
    factors: dict[str, list[Operation]] = {}
    for node in cell.nodes:
        if isinstance(node, Operation) and node.operation == "multiply":
            for source in dict.fromkeys(node.sources):
                factors.setdefault(source, []).append(node)
    shown = frozenset(id for node in cell.nodes if isinstance(node, Output) for id in node.sources)
    return Index({node.id: node for node in reversed(cell.nodes)}, factors, shown)


def keys_of(cell: Cell) -> list[str]:
    """A key for every node: its id, and for twins the id with a number."""
    seen: dict[str, int] = {}
    keys = []
    for node in cell.nodes:
        number = seen[node.id] = seen.get(node.id, 0) + 1
        keys.append(node.id if number == 1 else f"{node.id}#{number}")
    return keys


def name_of(node: AnyNode) -> str:
    """What people call the node."""
    return node.label or node.id.replace("_", " ")


def at_time(name: str, earlier: bool = False) -> str:
    """A signal at this step, or one step earlier: "c t", "c t−1"."""
    return f"{name.removesuffix('₋')} t{'−1' if earlier else ''}"


def look_of(cell: Cell, node: AnyNode, key: str, shape: str, errors: tuple[str, ...] = ()) -> NodeLook:
    """How one node is drawn."""
    if isinstance(node, Gate):
        lower, upper = _range(node)
        return NodeLook(
            key, node.id, "gate", name_of(node), _marked(node), node.role, shape, _gate_marks(node), errors,
            _word(cell, node), lower, upper,
        )  # fmt: skip
    if isinstance(node, Operation):
        return NodeLook(key, node.id, "operation", name_of(node), operation_symbol(node), node.role, shape, (), errors)
    if isinstance(node, Memory):
        source = index_of(cell).nodes.get(node.source)
        title = at_time(
            node.label or (name_of(source) if source else node.id.removesuffix("_prev").replace("_", " ")), earlier=True
        )
        marks = ("learned start",) if node.learned else ()
        return NodeLook(key, node.id, "memory", title, "z⁻¹", node.role, shape, marks, errors)
    if isinstance(node, Input):
        return NodeLook(key, node.id, "input", at_time(name_of(node)), "", "input", shape, (), errors)
    return NodeLook(key, node.id, "output", _output_title(cell, node), "", _output_role(cell, node), shape, (), errors)


def wire_look(cell_nodes: Mapping[str, AnyNode], source: str, target: str, port: int) -> WireLook:
    """How one wire is drawn."""
    node = cell_nodes[target]
    role = cell_nodes[source].role if source in cell_nodes else "none"
    if isinstance(node, Gate) and port < len(node.wires):
        wire: Wire = node.wires[port]
        return WireLook(source, target, port, role, wire.kind, wire.stop_gradient, wire.freeze)
    return WireLook(source, target, port, role)


def gate_symbol(gate: Gate) -> str:
    """The activation as it is written: "σ", "4σ−2"."""
    plain = ACTIVATIONS[gate.activation]
    if gate.scale == 1.0 and gate.shift == 0.0:
        return plain
    scale = "" if gate.scale == 1.0 else f"{gate.scale:g}"
    shift = "" if gate.shift == 0.0 else f"{gate.shift:+g}"
    return f"{scale}{plain if scale == '' or len(plain) == 1 else f'·{plain}'}{shift}".replace("-", "−")


def operation_symbol(operation: Operation) -> str:
    """A sign or a word."""
    if operation.operation == "scale":
        return f"×{operation.value:.3g}".replace("-", "−")
    if operation.operation == "constant":
        return f"{operation.value:.3g}".replace("-", "−")
    return SIGNS.get(operation.operation, operation.operation)


def describe_kind(node: AnyNode) -> str:
    """The sort of a node in words, for lists and screen readers."""
    if isinstance(node, Gate):
        return f"gate {gate_symbol(node)}"
    if isinstance(node, Operation):
        return node.operation.replace("_", " ")
    return {"input": "input", "memory": "memory", "output": "output"}[type(node).__name__.lower()]


def reads(cell: Cell, node: AnyNode) -> str:
    """The names of what a node reads from."""
    names = {other.id: name_of(other) for other in cell.nodes}
    return ", ".join(names.get(source, source) for source in sources_of(node))


def value_text(value: float) -> str:
    """A value on the canvas: two digits that matter, few letters."""
    if value != value:
        return "–"
    if value in (float("inf"), float("-inf")):
        return "∞" if value > 0 else "−∞"
    if abs(value) >= 1e4:
        return f"{value:.1e}".replace("e+0", "e").replace("e+", "e").replace("-", "−")
    if 0 < abs(value) < 0.095:
        return f"{value:.2g}".replace("e-0", "e-").replace("-", "−")
    shown = f"{value:.0f}" if abs(value) >= 1000 else f"{value:.1f}" if abs(value) >= 100 else f"{value:.2f}"
    return ("0.00" if shown == "-0.00" else shown).replace("-", "−")


def gradient_text(norm: float) -> str:
    """The norm of a gradient: powers of ten matter, digits do not."""
    if norm != norm:
        return "–"
    if norm == 0:
        return "0"
    text = f"{norm:.1e}" if norm < 0.01 or norm >= 1000 else f"{norm:.2g}"
    return text.replace("e-0", "e-").replace("e+0", "e").replace("-", "−")


def word_for(look: NodeLook, value: float) -> str:
    """What the gate does at this value, where a word is true."""
    if look.word is None:
        return ""
    return look.word[0] if value < SHUT else look.word[1] if value > OPEN else ""


def _range(gate: Gate) -> tuple[float | None, float | None]:
    ends = {"sigmoid": (0.0, 1.0), "hard_sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0)}.get(gate.activation)
    if ends is None:
        return None, None
    low, high = sorted(gate.scale * end + gate.shift for end in ends)
    return low, high


def _marked(gate: Gate) -> str:
    """The activation, with ÷ n where it serves n cells and a star where its bias is frozen."""
    block = f" ÷{gate.block}" if gate.block > 1 else ""
    return f"{gate_symbol(gate)}{block}{' ✱' if gate.freeze_bias else ''}"


def _gate_marks(gate: Gate) -> tuple[str, ...]:
    marks = []
    if gate.block > 1:
        marks.append(f"one gate for {gate.block} cells")
    if gate.freeze_bias:
        marks.append("bias frozen")
    return tuple(marks)


def _word(cell: Cell, gate: Gate) -> tuple[str, str] | None:
    """A word is true only for a plain sigmoid that multiplies what the word speaks of."""
    if gate.activation not in ("sigmoid", "hard_sigmoid") or gate.scale != 1.0 or gate.shift != 0.0:
        return None
    if gate.role not in WORDS:
        return None
    index = index_of(cell)
    for product in index.factors.get(gate.id, ()):
        others = [source for source in product.sources if source != gate.id]
        from_memory = any(isinstance(index.nodes.get(source), Memory) for source in others)
        if gate.role == "forget" and from_memory:
            return WORDS["forget"]
        if gate.role == "input_gate" and others and not from_memory:
            return WORDS["input_gate"]
        if gate.role == "output" and product.id in index.shown:
            return WORDS["output"]
    return None


def _output_title(cell: Cell, node: Output) -> str:
    names = {other.id: name_of(other) for other in cell.nodes}
    if node.label or not node.sources:
        return at_time(node.label or "h")
    return at_time(", ".join(names.get(source, source) for source in node.sources))


def _output_role(cell: Cell, node: Output) -> str:
    roles = {other.id: other.role for other in cell.nodes}
    role = roles.get(node.sources[0], "none") if node.sources else "none"
    return role if role != "none" else "hidden"
