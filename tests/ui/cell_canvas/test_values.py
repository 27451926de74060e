"""What one sees: traces, values, words that are true, gradients, problems and the way out, the list, figures."""

import time

import numpy as np
import pytest
from PySide6.QtCore import QItemSelectionModel, Qt

from playground.cell.edits import Disconnect, RemoveNodes, SetNode
from playground.cell.names import empty_cell
from playground.network.traces import NetTraces, Traces
from playground.ui.cell_canvas.items.gate import GateItem
from playground.ui.cell_canvas.looks import gradient_text, look_of, value_text
from playground.ui.figures import render
from playground.ui.theme import DARK, LIGHT
from playground.ui.workshop import WireName

T, H = 30, 6


def traces(hands, **fixed: float) -> Traces:
    """Values of every node; `fixed`: those of the first unit at the last step."""
    rng = np.random.default_rng(3)
    nodes = {}
    for node in hands.cell.nodes:
        values = 1 / (1 + np.exp(-rng.standard_normal((T, H))))
        if node.id in fixed:
            values[-1] = fixed[node.id]
        nodes[f"layer1/{node.id}"] = values
    norms = {f"layer1/{id}": 10 ** np.linspace(-5, 0, T) for id in ("c", "h")}
    return Traces(7, np.zeros((T, 2)), np.zeros((T, 1)), (NetTraces("Net", np.zeros((T, 1)), nodes, norms),))


def show(hands, moment: int = T - 1, **fixed: float) -> None:
    found = traces(hands, **fixed)
    hands.session.record.traces = found
    hands.session.time = moment
    hands.session.traces_changed.emit(found)
    hands.canvas.refresh()


def foot(hands, id: str) -> str:
    return hands.canvas.picture.item(id)._foot


@pytest.mark.parametrize(("value", "words"), [
    (0.12, {"forget": "0.12 erasing", "input": "0.12 closed", "output": "0.12 hiding", "candidate": "0.12"}),
    (0.96, {"forget": "0.96 keeping", "input": "0.96 writing", "output": "0.96 showing", "candidate": "0.96"}),
    (0.5, {"forget": "0.50", "input": "0.50", "output": "0.50", "candidate": "0.50"}),
])  # fmt: skip
def test_gates_say_what_they_do_where_it_is_true(inside, value, words):
    hands = inside("lstm")
    show(hands, **dict.fromkeys(words, value))
    assert {id: foot(hands, id) for id in words} == words


def test_a_word_that_is_not_true_is_not_said(inside):
    """A tanh gate does not erase; a forget gate that multiplies no memory does not either."""
    hands = inside("lstm")
    assert look_of(hands.cell, hands.cell.node("forget"), "forget", "card").word
    hands.workshop.apply(SetNode("forget", "activation", "tanh"))
    assert look_of(hands.cell, hands.cell.node("forget"), "forget", "card").word is None
    hands.session.undo()
    hands.workshop.apply(Disconnect("c_prev", "keep"))
    assert look_of(hands.cell, hands.cell.node("forget"), "forget", "card").word is None
    hands.workshop.apply(SetNode("input", "scale", 2.0))
    assert look_of(hands.cell, hands.cell.node("input"), "input", "card").word is None


def test_one_unit_or_the_mean_of_all_with_a_band(inside):
    hands = inside("lstm")
    show(hands)
    item = hands.canvas.picture.item("forget")
    assert isinstance(item, GateItem) and item._band is not None and not item._line.isEmpty()
    values = hands.workshop.values("forget")
    assert foot(hands, "forget").startswith(value_text(values[-1].mean()))
    hands.workshop.set_unit(2)
    hands.canvas.refresh()
    assert item._band is None and foot(hands, "forget").startswith(value_text(values[-1, 2]))
    assert "unit 2" in hands.canvas.header.cell.text()
    assert hands.canvas.picture.chips["c"].text == value_text(hands.workshop.values("c")[-1, 2])


def test_wires_tell_values_or_gradients(inside):
    hands = inside("lstm")
    show(hands, c=-0.92)
    chip = hands.canvas.picture.chips["c"]
    assert chip.text == "−0.92" and chip.isVisible()
    hands.key(Qt.Key.Key_G)
    assert chip.text == f"∂L {gradient_text(1.0)}" and "gradients" in hands.canvas.header.moment.text()
    assert not hands.canvas.picture.chips["write"].isVisible(), "nobody knows the gradient there"
    hands.canvas.header.buttons["gradients"].click()
    assert chip.text == "−0.92"


def test_chips_cover_no_node_and_no_wire_of_another_source(inside):
    for name in ("lstm", "gru", "slstm", "fgr", "peephole"):
        hands = inside(name)
        picture = hands.canvas.picture
        for chip in picture.chips.values():
            for item in picture.nodes.values():
                assert not chip.sceneBoundingRect().intersects(item.mapRectToScene(item.box)), (name, chip.source)


def test_an_edit_while_values_are_older_than_the_cell_is_no_trouble(inside):
    hands = inside("lstm")
    show(hands)
    hands.drop("gate:tanh", hands.scene(0, 250))
    [new] = hands.workshop.nodes
    assert foot(hands, new) == "" and foot(hands, "forget") != ""
    hands.session.time = 10_000
    hands.canvas.make_stale()
    hands.canvas.refresh()


def test_numbers_that_are_none_are_drawn_calmly(inside):
    hands = inside("lstm")
    show(hands, forget=float("nan"), input=float("inf"), c=float("nan"))
    assert foot(hands, "forget") == "–" and foot(hands, "input").startswith("∞")
    hands.canvas.grab()


