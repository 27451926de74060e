"""What every plot has: a title, a chart, choosers, a menu, and the word `stale` when there is something new to draw."""

import time
from typing import Any, ClassVar

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QGraphicsView, QSizePolicy, QWidget

from playground.export.tables import Table
from playground.ui.plots.chart import Chart
from playground.ui.plots.choosers import Chooser
from playground.ui.plots.legend import Entry
from playground.ui.theme import Theme

NARROWEST = 34  # px of a chooser


class Plot(QWidget):
    """Base of all plots. A subclass says what to draw in `draw`, and what to write to a file in `columns`.

    `session` is read only, except for `set_time`. A signal of the session makes the plot `stale`; a `Refresher` (or
    anyone) calls `refresh` when there is time for it. Nothing is drawn while the plot cannot be seen.
    """

    name: ClassVar[str] = ""
    TITLE: ClassVar[str] = ""
    EMPTY: ClassVar[str] = str(QT_TRANSLATE_NOOP("Plot", "Press Space to train. What the network does appears here."))
    logarithmic: ClassVar[bool] = False  # whether a log y axis can be switched
    smoothed: ClassVar[bool] = False  # whether there is a smoothing to set

    became_stale = Signal()

    def __init__(self, session: Any, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.stale = True
        self.stale_since = self.drawn_at = 0.0
        self.refreshes = self.paints = 0
        self.paint_seconds = 0.0  # what the last painting took
        self.log_y = False
        self.choosers: list[Chooser] = []
        self.setObjectName(f"plot.{self.name}")
        self.setAccessibleName(self.title)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(200, 110)
        self.chart = Chart(self)
        self.chart.setObjectName(f"plot.{self.name}.chart")
        self.chart.setAccessibleName(self.title)
        self.chart.setFocusProxy(self)
        self.chart.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.chart.customContextMenuRequested.connect(self._menu_at)
        self.chart.painted.connect(self._painted)
        self.chart.switched.connect(self.chart.read)
        self.chart.frame.set_title(self.title)
        self.chart.set_message(self.text("Plot", self.EMPTY))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.DefaultContextMenu)
        session.theme_changed.connect(self.apply_theme)
        session.document_changed.connect(self.make_stale)
        session.started.connect(self.make_stale)
        self.build()
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
        return found | ({"hidden": sorted(self.chart.hidden)} if self.chart.hidden else {})

    def restore(self, settings: dict[str, Any]) -> None:
        """Take over what `settings` returned; values of the wrong kind are passed over."""
        if self.logarithmic and isinstance(settings.get("log_y"), bool):
            self.log_y = settings["log_y"]
        hidden = settings.get("hidden", [])
        if isinstance(hidden, list):
            self.chart.hidden = {str(group) for group in hidden}
        self.make_stale()

    # -- doors ----------------------------------------------------------------------------------------------------

    @property
    def title(self) -> str:
        """What stands at the top, for people."""
        return self.text("Plot", self.TITLE)

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
        """Whether any part of it is on the screen. The viewport is asked, because it covers the plot itself."""
        return self.isVisible() and not self.chart.viewport().visibleRegion().isEmpty()

    def refresh(self) -> None:
        """Draw what is new. Does nothing when nothing is."""
        if not self.stale:
            return
        self.stale = False
        self.draw()
        self.drawn_at = time.monotonic()
        self.refreshes += 1

    def apply_theme(self, theme: Theme) -> None:
        """Other colours, at once."""
        self.chart.apply_theme(theme)
        for chooser in self.choosers:
            chooser.theme = theme
            chooser.update()

    def figure_view(self) -> QGraphicsView:
        """The view that a figure is made of."""
        return self.chart

    def export_data(self) -> Table:
        """The numbers behind the plot, with a comment that says where they come from."""
        from playground.ui.figures.metadata import describe

        return Table(self.columns(), (describe(self.session, self.title).line(),))

    def set_log_y(self, on: bool) -> None:
        """A logarithmic y axis, or a linear one."""
        if on != self.log_y:
            self.log_y = on
            self.chart.following = True
            self.make_stale()

    def summary(self) -> str:
        """What the plot shows at its end, as text for a screen reader."""
        self.refresh()
        if self.chart.frame.message:
            return self.chart.frame.message
        (_, end), _ = self.chart.area.viewRange()
        text = self.chart.read_at(end)
        self.chart.read()
        return text

    # -- parts ----------------------------------------------------------------------------------------------------

    def add_chooser(self, part: str, accessible: str) -> Chooser:
        """A small chooser in the header; choosing draws again."""
        chooser = Chooser(f"plot.{self.name}.{part}", accessible, self)
        chooser.currentIndexChanged.connect(self._chosen)
        chooser.setVisible(False)
        self.choosers.append(chooser)
        return chooser

    def _chosen(self, *_: object) -> None:
        self.place_choosers()
        self.chart.following = True
        self.make_stale()

    def place_choosers(self) -> None:
        """Put the choosers beside the title and tell the chart how much room they take."""
        left = round(self.chart.frame.title_right) + 10
        begin, said = left, []
        shown = [chooser for chooser in self.choosers if not chooser.isHidden()]
        for number, chooser in enumerate(shown):
            room = (self.width() - 8 - left) // (len(shown) - number) - 6
            chooser.resize(max(NARROWEST, min(chooser.sizeHint().width(), room)), chooser.sizeHint().height())
            chooser.move(left, 4)
            left += chooser.width() + 6
            said.append(chooser.currentText())
        self.chart.header_widgets = float(left - begin)
        self.chart.frame.caption = " · ".join(said)
        self.chart.arrange()

    def set_series(self, curves: list, entries: list[Entry]) -> None:
        """New curves and legend entries."""
        self.chart.set_curves(curves, entries, self.text("Plot", "Click to hide or show"))

    # -- events ---------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.chart.setGeometry(self.rect())
        self.place_choosers()
        super().resizeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.stale:
            self.became_stale.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.setAccessibleDescription(self.summary())
        super().focusInEvent(event)

    def contextMenuEvent(self, event: Any) -> None:
        self._menu_at(event.pos())
        event.accept()

    def _menu_at(self, at: QPoint) -> None:
        from playground.ui.plots.menu import build_menu

        menu = build_menu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.mapToGlobal(at))

    def _painted(self, seconds: float) -> None:
        self.paints += 1
        self.paint_seconds = seconds
