"""Edits of nodes that are there: take away, rename, set, and the words about the cell as a whole."""

import typing
from typing import Any

from msgspec import structs

from playground.cell.check import sources_of
from playground.cell.edits.base import CellEdit, find, renamed, require, some, swap, taken_ids, with_inits, without
from playground.cell.edits.values import check_init, checked
from playground.cell.graph import AnyNode, Cell, Gate, Input, Memory, Node, Operation, Output
from playground.cell.names import LONGEST_ID, LONGEST_TEXT, clean_label, free_id, is_id, renamed_init
from playground.errors import BadInput

# What can be set by `SetNode`; wires, ids and places have edits of their own.
SETTINGS: dict[type[Node], tuple[str, ...]] = {
    Input: ("label", "role"),
    Output: ("label", "role"),
    Memory: ("label", "role", "start", "learned"),
    Gate: ("label", "role", "activation", "bias", "scale", "shift", "block", "freeze_bias"),
    Operation: ("label", "role", "operation", "value"),
}
MOST_IN_A_BLOCK = 4096


class RemoveNodes(CellEdit, frozen=True):
    """These nodes go, and all wires from and to them."""

    ids: tuple[str, ...]

    def label(self) -> str:
        return f"remove {some(self.ids)}"

    def apply(self, cell: Cell) -> Cell:
        return without(cell, require(cell, self.ids))


class Dissolve(CellEdit, frozen=True):
    """A node with one source goes, and what it read is wired to all that read it."""

    id: str

    def label(self) -> str:
        return f"remove {self.id} and join its wires"

    def apply(self, cell: Cell) -> Cell:
        node = find(cell, self.id)
        sources = set(sources_of(node)) - {self.id}
        if len(sources) != 1 or isinstance(node, Input | Output):
            raise BadInput(
                self.id, f"{len(sources)} nodes are wired into it", "this works for a node with one wire into it"
            )
        [source] = sources
        nodes = []
        for other in cell.nodes:
            if other.id == self.id:
                continue
            seen = {wire.source for wire in other.wires} if isinstance(other, Gate) else set()
            joined = None if source in seen else source  # a gate reads a node once
            nodes.append(renamed(other, {self.id: joined}))
        return structs.replace(cell, nodes=tuple(nodes))


class RenameNode(CellEdit, frozen=True):
    """Another id; every wire and initialiser that names the node follows, and labels that only repeat the id."""

    old: str
    new: str

    def label(self) -> str:
        return f"rename {self.old} to {self.new}"

    def apply(self, cell: Cell) -> Cell:
        find(cell, self.old)
        check_id(self.new)
        if self.new == self.old:
            return cell
        if self.new in taken_ids(cell):
            raise BadInput(self.old, f"{self.new} is the name of another node", "choose another")
        return _renamed(cell, self.old, self.new)

    def renames(self) -> dict[str, str]:
        return {self.old: self.new}


class RenameTwins(CellEdit, frozen=True):
    """Nodes after the first one of the same id get ids of their own; wires stay with the first."""

    id: str

    def label(self) -> str:
        return f"give every {self.id} a name of its own"

    def apply(self, cell: Cell) -> Cell:
        find(cell, self.id)
        taken, seen = taken_ids(cell), False
        nodes: list[AnyNode] = []
        for node in cell.nodes:
            if node.id == self.id and seen:
                node = structs.replace(node, id=free_id(self.id if is_id(self.id) else "node", taken))
                taken.add(node.id)
            seen = seen or node.id == self.id
            nodes.append(node)
        return structs.replace(cell, nodes=tuple(nodes))


class SetNode(CellEdit, frozen=True):
    """One setting of a node (see `SETTINGS`); an initialiser as `Init` or as its plain data."""

    id: str
    field: str
    value: Any

    def label(self) -> str:
        name = self.field.replace("_", " ")
        plain = isinstance(self.value, str | int | float) and 0 < len(str(self.value)) <= 24
        return f"set {name} of {self.id} to {self.value}" if plain else f"change {name} of {self.id}"

    def setting(self) -> str:
        return f"{self.id}.{self.field}"

    def apply(self, cell: Cell) -> Cell:
        node = find(cell, self.id)
        known = SETTINGS[type(node)]
        if self.field not in known:
            raise BadInput(f"{self.id}.{self.field}"[:80], "there is no such setting", f"use one of {', '.join(known)}")
        value = _value(node, self.field, self.value)
        return swap(cell, structs.replace(node, **{self.field: value}))


class SetCell(CellEdit, frozen=True):
    """A text about the cell as a whole: its "label", "paper" or "about"."""

    field: str
    value: str

    def label(self) -> str:
        return f"change the cell's {self.field}"

    def setting(self) -> str:
        return f".{self.field}"

    def apply(self, cell: Cell) -> Cell:
        if self.field not in ("label", "paper", "about"):
            raise BadInput(self.field[:40], "there is no such text", "use one of label, paper, about")
        text = checked(str, self.value, self.field)
        text = clean_label(text) if self.field == "label" else clean_label(text, LONGEST_TEXT)
        if self.field == "label" and not text:
            raise BadInput("label", "a cell needs a name", "type one")
        return structs.replace(cell, **{self.field: text})


def check_id(id: str) -> None:
    """Raises BadInput for what cannot be the id of a node."""
    if not is_id(id):
        remedy = f"use small letters, digits and _, at most {LONGEST_ID}, a letter first"
        raise BadInput(id[:40] or "name", "this cannot be the name of a node", remedy)


def _renamed(cell: Cell, old: str, new: str) -> Cell:
    names: dict[str, str] = {old: new}
    labels = {old: new, old.replace("_", " "): new.replace("_", " ")}
    nodes: list[AnyNode] = []
    for node in cell.nodes:
        node = with_inits(renamed(node, names), lambda init: renamed_init(init, names))
        if node.id == old:
            node = structs.replace(node, id=new, label=labels.get(node.label, node.label))
        elif isinstance(node, Memory) and node.source == new and node.label == f"{old}₋":
            node = structs.replace(node, label=f"{new}₋")
        nodes.append(node)
    return structs.replace(cell, nodes=tuple(nodes))


def _value(node: AnyNode, field: str, value: Any) -> Any:
    """The value as the field can hold it. Raises BadInput."""
    place = f"{node.id}.{field}"
    if field == "label":
        return clean_label(checked(str, value, place))
    if field in ("bias", "start"):
        return None if field == "bias" and value is None else check_init(value, place)
    result: Any = checked(typing.get_type_hints(type(node))[field], value, place)
    if field == "block" and not 1 <= result <= MOST_IN_A_BLOCK:
        raise BadInput(place, f"found {result}", f"give a whole number from 1 to {MOST_IN_A_BLOCK}")
    if field == "scale" and result == 0:
        raise BadInput(place, "a gate scaled by 0 is always the same", "use another number, or a constant")
    return result
