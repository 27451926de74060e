"""The menus of the canvas. They do nothing that a key or a drag could not do as well."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from playground.ui.canvas.layout import Hit
from playground.ui.cell_panels.cell_menu import fill_with_cells

if TYPE_CHECKING:
    from playground.ui.canvas.canvas import NetworkCanvas

FORMATS = ("svg", "pdf", "png", "csv")


class Menus(QObject):
    """Builds a menu when it is wanted and shows it without blocking. `open`: the one on the screen, for tests."""

    def __init__(self, canvas: "NetworkCanvas") -> None:
        super().__init__(canvas)
        self.canvas = canvas
        self.open: QMenu | None = None

    def insert(self, net: int, index: int, at: QPoint) -> None:
        """Which cell goes into the gap?"""
        menu = self._menu("canvas.menu.insert", self.tr("Insert a layer"))
        self._fill(menu, lambda cell: self.canvas.edits.insert_layer(net, index, cell))
        self._show(menu, at)

    def add_net(self, at: QPoint) -> None:
        """Which cell joins the race?"""
        menu = self._menu("canvas.menu.add", self.tr("Add a network"))
        self._fill(menu, self.canvas.edits.add_net)
        self._show(menu, at)

    def context(self, hit: Hit, at: QPoint) -> None:
        """What can be done with the thing there."""
        menu = self._menu("canvas.menu", self.tr("Canvas"))
        if hit.net >= 0:
            if hit.kind in ("layer", "remove", "open"):
                self._add_layer_actions(menu, hit.net, hit.index)
            elif hit.kind in ("gap", "insert"):
                insert = self.canvas.edits.insert_layer
                self._sub(menu, self.tr("Insert a layer here"), lambda cell: insert(hit.net, hit.index, cell))
            menu.addSeparator()
            self._add_net_actions(menu, hit.net)
            menu.addSeparator()
        self._sub(menu, self.tr("Add a network"), self.canvas.edits.add_net)
        menu.addSeparator()
        self._add(menu, "fit", self.tr("Fit everything"), self.canvas.fit, "F")
        export = menu.addMenu(self.tr("Export canvas"))
        export.setObjectName("canvas.menu.export")
        for format in FORMATS:
            self._add(export, f"export.{format}", f"{format.upper()}…", partial(self.canvas.export, format))
        self._show(menu, at)

    def _add_layer_actions(self, menu: QMenu, net: int, index: int) -> None:
        edits, canvas = self.canvas.edits, self.canvas
        last = len(canvas.picture.content.nets[net].layers) - 1
        self._add(menu, "open", self.tr("Open the cell"), lambda: canvas.open_cell(net, index), "Ctrl+Return")
        self._add(menu, "units", self.tr("Units…"), lambda: canvas.edit_units(net, index), "Return")
        self._sub(menu, self.tr("Replace the cell by"), lambda cell: edits.replace_cell(net, index, cell))
        self._sub(menu, self.tr("Insert a layer before"), lambda cell: edits.insert_layer(net, index, cell))
        self._sub(menu, self.tr("Insert a layer after"), lambda cell: edits.insert_layer(net, index + 1, cell))
        if last:
            for name, text, new, key in (
                ("left", self.tr("Move left"), index - 1, "Alt+Left"),
                ("right", self.tr("Move right"), index + 1, "Alt+Right"),
            ):
                action = self._add(menu, name, text, partial(edits.move_layer, net, index, new), key)
                action.setEnabled(0 <= new <= last)
            self._add(menu, "remove", self.tr("Remove the layer"), lambda: edits.remove_layer(net, index), "Del")

    def _add_net_actions(self, menu: QMenu, net: int) -> None:
        edits, canvas = self.canvas.edits, self.canvas
        self._add(menu, "rename", self.tr("Rename the network…"), lambda: canvas.edit_name(net), "F2")
        self._add(menu, "duplicate", self.tr("Duplicate the network"), lambda: edits.duplicate_net(net), "Ctrl+D")
        self._add(menu, "remove_net", self.tr("Remove the network"), lambda: edits.remove_net(net))

    def _menu(self, name: str, title: str) -> QMenu:
        menu = QMenu(self.canvas)
        menu.setObjectName(name)
        menu.setAccessibleName(title)
        return menu

    def _show(self, menu: QMenu, at: QPoint) -> None:
        self.open = menu
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)

    def _sub(self, menu: QMenu, title: str, choose: Callable[[str], object]) -> None:
        self._fill(menu.addMenu(title), choose)

    def _fill(self, menu: QMenu, choose: Callable[[str], object]) -> None:
        fill_with_cells(menu, self.canvas.session, choose)

    def _add(self, menu: QMenu, name: str, text: str, act: Callable[[], object], key: str = "") -> QAction:
        """`key` is shown beside the text; the canvas itself listens to it."""
        action = menu.addAction(f"{text}\t{key}" if key else text)
        action.setObjectName(name)
        action.triggered.connect(lambda _=False: act())
        return action
