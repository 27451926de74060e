"""What part of a plot is shown: everything until a person zooms; and the same x as in plots it is linked with."""

import math
from functools import partial

import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene, QGraphicsView, QWidget

from playground.ui.plots.area import Area, Box
from playground.ui.plots.frame import Frame
from playground.ui.plots.geometry import Mapping
from playground.ui.plots.ticks import Axis

HEADER = 28.0
Range = tuple[float, float]
# Views that Qt has not deleted yet. Python's collector would take one and its items apart in any order, whereupon Qt
# crashes some time later (PySide 6.11, pyqtgraph 0.14); so it never gets one: whoever makes a plot has Qt delete it.
_living: dict[int, "ZoomView"] = {}


class ZoomView(pg.GraphicsView):
    """A view with an area, its ranges and the frame around it. A subclass lays it out in `arrange`."""

    time_picked = Signal(float)  # x under the pointer: a click, or the cursor dragged
    picked = Signal(float, float)  # x and y position of a click
    zoomed = Signal(bool)
    x_zoomed = Signal(object)  # a person chose (low, high) of x here, or to see everything again (None)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, background=None)
        _living[id(self)] = self
        self.destroyed.connect(partial(_living.pop, id(self)))
        self.following_x = self.following_y = True
        self.log_x = False
        self.heat_on = False
        self.rows_down = True  # whether the rows of a heatmap grow downwards, as those of a table
        self._home: tuple[Range, Range] = ((0.0, 1.0), (0.0, 1.0))
        self._axes: tuple[Axis, Axis] | None = None
        self._settled: object = None  # what `set_home` was told last, if the ranges are still those it set
        self._quiet = False
        self._seen_x: Range = (0.0, 1.0)
        self.touched = False  # it will be painted anew
        self.drawing = False  # what changes is told at the end, by `paint_soon`
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.NoViewportUpdate)  # see `PlotItem`
        self.scene().touch = self.touch
        self.scene().setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)  # they are few
        view = self.viewport()  # all of it is painted by the scene: no need to paint what lies behind it first
        view.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        view.setAutoFillBackground(False)
        self.setCacheMode(QGraphicsView.CacheModeFlag.CacheNone)  # there is a picture of our own behind it
        self.area, self.frame, self.box = Area(), Frame(), Box()
        self.area.setFlag(QGraphicsItem.GraphicsItemFlag.ItemHasNoContents)  # it paints nothing, but would be asked to
        self.scene().addItem(self.area)
        self.scene().addItem(self.box)
        self.area.setGeometry(40, HEADER, 100, 100)
        self.area.sigRangeChanged.connect(self._range_changed)
        self.area.sigRangeChangedManually.connect(self._zoomed_by_hand)
        self.area.reset_asked.connect(self.reset_zoom)
        self.area.clicked.connect(self._click)
        self.area.box_drawn.connect(self._draw_box)
        self.area.boxed.connect(self._zoom_to_box)

    def touch(self) -> None:
        """Something in it is another: have it painted."""
        if not self.touched:
            self.touched = True
            if not self.drawing:
                self.viewport().update()

    def arrange(self) -> None:
        """Lay everything out for the present size and ranges."""
        raise NotImplementedError

    def map_anew(self) -> None:
        """The range of x is another, and nothing else."""
        raise NotImplementedError

    def set_home(self, x: Range, y: Range) -> None:
        """The range that is shown unless a person has zoomed: of x in values, of y in log₁₀ of them on a log axis."""
        axes = self.frame.x_axis, self.frame.y_axis
        told = x, y, axes, self.following_x, self.following_y, self.log_x
        if told == self._settled and self._axes is not None:  # as nearly always
            return
        self._home = (x, y)
        wanted, now = self._wanted(), self.area.viewRange()
        if wanted[1] == now[1] and wanted[0] != now[0] and self._axes == axes:
            self._seen_x = (wanted[0][0], wanted[0][1])  # as training steps go on: nothing takes another place
            self._quiet = True
            self.area.show_x(*self._seen_x)
            self._quiet = False
            self.map_anew()
        elif wanted != now:
            self._go_home()
        elif self._axes != axes:
            self.arrange()
        self._settled = told

    @property
    def following(self) -> bool:
        """Whether everything is shown, and goes on being shown while it grows."""
        return self.following_x and self.following_y

    @following.setter
    def following(self, on: bool) -> None:
        self.following_x = self.following_y = on

    @property
    def x_kind(self) -> str:
        """What its x axis is: "time", "step", or "" for one of its own."""
        return self.frame.x_axis.kind

    def set_log_x(self, on: bool) -> None:
        """A logarithmic x axis, or a linear one."""
        if on != self.log_x:
            low, high = self.x_range()
            self.log_x = on
            if not self.following_x:
                self._go(self._positions((low, high)), None)
            self._go_home()

    def x_range(self) -> Range:
        """The values of x at the edges."""
        mapping = self.mapping()
        return mapping.low, mapping.high

    def show_x(self, wanted: Range | None) -> None:
        """Show this range of x, told by another plot; None: everything."""
        self.following_x = wanted is None
        if wanted is not None:
            self._go(self._positions(wanted), None)
        self._go_home()

    def reset_zoom(self) -> None:
        """Show everything again."""
        self.following = True
        self._go_home()
        self.zoomed.emit(False)
        self.x_zoomed.emit(None)

    def zoom(self, factor: float) -> None:
        """Along x, around the middle: below 1 shows less."""
        (x0, x1), _ = self.area.viewRange()
        middle, half = (x0 + x1) / 2, (x1 - x0) / 2 * factor
        self._choose((middle - half, middle + half), None)

    def pan(self, part: float) -> None:
        """Along x, by a part of what is shown."""
        (x0, x1), _ = self.area.viewRange()
        self._choose((x0 + part * (x1 - x0), x1 + part * (x1 - x0)), None)

    def _positions(self, x: Range) -> Range:
        """Of values on the x axis."""
        if not self.log_x:
            return x
        low = x[0] if x[0] > 0 else min(1.0, x[1] / 10)
        return math.log10(max(low, 1e-300)), math.log10(max(x[1], low * 1.01, 1e-299))

    def _wanted(self) -> list[list[float]]:
        now = self.area.viewRange()
        x, y = self._positions(self._home[0]), self._home[1]
        return [list(x) if self.following_x else now[0], list(y) if self.following_y else now[1]]

    def _go_home(self) -> None:
        x, y = self._wanted()
        self._go((x[0], x[1]), (y[0], y[1]))
        self.arrange()

    def _go(self, x: Range | None, y: Range | None) -> None:
        self._set(x, y)
        if x is not None:
            self._seen_x = (x[0], x[1])

    def _choose(self, x: Range | None, y: Range | None) -> None:
        """As if the mouse had done it."""
        self._set(x, y)
        self._zoomed_by_hand()

    def _set(self, x: Range | None, y: Range | None) -> None:
        self._quiet = True
        self.area.setRange(xRange=x, yRange=y, padding=0, disableAutoRange=True)
        self._quiet = False

    def _zoomed_by_hand(self, *_: object) -> None:
        """The mouse changed a range: which? Zoomed out beyond everything, it follows again."""
        was = self.following
        x, y = self.area.viewRange()
        home_x, home_y = self._positions(self._home[0]), self._home[1]
        moved = tuple(x) != self._seen_x or not self.following_x
        if moved:
            self.following_x = x[0] <= home_x[0] and x[1] >= home_x[1]
        self.following_y = y[0] <= home_y[0] and y[1] >= home_y[1]
        self._go_home()
        if moved:
            self.x_zoomed.emit(None if self.following_x else self.x_range())
        if was != self.following:
            self.zoomed.emit(not self.following)

    def _draw_box(self, box: QRectF) -> None:
        self.box.set_rect(box)

    def _zoom_to_box(self, box: QRectF) -> None:
        mapping = self.mapping()
        low, high = (self._position_x(mapping, px) for px in (box.left(), box.right()))
        bottom, top = sorted(mapping.value_y(py) for py in (box.top(), box.bottom()))
        self._choose((low, high), (bottom, top))

    def _position_x(self, mapping: Mapping, px: float) -> float:
        part = (px - mapping.rect.left()) / max(1e-9, mapping.rect.width())
        return mapping.x0 + part * (mapping.x1 - mapping.x0)

    def _click(self, px: float, py: float) -> None:
        mapping = self.mapping()
        self.time_picked.emit(mapping.value_x(px))
        self.picked.emit(mapping.value_x(px), mapping.value_y(py))

    def _range_changed(self, *_: object) -> None:
        self._settled = None
        if not self._quiet:
            self.arrange()

    def mapping(self) -> Mapping:
        (x0, x1), (y0, y1) = self.area.viewRange()
        rect = QRectF(self.area.pos(), self.area.size())
        down = self.heat_on and self.rows_down
        return Mapping(rect, x0, x1, y0, y1, log=self.frame.y_axis.log, down=down, log_x=self.log_x)
