"""A text as itself, wrapped, every symbol shaded and underlined by a number of its own."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QStaticText
from PySide6.QtWidgets import (
    QGraphicsSceneMouseEvent,
    QStyleOptionGraphicsItem,
    QWidget,
)

from playground.ui.plots.classes import symbol_text
from playground.ui.plots.fonts import label_font
from playground.ui.plots.frame import EDGE
from playground.ui.plots.geometry import mixed
from playground.ui.plots.items import AreaItem
from playground.ui.plots.still import near

SIZES = (20, 16, 13, 11)  # px of the letters: the largest with which the whole text is seen, if there is one
LINE = 22.0  # px of the line at the bottom
PAD = 4.0  # px that a symbol has around it
THICK = 3.0  # px of the strongest underline
CENTRED = int(Qt.AlignmentFlag.AlignCenter)
STEPS = 24.0  # of a shade: by a quarter of one its colour changes by two in 255, its underline by a thirtieth of a px
FULL = 0.75  # of the colour behind the strongest symbol, so that its letter can be read


@dataclass(frozen=True)
class Letter:
    """A symbol as it is painted: `laid` out at `at`, which spares Qt to lay it out each time, over its underline."""

    step: int
    symbol: str
    visible: bool
    box: QRectF
    line: QLineF
    laid: QStaticText
    at: QPointF


# (step, row, left, width) of every symbol, and the height of a row
Layout = tuple[list[tuple[int, int, float, float]], float]


class TextGrid(AreaItem):
    """Fills the whole plot below its header (`Frame.bare`). A line at the bottom says the number of the symbol under
    the pointer, or of the chosen one. `picked(step)` is told where a click was."""

    def __init__(self, picked: Callable[[int], None]) -> None:
        super().__init__()
        self._picked = picked
        self._symbols: tuple[str, ...] = ()
        self._shades: NDArray = np.zeros(0)
        self._chosen = -1
        self._hovered = -1
        self._said: Callable[[int], str] = lambda step: ""
        self._cells: list[tuple[int, QRectF]] = []
        self._drawn: list[Letter] = []  # the same as it is painted
        self.exporting = False
        self._layouts: dict[tuple[int, float], Layout] = {}  # of these symbols, by size and width
        self._size = SIZES[-1]
        self._laid: object = None  # what the cells were laid out for
        self._painted: tuple[NDArray, str] = self._shades, ""
        self.setZValue(10)

    def set_text(
        self, symbols: Sequence[str], shades: NDArray, chosen: int, said: Callable[[int], str] = lambda step: ""
    ) -> None:
        """shades [T]: −1 … 1, NaN for none; negative ones have the negative colour and a dotted line. chosen: a step,
        -1 for none. said(step): the line at the bottom."""
        if tuple(symbols) != self._symbols:
            self._symbols = tuple(symbols)
            self._layouts.clear()
        self._shades, self._said, self._chosen = np.asarray(shades, np.float64), said, chosen
        if self.mapping is not None:
            self.rebuild()

    @property
    def status(self) -> str:
        """The line at the bottom."""
        step = self._hovered if 0 <= self._hovered < len(self._symbols) else self._chosen
        return self._said(step) if 0 <= step < len(self._symbols) else ""

    def still(self) -> bool:
        """See `PlotItem`."""
        shades, status = self._painted
        return near(self._shades, shades, STEPS) and self.status == status

    # -- where everything lies ------------------------------------------------------------------------------------

    def _room(self) -> QRectF:
        scene = self.scene()
        view = scene.views()[0] if scene is not None and scene.views() else None
        top = self.mapping.rect.top() if self.mapping is not None else 0.0
        if view is None:
            return QRectF()
        return QRectF(EDGE, top, max(20.0, view.width() - 2 * EDGE), max(LINE, view.height() - top - LINE))

    def rebuild(self) -> None:
        room = self._room()
        whole = room.adjusted(0, 0, 0, LINE)
        if whole != self._bounds:
            self.prepareGeometryChange()
            self._bounds = whole
        now = (self._symbols, self._chosen, room.left(), room.top(), room.width(), room.height())
        if now == self._laid:
            self.perhaps()
            return
        self._laid = now
        self.update()
        for size in SIZES:
            cells, row_height = self._laid_out(size, room.width())
            rows = cells[-1][1] + 1 if cells else 0
            if rows * row_height <= room.height():
                break
        self._size = size
        fit = max(1, int(room.height() // row_height))
        at = next((r for step, r, _, _ in cells if step == self._chosen), 0)
        first = int(np.clip(at - fit // 2, 0, max(0, rows - fit)))
        self._cells = [
            (step, QRectF(room.left() + x, room.top() + (r - first) * row_height, width, row_height))
            for step, r, x, width in cells
            if first <= r < first + fit
        ]
        metrics = QFontMetricsF(_letters(self._size))
        self._drawn = [self._letter(step, cell, metrics) for step, cell in self._cells]

    def _letter(self, step: int, cell: QRectF, metrics: QFontMetricsF) -> Letter:
        box, symbol = cell.adjusted(0.5, 2, -0.5, -2), symbol_text(self._symbols[step])
        size = metrics.horizontalAdvance(symbol), metrics.height()
        at = QPointF(box.left() + (box.width() - size[0]) / 2, box.top() + (box.height() - size[1]) / 2)
        visible, line = bool(self._symbols[step].strip()), QLineF(box.bottomLeft(), box.bottomRight())
        laid = QStaticText(symbol)
        laid.setTextFormat(Qt.TextFormat.PlainText)
        return Letter(step, symbol, visible, box, line, laid, at)

    def _laid_out(self, size: int, width: float) -> Layout:
        """With letters of this size, in rows of this width."""
        known = self._layouts.get((size, width))
        if known is None:
            if len(self._layouts) > 2 * len(SIZES):  # of other widths
                self._layouts.clear()
            known = self._layouts[size, width] = self._lay_out(size, width)
        return known

    def _lay_out(self, size: int, width: float) -> Layout:
        metrics = QFontMetricsF(_letters(size))
        cells: list[tuple[int, int, float, float]] = []
        left, row, line_end = 0.0, 0, False
        for step, symbol in enumerate(self._symbols):
            wide = max(float(size), metrics.horizontalAdvance(symbol_text(symbol)) + PAD)
            if cells and (line_end or left + wide > width):
                left, row = 0.0, row + 1
            cells.append((step, row, left, wide))
            left, line_end = left + wide, symbol == "\n"
        return cells, 2.0 * size

    def step_at(self, at: QPointF) -> int:
        """The step of the symbol at a place, -1 for none."""
        return next((step for step, cell in self._cells if cell.contains(at)), -1)

    def cell_of(self, step: int) -> QRectF:
        """Where a step's symbol lies; empty when it is not shown."""
        return next((cell for other, cell in self._cells if other == step), QRectF())

    # -- events ---------------------------------------------------------------------------------------------------

    def point_at(self, at: QPointF | None) -> None:
        """The pointer is there, in scene pixels; None: it left."""
        step = -1 if at is None or not self.isVisible() else self.step_at(at)
        if step != self._hovered:
            self._hovered = step
            self.update()

    def mousePressEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        step = self.step_at(event.pos())
        if event.button() != Qt.MouseButton.LeftButton or step < 0:
            event.ignore()
            return
        event.accept()
        self._picked(step)

    # -- painting -------------------------------------------------------------------------------------------------

    def setExportMode(self, export: bool, opts: dict | None = None) -> None:
        """In a figure letters are text."""
        self.exporting = export

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        theme = self.theme
        self._painted = self._shades, self.status
        text, muted = QColor(theme.text), QColor(theme.muted)
        signs = [(theme.positive, Qt.PenStyle.SolidLine), (theme.negative, Qt.PenStyle.DotLine)]
        pens = [(colour, QPen(QColor(colour), 1.0, style, Qt.PenCapStyle.FlatCap)) for colour, style in signs]
        shades, marked = self._shades.tolist(), (self._chosen, self._hovered)
        painter.setFont(_letters(self._size))
        for letter in self._drawn:
            shade = shades[letter.step] if letter.step < len(shades) else math.nan
            size = min(1.0, abs(shade)) if math.isfinite(shade) else 0.0
            if size > 0.004:
                colour, pen = pens[0] if shade >= 0 else pens[1]
                painter.fillRect(letter.box, mixed(theme.panel, colour, FULL * size))
                pen.setWidthF(max(0.6, THICK * size))
                painter.setPen(pen)
                painter.drawLine(letter.line)
            painter.setPen(text if letter.visible else muted)
            if self.exporting:
                painter.drawText(letter.box, CENTRED, letter.symbol)
            else:
                painter.drawStaticText(letter.at, letter.laid)
            if letter.step in marked:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(QColor(theme.accent if letter.step == self._chosen else theme.muted), 1.6))
                painter.drawRoundedRect(letter.box, 3, 3)
        painter.setFont(label_font())
        painter.setPen(muted)
        bottom = QRectF(self._bounds.left(), self._bounds.bottom() - LINE, self._bounds.width(), LINE - 4)
        said = QFontMetricsF(label_font()).elidedText(self.status, Qt.TextElideMode.ElideMiddle, bottom.width())
        painter.drawText(bottom, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), said)


def _letters(size: int) -> QFont:
    font = QFont(label_font())
    font.setPixelSize(size)
    return font


def symbols_of(inputs: NDArray, names: Sequence[str]) -> list[str]:
    """What each step of [T, D] stands for: the symbol whose column is 1, "" where none is."""
    return [names[int(row.argmax())] if row.max(initial=0.0) > 0.5 else "" for row in inputs]
