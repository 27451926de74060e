"""A small picture of the whole cell with a frame around what is seen. It is there while not everything is."""

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from playground.ui.canvas.style import pen
from playground.ui.cell_canvas.picture import Picture
from playground.ui.theme import Theme

WIDE, HIGH, EDGE = 168, 112, 8


class Minimap(QWidget):
    """`wanted`: look at this point of the scene."""

    wanted = Signal(QPointF)

    def __init__(self, parent: QWidget, theme: Theme) -> None:
        super().__init__(parent)
        self.setObjectName("cell.minimap")
        self.setAccessibleName(self.tr("The whole cell, small"))
        self.setToolTip(self.tr("Click or drag to look elsewhere"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.resize(WIDE, HIGH)
        self.theme = theme
        self._boxes: list[tuple[QRectF, str]] = []
        self._all = QRectF()
        self._seen = QRectF()
        self.hide()

    def show_picture(self, picture: Picture) -> None:
        """Another cell, or another layout."""
        self._all = picture.bounds()
        drawn = ((item.placed, item.look.role) for item in picture.nodes.values())
        self._boxes = [(QRectF(box.x, box.y, box.width, box.height), role) for box, role in drawn]
        self.update()

    def show_seen(self, seen: QRectF) -> None:
        """What is seen now; when that is everything, there is nothing to show."""
        self._seen = seen
        whole = seen.adjusted(-4, -4, 4, 4).contains(self._all.adjusted(24, 24, -24, -24))
        self.setVisible(bool(self._boxes) and not whole)
        parent = self.parentWidget()
        if parent is not None:
            self.move(EDGE, parent.height() - HIGH - EDGE)
        self.update()

    def _scale(self) -> tuple[float, QPointF]:
        """Scene to map: a factor, and where the scene's corner lies."""
        room = self._all.united(self._seen.intersected(self._all.adjusted(-400, -400, 400, 400)))
        factor = min((WIDE - 8) / max(room.width(), 1), (HIGH - 8) / max(room.height(), 1))
        corner = QPointF(WIDE / 2, HIGH / 2) - room.center() * factor
        return factor, corner

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        back = QColor(self.theme.panel)
        back.setAlpha(235)
        painter.setPen(pen(self.theme.border, 1.0))
        painter.setBrush(back)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        factor, corner = self._scale()
        painter.setClipRect(self.rect().adjusted(2, 2, -2, -2))
        painter.setPen(Qt.PenStyle.NoPen)
        by_role: dict[str, list[QRectF]] = {}
        for box, role in self._boxes:
            by_role.setdefault(role, []).append(QRectF(box.topLeft() * factor + corner, box.size() * factor))
        for role, drawn in by_role.items():
            painter.setBrush(QColor(self.theme.role(role)))
            painter.drawRects(drawn)
        painter.setPen(pen(self.theme.accent, 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(QRectF(self._seen.topLeft() * factor + corner, self._seen.size() * factor))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        factor, corner = self._scale()
        self.wanted.emit((event.position() - corner) / factor)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()
