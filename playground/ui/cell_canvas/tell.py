"""The cell in words: for a screen reader, for tooltips, and as a table for a file."""

from typing import Any

import numpy as np
from PySide6.QtCore import QCoreApplication

from playground.cell.check import CellError
from playground.cell.formula import formula
from playground.cell.graph import Cell
from playground.ui.cell_canvas.looks import describe_kind, name_of, reads
from playground.ui.cell_canvas.values import Readings
from playground.ui.workshop import MEAN, WireName, Workshop


def tr(text: str) -> str:
    return QCoreApplication.translate("CellCanvas", text)


def cell_name(cell: Cell) -> str:
    return cell.label or cell.name


def describe(cell: Cell, nodes: tuple[str, ...], wire: WireName | None, errors: list[CellError]) -> str:
    """The whole cell and what is chosen in it."""
    lines = [tr("{0}: {1} nodes.").format(cell_name(cell), len(cell.nodes))]
    if nodes:
        lines.append(tr("Chosen: {0}.").format(", ".join(describe_node(cell, id) for id in nodes)))
    elif wire is not None:
        lines.append(tr("Chosen: {0}.").format(describe_wire(cell, wire)))
    if errors:
        lines.append(tr("{0} problems.").format(len(errors)))
    return " ".join(lines)


def describe_node(cell: Cell, id: str) -> str:
    """One node: its name, what it is, and what it reads."""
    node = next((node for node in cell.nodes if node.id == id), None)
    if node is None:
        return id
    sources = reads(cell, node)
    text = f"{name_of(node)}, {describe_kind(node)}"
    return f"{text}, {tr('reads {0}').format(sources)}" if sources else text


def describe_wire(cell: Cell, wire: WireName) -> str:
    """One wire: where from, where to, and of which kind."""
    text = tr("the wire from {0} to {1}").format(wire.source, wire.target)
    found = next((node for node in cell.nodes if node.id == wire.target), None)
    wires = getattr(found, "wires", ())
    if wire.port >= len(wires):
        return text
    setting = wires[wire.port]
    words = [setting.kind]
    if setting.stop_gradient:
        words.append(tr("stops the gradient"))
    if setting.freeze:
        words.append(tr("frozen"))
    return f"{text} ({', '.join(words)})"


def node_tip(cell: Cell, id: str, marks: tuple[str, ...], readings: Readings, errors: list[CellError]) -> str:
    """Formula, what is special (`marks`), value and problems of a node."""
    lines = [describe_node(cell, id), formula(cell, id), *marks]
    if value := readings.text(id):
        lines.append(value if readings.gradients else tr("value {0}").format(value))
    lines += [f"{error.message}; {error.remedy}" for error in errors if error.node == id]
    return "\n".join(line for line in lines if line)


def wire_tip(cell: Cell, wire: WireName, readings: Readings) -> str:
    """What a wire carries."""
    lines = [describe_wire(cell, wire)]
    if value := readings.text(wire.source):
        lines.append(value if readings.gradients else tr("value {0}").format(value))
    return "\n".join(lines)


def columns(cell: Cell, workshop: Workshop) -> dict[str, Any]:
    """What is drawn: every node over the probe sequence; without any values yet, the nodes themselves."""
    unit = workshop.unit
    found = {node.id: workshop.values(node.id) for node in cell.nodes}
    traced = {id: values for id, values in found.items() if values is not None and values.ndim == 2 and values.size}
    if not traced:
        return {
            "node": [node.id for node in cell.nodes],
            "kind": [describe_kind(node) for node in cell.nodes],
            "reads": [reads(cell, node) for node in cell.nodes],
        }
    length = min(len(values) for values in traced.values())
    table: dict[str, Any] = {"time step": np.arange(length)}
    for id, values in traced.items():
        if 0 <= unit < values.shape[1]:
            table[f"{id} [unit {unit}]"] = values[:length, unit]
        else:
            table[f"{id} [mean of {values.shape[1]}]"] = values[:length].mean(axis=1)
    for node in cell.nodes:
        norms = workshop.gradient(node.id)
        if norms is not None:
            table[f"gradient of {node.id} [norm]"] = norms[:length]
    return table


def unit_note(unit: int) -> str:
    """What stands behind the cell's name while one unit is looked at."""
    return "" if unit == MEAN else tr(", unit {0}").format(unit)
