"""What stands around the picture of a cell: where we are, what is wrong and the way out, the invitation."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRect, Qt
from PySide6.QtWidgets import QLabel

from playground.cell.graph import Input, Output
from playground.cell.remedies import remedy
from playground.ui.cell_canvas import tell
from playground.ui.cell_canvas.items.node import NodeItem
from playground.ui.cell_canvas.problems import Bubble, Strip, sentence

if TYPE_CHECKING:
    from playground.ui.cell_canvas.canvas import CellCanvas


class Surroundings(QObject):
    """Reads the workshop and the stage, and writes on the header, the strip, the bubble and the invitation."""

    def __init__(self, canvas: "CellCanvas") -> None:
        super().__init__(canvas)
        self.canvas, self.workshop = canvas, canvas.workshop
        self.strip = Strip(canvas.view.viewport())
        self.bubble = Bubble(canvas.view.viewport(), canvas.edits.apply)
        self.invitation = QLabel(self._invitation(), canvas.view.viewport())
        self.invitation.setObjectName("cell.invitation")
        self.invitation.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.invitation.setProperty("look", "muted")
        self.invitation.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.invitation.hide()

    def _invitation(self) -> str:
        return self.tr(
            "An empty cell: x comes in, h goes out.\n"
            "Drag gates, operations and memories here, or press Insert.\n"
            "Then pull wires from the right side of one node to another."
        )

    def show(self) -> None:
        """All of it."""
        self.show_place()
        self.show_strip()
        self.show_invitation()

    def show_place(self) -> None:
        inside, cell, layer = self.workshop.inside, self.workshop.cell, self.workshop.layer
        if inside is None or cell is None or layer is None:
            return
        nets = {net.name: net for net in self.canvas.session.experiment.networks}
        number = layer.id.removeprefix("layer")
        name = self.tr("Layer {0}").format(number) if number.isdigit() else layer.id
        if len(nets) > 1:  # of several networks it is the name that tells them apart
            name = inside.net if len(nets[inside.net].layers) == 1 else f"{inside.net}, {name}"
        text = self.tr("{0} cell").format(tell.cell_name(cell)) + tell.unit_note(self.workshop.unit)
        self.canvas.header.show_place(name, text)
        self.canvas.header.show_unit(self.workshop.unit, layer.units)
        self.canvas.setAccessibleName(f"{name}: {text}")

    def show_strip(self) -> None:
        """Cell-wide errors with their remedy; else how many nodes need a hand, and a way there."""
        cell = self.workshop.cell
        ids = {item.look.id for item in self.canvas.picture.nodes.values()}
        whole = [error for error in self.canvas.stage.errors if error.node not in ids]
        lost = [error for error in self.canvas.stage.errors if error.node in ids]
        if cell is not None and whole:
            edit = remedy(cell, whole[0])
            text = sentence(whole[0])
            if edit is None:
                self.strip.tell(text)
            else:
                self.strip.tell(text, edit.label(), lambda: self.canvas.edits.apply(edit))
        elif len(lost) == 1 and self.workshop.nodes == (lost[0].node,):
            self.strip.tell("")  # the bubble says it already
        elif lost:
            text = self.tr("One node is not finished.") if len(lost) == 1 else self.tr("{0} nodes are not finished.")
            self.strip.tell(text.format(len(lost)), self.tr("Show"), lambda: self._show_next([e.node for e in lost]))
        else:
            self.strip.tell("")

    def _show_next(self, ids: list[str]) -> None:
        """Choose the next node that has an error."""
        now = self.workshop.nodes[0] if self.workshop.nodes else ""
        self.workshop.choose(ids[(ids.index(now) + 1) % len(ids)] if now in ids else ids[0])
        self.canvas.show_choice()
        self.canvas.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def is_empty(self) -> bool:
        """Whether nothing is built yet."""
        cell = self.workshop.cell
        return cell is not None and all(isinstance(node, Input | Output) for node in cell.nodes)

    def arrange(self) -> None:
        """The view has another size."""
        self.show_invitation()
        self.strip.arrange()

    def show_invitation(self) -> None:
        self.invitation.setVisible(self.is_empty())
        self.invitation.adjustSize()
        area = self.canvas.view.viewport().rect()
        self.invitation.move((area.width() - self.invitation.width()) // 2, max(8, round(area.height() * 0.2)))

    def show_bubble(self, busy: bool = False) -> None:
        """The errors of the one node that is chosen."""
        cell, nodes = self.workshop.cell, self.workshop.nodes
        errors = [error for error in self.canvas.stage.errors if len(nodes) == 1 and error.node == nodes[0]]
        item = self.canvas.picture.item(nodes[0]) if errors else None
        if busy or cell is None or item is None:
            self.bubble.hide()
            return
        boxes = {other: self._on_view(other) for other in self.canvas.picture.nodes.values()}
        box = boxes.pop(item)
        area = self.canvas.view.viewport().rect()
        covered = [self.strip.geometry()] * 4 if self.strip.isVisible() else []  # its button counts more than a node
        self.bubble.show_errors(errors, remedy(cell, errors[0]), box, area, [*boxes.values(), *covered])

    def _on_view(self, item: NodeItem) -> QRect:
        """The box of a node in the viewport."""
        return self.canvas.view.mapFromScene(item.mapRectToScene(item.box)).boundingRect()
