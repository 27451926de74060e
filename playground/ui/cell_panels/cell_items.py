"""What items of cells in the palette do: their card, their menu, and being added."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QMenu, QWidget

from playground.cell.graph import Cell
from playground.experiment.cell_edits import AddOwnCell, DeleteCell, DuplicateCell, is_own
from playground.experiment.edits import ReplaceCell
from playground.ui.cell_panels.actions import CellActions
from playground.ui.cell_panels.palette_items import LibraryItem
from playground.ui.cell_panels.shelf import BLANK, SAVED
from playground.ui.session import Session
from playground.ui.state import Selection

if TYPE_CHECKING:
    from playground.ui.cell_panels.library_card import LibraryCard


class CellItems(QObject):
    """`card` and `menu`: what is open now, for tests."""

    def __init__(self, session: Session, widget: QWidget) -> None:
        super().__init__(widget)
        self.session, self._widget = session, widget
        self.actions = CellActions(session, widget)
        self.card: LibraryCard | None = None
        self.menu: QMenu | None = None

    def take(self, item: LibraryItem, as_layer: bool = False) -> None:
        """Give an item its card, its menu and its Enter; `as_layer`: Enter puts it on top of a network."""
        item.card_wanted.connect(lambda stays: self.show_card(item, stays))
        item.card_done.connect(self._leave_card)
        item.menu_wanted.connect(lambda at: self.show_menu(item, at))
        use = self._put_layer if as_layer else self.use
        item.chosen.connect(lambda: use(item.key))

    # -- using ----------------------------------------------------------------------------------------------------

    def use(self, key: str) -> None:
        """What Enter does: outside a new contestant, inside a cell this one in place of the open one."""
        inside = self.session.workshop.inside
        if inside is not None:
            self.replace(key, inside.net, inside.layer)
        elif self.session.add_net(key) and key == BLANK:
            net = self.session.experiment.networks[-1]
            self.session.workshop.enter(net.name, net.layers[0].id)

    def replace(self, key: str, net: str, layer: str) -> None:
        """This cell in the layer; a cell that is open stays open, whatever the network is called afterwards."""
        names = [each.name for each in self.session.experiment.networks]
        edit = self.session.shelf.edit(ReplaceCell(net, layer, key), self.session.experiment)
        open_here = self.session.workshop.inside
        if not self.session.apply(edit):
            return
        after = self.session.experiment.networks[names.index(net)].name
        if key == BLANK or (open_here is not None and tuple(open_here) == (net, layer)):
            self.session.workshop.enter(after, layer)
        else:
            self.session.select(Selection("layer", after, layer))

    def _put_layer(self, key: str) -> None:
        self.session.add_layer(key)

    # -- the card -------------------------------------------------------------------------------------------------

    def show_card(self, item: LibraryItem, stays: bool) -> None:
        from playground.ui.cell_panels.library_card import LibraryCard  # late, for a quick first paint

        self.hide_card()
        self.card = LibraryCard(item.cell, self.session.theme, self.hint(), stays, self._widget)
        self.card.show_beside(item)

    def hide_card(self) -> None:
        if self.card is not None:
            self.card.hide()
            self.card.deleteLater()
            self.card = None

    def _leave_card(self) -> None:
        """The mouse went away: a card that was asked for stays."""
        if self.card is not None and not self.card.stays:
            self.hide_card()

    def hint(self) -> str:
        """What Enter does here."""
        if self.session.workshop.inside is not None:
            return self.tr("Enter puts it in place of the open cell.")
        return self.tr(
            "Drag it onto a layer to replace its cell, onto a wire for one more layer, or beside the networks to let "
            "it race. Enter lets it race."
        )

    # -- the menu -------------------------------------------------------------------------------------------------

    def show_menu(self, item: LibraryItem, at: QPoint) -> None:
        """What can be done with this cell."""
        self.hide_card()
        menu = QMenu(self._widget)
        menu.setObjectName("palette.menu")
        menu.aboutToHide.connect(menu.deleteLater)
        session, key = self.session, item.key
        self._add(menu, "what", self.tr("What is it?\tF1"), lambda: self.show_card(item, True))
        menu.addSeparator()
        if session.workshop.inside is None:
            self._add(menu, "race", self.tr("Let it race\tEnter"), lambda: self.use(key))
            self._add(menu, "layer", self.tr("Put it on top as a layer"), lambda: self._put_layer(key))
            chosen = session.selection
            if chosen is not None and chosen.kind == "layer":
                replace = lambda: self.replace(key, chosen.net, chosen.layer)  # noqa: E731
                self._add(menu, "replace", self.tr("Replace the selected layer's cell"), replace)
        else:
            self._add(menu, "replace", self.tr("Replace the open cell\tEnter"), lambda: self.use(key))
        menu.addSeparator()
        if key.startswith(SAVED):
            self._add_saved(menu, item, key.removeprefix(SAVED))
        elif is_own(session.experiment, key):
            self._add_own(menu, item)
        elif key != BLANK:
            copy = self.tr("Copy to this experiment's cells")
            self._add(menu, "copy", copy, lambda: session.apply(DuplicateCell(key)))
        self._add(menu, "file", self.tr("Save to a file…"), lambda: self.actions.save_file(item.cell))
        self.menu = menu
        menu.popup(at)

    def _add_own(self, menu: QMenu, item: LibraryItem) -> None:
        cell, session = item.cell, self.session
        self._add(menu, "rename", self.tr("Rename…"), lambda: self._rename(item, self._rename_own(cell)))
        self._add(menu, "keep", self.tr("Save to my cells"), lambda: self.actions.keep_cell(cell))
        self._add(menu, "version", self.tr("New version"), lambda: session.apply(DuplicateCell(cell.name)))
        self._add(menu, "delete", self.tr("Delete"), lambda: session.apply(DeleteCell(cell.name)))

    def _add_saved(self, menu: QMenu, item: LibraryItem, name: str) -> None:
        shelf = self.session.shelf
        use = self.tr("Add to this experiment's cells")
        self._add(menu, "use", use, lambda: self.session.apply(AddOwnCell(item.cell)))
        self._add(menu, "rename", self.tr("Rename…"), lambda: self._rename(item, self._rename_saved(name)))
        versions = menu.addMenu(self.tr("Versions"))
        versions.setObjectName("palette.menu.versions")
        for version in shelf.versions(name)[:12]:
            text = self.tr("version {0}").format(version.number)
            self._add(
                versions, f"version.{version.number}", text, partial(self.actions.restore_kept, name, version.number)
            )
        versions.setEnabled(bool(versions.actions()))
        self._add(menu, "delete", self.tr("Delete"), lambda: self.actions.delete_kept(name))

    def _rename_own(self, cell: Cell) -> Callable[[str], object]:
        return lambda text: self.actions.rename(cell, text)

    def _rename_saved(self, name: str) -> Callable[[str], object]:
        return lambda text: self.actions.rename_kept(name, text)

    def _rename(self, item: LibraryItem, commit: Callable[[str], object]) -> None:
        def take(text: str) -> None:
            problem = commit(text)
            if problem is not None:
                self.actions.say_problem(problem)

        item.edit_name(take)

    def _add(self, menu: QMenu, name: str, text: str, act: Callable[[], object]) -> None:
        action = menu.addAction(text)
        action.setObjectName(name)
        action.triggered.connect(lambda _=False: act())
