"""Choosing, moving, wiring and renaming with the mouse: each gesture is one undo step."""

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from playground.cell.check import sources_of
from playground.cell.graph import Cell, Input, Operation, Output
from playground.cell.layout.shapes import GRID
from playground.ui.workshop import WireName

SHIFT = Qt.KeyboardModifier.ShiftModifier


def steps(hands) -> int:
    """How many undo steps there are."""
    history, count = hands.session.history, 0
    while history.can_undo:
        hands.session.undo()
        count += 1
    for _ in range(count):
        hands.session.redo()
    return count


def test_clicks_choose_nodes_wires_and_nothing(inside):
    hands = inside("lstm")
    hands.click(hands.at("forget"))
    assert hands.workshop.nodes == ("forget",) and hands.canvas.picture.item("forget").chosen
    hands.click(hands.at("input"), SHIFT)
    hands.click(hands.at("keep"), SHIFT)
    hands.click(hands.at("input"), SHIFT)
    assert hands.workshop.nodes == ("forget", "keep")
    hands.click(hands.on_wire("forget", "keep", 60))
    assert hands.workshop.wire == WireName("forget", "keep", 0) and not hands.workshop.nodes
    assert hands.canvas.picture.wires[WireName("forget", "keep", 0)].chosen
    hands.click(hands.port("forget"))
    assert hands.workshop.nodes == ("forget",), "a click on a port is a click on its node"
    hands.click(QPointF(4, 4))
    assert not hands.workshop.nodes and hands.workshop.wire is None
    assert not hands.session.history.can_undo


def test_a_rubber_band_chooses_what_is_inside(inside):
    hands = inside("lstm")
    first, last = hands.canvas.picture.item("forget"), hands.canvas.picture.item("candidate")
    start = hands.scene(first.pos().x() - 12, first.pos().y() - 14)
    end = hands.scene(last.pos().x() + last.box.width() + 6, last.pos().y() + 44)
    hands.press(start)
    hands.move((start + end) / 2)
    hands.move(end)
    assert hands.canvas.stage.rubber.isVisible()
    hands.release(end)
    assert set(hands.workshop.nodes) == {"forget", "input", "candidate"} and not hands.canvas.stage.rubber.isVisible()


def test_a_drag_moves_what_is_chosen_on_the_grid_and_undo_brings_it_back(inside):
    hands = inside("lstm")
    before = {box.id: box.centre for box in hands.canvas.stage.layout.boxes}
    hands.click(hands.at("write"))
    hands.click(hands.at("candidate"), SHIFT)
    start = hands.at("candidate")
    hands.drag(start, start + QPointF(37, 61))
    after = {box.id: box.centre for box in hands.canvas.stage.layout.boxes}
    for id in ("write", "candidate"):
        assert after[id] != before[id] and after[id].x % GRID == after[id].y % GRID == 0
    shifts = {(after[id].x - before[id].x, after[id].y - before[id].y) for id in ("write", "candidate")}
    assert len(shifts) == 1, "they keep together"
    assert all(after[id] == before[id] for id in before if id not in ("write", "candidate"))
    assert steps(hands) == 1 and hands.session.history.undo_label == "move 2 nodes"
    hands.session.undo()
    assert {box.id: box.centre for box in hands.canvas.stage.layout.boxes} == before


def test_wires_follow_while_a_node_is_dragged_and_escape_puts_it_back(inside):
    hands = inside("lstm")
    wire = WireName("forget", "keep", 0)
    place, home = hands.canvas.picture.wires[wire].route, hands.canvas.picture.item("forget").pos()
    start = hands.at("forget")
    hands.press(start)
    hands.move(start + QPointF(-20, 30))
    hands.move(start + QPointF(-40, 60))
    assert hands.canvas.picture.wires[wire].route != place and hands.canvas.picture.item("forget").pos() != home
    hands.key(Qt.Key.Key_Escape)
    assert hands.canvas.picture.wires[wire].route == place and hands.canvas.picture.item("forget").pos() == home
    hands.release(start + QPointF(-40, 60))
    assert not hands.session.history.can_undo and hands.workshop.inside is not None


