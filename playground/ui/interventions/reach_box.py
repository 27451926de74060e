"""What an inspector page offers to reach into: clamps of a node, a wire that is blocked, weights frozen or shaken."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from playground.cell.graph import Gate
from playground.errors import BadInput
from playground.network.changes import BACK, Clamp, Cut
from playground.ui.interventions.clamp_editor import ClampEditor, value_range
from playground.ui.interventions.words import tr
from playground.ui.session import Session
from playground.ui.widgets.card import label
from playground.ui.widgets.choice import ChoiceField
from playground.ui.widgets.number_field import NumberField
from playground.ui.widgets.rows import Row
from playground.ui.workshop import MEAN

NOISE = 10.0  # per cent of the weights' own size that is offered first


class ReachBox(QWidget):
    """A column that follows `session.reaching`."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session, self.reaching = session, session.reaching
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(6)
        self.problem = label("", "error", wrap=True)
        self.problem.setObjectName("reach.problem")
        self.problem.hide()
        self.reaching.changed.connect(self.refresh)

    def refresh(self) -> None:
        """Show what is reached into now."""
        raise NotImplementedError

    def show_problem(self, problem: BadInput | None) -> None:
        """Why the last press did nothing."""
        self.problem.setVisible(problem is not None)
        if problem is not None:
            self.problem.setText(f"{problem.problem}; {problem.remedy}" if problem.remedy else problem.problem)

    def push(
        self, name: str, text: str, help: str, act: Callable[[], BadInput | None], tick: bool = False
    ) -> QPushButton:
        """A button; `tick`: it stays down while what it does is in force."""
        made = QPushButton(text)
        made.setObjectName(name)
        made.setAccessibleName(text)
        made.setToolTip(help)
        made.setCheckable(tick)
        made.clicked.connect(lambda _=False: self._pressed(act))
        return made

    def _pressed(self, act: Callable[[], BadInput | None]) -> None:
        self.show_problem(act())
        self.refresh()  # a button that was refused must not stay down


class NodeReach(ReachBox):
    """Clamp a node of the open cell at the step that is looked at, the unit that is looked at."""

    def __init__(self, session: Session, node: str) -> None:
        super().__init__(session)
        self.node = node
        self.editors: dict[str, ClampEditor] = {}
        inside = session.workshop.inside
        assert inside is not None
        self._inside = inside
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        self.clamp = self.push("reach.clamp", tr("Clamp"), "", self.clamp_now)
        self.hold = self.push("reach.hold", tr("Hold"), "", self.hold_on)
        self.silence = self.push("reach.silence", tr("Silence"), "", self.silence_it)
        for button in (self.clamp, self.hold, self.silence):
            buttons.addWidget(button)
        self.way = ChoiceField([("", tr("reads forwards")), (BACK, tr("reads backwards"))], lambda _: None)
        layer = session.workshop.layer
        if layer is not None and layer.bidirectional:
            help = tr("Which of the two copies of the cell is clamped")
            self.column.addWidget(Row("reach.way", tr("the copy that"), self.way, help))
        self.column.addLayout(buttons)
        self.column.addWidget(self.problem)
        session.time_changed.connect(self._show_buttons)  # a method, so that it ends with the page
        session.workshop.unit_changed.connect(self._show_buttons)
        self._show_buttons()
        self.refresh()

    @property
    def place(self) -> tuple[str, str, str]:
        """Network, layer and node."""
        return self._inside.net, self._inside.layer, f"{self.way.currentData()}{self.node}"

    @property
    def _units(self) -> tuple[int, ...]:
        unit = self.session.workshop.unit
        return () if unit == MEAN else (unit,)

    def clamp_now(self) -> BadInput | None:
        """To 0 at the step that is looked at; the settings appear below."""
        time = self.session.time
        return self.reaching.clamp(self.place, 0.0, units=self._units, start=time, stop=time + 1)

    def hold_on(self) -> BadInput | None:
        """As it is before the step that is looked at, from there to the end."""
        return self.reaching.clamp(self.place, hold=True, units=self._units, start=self.session.time)

    def silence_it(self) -> BadInput | None:
        """To 0 at all steps."""
        return self.reaching.clamp(self.place, 0.0, units=self._units)

    def _show_buttons(self, _: int = 0) -> None:
        time, unit = self.session.time, self.session.workshop.unit
        which = tr("all its units") if unit == MEAN else tr("unit {0}").format(unit)
        self.clamp.setText(tr("Clamp at t = {0}").format(time))
        self.clamp.setAccessibleName(self.clamp.text())
        self.clamp.setToolTip(tr("Set {0} to a value at step {1}, whatever it computes (X)").format(which, time))
        self.hold.setToolTip(tr("Keep {0} as it was before step {1}, from there to the end").format(which, time))
        self.silence.setToolTip(tr("Set {0} to 0 at all steps").format(which))

    def refresh(self) -> None:
        net, layer = self._inside
        found = [clamp for way in ("", BACK) for clamp in self.reaching.on_node(net, layer, way + self.node)]
        clamps = {clamp.id: clamp for clamp in found}
        for id in [id for id in self.editors if id not in clamps]:
            editor = self.editors.pop(id)
            self.column.removeWidget(editor)
            editor.hide()
            editor.setParent(None)
            editor.deleteLater()
        for id, clamp in clamps.items():
            if id in self.editors:
                self.editors[id].show_clamp(clamp)
            else:
                self.editors[id] = self._editor(clamp)
                self.column.addWidget(self.editors[id])

    def _editor(self, clamp: Clamp) -> ClampEditor:
        cell = self.session.workshop.cell
        found = next((node for node in cell.nodes if node.id == self.node), None) if cell is not None else None
        ends = value_range(found.activation, found.scale, found.shift) if isinstance(found, Gate) else value_range("")
        return ClampEditor(self.session, clamp, *ends)


