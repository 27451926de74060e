"""The plots under the canvas: each in a dock that can be moved, tabbed, floated and closed."""

from typing import Any

from PySide6.QtCore import QByteArray, QEvent, Qt, Signal
from PySide6.QtGui import QAction, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QDockWidget,
    QFrame,
    QHBoxLayout,
    QMainWindow,
    QTabBar,
    QTabWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from playground.export.catalogue import PLOT_NAMES
from playground.ui.plots import PLOTS, Plot, make_plot
from playground.ui.refresh import Refresher
from playground.ui.session import Session
from playground.ui.widgets.elided import ElidedLabel

CELLS = (("loss", "metric"), ("gates",), ("gradient",), ("hidden", "prediction"))  # two rows of two; tabs share a cell
ROW = (("loss", "metric", "gradient"), ("gates", "hidden", "prediction"))  # where there is no height for two
GRIP = 8


class Grip(QWidget):
    """The title bar of a dock: a thin strip to drag it by. A floating dock gets its name and a button to close it."""

    def __init__(self, dock: "PlotDock") -> None:
        super().__init__(dock)
        self._dock = dock
        self.setObjectName(f"{dock.objectName()}.grip")
        self.setAccessibleName(self.tr("Move {0}").format(dock.windowTitle()))
        self.setToolTip(self.tr("Drag to move this plot, double-click to take it out of the window"))
        self.setCursor(Qt.CursorShape.SizeAllCursor)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 4, 0)
        self._title = ElidedLabel(dock.windowTitle())
        self._close = QToolButton()
        self._close.setText("×")
        self._close.setProperty("look", "quiet")
        self._close.setAccessibleName(self.tr("Close {0}").format(dock.windowTitle()))
        self._close.clicked.connect(dock.close)
        row.addWidget(self._title, 1)
        row.addWidget(self._close)
        self.set_floating(False)

    def set_floating(self, floating: bool) -> None:
        self._title.setVisible(floating)
        self._close.setVisible(floating)
        self.setFixedHeight(28 if floating else GRIP)

    def enterEvent(self, event: QEvent) -> None:
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._dock.isFloating() or not self.underMouse():
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.palette().color(QPalette.ColorRole.PlaceholderText))
        for place in (-8, 0, 8):
            painter.drawEllipse(self.width() // 2 + place, GRIP // 2 - 1, 3, 3)


class PlotDock(QDockWidget):
    """One plot in its card."""

    def __init__(self, plot: Plot, title: str, parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self.plot = plot
        self.setObjectName(f"dock.{plot.name}")
        self.setAccessibleName(plot.title)
        frame = QFrame()
        frame.setProperty("card", "true")
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(1, 1, 1, 1)
        inside.addWidget(plot)
        self.setWidget(frame)
        self._grip = Grip(self)
        self.setTitleBarWidget(self._grip)
        self.topLevelChanged.connect(self._grip.set_floating)


class PlotArea(QMainWindow):
    """A main window inside the main window: Qt's docks, below the canvas. `changed`: a plot was shown or closed."""

    changed = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowFlags(Qt.WindowType.Widget)
        self.setObjectName("plots")
        self.setAccessibleName(self.tr("Plots"))
        self.setDockNestingEnabled(True)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self.docks: dict[str, PlotDock] = {}
        self.refresher = Refresher(session)
        short = {"gradient": self.tr("Gradient"), "hidden": self.tr("Hidden"), "metric": self.tr("Test")}  # for tabs
        for name in PLOTS:
            plot = make_plot(name, session)
            dock = PlotDock(plot, short.get(name, plot.title), self)
            dock.visibilityChanged.connect(lambda _: self.changed.emit())
            self.docks[name] = dock
            self.refresher.add(dock.plot)
        self.arrange()

    def toggles(self) -> list[QAction]:
        """A checkable action for each plot."""
        made = []
        for name, dock in self.docks.items():
            action = dock.toggleViewAction()
            action.setObjectName(f"view.{name}")
            action.setText(dock.plot.title)
            action.setToolTip(PLOT_NAMES.get(name, dock.windowTitle()))
            made.append(action)
        return made

    def plots(self) -> dict[str, Plot]:
        return {name: dock.plot for name, dock in self.docks.items()}

    def arrange(self, low: bool = False) -> None:
        """The first layout: two rows of two, the rest in tabs; one row of two where the window is `low`."""
        across, down = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        for dock in self.docks.values():
            dock.setFloating(False)
            self.removeDockWidget(dock)
        cells = [[self.docks[name] for name in cell if name in self.docks] for cell in (ROW if low else CELLS)]
        heads = [cell[0] for cell in cells]
        self.addDockWidget(Qt.DockWidgetArea.TopDockWidgetArea, heads[0])
        if not low:
            self.splitDockWidget(heads[0], heads[2], down)
        for left, right in zip(heads[::2], heads[1::2], strict=True):
            self.splitDockWidget(left, right, across)
        for head, *others in cells:
            for other in others:
                self.tabifyDockWidget(head, other)
            for dock in (head, *others):
                dock.show()
            head.raise_()
        self.resizeDocks(heads, [100] * len(heads), across)
        self.resizeDocks(heads, [100] * len(heads), down)
        self._name_tabs()

    def view(self) -> dict[str, Any]:
        """What is set in the plots and which of them are open, as plain values for the document."""
        opened = [name for name, dock in self.docks.items() if dock.toggleViewAction().isChecked()]
        return {"open": opened, "settings": {name: plot.settings() for name, plot in self.plots().items()}}

    def take_view(self, view: Any) -> None:
        """Take over what `view` returned; anything else is passed over."""
        if not isinstance(view, dict):
            return
        settings, opened = view.get("settings"), view.get("open")
        for name, dock in self.docks.items():
            if isinstance(opened, list):
                dock.setVisible(name in opened)
            if isinstance(settings, dict) and isinstance(settings.get(name), dict):
                dock.plot.restore(settings[name])

    def state(self) -> QByteArray:
        return self.saveState()

    def restore(self, state: QByteArray) -> bool:
        """The layout as it was. False when it does not fit; then the first one stays."""
        done = self.restoreState(state)
        self._name_tabs()
        return done

    def _name_tabs(self) -> None:
        for bar in self.findChildren(QTabBar):
            bar.setDocumentMode(True)
            bar.setDrawBase(False)
            bar.setAccessibleName(self.tr("Plots in this place"))
