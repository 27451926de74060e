"""The settings of one wire into a gate: what kind it is, how its weights start, whether it learns."""

from typing import Any, Literal

import msgspec
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from playground.cell.check import check_cell
from playground.cell.edits import SetWire
from playground.cell.graph import Gate, Init, Wire
from playground.errors import BadInput
from playground.experiment.edits import SetValue
from playground.ui.cell_panels.form import CellForm, widen
from playground.ui.cell_panels.init_field import INIT_WIDTH, MATRIX, OWN, VECTOR, InitField, describe_init, help_text
from playground.ui.widgets.rows import Row

Kind = Literal["full", "diagonal", "identity"]


class WireForm(CellForm):
    """A page that shows wires into gates."""

    def gate(self, id: str) -> Gate:
        """Raises KeyError when it is gone."""
        node = self.cell.node(id)
        if not isinstance(node, Gate):
            raise KeyError(id)
        return node

    def wire(self, gate: str, source: str) -> Wire:
        """Raises KeyError when it is gone."""
        for wire in self.gate(gate).wires:
            if wire.source == source:
                return wire
        raise KeyError(source)

    def name_of(self, id: str) -> str:
        """What a node is called, in a form."""
        try:
            return self.cell.node(id).label or id
        except KeyError:
            return id

    # -- initialisers, of the cell or replaced by the layer ---------------------------------------------------------

    def replaced(self, parameter: str) -> Init | None:
        """How the layer itself starts this parameter, None where it does as the cell says."""
        layer = self.workshop.layer
        return layer.init.get(parameter) if layer is not None else None

    def replace_init(self, parameter: str, init: Any, merge: bool) -> BadInput | None:
        """Another start of this layer's own; "own" goes back to the cell's."""
        inside, layer = self.workshop.inside, self.workshop.layer
        if inside is None or layer is None:
            return None
        chosen = {name: value for name, value in layer.init.items() if name != parameter}
        if init != OWN:
            chosen[parameter] = init if isinstance(init, Init) else Init("zeros")
        path = f"networks.{inside.net}.layers.{inside.layer}.init"
        return self.session.try_apply(SetValue(path, msgspec.to_builtins(chosen)), merge)

    def biased_gates(self, but: str) -> list[tuple[str, str]]:
        """Gates whose bias another one can be the opposite of."""
        return [
            (node.id, node.label or node.id)
            for node in self.cell.nodes
            if isinstance(node, Gate) and node.bias is not None and node.id != but
        ]

    def longest_lag(self) -> float:
        """How far back the sequence may ask."""
        return float(self.session.facts.length) if self.session.facts else 100.0

    # -- rows -----------------------------------------------------------------------------------------------------

    def wire_rows(self, gate: str, source: str, open: bool = False) -> None:
        """The kind of a wire, and a fold with everything else about it."""
        name = f"node.wire.{source}"

        def options() -> list[tuple[str, str]]:
            sizes = self.sizes()
            rows, columns = sizes.get(gate), sizes.get(source)
            whole = f" {rows} × {columns}" if rows and columns else ""
            vector = f" {rows}" if rows else ""
            return [
                ("full", self.tr("full matrix{0}").format(whole)),
                ("diagonal", self.tr("diagonal{0}").format(vector)),
                ("identity", self.tr("identity")),
            ]

        row = self.choice_row(
            name,
            self.tr("from {0}").format(self.name_of(source)),
            options,
            lambda: self.wire(gate, source).kind,
            lambda kind: SetWire(gate, source, kind=kind),  # type: ignore[arg-type]
            self.tr(
                "full: a matrix, every unit of the source reaches every unit of the gate. diagonal: one weight per "
                "unit (a peephole). identity: the value itself, without a weight."
            ),
        )
        widen(row, INIT_WIDTH)
        details = WireDetails(self, gate, source, open)
        details.setObjectName(f"{name}.details")
        self.add(details)
        self.follow(lambda: self.wire(gate, source), lambda wire: details.show_wire())

    def size_problem(self, node: str) -> str:
        """What check_cell says about a node's size in numbers, for a sentence under the form."""
        layer = self.workshop.layer
        if layer is None or self.inputs is None or check_cell(self.cell):
            return ""
        errors = check_cell(self.cell, self.inputs, layer.units)
        return next((f"{error.message}; {error.remedy}" for error in errors if error.node == node), "")


