"""The page of the cell as a whole: formulas, words, errors with remedies, code, versions."""

import ast
import subprocess
import sys

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton

from playground.cell.edits import Disconnect, RemoveNodes
from playground.cell.library import LIBRARY
from playground.compiler.standalone import show_code
from playground.experiment.cell_files import load_cell
from playground.network.network import Network
from playground.ui.cell_panels.formula_box import FormulaBox
from playground.ui.cell_panels.highlight import spans
from playground.ui.cell_panels.paragraph import Paragraph
from playground.ui.cell_panels.unit_stepper import UnitStepper
from playground.ui.workshop import MEAN


def text(panel, name):
    return panel.findChild(QLabel, name).text()


def test_the_whole_cell_is_told(inside, inspector):
    assert inspector.title.text() == "LSTM cell"
    box = inspector.findChild(FormulaBox, "cell.formula")
    assert box.accessibleName().count(";") == 5 and "c_t = f_t ⊙ c_{t−1} + i_t ⊙ g_t" in box.accessibleName()
    assert text(inspector, "cell.users") == "library"
    network: Network = inside.weights.networks["LSTM"]
    readout = sum(network.parameters.view(f"readout.{part}").size for part in ("weight", "bias"))
    assert text(inspector, "cell.weights") == f"{network.parameters.count - readout:,}"
    assert "lag 50" in text(inspector, "cell.try")


def test_words_are_edits(qtbot, inside, inspector):
    field = inspector.findChild(QLineEdit, "cell.label")
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "My keeper")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert inside.workshop.cell.label == "My keeper" and inspector.title.text() == "My keeper cell"
    about = inspector.findChild(Paragraph, "cell.about")
    about.setFocus()
    about.selectAll()
    qtbot.keyClicks(about, "It keeps.")
    qtbot.keyClick(about, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert inside.workshop.cell.about == "It keeps."
    assert text(inspector, "cell.users") == "LSTM"
    inside.undo()
    inside.undo()
    assert not inside.dirty and inspector.title.text() == "LSTM cell"


def test_an_error_comes_with_its_remedy(inside, inspector):
    inside.workshop.apply(Disconnect("input", "write"))
    inside.workshop.choose()
    boxes = [b for b in inspector.findChildren(QPushButton) if b.objectName().startswith("cell.remedy.")]
    assert [b.objectName() for b in boxes] == ["cell.remedy.write"]
    boxes[0].click()
    assert inside.workshop.errors() == []
    assert not [b for b in inspector._page.findChildren(QPushButton) if b.objectName().startswith("cell.remedy.")]


def test_the_node_of_an_error_can_be_shown(inside, inspector):
    inside.workshop.apply(RemoveNodes(("candidate",)))
    inside.workshop.choose()
    inspector.findChild(QPushButton, "cell.show.write").click()
    assert inside.workshop.nodes == ("write",)
    assert "write" in inspector.title.text() and text(inspector, "node.problem")


def test_a_new_version_leaves_the_old_one(inside, inspector):
    inspector.findChild(QPushButton, "cell.version").click()
    assert [cell.label for cell in inside.experiment.cells] == ["LSTM 2"]
    assert inside.workshop.cell.label == "LSTM 2" and inside.workshop.inside is not None
    inspector.findChild(QPushButton, "cell.version").click()
    assert [cell.label for cell in inside.experiment.cells] == ["LSTM 2", "LSTM 3"]


def test_it_is_kept_and_saved(inside, inspector, tmp_path):
    inspector.findChild(QPushButton, "cell.keep").click()
    assert [found.name for found in inside.shelf.saved()] == ["lstm"]
    inspector.cell_pages.actions.preset["cell"] = tmp_path / "mine"
    inspector.findChild(QPushButton, "cell.file").click()
    assert load_cell(tmp_path / "mine.cell.json") == LIBRARY["lstm"]
    inspector.cell_pages.actions.preset["cell"] = tmp_path / "nowhere" / "mine"
    inspector.findChild(QPushButton, "cell.file").click()
    assert inside.notices[-1].level == "error"


def test_the_code_is_shown_copied_saved_and_runs(inside, inspector, tmp_path):
    inspector.findChild(QPushButton, "cell.code").click()
    actions = inspector.cell_pages.actions
    dialog = actions.code
    assert dialog.view.toPlainText() == show_code(LIBRARY["lstm"], 2, 4) and dialog.view.isReadOnly()
    assert "LSTM: 2 inputs, 4 units" in dialog.windowTitle()
    dialog.findChild(QPushButton, "code.copy").click()
    source = QGuiApplication.clipboard().text()
    assert source == dialog.source
    actions.preset["code"] = tmp_path / "cell"
    dialog.findChild(QPushButton, "code.save").click()
    assert (tmp_path / "cell.py").read_text() == source
    ran = subprocess.run([sys.executable, str(tmp_path / "cell.py")], capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0 and "derived" in ran.stdout, ran.stderr
    dialog.close()


def test_code_of_a_cell_with_errors_says_what_is_wrong(inside, inspector):
    inside.workshop.apply(RemoveNodes(("candidate",)))
    inspector.cell_pages.actions.show_code()
    assert inspector.cell_pages.actions.code is None and inside.notices[-1].level == "warning"


@pytest.mark.parametrize("name", ["rnn", "slstm"])
def test_every_token_gets_its_colour(name):
    source = show_code(LIBRARY[name], 3, 4)
    found = spans(source)
    lines = source.split("\n")
    kinds = {what for line in found.values() for _, _, what in line}
    assert kinds == {"comment", "string", "number", "keyword", "name"}
    names = {lines[y][x : x + n] for y, line in found.items() for x, n, what in line if what == "name"}
    functions = {node.name for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)}
    assert names == functions
    for y, line in found.items():
        for x, n, what in line:
            assert x + n <= len(lines[y])
            if what == "comment":
                assert lines[y][x:].startswith("#")


def test_source_that_is_cut_off_keeps_what_can_be_read():
    assert spans("def f():\n    x = '''unfinished") == {0: [(0, 3, "keyword"), (4, 1, "name")]}


def test_units_are_stepped_through(qtbot, inside, inspector):
    stepper = inspector.findChild(UnitStepper, "cell.unit")
    assert stepper.reading.text() == "mean of 4" and not stepper.back.isEnabled()
    stepper.forward.click()
    assert inside.workshop.unit == 0 and stepper.reading.text() == "unit 0 of 4"
    stepper.setFocus()
    qtbot.keyClick(stepper, Qt.Key.Key_End)
    assert inside.workshop.unit == 3 and not stepper.forward.isEnabled()
    qtbot.keyClick(stepper, Qt.Key.Key_Home)
    assert inside.workshop.unit == MEAN
