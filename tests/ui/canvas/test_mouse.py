"""Clicking, editing in place, reordering, panning and zooming."""

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QNativeGestureEvent, QPointingDevice, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from playground.ui.state import Selection


def field(hands, kind):
    return next(iter(hands.viewport.findChildren(kind)), None)


def test_a_click_selects_and_a_click_beside_selects_nothing(hands):
    canvas, session = hands.canvas, hands.canvas.session
    hands.click(hands.at(canvas.item_for("Deep", "layer2"), 0.5, 0.6))
    assert session.selection == Selection("layer", "Deep", "layer2")
    assert canvas.item_for("Deep", "layer2").chosen and not canvas.item_for("Deep", "layer1").chosen
    hands.click(hands.at(canvas.readout_for("Deep")))
    assert session.selection == Selection("readout", "Deep")
    hands.click(hands.at(canvas.answer_for("Plain RNN")))
    assert session.selection == Selection("net", "Plain RNN")
    assert canvas.item_for("Plain RNN", "layer1").chosen
    hands.click(hands.at(canvas.task_item()))
    assert session.selection == Selection("task")
    hands.click(QPointF(3, 3))
    assert session.selection is None and not canvas.task_item().chosen


def test_the_cross_removes_a_layer_and_the_last_one_its_network(hands):
    canvas = hands.canvas
    hands.click(hands.at(canvas.item_for("Deep", "layer1").remove))
    assert hands.nets()["Deep"] == [("gru", 4)]
    hands.click(hands.at(canvas.item_for("Deep", "layer2").remove))
    assert list(hands.nets()) == ["Plain RNN"]
    canvas.session.undo()
    canvas.session.undo()
    assert hands.nets()["Deep"] == [("lstm", 6), ("gru", 4)]


def test_a_press_on_the_cross_that_is_let_go_elsewhere_does_nothing(hands):
    start = hands.at(hands.canvas.item_for("Deep", "layer1").remove)
    hands.drag(start, start + QPointF(60, 60))
    assert len(hands.nets()["Deep"]) == 2


def test_the_plus_asks_for_a_cell_and_inserts_it(hands):
    hands.click(hands.at(hands.canvas.gap_for("Deep", 1).plus))
    hands.menu("cell.relu_rnn")
    assert hands.nets()["Deep"] == [("lstm", 6), ("relu_rnn", 6), ("gru", 4)]


def test_the_race_zone_asks_for_a_cell(hands):
    hands.click(hands.at(hands.canvas.race_zone()))
    hands.menu("cell.gru")
    assert list(hands.nets()) == ["Plain RNN", "Deep", "GRU"]


@pytest.mark.parametrize(("end", "units"), [(Qt.Key.Key_Return, 24), (Qt.Key.Key_Escape, 8), (None, 24)])
def test_units_are_edited_on_the_layer(hands, end, units):
    """Enter and a click elsewhere keep the number, Escape does not."""
    card = hands.canvas.item_for("Plain RNN", "layer1")
    rect = card.mapRectToScene(card.units_box)
    hands.click(QPointF(hands.canvas.view.mapFromScene(rect.center())))
    box = field(hands, QLineEdit)
    assert box is not None and box.text() == "8" and box.accessibleName()
    QTest.keyClicks(box, "24")
    if end is None:
        hands.click(hands.at(hands.canvas.task_item()))
    else:
        QTest.keyClick(box, end)
    assert hands.nets()["Plain RNN"] == [("rnn", units)]
    assert hands.canvas.session.history.can_undo == (units != 8)


def test_no_units_at_all_and_too_many_are_refused(hands):
    hands.canvas.edit_units(0, 0)
    field(hands, QLineEdit).clear()
    QTest.keyClick(field(hands, QLineEdit), Qt.Key.Key_Return)
    assert hands.nets()["Plain RNN"] == [("rnn", 8)] and not hands.notices
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    hands.canvas.edit_units(0, 0)
    QTest.keyClicks(field(hands, QLineEdit), "9000")
    QTest.keyClick(field(hands, QLineEdit), Qt.Key.Key_Return)
    assert hands.nets()["Plain RNN"] == [("rnn", 8)] and "4096" in hands.notices[-1].text


def test_a_card_dragged_sideways_goes_to_another_place(hands):
    canvas = hands.canvas
    first, second = canvas.item_for("Deep", "layer1"), canvas.item_for("Deep", "layer2")
    start, end = hands.at(first, 0.5, 0.6), hands.at(second, 0.8, 0.6)
    hands.press(start)
    hands.move((start + end) / 2)
    hands.move(end)
    assert canvas.gap_for("Deep", 2).lit and first.sceneBoundingRect().x() > second.sceneBoundingRect().x() - 60
    hands.release(end)
    assert hands.nets()["Deep"] == [("gru", 4), ("lstm", 6)]
    canvas.session.undo()
    assert hands.nets()["Deep"] == [("lstm", 6), ("gru", 4)]
    assert not canvas.session.history.can_undo


def test_a_card_dragged_a_little_goes_back(hands):
    canvas = hands.canvas
    card = canvas.item_for("Deep", "layer1")
    home, start = card.pos(), hands.at(card, 0.5, 0.6)
    hands.drag(start, start + QPointF(30, 4))
    assert card.pos() == home and hands.nets()["Deep"] == [("lstm", 6), ("gru", 4)]


def test_escape_ends_a_drag(hands):
    canvas = hands.canvas
    card = canvas.item_for("Deep", "layer1")
    home, start, end = card.pos(), hands.at(card, 0.5, 0.6), hands.at(canvas.item_for("Deep", "layer2"), 0.9, 0.6)
    hands.press(start)
    hands.move(end)
    hands.key(Qt.Key.Key_Escape)
    assert card.pos() == home and not canvas.gap_for("Deep", 2).lit
    hands.release(end)
    assert hands.nets()["Deep"] == [("lstm", 6), ("gru", 4)]


