"""The menus and lists of the cell canvas. They do nothing that a key or a drag could not do as well."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QPointF
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from playground.cell.graph import Gate, Operation
from playground.ui.cell_canvas.align import EDGES, SPREADS
from playground.ui.cell_canvas.looks import ACTIVATIONS, describe_kind, name_of
from playground.ui.cell_canvas.palette import OPERATIONS, choices
from playground.ui.cell_canvas.popup import ChoicePopup
from playground.ui.workshop import WireName

if TYPE_CHECKING:
    from playground.ui.cell_canvas.canvas import CellCanvas

FORMATS = ("svg", "pdf", "png", "csv")
KINDS = ("full", "diagonal", "identity")
BIASES: tuple[float | None, ...] = (-1.0, 0.0, 1.0, 2.0, 3.0, None)
ROLES = ("none", "forget", "input_gate", "output", "candidate", "cell", "hidden")


class CellMenus(QObject):
    """Shows a menu or a list without blocking. `open`, `popup`: what is on the screen, for tests."""

    def __init__(self, canvas: "CellCanvas") -> None:
        super().__init__(canvas)
        self.canvas = canvas
        self.open: QMenu | None = None
        self.popup: ChoicePopup | None = None

    # -- lists ----------------------------------------------------------------------------------------------------

    def choose_target(self, source: str) -> None:
        """Where does the wire from this node go?"""
        cell = self.canvas.edits.cell
        rows = [
            (id, f"{name_of(cell.node(id))}   {describe_kind(cell.node(id))}")
            for id in self.canvas.edits.targets(source)
        ]
        self._list(self.tr("Wire {0} into…").format(source), rows, lambda id: self.canvas.edits.wire(source, id))

    def add_node(self, point: QPointF, wire: WireName | None = None) -> None:
        """Which node is added, at the point or on a wire?"""
        edits = self.canvas.edits

        def take(text: str) -> None:
            if wire is None or not edits.insert(text, wire, point.x(), point.y()):
                self.canvas.acts.add(text, point)

        title = self.tr("Add a node…") if wire is None else self.tr("Insert on the wire…")
        self._list(title, choices(), take, self.canvas.on_screen(point))

    def choose_wire(self, id: str) -> None:
        """Which of the wires at this node is meant?"""
        rows, wires = [], {}
        for source, target, port in self.canvas.picture.wires:
            if id in (source, target):
                key = f"{source} {target} {port}"
                wires[key] = WireName(source, target, port)
                rows.append((key, f"{source} → {target}"))
        self._list(self.tr("Choose a wire…"), rows, lambda key: self.canvas.workshop.choose_wire(wires[key]))

    def choose_activation(self, id: str) -> None:
        rows = [(name, f"{sign}   {name.replace('_', ' ')}") for name, sign in ACTIVATIONS.items()]
        self._list(self.tr("Activation…"), rows, lambda name: self.canvas.edits.set_node(id, "activation", name))

    def _list(
        self, title: str, rows: Sequence[tuple[str, str]], take: Callable[[str], object], at: QPoint | None = None
    ) -> None:
        if not rows:
            self.canvas.acts.say(self.tr("There is nothing to choose from here."))
            return
        self.popup = ChoicePopup(self.canvas, title, rows, take)
        self.popup.closed.connect(self._forget)
        self.popup.open_at(at or self.canvas.place_of_choice())

    def _forget(self) -> None:
        self.popup = None

    # -- context menus --------------------------------------------------------------------------------------------

    def context(self, point: QPointF, at: QPoint) -> None:
        """What can be done with what is chosen, or with the cell."""
        canvas, workshop = self.canvas, self.canvas.workshop
        menu = QMenu(canvas)
        menu.setObjectName("cell.menu")
        menu.setAccessibleName(self.tr("Cell"))
        if workshop.wire is not None:
            self._add_wire(menu, workshop.wire, point)
        elif workshop.nodes:
            self._add_nodes(menu, workshop.nodes)
        menu.addSeparator()
        add = menu.addMenu(self.tr("Add"))
        for text, words in choices():
            self._add(add, f"add.{text}", words, partial(canvas.acts.add, text, point))
        self._add(menu, "paste", self.tr("Paste"), canvas.clipboard.paste, "Ctrl+V")
        self._add(menu, "select_all", self.tr("Select everything"), canvas.acts.choose_all, "Ctrl+A")
        menu.addSeparator()
        self._add(menu, "tidy", self.tr("Tidy up"), canvas.tidy, "T")
        self._add(menu, "fit", self.tr("Fit everything"), canvas.fit, "F")
        export = menu.addMenu(self.tr("Export the cell"))
        for format in FORMATS:
            self._add(export, f"export.{format}", f"{format.upper()}…", partial(canvas.export, format))
        self._add(menu, "leave", self.tr("Back to the network"), canvas.workshop.leave, "Escape")
        self.open = menu
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)

    def _add_nodes(self, menu: QMenu, ids: tuple[str, ...]) -> None:
        canvas, edits = self.canvas, self.canvas.edits
        if len(ids) == 1:
            self._add_one(menu, ids[0])
        colours = menu.addMenu(self.tr("Colour"))
        for role in ROLES:
            self._add(colours, f"role.{role}", role.replace("_", " "), partial(edits.colour, ids, role))
        if len(ids) > 1:
            align = menu.addMenu(self.tr("Align"))
            for how, words in {**EDGES, **SPREADS}.items():
                self._add(align, f"align.{how}", self.tr(words), partial(canvas.acts.align, how))
        menu.addSeparator()
        self._add(menu, "cut", self.tr("Cut"), canvas.clipboard.cut, "Ctrl+X")
        self._add(menu, "copy", self.tr("Copy"), canvas.clipboard.copy, "Ctrl+C")
        self._add(menu, "duplicate", self.tr("Duplicate"), edits.duplicate, "Ctrl+D")
        self._add(menu, "delete", self.tr("Delete"), edits.remove, "Del")

    def _add_one(self, menu: QMenu, id: str) -> None:
        edits, node = self.canvas.edits, self.canvas.edits.cell.node(id)
        self._add(menu, "rename", self.tr("Rename…"), partial(self.canvas.acts.edit_name, id), "F2")
        self._add(menu, "connect", self.tr("Wire into…"), partial(self.choose_target, id), "C")
        self.canvas.reach.add_node(menu, self._add, id)
        if isinstance(node, Gate):
            sub = menu.addMenu(self.tr("Activation"))
            for name, sign in ACTIVATIONS.items():
                act = partial(edits.set_node, id, "activation", name)
                self._check(self._add(sub, f"activation.{name}", sign, act), node.activation == name)
            sub = menu.addMenu(self.tr("Bias at start"))
            for start in BIASES:
                words = self.tr("no bias") if start is None else f"{start:g}".replace("-", "−")
                name = "none" if start is None else f"{start:g}"
                self._add(sub, f"bias.{name}", words, partial(edits.set_bias, id, start))
        if isinstance(node, Operation):
            sub = menu.addMenu(self.tr("Operation"))
            for name in OPERATIONS:
                act = partial(edits.set_node, id, "operation", name)
                self._check(self._add(sub, f"operation.{name}", name.replace("_", " "), act), node.operation == name)

    def _add_wire(self, menu: QMenu, wire: WireName, point: QPointF) -> None:
        edits, node = self.canvas.edits, self.canvas.edits.cell.node(wire.target)
        if isinstance(node, Gate) and wire.port < len(node.wires):
            found = node.wires[wire.port]
            words = {
                "full": self.tr("Full: a matrix"), "diagonal": self.tr("Diagonal: one weight for each unit"),
                "identity": self.tr("Identity: no weight"),
            }  # fmt: skip
            for kind in KINDS:
                action = self._add(menu, f"kind.{kind}", words[kind], partial(edits.set_wire, wire, kind=kind))
                self._check(action, found.kind == kind)
            menu.addSeparator()
            stop = partial(edits.set_wire, wire, stop_gradient=not found.stop_gradient)
            self._check(self._add(menu, "stop", self.tr("Stop the gradient here"), stop), found.stop_gradient)
            freeze = partial(edits.set_wire, wire, freeze=not found.freeze)
            self._check(self._add(menu, "freeze", self.tr("Freeze the weights"), freeze), found.freeze)
        self.canvas.reach.add_wire(menu, self._add, wire)
        menu.addSeparator()
        self._add(menu, "insert", self.tr("Insert a node…"), partial(self.add_node, point, wire), "Ins")
        self._add(menu, "delete", self.tr("Cut the wire"), edits.remove, "Del")

    def _check(self, action: QAction, on: bool) -> None:
        action.setCheckable(True)
        action.setChecked(on)

    def _add(self, menu: QMenu, name: str, text: str, act: Callable[[], object], key: str = "") -> QAction:
        """`key` is shown beside the text; the canvas itself listens to it."""
        action = menu.addAction(f"{text}\t{key}" if key else text)
        action.setObjectName(name)
        action.triggered.connect(lambda _=False: act())
        return action
