"""Pages of any cell: random ones that are valid, and such as strangers send."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from random_cells import random_cells

from playground.cell.check import sources_of
from playground.cell.graph import Cell, Gate, Init, Input, Memory, Operation, Output, Wire
from playground.cell.library import LIBRARY
from playground.experiment.document import Experiment
from playground.network.spec import Layer, Net
from playground.ui.cell_panels.graph_picture import GraphPicture
from playground.ui.cell_panels.library_card import LibraryCard
from playground.ui.cell_panels.symbols import weight_symbols
from playground.ui.inspector import Inspector
from playground.ui.session import Session
from playground.ui.theme import DARK
from playground.ui.workshop import WireName

X, OUT = Input("x", "x", "input"), Output("out", sources=("h",))
LSTM = LIBRARY["lstm"].nodes
BROKEN = {
    "empty": (),
    "no input": (Gate("h"), OUT),
    "dangling": (X, Gate("h", wires=(Wire("nobody"), Wire("x"))), OUT),
    "twins": (X, Gate("h", wires=(Wire("x"),)), Gate("h", wires=(Wire("x"), Wire("x"))), OUT),
    "loop": (X, Gate("h", wires=(Wire("x"), Wire("y"))), Operation("y", sources=("h", "x")), OUT),
    "from output": (X, Gate("h", wires=(Wire("out"),)), OUT),
    "empty memory": (X, Memory("m"), Gate("h", wires=(Wire("m"),)), OUT),
    "html": (X, Gate("h", "<b>bold</b><script>", wires=(Wire("x"),), bias=Init("chrono_opposite", 1.0, "gone")), OUT),
    "blocks": (X, Gate("h", wires=(Wire("x"),), block=3), OUT),
    "half an operation": (X, Operation("h", operation="divide", sources=("x",)), OUT),
}


def look_at_everything(session):
    """Open the cell, and have every page built."""
    assert session.workshop.enter("Net", "layer1")
    panel = Inspector(session)
    try:
        for node in session.workshop.cell.nodes:
            session.workshop.choose(node.id)
            for port, source in enumerate(sources_of(node)):
                session.workshop.choose_wire(WireName(source, node.id, port))
        session.workshop.choose(*(node.id for node in session.workshop.cell.nodes))
        session.workshop.choose()
        assert panel.title.text()
    finally:
        panel.deleteLater()


def session_with(cell):
    return Session(Experiment(cells=(cell,), networks=(Net("Net", (Layer("layer1", cell.name, 4),)),)))


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_a_broken_cell_has_pages_that_say_so(qtbot, name):
    cell = Cell("mine", BROKEN[name], "Mine")
    session = session_with(cell)
    look_at_everything(session)
    GraphPicture(cell, DARK, 300, 200).grab()
    LibraryCard(cell, DARK, "", False).grab()
    session.close()


@settings(max_examples=5)
@given(cell=random_cells())
def test_a_random_cell_has_pages(qapp, cell):
    session = session_with(replace(cell, name="mine"))
    look_at_everything(session)
    session.close()
    for node in cell.nodes:
        if isinstance(node, Gate):
            symbols = weight_symbols(cell, node)
            weighted = sum(wire.kind != "identity" for wire in node.wires) + (node.bias is not None)
            assert len(symbols) == weighted == len(set(symbols.values()))


@given(text=st.text(max_size=60))
def test_a_hostile_label_stays_text(qapp, text):
    nodes = tuple(replace(node, label=text) if node.id == "forget" else node for node in LSTM)
    cell = Cell("mine", nodes, text)
    for symbol in weight_symbols(cell, cell.node("forget")).values():
        plain = symbol
        for tag in ("<i>", "</i>", "<sub>", "</sub>"):
            plain = plain.replace(tag, "")
        assert "<" not in plain
