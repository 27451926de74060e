"""The inspector of a node: its formula, its number now, its settings, its wires, and its weights."""

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from playground.cell.edits import RenameNode, SetNode
from playground.cell.formula import formula
from playground.cell.graph import AnyNode, Gate, Init, Input, Memory, Operation, Output
from playground.errors import BadInput
from playground.ui.cell_panels.explaining import shown_value
from playground.ui.cell_panels.formula_box import FormulaBox
from playground.ui.cell_panels.init_field import BIAS, FIXED, INIT_WIDTH, LEARNED, InitField, help_text
from playground.ui.cell_panels.names import ACTIVATIONS, operations, roles
from playground.ui.cell_panels.symbols import weight_symbols
from playground.ui.cell_panels.weights_view import WeightView
from playground.ui.cell_panels.wire_rows import WireForm
from playground.ui.interventions.reach_box import NodeReach, WeightsReach
from playground.ui.session import Session
from playground.ui.widgets.card import label
from playground.ui.workshop import MEAN


class NodePage(WireForm):
    """Built for one node of the open cell; another node, or other wires into it, need another page."""

    def __init__(self, session: Session, node: str, explain: Callable[[str], object]) -> None:
        super().__init__(session)
        self.node_id = node
        self._explain = explain
        kind = self._node()
        self.formula = FormulaBox("node.formula")
        self.add(self.formula)
        self.follow(self._formulas, lambda found: self.formula.show_formulas(*found))
        self.note(lambda: self._problem(), "error").setObjectName("node.problem")
        self._value_rows(kind)
        if not isinstance(kind, Output) and self.workshop.inside is not None:
            self.add(NodeReach(session, node))
        if isinstance(kind, Gate):
            self._gate_rows()
            for wire in kind.wires:
                self.wire_rows(node, wire.source)
            self._weights(kind)
            self.heading(self.tr("MORE"))
            self._more_gate_rows()
        elif isinstance(kind, Operation):
            self._operation_rows()
        elif isinstance(kind, Memory):
            self._memory_rows()
            if kind.learned:
                self._start_weights()
        self._name_rows()

    def _node(self) -> AnyNode:
        return self.cell.node(self.node_id)

    def _formulas(self) -> tuple[list[str], list[str]]:
        cell = self.cell
        html, plain = formula(cell, self.node_id, "html"), formula(cell, self.node_id)
        node = self._node()
        if isinstance(node, Memory):
            source = next((n.label or n.id for n in cell.nodes if n.id == node.source), "")
            said = self.tr("{0} one step earlier").format(source) if source else self.tr("remembers nothing yet")
            return [said, *([html] if html else [])], [said, *([plain] if plain else [])]
        return ([html] if html else []), ([plain] if plain else [])

    def _problem(self) -> str:
        found = [e for e in self.workshop.errors() if e.node == self.node_id]
        return f"{found[0].message}; {found[0].remedy}" if found else self.size_problem(self.node_id)

    # -- rows -----------------------------------------------------------------------------------------------------

    def _value_rows(self, node: AnyNode) -> None:
        self.value = label("", "boxed")
        self.value.setObjectName("node.number")
        field = QWidget()
        row = QHBoxLayout(field)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.value, 1)
        if isinstance(node, Gate | Operation):
            row.addWidget(self._explain_button())
        help = self.tr("At the chosen step of the sequence, of the unit that is looked at")
        self.value_name = self.put_row("node.reading", self.tr("value"), field, help, INIT_WIDTH).name
        self._refreshers.append(self.show_value)
        self.show_value()
        for signal in (self.session.traces_changed, self.session.time_changed, self.workshop.unit_changed):
            signal.connect(self.show_value)

    def _explain_button(self) -> QPushButton:
        made = QPushButton(self.tr("Explain"))
        made.setObjectName("node.explain")
        made.setAccessibleName(self.tr("Explain this number"))
        help = self.tr("Every weight × source + bias, the sum and the activation, for one unit at one step")
        made.setToolTip(self.tr("Explain this number: {0}").format(help))
        made.clicked.connect(lambda _=False: self._explain(self.node_id))
        return made

    def show_value(self, _: object = None) -> None:
        """The number in the traces at the chosen time."""
        number = shown_value(self.session, self.node_id, self.workshop.unit)
        text = self.tr("not yet")
        if number is not None:
            text = f"{number:.4g}".replace("-", "−")
        if text != self.value.text():
            self.value.setText(text)
        unit = self.workshop.unit
        self.value_name.setText(self.tr("mean now") if unit == MEAN else self.tr("unit {0} now").format(unit))
        self.value.setToolTip(self.tr("At step {0} of the sequence").format(self.session.time + 1))

    def _gate_rows(self) -> None:
        id = self.node_id
        self.choice_row(
            "node.activation",
            self.tr("activation"),
            lambda: ACTIVATIONS,
            lambda: self.gate(id).activation,
            lambda value: SetNode(id, "activation", value),
            self.tr("What the sum passes through"),
        )
        self._bias_row()

    def _more_gate_rows(self) -> None:
        id = self.node_id
        self.tick_row(
            "node.freeze_bias",
            self.tr("bias"),
            self.tr("freeze"),
            lambda: self.gate(id).freeze_bias,
            lambda on: SetNode(id, "freeze_bias", on),
            self.tr("The bias stays as it is while the weights learn"),
        )
        for field, help in (
            ("scale", self.tr("The activation times this: 4 in the 4σ − 2 of 1997")),
            ("shift", self.tr("Added after the activation: −2 in the 4σ − 2 of 1997")),
        ):
            self.value_row(
                f"node.{field}",
                self.tr(field),
                lambda field=field: getattr(self.gate(id), field),  # type: ignore[misc]
                lambda value, field=field: SetNode(id, field, value),  # type: ignore[misc]
                help,
            )
        self.value_row(
            "node.block",
            self.tr("cells per gate"),
            lambda: self.gate(id).block,
            lambda value: SetNode(id, "block", value),
            self.tr("A gate may serve a block of so many cells (the memory blocks of 1997); 1: every unit has its own"),
            whole=True,
        )

    def _bias_row(self) -> None:
        id, parameter = self.node_id, f"{self.node_id}.bias"

        def store(init: Any, merge: bool) -> BadInput | None:
            if self.replaced(parameter) is not None:
                return self.replace_init(parameter, init, merge)
            return self.edit(SetNode(id, "bias", init), merge)

        field = InitField(store, BIAS, lambda: self.biased_gates(id))
        field.longest = self.longest_lag
        row = self.put_row("node.bias", self.tr("bias at start"), field, help_text(), INIT_WIDTH)
        field.told = row.show_problem

        def read() -> tuple[Init | None, bool]:
            own = self.replaced(parameter)
            return (self.gate(id).bias if own is None else own), own is not None

        self.follow(read, lambda found: field.show_value(*found), row)

    def _operation_rows(self) -> None:
        id = self.node_id

        def operation() -> Operation:
            node = self._node()
            if not isinstance(node, Operation):
                raise KeyError(id)
            return node

        self.choice_row(
            "node.operation",
            self.tr("operation"),
            operations,
            lambda: operation().operation,
            lambda value: SetNode(id, "operation", value),
            self.tr("What is done, unit by unit"),
        )
        if operation().operation in ("scale", "constant"):
            text = self.tr("factor") if operation().operation == "scale" else self.tr("number")
            self.value_row("node.value", text, lambda: operation().value, lambda value: SetNode(id, "value", value), "")
        self.fact("node.sources", self.tr("reads"), lambda: ", ".join(map(self.name_of, operation().sources)))

    def _memory_rows(self) -> None:
        id = self.node_id

        def memory() -> Memory:
            node = self._node()
            if not isinstance(node, Memory):
                raise KeyError(id)
            return node

        self.fact("node.source", self.tr("remembers"), lambda: self.name_of(memory().source) if memory().source else "")
        field = InitField(lambda init, merge: self.edit(SetNode(id, "start", init), merge), FIXED)
        row = self.put_row(
            "node.start", self.tr("at the start"), field, self.tr("What it holds before the sequence"), INIT_WIDTH
        )
        field.told = row.show_problem

        def show(node: Memory) -> None:
            field.set_kinds(LEARNED if node.learned else FIXED)
            field.show_value(node.start)

        self.follow(memory, show, row)
        self.tick_row(
            "node.learned",
            self.tr("start value"),
            self.tr("learned"),
            lambda: memory().learned,
            lambda on: SetNode(id, "learned", on),
            self.tr("A parameter of its own, trained like a bias"),
        )

    def _name_rows(self) -> None:
        id = self.node_id
        self.text(
            "node.name",
            self.tr("name"),
            lambda: id,
            self._rename,
            self.tr("Small letters, digits and _; weights are named after it"),
        )
        self.text(
            "node.label",
            self.tr("label"),
            lambda: self._node().label,
            lambda text: self.edit(SetNode(id, "label", text)),
            self.tr("What the canvas shows; a short word also stands in formulas"),
        )
        if isinstance(self._node(), Gate | Operation | Memory | Input | Output):
            self.choice_row(
                "node.role",
                self.tr("role"),
                roles,
                lambda: self._node().role,
                lambda value: SetNode(id, "role", value),
                self.tr("Gives the node its colour, on the canvas, in plots and in exports"),
            )

    def _rename(self, text: str) -> BadInput | None:
        new = text.strip()
        problem = self.edit(RenameNode(self.node_id, new))
        if problem is None:
            self.workshop.choose(new)
        return problem

    # -- weights --------------------------------------------------------------------------------------------------

    def _weights(self, gate: Gate) -> None:
        inside, symbols = self.workshop.inside, weight_symbols(self.cell, gate)
        if inside is None or not symbols:
            return
        self.heading(self.tr("WEIGHTS"))
        layer = self.workshop.layer
        reached: list[tuple[str, str]] = []
        ways = ("", "back.") if layer is not None and layer.bidirectional else ("",)
        for way in ways:
            if len(ways) > 1:
                self.add(label(self.tr("read backwards") if way else self.tr("read forwards"), "small"))
            for parameter, symbol in symbols.items():
                source = parameter.split(".weight.")[1] if ".weight." in parameter else ""
                full = any(wire.source == source and wire.kind == "full" for wire in gate.wires)
                name = f"{inside.layer}.{way}{parameter}"
                reached.append((name, f"{parameter} {way and self.tr('backwards')}".strip()))
                words = (self.name_of(gate.id), self.name_of(source) if full else "")
                self.add(WeightView(self.session, inside.net, name, symbol, words))
        self.add(WeightsReach(self.session, inside.net, reached))

    def _start_weights(self) -> None:
        inside = self.workshop.inside
        if inside is not None:
            self.heading(self.tr("LEARNED START"))
            name = f"{inside.layer}.{self.node_id}.start"
            self.add(WeightView(self.session, inside.net, name, "<i>s</i>", (self.name_of(self.node_id), "")))
