"""Which page the inspector shows inside a cell, and what its title says."""

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from playground.cell.check import sources_of
from playground.cell.graph import Cell, Gate, Memory, Operation
from playground.ui.cell_panels.actions import CellActions
from playground.ui.cell_panels.names import node_title
from playground.ui.session import Session
from playground.ui.workshop import WireName

if TYPE_CHECKING:
    from playground.ui.cell_panels.form import CellForm


class CellPages:
    """Asked by the inspector while `session.workshop.inside` is set."""

    def __init__(self, session: Session, widget: QWidget) -> None:
        self._session = session
        self.actions = CellActions(session, widget)

    def subject(self) -> Any:
        """What a page is built for; when this stays, the page can stay."""
        workshop = self._session.workshop
        cell, layer = workshop.cell, workshop.layer
        if cell is None:
            return None
        place = (workshop.inside, bool(layer and layer.bidirectional))
        if workshop.wire is not None and _is_there(cell, workshop.wire):
            return "wire", place, workshop.wire, _kind(cell, workshop.wire.target)
        if len(workshop.nodes) == 1 and _kind(cell, workshop.nodes[0]):
            return "node", place, workshop.nodes[0], _kind(cell, workshop.nodes[0])
        if len(workshop.nodes) > 1:
            return "group", place, workshop.nodes
        return "cell", place, tuple(workshop.errors())

    def build(self) -> "CellForm":
        """A new page for what is chosen."""
        # late, for a quick first paint: nobody begins inside a cell
        from playground.ui.cell_panels.cell_page import CellPage
        from playground.ui.cell_panels.group_page import GroupPage
        from playground.ui.cell_panels.node_page import NodePage
        from playground.ui.cell_panels.wire_page import WirePage

        workshop, session = self._session.workshop, self._session
        cell = workshop.cell or Cell("")
        if workshop.wire is not None and _is_there(cell, workshop.wire):
            return WirePage(session, workshop.wire)
        if len(workshop.nodes) == 1 and _kind(cell, workshop.nodes[0]):
            return NodePage(session, workshop.nodes[0], self.actions.explain)
        if len(workshop.nodes) > 1:
            return GroupPage(session)
        return CellPage(session, self.actions)

    def title(self) -> tuple[str, str, str]:
        """Title, note and colour."""
        workshop, theme = self._session.workshop, self._session.theme
        cell = workshop.cell or Cell("")
        note = self._layer_text()
        if workshop.wire is not None and _is_there(cell, workshop.wire):
            text = QCoreApplication.translate("CellPanels", "Wire {0} → {1}")
            return text.format(workshop.wire.source, workshop.wire.target), note, ""
        if len(workshop.nodes) > 1:
            return QCoreApplication.translate("CellPanels", "{0} nodes").format(len(workshop.nodes)), note, ""
        for node in cell.nodes:
            if workshop.nodes == (node.id,):
                colour = theme.role(node.role) if node.role != "none" else ""
                return node_title(cell, node.id), note, colour
        return QCoreApplication.translate("CellPanels", "{0} cell").format(cell.label or cell.name), note, ""

    def _layer_text(self) -> str:
        inside = self._session.workshop.inside
        for net in self._session.experiment.networks:
            if inside is not None and net.name == inside.net:
                ids = [layer.id for layer in net.layers]
                if inside.layer in ids:
                    return QCoreApplication.translate("CellPanels", "layer {0}").format(ids.index(inside.layer) + 1)
        return ""


def _is_there(cell: Cell, wire: WireName) -> bool:
    """Whether the wire is still in the cell; an undo or a cut may have taken it."""
    return any(node.id == wire.target and wire.source in sources_of(node) for node in cell.nodes)


def _kind(cell: Cell, id: str) -> Any:
    """What a page of the node depends on: its kind and the wires into it; None when it is gone."""
    node = next((node for node in cell.nodes if node.id == id), None)
    if isinstance(node, Gate):
        return "gate", tuple((wire.source, wire.kind) for wire in node.wires), node.bias is None
    if isinstance(node, Operation):
        return "operation", node.operation
    return None if node is None else (type(node).__name__, isinstance(node, Memory) and node.learned)
