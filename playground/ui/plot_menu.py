"""The menu of plots: every kind in its group, more than one of a kind, full screen, and layouts."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QInputDialog, QMenu

from playground.export.catalogue import PLOT_NAMES
from playground.ui.layouts import Layouts
from playground.ui.plot_area import HOSTS, PlotArea
from playground.ui.plots import PLOTS
from playground.ui.settings import Settings


class PlotMenu(QObject):
    """Fills `menu`. `actions` by name, as the window's menus have them."""

    def __init__(self, menu: QMenu, plots: PlotArea, settings: Settings, arrange: Callable[[], object]) -> None:
        super().__init__(menu)
        self._plots, self._arrange = plots, arrange
        self.layouts = Layouts(settings)
        self.actions: dict[str, QAction] = {}
        self.groups = {
            "training": self.tr("Training"),
            "sequence": self.tr("Sequence"),
            "memory": self.tr("Gates and memory"),
            "gradient": self.tr("Gradient"),
        }
        menu.setToolTipsVisible(True)
        for group in HOSTS:
            self._add_group(menu, group)
        menu.addSeparator()
        self._another = menu.addMenu(self.tr("Another of the same kind"))
        self._another.setObjectName("menu.plots.another")
        self._another.aboutToShow.connect(self._list_kinds)
        self._layouts = menu.addMenu(self.tr("Layouts"))
        self._layouts.setObjectName("menu.plots.layouts")
        self._layouts.aboutToShow.connect(self._list_layouts)
        screen = self._add(menu, "view.full_screen", self.tr("One plot in full screen"), plots.toggle_full_screen)
        screen.setShortcut("F11")
        plots.changed.connect(self._refresh)
        self._list_layouts()
        self._refresh()

    def take(self, name: str) -> None:
        """Bring back a layout that was kept."""
        self._plots.take_view(self.layouts.load(name))

    def keep(self, name: str) -> None:
        """Remember the present layout under a name."""
        if name.strip():
            self.layouts.keep(name.strip(), self._plots.view())

    def lasting(self) -> dict[str, QAction]:
        """The actions that are there as long as the menu, by name."""
        return {name: action for name, action in self.actions.items() if name.startswith("view.")}

    def _add_group(self, menu: QMenu, group: str) -> None:
        heading = menu.addAction(self.groups[group])
        heading.setObjectName(f"view.group.{group}")
        heading.setEnabled(False)
        for name, kind in PLOTS.items():
            if kind.group == group:
                text = kind.text("Plot", kind.TITLE)
                action = self._add(menu, f"view.{name}", text, partial(self._plots.toggle, name))
                action.setCheckable(True)
                said = PLOT_NAMES.get(name, "")
                action.setToolTip(said[:1].upper() + said[1:])  # in one line: Qt would not break a long text
                action.setWhatsThis(kind.text("Plot", kind.DESCRIPTION) or action.toolTip())

    def _refresh(self) -> None:
        for name in PLOTS:
            if f"view.{name}" in self.actions:
                self.actions[f"view.{name}"].setChecked(self._plots.is_open(name))

    def _list_kinds(self) -> None:
        self._clear(self._another, "another.")
        for id, dock in self._plots.docks.items():
            if self._plots.is_open(id):
                text = dock.plot.title
                self._add(self._another, f"another.{id}", text, partial(self._plots.another, id))

    def _list_layouts(self) -> None:
        menu = self._layouts
        self._clear(menu, "layout.")
        self._add(menu, "layout.first", self.tr("As at first"), self._arrange)
        for group, text in self.groups.items():
            self._add(menu, f"layout.{group}", text, partial(self._plots.arrange_group, group))
        self._add(menu, "layout.all", self.tr("Every plot"), self._plots.arrange_all)
        own = self.layouts.names()
        if own:
            menu.addSeparator()
        for name in own:
            self._add(menu, f"layout.own.{name}", name, partial(self.take, name))
        menu.addSeparator()
        self._add(menu, "layout.keep", self.tr("Keep this layout…"), self._ask)
        if own:
            forget = menu.addMenu(self.tr("Forget a layout"))
            forget.setObjectName("menu.plots.forget")
            for name in own:
                self._add(forget, f"layout.forget.{name}", name, partial(self.layouts.forget, name))

    def _clear(self, menu: QMenu, prefix: str) -> None:
        menu.clear()
        self.actions = {name: action for name, action in self.actions.items() if not name.startswith(prefix)}

    def _ask(self) -> None:
        dialog = QInputDialog(self._plots)
        dialog.setObjectName("layout.name")
        dialog.setWindowTitle(self.tr("Keep this layout"))
        dialog.setLabelText(self.tr("Name of the layout"))
        dialog.textValueSelected.connect(self.keep)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _add(self, menu: QMenu, name: str, text: str, act: Callable[[], object]) -> QAction:
        action = QAction(text, menu)
        action.setObjectName(name)
        action.triggered.connect(lambda _=False: act())
        menu.addAction(action)
        self.actions[name] = action
        return action
