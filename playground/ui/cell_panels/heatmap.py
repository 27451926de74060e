"""A weight matrix in signed colours: values on hover, a cursor for the arrow keys, and one number that can be typed."""

from functools import lru_cache

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from playground.ui.plots.heat import signed_indices, signed_table
from playground.ui.theme import Theme

LARGEST, HIGHEST = 20, 128  # px of one cell, and of the whole picture
Place = tuple[int, int]


@lru_cache(maxsize=4)
def table_of(theme: Theme) -> list[int]:
    """The colours of a theme; they take some milliseconds."""
    return signed_table(theme)


class Heatmap(QWidget):
    """Blue is positive, orange negative, the background zero; the strongest colour is the largest size in the matrix.

    `pointed`: the cell under the mouse or the cursor (None: none). `edited`: Enter or a click asks for its number.
    """

    pointed = Signal(object)
    edited = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._values = np.zeros((0, 0))
        self._image = QImage()
        self.level = 0.0  # the size that has the strongest colour
        self.cursor_cell: Place | None = None
        self._hovered: Place | None = None
        self._cell = (0.0, 0.0)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def values(self) -> np.ndarray:
        """[rows, columns]."""
        return self._values

    def set_values(self, values: np.ndarray) -> None:
        """values: [rows, columns], or [size] as one row."""
        values = np.atleast_2d(np.asarray(values, np.float64))
        new_shape = values.shape != self._values.shape
        if not new_shape and np.array_equal(values, self._values, equal_nan=True):
            return
        self._values = values
        finite = np.abs(values[np.isfinite(values)])
        self.level = float(finite.max()) if finite.size else 0.0
        if new_shape:
            self.cursor_cell = self._hovered = None
            self._fit()
        self._draw()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._draw()

    def value_at(self, place: Place) -> float:
        """The weight at (row, column)."""
        return float(self._values[place])

    def at(self, point: QPoint) -> Place | None:
        """(row, column) of the cell under a point, None beside the picture."""
        wide, high = self._cell
        if not wide or point.x() < 0 or point.y() < 0:
            return None
        column, row = int(point.x() / wide), int(point.y() / high)
        rows, columns = self._values.shape
        return (row, column) if row < rows and column < columns else None

    def rect_of(self, place: Place) -> QRectF:
        """Where a cell is painted."""
        wide, high = self._cell
        return QRectF(place[1] * wide, place[0] * high, wide, high)

    def set_cursor_cell(self, place: Place | None) -> None:
        """Move the cursor, kept inside."""
        rows, columns = self._values.shape
        if place is not None:
            place = (min(max(place[0], 0), rows - 1), min(max(place[1], 0), columns - 1)) if rows and columns else None
        self.cursor_cell = place
        self.pointed.emit(place)
        self.update()

    # -- drawing --------------------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(120, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Cells as large as the room allows; as high as they need."""
        rows, columns = self._values.shape
        if not rows or not columns:
            self.setFixedHeight(LARGEST)
            self._cell = (0.0, 0.0)
            return
        wide = min(LARGEST, self.width() / columns)
        high = min(HIGHEST / rows, LARGEST)
        self._cell = (wide, high)
        self.setFixedHeight(max(2, round(rows * high)))
        self.update()

    def _draw(self) -> None:
        rows, columns = self._values.shape
        if rows and columns:
            indices = np.ascontiguousarray(signed_indices(self._values, self.level or 1.0))
            image = QImage(indices.data, columns, rows, columns, QImage.Format.Format_Indexed8)
            image.setColorTable(table_of(self._theme))
            self._image = image.convertToFormat(QImage.Format.Format_RGB32)  # its own copy of the memory
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        rows, columns = self._values.shape
        if not rows or not columns:
            return
        painter = QPainter(self)
        wide, high = self._cell
        whole = QRectF(0, 0, columns * wide, rows * high)
        painter.drawImage(whole, self._image)
        painter.setPen(QPen(QColor(self._theme.border), 1))
        painter.drawRect(whole.adjusted(0.5, 0.5, -0.5, -0.5))
        for place, colour, width in (
            (self._hovered, self._theme.text, 1.0),
            (self.cursor_cell, self._theme.accent if self.hasFocus() else self._theme.text, 2.0),
        ):
            if place is not None:
                painter.setPen(QPen(QColor(colour), width))
                painter.drawRect(self.rect_of(place).adjusted(0.5, 0.5, -0.5, -0.5))

    # -- events ---------------------------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = self.at(event.position().toPoint())
        if place != self._hovered:
            self._hovered = place
            self.pointed.emit(place if place is not None else self.cursor_cell)
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = None
        self.pointed.emit(self.cursor_cell)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self.at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and place is not None:
            self.set_cursor_cell(place)
            self.edited.emit(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {
            Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0),
        }.get(Qt.Key(event.key()))  # fmt: skip
        if step is not None and self._values.size:
            row, column = self.cursor_cell or (0, 0)
            self.set_cursor_cell((row + step[0], column + step[1]) if self.cursor_cell else (0, 0))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._values.size:
            if self.cursor_cell is None:
                self.set_cursor_cell((0, 0))
            self.edited.emit(self.cursor_cell)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            place = self.at(event.pos())
            if place is not None:
                QToolTip.showText(event.globalPos(), self.describe(place), self, self.rect_of(place).toRect())
                return True
        arrows = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in arrows:
            event.accept()  # → is also a training step in the window
            return True
        return super().event(event)

    def describe(self, place: Place) -> str:
        """One weight in words."""
        row, column = place
        number = f"{self.value_at(place):+.4g}".replace("-", "−")
        if self._values.shape[0] == 1:
            return self.tr("unit {0}: {1}").format(column, number)
        return self.tr("row {0}, column {1}: {2}").format(row, column, number)
