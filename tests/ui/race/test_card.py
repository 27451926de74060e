"""The race bar: real drags of the palette's own items, keys and menus."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from playground.experiment.edits import AddNet
from playground.tasks.goals import find_target
from playground.training import messages
from playground.ui.race.table import APART, BESIDE, NAME, STAR, WEIGHTS
from playground.ui.state import RunState, Selection

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
COPY = Qt.DropAction.CopyAction


def item_of(window, key: str):
    return next(item for item in window.palette_panel.items if item.key == key)


def target_of(card, inside: QPoint):
    """The widget that Qt would give a drag to at a place of the card."""
    widget = card.childAt(inside) or card
    while not widget.acceptDrops():
        widget = widget.parentWidget()
    return widget


def hover(card, mime, inside: QPoint) -> bool:
    widget = target_of(card, inside)
    at = widget.mapFrom(card, inside)
    enter = QDragEnterEvent(at, COPY, mime, LEFT, NONE)
    QApplication.sendEvent(widget, enter)
    move = QDragMoveEvent(at, COPY, mime, LEFT, NONE)
    QApplication.sendEvent(widget, move)
    return enter.isAccepted() and move.isAccepted()


def drop(card, mime, inside: QPoint) -> bool:
    hover(card, mime, inside)
    widget = target_of(card, inside)
    event = QDropEvent(QPointF(widget.mapFrom(card, inside)), COPY, mime, LEFT, NONE)
    QApplication.sendEvent(widget, event)
    return event.isAccepted()


def names(window) -> list[str]:
    return [net.name for net in window.session.experiment.networks]


@pytest.mark.parametrize("where", ["table", "join", "edge"])
def test_a_cell_dropped_anywhere_on_the_bar_races(quiet, where):
    card = quiet.race
    part = {"table": card.table, "join": card.join}.get(where)
    inside = part.mapTo(card, part.rect().center()) if part else QPoint(card.width() - 4, card.height() // 2)
    mime = item_of(quiet, "gru").mime_data()
    assert drop(card, mime, inside)
    assert names(quiet) == ["RNN", "LSTM", "GRU"] and quiet.session.selection == Selection("net", "GRU")
    assert [row[0] for row in card.table.texts()] == ["RNN", "LSTM", "GRU"]
    quiet.session.undo()
    assert names(quiet) == ["RNN", "LSTM"] and not quiet.session.history.can_undo


def test_the_bar_says_what_a_drop_would_do(quiet):
    card, mime = quiet.race, item_of(quiet, "gru").mime_data()
    centre = card.join.geometry().center()
    assert hover(card, mime, centre) and card.join.text() == "let GRU race" and card.join.property("lit")
    QApplication.sendEvent(card, QDragLeaveEvent())
    assert card.join.text() == "drop a cell here" and not card.join.property("lit")


def test_what_is_no_cell_is_not_taken(quiet):
    card = quiet.race
    sequence = next(item for item in quiet.palette_panel.items if item.key == "adding")
    assert not hover(card, sequence.mime_data(), card.join.geometry().center())
    assert not drop(card, sequence.mime_data(), card.join.geometry().center())
    assert names(quiet) == ["RNN", "LSTM"]


def test_by_keyboard(qtbot, quiet):
    card = quiet.race
    card.join.setFocus()
    qtbot.keyClick(card.join, Qt.Key.Key_Space)
    menu = card.menu
    assert menu is not None and menu.isVisible()
    action = next(action for action in menu.actions() if action.objectName() == "cell.gru")
    menu.setActiveAction(action)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    assert names(quiet) == ["RNN", "LSTM", "GRU"]


def test_as_many_weights_as_another(qtbot, quiet):
    card, session = quiet.race, quiet.session
    assert [card.like.itemText(i) for i in range(3)] == [
        "as many units",
        "as many weights as RNN",
        "as many weights as LSTM",
    ]
    card.like.setFocus()
    qtbot.keyClick(card.like, Qt.Key.Key_Down)
    qtbot.keyClick(card.like, Qt.Key.Key_Down)
    assert session.matching.like == "LSTM"
    mime = item_of(quiet, "rnn").mime_data()
    assert hover(card, mime, card.join.geometry().center()) and card.join.text() == "RNN, 9 units"
    assert drop(card, mime, card.join.geometry().center())
    lstm, rnn = session.matching.weights_of("LSTM"), session.matching.weights_of("RNN 2")
    assert session.experiment.networks[2].layers[0].units == 9
    assert abs(lstm - rnn) < 0.1 * lstm
    session.undo()
    assert names(quiet) == ["RNN", "LSTM"]
    item_of(quiet, "rnn").chosen.emit()  # Enter in the palette does the same
    assert session.experiment.networks[2].layers[0].units == 9
    session.undo()
    session.undo()
    assert card.like.currentText() == "as many weights as LSTM"


def test_the_menu_of_a_contestant_matches_its_weights(qtbot, quiet):
    card, session = quiet.race, quiet.session
    before = session.matching.weights_of("LSTM")
    card.table.menu_wanted.emit("RNN", QPoint(0, 0))
    match = next(action.menu() for action in card.menu.actions() if action.menu())
    (entry,) = [action for action in match.actions() if action.isEnabled()]
    assert entry.text() == "LSTM, 117 weights: 9 units, 118 weights"  # both counts
    entry.trigger()
    card.menu.close()
    assert session.matching.weights_of("RNN") == 118 and session.matching.weights_of("LSTM") == before
    assert session.history.undo_label == "give RNN as many weights as LSTM"
    session.undo()
    assert session.experiment.networks[0].layers[0].units == 4 and not session.history.can_undo
    session.select(Selection("net", "RNN"))
    button = quiet.inspector.findChild(QPushButton, "net.match")
    button.menu().aboutToShow.emit()
    assert [action.text() for action in button.menu().actions()] == [entry.text()]


def test_a_row_selects_its_network(qtbot, quiet):
    table = quiet.race.table
    table.setFocus()
    item = table.topLevelItem(1)
    qtbot.mouseClick(table.viewport(), LEFT, pos=table.visualItemRect(item).center())
    assert quiet.session.selection == Selection("net", "LSTM")
    qtbot.keyClick(table, Qt.Key.Key_Up)
    assert quiet.session.selection == Selection("net", "RNN")
    quiet.session.select(None)
    assert table.selectedItems() == []


def report(step: int, accuracy: tuple[float, ...], own: tuple[float, ...]) -> messages.Tested:
    metrics = [{"accuracy": value} for value in accuracy]
    return messages.Tested(1, step, [0.5] * len(accuracy), metrics, step / 10, [], 8 * step, list(own))


def test_who_was_first_after_how_many_sequences_and_own_seconds(quiet):
    session, card = quiet.session, quiet.race
    session.race.clear(["RNN", "LSTM"], find_target(session.facts, 0.0))
    session.record.take_tested(report(50, (0.5, 0.998), (1.5, 2.25)))
    session.tests_changed.emit()
    assert card.note.text() == "accuracy ≥ 99%" and "1997" in card.note.toolTip()
    assert card.table.texts() == [
        ["LSTM", "99.8 %", f"{STAR} 400", "2.2", "117"],
        ["RNN", "50 %", "not yet", "–", "33"],
    ]
    assert "step 50" in card.table.topLevelItem(0).toolTip(0)
    session.record.take_tested(report(80, (0.99, 1.0), (4.0, 5.0)))
    session.tests_changed.emit()
    assert [row[:4] for row in card.table.texts()] == [
        ["LSTM", "100 %", f"{STAR} 400", "2.2"],
        ["RNN", "99 %", "640", "4.0"],
    ]
    assert card.table.topLevelItem(0).font(2).bold() and not card.table.topLevelItem(1).font(2).bold()


def test_one_that_was_stopped_says_so(quiet):
    session = quiet.session
    session._link._set(RunState("stopped", 100, "numpy", "goal: 100 steps"))
    assert [row[2] for row in quiet.race.table.texts()] == ["stopped", "stopped"]


def test_eight_contestants(quiet):
    session = quiet.session
    for cell in ("gru", "peephole", "mgu", "janet", "indrnn", "cifg"):
        assert session.apply(AddNet(cell))
    QApplication.processEvents()
    table = quiet.race.table
    assert len(table.texts()) == 8
    colours = {table.topLevelItem(row).foreground(0).color().name().upper() for row in range(8)}
    assert colours == {colour.upper() for colour in session.theme.contestants}
    assert table.verticalScrollBar().maximum() > 0  # it scrolls, and what is selected is in sight
    view = quiet.canvas.view
    assert view.scrolls and view.transform().m11() >= 0.65
    session.select(Selection("net", "CIFG"))
    card = quiet.canvas.item_for("CIFG", "layer1")
    seen = view.mapToScene(view.viewport().rect()).boundingRect()
    assert seen.top() - 1 <= card.sceneBoundingRect().top() and card.sceneBoundingRect().bottom() <= seen.bottom() + 1
    quiet.canvas.fit()
    assert not view.scrolls and view.transform().m11() < 0.6  # all of them, when that is wanted


def test_inside_a_cell_there_is_no_race(quiet):
    assert quiet.race.isVisible()
    quiet.session.workshop.enter("LSTM", "layer1")
    assert not quiet.race.isVisible()
    quiet.session.workshop.leave()
    assert quiet.race.isVisible()


def test_in_a_low_window_the_head_stays_and_takes_cells(quiet):
    card = quiet.race
    quiet.resize(1000, 600)
    quiet.arrange()
    QApplication.processEvents()
    assert card.height() < 100 and not card.table.isVisible() and card.again.isVisible()
    assert drop(card, item_of(quiet, "gru").mime_data(), QPoint(60, 15))
    assert names(quiet) == ["RNN", "LSTM", "GRU"]
    quiet.resize(1280, 800)
    quiet.arrange()
    QApplication.processEvents()
    assert card.table.isVisible()


def test_in_a_little_room_the_table_stays_and_the_rest_goes(quiet):
    card = quiet.race
    sizes = quiet._right.sizes()
    quiet._right.setSizes([sum(sizes) - 430, 130, 100, 200])
    QApplication.processEvents()
    assert 112 <= card.height() < 156 and card.table.isVisible() and not card.join.isVisible()
    assert card.table.geometry().bottom() < card.body.parentWidget().height()
    quiet._right.setSizes([sum(sizes) - 360, 60, 100, 200])
    QApplication.processEvents()
    assert not card.table.isVisible() and card.title.mapTo(card, QPoint(0, 0)).y() < 14, "the title stays at the top"


def test_names_are_whole_before_weights_are_shown(quiet):
    table, bold = quiet.race.table, quiet.race.table.font()
    bold.setBold(True)
    metrics = QFontMetrics(bold)
    for width in (200, 240, 280, 400):
        table.resize(width, 120)
        room = table.columnWidth(NAME) - BESIDE
        fits = all(metrics.horizontalAdvance(name) <= room for name in names(quiet))
        assert fits or table.isColumnHidden(WEIGHTS), width
        for column in range(1, WEIGHTS + 1):  # the heading is whole, where it is the widest too
            head = table.header().fontMetrics().horizontalAdvance(table.headerItem().text(column))
            assert table.columnWidth(column) >= head + APART or table.isColumnHidden(column)
    assert not table.isColumnHidden(WEIGHTS)
    assert "weights" in table.topLevelItem(0).toolTip(NAME)
