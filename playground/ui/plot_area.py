"""The plots under the canvas: any number, each in a dock that can be moved, tabbed, floated, enlarged and closed."""

import json
import math
import re
from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QByteArray, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QMainWindow, QTabBar, QTabWidget, QWidget
from shiboken6 import isValid

from playground.ui.plot_dock import PlotDock
from playground.ui.plots import PLOTS, Plot, make_plot
from playground.ui.plots.linking import Links
from playground.ui.refresh import Refresher
from playground.ui.session import Session

CELLS = (("loss", "metric"), ("gates",), ("gradient",), ("hidden", "prediction"))  # two rows of two; tabs share a cell
ROW = (("loss", "metric", "gradient"), ("gates", "hidden", "prediction"))  # where there is no height for two
FIRST = tuple(name for cell in CELLS for name in cell)  # what is there at the first launch
HOSTS = {"training": "loss", "sequence": "prediction", "memory": "hidden", "gradient": "gradient"}  # whom another joins
MOST = 40  # plots at the same time
ABREAST = 4  # cells in a row, of contestants and the rest


class PlotArea(QMainWindow):
    """A main window inside the main window: Qt's docks, below the canvas. `changed`: a plot was shown or closed.

    `docks`: by id, those that were ever opened. The first of a kind has its name as its id and stays, hidden, when it
    is closed; others ("gates-2") are gone then.
    """

    changed = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowFlags(Qt.WindowType.Widget)
        self.setObjectName("plots")
        self.setAccessibleName(self.tr("Plots"))
        self.setDockNestingEnabled(True)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self._session = session
        self._low = False
        self._last: str = FIRST[0]  # the plot that was used last
        self.docks: dict[str, PlotDock] = {}
        self.refresher = Refresher(session)
        self.links = Links(self)
        for name in FIRST:
            self._make(name, name)
        self.arrange()
        session.opened.connect(lambda _: self.links.reset())
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._follow_focus)

    # -- plots ----------------------------------------------------------------------------------------------------

    def plots(self) -> dict[str, Plot]:
        """Those that are open, by id; and the loss, which has an action in the menu."""
        return {id: dock.plot for id, dock in self.docks.items() if self.is_open(id) or id == "loss"}

    def _tell(self) -> None:
        if all(isValid(dock) for dock in self.docks.values()):  # Qt hides them one by one as it takes a window apart
            self.changed.emit()

    def is_open(self, id: str) -> bool:
        return id in self.docks and not self.docks[id].isHidden()

    def ids_of(self, name: str) -> list[str]:
        """The open plots of a kind."""
        return [id for id, dock in self.docks.items() if dock.plot.name == name and self.is_open(id)]

    def toggle(self, name: str) -> None:
        """Open the first plot of a kind, or close it."""
        if self.is_open(name):
            self.docks[name].close()
        else:
            self.open_plot(name)

    def open_plot(self, id: str, beside: str = "") -> PlotDock:
        """Open a plot, or bring an open one forward: as a tab of `beside`, or where plots of its group are.

        Raises BadInput for an id that does not begin with the name of a plot.
        """
        if not self.is_open(id):
            fresh = id not in self.docks
            dock = self.docks[id] if not fresh else self._make(kind_of(id) or id, id)
            if fresh or self.dockWidgetArea(dock) == Qt.DockWidgetArea.NoDockWidgetArea:
                self._place(dock, beside)
            dock.show()
        self.docks[id].raise_()
        self._name_tabs()
        self.changed.emit()
        return self.docks[id]

    def another(self, id: str) -> PlotDock:
        """One more of the same kind, with the same settings, that keeps its layer when another is selected."""
        name = kind_of(id) or id
        number = 2
        while f"{name}-{number}" in self.docks:
            number += 1
        like = self.docks[id].plot if id in self.docks else None
        dock = self.open_plot(name if like is None else f"{name}-{number}", beside=id if self.is_open(id) else "")
        if like is not None:
            dock.plot.restore(like.settings() | {"follows": False})
        return dock

    def one_per_contestant(self, id: str) -> list[PlotDock]:
        """Every network's own plot of this kind, side by side: of the same layer, or of the last one it has. All other
        plots share one cell."""
        nets = [net for net in self._session.experiment.networks if net.layers][: MOST - len(self.docks)]
        first = self.open_plot(id)
        first.plot.refresh()
        chooser = first.plot.chooser("layer")
        if chooser is None or len(nets) < 2:
            return [first]
        chosen = chooser.currentData() or ("", "")
        shown = next((net for net in nets if net.name == chosen[0]), nets[0])
        place = next((place for place, layer in enumerate(shown.layers) if layer.id == chosen[1]), 0)
        made = []
        for net in nets:
            dock = first if net is nets[0] else self.another(id)
            dock.plot.set_follows(False)
            layer = net.layers[min(place, len(net.layers) - 1)]
            dock.plot.restore(dock.plot.settings() | {"chosen": {**_chosen(dock.plot), "layer": [net.name, layer.id]}})
            dock.plot.set_follows(False)
            made.append(dock)
        others = [other for other, dock in self.docks.items() if self.is_open(other) and dock not in made]
        cells = [others, *([dock.plot.id] for dock in made)]
        count = sum(bool(cell) for cell in cells)
        self.arrange_cells(cells, columns=count if count <= ABREAST else math.ceil(math.sqrt(count)))
        return made

    def toggle_full_screen(self) -> None:
        """The plot that is used gets the whole screen, or gives it back."""
        shown = next((dock for dock in self.docks.values() if dock.on_screen), None)
        under = next((dock for dock in self.docks.values() if dock.isVisible() and dock.plot.underMouse()), None)
        last = self.docks.get(self._last)
        focus: QWidget | None = QApplication.focusWidget()
        used = last if last is not None and focus is not None and last.plot.isAncestorOf(focus) else None
        dock = shown or used or under or (last if self.is_open(self._last) else None)
        if dock is not None:
            dock.toggle_full_screen()

    def _make(self, name: str, id: str) -> PlotDock:
        plot = make_plot(name, self._session, id)
        dock = PlotDock(plot, self)
        dock.visibilityChanged.connect(self._tell)
        dock.closed.connect(lambda: self._closed(id))
        self.docks[id] = dock
        self.refresher.add(plot)
        self.links.add(plot)
        acts = (
            ("screen", self.tr("Full screen\tF11"), dock.toggle_full_screen),
            ("float", self.tr("Out of the window, or back"), dock.toggle_floating),
            ("another", self.tr("Another of this kind"), lambda: self.another(id)),
            ("each", self.tr("One per contestant"), lambda: self.one_per_contestant(id)),
            ("close", self.tr("Close"), dock.close),
        )
        for part, text, act in acts:
            if part == "each" and not plot.one_layer:
                continue  # it shows all of them in one
            action = QAction(text, dock)
            action.setObjectName(f"plot.{id}.{part}")
            action.triggered.connect(lambda _=False, act=act: act())
            plot.acts.append(action)
        return dock

    def _place(self, dock: PlotDock, beside: str = "") -> None:
        group = dock.plot.group
        wanted = [beside, HOSTS.get(group, ""), *(id for id, d in self.docks.items() if d.plot.group == group), *FIRST]
        for id in wanted:
            host = self.docks.get(id)
            if host is not None and host is not dock and self.is_open(id) and not host.isFloating():
                self.addDockWidget(Qt.DockWidgetArea.TopDockWidgetArea, dock)
                self.tabifyDockWidget(host, dock)
                return
        self.addDockWidget(Qt.DockWidgetArea.TopDockWidgetArea, dock)

    def _closed(self, id: str) -> None:
        dock = self.docks.get(id)
        if dock is not None and id != dock.plot.name:
            self._remove(id)
        self.changed.emit()

    def _remove(self, id: str) -> None:
        dock = self.docks.pop(id)
        self.refresher.remove(dock.plot)
        self.links.remove(dock.plot)
        self.removeDockWidget(dock)
        dock.deleteLater()

    def _follow_focus(self, _: QWidget | None, now: QWidget | None) -> None:
        for id, dock in self.docks.items():
            if now is not None and dock.plot.isAncestorOf(now):
                self._last = id

    # -- layouts --------------------------------------------------------------------------------------------------

    def arrange(self, low: bool = False) -> None:
        """The first layout: two rows of two, the rest in tabs; one row of two where the window is `low`."""
        self._low = low
        self.arrange_cells(ROW if low else CELLS)

    def arrange_group(self, group: str) -> None:
        """Every plot of a group, in as many cells as the first layout has."""
        names = [name for name, kind in PLOTS.items() if kind.group == group]
        count = min(len(names), 2 if self._low else 4)
        self.arrange_cells([names[place::count] for place in range(count)])

    def arrange_all(self) -> None:
        """Every plot, a cell for each group; two groups share one where there are only two."""
        groups = [[name for name, kind in PLOTS.items() if kind.group == group] for group in HOSTS]
        self.arrange_cells([groups[0] + groups[3], groups[1] + groups[2]] if self._low else groups)

    def arrange_cells(self, cells: Iterable[Iterable[str]], columns: int = 2) -> None:
        """Just these plots, in rows of so many cells, each with its plots in tabs."""
        across, down = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        wanted = [list(cell) for cell in cells]
        named = {id for cell in wanted for id in cell}
        for id in [id for id, dock in self.docks.items() if id != dock.plot.name and id not in named]:
            self._remove(id)
        for dock in self.docks.values():
            dock.setFloating(False)
            self.removeDockWidget(dock)
        filled = [[self.docks.get(id) or self._make(kind_of(id) or id, id) for id in cell] for cell in wanted if cell]
        heads = [cell[0] for cell in filled]
        for number, head in enumerate(heads):
            if number == 0:
                self.addDockWidget(Qt.DockWidgetArea.TopDockWidgetArea, head)
            elif number % columns == 0:
                self.splitDockWidget(heads[number - columns], head, down)
        for number, head in enumerate(heads):
            if number % columns:
                self.splitDockWidget(heads[number - 1], head, across)
        for head, *others in filled:
            for other in others:
                self.tabifyDockWidget(head, other)
            for dock in (head, *others):
                dock.show()
            head.raise_()
        self.resizeDocks(heads, [100] * len(heads), across)
        self.resizeDocks(heads, [100] * len(heads), down)
        self._name_tabs()
        self.changed.emit()

    def view(self) -> dict[str, Any]:
        """Which plots are open, where, and what is set in them, as plain values for the document."""
        opened = [id for id in self.docks if self.is_open(id)]
        settings = {id: dock.plot.settings() for id, dock in self.docks.items()}
        docks = bytes(self.saveState().toBase64().data()).decode("ascii")
        return {"open": opened, "settings": settings, "docks": docks}

    def take_view(self, view: Any) -> None:
        """Take over what `view` returned; anything else is passed over. Where a person wrote it (an example), `widths`
        may stand in for `docks`: the open plots side by side, in these proportions."""
        if not isinstance(view, dict):
            return
        settings, opened, docks = view.get("settings"), view.get("open"), view.get("docks")
        widths = view.get("widths")
        if isinstance(opened, list):
            shown = list(dict.fromkeys(id for id in opened[:MOST] if isinstance(id, str) and kind_of(id)))
            self._open_just(shown)
            if isinstance(docks, str):
                self.restoreState(QByteArray.fromBase64(docks.encode("ascii", "ignore")))
            elif isinstance(widths, list):
                self.arrange_cells([[id] for id in shown], columns=max(1, len(shown)))
                parts = [part for part in widths if isinstance(part, int | float)][: len(shown)]
                room = [round(100 * min(max(0.01, part), 1000)) for part in parts]  # more is no proportion
                self.resizeDocks([self.docks[id] for id in shown[: len(room)]], room, Qt.Orientation.Horizontal)
        for id, dock in self.docks.items():
            if isinstance(settings, dict) and isinstance(settings.get(id), dict):
                dock.plot.restore(settings[id])
        self._name_tabs()
        self.changed.emit()

    def _open_just(self, wanted: list[str]) -> None:
        for id in list(self.docks):
            if id not in wanted:
                self.docks[id].close()
        for id in wanted:
            if not self.is_open(id):
                self.open_plot(id)

    def state(self) -> QByteArray:
        """The layout as bytes, for the next launch."""
        return QByteArray(json.dumps(self.view()).encode())

    def restore(self, state: QByteArray) -> bool:
        """The layout as it was. False when it cannot be read; then the first one stays."""
        try:
            view = json.loads(bytes(state.data()))
        except ValueError:
            return False
        self.take_view(view)
        return isinstance(view, dict)

    def _name_tabs(self) -> None:
        for bar in self.findChildren(QTabBar):
            bar.setDocumentMode(True)
            bar.setDrawBase(False)
            bar.setExpanding(False)
            bar.setUsesScrollButtons(True)
            bar.setElideMode(Qt.TextElideMode.ElideNone)
            bar.setAccessibleName(self.tr("Plots in this place"))


def _chosen(plot: Plot) -> dict[str, Any]:
    """What a plot's choosers show besides the layer."""
    return {chooser.part: chooser.wanted for chooser in plot.choosers if chooser.wanted is not None}


def kind_of(id: str) -> str:
    """The kind of the plot with this id: "gates" of "gates-2". "" when there is none."""
    if id in PLOTS:
        return id
    found = re.fullmatch(r"(.+)-([2-9]|[1-9]\d+)", id)
    return found[1] if found and found[1] in PLOTS else ""
