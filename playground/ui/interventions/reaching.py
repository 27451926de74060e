"""`session.reaching`: interventions in the document, noise in the running networks, and what they do to the loss."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, Signal

from playground.errors import BadInput
from playground.experiment.document import Experiment
from playground.experiment.edits import Edit
from playground.experiment.interventions import (
    AddIntervention,
    ChangeIntervention,
    EditProbe,
    RemoveInterventions,
    SwitchIntervention,
)
from playground.network.changes import AnyChange, Clamp, Cut, Freeze, Point, ProbeEdit, probe_edit, shows
from playground.network.traces import Traces
from playground.training import messages
from playground.training.interventions import Noise
from playground.ui.run.training_link import TrainingLink

Apply = Callable[[Edit, bool], BadInput | None]


@dataclass(frozen=True)
class Effect:
    """What the interventions do to one network, with the same weights: its loss and headline metric on the test data
    without and with them, and its loss on the sequence that is looked at. None where it is not known (yet)."""

    net: str
    test: tuple[float, float] | None = None
    metric: tuple[str, float, float] | None = None
    probe: tuple[float, float] | None = None


class Reaching(QObject):
    """Holds what the worker said of them; everything that changes the document goes through `apply` and is undone like
    any other edit."""

    changed = Signal()  # the list, or what it does
    ghosts_changed = Signal()
    refused = Signal(object)  # BadInput

    def __init__(
        self, link: TrainingLink, read: Callable[[], Experiment], apply: Apply, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._link, self._read, self._apply = link, read, apply
        self.ghosts: Traces | None = None
        self.refusal: Callable[[str], BadInput | None] = lambda _: None  # why weights cannot be changed now
        self._comparing = False  # the ghosts are of another moment of the training
        self.noises: tuple[Noise, ...] = ()
        self._traces: Traces | None = None
        self._tested: messages.Tested | None = None
        self._stirred: dict[int, tuple[messages.Tested | None, messages.Tested | None]] = {}  # test before and after
        self._names: tuple[str, ...] = ()
        self._metrics: tuple[str, ...] = ()
        link.begun.connect(self._on_begun)
        link.started.connect(self._on_started)
        link.traces.connect(self._on_traces)
        link.ghosts.connect(self._on_ghosts)
        link.tested.connect(self._on_tested)
        link.stirred.connect(self._on_stirred)

    # -- what there is --------------------------------------------------------------------------------------------

    @property
    def changes(self) -> tuple[AnyChange, ...]:
        """All interventions of the document, in force or not."""
        return self._read().interventions

    def on_node(self, net: str, layer: str, node: str) -> list[Clamp]:
        """The clamps of a node."""
        place = (net, layer, node)
        return [c for c in self.changes if isinstance(c, Clamp) and (c.net, c.layer, c.node) == place]

    def on_wire(self, net: str, layer: str, node: str, source: str) -> Cut | None:
        """What is done to a wire, None when nothing is."""
        for change in self.changes:
            if isinstance(change, Cut) and (change.net, change.layer, change.node, change.source) == (
                net,
                layer,
                node,
                source,
            ):
                return change
        return None

    def frozen(self, net: str, parameter: str) -> Freeze | None:
        """The intervention that freezes a parameter, None when there is none."""
        for change in self.changes:
            if isinstance(change, Freeze) and (change.net, change.parameter) == (net, parameter):
                return change
        return None

    def effects(self) -> list[Effect]:
        """Of every network that computes something else than without interventions."""
        changes = self.changes
        everywhere = probe_edit(changes) is not None
        found = []
        for number, name in enumerate(self._names):
            own = shows(c for c in changes if not isinstance(c, ProbeEdit) and c.net == name)
            if own or everywhere:
                test, metric = self._test_of(number) if own else (None, None)
                probe = self._probe_of(name)
                if own or probe is not None:  # of another sequence alone there is no test to wait for
                    found.append(Effect(name, test, metric, probe))
        return found

    def _test_of(self, number: int) -> tuple[tuple[float, float] | None, tuple[str, float, float] | None]:
        tested = self._tested
        free = tested.untouched[number] if tested is not None and number < len(tested.untouched) else None
        if tested is None or free is None:
            return None, None
        headline = self._metrics[0] if self._metrics else ""
        values = free.metrics.get(headline), tested.metrics[number].get(headline)
        metric = (headline, values[0], values[1]) if values[0] is not None and values[1] is not None else None
        return (free.loss, tested.losses[number]), metric

    def _probe_of(self, name: str) -> tuple[float, float] | None:
        losses: list[float] = []
        if self._comparing:
            return None
        for traces in (self.ghosts, self._traces):
            found = next((net for net in traces.networks if net.name == name), None) if traces is not None else None
            if found is None or not np.isfinite(found.loss):
                return None
            losses.append(float(found.loss))
        return losses[0], losses[1]

    def noise_effect(self, noise: Noise) -> tuple[float, float] | None:
        """The network's test loss before and after the noise, None when one of them was not made (yet)."""
        before, after = self._stirred.get(noise.number, (None, None))
        if before is None or after is None or noise.net not in self._names:
            return None
        number = self._names.index(noise.net)
        return _alone(before, number), _alone(after, number)

    # -- what can be done -----------------------------------------------------------------------------------------

    def clamp(
        self,
        place: tuple[str, str, str],
        value: float = 0.0,
        hold: bool = False,
        units: tuple[int, ...] = (),
        start: int = 0,
        stop: int | None = None,
    ) -> BadInput | None:
        """Clamp a node: place is (network, layer, node)."""
        net, layer, node = place
        change = Clamp("", net=net, layer=layer, node=node, value=value, hold=hold, units=units, start=start, stop=stop)
        return self._apply(AddIntervention(change), False)

    def block(self, net: str, layer: str, node: str, source: str, gradient_only: bool = False) -> BadInput | None:
        """Let nothing pass along a wire, or no gradient; once more takes it back."""
        known = self.on_wire(net, layer, node, source)
        if known is not None and known.gradient_only == gradient_only and known.on:
            return self.take_back(known.id)
        id = known.id if known is not None else ""
        change = Cut(id, net=net, layer=layer, node=node, source=source, gradient_only=gradient_only)
        return self._apply(AddIntervention(change), False)

    def freeze(self, net: str, parameter: str) -> BadInput | None:
        """Keep a parameter as it is; once more lets it learn again."""
        known = self.frozen(net, parameter)
        if known is not None:
            return self.take_back(known.id)
        return self._apply(AddIntervention(Freeze("", net=net, parameter=parameter)), False)

    def change(self, change: AnyChange, merge: bool = False) -> BadInput | None:
        """Other settings for the intervention of the same id. merge: part of the gesture before."""
        return self._apply(ChangeIntervention(change), merge)

    def switch(self, id: str, on: bool) -> BadInput | None:
        """Out of force, or in force again."""
        return self._apply(SwitchIntervention(id, on), False)

    def take_back(self, *ids: str) -> BadInput | None:
        """Away with these; with all, noise too, when none is named."""
        if not ids:
            for noise in reversed(self.noises):
                self.take_back_noise(noise.number)
        return self._apply(RemoveInterventions(ids), False) if ids or self.changes else None

    def edit_probe(
        self, points: tuple[Point, ...] = (), text: str = "", gesture: str = "", merge: bool = False
    ) -> BadInput | None:
        """Other inputs in the sequence that is looked at; nothing: the task's own again."""
        return self._apply(EditProbe(points, text, gesture), merge)

    def move_point(self, time: int, column: int, value: float, gesture: str = "", merge: bool = False) -> None:
        """One number of the inputs of the sequence that is looked at."""
        edit = next((change for change in self.changes if isinstance(change, ProbeEdit)), ProbeEdit(""))
        others = tuple(point for point in edit.points if (point.time, point.column) != (time, column))
        points = tuple(sorted((*others, Point(int(time), int(column), float(value))), key=lambda p: (p.time, p.column)))
        self.edit_probe(points, edit.text, gesture, merge)

    def add_noise(self, net: str, parameter: str, share: float) -> bool:
        """Noise on a parameter, on all of the network (""), now. False: no network runs."""
        if not self._link.built or self._refused_now(f"networks.{net}.{parameter}".rstrip(".")):
            return False
        seed = self._read().seed + 1000 * (1 + max((noise.number for noise in self.noises), default=0))
        self._link.add_noise(net, parameter, share, seed)
        return True

    def take_back_noise(self, number: int) -> None:
        """Not while one looks back: what is shown is not what would be changed."""
        if not self._refused_now("noise"):
            self._link.take_back_noise(number)

    def _refused_now(self, place: str) -> bool:
        problem = self.refusal(place)
        if problem is not None:
            self.refused.emit(problem)
        return problem is not None

    def set_comparing(self, on: bool) -> None:
        """The ghosts are of another moment of the training; no longer: of the networks without interventions."""
        if on != self._comparing:
            self._comparing = on
            self._on_ghosts(None)

    # -- what the worker says -------------------------------------------------------------------------------------

    def document_changed(self) -> None:
        """The list may be another."""
        if self.ghosts is not None and not self._comparing and not shows(self.changes):
            self._on_ghosts(None)
        self.changed.emit()

    def _on_begun(self) -> None:
        self.noises, self._tested, self._traces = (), None, None
        self._stirred.clear()
        self._on_ghosts(None)
        self.changed.emit()

    def _on_started(self, event: messages.Started) -> None:
        self._names, self._metrics = tuple(net.name for net in event.networks), event.metrics
        self.noises, self._tested = event.noises, None
        self.changed.emit()

    def _on_traces(self, traces: Traces) -> None:
        self._traces = traces

    def _on_ghosts(self, ghosts: Traces | None) -> None:
        if ghosts is None and self.ghosts is None:
            return
        self.ghosts = ghosts
        self.ghosts_changed.emit()
        self.changed.emit()

    def _on_tested(self, event: messages.Tested) -> None:
        self._tested = event
        for number, (before, after) in list(self._stirred.items()):
            self._stirred[number] = (before, after or event)
        self.changed.emit()

    def _on_stirred(self, event: messages.Stirred) -> None:
        known = {noise.number for noise in self.noises}
        self.noises = event.noises
        for noise in event.noises:
            if noise.number not in known:
                self._stirred[noise.number] = (self._tested, None)
        self.changed.emit()


def _alone(tested: messages.Tested, number: int) -> float:
    """A network's test loss without interventions: what is clamped at the same time does not count."""
    free = tested.untouched[number] if number < len(tested.untouched) else None
    return tested.losses[number] if free is None else free.loss
