"""What can be done about a finding, as edits that can be undone: one step each, and the numbers come from measurements.

An edit of how weights begin takes effect when the run begins again; such a remedy says so, for it takes all networks of
the experiment back to step 0.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import floor, isfinite, log10

from playground.cell.edits import SetNode
from playground.cell.graph import Cell, Gate, Init
from playground.errors import BadInput
from playground.experiment.cell_edits import EditCell
from playground.experiment.document import Experiment
from playground.experiment.edits import Edit, ReplaceCell, SetUnits, SetValue, Together, cell_of
from playground.network.spec import Layer
from playground.training.doctor.anatomy import keepers, rectifiers, recurrent_wires, sigmoid_gates, writers
from playground.training.doctor.findings import Finding
from playground.training.doctor.patient import Patient

USUAL = 3e-3  # of an update over the weights: what a rate is brought to (measured: 0.002 to 0.01 where nets learn)
SLOW = USUAL / 3  # below it, a rate is worth raising
LONG = 1e3  # the most that a rate is raised by at once
DROPOUT = 0.3
WIDE = 48  # units from which on dropout is tried: 32 on the sunspots it does not help, 64 on a text it does
SHRINK = 0.03
PLAIN = Init()


@dataclass(frozen=True)
class Remedy:
    """id: which one; the words are the panel's. edit: one step of undo. begins_again: the run goes back to step 0 when
    it is applied. values: the numbers of its sentence."""

    id: str
    edit: Edit
    begins_again: bool = False
    values: dict[str, float] = field(default_factory=dict)


def remedies(finding: Finding, experiment: Experiment, patient: Patient) -> tuple[Remedy, ...]:
    """What can be done, the most likely to help first. Those that do not fit the network are left out."""
    made = []
    for build in _REMEDIES[finding.kind]:
        try:
            made += [remedy for remedy in build(finding, experiment, patient) if _changes(remedy, experiment)]
        except (BadInput, KeyError):  # the document is ahead of the run: there is nothing to mend it with at the moment
            continue
    return tuple({remedy.id: remedy for remedy in made}.values())


Build = Callable[[Finding, Experiment, Patient], Iterator[Remedy]]


def _changes(remedy: Remedy, experiment: Experiment) -> bool:
    return remedy.edit.apply(experiment) != experiment


def _clip(finding: Finding, experiment: Experiment, patient: Patient) -> Iterator[Remedy]:
    """At the usual norm of the gradient (Pascanu et al. 2013: half to ten times the average)."""
    norm = two_digits(finding.values.get("norm", float("nan")))
    if isfinite(norm) and norm > 0:
        thrown = finding.values.get("leap", 0.0) > 100 and not finding.values.get("clip")
        yield Remedy("clip", _named(f"clip at {norm:g}", _set("clip_norm", norm)), thrown, {"norm": norm})


def _rate(factor: float, id: str, experiment: Experiment, again: bool, clip: bool = False) -> Remedy:
    old = experiment.training.optimizer.learning_rate
    new = two_digits(old * factor)
    edits = [_set("optimizer.learning_rate", new)]
    if clip and not 0 < experiment.training.clip_norm <= 1:
        edits.append(_set("clip_norm", 1.0))
    text = f"set learning rate to {new:g}" + (" and clip at 1" if len(edits) > 1 else "")
    return Remedy(id, _named(text, *edits), again, {"rate": new, "factor": new / old})


def _lower(finding: Finding, experiment: Experiment, patient: Patient) -> Iterator[Remedy]:
    """To updates of a usual size; by a third at the least. Weights that were thrown far away begin again."""
    ratio = finding.values.get("ratio", patient.vitals.ratio)
    factor = min(1 / 3, max(USUAL / ratio, 1e-3)) if isfinite(ratio) and ratio > 0 else 1 / 3
    thrown = finding.values.get("leapt", 0.0) > 2
    yield _rate(min(factor, 1 / 30) if thrown else factor, "lower_rate", experiment, True)


def _calmer(finding: Finding, experiment: Experiment, patient: Patient) -> Iterator[Remedy]:
    """Units that began alive were driven to death by steps that were too long (Maas et al. 2013)."""
    if not _began_silent(finding, patient):
        optimizer = experiment.training.optimizer
        adaptive = optimizer.kind in ("adam", "adamw", "rmsprop")
        yield _rate(0.01 if adaptive and optimizer.learning_rate > 0.05 else 0.1, "lower_rate", experiment, True)


def _tame(finding: Finding, experiment: Experiment, patient: Patient) -> Iterator[Remedy]:
    """After a value that was not finite: smaller steps, and none longer than usual."""
    yield _rate(0.03, "tame", experiment, True, clip=True)


def _raise(finding: Finding, experiment: Experiment, patient: Patient) -> Iterator[Remedy]:
    """To updates of a usual size."""
    ratio = patient.vitals.ratio
    if isfinite(ratio) and 0 < ratio < SLOW:
        yield _rate(min(USUAL / ratio, LONG), "raise_rate", experiment, False)


def _whole(finding: Finding, experiment: Experiment, patient: Patient) -> Iterator[Remedy]:
    """The gradient goes through all of the sequence, not through windows shorter than the lag."""
    if experiment.training.truncate:
        yield Remedy("whole", _named("go back through the whole sequence", _set("truncate", 0)))


def _chrono(finding: Finding, experiment: Experiment, patient: Patient) -> Iterator[Remedy]:
    """Gates that keep the memory for as long as the lag (Tallec and Ollivier 2018: b_f = log U(1, T − 1), b_i = −b_f,
    with T twice the lag, so that half of them keep it for longer)."""
    layer, cell = _place(finding, patient)
    longest = chrono_range(finding, patient)
    edits = _chrono_edits(finding.net, layer.id, cell, longest)
    if edits:
        yield Remedy(
            "chrono", _named(f"match the forget bias to lag {longest / 2:g}", *edits), True, {"lag": longest / 2}
        )


def _gated(finding: Finding, experiment: Experiment, patient: Patient) -> Iterator[Remedy]:
    """An LSTM in its place, with gates for this lag."""
    layer, cell = _place(finding, patient)
    if keepers(cell):
        return
    replaced = ReplaceCell(finding.net, layer.id, "lstm")
    after = replaced.apply(experiment)
    number = [net.name for net in experiment.networks].index(finding.net)
    longest = chrono_range(finding, patient)
    new = next(other for other in after.networks[number].layers if other.id == layer.id)
    edits = _chrono_edits(after.networks[number].name, layer.id, cell_of(after, new.cell), longest)
    yield Remedy("gated", _named("a gated cell instead", replaced, *edits), True, {"lag": longest / 2})


def _orthogonal(finding: Finding, experiment: Experiment, patient: Patient) -> Iterator[Remedy]:
    """Recurrent matrices that neither shrink nor stretch what passes through them (Saxe et al. 2014)."""
    for layer in patient.net.layers:
        cell = patient.cells.get(layer.cell)
        if cell is None or (finding.layer and layer.id != finding.layer) or keepers(cell):
            continue
        if finding.kind == "not_finite" and not any(
            _init_of(layer, cell, name).value > 1 for name in recurrent_wires(cell)
        ):
            continue  # they do not begin by stretching
        edits = [_init(finding.net, layer.id, name, Init("orthogonal")) for name in recurrent_wires(cell)]
        if edits:
            yield Remedy("orthogonal", _named("start with orthogonal weights", *edits), True)
            return


def _middle(finding: Finding, experiment: Experiment, patient: Patient) -> Iterator[Remedy]:
    """The gate begins half open, with small weights."""
    layer, cell = _place(finding, patient)
    edits = _middle_edits(finding.net, layer, cell, finding.node)
    if edits:
        yield Remedy("middle", _named(f"start {finding.node} half open", *edits), True)


def _awake(finding: Finding, experiment: Experiment, patient: Patient) -> Iterator[Remedy]:
    """All sigmoid gates of the layer begin half open, if units are silent because of them."""
    layer, cell = _place(finding, patient)
    kept = keepers(cell)
    edits = [
        edit
        for gate in sigmoid_gates(cell)
        if gate not in kept
        for edit in _middle_edits(finding.net, layer, cell, gate)
    ]
    if edits:
        yield Remedy("middle", _named("start the gates half open", *edits), True)


def _identity(finding: Finding, experiment: Experiment, patient: Patient) -> Iterator[Remedy]:
    """Rectifiers that begin by remembering (Le et al. 2015: recurrent weights the identity, biases 0)."""
    layer, cell = _place(finding, patient)
    if not rectifiers(cell) or not _began_silent(finding, patient):
        return
    edits: list[Edit] = [_init(finding.net, layer.id, name, Init("identity")) for name in recurrent_wires(cell)]
    for gate in rectifiers(cell):
        node = cell.node(gate)
        if isinstance(node, Gate) and node.bias is not None:
            edits.append(_init(finding.net, layer.id, f"{gate}.bias", Init("zeros")))
    if recurrent_wires(cell):
        yield Remedy("identity", _named("start with the identity", *edits), True)


def _tanh(finding: Finding, experiment: Experiment, patient: Patient) -> Iterator[Remedy]:
    """tanh in place of rectifiers: a unit that cannot be silent on one side."""
    layer, cell = _place(finding, patient)
    edits: list[Edit] = []
    for gate in rectifiers(cell):
        edits += [EditCell(finding.net, layer.id, SetNode(gate, "activation", "tanh"))]
        edits += _middle_edits(finding.net, layer, cell, gate)
    if edits:
        yield Remedy("tanh", _named("tanh in place of ReLU", *edits), True)


def _decay(finding: Finding, experiment: Experiment, patient: Patient) -> Iterator[Remedy]:
    """AdamW that takes three hundredths off the weights at every step (Loshchilov and Hutter 2019)."""
    optimizer = experiment.training.optimizer
    share = two_digits(SHRINK / optimizer.learning_rate)
    if optimizer.kind not in ("adam", "adamw") or optimizer.weight_decay >= share:
        return
    edits = _set("optimizer.kind", "adamw"), _set("optimizer.weight_decay", share)
    yield Remedy("decay", _named(f"weight decay of {share:g}", *edits), True, {"decay": share})


def _dropout(finding: Finding, experiment: Experiment, patient: Patient) -> Iterator[Remedy]:
    """Of layers so wide that others can stand in for what is left out (Srivastava et al. 2014)."""
    edits = [
        SetValue(f"networks.{finding.net}.layers.{layer.id}.dropout", DROPOUT)
        for layer in patient.net.layers
        if layer.dropout < DROPOUT and layer.units >= WIDE
    ]
    if edits:
        yield Remedy("dropout", _named(f"dropout of {DROPOUT:g}", *edits), True, {"share": DROPOUT})


def _fewer(finding: Finding, experiment: Experiment, patient: Patient) -> Iterator[Remedy]:
    layers = [layer for layer in patient.net.layers if layer.units > 3]
    edits = [SetUnits(finding.net, layer.id, layer.units // 4) for layer in layers]
    if edits:
        yield Remedy("fewer", _named("a quarter of the units", *edits), True, {"units": float(layers[-1].units // 4)})


def _stop(finding: Finding, experiment: Experiment, patient: Patient) -> Iterator[Remedy]:
    """Early stopping (Prechelt 1998): where the test loss was lowest."""
    step = int(finding.values.get("step", 0))
    if step > 0:
        yield Remedy("stop", _named(f"stop at step {step}", _set("goal.steps", step)), True, {"step": float(step)})


def _more(finding: Finding, experiment: Experiment, patient: Patient) -> Iterator[Remedy]:
    if patient.vitals.ratio < SLOW:
        return  # more units that do not move either
    units = [(layer.id, min(4096, layer.units * 4)) for layer in patient.net.layers]
    edits = [SetUnits(finding.net, layer, count) for layer, count in units]
    yield Remedy("more", _named("four times as many units", *edits), True, {"units": float(units[-1][1])})


_REMEDIES: dict[str, tuple[Build, ...]] = {
    "not_finite": (_tame, _orthogonal),
    "exploding": (_clip, _orthogonal, _gated),
    "vanishing": (_whole, _chrono, _gated, _orthogonal),
    "dead_gate": (_middle,),
    "saturated_gate": (_middle,),
    "dead_units": (_identity, _tanh, _awake, _calmer),
    "rate_high": (_lower,),
    "rate_low": (_raise,),
    "overfitting": (_stop, _fewer, _decay, _dropout),
    "plateau": (_raise, _more),
}


# -- parts ------------------------------------------------------------------------------------------------------------


def chrono_range(finding: Finding, patient: Patient) -> float:
    """T of the chrono start: twice the lag that has to be crossed, or the length of the sequence where nobody knows."""
    return 2.0 * max(2.0, finding.values.get("wanted", 0.0) or patient.lag or patient.facts.length)


def two_digits(value: float) -> float:
    """The number with two digits that count."""
    if not isfinite(value) or value <= 0:
        return value
    places = 1 - floor(log10(value))
    return round(value, places)


def _place(finding: Finding, patient: Patient) -> tuple[Layer, Cell]:
    """The layer that it is about, or the first. Raises KeyError."""
    layers = {layer.id: layer for layer in patient.net.layers}
    layer = layers[finding.layer] if finding.layer else patient.net.layers[0]
    return layer, patient.cells[layer.cell]


def _named(text: str, *edits: Edit) -> Together:
    return Together(tuple(edits), text)


def _set(name: str, value: float | str) -> SetValue:
    return SetValue(f"training.{name}", value)


def _init(net: str, layer: str, parameter: str, init: Init) -> SetValue:
    return SetValue(f"networks.{net}.layers.{layer}.init.{parameter}", init)


def _chrono_edits(net: str, layer: str, cell: Cell, longest: float) -> list[SetValue]:
    kept = {gate: opens for gate, opens in keepers(cell).items() if _bias(cell, gate) is not None}
    edits = [
        _init(net, layer, f"{gate}.bias", Init("chrono", longest) if opens else Init("chrono_opposite", longest, gate))
        for gate, opens in kept.items()
    ]
    first = next(iter(kept), "")
    for gate in writers(cell) if first and kept[first] else []:
        if _bias(cell, gate) is not None:
            edits.append(_init(net, layer, f"{gate}.bias", Init("chrono_opposite", longest, first)))
    return edits


def _began_silent(finding: Finding, patient: Patient) -> bool:
    """Whether units were dead from the beginning, because of where their biases start."""
    layer, cell = _place(finding, patient)
    biases = [layer.init.get(f"{gate}.bias", _bias(cell, gate) or Init("zeros")) for gate in rectifiers(cell)]
    return any(bias.kind == "constant" and bias.value < 0 for bias in biases)


def _middle_edits(net: str, layer: Layer, cell: Cell, gate: str) -> list[SetValue]:
    """Biases at 0 and weights of the usual size, where they are not."""
    node = cell.node(gate)
    assert isinstance(node, Gate)
    edits = []
    if node.bias is not None and layer.init.get(f"{gate}.bias", node.bias).kind != "zeros":
        edits.append(_init(net, layer.id, f"{gate}.bias", Init("zeros")))
    for wire in node.wires:
        name = f"{gate}.weight.{wire.source}"
        init = _init_of(layer, cell, name)
        if wire.kind != "identity" and (init.value > 1 or init.kind in ("constant", "normal")):
            edits.append(_init(net, layer.id, name, PLAIN))
    return edits


def _init_of(layer: Layer, cell: Cell, parameter: str) -> Init:
    """How a weight begins."""
    gate, _, source = parameter.partition(".weight.")
    node = cell.node(gate)
    assert isinstance(node, Gate)
    return layer.init.get(parameter) or next(wire.init for wire in node.wires if wire.source == source)


def _bias(cell: Cell, gate: str) -> Init | None:
    node = cell.node(gate)
    return node.bias if isinstance(node, Gate) else None
