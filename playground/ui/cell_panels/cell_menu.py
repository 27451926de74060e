"""Which cell? A menu of all that there are."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMenu

if TYPE_CHECKING:
    from playground.ui.session import Session

USUAL = ("rnn", "lstm", "gru", "dense_tanh", "dense_relu")


def fill_with_cells(menu: QMenu, session: "Session", choose: Callable[[str], object]) -> None:
    """Own cells and those that everybody knows first; the rest of the library one level down."""
    more = QMenu(QCoreApplication.translate("Menus", "More cells"), menu)
    own = {cell.name for cell in session.experiment.cells}
    for name, label in session.shelf.choices(session.experiment).items():
        action = (menu if name in own or name in USUAL else more).addAction(label)
        action.setObjectName(f"cell.{name}")
        action.triggered.connect(partial(_chosen, choose, name))
    if more.actions():
        menu.addMenu(more)


def _chosen(choose: Callable[[str], object], name: str, checked: bool = False) -> None:
    choose(name)
