"""The drawing surface of a plot: a pyqtgraph view with a title, axes, curves and a legend in one scene.

pyqtgraph gives the scene, zooming and panning (its ViewBox) and fast paths; everything visible is an item of ours in
scene pixels, because those look the same in SVG, PDF and PNG.
"""

import time
from collections.abc import Callable, Iterable

import numpy as np
import pyqtgraph as pg
from pyqtgraph.GraphicsScene.mouseEvents import MouseClickEvent, MouseDragEvent
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from playground.ui.plots.frame import EDGE, Frame
from playground.ui.plots.geometry import Mapping
from playground.ui.plots.heat import ColourBar, HeatItem
from playground.ui.plots.items import AreaItem, Cursor, Curve, Levels
from playground.ui.plots.legend import ROW, Entry, EntryItem, Legend
from playground.ui.plots.readout import Reading, Readout
from playground.ui.plots.ticks import Axis, value_text
from playground.ui.theme import LIGHT, Theme

HEADER = 28.0
Range = tuple[float, float]


class Area(pg.ViewBox):
    """Zoom and pan with wheel and left drag; a double click and a single click are signals. No menu of its own."""

    reset_asked = Signal()
    clicked = Signal(float)

    def __init__(self) -> None:
        super().__init__(enableMenu=False, defaultPadding=0.0)
        self.disableAutoRange()
        self.setZValue(-30)

    def mouseDragEvent(self, ev: MouseDragEvent, axis: int | None = None) -> None:
        if ev.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            super().mouseDragEvent(ev, axis)
        else:
            ev.ignore()

    def mouseClickEvent(self, ev: MouseClickEvent) -> None:
        if ev.button() != Qt.MouseButton.LeftButton:
            ev.ignore()
            return
        ev.accept()
        if ev.double():
            self.reset_asked.emit()
        else:
            self.clicked.emit(ev.scenePos().x())


