"""Reaching into a net as edits of the document, and what becomes of interventions when something else is edited."""

from collections.abc import Mapping

from msgspec.structs import replace

from playground.cell.graph import Cell
from playground.cell.names import renamed_parameter
from playground.cell.renaming import renaming
from playground.errors import BadInput
from playground.experiment.cells import known_cells
from playground.experiment.document import Experiment
from playground.experiment.edits import Edit
from playground.network.changes import BACK, AnyChange, Clamp, Cut, Freeze, NetChange, Point, ProbeEdit, misfit
from playground.network.spec import Net

PROBE = "probe"  # the id of the one edit of the probe sequence


def find(experiment: Experiment, id: str) -> AnyChange:
    """The intervention of this id. Raises BadInput."""
    for change in experiment.interventions:
        if change.id == id:
            return change
    raise BadInput(f"interventions.{id}", "there is no such intervention any more", "look at the list")


def free_id(experiment: Experiment, change: AnyChange) -> str:
    """The first of clamp1, clamp2, … that nothing is called yet."""
    word = str(type(change).__struct_config__.tag)
    taken, number = {other.id for other in experiment.interventions}, 1
    while f"{word}{number}" in taken:
        number += 1
    return f"{word}{number}"


class AddIntervention(Edit, frozen=True):
    """One more. Without an id it gets one; one that is there already is replaced."""

    change: AnyChange

    def label(self) -> str:
        return describe(self.change)

    def target(self) -> str:
        return f"interventions.{self.change.id}" if self.change.id else ""

    def apply(self, experiment: Experiment) -> Experiment:
        change = self.change if self.change.id else replace(self.change, id=free_id(experiment, self.change))
        problem = None if isinstance(change, ProbeEdit) else misfit_in(experiment, change)
        if problem is not None:
            raise problem
        others = experiment.interventions
        if change.id in [other.id for other in others]:
            return replace(experiment, interventions=tuple(change if o.id == change.id else o for o in others))
        return replace(experiment, interventions=(*others, change))


class ChangeIntervention(AddIntervention, frozen=True):
    """Another value, stretch or set of units for one that is there. Edits of the same one are one undo."""

    def label(self) -> str:
        return f"change: {describe(self.change)}"

    def apply(self, experiment: Experiment) -> Experiment:
        find(experiment, self.change.id)
        return super().apply(experiment)


class SwitchIntervention(Edit, frozen=True):
    """Out of force, or in force again."""

    id: str
    on: bool

    def label(self) -> str:
        return f"switch {self.id} {'on' if self.on else 'off'}"

    def apply(self, experiment: Experiment) -> Experiment:
        change = replace(find(experiment, self.id), on=self.on)
        changes = tuple(change if other.id == self.id else other for other in experiment.interventions)
        return replace(experiment, interventions=changes)


class RemoveInterventions(Edit, frozen=True):
    """Taken back. ids: empty for all of them."""

    ids: tuple[str, ...] = ()

    def label(self) -> str:
        return "take back an intervention" if len(self.ids) == 1 else "take back interventions"

    def apply(self, experiment: Experiment) -> Experiment:
        for id in self.ids:
            find(experiment, id)
        left = tuple(c for c in experiment.interventions if self.ids and c.id not in self.ids)
        return replace(experiment, interventions=left)


class EditProbe(Edit, frozen=True):
    """Other inputs in the sequence that is looked at; none at all: as the task made it. `gesture`: points that are
    dragged together are one undo."""

    points: tuple[Point, ...] = ()
    text: str = ""
    gesture: str = ""

    def label(self) -> str:
        return "change the sequence that is looked at" if self.points or self.text else "the task's own sequence again"

    def target(self) -> str:
        return f"interventions.{PROBE}.{self.gesture}" if self.gesture else ""

    def apply(self, experiment: Experiment) -> Experiment:
        others = tuple(c for c in experiment.interventions if not isinstance(c, ProbeEdit))
        if not self.points and not self.text:
            return replace(experiment, interventions=others)
        edit = ProbeEdit(PROBE, points=self.points, text=self.text)
        return replace(experiment, interventions=(*others, edit))


