"""What the palette's drags say ("gate:sigmoid", "operation:add", "memory"), and the nodes they mean."""

import typing

from playground.cell.edits.add import OPERATION_NAMES
from playground.cell.graph import Activation, Gate, Memory, Operation, OperationKind, Place
from playground.ui.cell_canvas.looks import ACTIVATIONS, SIGNS

NODE_TYPE = "application/x-rnn-node"
ACTIVATION_NAMES: tuple[str, ...] = typing.get_args(Activation)
OPERATIONS: tuple[str, ...] = typing.get_args(OperationKind)


def new_node(text: str, place: Place | None = None) -> Gate | Operation | Memory | None:
    """The node that a drag means, None for a text that means nothing here."""
    kind, _, what = text.strip().partition(":")
    if kind == "gate" and (what or "sigmoid") in ACTIVATION_NAMES:
        return Gate("gate", place=place, activation=what or "sigmoid")  # type: ignore[arg-type]
    if kind == "operation" and what in OPERATIONS:
        return Operation(OPERATION_NAMES.get(what, what), place=place, operation=what)  # type: ignore[arg-type]
    return Memory("memory", place=place) if text.strip() == "memory" else None


def choices() -> list[tuple[str, str]]:
    """(text of the drag, words for people) of everything that can be added."""
    gates = [(f"gate:{name}", f"gate {ACTIVATIONS[name]}") for name in ACTIVATION_NAMES]
    operations = []
    for name in OPERATIONS:
        sign, words = SIGNS.get(name, ""), name.replace("_", " ")
        operations.append((f"operation:{name}", f"{words}  {sign}" if sign and sign != words else words))
    return [*gates, ("memory", "memory  z⁻¹"), *operations]