class Chart(pg.GraphicsView):
    """One plot's scene. Its owner sets the ranges (`set_home`), which hold until a person zooms; see `reset_zoom`."""

    time_picked = Signal(float)  # x under the pointer: a click, or the cursor dragged
    switched = Signal()  # a legend entry was clicked
    zoomed = Signal(bool)
    painted = Signal(float)  # seconds it took

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, background=None)
        self.theme: Theme = LIGHT
        self.curves: dict[str, Curve] = {}
        self.hidden: set[str] = set()
        self.following = True
        self.header_widgets = 0.0  # px that the choosers need beside the title
        self.x_name = "x"
        self.format_x: Callable[[float], str] = value_text
        self.extra_readings: Callable[[float, float], list[Reading]] | None = None
        self._home: tuple[Range, Range] = ((0.0, 1.0), (0.0, 1.0))
        self._axes: tuple[Axis, Axis] | None = None
        self._quiet = False
        self._pointer: QPointF | None = None
        self._legend = Legend()
        self.bar: ColourBar | None = None
        self.heat: HeatItem | None = None
        self.heat_on = False
        self._more: list[AreaItem] = []
        self.area, self.frame, self.levels = Area(), Frame(), Levels()
        self.readout, self.cursor = Readout(), Cursor(self.time_picked.emit)
        for item in (self.area, self.frame, self.levels, self.cursor, self.readout):
            self.scene().addItem(item)
        self.area.setGeometry(40, HEADER, 100, 100)
        self.area.sigRangeChanged.connect(self._range_changed)
        self.area.sigRangeChangedManually.connect(self._zoomed_by_hand)
        self.area.reset_asked.connect(self.reset_zoom)
        self.area.clicked.connect(lambda px: self.time_picked.emit(self.mapping().value_x(px)))
        self.setMinimumSize(160, 96)
        self.setMouseTracking(True)

    # -- what is drawn --------------------------------------------------------------------------------------------

    def add_heat(self, heat: HeatItem, bar: ColourBar) -> None:
        """Make this a heatmap: rows grow downwards, and the bar stands where the legend would."""
        self.heat, self.bar = heat, bar
        self.scene().addItem(heat)
        self.scene().addItem(bar)
        self.show_heat(True)

    def show_heat(self, on: bool) -> None:
        """Rows of a heatmap, or curves again."""
        assert self.heat is not None and self.bar is not None
        self.heat_on = on
        self.heat.setVisible(on)
        self.bar.setVisible(on)
        self._quiet = True
        self.area.invertY(on)
        self._quiet = False

    def add_item(self, item: AreaItem) -> None:
        """One more item that fills the area."""
        self._more.append(item)
        self.scene().addItem(item)

    def set_curves(self, curves: Iterable[Curve], entries: Iterable[Entry], tip: str) -> None:
        """Replace all curves and legend entries."""
        for curve in self.curves.values():
            self.scene().removeItem(curve)
        for item in self._legend.items:
            self.scene().removeItem(item)
        self.curves = {curve.key: curve for curve in curves}
        for curve in self.curves.values():
            curve.set_theme(self.theme)
            self.scene().addItem(curve)
        self._legend.items = [EntryItem(entry, self.switch, tip) for entry in entries]
        for item in self._legend.items:
            item.theme = self.theme
            self.scene().addItem(item)
        self._show_hidden()
        self.arrange()

    @property
    def entries(self) -> list[Entry]:
        """What the legend can switch."""
        return [item.entry for item in self._legend.items]

    def switch(self, group: str) -> None:
        """Hide what is shown, show what is hidden."""
        self.hidden ^= {group}
        self._show_hidden()
        self.switched.emit()

    def _show_hidden(self) -> None:
        for curve in self.curves.values():
            curve.setVisible(not self.hidden.intersection(curve.groups))
        for item in self._legend.items:
            item.on = item.entry.group not in self.hidden
            item.update()

    def shown(self) -> list[Curve]:
        return [curve for curve in self.curves.values() if curve.isVisible()]

    def apply_theme(self, theme: Theme) -> None:
        """Recolour everything."""
        self.theme = theme
        self.setBackgroundBrush(QColor(theme.panel))
        for item in [self.frame, self.readout, self.bar, *self._legend.items]:
            if item is not None:
                item.theme = theme
                item.update()
        for area_item in self._area_items():
            area_item.set_theme(theme)
        self.resetCachedContent()

    def set_message(self, message: str) -> None:
        """The calm line that stands in an empty plot, "" when there is data."""
        if message != self.frame.message:
            self.frame.message = message
            self.frame.update()
            self.levels.setVisible(not message)

    # -- ranges ---------------------------------------------------------------------------------------------------

    def set_home(self, x: Range, y: Range) -> None:
        """The range that is shown unless a person has zoomed. y: log₁₀ of the values on a log axis."""
        self._home = (x, y)
        if self.following and [list(x), list(y)] != self.area.viewRange():
            self._go_home()
        elif self._axes != (self.frame.x_axis, self.frame.y_axis):
            self.arrange()

    def rebuild(self) -> None:
        """Draw anew what grew inside the present range."""
        for curve in self.shown():
            curve.rebuild()
        self.read()

    def reset_zoom(self) -> None:
        """Show everything again."""
        self.following = True
        self._go_home()
        self.zoomed.emit(False)

    def _go_home(self) -> None:
        (x, y), self._quiet = self._home, True
        self.area.setRange(xRange=x, yRange=y, padding=0, disableAutoRange=True)
        self._quiet = False
        self.arrange()

    def _zoomed_by_hand(self, *_: object) -> None:
        if self.following:
            self.following = False
            self.zoomed.emit(True)

    def _range_changed(self, *_: object) -> None:
        if not self._quiet:
            self.arrange()

    def mapping(self) -> Mapping:
        (x0, x1), (y0, y1) = self.area.viewRange()
        rect = QRectF(self.area.pos(), self.area.size())
        return Mapping(rect, x0, x1, y0, y1, log=self.frame.y_axis.log, down=self.heat_on)

    # -- layout ---------------------------------------------------------------------------------------------------

    def _area_items(self) -> list[AreaItem]:
        items: list[AreaItem] = [*self.curves.values(), *self._more, self.levels, self.cursor]
        return [*items, self.heat] if self.heat is not None else items

    def arrange(self) -> None:
        """Lay everything out for the present size, ranges and texts, and rebuild what is drawn."""
        width, height = float(self.width()), float(self.height())
        taken = self.frame.title_right + 12 + max(self.header_widgets, self.frame.caption_width())
        room = width - EDGE - taken
        bar_width = self._bar_width(room)
        rows = self._legend.rows(room - bar_width, width - 2 * EDGE)
        header = HEADER + rows * ROW
        rect = self.frame.area(QRectF(0, 0, width, height), header, tuple(self.area.viewRange()[1]))
        self._quiet = True
        self.area.setGeometry(rect)
        self._quiet = False
        self._legend.place(EDGE, width - EDGE - bar_width, 6.0 if rows == 0 else HEADER - 4, rows)
        if self.bar is not None:
            self.bar.setPos(round(width - EDGE - bar_width), 6)
        mapping = self.mapping()
        self._axes = (self.frame.x_axis, self.frame.y_axis)
        self.frame.set_mapping(mapping)
        for item in self._area_items():
            item.set_mapping(mapping)
        self.read()

    def _bar_width(self, room: float) -> float:
        """The room that the colour bar takes; where there is none it is left out."""
        if self.bar is None or not self.heat_on:
            return 0.0
        fits = self.bar.width <= room and not self.frame.message
        self.bar.setVisible(fits)
        return self.bar.width if fits else 0.0

    def resizeEvent(self, ev: QResizeEvent | None) -> None:
        super().resizeEvent(ev)
        if hasattr(self, "frame"):  # pyqtgraph calls this while it is being made
            self.arrange()

    def paintEvent(self, ev: QPaintEvent) -> None:
        begin = time.perf_counter()
        super().paintEvent(ev)
        self.painted.emit(time.perf_counter() - begin)

    # -- reading values -------------------------------------------------------------------------------------------

    def mouseMoveEvent(self, ev: QMouseEvent) -> None:
        super().mouseMoveEvent(ev)
        self._pointer = ev.position()
        self.read()

    def leaveEvent(self, ev: QEvent) -> None:
        super().leaveEvent(ev)
        self._pointer = None
        self.readout.setVisible(False)

    def read(self) -> None:
        """Show the values at the pointer, or nothing when it is elsewhere."""
        mapping = self.mapping()
        if self._pointer is None or self.frame.message or not mapping.rect.contains(self._pointer):
            self.readout.setVisible(False)
            return
        self.read_at(mapping.value_x(self._pointer.x()), mapping.value_y(self._pointer.y()))

    def read_at(self, x: float, y: float = 0.0) -> str:
        """Show the values at the sample nearest to x; returns them as text."""
        mapping = self.mapping()
        samples = [(curve, (curve.read_from or curve.source).at(x)) for curve in self.shown() if curve.label]
        found = [(curve, sample) for curve, sample in samples if sample is not None]
        if self.extra_readings is not None:
            readings = self.extra_readings(x, y)
        else:
            readings = []
        nearest = min((sample[0] for _, sample in found), key=lambda at: abs(at - x), default=x)
        for curve, (at, value) in found:
            px = mapping.x(np.array([at]))[0]
            py = mapping.y(mapping.positions(np.array([value])))[0]
            dot = (float(px), float(py)) if np.isfinite(py) and curve.read_from is None else None
            mark = curve.style.mark or "circle"
            readings.append(Reading(curve.label, value_text(value), curve.style.colour(self.theme), mark, dot))
        if not readings:
            self.readout.setVisible(False)
            return ""
        head = f"{self.x_name} {self.format_x(nearest)}"
        self.readout.show_at(mapping.rect, float(mapping.x(np.array([nearest]))[0]), head, readings)
        return self.readout.text()
