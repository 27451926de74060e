"""The legend: one entry per network or gate, drawn like its curve. A click hides or shows what it stands for, a double
click hides all others."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QGraphicsSceneMouseEvent

from playground.ui.plots.backdrop import Furniture
from playground.ui.plots.fonts import label_font, label_width
from playground.ui.plots.geometry import draw_mark
from playground.ui.plots.items import Style
from playground.ui.plots.strokes import line_pen

ROW = 16.0
SAMPLE = 18.0


@dataclass(frozen=True)
class Entry:
    """group: what a click switches. The style is that of what it stands for. short: the text where there is little
    room, "" for the same."""

    group: str
    text: str
    style: Style
    short: str = ""


class EntryItem(Furniture):
    """One clickable entry."""

    def __init__(self, entry: Entry, clicked: Callable[[str], None], doubled: Callable[[str], None], tip: str) -> None:
        super().__init__()
        self.entry = entry
        self.on = True
        self._clicked, self._doubled = clicked, doubled
        self.text = entry.text
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(tip)
        self.setZValue(30)

    def show_entry(self, entry: Entry) -> None:
        """Stand for another one."""
        if entry != self.entry:
            self.prepareGeometryChange()
            short = self.text != self.entry.text
            self.entry, self.text = entry, entry.short if short and entry.short else entry.text

    @staticmethod
    def width_of(entry: Entry) -> tuple[float, float]:
        """Pixels of its full and of its short text."""
        return label_width(entry.text), label_width(entry.short)

    @property
    def width(self) -> float:
        return SAMPLE + 4 + label_width(self.text)

    def shorten(self, on: bool) -> None:
        """The short text, or the full one."""
        text = self.entry.short if on and self.entry.short else self.entry.text
        if text != self.text:
            self.prepareGeometryChange()
            self.text = text
            self.update()

    def boundingRect(self) -> QRectF:
        return QRectF(0, 0, self.width, ROW)

    def look(self) -> Hashable:
        return self.entry, self.text, self.on

    def mousePressEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            event.accept()
            self._clicked(self.entry.group)
        else:
            event.ignore()

    def mouseDoubleClickEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        """Only this one. The click before has switched it already, which is taken back."""
        if event.button() == Qt.MouseButton.LeftButton:
            event.accept()
            self._clicked(self.entry.group)
            self._doubled(self.entry.group)
        else:
            event.ignore()

    def furnish(self, painter: QPainter) -> None:
        if self.exporting and not self.on:
            return  # a figure has no entries for what it does not show
        style = self.entry.style
        colour = style.tone(self.theme) if self.on else QColor(self.theme.border)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(line_pen(colour, style.width, style.dash))
        if not style.dots:
            painter.drawLine(QPointF(0, ROW / 2), QPointF(SAMPLE, ROW / 2))
        if style.mark:
            draw_mark(painter, style.mark, SAMPLE / 2, ROW / 2, 3.4, colour)
        text = QColor(style.colour(self.theme) if self.on else self.theme.muted)
        painter.setFont(label_font())
        painter.setPen(text)
        painter.drawText(QPointF(SAMPLE + 4, 12), self.text)
        if not self.on:
            painter.drawLine(QPointF(SAMPLE + 4, ROW / 2), QPointF(self.width, ROW / 2))


class Legend:
    """The entries, laid out at the right of the header or, where that is too narrow, in rows below it."""

    GAP = 10.0
    MOST = 3  # rows

    def __init__(self) -> None:
        self.items: list[EntryItem] = []

    def rows(self, room: float, width: float) -> int:
        """Rows below the header that the entries need: 0 when all fit into `room` beside the title."""
        self._shorten(False)
        if not self.items or self._length(self.items) <= room:
            return 0
        if len(self._broken(width)) > self.MOST - 1:
            self._shorten(True)
        return min(self.MOST, len(self._broken(width)))

    def _shorten(self, on: bool) -> None:
        for item in self.items:
            item.shorten(on)

    def place(self, left: float, right: float, top: float, rows: int) -> None:
        """Move the entries to their places; `rows` as answered by `rows`. What has no place is not shown: the plot's
        menu lists all curves."""
        if rows == 0:
            self._row(self.items, right - self._length(self.items), top)
            return
        for number, row in enumerate(self._broken(right - left)):
            self._row(row, left, top + number * ROW, number < rows)

    def _length(self, items: list[EntryItem]) -> float:
        return sum(item.width for item in items) + self.GAP * max(0, len(items) - 1)

    def _broken(self, width: float) -> list[list[EntryItem]]:
        rows: list[list[EntryItem]] = [[]]
        for item in self.items:
            if rows[-1] and self._length([*rows[-1], item]) > width:
                rows.append([])
            rows[-1].append(item)
        return rows

    def _row(self, items: list[EntryItem], left: float, top: float, shown: bool = True) -> None:
        for item in items:
            item.setVisible(shown)
            item.setPos(round(left), round(top))
            left += item.width + self.GAP
