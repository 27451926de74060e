"""The inspectors of a network and of its readout."""

from functools import partial

from PySide6.QtWidgets import QMenu, QPushButton

from playground.errors import BadInput
from playground.experiment.edits import RemoveNet, RenameNet, cell_of, net_of
from playground.network.spec import Net
from playground.ui.inspector.form import Form
from playground.ui.interventions.reach_box import WeightsReach
from playground.ui.race.menus import fill_with_matches
from playground.ui.session import Session
from playground.ui.state import Selection

READOUTS = [("auto", "auto"), ("every", "every step"), ("last", "last step")]


def button(name: str, text: str, help: str) -> QPushButton:
    """A plain button of the inspector."""
    made = QPushButton(text)
    made.setObjectName(name)
    made.setAccessibleName(text)
    made.setToolTip(help)
    return made


class NetPage(Form):
    """Name, weights, layers, readout; and the way out of the race."""

    def __init__(self, session: Session, name: str) -> None:
        super().__init__(session)
        self._name = name
        self.text("net.name", self.tr("name"), lambda: self._name, self._rename, self.tr("Unique in this experiment"))
        self.fact("net.parameters", self.tr("weights"), self._parameters, self.tr("How many numbers are trained"))
        match = button(
            "net.match", self.tr("As many weights as…"), self.tr("So many units that the weights come nearest")
        )
        match.setMenu(menu := QMenu(match))
        menu.setObjectName("net.match.menu")
        menu.aboutToShow.connect(partial(fill_with_matches, menu, session, name))
        match.setVisible(len(session.experiment.networks) > 1)
        self.add(match)
        self.choice(
            f"networks.{name}.readout.at",
            self.tr("readout"),
            READOUTS,
            self.tr("When a dense layer y = V h + b gives the answer. Auto: as the task asks"),
            name="net.readout",
        )
        self.heading(self.tr("LAYERS"))
        for layer in self._net().layers:
            label = cell_of_or_name(session, layer.cell)
            text = self.tr("{0} · {1} units").format(label, layer.units)
            choose = button(f"net.layer.{layer.id}", text, self.tr("Look at this layer"))
            choose.clicked.connect(lambda _=False, id=layer.id: session.select(Selection("layer", self._name, id)))
            self.add(choose)
        self.heading(self.tr("REACH IN"))
        self.add(WeightsReach(session, name, [("", self.tr("all weights"))]))
        remove = button("net.remove", self.tr("Remove this network"), self.tr("Take it out of the experiment (Delete)"))
        remove.clicked.connect(lambda: session.apply(RemoveNet(self._name)))
        self.column.addSpacing(4)
        self.add(remove)

    def _net(self) -> Net:
        return net_of(self.session.experiment, self._name)

    def _parameters(self) -> str:
        facts = self.session.started_facts
        return next((f"{net.parameters:,}" for net in facts.networks if net.name == self._name), "") if facts else ""

    def _rename(self, text: str) -> BadInput | None:
        return self.session.try_apply(RenameNet(self._name, text))


class ReadoutPage(Form):
    """The dense layer at the end of a network."""

    def __init__(self, session: Session, name: str) -> None:
        super().__init__(session)
        self.note(lambda: self.tr("A dense layer y = V h + b turns the hidden state into the answer."))
        self.choice(
            f"networks.{name}.readout.at",
            self.tr("answer"),
            READOUTS,
            self.tr("At which steps the answer is given. Auto: as the task asks"),
            name="readout.at",
        )
        self.fact(
            "readout.outputs",
            self.tr("outputs"),
            lambda: str(session.facts.outputs) if session.facts else "",
            self.tr("How many numbers the task wants"),
        )
        self.fact(
            "readout.names",
            self.tr("columns"),
            lambda: ", ".join(session.facts.output_names[:3]) if session.facts else "",
            self.tr("What they stand for"),
        )
        self.heading(self.tr("REACH IN"))
        self.add(
            WeightsReach(session, name, [("readout.weight", self.tr("matrix V")), ("readout.bias", self.tr("bias b"))])
        )


def cell_of_or_name(session: Session, cell: str) -> str:
    """What people call a cell; an unknown one keeps its name."""
    try:
        return cell_of(session.experiment, cell).label or cell
    except BadInput:
        return cell
