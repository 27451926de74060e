"""The inspector of a layer: its cell with the equations, its units, and how its gates start."""

from collections.abc import Callable
from typing import Any

import msgspec
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from playground.cell.graph import Cell, Gate, Init
from playground.cell.library import LIBRARY
from playground.errors import BadInput
from playground.experiment.edits import RemoveLayer, ReplaceCell, SetValue, cell_of, net_of
from playground.network.spec import Layer
from playground.ui.formulas import formulas, memories
from playground.ui.inspector.form import Form
from playground.ui.inspector.net_page import button
from playground.ui.session import Session
from playground.ui.widgets.card import label
from playground.ui.widgets.choice import ChoiceField
from playground.ui.widgets.number_field import NumberField
from playground.ui.widgets.rows import Row


class LayerPage(Form):
    """Built for one cell; another cell needs another page."""

    def __init__(self, session: Session, net: str, layer: str) -> None:
        super().__init__(session)
        self._net, self._layer = net, layer
        self._base = f"networks.{net}.layers.{layer}"
        try:
            cell: Cell | None = cell_of(session.experiment, self._spec().cell)
        except BadInput:
            cell = None
        if cell is not None:
            self.note(lambda: cell.about)
            self.add(_formula_box(cell))
            if cell.paper:
                self.note(lambda: cell.paper, "small")
        self._cell_row()
        self.number(
            f"{self._base}.units",
            self.tr("units"),
            self.tr("How many copies of the cell: 1 to 4096"),
            whole=True,
            low=1,
            high=4096,
            name="layer.units",
        )
        self.number(
            f"{self._base}.dropout",
            self.tr("dropout"),
            self.tr("Share of the output that is left out at random while training: 0 to below 1"),
            low=0,
            name="layer.dropout",
        )
        self.tick(
            f"{self._base}.bidirectional",
            self.tr("directions"),
            self.tr("both"),
            self.tr("A second copy reads the sequence from its end; the output is both"),
            name="layer.bidirectional",
        )
        self.tick(
            f"{self._base}.residual",
            self.tr("input"),
            self.tr("added to output"),
            self.tr("A residual path: the layer's input is added to its output"),
            name="layer.residual",
        )
        look = button("layer.open", self.tr("Look inside"), self.tr("Open the cell of this layer (Ctrl+Enter)"))
        look.setEnabled(cell is not None)
        look.clicked.connect(lambda: session.workshop.enter(net, layer))
        self.add(look)
        gates = [node for node in cell.nodes if isinstance(node, Gate) and node.bias is not None] if cell else []
        if gates:
            self.heading(self.tr("BIASES AT THE START"))
        for gate in gates:
            self._bias_row(gate, gates)
        self.column.addSpacing(4)
        remove = button("layer.remove", self.tr("Remove this layer"), self.tr("Take it out of the network (Delete)"))
        remove.setEnabled(len(net_of(session.experiment, net).layers) > 1)
        remove.clicked.connect(lambda: session.apply(RemoveLayer(net, layer)))
        self.add(remove)

    def _spec(self) -> Layer:
        layers = net_of(self.session.experiment, self._net).layers
        return next(layer for layer in layers if layer.id == self._layer)

    def _cell_row(self) -> None:
        own = {cell.name: cell for cell in self.session.experiment.cells}
        options = [(cell.name, cell.label or cell.name) for cell in {**LIBRARY, **own}.values()]
        field = ChoiceField(
            options, lambda name: self.session.apply(ReplaceCell(self._net, self._layer, name))
        )  # the change of the document builds another page
        field.show_value(self._spec().cell)
        self.column.addWidget(Row("layer.cell", self.tr("cell"), field, self.tr("What every unit of this layer is")))

    def _bias_row(self, gate: Gate, gates: list[Gate]) -> None:
        key = f"{gate.id}.bias"
        forget = next((other.id for other in gates if other.role == "forget" and other.id != gate.id), "")

        def commit(init: Init | None, merge: bool) -> BadInput | None:
            chosen = {name: value for name, value in self._spec().init.items() if name != key}
            if init is not None:
                chosen[key] = init
            return self.session.try_apply(SetValue(f"{self._base}.init", msgspec.to_builtins(chosen)), merge)

        field = BiasField(commit, gate.bias or Init("zeros"), self._longest(), forget)
        row = Row(
            f"layer.{key}",
            gate.label or gate.id,
            field,
            self.tr(
                "Where the bias begins. Chrono: log U(1, T − 1), for lags up to T (Tallec and Ollivier 2018); "
                "opposite: minus the forget gate's"
            ),
        )
        field.setFixedWidth(164)
        field.told = row.show_problem
        self.column.addWidget(row)

        def show() -> None:
            field.show_value(self._spec().init.get(key))

        self._refreshers.append(show)
        show()

    def _longest(self) -> float:
        return float(self.session.facts.length) if self.session.facts else 100.0


