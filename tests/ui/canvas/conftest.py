"""A canvas on the screen that does not exist, a session without a worker, and hands that send real Qt events."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, QRectF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from playground.experiment.document import Experiment
from playground.network.spec import Layer, Net
from playground.tasks.spec import DelayedRecall
from playground.ui.canvas import NetworkCanvas
from playground.ui.session import Session
from playground.ui.state import Notice

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton


def two_nets() -> Experiment:
    """A tanh RNN beside an LSTM of two layers, on a short task."""
    return Experiment(
        name="Test",
        task=DelayedRecall(lag=12, test_sequences=100),
        networks=(
            Net("Plain RNN", (Layer("layer1", "rnn", 8),)),
            Net("Deep", (Layer("layer1", "lstm", 6), Layer("layer2", "gru", 4))),
        ),
    )


class Hands:
    """What a person does to the canvas."""

    def __init__(self, canvas: NetworkCanvas) -> None:
        self.canvas = canvas
        self.viewport = canvas.view.viewport()
        self.notices: list[Notice] = []
        canvas.session.notice.connect(self.notices.append)
        self._kept: list[QMimeData] = []  # events only borrow it

    def at(self, item, x: float = 0.5, y: float = 0.5) -> QPointF:  # type: ignore[no-untyped-def]
        """The place of an item in the viewport, by shares of its scene rectangle."""
        rect: QRectF = item.mapRectToScene(getattr(item, "box", item.boundingRect()))
        return QPointF(
            self.canvas.view.mapFromScene(QPointF(rect.x() + x * rect.width(), rect.y() + y * rect.height()))
        )

    def _mouse(self, kind: QEvent.Type, place: QPointF, button: Qt.MouseButton, held: Qt.MouseButton) -> None:
        at = QPointF(self.viewport.mapToGlobal(place.toPoint()))
        QApplication.sendEvent(
            self.viewport, QMouseEvent(kind, place, at, button, held, Qt.KeyboardModifier.NoModifier)
        )

    def press(self, place: QPointF, button: Qt.MouseButton = LEFT) -> None:
        self._mouse(QEvent.Type.MouseButtonPress, place, button, button)

    def move(self, place: QPointF, held: Qt.MouseButton = LEFT) -> None:
        self._mouse(QEvent.Type.MouseMove, place, NONE, held)

    def release(self, place: QPointF, button: Qt.MouseButton = LEFT) -> None:
        self._mouse(QEvent.Type.MouseButtonRelease, place, button, NONE)

    def click(self, place: QPointF, button: Qt.MouseButton = LEFT) -> None:
        self.press(place, button)
        self.release(place, button)

    def drag(self, start: QPointF, end: QPointF, button: Qt.MouseButton = LEFT) -> None:
        """Press, two moves, release."""
        self.press(start, button)
        self.move((start + end) / 2, button)
        self.move(end, button)
        self.release(end, button)

    def mime(self, kind: str, text: str) -> QMimeData:
        made = QMimeData()
        if kind == "text/uri-list":
            made.setUrls([QUrl.fromLocalFile(text)])
        else:
            made.setData(kind, text.encode())
        self._kept.append(made)
        return made

    def hover_with(self, mime: QMimeData, place: QPointF) -> bool:
        """Bring something dragged from elsewhere to a place; whether the canvas would take it."""
        at, copy = place.toPoint(), Qt.DropAction.CopyAction
        held = (mime, LEFT, Qt.KeyboardModifier.NoModifier)
        enter = QDragEnterEvent(QPoint(2, 2), copy, *held)
        QApplication.sendEvent(self.viewport, enter)
        move = QDragMoveEvent(at, copy, *held)
        QApplication.sendEvent(self.viewport, move)
        return enter.isAccepted() and move.isAccepted()

    def drop(self, mime: QMimeData, place: QPointF) -> bool:
        self.hover_with(mime, place)
        event = QDropEvent(place, Qt.DropAction.CopyAction, mime, LEFT, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(self.viewport, event)
        return event.isAccepted()

    def leave(self) -> None:
        QApplication.sendEvent(self.viewport, QDragLeaveEvent())

    def drop_cell(self, name: str, place: QPointF) -> bool:
        return self.drop(self.mime("application/x-rnn-cell", name), place)

    def key(self, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.canvas.view, key, held)

    def menu(self, name: str) -> None:
        """Choose an entry of the open menu (or one of its submenus) by its object name."""
        menu = self.canvas.menus.open
        assert menu is not None
        found = next(action for action in _actions(menu) if action.objectName() == name)
        assert found.isEnabled()
        found.trigger()
        menu.close()

    def nets(self) -> dict[str, list[tuple[str, int]]]:
        """The document, as name → (cell, units) of each layer."""
        networks = self.canvas.session.experiment.networks
        return {net.name: [(layer.cell, layer.units) for layer in net.layers] for net in networks}


def _actions(menu):  # type: ignore[no-untyped-def]
    for action in menu.actions():
        yield action
        if action.menu():
            yield from _actions(action.menu())


@pytest.fixture
def make(qapp: QApplication) -> Iterator[Callable[[Experiment], Hands]]:
    """Makes canvases of a given experiment; they are closed at the end."""
    made: list[NetworkCanvas] = []

    def build(experiment: Experiment) -> Hands:
        canvas = NetworkCanvas(Session(experiment))
        canvas.resize(1000, 560)
        canvas.show()
        canvas.view.setFocus()
        qapp.processEvents()
        made.append(canvas)
        return Hands(canvas)

    yield build
    for canvas in made:
        if canvas.menus.open is not None:
            canvas.menus.open = None
        canvas.session.close()
        canvas.close()
        canvas.deleteLater()
    qapp.processEvents()


@pytest.fixture
def hands(make: Callable[[Experiment], Hands]) -> Hands:
    """A tanh RNN of 8 units beside an LSTM of 6 and a GRU of 4."""
    return make(two_nets())
