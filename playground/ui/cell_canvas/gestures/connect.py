"""Pulling a wire out of a node's port, and taking a wire off by one of its ends."""

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent

from playground.cell.edits import CellEdit
from playground.ui.cell_canvas.gestures.base import CellGesture
from playground.ui.cell_canvas.hit import Hit
from playground.ui.workshop import WireName

SHIFT = Qt.KeyboardModifier.ShiftModifier


class Pull(CellGesture):
    """From a port to another node: one more wire. Only a click: the node is chosen, as anywhere else on it."""

    source = ""
    targets: frozenset[str] = frozenset()
    pulling = False

    def press(self, event: QMouseEvent, point: QPointF) -> bool:
        found = self.canvas.stage.hit(point)
        if event.button() != Qt.MouseButton.LeftButton or found.kind != "port":
            return False
        self.start, self.pulling = event.position(), False
        self.source = self.canvas.picture.id_at(found.node)
        return True

    def move(self, event: QMouseEvent, point: QPointF) -> None:
        canvas = self.canvas
        if not self.pulling:
            if not self.far(event):
                return
            self.pulling = True
            self.targets = frozenset(canvas.edits.targets(self.source))
            canvas.stage.set_targets(self.targets)
        item = canvas.picture.item(self.source)
        if item is not None:
            canvas.stage.rubber.show_wire(item.port, canvas.stage.snap_target(point, self.targets), item.colour)

    def release(self, event: QMouseEvent, point: QPointF) -> None:
        canvas, pulling = self.canvas, self.pulling
        target = canvas.stage.node_near(point)
        self.cancel()
        if not pulling:
            canvas.acts.choose_node(self.source, bool(event.modifiers() & SHIFT))
        elif target and target in self.targets:
            canvas.edits.wire(self.source, target)
        elif target and target != self.source:
            canvas.acts.say_why_not(self.source, target)

    def cancel(self) -> None:
        self.pulling = False
        self.canvas.stage.rubber.hide()
        self.canvas.stage.set_targets(frozenset())


class TakeOff(CellGesture):
    """A wire's end dragged to another node, or away from all: then the wire is cut. Only a click: it is chosen."""

    wire: WireName | None = None
    end = ""
    edits: dict[str, CellEdit] = {}
    pulling = False

    def press(self, event: QMouseEvent, point: QPointF) -> bool:
        found: Hit = self.canvas.stage.hit(point)
        if event.button() != Qt.MouseButton.LeftButton or found.kind != "wire":
            return False
        self.start, self.pulling = event.position(), False
        self.wire, self.end = self.canvas.picture.wire_at(found.route), found.end
        return True

    def move(self, event: QMouseEvent, point: QPointF) -> None:
        canvas = self.canvas
        if not self.end or self.wire is None or (not self.pulling and not self.far(event)):
            return
        item = canvas.picture.wires.get(self.wire)
        if item is None:
            return
        if not self.pulling:
            self.pulling = True
            self.edits = self._possible()
            canvas.stage.set_targets(frozenset(self.edits))
            item.set_away(True)
        fixed = item.route.points[0 if self.end == "target" else -1]
        canvas.stage.rubber.show_wire(
            QPointF(*fixed), canvas.stage.snap_target(point, frozenset(self.edits)), item.colour
        )

    def _possible(self) -> dict[str, CellEdit]:
        """Where this end can go instead, with the edit for each."""
        assert self.wire is not None
        edits, found = self.canvas.edits, {}
        for node in edits.cell.nodes:
            at_end = node.id == (self.wire.target if self.end == "target" else self.wire.source)
            if not at_end:
                make = edits.retarget if self.end == "target" else edits.resource
                edit = make(self.wire, node.id)
                if edits.works(edit):
                    found[node.id] = edit
        return found

    def release(self, event: QMouseEvent, point: QPointF) -> None:
        canvas, pulling, wire = self.canvas, self.pulling, self.wire
        node = canvas.stage.node_near(point)
        self.cancel()
        if wire is None:
            return
        if not pulling:
            canvas.workshop.choose_wire(wire)
        elif node in self.edits:
            canvas.edits.apply(self.edits[node])
        elif node != (wire.target if self.end == "target" else wire.source):
            canvas.edits.disconnect_wire(wire)

    def cancel(self) -> None:
        self.pulling = False
        self.canvas.stage.rubber.hide()
        self.canvas.stage.set_targets(frozenset())
        item = self.canvas.picture.wires.get(self.wire) if self.wire else None
        if item is not None:
            item.set_away(False)
