"""Where an arrow key leads from what is selected. Knows nothing of Qt."""

from typing import Literal

from playground.ui.canvas.content import Content
from playground.ui.state import Selection

Direction = Literal["left", "right", "up", "down"]


def move(content: Content, selection: Selection | None, direction: Direction) -> Selection:
    """The neighbour in that direction, or where we are when there is none. From nothing: the sequence.

    A row reads: sequence, layers, readout, answer (which means the whole network). Up and down keep the column.
    """
    if selection is None or not content.nets:
        return Selection("task")
    if selection.kind == "task":
        return row_of(content, 0)[0] if direction == "right" else selection
    number = max(0, content.net_index(selection.net))
    row = row_of(content, number)
    place = row.index(selection) if selection in row else 0
    if direction == "left":
        return row[place - 1] if place else Selection("task")
    if direction == "right":
        return row[min(place + 1, len(row) - 1)]
    other = min(max(0, number + (1 if direction == "down" else -1)), len(content.nets) - 1)
    if other == number:
        return selection
    target = row_of(content, other)
    if selection.kind == "layer":
        return target[min(place, max(0, len(target) - 3))]
    return target[-2] if selection.kind == "readout" else target[-1]


def row_of(content: Content, number: int) -> list[Selection]:
    """Everything that can be selected in a network, from left to right."""
    net = content.nets[number]
    layers = [Selection("layer", net.name, layer.id) for layer in net.layers]
    return [*layers, Selection("readout", net.name), Selection("net", net.name)]
