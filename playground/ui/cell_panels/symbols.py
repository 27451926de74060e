"""What a gate's weights are called, as in its formula: U_f, W_i, p_o, b_c. No Qt here."""

from collections import Counter
from html import escape

from playground.cell.formula import short_names
from playground.cell.graph import Cell, Gate, Input, Memory


def letter(cell: Cell, source: str, kind: str) -> str:
    """W for what comes in, U for what was, V for the rest; p for a vector of weights."""
    if kind == "diagonal":
        return "p"
    node = next((node for node in cell.nodes if node.id == source), None)
    return "W" if isinstance(node, Input) else "U" if isinstance(node, Memory) else "V"


def weight_symbols(cell: Cell, gate: Gate) -> dict[str, str]:
    """Parameter within the cell ("forget.weight.x", "forget.bias") → its symbol as HTML. What reads the past comes
    first, because it tells most; then what reads the input, and the bias."""
    names = short_names(cell)
    lone = sum(isinstance(node, Gate) for node in cell.nodes) == 1
    own = [] if lone else [_name(names.get(gate.id, gate.id))]
    wires = [wire for wire in gate.wires if wire.kind != "identity"]
    wires.sort(key=lambda wire: letter(cell, wire.source, wire.kind) == "W")
    letters = [letter(cell, wire.source, wire.kind) for wire in wires]
    counts = Counter(letters)
    found = {}
    for wire, sign in zip(wires, letters, strict=True):
        more = [_name(names.get(_meant(cell, wire.source), wire.source))] if counts[sign] > 1 else []
        found[f"{gate.id}.weight.{wire.source}"] = _symbol(sign, [*own, *more])
    shared = Counter(found.values())
    for wire, sign in zip(wires, letters, strict=True):  # two memories of the same node
        name = f"{gate.id}.weight.{wire.source}"
        if shared[found[name]] > 1:
            found[name] = _symbol(sign, [*own, _name(wire.source)])
    if gate.bias is not None:
        found[f"{gate.id}.bias"] = _symbol("b", own)
    return found


def _meant(cell: Cell, source: str) -> str:
    node = next((node for node in cell.nodes if node.id == source), None)
    return node.source if isinstance(node, Memory) and node.source else source


def _name(name: str) -> str:
    text = escape(name[:40])
    return f"<i>{text}</i>" if len(name) == 1 else text


def _symbol(sign: str, subs: list[str]) -> str:
    return f"<i>{sign}</i>" + (f"<sub>{','.join(subs)}</sub>" if subs else "")
