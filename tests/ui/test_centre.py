"""In and out of a cell: double-click, keys, menu, button, breadcrumb, Escape."""

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from playground.cell.edits import RemoveNodes
from playground.ui.centre import Centre
from playground.ui.state import Selection
from playground.ui.workshop import Inside

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
PLAIN, CTRL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def centre(session, qapp):
    made = Centre(session)
    made.resize(1000, 560)
    made.show()
    made.network.view.setFocus()
    qapp.processEvents()
    yield made
    made.close()
    made.deleteLater()
    qapp.processEvents()


def mouse(centre, kind: QEvent.Type, place: QPointF, held=LEFT) -> None:
    viewport = centre.network.view.viewport()
    at = QPointF(viewport.mapToGlobal(place.toPoint()))
    QApplication.sendEvent(viewport, QMouseEvent(kind, place, at, LEFT, held, PLAIN))


def click(centre, place: QPointF) -> None:
    mouse(centre, QEvent.Type.MouseButtonPress, place)
    mouse(centre, QEvent.Type.MouseButtonRelease, place, NONE)


def middle(centre, item) -> QPointF:
    return QPointF(centre.network.view.mapFromScene(item.mapRectToScene(item.box).center()))


def test_a_double_click_goes_in_and_escape_out(centre):
    place = middle(centre, centre.network.item_for("LSTM", "layer1"))
    click(centre, place)
    mouse(centre, QEvent.Type.MouseButtonDblClick, place)
    mouse(centre, QEvent.Type.MouseButtonRelease, place, NONE)
    assert centre.session.workshop.inside == Inside("LSTM", "layer1")
    assert centre.currentWidget() is centre.cell and "forget" in centre.cell.picture.nodes
    assert centre.cell.view.hasFocus(), "the keys go with what is shown"
    QTest.keyClick(centre.cell.view, Qt.Key.Key_Escape)
    assert centre.session.workshop.inside is None and centre.currentWidget() is centre.network
    assert centre.network.view.hasFocus()


@pytest.mark.parametrize(("key", "held"), [(Qt.Key.Key_Return, CTRL), (Qt.Key.Key_I, PLAIN)])
def test_keys_go_in(centre, key, held):
    centre.session.select(Selection("layer", "RNN", "layer1"))
    QTest.keyClick(centre.network.view, key, held)
    assert centre.session.workshop.inside == Inside("RNN", "layer1")


def test_the_button_on_the_card_and_the_menu_go_in(centre):
    button = centre.network.item_for("LSTM", "layer1").open
    click(centre, QPointF(centre.network.view.mapFromScene(button.scenePos())))
    assert centre.session.workshop.inside == Inside("LSTM", "layer1")
    centre.session.workshop.leave()
    centre.session.select(Selection("layer", "RNN", "layer1"))
    centre.network.view.menu_wanted.emit(QPointF(), None)
    action = next(a for a in centre.network.menus.open.actions() if a.objectName() == "open")
    action.trigger()
    centre.network.menus.open.close()
    assert centre.session.workshop.inside == Inside("RNN", "layer1")


def test_the_breadcrumb_leads_back(centre):
    workshop, header = centre.session.workshop, centre.cell.header
    workshop.enter("LSTM", "layer1")
    assert (header.layer.text(), header.cell.text()) == ("LSTM", "LSTM cell")
    header.layer.click()
    assert workshop.inside is None and centre.session.selection == Selection("layer", "LSTM", "layer1")
    workshop.enter("LSTM", "layer1")
    header.network.click()
    assert centre.currentWidget() is centre.network


def test_the_first_edit_makes_an_own_cell_and_the_view_stays_inside(centre):
    workshop = centre.session.workshop
    workshop.enter("LSTM", "layer1")
    workshop.apply(RemoveNodes(("forget",)))
    assert workshop.inside == Inside("LSTM", "layer1") and centre.currentWidget() is centre.cell
    assert "(mine)" in centre.cell.header.cell.text() and "forget" not in centre.cell.picture.nodes
    centre.session.undo()
    assert "forget" in centre.cell.picture.nodes


def test_a_network_that_goes_takes_its_cell_along(centre):
    from playground.experiment.edits import RemoveNet

    centre.session.workshop.enter("LSTM", "layer1")
    centre.session.apply(RemoveNet("LSTM"))
    assert centre.currentWidget() is centre.network


def test_the_network_shows_what_was_done_inside(centre):
    centre.session.workshop.enter("LSTM", "layer1")
    before = centre.network.item_for("LSTM", "layer1").layer.weights
    centre.session.workshop.apply(RemoveNodes(("forget",)))
    assert centre.network.item_for("LSTM", "layer1").layer.weights < before, "also while nobody sees it"
    centre.session.undo()
    centre.session.workshop.leave()
    assert centre.network.isVisible() and centre.network.item_for("LSTM", "layer1").layer.weights == before
