"""A cell's equations, read off its graph with the user's own names: what is written here is what is computed."""

import re
from collections import Counter
from collections.abc import Mapping

from playground.cell.check import sources_of
from playground.cell.graph import AnyNode, Cell, Gate, Input, Memory, Operation, Output
from playground.cell.typeset import Applied, Chain, Equation, Joined, Negative, Number, Style, Symbol, Term, write

FUNCTIONS = {"sigmoid": "σ", "log_sigmoid": "log σ", "hard_sigmoid": "hard σ", "maximum": "max", "minimum": "min"}
SIGNS = {"multiply": "⊙", "add": "+", "subtract": "−", "divide": "/"}
# The letters of the textbooks, for nodes that nobody has given another name.
LETTERS = {"forget": "f", "input": "i", "output": "o", "candidate": "g", "update": "z", "reset": "r"}
SHORT = r"[^\W\d_][\w\u0300-\u036f′']{0,7}"  # a label that can stand in a formula
DEEPEST = 3  # unnamed operations are written out inside others, but no deeper than this
WIDEST = 40  # sources of an operation that are written out


def formula(cell: Cell, id: str, style: Style = "text") -> str:
    """The equation of one node, "" for one that there is not. A memory's says where it begins. Any cell will do, also
    one with errors."""
    equation = _Formulas(cell).of(id)
    return write(equation, style) if equation is not None else ""


def cell_formulas(cell: Cell, style: Style = "text") -> list[str]:
    """A line for every gate and every operation that others build upon; simple operations are written out in place."""
    return [write(equation, style) for equation in _Formulas(cell).all()]


def cell_formula(cell: Cell, style: Style = "text") -> str:
    """All lines as one text, piece of HTML, or LaTeX `aligned` block."""
    if style == "latex":
        lines = [write(equation, style, "&=") for equation in _Formulas(cell).all()]
        return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"
    return ("<br>" if style == "html" else "\n").join(cell_formulas(cell, style))


def short_names(cell: Cell) -> dict[str, str]:
    """What every node is called in formulas: its label where that is a short word, else a letter or its id."""
    own: dict[str, str] = {}
    for node in cell.nodes:
        given = node.label.strip()
        plain = given in ("", node.id, node.id.replace("_", " "))
        if not plain and not isinstance(node, Memory) and re.fullmatch(SHORT, given):
            own[node.id] = given
        else:
            own[node.id] = LETTERS.get(node.id, node.id)
    for _ in range(3):  # whoever shares a name with another goes by id
        counts = Counter(own[node.id] for node in cell.nodes if not isinstance(node, Memory))
        own = {id: id if counts[name] > 1 else name for id, name in own.items()}
    return own


