"""A cell of 200 nodes: it pans and zooms at 60 frames a second, and an edit is checked and redrawn within 50 ms."""

import gc
import statistics
import time

import pytest

from playground.cell.edits import Connect, Disconnect, MoveNodes, SetNode
from playground.cell.graph import Cell, Gate, Input, Memory, Operation, Output, Place, Wire

FRAME, EDIT = 1 / 60, 0.05


def towers(count: int) -> Cell:
    """LSTMs on top of each other, in one cell of about `count` nodes."""
    nodes, below, k = [Input("x", "x", "input")], "x", 0
    while len(nodes) < count - 1:
        wires = (Wire(below), Wire(f"h{k}_prev"))
        gates = [("input", "input_gate"), ("forget", "forget"), ("candidate", "candidate"), ("output", "output")]
        nodes += [
            Memory(f"{id}{k}_prev", source=f"{id}{k}", role=role) for id, role in (("h", "hidden"), ("c", "cell"))
        ]
        nodes += [Gate(f"{id}{k}", id, role, None, wires) for id, role in gates]
        nodes += [
            Operation(f"write{k}", "", "input_gate", None, "multiply", (f"input{k}", f"candidate{k}")),
            Operation(f"keep{k}", "", "forget", None, "multiply", (f"forget{k}", f"c{k}_prev")),
            Operation(f"c{k}", "", "cell", None, "add", (f"keep{k}", f"write{k}")),
            Operation(f"squash{k}", "", "cell", None, "tanh", (f"c{k}",)),
            Operation(f"h{k}", "", "hidden", None, "multiply", (f"output{k}", f"squash{k}")),
        ]
        below, k = f"h{k}", k + 1
    return Cell("towers", (*nodes, Output("out", sources=(below,))), "Towers")


def seconds(hands, act) -> float:
    """Of this process, until it is done and painted: others on the machine do not count."""
    begin = time.process_time()
    act()
    hands.viewport.repaint()
    return time.process_time() - begin


def allowance() -> float:
    """How much slower than the machine this was measured on (12 ms for this sum) the present one is just now."""
    begin = time.process_time()
    sum(k * k for k in range(400_000))
    return max(1.0, (time.process_time() - begin) / 0.012)


@pytest.fixture
def hands(inside):
    found = inside(towers(200), (900, 440))
    found.canvas.grab()
    assert len(found.ids()) == 200
    gc.collect()
    gc.freeze()  # what other tests left behind is not part of a frame
    yield found
    gc.unfreeze()


def test_panning_and_zooming(hands):
    view = hands.canvas.view
    frames = [seconds(hands, lambda: view.zoom_by(1.08)) for _ in range(15)]
    frames += [seconds(hands, lambda: view.pan(-14, 6)) for _ in range(15)]
    frames += [seconds(hands, lambda: view.zoom_by(1 / 1.08)) for _ in range(15)]
    assert statistics.median(frames) < FRAME * allowance()


def test_edits(hands):
    edits = [
        SetNode("forget3", "activation", "tanh"),
        Disconnect("h2", "input3"),
        Connect("h2", "input3"),
        MoveNodes({"forget3": Place(*(at - 24 for at in hands.canvas.stage.layout.box("forget3").centre))}),
        Connect("c1_prev", "output1"),
    ]
    hands.workshop.apply(SetNode("forget3", "label", "f"))  # from now on the cell is the experiment's own
    for edit in edits:
        best = 1.0
        for _ in range(5):
            best = min(best, seconds(hands, lambda edit=edit: hands.workshop.apply(edit)))
            hands.session.undo()
        hands.workshop.apply(edit)
        assert best < EDIT * allowance(), edit.label()