def test_an_undo_in_the_middle_of_a_drag_ends_it(hands):
    canvas = hands.canvas
    hands.drop_cell("gru", hands.at(canvas.gap_for("Deep", 2)))
    start = hands.at(canvas.item_for("Deep", "layer3"), 0.5, 0.6)
    hands.press(start)
    hands.move(start - QPointF(300, 0))
    canvas.session.undo()
    hands.move(start - QPointF(320, 0))
    hands.release(start - QPointF(320, 0))
    assert hands.nets()["Deep"] == [("lstm", 6), ("gru", 4)]


def wheel(hands, place, delta, held=Qt.KeyboardModifier.ControlModifier):
    at = QPointF(hands.viewport.mapToGlobal(place.toPoint()))
    event = QWheelEvent(place, at, QPoint(), QPoint(0, delta), Qt.MouseButton.NoButton, held,
                        Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
    QApplication.sendEvent(hands.viewport, event)


def test_ctrl_and_wheel_zoom_around_the_pointer_and_fit_ends_it(hands):
    view = hands.canvas.view
    before, place = view.transform().m11(), hands.at(hands.canvas.answer_for("Deep"))
    scene = view.mapToScene(place.toPoint())
    wheel(hands, place, 240)
    assert view.transform().m11() == pytest.approx(before * 1.44)
    assert (view.mapFromScene(scene) - place.toPoint()).manhattanLength() <= 2
    assert view.zoomed
    hands.drop_cell("gru", hands.at(hands.canvas.task_item()))
    assert view.transform().m11() == pytest.approx(before * 1.44), "what a person zoomed to stays"
    hands.canvas.header.fit.click()
    assert not view.zoomed and view.transform().m11() <= before


def test_two_fingers_on_a_touchpad_zoom(hands):
    before, place = hands.canvas.view.transform().m11(), QPointF(200, 200)
    event = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture, QPointingDevice.primaryPointingDevice(), 2, place, place, place, 0.25,
        QPointF(),
    )  # fmt: skip
    QApplication.sendEvent(hands.viewport, event)
    assert hands.canvas.view.transform().m11() == pytest.approx(before * 1.25)


def test_zooming_has_ends(hands):
    for _ in range(40):
        wheel(hands, QPointF(200, 200), 480)
    assert hands.canvas.view.transform().m11() == pytest.approx(4.0)
    for _ in range(40):
        wheel(hands, QPointF(200, 200), -480)
    assert hands.canvas.view.transform().m11() == pytest.approx(0.2)


@pytest.mark.parametrize(("button", "start"), [
    (Qt.MouseButton.LeftButton, QPointF(8, 300)), (Qt.MouseButton.MiddleButton, QPointF(400, 200)),
])  # fmt: skip
def test_dragging_beside_the_cards_moves_the_view(hands, button, start):
    view, before = hands.canvas.view, hands.at(hands.canvas.task_item())
    hands.drag(start, start + QPointF(50, 20), button)
    moved = hands.at(hands.canvas.task_item()) - before
    assert (moved - QPointF(50, 20)).manhattanLength() <= 2 and view.zoomed


def test_the_network_cannot_be_lost(hands):
    view = hands.canvas.view
    for x, y in ((9000, 9000), (-9000, -9000), (0, 9000), (9000, -9000)):
        view.pan(x, y)
        seen = view.mapToScene(hands.viewport.rect()).boundingRect()
        left = seen.intersected(hands.canvas.picture.cards())
        assert left.width() > 50 and left.height() > 50
    hands.canvas.edits.remove_net(1)
    assert not view.mapToScene(hands.viewport.rect()).boundingRect().intersected(hands.canvas.picture.cards()).isEmpty()


def test_everything_is_in_sight_after_each_edit_and_resize(hands, qapp):
    canvas = hands.canvas
    for size in ((1000, 560), (500, 300), (1500, 900)):
        canvas.resize(*size)
        qapp.processEvents()
        hands.drop_cell("lstm", hands.at(canvas.gap_for("Deep", 1)))
        seen = canvas.view.mapToScene(hands.viewport.rect()).boundingRect()
        for item in canvas.picture.items():
            assert seen.adjusted(-1, -1, 1, 1).contains(item.sceneBoundingRect())


def test_the_context_menu_renames_duplicates_and_removes(hands):
    canvas = hands.canvas

    def open_menu():
        place = hands.at(canvas.answer_for("Plain RNN")).toPoint()
        canvas.view.menu_wanted.emit(canvas.view.mapToScene(place), hands.viewport.mapToGlobal(place))

    open_menu()
    hands.menu("duplicate")
    assert list(hands.nets()) == ["Plain RNN", "Plain RNN 2", "Deep"]
    assert "duplicate" in canvas.session.history.undo_label
    open_menu()
    hands.menu("rename")
    line = field(hands, QLineEdit)
    line.selectAll()
    QTest.keyClicks(line, "Elman")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert list(hands.nets()) == ["Elman", "Plain RNN 2", "Deep"]
    place = hands.at(canvas.answer_for("Elman")).toPoint()
    canvas.view.menu_wanted.emit(canvas.view.mapToScene(place), hands.viewport.mapToGlobal(place))
    hands.menu("remove_net")
    assert list(hands.nets()) == ["Plain RNN 2", "Deep"]


def test_a_name_that_is_taken_is_refused_with_a_sentence(hands):
    hands.canvas.edit_name(0)
    line = field(hands, QLineEdit)
    line.setText("Deep")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert list(hands.nets()) == ["Plain RNN", "Deep"] and "taken" in hands.notices[-1].text