def test_a_dragged_node_is_drawn_to_the_middle_of_others(inside):
    hands = inside("lstm")
    target = hands.canvas.stage.layout.box("write").centre
    box = hands.canvas.stage.layout.box("forget").centre
    start = hands.at("forget")
    scale = hands.canvas.view.transform().m11()
    end = start + QPointF((target.x - box.x + 4) * scale, -40 * scale)
    hands.press(start)
    hands.move((start + end) / 2)
    hands.move(end)
    assert hands.canvas.stage.guides.lines
    hands.release(end)
    assert hands.canvas.stage.layout.box("forget").centre.x == target.x
    assert not hands.canvas.stage.guides.isVisible()


def test_a_wire_is_pulled_from_node_to_node_and_targets_light_up(inside):
    hands = inside("lstm")
    start, end = hands.port("c_prev"), hands.at("output")
    hands.press(start)
    hands.move((start + end) / 2)
    hands.move(end)
    lit = {item.look.id for item in hands.canvas.picture.nodes.values() if item.target}
    assert "output" in lit and "x" not in lit and hands.canvas.stage.rubber.isVisible()
    hands.release(end)
    assert "c_prev" in sources_of(hands.cell.node("output")) and steps(hands) == 1
    assert hands.workshop.wire == WireName("c_prev", "output", 2)
    assert not any(item.target for item in hands.canvas.picture.nodes.values())
    hands.pull("h", "x")
    assert "nothing can be wired into the input" in hands.notices[-1].text
    hands.drag(hands.port("h"), QPointF(5, 5))
    assert steps(hands) == 1, "a wire let go beside everything is no wire"


def test_a_wires_end_is_dragged_to_another_node_or_away(inside):
    hands = inside("lstm")
    hands.drag(hands.on_wire("candidate", "write", 12), hands.at("c"))
    assert sources_of(hands.cell.node("write")) == ("input",)
    assert sources_of(hands.cell.node("c")) == ("keep", "write", "candidate") and steps(hands) == 1
    hands.session.undo()
    hands.drag(hands.on_wire("candidate", "write", 12), hands.scene(-110, -260))
    assert sources_of(hands.cell.node("write")) == ("input",)
    assert hands.session.history.undo_label == "cut the wire from candidate to write"
    hands.session.undo()
    route = next(r for r in hands.canvas.stage.layout.routes if (r.source, r.target) == ("input", "write"))
    start = hands.scene(route.points[0].x, route.points[0].y - 14)
    hands.drag(start, hands.at("output"))
    assert sources_of(hands.cell.node("write")) == ("output", "candidate") and steps(hands) == 1


@pytest.mark.parametrize(("text", "kind"), [("operation:tanh", "operation"), ("gate:sigmoid", "gate")])
def test_a_drop_on_a_wire_goes_in_between(inside, text, kind):
    hands = inside("lstm")
    place = hands.on_wire("forget", "keep", 40)
    assert hands.hover_with("application/x-rnn-node", text, place)
    assert hands.canvas.picture.wires[WireName("forget", "keep", 0)].lit
    hands.drop(text, place)
    [new] = hands.workshop.nodes
    assert hands.canvas.picture.item(new).look.kind == kind
    assert sources_of(hands.cell.node(new)) == ("forget",) and new in sources_of(hands.cell.node("keep"))
    assert steps(hands) == 1 and hands.session.history.undo_label.endswith("between forget and keep")


def test_drops_of_strangers_are_refused_and_a_cell_replaces_the_cell(inside):
    hands = inside("lstm")
    for text in ("gate:evil", "operation:__import__", "", "memory:x"):
        assert not hands.hover_with("application/x-rnn-node", text, hands.scene(0, 0)), text
    assert not hands.hover_with("application/x-rnn-cell", "nothing", hands.scene(0, 0))
    assert hands.drop("gru", hands.scene(0, 0), "application/x-rnn-cell")
    assert hands.cell.name == "gru" and "update" in hands.canvas.picture.nodes


def test_a_node_dropped_on_another_one_lies_beside_it(inside):
    hands = inside("lstm")
    hands.drop("gate:tanh", hands.at("forget", 0.5, 0.5))
    [new] = hands.workshop.nodes
    a, b = hands.canvas.stage.layout.box(new), hands.canvas.stage.layout.box("forget")
    assert a.x >= b.right or a.right <= b.x or a.y >= b.bottom or a.bottom <= b.y


