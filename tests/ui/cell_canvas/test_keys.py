"""Everything from the keyboard: choosing along wires, moving, wiring, adding, renaming, the clipboard."""

import msgspec
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtWidgets import QApplication

from playground.cell.check import sources_of
from playground.cell.graph import Gate
from playground.ui.workshop import MEAN, WireName

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
Key = Qt.Key


def test_arrows_follow_wires(inside):
    hands = inside("lstm")
    hands.key(Key.Key_Home)
    assert hands.workshop.nodes == ("c_prev",)
    way = []
    for key in (Key.Key_Right, Key.Key_Right, Key.Key_Down, Key.Key_Left):
        hands.key(key)
        way.append(hands.workshop.nodes)
    assert way == [("keep",), ("c",), ("write",), ("input",)]
    assert not hands.session.history.can_undo


def test_shift_and_arrows_move_and_quick_steps_are_one_undo(inside):
    hands = inside("lstm")
    hands.workshop.choose("forget")
    before = hands.canvas.stage.layout.box("forget").centre
    for _ in range(3):
        hands.key(Key.Key_Down, SHIFT)
    hands.key(Key.Key_Left, SHIFT)
    after = hands.canvas.stage.layout.box("forget").centre
    assert (after.x - before.x, after.y - before.y) == (-8, 24)
    hands.session.undo()
    assert hands.canvas.stage.layout.box("forget").centre == before and not hands.session.history.can_undo


def test_c_wires_into_what_is_chosen_from_a_list(inside):
    hands = inside("lstm")
    hands.workshop.choose("c_prev")
    hands.key(Key.Key_C)
    popup = hands.canvas.menus.popup
    offered = {popup.list.item(row).data(Qt.ItemDataRole.UserRole) for row in range(popup.list.count())}
    assert "output" in offered and not {"x", "c_prev"} & offered
    hands.choose("output")
    assert "c_prev" in sources_of(hands.cell.node("output")) and hands.canvas.menus.popup is None
    hands.key(Key.Key_K)
    assert hands.cell.node("output").wires[2].kind == "diagonal"
    hands.key(Key.Key_K)
    assert hands.cell.node("output").wires[2].kind == "identity"
    hands.key(Key.Key_Delete)
    assert "c_prev" not in sources_of(hands.cell.node("output"))


def test_w_chooses_a_wire_and_insert_puts_a_node_on_it(inside):
    hands = inside("lstm")
    hands.workshop.choose("forget")
    hands.key(Key.Key_W)
    hands.choose("forget", "keep")
    assert hands.workshop.wire == WireName("forget", "keep", 0)
    hands.key(Key.Key_Insert)
    hands.choose("one", "minus")
    [new] = hands.workshop.nodes
    assert sources_of(hands.cell.node(new)) == ("forget",)


def test_the_list_opens_and_escape_closes_only_the_list(inside):
    hands = inside("lstm")
    hands.key(Key.Key_Insert)
    popup = hands.canvas.menus.popup
    assert popup.isVisible() and popup.accessibleName()
    from PySide6.QtTest import QTest

    QTest.keyClick(popup.line, Key.Key_Escape)
    assert not popup.isVisible() and hands.workshop.inside is not None
    assert not hands.session.history.can_undo


def test_a_sets_the_activation_and_page_keys_step_the_unit(inside):
    hands = inside("lstm")
    hands.workshop.choose("forget")
    hands.key(Key.Key_A)
    hands.choose("hard_sigmoid")
    assert hands.cell.node("forget").activation == "hard_sigmoid"
    assert hands.canvas.picture.item("forget").look.symbol == "hard σ"
    hands.key(Key.Key_PageDown)
    hands.key(Key.Key_PageDown)
    assert hands.workshop.unit == 1
    for _ in range(9):
        hands.key(Key.Key_PageUp)
    assert hands.workshop.unit == MEAN


def test_copy_cut_paste_and_duplicate(inside):
    hands = inside("lstm")
    hands.workshop.choose("forget", "keep")
    hands.key(Key.Key_C, CTRL)
    hands.key(Key.Key_V, CTRL)
    assert {"forget2", "keep2"} <= set(hands.ids()) and set(hands.workshop.nodes) == {"forget2", "keep2"}
    assert set(sources_of(hands.cell.node("keep2"))) == {"forget2", "c_prev"}
    assert sources_of(hands.cell.node("forget2")) == ("x", "h_prev")
    first = hands.canvas.stage.layout.box("forget2").centre
    hands.key(Key.Key_V, CTRL)
    assert hands.canvas.stage.layout.box("forget3").centre != first
    hands.key(Key.Key_X, CTRL)
    assert "forget3" not in hands.ids() and hands.session.history.undo_label == "cut 2 nodes"
    hands.key(Key.Key_D, CTRL)
    assert hands.session.history.undo_label == "cut 2 nodes", "nothing is chosen, nothing is doubled"
    hands.workshop.choose("squash")
    hands.key(Key.Key_D, CTRL)
    assert "squash2" in hands.ids()


