"""The inspector of a wire: where it leads, and if it leads into a gate, its settings and its weights."""

from playground.cell.edits import Disconnect
from playground.cell.formula import formula
from playground.cell.graph import Gate, Memory, Operation, Output
from playground.ui.cell_panels.formula_box import FormulaBox
from playground.ui.cell_panels.symbols import weight_symbols
from playground.ui.cell_panels.weights_view import WeightView
from playground.ui.cell_panels.wire_rows import WireForm
from playground.ui.interventions.reach_box import WeightsReach, WireReach
from playground.ui.session import Session
from playground.ui.workshop import WireName


class WirePage(WireForm):
    """Built for one wire of the open cell."""

    def __init__(self, session: Session, wire: WireName) -> None:
        super().__init__(session)
        self.wire_name = wire
        target = self.cell.node(wire.target)
        self.formula = FormulaBox("wire.formula")
        self.add(self.formula)

        def read() -> tuple[list[str], list[str]]:
            return [formula(self.cell, wire.target, "html")], [formula(self.cell, wire.target)]

        if not isinstance(target, Memory):
            self.follow(read, lambda found: self.formula.show_formulas(*found))
        else:
            self.formula.hide()
        self.fact("wire.source", self.tr("from"), lambda: self.name_of(wire.source))
        self.fact("wire.target", self.tr("to"), lambda: self.name_of(wire.target))
        if isinstance(target, Gate):
            self.wire_rows(wire.target, wire.source, open=True)
        else:
            self.note(self._says)
        if self.workshop.inside is not None:
            self.add(WireReach(session, wire.source, wire.target))
        self.push(
            "wire.cut",
            self.tr("Cut this wire"),
            self.tr("Take it away (Delete)"),
            lambda: self.workshop.apply(Disconnect(wire.source, wire.target, wire.port)),
        )
        if isinstance(target, Gate):
            self._weights(target)

    def _says(self) -> str:
        try:
            target = self.cell.node(self.wire_name.target)
        except KeyError:
            return ""
        if isinstance(target, Memory):
            return self.tr("The memory keeps this value for one step.")
        if isinstance(target, Output):
            return self.tr("This value leaves the cell.")
        if isinstance(target, Operation):
            return self.tr("Input {0} of the operation; it has no weight.").format(self.wire_name.port + 1)
        return ""

    def _weights(self, gate: Gate) -> None:
        inside = self.workshop.inside
        parameter = f"{gate.id}.weight.{self.wire_name.source}"
        symbol = weight_symbols(self.cell, gate).get(parameter)
        if inside is None or symbol is None:
            return
        self.heading(self.tr("WEIGHTS"))
        full = self.wire(gate.id, self.wire_name.source).kind == "full"
        name = f"{inside.layer}.{parameter}"
        words = (self.name_of(gate.id), self.name_of(self.wire_name.source) if full else "")
        self.add(WeightView(self.session, inside.net, name, symbol, words))
        self.add(WeightsReach(self.session, inside.net, [(name, parameter)]))
