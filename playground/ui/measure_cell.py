"""What a cell of two hundred nodes costs on the canvas: a frame while panning and zooming, and every kind of edit."""

import gc
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from PySide6.QtWidgets import QApplication, QWidget

from playground.cell.edits import CellEdit, Connect, Disconnect, InsertOnWire, MoveNodes, Paste, RemoveNodes, SetNode
from playground.cell.graph import Cell, Gate, Input, Memory, Operation, Output, Place, Role, Wire
from playground.cell.layout import Layout
from playground.experiment.cell_edits import PlaceCell

NODES = 200
FRAMES = 15  # of each kind
TRIES = 9  # of each edit
GATES: tuple[tuple[str, Role], ...] = (
    ("input", "input_gate"), ("forget", "forget"), ("candidate", "candidate"), ("output", "output"),
)  # fmt: skip


def towers(count: int) -> Cell:
    """LSTMs on top of each other, in one cell of about `count` nodes."""
    nodes: list[Input | Memory | Gate | Operation | Output] = [Input("x", "x", "input")]
    below, k = "x", 0
    while len(nodes) < count - 1:
        wires = (Wire(below), Wire(f"h{k}_prev"))
        nodes += [
            Memory(f"h{k}_prev", role="hidden", source=f"h{k}"),
            Memory(f"c{k}_prev", role="cell", source=f"c{k}"),
        ]
        nodes += [Gate(f"{id}{k}", id, role, None, wires) for id, role in GATES]
        nodes += [
            Operation(f"write{k}", "", "input_gate", None, "multiply", (f"input{k}", f"candidate{k}")),
            Operation(f"keep{k}", "", "forget", None, "multiply", (f"forget{k}", f"c{k}_prev")),
            Operation(f"c{k}", "", "cell", None, "add", (f"keep{k}", f"write{k}")),
            Operation(f"squash{k}", "", "cell", None, "tanh", (f"c{k}",)),
            Operation(f"h{k}", "", "hidden", None, "multiply", (f"output{k}", f"squash{k}")),
        ]
        below, k = f"h{k}", k + 1
    return Cell("towers", (*nodes, Output("out", sources=(below,))), "Towers")


def edits_of(cell: Cell, layout: Layout) -> dict[str, CellEdit]:
    """One edit of every kind that a person makes, by its name."""
    gate = cell.node("forget3")
    at = layout.box(gate.id).centre
    left, right = layout.bounds.x, layout.bounds.right
    places = {id: Place(*layout.box(id).centre) for id in ("input5", "candidate5", "write5", "c5")}
    copied = tuple(replace(cell.node(id), place=place) for id, place in places.items())
    return {
        "set": SetNode(gate.id, "activation", "tanh"),
        "unwire": Disconnect("h2", "input3"),
        "wire": Connect("c1_prev", "output1"),
        "long_wire": Connect("h17", gate.id),
        "short_move": MoveNodes({gate.id: Place(at.x - 24, at.y - 24)}),
        "long_move": MoveNodes({gate.id: Place(at.x + (right - left) / 2 // 8 * 8, at.y + 304)}),
        "move_of_four": MoveNodes({id: Place(place.x + 480, place.y + 240) for id, place in places.items()}),
        "insert": InsertOnWire(Gate("extra", place=Place(at.x, at.y + 64)), "h2", gate.id),
        "delete": RemoveNodes((gate.id,)),
        "delete_a_line": RemoveNodes(("c7",)),
        "paste": Paste(copied),
    }


def measure_cell() -> dict[str, Any]:
    """Milliseconds of a frame (median), of every kind of edit and of undo (median and worst), each until painted."""
    from playground.ui.app import make_application, open_window
    from playground.ui.settings import Settings

    make_application()
    with tempfile.TemporaryDirectory() as folder:
        window = open_window(Settings(Path(folder)))
        window.resize(1440, 900)
        session = window.session
        net = session.experiment.networks[0]
        session.apply(PlaceCell(towers(NODES), net.name, net.layers[0].id))
        session.workshop.enter(session.experiment.networks[0].name, net.layers[0].id)  # the net may be renamed with it
        canvas = window.centre.cell
        viewport = canvas.view.viewport()
        for _ in range(20):  # until the window is exposed and the canvas has its size
            QApplication.processEvents()
        frames = [_seconds(viewport, lambda: canvas.view.zoom_by(1.08)) for _ in range(FRAMES)]
        frames += [_seconds(viewport, lambda: canvas.view.pan(-14, 6)) for _ in range(FRAMES)]
        frames += [_seconds(viewport, lambda: canvas.view.zoom_by(1 / 1.08)) for _ in range(FRAMES)]
        edits = edits_of(canvas.edits.cell, canvas.stage.layout)
        taken: dict[str, list[float]] = {name: [] for name in (*edits, "undo")}
        gc.collect()
        for _ in range(TRIES):
            for name, edit in edits.items():
                taken[name].append(_seconds(viewport, lambda edit=edit: session.workshop.apply(edit)))  # type: ignore[misc]
                taken["undo"].append(_seconds(viewport, session.undo))
        session.close()
    medians = {name: statistics.median(tries) for name, tries in taken.items()}
    return {
        "frame_ms_of_200_nodes": round(statistics.median(frames) * 1e3, 2),
        "slowest_edit_ms_of_200_nodes": round(max(medians.values()) * 1e3, 1),
        "edits_ms_of_200_nodes": {
            name: {"median": round(medians[name] * 1e3, 1), "worst": round(max(tries) * 1e3, 1)}
            for name, tries in taken.items()
        },
    }


def _seconds(viewport: QWidget, act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    viewport.repaint()
    return time.perf_counter() - began
