"""What every plot has: a title, a chart, choosers, a menu, and the word `stale` when there is something new to draw."""

import time
from typing import Any, ClassVar

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QFocusEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractButton, QGraphicsView, QSizePolicy, QWidget

from playground.export.tables import Table
from playground.training.looking_messages import LIVE
from playground.ui.plots.chart import Chart
from playground.ui.plots.choosers import Chooser
from playground.ui.plots.frame import CHOOSERS, EDGE
from playground.ui.plots.legend import Entry
from playground.ui.plots.words import STEP
from playground.ui.theme import Theme

NARROWEST = 34  # px of a chooser
READABLE = 74  # px with which one can be read, more or less
LOW = 150  # px: where a plot is lower, its choosers stay beside the title


class Plot(QWidget):
    """Base of all plots. A subclass says what to draw in `draw`, and what to write to a file in `columns`.

    `session` is read only, except for `set_time`. A signal of the session makes the plot `stale`; a `Refresher` (or
    anyone) calls `refresh` when there is time for it. Nothing is drawn while the plot cannot be seen.
    """

    name: ClassVar[str] = ""
    TITLE: ClassVar[str] = ""
    EMPTY: ClassVar[str] = str(QT_TRANSLATE_NOOP("Plot", "Press Space to train. What the network does appears here."))
    SHORT: ClassVar[str] = ""  # the title where there is little room: on a tab
    DESCRIPTION: ClassVar[str] = ""  # what it shows; without any, what the catalogue says
    group: ClassVar[str] = "sequence"  # where it stands in the menu of plots: training, sequence, memory, gradient
    logarithmic: ClassVar[bool] = False  # whether a log y axis can be switched
    logarithmic_x: ClassVar[bool] = True  # whether a log x axis can be switched, if x is the training step
    smoothed: ClassVar[bool] = False  # whether there is a smoothing to set
    one_layer = False  # whether it shows one layer of one network, chosen in its header

    became_stale = Signal()
    link_changed = Signal(bool)
    unit_picked = Signal(object, int)  # (network, layer) and a unit of it that was clicked here

    def __init__(self, session: Any, parent: QWidget | None = None, id: str = "") -> None:
        """id: tells it from others of its kind, "gates-2"; without any, the name."""
        super().__init__(parent)
        self.session = session
        self.id = id or self.name
        self.stale = True
        self.stale_since = self.drawn_at = 0.0
        self.refreshes = 0
        self._paints = 0  # of the chart, when it was to be painted last; -1: it looks as it did
        self._unseen = -1  # paintings of the chart, when it was found that it cannot be seen
        self.log_y = False
        self.linked = True  # zoomed and read together with others that have the same kind of x axis
        self.follows = True  # takes over which layer, unit and node are selected elsewhere
        self.choosers: list[Chooser] = []
        self.buttons: list[QAbstractButton] = []  # in the header, after the choosers
        self.acts: list[QAction] = []  # of who holds it: close, full screen …; at the end of its menu
        self._corner: QWidget | None = None
        self._placed: tuple[float, tuple[str, str], str] | None = None  # what the choosers were placed beside last
        self.setObjectName(f"plot.{self.id}")
        self.setAccessibleName(self.title)
        self.setWhatsThis(self.text("Plot", self.DESCRIPTION))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(200, 110)
        self.chart = Chart(self)
        self.chart.setObjectName(f"plot.{self.id}.chart")
        self.chart.setAccessibleName(self.title)
        self.chart.setFocusProxy(self)
        self.chart.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.chart.customContextMenuRequested.connect(self.show_menu)
        self.chart.switched.connect(self.chart.read)
        self.chart.frame.set_title(self.title, self.short_title)
        self.chart.set_message(self.text("Plot", self.EMPTY))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.DefaultContextMenu)
        session.theme_changed.connect(self.apply_theme)
        session.document_changed.connect(self.make_stale)
        session.started.connect(self.make_stale)
        self.build()
        self._follow_moments()
        self.apply_theme(session.theme)

    # -- for subclasses -------------------------------------------------------------------------------------------

    def build(self) -> None:
        """Make what stays: choosers, connections to further signals."""

    def draw(self) -> None:
        """Bring the chart up to date with the session."""
        raise NotImplementedError

    def columns(self) -> dict[str, Any]:
        """Header with unit → values, all equally long: what is drawn, with all its digits."""
        raise NotImplementedError

    def settings(self) -> dict[str, Any]:
        """What a person set here, as plain values for the document's `view`."""
        found: dict[str, Any] = {"log_y": self.log_y} if self.logarithmic else {}
        if self.log_x:
            found["log_x"] = True
        chosen = {c.part: c.wanted for c in self.choosers if c.wanted is not None}
        if chosen:
            found["chosen"] = chosen
        for name in ("linked", "follows"):
            if not getattr(self, name):
                found[name] = False
        return found | ({"hidden": sorted(self.chart.hidden)} if self.chart.hidden else {})

    def restore(self, settings: dict[str, Any]) -> None:
        """Take over what `settings` returned; values of the wrong kind are passed over."""
        if self.logarithmic and isinstance(settings.get("log_y"), bool):
            self.log_y = settings["log_y"]
        self.set_log_x(settings.get("log_x") is True)
        self.set_linked(settings.get("linked") is not False)
        self.set_follows(settings.get("follows") is not False)
        chosen = settings.get("chosen")
        for chooser in self.choosers:
            if isinstance(chosen, dict) and chooser.part in chosen:
                chooser.want(chosen[chooser.part])
        hidden = settings.get("hidden", [])
        if isinstance(hidden, list):
            self.chart.hidden = {str(group) for group in hidden}
        self.make_stale()

    # -- doors ----------------------------------------------------------------------------------------------------

    @property
    def title(self) -> str:
        """What stands at the top, for people; a second one of its kind has a number."""
        return f"{self.text('Plot', self.TITLE)} {self.number}".rstrip()

    @property
    def short_title(self) -> str:
        """The title for a tab."""
        return f"{self.text('Plot', self.SHORT or self.TITLE)} {self.number}".rstrip()

    @property
    def number(self) -> str:
        """2 for the second of its kind, nothing for the first."""
        return self.id.removeprefix(self.name).removeprefix("-")

    @staticmethod
    def text(context: str, source: str) -> str:
        """A translated text."""
        return QCoreApplication.translate(context, source)

    @property
    def theme(self) -> Theme:
        return self.chart.theme

    def make_stale(self, *_: object) -> None:
        """There is something new to draw."""
        if not self.stale:
            self.stale, self.stale_since = True, time.monotonic()
        self.became_stale.emit()

    @property
    def seen(self) -> bool:
        """Whether any part of it is on the screen: it was painted since it was drawn, or there was nothing to paint, or
        Qt says so, who takes long to find it out. The viewport is asked, because it covers the plot itself. One that
        could not be seen is painted first when it is brought forward."""
        paints = self.chart.paints
        if paints == self._unseen or not self.isVisible():
            return False
        if paints == self._paints and self.chart.viewport().visibleRegion().isEmpty():
            self._unseen, self.chart.brought_forward = paints, self._brought_forward
            return False
        return True

    def _brought_forward(self) -> None:
        """It was painted, as it was when it was seen last."""
        if self.stale:
            self.became_stale.emit()

    @property
    def paint_seconds(self) -> float:
        """What the last painting took."""
        return self.chart.paint_seconds

    def refresh(self) -> None:
        """Draw what is new. Does nothing when nothing is."""
        if not self.stale:
            return
        self.stale = False
        self._paints = self.chart.paints
        self.chart.drawing = True
        try:
            self.draw()
        finally:
            self.chart.drawing = False
        if not (self.chart.touched and self.chart.paint_soon()):
            self._paints = -1
        self.drawn_at = time.monotonic()
        self.refreshes += 1

    def apply_theme(self, theme: Theme) -> None:
        """Other colours, at once."""
        self.chart.apply_theme(theme)
        for chooser in self.choosers:
            chooser.theme = theme
            chooser.update()

    def figure_view(self) -> QGraphicsView:
        """The view that a figure is made of. `figure_done` follows when it is made."""
        return self.chart

    def figure_done(self) -> None:
        """The figure is made."""

    def export_data(self) -> Table:
        """The numbers behind the plot, with a comment that says where they come from."""
        from playground.ui.figures.metadata import describe

        return Table(self.columns(), (describe(self.session, self.title).line(),))

    def set_log_y(self, on: bool) -> None:
        """A logarithmic y axis, or a linear one."""
        if on != self.log_y:
            self.log_y = on
            self.chart.following_y = True
            self.make_stale()

    @property
    def log_x(self) -> bool:
        """Whether the x axis is logarithmic."""
        return self.chart.log_x

    @property
    def can_log_x(self) -> bool:
        """Whether it may be: a heatmap's columns are equally wide."""
        return self.logarithmic_x and self.chart.x_kind == STEP and not self.chart.heat_on

    def set_log_x(self, on: bool) -> None:
        """A logarithmic x axis, or a linear one."""
        self.chart.set_log_x(on and self.logarithmic_x)
        self.make_stale()

    def take_unit(self, layer: object, unit: int) -> None:
        """A unit of a layer was clicked in another plot."""

    def set_linked(self, on: bool) -> None:
        """Zoom and read it with the others that have such an x axis, or by itself."""
        self.linked = on
        self.link_changed.emit(on)

    def set_follows(self, on: bool) -> None:
        """Take over which layer, unit and node are selected elsewhere, or keep its own."""
        self.follows = on

    def set_corner(self, corner: QWidget) -> None:
        """Buttons at the top right."""
        self._corner = corner
        self.chart.corner = float(corner.sizeHint().width())
        self._place_corner()

    def _place_corner(self) -> None:
        if self._corner is not None:
            size = self._corner.sizeHint()
            self._corner.setGeometry(self.width() - size.width() - 5, 4, size.width(), size.height())
            self._corner.raise_()

    def summary(self) -> str:
        """What the plot shows at its end, as text for a screen reader."""
        self.refresh()
        if self.chart.frame.message:
            return self.chart.frame.message
        (_, end), _ = self.chart.area.viewRange()
        text = self.chart.read_at(end)
        self.chart.read()
        return text

    # -- the clock of the training ----------------------------------------------------------------------------------

    def _follow_moments(self) -> None:
        """Where x is the training step, a line marks the moment that is looked at, and a click goes to one."""
        moments = getattr(self.session, "moments", None)
        if moments is not None:
            moments.looked.connect(self._mark_moment)
            self.chart.time_picked.connect(self._pick_moment)
            self._mark_moment()

    def _mark_moment(self) -> None:
        if self.chart.x_kind == STEP:
            moments = self.session.moments
            self.chart.cursor.set_at(float(moments.at) if moments.back else None)

    def _pick_moment(self, x: float) -> None:
        """Beyond the last training step they are live."""
        if self.chart.x_kind == STEP:
            step = max(0, round(x))
            self.session.moments.look(LIVE if step > self.session.run_state.step else step)

    # -- parts ----------------------------------------------------------------------------------------------------

    def add_chooser(self, part: str, accessible: str) -> Chooser:
        """A small chooser in the header; choosing draws again."""
        chooser = Chooser(f"plot.{self.id}.{part}", accessible, self)
        chooser.part = part
        chooser.currentIndexChanged.connect(self._chosen)
        chooser.setVisible(False)
        self.choosers.append(chooser)
        return chooser

    def chooser(self, part: str) -> Chooser | None:
        """The chooser of "layer", "unit", "node" …, None where there is none."""
        return next((chooser for chooser in self.choosers if chooser.part == part), None)

    def _chosen(self, *_: object) -> None:
        self.place_choosers()
        self.chart.following_y = True
        self.make_stale()

    def place_choosers(self) -> None:
        """Put the choosers beside the title, the short one where there is little room; or, where they could not be read
        there, in a row of their own. Tell the chart how much room they take."""
        frame = self.chart.frame
        altered = bool(self.buttons) or any(chooser.altered for chooser in self.choosers)
        if not altered and self._placed == (self.chart.corner, frame.titles, frame.title):
            return
        before = self.chart.header_taken, frame.title, frame.caption
        held: list[Chooser | QAbstractButton] = [*self.choosers, *self.buttons]
        shown = [widget for widget in held if not widget.isHidden()]
        widths = [widget.sizeHint().width() for widget in shown]
        end = self.width() - 8 - round(self.chart.corner)
        for short in (False, True):
            frame.shorten_title(short)
            begin = round(frame.title_right) + 10
            if begin + sum(widths) + 6 * len(shown) <= end:
                break
        least = sum(min(width, READABLE) + 6 for width in widths)
        below = bool(shown) and begin + least > end and self.height() >= LOW
        if below:
            frame.shorten_title(False)
            frame.shorten_title(frame.title_right > end)
            begin, end = round(EDGE), self.width() - 8
        left, top = begin, 4 + round(CHOOSERS if below else 0)
        for number, (widget, width) in enumerate(zip(shown, widths, strict=True)):
            room = (end - left) // (len(shown) - number) - 6
            widget.setGeometry(left, top, max(NARROWEST, min(width, room)), widget.sizeHint().height())
            left += widget.width() + 6
        self.chart.header_taken = (0.0, CHOOSERS) if below else (float(left - begin), 0.0)
        frame.caption = " · ".join(chooser.currentText() for chooser in self.choosers if not chooser.isHidden())
        frame.caption_below = below
        if before != (self.chart.header_taken, frame.title, frame.caption):
            self.chart.arrange()
        self._placed = self.chart.corner, frame.titles, frame.title
        for chooser in self.choosers:  # at last: Qt gives them places of its own when they are shown
            chooser.altered = False

    def set_series(self, curves: list, entries: list[Entry]) -> None:
        """New curves and legend entries."""
        self.chart.set_curves(curves, entries, self.text("Plot", "Click to hide or show"))

    # -- events ---------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.chart.setGeometry(self.rect())
        self._placed = None
        self.place_choosers()
        self._place_corner()
        super().resizeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The same as wheel, drag and double click do."""
        key = event.key()
        if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self.chart.zoom(1.25 if key == Qt.Key.Key_Minus else 0.8)
        elif key in (Qt.Key.Key_Comma, Qt.Key.Key_Period) and not self.chart.following_x:
            self.chart.pan(-0.1 if key == Qt.Key.Key_Comma else 0.1)
        elif key == Qt.Key.Key_0:
            self.chart.reset_zoom()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._placed = None
        QTimer.singleShot(0, self, self.place_choosers)  # Qt gives them their own size when they are first shown
        if self.stale:
            self.became_stale.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.setAccessibleDescription(self.summary())
        super().focusInEvent(event)

    def contextMenuEvent(self, event: Any) -> None:
        self.show_menu(event.pos())
        event.accept()

    def show_menu(self, at: QPoint) -> None:
        """Its menu, at a place in it."""
        from playground.ui.plots.menu import build_menu

        menu = build_menu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.mapToGlobal(at))
