"""With the real worker: weights arrive and are set while it trains; cells of the palette land on the canvas."""

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton

from playground.cell.edits import SetNode
from playground.ui.cell_panels.explaining import explain_now, shown_value
from playground.ui.cell_panels.heatmap import Heatmap
from playground.ui.cell_panels.shelf import BLANK
from playground.ui.palette_panel import CELL_TYPE
from playground.ui.state import Selection

WAIT = 20_000
NAME = "layer1.forget.weight.h_prev"


@pytest.fixture
def page(qtbot, window):
    session = window.session
    session.workshop.enter("LSTM", "layer1")
    session.workshop.choose("forget")
    map = window.inspector.findChild(Heatmap, f"weights.{NAME}.map")
    qtbot.waitUntil(lambda: map.values.size > 0 and session.traces is not None, timeout=WAIT)
    return window.inspector


def test_the_initial_weights_are_shown_and_explain_the_traces(qtbot, window, page):
    session = window.session
    assert session.run_state.step == 0
    session.set_time(4)
    found = explain_now(session, "forget", 1)
    assert found.result == pytest.approx(shown_value(session, "forget", 1), abs=1e-5)


def test_a_weight_is_typed_while_it_trains(qtbot, window, page):
    session = window.session
    session.play()
    qtbot.waitUntil(lambda: session.run_state.step > 5, timeout=WAIT)
    map = page.findChild(Heatmap, f"weights.{NAME}.map")
    qtbot.mouseClick(map, Qt.MouseButton.LeftButton, pos=map.rect_of((1, 2)).center().toPoint())
    field = page.findChild(QLineEdit, f"weights.{NAME}.value")
    qtbot.keyClicks(field, "1.5")
    with qtbot.waitSignal(session.weights.intervened, timeout=WAIT):
        qtbot.keyClick(field, Qt.Key.Key_Return)
    done = session.weights.interventions[-1]
    assert (done.net, done.parameter, tuple(done.index), done.after) == ("LSTM", NAME, (1, 2), 1.5)
    qtbot.waitUntil(lambda: abs(map.value_at((1, 2)) - 1.5) < 0.5, timeout=WAIT)
    session.pause()
    qtbot.waitUntil(lambda: session.run_state.state == "paused", timeout=WAIT)


def test_an_edit_keeps_the_page_and_its_weights_come_again(qtbot, window, page):
    session = window.session
    session.workshop.apply(SetNode("forget", "scale", 0.9))
    map = window.inspector.findChild(Heatmap, f"weights.{NAME}.map")
    assert map.values.size
    qtbot.waitUntil(lambda: session.weights.get("LSTM", NAME) is not None, timeout=WAIT)


def drop(window, key, at):
    """Enter, move and drop, as a drag from the palette does."""
    data = QMimeData()
    data.setData(CELL_TYPE, key.encode())
    viewport = window.centre.network.view.viewport()
    rest = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    for event in (QDragEnterEvent(at, *rest), QDragMoveEvent(at, *rest), QDropEvent(QPointF(at), *rest)):
        QApplication.sendEvent(viewport, event)
        assert event.isAccepted()


def test_blank_and_kept_cells_are_dropped_on_the_canvas(qtbot, window):
    session = window.session
    corner = window.centre.network.view.viewport().rect().bottomLeft() + QPoint(30, -4)
    drop(window, BLANK, corner)
    assert len(session.experiment.networks) == 3 and session.experiment.cells[0].label == "Blank"
    assert session.workshop.inside is not None  # it opens, to be drawn on
    session.workshop.leave()
    session.shelf.keep(session.experiment.cells[0])
    session.undo()
    drop(window, "saved:blank", corner)
    assert [cell.name for cell in session.experiment.cells] == ["blank"] and session.workshop.inside is None
    assert session.experiment.networks[-1].layers[0].cell == "blank"


def test_the_cell_menu(qtbot, window, tmp_path):
    session, actions = window.session, window.menus.actions
    inside = [f"cell.{name}" for name in ("explain", "code", "keep", "save", "version")]
    assert not any(actions[name].isEnabled() for name in inside)
    session.select(Selection("layer", "LSTM", "layer1"))
    window.inspector.findChild(QPushButton, "layer.open").click()
    assert session.workshop.inside == ("LSTM", "layer1") and actions["cell.code"].isEnabled()
    assert not actions["cell.explain"].isEnabled()
    session.workshop.choose("output")
    actions["cell.explain"].trigger()
    dialog = window.inspector.cell_pages.actions.explain_dialog
    assert dialog.isVisible() and dialog.title.text() == "Output gate"
    dialog.close()
    actions["cell.version"].trigger()
    assert session.workshop.cell.label == "LSTM 2"
    panel = window.inspector.cell_pages.actions
    panel.preset.update({"cell": tmp_path / "two", "open_cell": tmp_path / "two.cell.json"})
    actions["cell.save"].trigger()
    session.undo()
    actions["cell.add"].trigger()
    assert [cell.label for cell in session.experiment.cells] == ["LSTM 2"]
