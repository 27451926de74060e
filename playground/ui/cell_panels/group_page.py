"""The inspector of several chosen nodes: what they have in common can be set at once."""

from playground.cell.edits import Duplicate, Group, RemoveNodes, SetNode
from playground.cell.graph import Gate
from playground.ui.cell_panels.form import CellForm
from playground.ui.cell_panels.names import ACTIVATIONS, roles
from playground.ui.session import Session
from playground.ui.widgets.choice import ChoiceField

MIXED = ""


class GroupPage(CellForm):
    """Built for the chosen nodes of the open cell; every change is one undo."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._ids = self.workshop.nodes
        self.note(lambda: ", ".join(self._ids))
        self._shared("role", self.tr("role"), roles())
        if all(isinstance(node, Gate) for node in self._nodes()):
            self._shared("activation", self.tr("activation"), list(ACTIVATIONS))
        self.push(
            "group.duplicate",
            self.tr("Duplicate"),
            self.tr("Copies with the same wires into them"),
            lambda: self.workshop.apply(Duplicate(self._ids)),
        )
        self.push(
            "group.remove",
            self.tr("Remove"),
            self.tr("These nodes and all their wires (Delete)"),
            lambda: self.workshop.apply(RemoveNodes(self._ids)),
        )

    def _nodes(self) -> list[object]:
        return [node for node in self.cell.nodes if node.id in self._ids]

    def _shared(self, field: str, text: str, options: list[tuple[str, str]]) -> None:
        def read() -> str:
            values = {getattr(node, field) for node in self._nodes()}
            return values.pop() if len(values) == 1 else MIXED

        def store(value: str) -> None:
            if value != MIXED:
                words = self.tr("set {0} of {1} nodes").format(text, len(self._ids))
                edits = tuple(SetNode(id, field, value) for id in self._ids)
                row.show_problem(self.edit(Group(edits, words)))

        chooser = ChoiceField([(MIXED, self.tr("mixed")), *options], store)
        row = self.put_row(f"group.{field}", text, chooser)
        self.follow(read, chooser.show_value, row)
