"""A cell canvas on the screen that does not exist, and hands that send real Qt events."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from playground.cell.graph import Cell
from playground.cell.library import LIBRARY
from playground.experiment.document import Experiment
from playground.network.spec import Layer, Net, Training
from playground.tasks.spec import DelayedRecall
from playground.ui.cell_canvas import CellCanvas
from playground.ui.session import Session
from playground.ui.state import Notice

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
PLAIN = Qt.KeyboardModifier.NoModifier


class Hands:
    """What a person does inside a cell."""

    def __init__(self, canvas: CellCanvas) -> None:
        self.canvas = canvas
        self.session, self.workshop = canvas.session, canvas.workshop
        self.viewport = canvas.view.viewport()
        self.notices: list[Notice] = []
        canvas.session.notice.connect(self.notices.append)
        self._kept: list[QMimeData] = []  # events only borrow it

    @property
    def cell(self) -> Cell:
        assert self.workshop.cell is not None
        return self.workshop.cell

    def ids(self) -> list[str]:
        return [node.id for node in self.cell.nodes]

    # -- places ---------------------------------------------------------------------------------------------------

    def scene(self, x: float, y: float) -> QPointF:
        """A scene point in the viewport."""
        return QPointF(self.canvas.view.mapFromScene(QPointF(x, y)))

    def at(self, id: str, x: float = 0.35, y: float = 0.5) -> QPointF:
        """The place of a node in the viewport, by shares of its box; not on its port."""
        item = self.canvas.picture.item(id)
        assert item is not None
        return self.scene(item.pos().x() + x * item.box.width(), item.pos().y() + y * item.box.height())

    def port(self, id: str) -> QPointF:
        item = self.canvas.picture.item(id)
        assert item is not None
        return self.scene(*item.port.toTuple())

    def on_wire(self, source: str, target: str, back: float = 10.0) -> QPointF:
        """A place on a wire, so far before its end."""
        route = next(r for r in self.canvas.stage.layout.routes if (r.source, r.target) == (source, target))
        (ax, ay), (bx, by) = route.points[-2:]
        length = abs(ax - bx) + abs(ay - by)
        share = min(back, length) / length
        return self.scene(bx + (ax - bx) * share, by + (ay - by) * share)

    # -- the mouse ------------------------------------------------------------------------------------------------

    def _mouse(
        self, kind: QEvent.Type, place: QPointF, button: Qt.MouseButton, held: Qt.MouseButton,
        keys: Qt.KeyboardModifier = PLAIN,
    ) -> None:  # fmt: skip
        at = QPointF(self.viewport.mapToGlobal(place.toPoint()))
        QApplication.sendEvent(self.viewport, QMouseEvent(kind, place, at, button, held, keys))

    def press(self, place: QPointF, button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier = PLAIN) -> None:
        self._mouse(QEvent.Type.MouseButtonPress, place, button, button, keys)

    def move(self, place: QPointF, held: Qt.MouseButton = LEFT) -> None:
        self._mouse(QEvent.Type.MouseMove, place, NONE, held)

    def release(self, place: QPointF, button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier = PLAIN) -> None:
        self._mouse(QEvent.Type.MouseButtonRelease, place, button, NONE, keys)

    def click(self, place: QPointF, keys: Qt.KeyboardModifier = PLAIN) -> None:
        self.press(place, keys=keys)
        self.release(place, keys=keys)

    def double_click(self, place: QPointF) -> None:
        self.click(place)
        self._mouse(QEvent.Type.MouseButtonDblClick, place, LEFT, LEFT)
        self.release(place)

    def drag(self, start: QPointF, end: QPointF, button: Qt.MouseButton = LEFT) -> None:
        """Press, two moves, release."""
        self.press(start, button)
        self.move((start + end) / 2, button)
        self.move(end, button)
        self.release(end, button)

    def pull(self, source: str, target: str) -> None:
        """A wire from the port of one node to the middle of another."""
        self.drag(self.port(source), self.at(target))

    # -- drag and drop ----------------------------------------------------------------------------------------------

    def hover_with(self, kind: str, text: str, place: QPointF) -> bool:
        mime = QMimeData()
        mime.setData(kind, text.encode())
        self._kept.append(mime)
        held = (mime, LEFT, PLAIN)
        enter = QDragEnterEvent(QPoint(2, 2), Qt.DropAction.CopyAction, *held)
        QApplication.sendEvent(self.viewport, enter)
        move = QDragMoveEvent(place.toPoint(), Qt.DropAction.CopyAction, *held)
        QApplication.sendEvent(self.viewport, move)
        return enter.isAccepted() and move.isAccepted()

    def drop(self, text: str, place: QPointF, kind: str = "application/x-rnn-node") -> bool:
        self.hover_with(kind, text, place)
        event = QDropEvent(place, Qt.DropAction.CopyAction, self._kept[-1], LEFT, PLAIN)
        QApplication.sendEvent(self.viewport, event)
        return event.isAccepted()

    # -- the keyboard -----------------------------------------------------------------------------------------------

    def key(self, key: Qt.Key, held: Qt.KeyboardModifier = PLAIN) -> None:
        QTest.keyClick(self.canvas.view, key, held)

    def name(self, text: str) -> None:
        """Type into the field that is open, and Enter."""
        field = next(field for field in self.viewport.findChildren(QLineEdit) if field.isVisible())
        field.selectAll()
        QTest.keyClicks(field, text)
        QTest.keyClick(field, Qt.Key.Key_Return)

    def choose(self, *words: str) -> None:
        """Type into the list that is open, and Enter."""
        popup = self.canvas.menus.popup
        assert popup is not None
        QTest.keyClicks(popup.line, " ".join(words))
        QTest.keyClick(popup.line, Qt.Key.Key_Return)

    def menu_at(self, place: QPointF, name: str) -> None:
        """Open the context menu there and take the entry with this object name."""
        self.canvas.view.menu_wanted.emit(
            self.canvas.view.mapToScene(place.toPoint()), self.viewport.mapToGlobal(place.toPoint())
        )
        menu = self.canvas.menus.open
        assert menu is not None
        found = next(action for action in _actions(menu) if action.objectName() == name)
        assert found.isEnabled()
        found.trigger()
        menu.close()


def _actions(menu):  # type: ignore[no-untyped-def]
    for action in menu.actions():
        yield action
        if action.menu():
            yield from _actions(action.menu())


def _experiment(cell: Cell, units: int = 6) -> Experiment:
    """One network of one layer with this cell."""
    own = () if LIBRARY.get(cell.name) == cell else (cell,)
    return Experiment(
        name="Test",
        seed=5,
        task=DelayedRecall(lag=8, test_sequences=20),
        networks=(Net("Net", (Layer("layer1", cell.name, units),)),),
        cells=own,
        training=Training(batch=4),
    )


@pytest.fixture
def experiment_with() -> Callable[..., Experiment]:
    """Makes an experiment whose one layer is this cell."""
    return _experiment


@pytest.fixture
def inside(qapp: QApplication) -> Iterator[Callable[..., Hands]]:
    """Opens a cell in a canvas; it is closed at the end."""
    made: list[CellCanvas] = []

    def build(cell: Cell | str, size: tuple[int, int] = (1100, 640), units: int = 6) -> Hands:
        session = Session(_experiment(LIBRARY[cell] if isinstance(cell, str) else cell, units))
        canvas = CellCanvas(session)
        canvas.resize(*size)
        canvas.show()
        assert session.workshop.enter("Net", "layer1")
        canvas.view.setFocus()
        qapp.processEvents()
        made.append(canvas)
        return Hands(canvas)

    yield build
    for canvas in made:
        canvas.session.close()
        canvas.close()
        canvas.deleteLater()
    qapp.processEvents()
