"""Explain this number: what is written there is what the network computed."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton, QTableWidget

from playground.cell.edits import AddGate
from playground.cell.graph import Gate, Operation, Wire
from playground.errors import BadInput
from playground.ui.cell_panels.explaining import differs, explain_now, shown_value, table, values_now
from playground.ui.workshop import MEAN


def rows(dialog):
    grid = dialog.findChild(QTableWidget, "explain.table")
    return [[grid.item(y, x).text() if grid.item(y, x) else "" for x in range(4)] for y in range(grid.rowCount())]


@pytest.fixture
def dialog(inside, inspector):
    inside.workshop.choose("forget")
    inspector.findChild(QPushButton, "node.explain").click()
    return inspector.cell_pages.actions.explain_dialog


def test_every_number_of_the_cell_is_explained_and_agrees_with_the_traces(inside):
    for node in inside.workshop.cell.nodes:
        if isinstance(node, Gate | Operation):
            for time in (0, 5, 11):
                inside.set_time(time)
                for unit in range(4):
                    found = explain_now(inside, node.id, unit)
                    assert found.result == pytest.approx(shown_value(inside, node.id, unit), abs=2e-6)
                    assert not differs(found, shown_value(inside, node.id, unit))


def test_the_rows_add_up(inside):
    inside.set_time(3)
    found = explain_now(inside, "candidate", 2)
    lines = table(found)
    number = lambda text: float(text.replace("−", "-"))  # noqa: E731
    terms = [number(row[3]) for row in lines if row[1]]
    totals = {row[0]: number(row[3]) for row in lines if row[3] and not row[1]}
    assert len(terms) == 2 + 4  # inputs and units
    assert sum(terms) + totals["bias"] == pytest.approx(totals["sum"], abs=2e-3)
    assert np.tanh(totals["sum"]) == pytest.approx(found.result, abs=1e-3)
    assert lines[-1][0].startswith("g[2] = tanh(")


def test_many_terms_are_cut_to_the_largest(inside):
    found = explain_now(inside, "forget", 0)
    short = table(found, most=1)
    assert sum(bool(row[1]) for row in short) == 2  # one of x, one of h
    assert any("smaller ones" in row[0] for row in short)


def test_the_dialog_follows_node_unit_and_time(qtbot, inside, dialog):
    assert inside.workshop.unit == 0  # the mean of all units has no arithmetic
    assert dialog.title.text() == "Forget gate" and "step 1 " in dialog.where.text()
    first = rows(dialog)
    inside.set_time(4)
    assert "step 5 " in dialog.where.text() and rows(dialog) != first
    second = rows(dialog)
    qtbot.keyClick(dialog.stepper, Qt.Key.Key_Right)
    assert inside.workshop.unit == 1 and rows(dialog) != second
    dialog.stepper.forward.click()
    assert inside.workshop.unit == 2
    qtbot.keyClick(dialog.stepper, Qt.Key.Key_Home)
    assert inside.workshop.unit == 0
    inside.workshop.choose("c")
    assert rows(dialog)[-1][0].startswith("c[0] = ") and dialog.title.text() == "c · + add"


def test_it_can_be_copied(qtbot, inside, dialog):
    dialog.findChild(QPushButton, "explain.copy").click()
    text = QGuiApplication.clipboard().text()
    assert text.startswith("Forget gate, unit 0 at step 1 of the sequence\nf_t = σ(") and "bias: " in text


def test_the_weights_are_watched_only_while_it_is_open(qtbot, inside, dialog):
    assert "layer1.forget.bias" in inside.weights.watched["dialog.explain"][1]
    dialog.close()
    assert "dialog.explain" not in inside.weights.watched


def test_it_closes_with_the_cell(inside, dialog):
    inside.workshop.leave()
    assert not dialog.isVisible()


def test_weights_that_moved_on_are_said(qtbot, inside, dialog):
    assert dialog.note.text() == ""
    inside.weights.set_value("LSTM", "layer1.forget.bias", (0,), -9.0)
    qtbot.waitUntil(lambda: "moved on" in dialog.note.text(), timeout=3000)


def test_what_cannot_be_explained_yet_is_a_sentence(qtbot, inside, dialog):
    assert inside.workshop.apply(AddGate("tanh", id="fresh", wires=(Wire("x"),)))
    inside.workshop.choose("fresh")
    assert rows(dialog) == [] and ";" in dialog.note.text()
    inside.record.traces = None
    dialog.refresh()
    assert "let the network run first" in dialog.note.text()
    assert values_now(inside) == {}
    with pytest.raises(BadInput):
        explain_now(inside, "forget", 99)


def test_the_mean_is_shown_where_it_is_asked_for(inside):
    assert shown_value(inside, "forget", MEAN) == pytest.approx(float(inside.workshop.values("forget")[0].mean()))
    assert shown_value(inside, "out", 1) == pytest.approx(float(inside.workshop.values("h")[0, 1]))
