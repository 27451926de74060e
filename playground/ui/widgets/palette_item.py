"""Things in the palette: they can be dragged, double-clicked, or added with Enter."""

import numpy as np
from PySide6.QtCore import QByteArray, QMimeData, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDrag,
    QEnterEvent,
    QFocusEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from playground.errors import BadInput
from playground.ui.sequences import Sequence

POINTS = 60


class PaletteItem(QWidget):
    """`key` travels in a drag of type `mime`. `chosen`: Enter or a double click."""

    chosen = Signal()

    def __init__(self, key: str, text: str, mime: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key, self.text, self._mime = key, text, mime
        self.words = f"{key} {text}".lower()
        self._pressed: QPoint | None = None
        self.setObjectName(f"palette.{key}")
        self.setAccessibleName(text)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def mime_data(self) -> QMimeData:
        """What a drag carries."""
        data = QMimeData()
        data.setData(self._mime, QByteArray(self.key.encode()))
        return data

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            return
        far = (event.position().toPoint() - self._pressed).manhattanLength()
        if far >= QApplication.startDragDistance():
            start, self._pressed = self._pressed, None
            drag = QDrag(self)
            drag.setMimeData(self.mime_data())
            drag.setPixmap(self.grab())
            drag.setHotSpot(start)
            drag.exec(Qt.DropAction.CopyAction)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pressed = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.chosen.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit()
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.focusNextPrevChild(key == Qt.Key.Key_Down)
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()

    def leaveEvent(self, event: object) -> None:
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusOutEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self.palette()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = colours.color(QPalette.ColorRole.Mid)
        if self.hasFocus():
            edge = colours.color(QPalette.ColorRole.Highlight)
        elif self.underMouse():
            edge = colours.color(QPalette.ColorRole.PlaceholderText)
        painter.setPen(QPen(edge, 1))
        painter.setBrush(colours.color(QPalette.ColorRole.Base))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        muted = colours.color(QPalette.ColorRole.PlaceholderText)
        self.paint_content(painter, colours.color(QPalette.ColorRole.Text), muted)

    def paint_content(self, painter: QPainter, text: QColor, muted: QColor) -> None:
        """Draw inside the frame."""
        raise NotImplementedError

    def _medium(self) -> QFont:
        font = QFont(self.font())
        font.setWeight(QFont.Weight.Medium)
        return font


class CellItem(PaletteItem):
    """A cell or a layer: just its name."""

    def sizeHint(self) -> QSize:
        return QSize(QFontMetrics(self._medium()).horizontalAdvance(self.text) + 8, 28)

    def paint_content(self, painter: QPainter, text: QColor, muted: QColor) -> None:
        painter.setFont(self._medium())
        painter.setPen(text)
        shown = painter.fontMetrics().elidedText(self.text, Qt.TextElideMode.ElideRight, self.width() - 4)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, shown)


class SequenceItem(PaletteItem):
    """A sequence: a sketch of the real thing, its name, and a note."""

    def __init__(self, entry: Sequence, mime: str, parent: QWidget | None = None) -> None:
        super().__init__(entry.key, entry.title, mime, parent)
        self._entry = entry
        self.words += f" {entry.note}".lower()
        self.drawn = False
        self._sketch: np.ndarray | None = None
        self._letters = ""
        self.setAccessibleDescription(entry.note)

    def draw_sketch(self) -> None:
        """Compute one test sequence of the task and keep what the small picture needs."""
        from playground.tasks import build_task
        from playground.tasks.random import stream

        self.drawn = True
        try:
            task = build_task(self._entry.spec)
            inputs = task.probe(stream(0, "probe")).batch.inputs[:, 0]
        except BadInput:
            return  # a shipped file is missing: the item says so when it is used, the picture stays empty
        symbols = task.facts.input_symbols
        if symbols is not None:
            self._letters = "".join(symbols[int(step.argmax())] for step in inputs if step.any())[:12]
        else:
            values = inputs[:, 0]
            places = np.linspace(0, len(values) - 1, min(POINTS, len(values))).round().astype(int)
            values = values[places]
            low, high = float(values.min()), float(values.max())
            self._sketch = (values - low) / ((high - low) or 1.0)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(150, 12 + 2 * self.fontMetrics().height())

    def paint_content(self, painter: QPainter, text: QColor, muted: QColor) -> None:
        picture = QRectF(8, 9, 32, self.height() - 18)
        painter.setPen(QPen(muted, 1.2))
        if self._sketch is not None:
            x = picture.left() + np.linspace(0, picture.width(), len(self._sketch))
            y = picture.bottom() - self._sketch * picture.height()
            painter.drawPolyline(QPolygonF([QPointF(a, b) for a, b in zip(x, y, strict=True)]))
        elif self._letters:
            font = QFont(self._medium())
            painter.setFont(font)
            painter.drawText(picture, Qt.AlignmentFlag.AlignCenter, self._letters.strip()[:2] + "→" + "?")
        left = 48
        room = self.width() - left - 6
        half = self.height() // 2
        painter.setFont(self._medium())
        painter.setPen(text)
        name = painter.fontMetrics().elidedText(self.text, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(left, 4, room, half - 3), Qt.AlignmentFlag.AlignVCenter, name)
        small = QFont(self.font())
        small.setPixelSize(max(9, painter.fontInfo().pixelSize() - 2))
        painter.setFont(small)
        painter.setPen(muted)
        note = painter.fontMetrics().elidedText(self._entry.note, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(left, half, room, half - 4), Qt.AlignmentFlag.AlignVCenter, note)