class WireDetails(QWidget):
    """A line that says how the wire starts; a click unfolds the settings, which are made only then."""

    def __init__(self, form: WireForm, gate: str, source: str, open: bool) -> None:
        super().__init__()
        self._form, self._gate, self._source = form, gate, source
        self._parameter = f"{gate}.weight.{source}"
        self._settings: WireSettings | None = None
        self.summary = QPushButton()
        self.summary.setObjectName(f"node.wire.{source}.fold")
        self.summary.setProperty("look", "quiet")
        self.summary.setCheckable(True)
        self.summary.setFixedHeight(20)
        self.summary.toggled.connect(self._fold)
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(0, 0, 0, 0)
        self._outer.setSpacing(2)
        self.summary.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.summary.setStyleSheet("text-align: left;")
        self._outer.addWidget(self.summary)
        self.summary.setChecked(open)
        self.summary.setVisible(not open)

    def show_wire(self) -> None:
        """What the cell says now."""
        wire = self._form.wire(self._gate, self._source)
        own = self._form.replaced(self._parameter)
        init = own or wire.init
        if self._settings is not None:
            self._settings.show_wire(wire, init, own is not None)
        weighted = wire.kind != "identity"
        start = describe_init(init) if weighted else self.tr("no weight")
        words = [self.tr("no gradient")] if wire.stop_gradient else []
        words += [self.tr("frozen")] if wire.freeze else []
        words.insert(0, start if words or not weighted else self.tr("starts {0}").format(start))
        self.summary.setText(("▾ " if self.summary.isChecked() else "▸ ") + " · ".join(words))
        self.summary.setToolTip(self.tr("How it starts, whether it learns: click to change"))
        text = self.tr("Settings of the wire from {0}: {1}").format(self._source, ", ".join(words))
        self.summary.setAccessibleName(text)

    def _fold(self, open: bool) -> None:
        if open and self._settings is None:
            self._settings = WireSettings(self._form, self._gate, self._source)
            self._outer.addWidget(self._settings)
        if self._settings is not None:
            self._settings.setVisible(open)
        self.show_wire()


class WireSettings(QWidget):
    """How the weights start, and whether they and the gradient move."""

    def __init__(self, form: WireForm, gate: str, source: str) -> None:
        super().__init__()
        self._form, self._gate, self._source = form, gate, source
        self._parameter = f"{gate}.weight.{source}"
        name = f"node.wire.{source}"
        self.init = InitField(self._set_init, MATRIX, lambda: form.biased_gates(gate))
        self.init.longest = form.longest_lag
        self._row = Row(f"{name}.init", self.tr("at start"), self.init, help_text())
        widen(self._row, INIT_WIDTH)
        self.init.told = self._row.show_problem
        self.stop = QCheckBox(self.tr("stop gradient"))
        self.stop.setObjectName(f"{name}.stop_gradient")
        self.stop.setToolTip(self.tr("Values pass forward; the gradient does not pass back along this wire"))
        self.freeze = QCheckBox(self.tr("freeze"))
        self.freeze.setObjectName(f"{name}.freeze")
        self.freeze.setToolTip(self.tr("These weights stay as they are while the others learn"))
        self.stop.clicked.connect(lambda on: self._set(SetWire(gate, source, stop_gradient=on)))
        self.freeze.clicked.connect(lambda on: self._set(SetWire(gate, source, freeze=on)))
        ticks = QHBoxLayout()
        ticks.setSpacing(12)
        ticks.addWidget(self.stop)
        ticks.addWidget(self.freeze)
        ticks.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 0, 0, 4)
        column.setSpacing(6)
        column.addWidget(self._row)
        column.addLayout(ticks)

    def show_wire(self, wire: Wire, init: Init, replaced: bool) -> None:
        """`replaced`: the layer has its own start for this wire."""
        self.init.set_kinds(VECTOR if wire.kind == "diagonal" else MATRIX)
        self.init.show_value(init, replaced)
        self._row.setVisible(wire.kind != "identity")
        self.freeze.setVisible(wire.kind != "identity")
        self.stop.setChecked(wire.stop_gradient)
        self.freeze.setChecked(wire.freeze)

    def _set_init(self, init: Any, merge: bool) -> BadInput | None:
        if self._form.replaced(self._parameter) is not None:
            return self._form.replace_init(self._parameter, init, merge)
        return self._form.edit(SetWire(self._gate, self._source, init=init), merge)

    def _set(self, edit: SetWire) -> None:
        self._row.show_problem(self._form.edit(edit))