def test_refreshing_a_normal_cell_is_quick(inside):
    hands = inside("slstm")
    show(hands)
    best = 1.0
    for _ in range(12):
        hands.canvas.make_stale()
        begin = time.perf_counter()
        hands.canvas.refresh()
        best = min(best, time.perf_counter() - begin)
    assert best < 0.003


def test_errors_stand_at_the_node_with_a_button_that_mends_them(inside):
    hands = inside("lstm")
    around = hands.canvas.around
    for source in ("x", "h_prev"):
        hands.workshop.apply(Disconnect(source, "forget"))
    assert hands.canvas.picture.item("forget").look.errors and "not finished" in around.strip.words.text()
    around.strip.button.click()
    assert hands.workshop.nodes == ("forget",) and around.bubble.isVisible()
    assert around.bubble.words.text() == "Nothing is wired into this gate; draw a wire into it, or delete it."
    hands.press(hands.at("c"))
    assert not around.bubble.isVisible(), "it is out of the way while the hand is busy"
    hands.release(hands.at("c"))
    hands.workshop.choose("forget")
    around.bubble.button.click()
    assert not hands.workshop.errors() and not around.bubble.isVisible() and not around.strip.isVisible()


def test_what_is_wrong_with_the_cell_as_a_whole_stands_in_a_strip(inside):
    hands = inside("lstm")
    hands.workshop.apply(RemoveNodes(("x",)))
    strip = hands.canvas.around.strip
    assert strip.isVisible() and strip.words.text().startswith("The cell has no input x")
    strip.button.click()
    assert "x" in hands.ids() and "no input" not in strip.words.text()


def test_an_empty_cell_invites(inside):
    hands = inside(empty_cell())
    around = hands.canvas.around
    assert around.invitation.isVisible() and not around.strip.isVisible()
    assert not hands.canvas.picture.item("out").look.errors
    hands.drop("gate:tanh", hands.scene(0, 0))
    assert not around.invitation.isVisible()
    left, right = hands.canvas.stage.layout.box("x"), hands.canvas.stage.layout.box("out")
    assert right.x - left.right > 400, "there is room between the ends"
    hands.session.undo()
    assert around.invitation.isVisible()


def test_the_list_has_a_line_for_each_node_and_chooses_on_the_canvas(inside):
    hands = inside("lstm")
    show(hands, forget=0.12)
    listed = hands.canvas.list
    hands.canvas.header.buttons["list"].click()
    assert listed.isVisible()
    texts = hands.canvas.model.texts()
    assert len(texts) == len(hands.ids()) and "forget · gate σ · reads x, h₋ · 0.12" in texts
    row = hands.canvas.model.row_of("keep")
    listed.selectionModel().select(hands.canvas.model.index(row), QItemSelectionModel.SelectionFlag.ClearAndSelect)
    assert hands.workshop.nodes == ("keep",) and hands.canvas.picture.item("keep").chosen
    hands.click(hands.at("forget"))
    assert [index.row() for index in listed.selectionModel().selectedIndexes()] == [hands.canvas.model.row_of("forget")]
    assert "forget" in hands.canvas.view.accessibleDescription()
    hands.workshop.apply(Disconnect("x", "input"))
    hands.workshop.apply(Disconnect("h_prev", "input"))
    assert any("error: nothing is wired into this gate" in text for text in hands.canvas.model.texts())


def test_the_theme_changes_live_and_the_selection_stays(inside):
    hands = inside("lstm")
    hands.workshop.choose("forget")
    show(hands)
    for theme in (DARK, LIGHT):
        hands.session.theme_changed.emit(theme)
        item = hands.canvas.picture.item("forget")
        assert item.colour.name().upper() == theme.forget and item.chosen and foot(hands, "forget")


@pytest.mark.parametrize("kind", ["svg", "pdf", "png", "csv"])
def test_the_cell_is_a_figure(inside, tmp_path, kind):
    hands = inside("lstm")
    show(hands)
    path = render(hands.canvas, tmp_path / f"cell.{kind}", kind)
    data = path.read_bytes()
    assert len(data) > 1000 and hands.canvas.title == "Cell LSTM"
    if kind == "svg":
        assert b"candidate" in data and b"next layer" in data
    if kind == "csv":
        assert b"forget [mean of 6]" in data and b"gradient of c [norm]" in data


def test_marks_on_wires_are_those_of_the_cell(inside):
    hands = inside("peephole")
    kinds = {tuple(key)[:2]: item.look.kind for key, item in hands.canvas.picture.wires.items()}
    assert kinds["c_prev", "forget"] == "diagonal" and kinds["x", "forget"] == "full" and kinds["forget", "keep"] == ""
    assert hands.canvas.picture.wires[WireName("c", "output", 2)].look.kind == "diagonal"


def test_only_what_changed_is_drawn_anew(inside):
    hands = inside("lstm")
    nodes, wires = dict(hands.canvas.picture.nodes), dict(hands.canvas.picture.wires)
    hands.workshop.apply(SetNode("forget", "activation", "relu"))
    assert {key for key, item in hands.canvas.picture.nodes.items() if nodes[key] is not item} == {"forget"}
    assert all(wires[key] is item for key, item in hands.canvas.picture.wires.items())


def test_a_gate_for_a_block_and_a_frozen_bias_are_marked(inside):
    hands = inside("lstm_1997_blocks")
    hands.workshop.apply(SetNode("input", "freeze_bias", True))
    look = hands.canvas.picture.item("input").look
    assert look.symbol == "σ ÷2 ✱" and look.marks == ("one gate for 2 cells", "bias frozen")
    hands.move(hands.at("input"), Qt.MouseButton.NoButton)
    assert "one gate for 2 cells" in hands.viewport.toolTip()
