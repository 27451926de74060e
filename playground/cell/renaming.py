"""Recognises that one cell is another with new names, so that what was learned under the old names is kept."""

from collections.abc import Mapping

from msgspec import structs

from playground.cell.edits.base import renamed, with_inits
from playground.cell.graph import Cell
from playground.cell.names import renamed_init, what_is_computed


def renaming(before: Cell, after: Cell) -> dict[str, str]:
    """Old id → new id of every node that has another name, when the cells are the same in all else; {} otherwise.

    Nodes keep their order in the cell when they are renamed, so they are compared one by one. An undo is one too.
    """
    if len(before.nodes) != len(after.nodes):
        return {}
    names = {old.id: new.id for old, new in zip(before.nodes, after.nodes, strict=True) if old.id != new.id}
    if not names or _with_names(before, names) != what_is_computed(structs.replace(after, name=before.name)):
        return {}
    return names


def _with_names(cell: Cell, names: Mapping[str, str]) -> Cell:
    nodes = []
    for node in what_is_computed(cell).nodes:
        moved = with_inits(renamed(node, names), lambda init: renamed_init(init, names))
        nodes.append(structs.replace(moved, id=names.get(node.id, node.id)))
    return Cell(cell.name, tuple(nodes))
