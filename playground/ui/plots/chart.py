"""The drawing surface of a plot: a pyqtgraph view with a title, axes, curves and a legend in one scene.

pyqtgraph gives the scene, zooming and panning (its ViewBox) and fast paths; everything visible is an item of ours in
scene pixels, because those look the same in SVG, PDF and PNG.
"""

import time
from collections.abc import Callable, Iterable

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from playground.ui.plots.backdrop import Backdrop, Furniture
from playground.ui.plots.frame import EDGE
from playground.ui.plots.growth import united
from playground.ui.plots.heat import ColourBar, HeatItem
from playground.ui.plots.items import GHOST_DASH, AreaItem, Cursor, Curve, Style
from playground.ui.plots.legend import ROW, Entry, EntryItem, Legend
from playground.ui.plots.levels import Levels
from playground.ui.plots.plot_item import PlotItem
from playground.ui.plots.readout import Reading, Readout
from playground.ui.plots.stretches import Stretches
from playground.ui.plots.ticks import value_text
from playground.ui.plots.zoom import HEADER, ZoomView
from playground.ui.theme import LIGHT, Theme

ABOVE = 4  # px that marks may stand out of the area
GHOST = "ghost"  # the legend's switch of what is compared with


class Chart(ZoomView):
    """One plot's scene. Its owner sets the ranges (`set_home`), which hold until a person zooms; see `reset_zoom`.

    x is always told in values, also where its axis is logarithmic (`log_x`).
    """

    switched = Signal()  # a legend entry was clicked
    titled = Signal()  # a double click on the title
    pointed = Signal(object)  # x under the pointer; None: it left
    moved = Signal(object)  # the pointer, in scene pixels; None: it left

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme: Theme = LIGHT
        self.paints, self.paint_seconds = 0, 0.0  # how often it was painted, and what the last time took
        self.brought_forward: Callable[[], None] | None = None  # to be called when it is painted the next time
        self.curves: dict[str, Curve] = {}
        self.hidden: set[str] = set()
        self.header_taken = 0.0, 0.0  # px that the choosers need beside the title, and in a row of their own
        self.corner = 0.0  # px that buttons need at the top right
        self.x_name = "x"
        self.format_x: Callable[[float], str] = value_text
        self.extra_readings: Callable[[float, float], list[Reading]] | None = None
        self._pointer: QPointF | None = None
        self._pointed_elsewhere: float | None = None
        self._legend = Legend()
        self._entries: list[Entry] = []
        self._tip = self._ghost_text = ""
        self.bar: ColourBar | None = None
        self.bar_alone = False  # it explains colours of something else than a heatmap
        self.heat: HeatItem | None = None
        self._more: list[AreaItem] = []
        self.levels = Levels()
        self.readout, self.cursor = Readout(), Cursor(self.time_picked.emit)
        self.stretches = Stretches()
        self._backdrop, self._same = Backdrop(), False  # whether it is known to be as it was painted
        self._painted: list[PlotItem] | None = None  # None: to be found anew
        self._option = QStyleOptionGraphicsItem()
        for item in (self.frame, self.stretches, self.levels, self.cursor, self.readout):
            self.scene().addItem(item)
        self.setMinimumSize(160, 96)
        self.setMouseTracking(True)

    # -- what is drawn --------------------------------------------------------------------------------------------

    def add_heat(self, heat: HeatItem, bar: ColourBar, down: bool = True) -> None:
        """Make this a heatmap: rows grow downwards (or, if not `down`, upwards, as values do), and the bar stands where
        the legend would."""
        self.heat, self.bar, self.rows_down = heat, bar, down
        self.scene().addItem(heat)
        self.scene().addItem(bar)
        self._painted = None
        bar.resized = self.arrange_later
        self.show_heat(True)

    def show_heat(self, on: bool) -> None:
        """Rows of a heatmap, or curves again."""
        assert self.heat is not None and self.bar is not None
        changed, self.heat_on = on != self.heat_on, on
        self.heat.setVisible(on)
        self._quiet = True
        self.area.invertY(on and self.rows_down)
        self._quiet = False
        if changed:
            self.arrange()

    def add_item(self, item: AreaItem) -> None:
        """One more item that fills the area."""
        self._more.append(item)
        self.scene().addItem(item)
        self._painted = None

    def set_curves(self, curves: Iterable[Curve], entries: Iterable[Entry], tip: str) -> None:
        """Replace all curves and legend entries."""
        for curve in self.curves.values():
            self.scene().removeItem(curve)
        self._painted = None
        self.curves = {curve.key: curve for curve in curves}
        mapping = self.mapping()
        for curve in self.curves.values():
            curve.set_theme(self.theme)
            self.scene().addItem(curve)
            curve.set_mapping(mapping)
        self._tip = tip
        self.set_entries(entries)

    def set_entries(self, entries: Iterable[Entry]) -> None:
        """Other legend entries for the same curves."""
        self._entries = list(entries)
        self._make_legend()

    def set_ghost_text(self, text: str) -> None:
        """What the pale dashed curves are, as one entry of the legend; "" when there are none."""
        if text != self._ghost_text:
            self._ghost_text = text
            self._make_legend()

    def _make_legend(self) -> None:
        entries = list(self._entries)
        if self._ghost_text:
            entries.append(Entry(GHOST, self._ghost_text, Style(lambda theme: theme.muted, 1.1, GHOST_DASH)))
        items = self._legend.items
        widths = [item.width_of(item.entry) for item in items]
        if len(items) == len(entries) and all(item.toolTip() == self._tip for item in items):
            for item, entry in zip(items, entries, strict=True):
                item.show_entry(entry)
        else:
            for item in items:
                self.scene().removeItem(item)
            self._legend.items = [EntryItem(entry, self.switch, self.only, self._tip) for entry in entries]
            for item in self._legend.items:
                item.theme = self.theme
                self.scene().addItem(item)
        self._show_hidden()
        self.touch()
        if items is not self._legend.items or widths != [item.width_of(item.entry) for item in items]:
            self.arrange()

    @property
    def header(self) -> float:
        """px from the top to the legend's rows, or to the area where it needs none."""
        return HEADER + self.header_taken[1]

    @property
    def entries(self) -> list[Entry]:
        """What the legend can switch."""
        return [item.entry for item in self._legend.items]

    def switch(self, group: str) -> None:
        """Hide what is shown, show what is hidden."""
        self.hidden ^= {group}
        self._show_hidden()
        self.switched.emit()

    def only(self, group: str) -> None:
        """Hide all others of its kind: those that share no curve with it. Where they are hidden already, show all."""
        beside = {other for curve in self.curves.values() if group in curve.groups for other in curve.groups}
        others = {entry.group for entry in self.entries} - beside - {group, GHOST}
        alone = others <= self.hidden and group not in self.hidden
        self.hidden = self.hidden - others if alone else (self.hidden | others) - {group}
        self._show_hidden()
        self.switched.emit()

    def _show_hidden(self) -> None:
        for curve in self.curves.values():
            curve.setVisible(not self.hidden.intersection(curve.groups))
            curve.show_ghost(GHOST not in self.hidden)
        for item in self._legend.items:
            item.on = item.entry.group not in self.hidden
            item.update()

    def shown(self) -> list[Curve]:
        return [curve for curve in self.curves.values() if curve.isVisible()]

    def apply_theme(self, theme: Theme) -> None:
        """Recolour everything."""
        self.theme = theme
        self.setBackgroundBrush(QColor(theme.panel))
        for item in [self.frame, self.readout, self.bar, self.box, *self._legend.items]:
            if item is not None:
                item.theme = theme
                item.update()
        for area_item in self._area_items():
            area_item.set_theme(theme)

    def set_message(self, message: str) -> None:
        """The calm line that stands in an empty plot, "" when there is data."""
        if message != self.frame.message:
            self.frame.message = message
            self.frame.update()
            self.levels.setVisible(not message)

    def rebuild(self) -> None:
        """Draw anew what grew inside the present range."""
        for curve in self.shown():
            curve.rebuild()
        self.read()

    # -- layout ---------------------------------------------------------------------------------------------------

    def _area_items(self) -> list[AreaItem]:
        items: list[AreaItem] = [*self.curves.values(), *self._more, self.stretches, self.levels, self.cursor]
        return [*items, self.heat] if self.heat is not None else items

    def arrange(self) -> None:
        """Lay everything out for the present size, ranges and texts, and rebuild what is drawn."""
        width, height = float(self.width()), float(self.height())
        self.area.pan_axis = 0 if self.following_y else None
        taken = self.frame.title_right + 12 + max(self.header_taken[0], self.frame.caption_width())
        end = width - EDGE - self.corner
        room = end - taken
        bar_width = self._bar_width(room)
        rows = self._legend.rows(room - bar_width, width - 2 * EDGE)
        header = self.header + rows * ROW
        rect = self.frame.area(QRectF(0, 0, width, height), header, tuple(self.area.viewRange()[1]))
        self._quiet = True
        self.area.setGeometry(rect)
        self._quiet = False
        right = (end if rows == 0 else width - EDGE) - bar_width
        self._legend.place(EDGE, right, 6.0 if rows == 0 else self.header - 4, rows)
        if self.bar is not None:
            self.bar.setPos(round(end - bar_width), 6)
        self._axes = (self.frame.x_axis, self.frame.y_axis)
        self.map_anew()

    def map_anew(self) -> None:
        """The same places, other values there."""
        mapping = self.mapping()
        self.frame.set_mapping(mapping)
        for item in self._area_items():
            item.set_mapping(mapping)
        self.read()

    def arrange_later(self) -> None:
        """At the next `set_home`, whether or not it changes a range."""
        self._axes = None

    def _bar_width(self, room: float) -> float:
        """The room that the colour bar takes; where there is none it is left out."""
        if self.bar is None:
            return 0.0
        wanted = self.heat_on or self.bar_alone
        fits = wanted and bool(self.bar.low) and self.bar.width <= room and not self.frame.message
        self.bar.setVisible(fits)
        return self.bar.width if fits else 0.0

    def resizeEvent(self, ev: QResizeEvent | None) -> None:
        super().resizeEvent(ev)
        if hasattr(self, "frame"):  # pyqtgraph calls this while it is being made
            self.arrange()

    def _furniture(self) -> list[Furniture]:
        bar = [] if self.bar is None else [self.bar]
        return [self.frame, *bar, *self._legend.items]

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        if self.frame.exporting:
            super().drawBackground(painter, rect)
        elif self._same:
            self._backdrop.repeat(painter)
        else:
            self._backdrop.draw(painter, self.viewport(), self.theme.panel, self._furniture())

    def touch(self) -> None:
        self._same = False
        super().touch()

    def paint_soon(self) -> bool:
        """Have it painted after a refresh, if anything looks different: without the header where that has not changed,
        so that what stands on it need not be painted anew either. Returns whether it will be."""
        view = self.viewport()
        known = self._painted is not None  # else an item is gone, or new
        other, header = self._backdrop.look(view, self.theme.panel, self._furniture())
        self._same = not other
        differ = [item for item in self._layers() if item.differs()]
        if self.readout.isVisible() or header:
            view.update()
            return True
        self.touched = False  # not the header: who changes that says so
        if not (other or differ) and known:
            self.paint_seconds = 0.0
            return False
        part = united(differ, view.devicePixelRatioF()) if known and not other else None
        top = round(self.area.pos().y()) - ABOVE
        view.update(part if part is not None else QRect(0, top, view.width(), view.height() - top))
        return True

    def _layers(self) -> list[PlotItem]:
        """What is painted on the backdrop, from the back to the front."""
        if self._painted is None:
            heat = [] if self.heat is None else [self.heat]
            items = [self.stretches, self.levels, self.cursor, self.readout, self.box, *heat, *self._more]
            self._painted = sorted([*items, *self.curves.values()], key=lambda item: item.zValue())
        return self._painted

    def paintEvent(self, ev: QPaintEvent) -> None:
        """All items lie in scene pixels, none within another: they are painted one after the other, without the general
        walk of Qt through a scene, which costs more than many of them do."""
        begin = time.perf_counter()
        self.touched = False
        exposed = QRectF(ev.rect()) if ev.rect().width() < self.viewport().width() else None
        painter = QPainter(self.viewport())
        self.drawBackground(painter, QRectF())
        for item in self._layers():
            if not item.empty and item.isVisible():
                item.exposed = exposed
                painter.save()
                item.paint(painter, self._option)
                painter.restore()
                item.exposed = None
            item.was_painted()
        painter.end()
        self._same = False
        self.paints += 1
        self.paint_seconds = time.perf_counter() - begin
        if self.brought_forward is not None:
            told, self.brought_forward = self.brought_forward, None
            told()

    # -- reading values -------------------------------------------------------------------------------------------

    def mouseMoveEvent(self, ev: QMouseEvent) -> None:
        super().mouseMoveEvent(ev)
        self._pointer = ev.position()
        self.moved.emit(self._pointer)
        self.read()
        mapping = self.mapping()
        inside = not self.frame.message and mapping.rect.contains(self._pointer)
        self.pointed.emit(mapping.value_x(self._pointer.x()) if inside else None)

    def mouseDoubleClickEvent(self, ev: QMouseEvent) -> None:
        if ev.position().y() < HEADER and ev.position().x() <= self.frame.title_right + 4:
            ev.accept()
            self.titled.emit()
        else:
            super().mouseDoubleClickEvent(ev)

    def leaveEvent(self, ev: QEvent) -> None:
        super().leaveEvent(ev)
        self._pointer = None
        self.moved.emit(None)
        self.read()
        self.pointed.emit(None)

    def point_at(self, x: float | None) -> None:
        """The pointer is at this x in another plot; None: in none."""
        if x != self._pointed_elsewhere:
            self._pointed_elsewhere = x
            self.read()

    def read(self) -> None:
        """Show the values at the pointer, here or in a plot with the same axis, or nothing."""
        if self._pointer is None and self._pointed_elsewhere is None:
            self.readout.setVisible(False)
            return
        mapping = self.mapping()
        if self._pointer is not None and mapping.rect.contains(self._pointer) and not self.frame.message:
            self.read_at(mapping.value_x(self._pointer.x()), mapping.value_y(self._pointer.y()))
        elif self._pointed_elsewhere is not None and not self.frame.message:
            inside = mapping.low <= self._pointed_elsewhere <= mapping.high
            if not inside or not self.read_at(self._pointed_elsewhere, None):
                self.readout.setVisible(False)
        else:
            self.readout.setVisible(False)

    def read_at(self, x: float, y: float | None = 0.0) -> str:
        """Show the values at the sample nearest to x; returns them as text. y: the position of the pointer, None where
        it points at no row."""
        mapping = self.mapping()
        samples = [(curve, (curve.read_from or curve.source).at(x)) for curve in self.shown() if curve.label]
        found = [(curve, sample) for curve, sample in samples if sample is not None]
        readings = self.extra_readings(x, y) if self.extra_readings is not None and y is not None else []
        nearest = min((sample[0] for _, sample in found), key=lambda at: abs(at - x), default=x)
        for curve, (at, value) in found:
            px = mapping.x(np.array([at]))[0]
            py = mapping.y(mapping.positions(np.array([value])))[0]
            dot = (float(px), float(py)) if np.isfinite(px) and np.isfinite(py) and curve.read_from is None else None
            mark = curve.style.mark or "circle"
            readings.append(Reading(curve.label, value_text(value), curve.style.colour(self.theme), mark, dot))
        if not readings and (y is not None or not self.heat_on):
            self.readout.setVisible(False)
            return ""
        head = f"{self.x_name} {self.format_x(nearest)}"
        place = float(mapping.x(np.array([nearest]))[0])  # none for step 0 on a logarithmic axis: then at its edge
        self.readout.show_at(mapping.rect, place if np.isfinite(place) else mapping.rect.left(), head, readings)
        return self.readout.text()
