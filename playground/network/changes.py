"""Interventions as data: what a person reaches into a net with, stored with the experiment.

Each can be switched off without being forgotten (`on`), and taken back without a trace: weights and their names stay
as they are. Steps of a sequence count from 0; negative ones from its end, as in Python.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated

from msgspec import Meta, Struct

from playground.cell.graph import Cell, Gate, Memory, Operation, Output
from playground.cell.names import parameter_names
from playground.cell.sizes import in_numbers, infer_sizes
from playground.errors import BadInput
from playground.network.spec import Layer, Net

Unit = Annotated[int, Meta(ge=0, le=4095)]
BACK = "back."  # before a node of the copy that reads the sequence from its end


class Change(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="kind"):
    """id: unique within the experiment. on: whether it is in force."""

    id: str
    on: bool = True


class Clamp(Change, frozen=True, kw_only=True, tag="clamp"):
    """A node is `value` from step `start` up to, not including, `stop` (None: to the end), whatever it computes.

    hold: it keeps what it was one step before the stretch instead (0 at the first step). units: empty for all of them.
    node: of the layer's cell, "back.NODE" of its other direction. No gradient flows through where it is clamped.
    """

    net: str
    layer: str
    node: str
    value: float = 0.0
    hold: bool = False
    units: tuple[Unit, ...] = ()
    start: int = 0
    stop: int | None = None


class Cut(Change, frozen=True, kw_only=True, tag="cut"):
    """The wire from `source` into `node` carries nothing; gradient_only: values as before, but no gradient back.

    A gate then sums the rest; an operation reads the number that leaves its other argument alone (1 of a product, else
    0); a memory gives its start value (0 where that is learned); the output hands on 0. The weights of the wire stay.
    """

    net: str
    layer: str
    node: str
    source: str
    gradient_only: bool = False


class Freeze(Change, frozen=True, kw_only=True, tag="freeze"):
    """The parameter stays as it is while the others learn. parameter: as in the network, "layer1.forget.bias"."""

    net: str
    parameter: str


class Point(Struct, frozen=True, forbid_unknown_fields=True):
    """One number of the inputs of the probe sequence: at step `time`, in column `column`."""

    time: Annotated[int, Meta(ge=0)]
    column: Annotated[int, Meta(ge=0)]
    value: float


class ProbeEdit(Change, frozen=True, kw_only=True, tag="probe"):
    """Other inputs in the sequence that is looked at. points: single numbers, or at tasks of symbols the column that
    is on at that step. text: for a text task, the whole sequence. Test and training data stay as they are."""

    points: tuple[Point, ...] = ()
    text: str = ""


AnyChange = Clamp | Cut | Freeze | ProbeEdit
NetChange = Clamp | Cut | Freeze


def of_net(changes: Iterable[AnyChange], net: str) -> tuple[NetChange, ...]:
    """What is in force in this network."""
    return tuple(c for c in changes if not isinstance(c, ProbeEdit) and c.on and c.net == net)


def probe_edit(changes: Iterable[AnyChange]) -> ProbeEdit | None:
    """The edit of the probe that is in force; of several, the last."""
    found = [c for c in changes if isinstance(c, ProbeEdit) and c.on and (c.points or c.text)]
    return found[-1] if found else None


def shows(changes: Iterable[AnyChange]) -> bool:
    """Whether traces or losses are others than without: a frozen weight alone changes nothing that is there now."""
    return any(c.on and isinstance(c, Clamp | Cut) for c in changes) or probe_edit(changes) is not None


def misfit(change: NetChange, net: Net | None, cells: Mapping[str, Cell]) -> BadInput | None:
    """Why the change does not fit the network (any more), None when it does. cells: all that a layer may name."""
    place = f"interventions.{change.id}"
    if net is None:
        return BadInput(f"{place}.net", f'there is no network "{change.net}"', "take it back, or name another")
    if isinstance(change, Freeze):
        names = parameters_of(net, cells)
        if change.parameter not in names:
            problem = f'network "{net.name}" has no parameter "{change.parameter}"'
            return BadInput(f"{place}.parameter", problem, "take it back, or name another")
        return None
    layer = next((layer for layer in net.layers if layer.id == change.layer), None)
    if layer is None or layer.cell not in cells:
        problem = f'network "{net.name}" has no layer "{change.layer}"'
        return BadInput(f"{place}.layer", problem, f"name one of {', '.join(each.id for each in net.layers)}")
    cell = cells[layer.cell]
    return _misfit_cut(change, cell, place) if isinstance(change, Cut) else _misfit_clamp(change, layer, cell, place)


def _misfit_clamp(change: Clamp, layer: Layer, cell: Cell, place: str) -> BadInput | None:
    nodes = [node.id for node in cell.nodes if not isinstance(node, Output)]
    id = change.node.removeprefix(BACK) if layer.bidirectional else change.node
    if id not in nodes:
        problem = f'layer "{layer.id}" has no node "{change.node}" to clamp'
        return BadInput(f"{place}.node", problem, f"name one of {', '.join(nodes)}")
    share = infer_sizes(cell)[id]
    size = in_numbers(share, 0, layer.units) if share[0] == 0 else None  # as wide as the input: nobody knows yet
    if size is not None and max(change.units, default=0) >= size:
        problem = f'"{id}" has {size} units, there is no unit {max(change.units)}'
        return BadInput(f"{place}.units", problem, f"name units from 0 to {size - 1}")
    return None


def _misfit_cut(change: Cut, cell: Cell, place: str) -> BadInput | None:
    node = next((node for node in cell.nodes if node.id == change.node), None)
    if node is None:
        return BadInput(f"{place}.node", f'there is no node "{change.node}" in its layer', "take it back")
    sources: tuple[str, ...] = ()
    if isinstance(node, Gate):
        sources = tuple(wire.source for wire in node.wires)
    elif isinstance(node, Memory):
        sources = (node.source,) if node.source else ()
    elif isinstance(node, Operation | Output):
        sources = node.sources
    if change.source not in sources:
        problem = f'no wire leads from "{change.source}" into "{change.node}"'
        return BadInput(f"{place}.source", problem, f"name one of {', '.join(sources)}" if sources else "take it back")
    return None


def parameters_of(net: Net, cells: Mapping[str, Cell]) -> list[str]:
    """The names of all that a network may train, without building it."""
    names = []
    for layer in net.layers:
        for prefix in (layer.id, f"{layer.id}.back")[: 1 + layer.bidirectional]:
            names += [f"{prefix}.{name}" for name in parameter_names(cells[layer.cell])] if layer.cell in cells else []
    return [*names, "readout.weight", "readout.bias"]
