"""Every setting of a node and of a wire can be typed, wrong entries say what is allowed, and everything is one undo."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QPushButton

from playground.cell.edits import SetNode
from playground.cell.graph import Init
from playground.cell.library import LIBRARY
from playground.ui.cell_panels.formula_box import FormulaBox
from playground.ui.workshop import WireName


def type_into(qtbot, panel, name, text):
    field = panel.findChild(QLineEdit, name)
    field.setFocus()
    field.selectAll()
    qtbot.keyClick(field, Qt.Key.Key_Delete)
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def choose(panel, name, value):
    box = panel.findChild(QComboBox, name)
    assert box.findData(value) >= 0, [box.itemData(i) for i in range(box.count())]
    box.setCurrentIndex(box.findData(value))
    box.activated.emit(box.currentIndex())


def error(panel, name):
    found = panel.findChild(QLabel, f"{name}.error")
    return found.text() if found is not None and not found.isHidden() else ""


def node(session, id="forget"):
    return session.workshop.cell.node(id)


def test_the_formula_is_typeset_with_the_users_own_names(inside, inspector):
    inside.workshop.choose("forget")
    assert inspector.title.text() == "Forget gate" and inspector.note.text() == "layer 1"
    box = inspector.findChild(FormulaBox, "node.formula")
    assert "<sub>" in box.text.text() and "σ" in box.text.text()
    inside.workshop.apply(SetNode("forget", "label", "stay"))
    assert "stay" in box.text.text()
    assert inspector.title.styleSheet().endswith(f"{inside.theme.forget};")


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("node.activation", "tanh", lambda n: n.activation == "tanh"),
        ("node.role", "candidate", lambda n: n.role == "candidate"),
        ("node.bias.kind", "uniform", lambda n: n.bias == Init("uniform")),
        ("node.bias.kind", "none", lambda n: n.bias is None),
        ("node.wire.x", "diagonal", lambda n: n.wires[0].kind == "diagonal"),
        ("node.wire.h_prev", "identity", lambda n: n.wires[1].kind == "identity"),
        ("node.wire.h_prev.init.kind", "orthogonal", lambda n: n.wires[1].init == Init("orthogonal")),
    ],
)
def test_choices_are_edits_that_can_be_undone(inside, inspector, name, value, read):
    if name == "node.bias.kind":  # the layer's own start would come before the cell's
        inside.workshop.choose("input")
    else:
        inside.workshop.choose("forget")
    id = inside.workshop.nodes[0]
    if name.endswith(".init.kind"):
        inspector.findChild(QPushButton, "node.wire.h_prev.fold").click()
    before = inside.experiment
    choose(inspector, name, value)
    assert read(node(inside, id))
    assert inside.experiment.cells[0].label == "LSTM (mine)"
    inside.undo()
    assert inside.experiment == before
    assert inspector.findChild(QComboBox, name).currentData() != value


@pytest.mark.parametrize(
    ("name", "text", "read"),
    [
        ("node.scale", "4", lambda n: n.scale == 4),
        ("node.shift", "-2", lambda n: n.shift == -2),
        ("node.block", "2", lambda n: n.block == 2),
        ("node.label", "gate of keeping", lambda n: n.label == "gate of keeping"),
        ("node.wire.x.init.value", "0,5", lambda n: n.wires[0].init == Init("uniform", 0.5)),
    ],
)
def test_numbers_and_texts_are_typed(qtbot, inside, inspector, name, text, read):
    inside.workshop.choose("forget")
    if name.startswith("node.wire"):
        inspector.findChild(QPushButton, "node.wire.x.fold").click()
    type_into(qtbot, inspector, name, text)
    assert read(node(inside)) and error(inspector, name) == ""


@pytest.mark.parametrize(
    ("name", "text", "allowed"),
    [
        ("node.scale", "0", "another number"),
        ("node.scale", "much", "0.003"),
        ("node.block", "0", "from 1 to 4096"),
        ("node.block", "1.5", "whole"),
        ("node.name", "Two Words", "small letters"),
        ("node.name", "input", "another"),
        ("node.bias.value", "2", "3 or more"),
    ],
)
def test_a_wrong_entry_says_what_is_allowed_and_keeps_the_old_one(qtbot, inside, inspector, name, text, allowed):
    inside.workshop.choose("forget")
    before, old = inside.experiment, inspector.findChild(QLineEdit, name).text()
    type_into(qtbot, inspector, name, text)
    assert inside.experiment is before and inspector.findChild(QLineEdit, name).text() == old
    assert allowed in error(inspector, name.replace("bias.value", "bias")) and inside.notices == []


def test_a_node_is_renamed_and_stays_chosen(qtbot, inside, inspector):
    inside.workshop.choose("forget")
    type_into(qtbot, inspector, "node.name", "keeper")
    assert "keeper" in {n.id for n in inside.workshop.cell.nodes}
    assert inside.workshop.nodes == ("keeper",)
    assert inspector.findChild(QLineEdit, "node.name").text() == "keeper"


def test_a_start_that_the_layer_sets_itself_is_shown_and_can_be_given_back(qtbot, inside, inspector):
    inside.workshop.choose("forget")
    assert inspector.findChild(QComboBox, "node.bias.kind").currentData() == "chrono"
    type_into(qtbot, inspector, "node.bias.value", "30")
    assert inside.workshop.layer.init["forget.bias"] == Init("chrono", 30.0)
    choose(inspector, "node.bias.kind", "own")
    assert inside.workshop.layer.init == {}
    assert inspector.findChild(QComboBox, "node.bias.kind").currentData() == "constant"


def test_chrono_opposite_names_a_gate(qtbot, inside, inspector):
    inside.workshop.choose("input")
    choose(inspector, "node.bias.kind", "chrono_opposite")
    bias = node(inside, "input").bias
    assert bias.kind == "chrono_opposite" and bias.of in ("forget", "candidate", "output")
    choose(inspector, "node.bias.of", "forget")
    assert node(inside, "input").bias.of == "forget"
    type_into(qtbot, inspector, "node.bias.value", "60")
    assert node(inside, "input").bias == Init("chrono_opposite", 60.0, "forget")


def test_stop_gradient_and_freeze(inside, inspector):
    inside.workshop.choose("forget")
    fold = inspector.findChild(QPushButton, "node.wire.x.fold")
    assert "uniform" in fold.text()
    fold.click()
    inspector.findChild(QCheckBox, "node.wire.x.stop_gradient").click()
    inspector.findChild(QCheckBox, "node.wire.x.freeze").click()
    inspector.findChild(QCheckBox, "node.freeze_bias").click()
    wire = node(inside).wires[0]
    assert wire.stop_gradient and wire.freeze and node(inside).freeze_bias
    assert "no gradient · frozen" in inspector.findChild(QPushButton, "node.wire.x.fold").text()


def test_a_wire_has_a_page_and_can_be_cut(inside, inspector):
    inside.workshop.choose_wire(WireName("h_prev", "forget", 1))
    choose(inspector, "node.wire.h_prev", "diagonal")
    assert node(inside).wires[1].kind == "diagonal"
    assert not inspector.findChild(QCheckBox, "node.wire.h_prev.freeze").isHidden()
    inspector.findChild(QPushButton, "wire.cut").click()
    assert [wire.source for wire in node(inside).wires] == ["x"]
    assert inspector.title.text() == "LSTM (mine) cell"  # the wire is gone, and with it its page


def test_a_memory_and_an_operation(qtbot, inside, inspector):
    inside.workshop.choose("c_prev")
    inspector.findChild(QCheckBox, "node.learned").click()
    assert node(inside, "c_prev").learned
    choose(inspector, "node.start.kind", "normal")
    assert node(inside, "c_prev").start.kind == "normal"
    inside.workshop.choose("squash")
    choose(inspector, "node.operation", "scale")
    type_into(qtbot, inspector, "node.value", "0.5")
    assert (node(inside, "squash").operation, node(inside, "squash").value) == ("scale", 0.5)


def test_the_value_follows_time_and_unit(inside, inspector):
    inside.workshop.choose("forget")
    traced = inside.workshop.values("forget")
    for time, unit in ((0, 1), (4, 3), (9, 0)):
        inside.set_time(time)
        inside.workshop.set_unit(unit)
        shown = float(inspector.findChild(QLabel, "node.number").text().replace("−", "-"))
        assert shown == pytest.approx(float(traced[time, unit]), rel=1e-3)


def test_several_nodes_are_set_at_once(inside, inspector):
    inside.workshop.choose("forget", "input")
    choose(inspector, "group.activation", "hard_sigmoid")
    assert {node(inside, id).activation for id in ("forget", "input")} == {"hard_sigmoid"}
    inside.undo()
    assert node(inside).activation == "sigmoid"
    inspector.findChild(QPushButton, "group.remove").click()
    assert "forget" not in {n.id for n in inside.workshop.cell.nodes}


@pytest.mark.parametrize("name", sorted(LIBRARY))
def test_every_node_and_wire_of_the_library_has_a_page(qtbot, session, name):
    """Also before there are weights or traces."""
    from playground.cell.check import sources_of
    from playground.experiment.edits import ReplaceCell
    from playground.ui.inspector import Inspector

    session.apply(ReplaceCell("LSTM", "layer1", name))
    net = session.experiment.networks[1].name
    assert session.workshop.enter(net, "layer1")
    panel = Inspector(session)
    qtbot.addWidget(panel)
    for each in session.workshop.cell.nodes:
        session.workshop.choose(each.id)
        assert panel.title.text()
        for port, source in enumerate(sources_of(each)):
            session.workshop.choose_wire(WireName(source, each.id, port))
            assert panel.title.text() == f"Wire {source} → {each.id}"
    assert session.notices == []


def test_leaving_the_cell_brings_the_network_page_back(inside, inspector):
    inside.workshop.choose("forget")
    inside.workshop.leave()
    assert inspector.title.text() == "Experiment"
