"""How large a network is that joins the race: as many units as the last one has, or as many weights as some other."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from playground.errors import BadInput
from playground.experiment.cells import known_cells
from playground.experiment.document import Experiment
from playground.experiment.edits import DEFAULT_UNITS
from playground.experiment.match_weights import MatchWeights, matched
from playground.network.counting import net_weights
from playground.network.spec import Layer, Net
from playground.tasks.base import Facts

if TYPE_CHECKING:
    from playground.ui.session import Session


class Matching(QObject):
    """`session.matching`. `like`: the network whose number of weights a new one gets, "" for as many units."""

    changed = Signal()

    def __init__(self, session: "Session") -> None:
        super().__init__(session)
        self._session = session
        self._like = ""
        self._counts: tuple[Experiment, Facts, dict[str, int | None]] | None = None

    @property
    def like(self) -> str:
        names = [net.name for net in self._session.experiment.networks]
        return self._like if self._like in names else ""

    def choose(self, like: str) -> None:
        """ "" for as many units."""
        if like != self._like:
            self._like = like
            self.changed.emit()

    def units_for(self, key: str) -> int:
        """The units of a new network of this cell, 0 for as many as the last one has. key: as of `session.shelf`."""
        session = self._session
        cell = session.shelf.cell(key, session.experiment)
        wanted = self.weights_of(self.like) if self.like else None
        if cell is None or wanted is None or session.facts is None:
            return 0
        net = Net(key, (Layer("layer1", key, DEFAULT_UNITS),))
        try:
            found = matched(net, {key: cell}, session.facts.inputs, session.facts.outputs, wanted)
        except BadInput:
            return 0  # an empty cell has no weights at any size
        return found.layers[0].units

    def weights_of(self, name: str) -> int | None:
        """How many numbers a network trains, None where that cannot be counted."""
        experiment, facts = self._session.experiment, self._session.facts
        if facts is None:
            return None
        counts = self._counts
        if counts is None or counts[0] is not experiment or counts[1] is not facts:
            cells = known_cells(experiment)
            found = {net.name: net_weights(net, cells, facts.inputs, facts.outputs) for net in experiment.networks}
            self._counts = counts = experiment, facts, found
        return counts[2].get(name)

    def edit(self, net: str, like: str) -> MatchWeights | None:
        """What gives a network as many weights as another; None where the task cannot be used."""
        facts = self._session.facts
        return None if facts is None else MatchWeights(net, like, facts.inputs, facts.outputs)

    def outlook(self, net: str, like: str) -> tuple[int, int] | None:
        """(units of the widest layer, weights) that it would have then; None where it cannot be."""
        session, edit = self._session, self.edit(net, like)
        if edit is None or session.facts is None:
            return None
        try:
            after = edit.apply(session.experiment)
        except BadInput:
            return None
        made = next(each for each in after.networks if each.name == net)
        count = net_weights(made, known_cells(after), session.facts.inputs, session.facts.outputs)
        return None if count is None else (max(layer.units for layer in made.layers), count)