def misfit_in(experiment: Experiment, change: NetChange) -> BadInput | None:
    """Why it does not fit the experiment, None when it does."""
    net = next((net for net in experiment.networks if net.name == change.net), None)
    return misfit(change, net, known_cells(experiment))


def describe(change: AnyChange) -> str:
    """A few words for the undo menu: "clamp forget to 0"."""
    if isinstance(change, Clamp):
        which = f" of {len(change.units)} units" if change.units else ""
        return f"hold {change.node}{which}" if change.hold else f"clamp {change.node}{which} to {change.value:g}"
    if isinstance(change, Cut):
        what = "stop the gradient of" if change.gradient_only else "cut"
        return f"{what} {change.source} → {change.node}"
    return f"freeze {change.parameter}" if isinstance(change, Freeze) else "change the sequence that is looked at"


# -- what another edit does to them -------------------------------------------------------------------------------


def follow(before: Experiment, after: Experiment) -> Experiment:
    """`after` with its interventions brought along: they follow a network or a node that got another name, and those
    that lost what they were about go. What did not fit before either (in a file, say) is left for the person to see."""
    if not after.interventions or (before.networks, before.cells, before.task) == (
        after.networks, after.cells, after.task,
    ):  # fmt: skip
        return after
    nets = _renamed_nets(before.networks, after.networks)
    nodes = _renamed_nodes(before, after, nets)
    old = {change.id: change for change in before.interventions}
    kept: list[AnyChange] = []
    for change in after.interventions:
        if isinstance(change, ProbeEdit):
            if type(before.task) is type(after.task) and _file(before) == _file(after):
                kept.append(change)
            continue
        moved = _moved(change, nets, nodes) if old.get(change.id) == change else change
        fitted = change.id not in old or misfit_in(before, old[change.id]) is None  # type: ignore[arg-type]
        if misfit_in(after, moved) is None or not fitted:
            kept.append(moved)
    return replace(after, interventions=tuple(kept))


def _file(experiment: Experiment) -> str:
    return str(getattr(experiment.task, "file", ""))


def _renamed_nets(before: tuple[Net, ...], after: tuple[Net, ...]) -> dict[str, str]:
    """Old name → new name of networks that stand where they stood, with the same layers."""
    if len(before) != len(after):
        return {}
    pairs = zip(before, after, strict=True)
    taken = {net.name for net in after}
    return {
        old.name: new.name
        for old, new in pairs
        if old.name not in taken and [layer.id for layer in old.layers] == [layer.id for layer in new.layers]
    }


def _renamed_nodes(
    before: Experiment, after: Experiment, nets: Mapping[str, str]
) -> dict[tuple[str, str], Mapping[str, str]]:
    """(network, layer), as they were called → old node → new node."""
    cells: tuple[dict[str, Cell], dict[str, Cell]] = (known_cells(before), known_cells(after))
    found: dict[tuple[str, str], Mapping[str, str]] = {}
    for net in before.networks:
        new = next((other for other in after.networks if other.name == nets.get(net.name, net.name)), None)
        layers = {layer.id: layer for layer in new.layers} if new else {}
        for layer in net.layers:
            if layer.id in layers and layer.cell in cells[0] and layers[layer.id].cell in cells[1]:
                found[net.name, layer.id] = renaming(cells[0][layer.cell], cells[1][layers[layer.id].cell])
    return found


def _moved(change: NetChange, nets: Mapping[str, str], nodes: Mapping[tuple[str, str], Mapping[str, str]]) -> NetChange:
    net = nets.get(change.net, change.net)
    if isinstance(change, Freeze):
        layer, _, rest = change.parameter.partition(".")
        back = BACK if rest.startswith(BACK) else ""
        names = nodes.get((change.net, layer), {})
        parameter = f"{layer}.{back}{renamed_parameter(rest.removeprefix(BACK), names)}" if names else change.parameter
        return replace(change, net=net, parameter=parameter)
    names = nodes.get((change.net, change.layer), {})
    if isinstance(change, Cut):
        node, source = names.get(change.node, change.node), names.get(change.source, change.source)
        return replace(change, net=net, node=node, source=source)
    back, id = (BACK, change.node.removeprefix(BACK)) if change.node.startswith(BACK) else ("", change.node)
    return replace(change, net=net, node=back + names.get(id, id))