def test_nodes_are_pasted_into_another_cell(inside):
    source = inside("lstm")
    source.workshop.choose("forget", "x")
    source.key(Key.Key_C, CTRL)
    other = inside("gru")
    other.key(Key.Key_V, CTRL)
    assert "forget" in other.ids() and other.ids().count("x") == 1
    assert sources_of(other.cell.node("forget")) == ("x", "h_prev")
    assert other.canvas.view.seen().contains(*other.canvas.stage.layout.box("forget").centre)


def test_a_stranger_on_the_clipboard_is_refused_with_a_sentence(inside):
    hands = inside("lstm")
    for data in (
        b"__import__('os')",
        b"[{}]",
        b'[{"kind":"gate"}]',
        b"\xff\xfe",
        b"[" * 5000,
        b'[{"kind":"evil","id":"a"}]',
    ):
        mime = QMimeData()
        mime.setData("application/x-rnn-nodes", data)
        QApplication.clipboard().setMimeData(mime)
        hands.key(Key.Key_V, CTRL)
        assert hands.notices.pop().level == "warning"
    mime = QMimeData()
    mime.setText("just text")
    QApplication.clipboard().setMimeData(mime)
    hands.key(Key.Key_V, CTRL)
    assert "no nodes" in hands.notices.pop().text and not hands.session.history.can_undo


def test_hostile_names_on_the_clipboard_become_names(inside):
    hands = inside("lstm")
    mime = QMimeData()
    mime.setData("application/x-rnn-nodes", msgspec.json.encode([Gate("../../etc <b>")]))
    QApplication.clipboard().setMimeData(mime)
    hands.key(Key.Key_V, CTRL)
    assert hands.workshop.nodes == ("etc_b",)


def test_everything_is_chosen_aligned_and_tidied(inside):
    hands = inside("lstm")
    hands.key(Key.Key_A, CTRL)
    assert len(hands.workshop.nodes) == len(hands.ids())
    before = {box.id: box.centre for box in hands.canvas.stage.layout.boxes}
    hands.workshop.choose("forget", "write", "squash")
    hands.canvas.acts.align("top")
    tops = {hands.canvas.stage.layout.box(id).y for id in ("forget", "write", "squash")}
    assert len(tops) == 1 and hands.session.history.undo_label == "align 3 nodes"
    hands.key(Key.Key_T)
    assert {box.id: box.centre for box in hands.canvas.stage.layout.boxes} == before
    assert hands.session.history.undo_label == "lay out the cell"


def test_escape_goes_out_and_the_window_keeps_its_own_keys(inside):
    hands = inside("lstm")
    hands.key(Key.Key_Space)
    assert hands.workshop.inside is not None
    hands.key(Key.Key_Escape)
    assert hands.workshop.inside is None and not hands.canvas.picture.nodes
    hands.key(Key.Key_Insert)  # nothing is open: nothing happens
    assert hands.canvas.menus.popup is None


def test_menus_do_what_keys_do(inside):
    hands = inside("lstm")
    wire = hands.on_wire("h_prev", "forget", 12)
    hands.menu_at(wire, "kind.diagonal")
    hands.menu_at(wire, "stop")
    hands.menu_at(wire, "freeze")
    found = hands.cell.node("forget").wires[1]
    assert (found.kind, found.stop_gradient, found.freeze) == ("diagonal", True, True)
    item = hands.canvas.picture.wires[WireName("h_prev", "forget", 1)]
    assert len(item.mark_places()) == 3
    hands.menu_at(hands.at("forget"), "activation.tanh")
    hands.menu_at(hands.at("forget"), "role.cell")
    hands.menu_at(hands.at("squash"), "operation.relu")
    assert hands.cell.node("forget").activation == "tanh" and hands.cell.node("squash").operation == "relu"
    assert hands.canvas.picture.item("forget").look.role == "cell"
    hands.menu_at(hands.scene(-100, 300), "add.memory")
    assert "memory" in hands.ids()
    hands.menu_at(hands.at("memory"), "delete")
    assert "memory" not in hands.ids()
    hands.menu_at(hands.scene(-100, 300), "leave")
    assert hands.workshop.inside is None
