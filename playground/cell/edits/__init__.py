"""Everything a person can do to a cell, as data: each edit has a label for the undo menu, and makes a new cell."""

from playground.cell.edits.add import AddGate, AddMemory, AddNode, AddOperation, Duplicate, Paste
from playground.cell.edits.arrange import Align, ClearPlaces, Edge, MoveNodes
from playground.cell.edits.base import CellEdit, Group, added
from playground.cell.edits.nodes import Dissolve, RemoveNodes, RenameNode, RenameTwins, SetCell, SetNode
from playground.cell.edits.wires import Connect, Disconnect, InsertOnWire, Rewire, SetWire

__all__ = [
    "AddGate",
    "AddMemory",
    "AddNode",
    "AddOperation",
    "Align",
    "CellEdit",
    "ClearPlaces",
    "Connect",
    "Disconnect",
    "Dissolve",
    "Duplicate",
    "Edge",
    "Group",
    "InsertOnWire",
    "MoveNodes",
    "Paste",
    "RemoveNodes",
    "RenameNode",
    "RenameTwins",
    "Rewire",
    "SetCell",
    "SetNode",
    "SetWire",
    "added",
]