def test_a_double_click_renames_in_place_and_wires_follow(inside):
    hands = inside("lstm")
    hands.double_click(hands.at("forget"))
    hands.name("My gate")
    node = hands.cell.node("my_gate")
    assert node.label == "My gate" and "my_gate" in sources_of(hands.cell.node("keep"))
    assert hands.workshop.nodes == ("my_gate",)
    assert hands.session.history.undo_label == "rename forget to My gate" and steps(hands) == 1
    hands.double_click(hands.at("my_gate"))
    field = next(f for f in hands.viewport.findChildren(QLineEdit) if f.isVisible())
    QTest.keyClicks(field, "x")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert steps(hands) == 1


def test_a_name_that_is_taken_is_refused_with_a_sentence(inside):
    hands = inside("lstm")
    hands.double_click(hands.at("forget"))
    hands.name("input")
    assert "another node" in hands.notices[-1].text and not hands.session.history.can_undo


def test_a_renamed_node_stays_where_it_is(inside):
    hands = inside("lstm")
    before = hands.canvas.stage.layout.box("candidate").centre
    hands.canvas.edits.rename("candidate", "fresh")
    assert hands.canvas.stage.layout.box("fresh").centre == before
    hands.session.undo()
    assert hands.canvas.stage.layout.box("candidate").centre == before


def test_the_middle_button_and_the_wheel_move_and_zoom(inside):
    hands = inside("lstm")
    view, before = hands.canvas.view, hands.at("c")
    hands.drag(QPointF(30, 30), QPointF(80, 50), Qt.MouseButton.MiddleButton)
    assert (hands.at("c") - before - QPointF(50, 20)).manhattanLength() <= 2
    at = hands.at("c")
    event = QWheelEvent(
        at, QPointF(hands.viewport.mapToGlobal(at.toPoint())), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.ControlModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    scale = view.transform().m11()
    QApplication.sendEvent(hands.viewport, event)
    assert view.transform().m11() == pytest.approx(scale * 1.44)
    hands.key(Qt.Key.Key_F)
    assert not view.zoomed


def test_the_minimap_comes_when_not_everything_is_seen_and_leads_elsewhere(inside, qapp):
    hands = inside("lstm")
    view, map_ = hands.canvas.view, hands.canvas.minimap
    qapp.processEvents()
    assert not map_.isVisible()
    view.zoom_by(3.0)
    qapp.processEvents()
    assert map_.isVisible()
    before = view.seen().center()
    QTest.mouseClick(map_, Qt.MouseButton.LeftButton, pos=QPoint(20, 40))
    assert view.seen().center().x() < before.x() - 50
    view.viewport().update()
    hands.canvas.fit()
    assert not map_.isVisible()


def test_hovering_shows_the_port_and_tells_the_formula(inside):
    hands = inside("lstm")
    hands.move(hands.at("forget"), Qt.MouseButton.NoButton)
    assert hands.canvas.picture.item("forget").hot and "σ(" in hands.viewport.toolTip()
    hands.move(hands.on_wire("x", "forget", 12), Qt.MouseButton.NoButton)
    assert "full" in hands.viewport.toolTip() and not hands.canvas.picture.item("forget").hot
    QApplication.sendEvent(hands.viewport, QEvent(QEvent.Type.Leave))
    assert not any(item.hot for item in hands.canvas.picture.wires.values())


def test_any_graph_can_be_shown_also_nonsense(inside):
    twins = Cell("odd", (Input("x"), Operation("a", sources=("ghost",)), Operation("a"), Output("out", sources=("a",))))
    hands = inside(twins)
    assert set(hands.canvas.picture.nodes) == {"x", "a", "a#2", "out"}
    assert hands.canvas.picture.item("a").look.errors


def test_nothing_jumps_after_an_edit(inside, qapp):
    """A drop, a wire, an undo: what was there stays at its place on the screen, zoomed or not."""
    hands = inside("lstm")
    for zoomed in (False, True):
        if zoomed:
            hands.canvas.view.zoom_by(1.3)
        before = hands.scene(0, 0), hands.canvas.view.transform().m11()
        hands.drop("operation:tanh", hands.scene(120, 130))
        qapp.processEvents()
        hands.pull("c", hands.workshop.nodes[0])
        qapp.processEvents()
        hands.session.undo()
        hands.session.undo()
        qapp.processEvents()
        after = hands.scene(0, 0), hands.canvas.view.transform().m11()
        assert (after[0] - before[0]).manhattanLength() <= 1 and after[1] == before[1], zoomed