class _Formulas:
    def __init__(self, cell: Cell) -> None:
        self.cell = cell
        self.nodes: dict[str, AnyNode] = {node.id: node for node in cell.nodes}
        self.names = short_names(cell)
        self.lone = sum(isinstance(node, Gate) for node in cell.nodes) == 1
        self.inlined = _inlined(self.nodes)

    def all(self) -> list[Equation]:
        equations = []
        for node in self.cell.nodes:
            wanted = isinstance(node, Gate) or (isinstance(node, Operation) and node.id not in self.inlined)
            if isinstance(node, Memory):
                wanted = node.learned or (node.start.kind == "constant" and node.start.value != 0)
            elif isinstance(node, Output):
                wanted = len(node.sources) > 1
            equation = self.of(node.id) if wanted else None
            if equation is not None:
                equations.append(equation)
        return equations

    def of(self, id: str) -> Equation | None:
        node = self.nodes.get(id)
        if node is None:
            return None
        if isinstance(node, Memory):
            return self._start(node)
        left = self._symbol(id, "t")
        if isinstance(node, Gate):
            return Equation(left, self._gate(node))
        if isinstance(node, Operation):
            return Equation(left, self._operation(node))
        if isinstance(node, Output) and node.sources:
            parts = tuple(self._value(source) for source in node.sources[:WIDEST])
            return Equation(left, parts[0] if len(parts) == 1 else Joined(parts))
        return Equation(left, Symbol("input")) if isinstance(node, Input) else Equation(left, Symbol("?"))

    # -- names -------------------------------------------------------------------------------------------------

    def _parts(self, id: str) -> tuple[str, ...]:
        """A name as base and subscripts: "i_log" → ("i", "log")."""
        name = self.names.get(id, "?")
        if not name.isprintable() or len(name) > 40:
            name = "".join(letter for letter in name if letter.isprintable())[:40] + "…"
        base, _, rest = name.partition("_")
        return (base, rest) if base and rest else (name or "?",)

    def _symbol(self, id: str, time: str) -> Symbol:
        base, *subs = self._parts(id)
        return Symbol(base, (*subs, time))

    def _value(self, id: str) -> Term:
        """A node as others read it: by name, at this step or an earlier one; or written out."""
        node = self.nodes.get(id)
        if node is None:
            return Symbol("?")
        if isinstance(node, Memory):
            source, steps = self._remembered(node)
            return self._symbol(source, f"t−{steps}" if steps else "t")
        if isinstance(node, Operation) and id in self.inlined:
            return self._operation(node)
        return self._symbol(id, "t")

    def _remembered(self, memory: Memory) -> tuple[str, int]:
        """Which node's value a memory holds, and how many steps old it is; (itself, 0) where that leads nowhere."""
        seen, node = [memory.id], memory
        while node.source in self.nodes and node.source not in seen:
            source = self.nodes[node.source]
            if not isinstance(source, Memory):
                return source.id, len(seen)
            seen.append(source.id)
            node = source
        return memory.id, 0

    # -- equations ---------------------------------------------------------------------------------------------

    def _start(self, memory: Memory) -> Equation:
        source, steps = self._remembered(memory)
        left = self._symbol(source, str(1 - steps).replace("-", "−") if steps else "0")
        if memory.learned:
            return Equation(left, Symbol("s", self._parts(source)))
        return Equation(left, Number(memory.start.value if memory.start.kind == "constant" else 0.0))

    def _gate(self, gate: Gate) -> Term:
        own = () if self.lone else self._parts(gate.id)
        letters = [self._letter(wire.source, wire.kind) for wire in gate.wires]
        counts: Mapping[str, int] = Counter(letters)
        parts: list[Term] = []
        for wire, letter in zip(gate.wires, letters, strict=True):
            value = self._value(wire.source)
            if wire.kind != "identity":
                more = self._parts(self._read(wire.source)) if counts[letter] > 1 else ()
                weight = Symbol(letter, (*own, *more))
                value = Chain("⊙" if wire.kind == "diagonal" else "", (weight, value))
            parts.append(value)
        if gate.bias is not None:
            parts.append(Symbol("b", own))
        total: Term = Number(0.0) if not parts else parts[0] if len(parts) == 1 else Chain("+", tuple(parts))
        value = total
        if gate.activation != "identity":
            value = Applied(FUNCTIONS.get(gate.activation, gate.activation), (total,))
        if gate.scale != 1.0:
            value = Chain("·", (Number(gate.scale), value))
        if gate.shift:
            value = Chain("−" if gate.shift < 0 else "+", (value, Number(abs(gate.shift))))
        return value

    def _read(self, id: str) -> str:
        """The node whose value a source is, now or earlier."""
        node = self.nodes.get(id)
        return self._remembered(node)[0] if isinstance(node, Memory) else id

    def _letter(self, source: str, kind: str) -> str:
        """W for what comes in, U for what was, V for the rest; p for a vector of weights."""
        if kind == "identity":
            return ""
        node = self.nodes.get(source)
        return (
            "p" if kind == "diagonal" else "W" if isinstance(node, Input) else "U" if isinstance(node, Memory) else "V"
        )

    def _operation(self, node: Operation) -> Term:
        parts = tuple(self._value(source) for source in node.sources[:WIDEST])
        if len(node.sources) > WIDEST:
            parts = (*parts, Symbol("…"))
        if node.operation == "constant":
            return Number(node.value)
        if not parts:
            return Symbol("?")
        if node.operation in SIGNS:
            if len(parts) > 2 and node.operation in ("subtract", "divide"):
                parts = parts[:2]
            return (
                Chain(SIGNS[node.operation], parts)
                if len(parts) > 1
                else Chain(SIGNS[node.operation], (*parts, Symbol("?")))
            )
        if node.operation == "one_minus":
            return Chain("−", (Number(1.0), parts[0]))
        if node.operation == "negate":
            return Negative(parts[0])
        if node.operation == "scale":
            return Chain("·", (Number(node.value), parts[0]))
        return Applied(FUNCTIONS.get(node.operation, node.operation), parts)


def _inlined(nodes: dict[str, AnyNode]) -> set[str]:
    """Operations that are written out where they are read: without a name of their own, read once and by no memory."""
    reads = Counter(source for node in nodes.values() for source in sources_of(node))
    ends = {source for node in nodes.values() if isinstance(node, Memory | Output) for source in sources_of(node)}
    waiting = {
        node.id: {source for source in node.sources if isinstance(nodes.get(source), Operation)}
        for node in nodes.values()
        if isinstance(node, Operation)
    }
    readers: dict[str, list[str]] = {}
    for id, sources in waiting.items():
        for source in sources:
            readers.setdefault(source, []).append(id)
    height: dict[str, int] = {}  # of what is written out inside; what lies on a loop never gets one
    ready = [id for id, sources in waiting.items() if not sources]
    found: set[str] = set()
    while ready:
        node = nodes[ready.pop()]
        assert isinstance(node, Operation)
        deep = 1 + max((height[source] for source in node.sources if source in found), default=0)
        number = node.operation == "constant"
        named = re.fullmatch(SHORT, node.label.strip()) is not None
        if not named and node.id not in ends and deep <= DEEPEST and (reads[node.id] == 1 or number) and reads[node.id]:
            found.add(node.id)
        height[node.id] = deep
        for reader in readers.get(node.id, ()):
            waiting[reader].discard(node.id)
            if not waiting[reader]:
                ready.append(reader)
    return found