class WireReach(ReachBox):
    """Block a wire of the open cell, or only its gradient. The weights stay, and so does the wire."""

    def __init__(self, session: Session, source: str, target: str) -> None:
        super().__init__(session)
        inside = session.workshop.inside
        assert inside is not None
        place = (inside.net, inside.layer, target, source)
        self._cut: Callable[[], Cut | None] = lambda: self.reaching.on_wire(*place)
        help = tr("Nothing passes while this is on; the wire and its weights stay (X)")
        self.block = self.push("reach.block", tr("Block"), help, lambda: self.reaching.block(*place), tick=True)
        help = tr("Values pass as before, but no gradient passes back")
        self.stop = self.push(
            "reach.stop", tr("Block only the gradient"), help, lambda: self.reaching.block(*place, True), tick=True
        )
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.block)
        row.addWidget(self.stop, 1)
        self.column.addLayout(row)
        self.column.addWidget(self.problem)
        self.refresh()

    def refresh(self) -> None:
        cut = self._cut()
        on = cut is not None and cut.on
        self.block.setChecked(bool(on and cut and not cut.gradient_only))
        self.stop.setChecked(bool(on and cut and cut.gradient_only))


class WeightsReach(ReachBox):
    """Freeze parameters of a network, or add noise to them. parameters: name → text; "" stands for all of them."""

    def __init__(self, session: Session, net: str, parameters: Sequence[tuple[str, str]]) -> None:
        super().__init__(session)
        self.net, self.share = net, NOISE
        self.which = ChoiceField(parameters, lambda _: self.refresh())
        help = tr("Which weights are frozen or shaken")
        row = Row("reach.parameter", tr("weights"), self.which, help)
        self.which.setFixedWidth(164)
        self.column.addWidget(row)
        self.percent = NumberField(self._set_share, low=0.1, high=1000)
        self.percent.show_value(self.share)
        help = tr("Standard deviation of the noise in per cent of the weights' root mean square")
        noise = Row("reach.share", tr("noise, % of them"), self.percent, help)
        self.percent.setFixedWidth(164)
        self.percent.set_handle(noise.name)
        self.percent.refused.connect(noise.show_problem)
        self.freeze = self.push(
            "reach.freeze", tr("Freeze"), tr("They stay as they are while the others learn"), self._freeze, tick=True
        )
        help = tr("Once, now; it stands in the list and can be taken back")
        self.shake = self.push("reach.noise", tr("Add noise"), help, self._add_noise)
        self.column.addWidget(noise)
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        buttons.addWidget(self.freeze)
        buttons.addWidget(self.shake, 1)
        self.column.addLayout(buttons)
        self.column.addWidget(self.problem)
        self.refresh()

    @property
    def parameter(self) -> str:
        """The one that is chosen, "" for all of the network."""
        return str(self.which.currentData() or "")

    def refresh(self) -> None:
        self.freeze.setEnabled(bool(self.parameter))
        self.freeze.setChecked(bool(self.parameter and self.reaching.frozen(self.net, self.parameter)))

    def _set_share(self, share: float | int | None, merge: bool) -> BadInput | None:
        if not share or not 0 < share <= 10_000:
            return BadInput("", tr("noise needs a size"), tr("give a percentage above 0, such as 10"))
        self.share = float(share)
        return None

    def _freeze(self) -> BadInput | None:
        return self.reaching.freeze(self.net, self.parameter)

    def _add_noise(self) -> BadInput | None:
        if self.reaching.add_noise(self.net, self.parameter, self.share / 100):
            return None
        return BadInput("", tr("no network is running"), tr("wait until it is built, or mend the experiment"))
