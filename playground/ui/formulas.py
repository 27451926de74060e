"""A cell's equations as text, read off its graph: what is written here is what is computed."""

from playground.cell.graph import Cell, Gate, Input, Memory, Operation

SIGNS = {"multiply": " ⊙ ", "add": " + ", "subtract": " − ", "divide": " / "}
FUNCTIONS = {"sigmoid": "σ", "log_sigmoid": "log σ", "hard_sigmoid": "hard σ", "maximum": "max", "minimum": "min"}


def formulas(cell: Cell) -> list[str]:
    """One line for each gate and each operation that has a label; unlabelled operations are written out in place."""
    return [
        f"{_name(node)} = {_body(cell, node)}"
        for node in cell.nodes
        if isinstance(node, Gate) or (isinstance(node, Operation) and node.label)
    ]


def _name(node: object) -> str:
    return str(getattr(node, "label", "") or getattr(node, "id", ""))


def _term(cell: Cell, id: str, inside: bool = False) -> str:
    """A node as it stands in the formula of another one; `inside` a product, sums need brackets."""
    node = cell.node(id)
    if isinstance(node, Operation) and not node.label:
        text = _body(cell, node)
        return f"({text})" if inside and node.operation in ("add", "subtract", "one_minus") else text
    return _name(node)


def _body(cell: Cell, node: object) -> str:
    if isinstance(node, Gate):
        return _gate(cell, node)
    assert isinstance(node, Operation)
    if node.operation in SIGNS:
        product = node.operation in ("multiply", "divide")
        return SIGNS[node.operation].join(_term(cell, source, product) for source in node.sources)
    if node.operation == "one_minus":
        return f"1 − {_term(cell, node.sources[0], inside=True)}"
    if node.operation == "negate":
        return f"−{_term(cell, node.sources[0], inside=True)}"
    if node.operation == "scale":
        return f"{node.value:g} · {_term(cell, node.sources[0], inside=True)}"
    if node.operation == "constant":
        return f"{node.value:g}"
    inner = ", ".join(_term(cell, source) for source in node.sources)
    return f"{FUNCTIONS.get(node.operation, node.operation)}({inner})"


def _gate(cell: Cell, gate: Gate) -> str:
    parts = []
    for wire in gate.wires:
        source = _term(cell, wire.source)
        if wire.kind != "identity" and " " in source:
            source = f"({source})"
        letter = "W" if isinstance(cell.node(wire.source), Input) else "U"
        if wire.kind == "full":
            parts.append(f"{letter} {source}")
        elif wire.kind == "diagonal":
            parts.append(f"p ⊙ {source}")
        else:
            parts.append(source)
    if gate.bias is not None:
        parts.append("b")
    inner = " + ".join(parts)
    text = inner if gate.activation == "identity" else f"{FUNCTIONS.get(gate.activation, gate.activation)}({inner})"
    if gate.scale != 1.0:
        text = f"{gate.scale:g} · {text}" if gate.activation != "identity" else f"{gate.scale:g} · ({text})"
    if gate.shift:
        text += f" {'+' if gate.shift > 0 else '−'} {abs(gate.shift):g}"
    return text


def memories(cell: Cell) -> list[str]:
    """What each memory holds: "h₋ is h one step earlier"."""
    return [f"{_name(node)} is {_term(cell, node.source)} one step earlier" for node in cell.nodes
            if isinstance(node, Memory)]  # fmt: skip
