"""What a cell of two hundred nodes costs on the canvas: a frame while panning and zooming, and an edit."""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QApplication, QWidget

from playground.cell.edits import Connect, Disconnect, MoveNodes, SetNode
from playground.cell.graph import Cell, Gate, Input, Memory, Operation, Output, Place, Role, Wire
from playground.experiment.cell_edits import PlaceCell

NODES = 200
FRAMES = 15  # of each kind
TRIES = 5  # of each edit
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


def measure_cell() -> dict[str, float]:
    """Median milliseconds of a frame, and the slowest kind of edit (median over tries), each until painted."""
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
        middle = canvas.stage.layout.box("forget3").centre
        slowest = 0.0
        for edit in (
            SetNode("forget3", "activation", "tanh"),
            Disconnect("h2", "input3"),
            Connect("c1_prev", "output1"),
            MoveNodes({"forget3": Place(middle.x - 24, middle.y - 24)}),
        ):
            tries = []
            for _ in range(TRIES):
                tries.append(_seconds(viewport, lambda edit=edit: session.workshop.apply(edit)))  # type: ignore[misc]
                session.undo()
            slowest = max(slowest, statistics.median(tries))
        session.close()
    return {
        "frame_ms_of_200_nodes": round(statistics.median(frames) * 1e3, 2),
        "slowest_edit_ms_of_200_nodes": round(slowest * 1e3, 1),
    }


def _seconds(viewport: QWidget, act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    viewport.repaint()
    return time.perf_counter() - began
