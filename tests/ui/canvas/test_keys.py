"""Everything from the keyboard."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from playground.experiment.document import Experiment
from playground.ui.state import Selection

ALT, CTRL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
LEFT, RIGHT, UP, DOWN = Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down


def test_arrows_walk_through_every_card(hands):
    seen = []
    for key in (RIGHT, RIGHT, RIGHT, RIGHT, RIGHT, DOWN, LEFT, LEFT, LEFT, UP, LEFT, LEFT):
        hands.key(key)
        seen.append(hands.canvas.session.selection)
    rnn, deep = "Plain RNN", "Deep"
    assert seen == [
        Selection("task"), Selection("layer", rnn, "layer1"), Selection("readout", rnn), Selection("net", rnn),
        Selection("net", rnn), Selection("net", deep), Selection("readout", deep), Selection("layer", deep, "layer2"),
        Selection("layer", deep, "layer1"), Selection("layer", rnn, "layer1"), Selection("task"), Selection("task"),
    ]  # fmt: skip
    assert hands.canvas.task_item().chosen


def test_delete_removes_the_selected_layer_or_network(hands):
    session = hands.canvas.session
    session.select(Selection("layer", "Deep", "layer1"))
    hands.key(Qt.Key.Key_Delete)
    assert hands.nets()["Deep"] == [("gru", 4)]
    session.select(Selection("net", "Deep"))
    hands.key(Qt.Key.Key_Backspace)
    assert list(hands.nets()) == ["Plain RNN"]
    session.select(Selection("task"))
    hands.key(Qt.Key.Key_Delete)
    assert list(hands.nets()) == ["Plain RNN"]


def test_enter_edits_the_units(hands):
    hands.canvas.session.select(Selection("layer", "Deep", "layer2"))
    hands.key(Qt.Key.Key_Return)
    box = hands.viewport.findChild(QLineEdit)
    QTest.keyClicks(box, "12")
    QTest.keyClick(box, Qt.Key.Key_Up)
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert hands.nets()["Deep"] == [("lstm", 6), ("gru", 13)]
    assert hands.canvas.view.hasFocus()


def test_alt_and_an_arrow_move_the_layer(hands):
    hands.canvas.session.select(Selection("layer", "Deep", "layer1"))
    hands.key(RIGHT, ALT)
    assert hands.nets()["Deep"] == [("gru", 4), ("lstm", 6)]
    hands.key(RIGHT, ALT)
    hands.key(LEFT, ALT)
    assert hands.nets()["Deep"] == [("lstm", 6), ("gru", 4)]
    assert hands.canvas.session.selection == Selection("layer", "Deep", "layer1")


def test_insert_adds_a_layer_after_the_selected_one_or_a_network(hands):
    hands.canvas.session.select(Selection("layer", "Deep", "layer1"))
    hands.key(Qt.Key.Key_Insert)
    hands.menu("cell.gru_2014")
    assert hands.nets()["Deep"][1] == ("gru_2014", 6)
    hands.canvas.session.select(None)
    hands.key(Qt.Key.Key_Insert)
    hands.menu("cell.gru")
    assert list(hands.nets())[-1] == "GRU"


def test_ctrl_d_duplicates_and_f2_renames(hands):
    hands.canvas.session.select(Selection("net", "Deep"))
    hands.key(Qt.Key.Key_D, CTRL)
    assert hands.nets()["Deep 2"] == hands.nets()["Deep"]
    hands.key(Qt.Key.Key_F2)
    QTest.keyClicks(hands.viewport.findChild(object, "canvas.name"), "Copy")
    QTest.keyClick(hands.viewport.findChild(object, "canvas.name"), Qt.Key.Key_Return)
    assert "Copy" in hands.nets()


def test_enter_on_an_empty_experiment_asks_for_the_first_cell(make):
    hands = make(Experiment())
    hands.key(Qt.Key.Key_Return)
    hands.menu("cell.lstm")
    assert list(hands.nets()) == ["LSTM"]


def test_zoom_keys_and_fit(hands):
    view, before = hands.canvas.view, hands.canvas.view.transform().m11()
    hands.key(Qt.Key.Key_Plus, CTRL)
    assert view.transform().m11() > before and view.zoomed
    for key in (Qt.Key.Key_F, Qt.Key.Key_0):
        hands.key(Qt.Key.Key_Minus)
        hands.key(key)
        assert not view.zoomed and view.transform().m11() == before


def wanted(hands, key, held=Qt.KeyboardModifier.NoModifier):
    """Whether the canvas takes the key from the window's shortcuts."""
    event = QKeyEvent(QEvent.Type.ShortcutOverride, key, held)
    event.ignore()
    QApplication.sendEvent(hands.canvas.view, event)
    return event.isAccepted()


def test_the_canvas_takes_its_own_keys_and_leaves_the_rest_to_the_window(hands):
    assert wanted(hands, RIGHT) and wanted(hands, Qt.Key.Key_Delete) and wanted(hands, LEFT, ALT)
    assert not wanted(hands, Qt.Key.Key_Space) and not wanted(hands, Qt.Key.Key_R)
    assert not wanted(hands, Qt.Key.Key_Z, CTRL) and not wanted(hands, Qt.Key.Key_S, CTRL)
    assert not wanted(hands, Qt.Key.Key_Escape)
    hands.press(hands.at(hands.canvas.item_for("Deep", "layer1"), 0.5, 0.6))
    assert wanted(hands, Qt.Key.Key_Escape), "it ends the drag"
    event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier, " ")
    hands.canvas.view.keyPressEvent(event)
    assert not event.isAccepted()
