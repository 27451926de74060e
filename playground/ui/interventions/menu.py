"""The menu "Reach in": interventions on what is chosen, at the step and in the unit that are looked at."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from playground.network.changes import ProbeEdit
from playground.ui.interventions.bar import InterventionBar
from playground.ui.interventions.reach_box import NOISE
from playground.ui.session import Session

if TYPE_CHECKING:
    from playground.ui.centre import Centre


class ReachMenu(QObject):
    """Fills a menu; `can` tells which of its actions there is something for."""

    def __init__(self, session: Session, centre: "Centre", bar: InterventionBar, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._centre, self._bar = session, centre, bar

    def fill(self, menu: QMenu, add: Callable[..., QAction]) -> None:
        """add(menu, name, text, act, keys) makes an action of the window."""
        add(menu, "reach.clamp", self.tr("Clamp, or block the wire"), self._clamp_or_block)
        add(menu, "reach.hold", self.tr("Hold as it is from here on"), lambda: self._clamp(hold=True))
        add(menu, "reach.silence", self.tr("Silence"), lambda: self._clamp(everywhere=True))
        add(menu, "reach.stop", self.tr("Block only the gradient of the wire"), self._stop)
        menu.addSeparator()
        add(menu, "reach.noise", self.tr("Add noise to all weights of the network"), self._add_noise)
        add(menu, "reach.sequence", self.tr("The task's own sequence again"), self._session.reaching.edit_probe)
        menu.addSeparator()
        add(menu, "reach.list", self.tr("List of interventions"), self._bar.toggle, "Ctrl+I")
        add(menu, "reach.all_back", self.tr("Take all back"), self._session.reaching.take_back)

    def can(self) -> dict[str, bool]:
        """Action → whether there is something for it."""
        workshop, reaching = self._session.workshop, self._session.reaching
        node, wire, there = len(workshop.nodes) == 1, workshop.wire is not None, bool(self._bar.rows)
        edited = any(isinstance(change, ProbeEdit) for change in reaching.changes)
        found = {
            "clamp": node or wire, "hold": node, "silence": node, "stop": wire, "noise": bool(self._net()),
            "sequence": edited, "list": there, "all_back": there,
        }  # fmt: skip
        return {f"reach.{name}": on for name, on in found.items()}

    def _net(self) -> str:
        """The network that is open or selected, or the only one."""
        session, inside = self._session, self._session.workshop.inside
        nets = [net.name for net in session.experiment.networks]
        chosen = inside.net if inside is not None else session.selection.net if session.selection else ""
        return chosen or (nets[0] if len(nets) == 1 else "")

    def _clamp_or_block(self) -> None:
        self._centre.cell.reach.clamp_or_block()

    def _clamp(self, everywhere: bool = False, hold: bool = False) -> None:
        nodes = self._session.workshop.nodes
        if len(nodes) == 1:
            self._centre.cell.reach.clamp(nodes[0], everywhere, hold)

    def _stop(self) -> None:
        wire = self._session.workshop.wire
        if wire is not None:
            self._centre.cell.reach.block(wire, gradient_only=True)

    def _add_noise(self) -> None:
        self._session.reaching.add_noise(self._net(), "", NOISE / 100)
