"""Reaching into the open cell from its canvas: marks on what is clamped and blocked, entries of the menus, a key."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from playground.cell.graph import Gate, Output
from playground.errors import BadInput
from playground.network.changes import BACK, Clamp, Cut
from playground.ui.cell_canvas.items.badge import BadgeItem
from playground.ui.interventions.words import number
from playground.ui.workshop import MEAN, WireName

if TYPE_CHECKING:
    from playground.ui.cell_canvas.canvas import CellCanvas

Add = Callable[..., QAction]


class CellReach(QObject):
    """badges: what is marked, by node or (node, source)."""

    def __init__(self, canvas: "CellCanvas") -> None:
        super().__init__(canvas)
        self.canvas, self.session = canvas, canvas.session
        self.reaching = canvas.session.reaching
        self.badges: dict[str | tuple[str, str], BadgeItem] = {}
        self._shown: object = None
        self.reaching.changed.connect(self.show)
        self.session.time_changed.connect(self._time_changed)

    # -- marks ----------------------------------------------------------------------------------------------------

    def show(self, anew: bool = False) -> None:
        """Mark what is in force in the open cell. anew: the picture is another."""
        marks = self._marks()
        if not anew and marks == self._shown:
            return
        self._shown = marks
        for badge in self.badges.values():
            if shiboken6.isValid(badge):
                self.canvas.stage.scene.removeItem(badge)
        self.badges = {}
        picture = self.canvas.picture
        for key, (text, now) in marks.items():
            if isinstance(key, str):
                item = picture.item(key)
                if item is not None:
                    badge = BadgeItem(key, text, now, picture.style, item)
                    badge.setPos(item.box.right() - badge.boundingRect().width() / 2 + 5, item.box.top() - 4)
                    self.badges[key] = badge
            else:
                line = next((item for wire, item in picture.wires.items() if (wire.target, wire.source) == key), None)
                if line is not None:
                    badge = BadgeItem(".".join(key), text, now, picture.style)
                    self.canvas.stage.scene.addItem(badge)
                    (x0, y0), (x1, y1) = line.route.points[-2:]  # the piece that no other wire shares
                    badge.setPos((x0 + x1) / 2, (y0 + y1) / 2)
                    self.badges[key] = badge

    def _time_changed(self, _: int) -> None:
        self.show()

    def _marks(self) -> dict[str | tuple[str, str], tuple[str, bool]]:
        inside, length, time = self.canvas.workshop.inside, self.session.length, self.session.time
        found: dict[str | tuple[str, str], tuple[str, bool]] = {}
        for change in self.reaching.changes if inside is not None else ():
            if not change.on or not isinstance(change, Clamp | Cut) or (change.net, change.layer) != inside:
                continue
            if isinstance(change, Cut):
                found[change.node, change.source] = ("×∇" if change.gradient_only else "×", True)
                continue
            node = change.node.removeprefix(BACK)
            now = time in range(*slice(change.start, change.stop).indices(length)) if length else False
            text = self.tr("held") if change.hold else f"= {number(change.value)}"
            if node in found:
                text, now = self.tr("clamped"), now or found[node][1]
            found[node] = (text, now)
        return found

    # -- acting ---------------------------------------------------------------------------------------------------

    def clamp_or_block(self) -> None:
        """What the key X does: the chosen node is clamped where one looks, the chosen wire blocked or let free."""
        workshop = self.canvas.workshop
        if workshop.wire is not None:
            self.block(workshop.wire)
        elif len(workshop.nodes) == 1:
            self.clamp(workshop.nodes[0])

    def clamp(self, node: str, everywhere: bool = False, hold: bool = False) -> None:
        """At the step and in the unit that are looked at; everywhere: at all steps."""
        workshop, time = self.canvas.workshop, self.session.time
        if workshop.inside is None:
            return
        units = () if workshop.unit == MEAN else (workshop.unit,)
        start, stop = (0, None) if everywhere else (time, None if hold else time + 1)
        self._told(self.reaching.clamp((*workshop.inside, node), 0.0, hold, units, start, stop))

    def block(self, wire: WireName, gradient_only: bool = False) -> None:
        """Nothing passes, or no gradient; once more, and it does again."""
        inside = self.canvas.workshop.inside
        if inside is not None:
            self._told(self.reaching.block(*inside, wire.target, wire.source, gradient_only))

    def _told(self, problem: BadInput | None) -> None:
        if problem is not None:
            self.canvas.edits.refuse(problem)

    # -- menus ----------------------------------------------------------------------------------------------------

    def add_node(self, menu: QMenu, add: Add, id: str) -> None:
        """Entries for a node."""
        node = self.canvas.edits.cell.node(id)
        if isinstance(node, Output):
            return
        sub = menu.addMenu(self.tr("Reach in"))
        sub.setObjectName("reach")
        time, unit = self.session.time, self.canvas.workshop.unit
        which = self.tr("all units") if unit == MEAN else self.tr("unit {0}").format(unit)
        add(sub, "reach.clamp", self.tr("Clamp {0} at t = {1}").format(which, time), partial(self.clamp, id), "X")
        add(sub, "reach.hold", self.tr("Hold {0} from t = {1}").format(which, time), partial(self.clamp, id, hold=True))
        add(sub, "reach.silence", self.tr("Silence {0}").format(which), partial(self.clamp, id, True))
        inside = self.canvas.workshop.inside
        if isinstance(node, Gate) and inside is not None:
            sub.addSeparator()
            names = [f"{id}.weight.{wire.source}" for wire in node.wires if wire.kind != "identity"]
            for name in [*names, *([f"{id}.bias"] if node.bias is not None else [])]:
                full = f"{inside.layer}.{name}"
                act = partial(self.reaching.freeze, inside.net, full)
                action = add(sub, f"reach.freeze.{name}", self.tr("Freeze {0}").format(name), act)
                action.setCheckable(True)
                action.setChecked(self.reaching.frozen(inside.net, full) is not None)

    def add_wire(self, menu: QMenu, add: Add, wire: WireName) -> None:
        """Entries for a wire."""
        inside = self.canvas.workshop.inside
        cut = self.reaching.on_wire(*inside, wire.target, wire.source) if inside is not None else None
        words = {False: self.tr("Block while it runs"), True: self.tr("Block only its gradient")}
        for only, text in words.items():
            name = "reach.stop" if only else "reach.block"
            action = add(menu, name, text, partial(self.block, wire, only), "" if only else "X")
            action.setCheckable(True)
            action.setChecked(cut is not None and cut.on and cut.gradient_only == only)