class BiasField(QWidget):
    """How a bias starts, and the number that belongs to it. None: as the cell says."""

    def __init__(
        self,
        commit: Callable[[Init | None, bool], BadInput | None],
        own: Init,
        longest: float,
        forget: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._commit, self._own, self._longest, self._forget = commit, own, longest, forget
        self._init: Init | None = None
        self.told: Callable[[BadInput | None], object] = lambda problem: None
        options = [
            ("own", self.tr("as the cell")),
            ("constant", self.tr("constant")),
            ("chrono", self.tr("chrono")),
            ("uniform", self.tr("uniform")),
            ("normal", self.tr("normal")),
        ]
        if forget:
            options.append(("chrono_opposite", self.tr("opposite")))
        self.kind = ChoiceField(options, self._choose)
        self.number = NumberField(self._type)
        self.number.setFixedWidth(52)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.kind, 1)
        row.addWidget(self.number)
        self.number.refused.connect(lambda problem: self.told(problem))

    def setObjectName(self, name: str) -> None:
        super().setObjectName(name)
        self.kind.setObjectName(f"{name}.kind")
        self.number.setObjectName(f"{name}.value")

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self.kind.setAccessibleName(self.tr("{0} bias, kind").format(name))
        self.number.setAccessibleName(self.tr("{0} bias, number").format(name))

    def show_value(self, init: Init | None) -> None:
        self._init = init
        shown = init or self._own
        kind = "own" if init is None else init.kind
        if self.kind.findData(kind) < 0:
            self.kind.addItem(kind.replace("_", " "), kind)
        self.kind.show_value(kind)
        self.number.show_value(0.0 if shown.kind == "zeros" else shown.value)
        self.number.setEnabled(kind != "own")

    def _choose(self, kind: str) -> None:
        if kind == "own":
            self.told(self._commit(None, False))
            return
        value = self._longest if kind.startswith("chrono") else 1.0
        self.told(self._commit(self._made(kind, value), False))

    def _type(self, value: Any, merge: bool) -> BadInput | None:
        kind = self._init.kind if self._init else "constant"
        return self._commit(self._made("constant" if kind == "zeros" else kind, float(value)), merge)

    def _made(self, kind: Any, value: float) -> Init:
        return Init(kind, value, self._forget if kind == "chrono_opposite" else "")


def _formula_box(cell: Cell) -> QWidget:
    """The equations on a quiet ground; the tooltip says what the memories are."""
    box = QFrame()
    box.setObjectName("layer.formula")
    box.setProperty("formula", True)
    column = QVBoxLayout(box)
    column.setContentsMargins(12, 8, 12, 8)
    column.setSpacing(4)
    for text in formulas(cell):
        shown = label(text, "value", wrap=True)
        font = shown.font()
        font.setItalic(True)
        shown.setFont(font)
        column.addWidget(shown)
    held = "; ".join(memories(cell))
    box.setToolTip("W, U: weights; b: bias; σ: logistic; ⊙: elementwise" + (f"\n{held}" if held else ""))
    box.setAccessibleName("; ".join(formulas(cell)))
    return box
