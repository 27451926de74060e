"""The window onto the scene: offers events to gestures, zooms, pans and fits. Knows nothing of networks."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QWidget

from playground.ui.canvas.gestures.base import Drop, Gesture
from playground.ui.canvas.gestures.zoom import Zoom
from playground.ui.canvas.items.exposed import exposing

LEAST, MOST = 0.2, 4.0
BAR = 8  # px at the right edge, for what says which part of the plan is in sight
STRIP = 160  # px of the plan that always stay in sight
NEARLY = 0.97  # a plan that is a hair too large is shown at 100 % all the same: text stays sharp


class CanvasView(QGraphicsView):
    """`zoomed`: the person has zoomed or panned, so the view stays as it is when the document changes."""

    resized = Signal()
    hovered = Signal(QPointF)
    left = Signal()
    menu_wanted = Signal(QPointF, object)  # scene point, global position

    def __init__(self, scene: QGraphicsScene, parent: QWidget | None = None, orderly: bool = False) -> None:
        """orderly: every item sets pen, brush and font before it paints, so that nothing is put back in between."""
        super().__init__(scene, parent)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontSavePainterState, orderly)
        self.setObjectName("canvas.view")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAcceptDrops(True)
        self.setMouseTracking(True)
        self.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.SmartViewportUpdate)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # nothing behind it needs to be painted
        self.viewport().grabGesture(Qt.GestureType.PinchGesture)
        self.gestures: Sequence[Gesture] = ()
        self.drops: Sequence[Drop] = ()
        self.key_handler: Callable[[QKeyEvent], bool] = lambda event: False
        self.key_wanted: Callable[[QKeyEvent], bool] = lambda event: False
        self.zoomed = False
        self.scrolls = False  # there is more of the plan below than fits
        self.least = LEAST  # the smallest scale that is shown
        self._cards = QRectF()
        self._framed = False
        self._active: Gesture | None = None
        self._drop: Drop | None = None
        self._zoom = Zoom(self)

    # -- where we look --------------------------------------------------------------------------------------------

    def fit(self, bounds: QRectF, cards: QRectF, most: float, readable: float = 0.0) -> None:
        """Show all of `bounds`, with the `cards` inside, at most enlarged by `most`; follow the document again.

        readable: no smaller than this, as long as the width allows it: the rest is scrolled to.
        """
        area = self.viewport().rect()
        wide, high = area.width() / bounds.width(), area.height() / bounds.height()
        scale = min(wide, high)
        scale = most if scale >= most * NEARLY else max(self.least, scale)
        self.scrolls = scale < min(readable, wide) * NEARLY
        at = self.verticalScrollBar().value() / max(self.transform().m11(), 1e-6)
        if self.scrolls:
            scale = min(readable, wide)
        self.setTransform(QTransform.fromScale(scale, scale))
        self._cards = cards
        self.setSceneRect(bounds)
        self.centerOn(bounds.center())
        if self.scrolls:
            self.verticalScrollBar().setValue(round(at * scale))
        self.zoomed = False
        self.least = LEAST  # the smallest scale that is shown

    def reveal(self, rect: QRectF) -> None:
        """Scroll to a part of the plan, where not all of it is in sight."""
        if self.scrolls and not self.zoomed:
            self.ensureVisible(rect, 0, 12)

    def keep(self, cards: QRectF) -> None:
        """The scene changed below a view that a person has zoomed: look at the same place, or what is left."""
        self._cards = cards
        self._roam()

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Larger or smaller by `factor`, with the scene point at the viewport's `at` (or its middle) held still."""
        place = QPointF(self.viewport().rect().center()) if at is None else at
        before = self.mapToScene(place.toPoint())
        scale = min(MOST, max(self.least, self.transform().m11() * factor))
        self.setTransform(QTransform.fromScale(scale, scale))
        self._roam()
        shift = self.mapFromScene(before) - place.toPoint()
        self._scroll(shift.x(), shift.y())
        self.zoomed = True

    def pan(self, x: float, y: float) -> None:
        """Move what is seen by so many pixels."""
        self._roam()
        self._scroll(-x, -y)
        self.zoomed = True

    def _scroll(self, x: float, y: float) -> None:
        self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() + round(x))
        self.verticalScrollBar().setValue(self.verticalScrollBar().value() + round(y))

    def _roam(self) -> None:
        """The plan can be pushed aside until a strip of it is left, so that it is never lost."""
        scale = self.transform().m11()
        wide = max(0.0, self.viewport().width() - STRIP) / scale
        high = max(0.0, self.viewport().height() - STRIP) / scale
        self.setSceneRect(self._cards.adjusted(-wide, -high, wide, high))

    def cancel_gesture(self) -> None:
        """Whatever the hand was doing is over and leaves no trace."""
        active, self._active = self._active, None
        if active:
            active.cancel()

    # -- events ---------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._active is not None:
            return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        point = self.mapToScene(event.position().toPoint())
        self._active = next((gesture for gesture in self.gestures if gesture.press(event, point)), None)
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = self.mapToScene(event.position().toPoint())
        if self._active is not None:
            self._active.move(event, point)
        else:
            self.hovered.emit(point)
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        active, self._active = self._active, None
        if active is not None:
            active.release(event, self.mapToScene(event.position().toPoint()))
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        if by_key:
            self.menu_wanted.emit(QPointF(), None)
        else:
            self.menu_wanted.emit(self.mapToScene(event.pos()), event.globalPos())
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self._zoom.wheel(event):
            event.accept()
        elif self.zoomed or self.scrolls:
            turned = event.pixelDelta() if not event.pixelDelta().isNull() else event.angleDelta() / 2
            if self.zoomed:
                self.pan(turned.x(), turned.y())
            else:
                self._scroll(0, -turned.y())
            event.accept()
        else:
            event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._active is not None:
            self.cancel_gesture()
            event.accept()
        else:
            event.setAccepted(self.key_handler(event))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            dragging = self._active is not None and event.key() == Qt.Key.Key_Escape
            if dragging or self.key_wanted(event):
                event.accept()  # arrows move the selection here, whatever they mean in the rest of the window
                return True
        return super().event(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.NativeGesture, QEvent.Type.Gesture) and self._zoom.other(event):
            return True
        if event.type() == QEvent.Type.Leave:
            self.left.emit()
        return super().viewportEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()

    # -- focus ----------------------------------------------------------------------------------------------------

    def focusInEvent(self, event: QFocusEvent) -> None:
        """A frame shows where the keys go, when they brought the focus here."""
        reason = Qt.FocusReason
        self._framed = event.reason() in (reason.TabFocusReason, reason.BacktabFocusReason, reason.ShortcutFocusReason)
        self.viewport().update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._framed = False
        self.viewport().update()
        super().focusOutEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        with exposing(self.viewport(), event.region()):
            super().paintEvent(event)
        if self._framed:
            painter = QPainter(self.viewport())
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(self.palette().color(QPalette.ColorRole.Highlight))
            painter.drawRoundedRect(QRectF(self.viewport().rect()).adjusted(1.5, 1.5, -1.5, -1.5), 6, 6)
        if self.scrolls and not self.zoomed and event.rect().right() >= self.viewport().width() - BAR:
            self._paint_place()

    def _paint_place(self) -> None:
        """A thin bar at the right edge: which part of the plan is in sight."""
        bar, high = self.verticalScrollBar(), self.viewport().height()
        whole = bar.maximum() - bar.minimum() + bar.pageStep()
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.palette().color(QPalette.ColorRole.Mid))
        top, share = (bar.value() - bar.minimum()) / whole, bar.pageStep() / whole
        left = self.viewport().width() - BAR + 1
        painter.drawRoundedRect(QRectF(left, 4 + top * (high - 8), BAR - 4, share * (high - 8)), 2, 2)

    # -- drag and drop --------------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._drop = next((drop for drop in self.drops if drop.accepts(event.mimeData())), None)
        self._offer(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._offer(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._drop = None
        self.left.emit()

    def dropEvent(self, event: QDropEvent) -> None:
        drop, self._drop = self._drop, None
        self.left.emit()
        if drop is None:
            event.ignore()
            return
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        drop.drop(event.mimeData(), self.mapToScene(event.position().toPoint()))

    def _offer(self, event: QDragMoveEvent) -> None:
        if self._drop is None:
            event.ignore()
            return
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self._drop.move(event.mimeData(), self.mapToScene(event.position().toPoint()))
