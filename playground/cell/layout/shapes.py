"""What a layout is made of: boxes, ports, routes and lanes, in scene units (pixels at 100 %; y grows downwards)."""

from dataclasses import dataclass, field
from math import sqrt
from typing import Literal, NamedTuple

from msgspec import Struct

from playground.cell.graph import AnyNode, Gate, Input, Memory, Operation

GRID = 8.0  # boxes are centred on multiples of it, wires run on them
CLEARANCE = 8.0  # least distance between a wire and a box it does not belong to

Shape = Literal["card", "circle", "pill"]
Side = Literal["left", "right", "top", "bottom"]
OUTWARD: dict[Side, tuple[int, int]] = {"left": (-1, 0), "right": (1, 0), "top": (0, -1), "bottom": (0, 1)}

# Operations that a single sign says; the others need room for a word.
SIGNS = frozenset(("multiply", "add", "subtract", "divide", "one_minus", "negate", "sigmoid"))
LONG_WORDS = frozenset(("softplus", "log_sigmoid", "hard_sigmoid"))


class Point(NamedTuple):
    x: float
    y: float


def rim(width: float, height: float, side: Side, shift: float) -> float:
    """How far inside of its box a circle's or pill's rim lies, `shift` beside the middle of a side."""
    radius = min(width, height) / 2
    straight = (width if side in ("top", "bottom") else height) / 2 - radius
    beyond = min(max(abs(shift) - straight, 0.0), radius)
    return round(radius - sqrt(radius * radius - beyond * beyond), 3)


class Rect(NamedTuple):
    """A rectangle by its top left corner and size."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height


@dataclass(frozen=True)
class Sizes:
    """Width and height of every kind of node. `wide` and `word`: operations written as a word, long and short."""

    gate: tuple[float, float] = (112.0, 72.0)
    sign: tuple[float, float] = (34.0, 34.0)
    word: tuple[float, float] = (56.0, 34.0)
    wide: tuple[float, float] = (72.0, 34.0)
    memory: tuple[float, float] = (64.0, 32.0)
    input: tuple[float, float] = (64.0, 32.0)
    output: tuple[float, float] = (64.0, 32.0)

    def of(self, node: AnyNode) -> tuple[float, float, Shape]:
        """Width, height and shape of a node's box."""
        if isinstance(node, Gate):
            return (*self.gate, "card")
        if isinstance(node, Operation):
            if node.operation in SIGNS:
                return (*self.sign, "circle")
            return (*(self.wide if node.operation in LONG_WORDS else self.word), "pill")
        if isinstance(node, Memory):
            return (*self.memory, "pill")
        return (*(self.input if isinstance(node, Input) else self.output), "pill")


class NodeBox(Struct, frozen=True, gc=False):
    """The box of node `id`: top left corner and size. `placed`: the user put it there."""

    id: str
    x: float
    y: float
    width: float
    height: float
    shape: Shape = "card"
    placed: bool = False

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def centre(self) -> Point:
        """What `Place` of a node means."""
        return Point(self.x + self.width / 2, self.y + self.height / 2)


class Port(Struct, frozen=True, gc=False):
    """Where a wire meets a box, or may: `free` ports wait for one.

    index: which input of the node it is; -1 where wires leave. A memory's input stands at the left of its pill
    although the wire that feeds it ends at the right of the cell.
    """

    node: str
    index: int
    side: Side
    x: float
    y: float
    free: bool = False


class WireRoute(Struct, frozen=True, gc=False):
    """A wire from node `source` into input number `port` of node `target`, as the canvas draws it (with round corners).

    points: an orthogonal polyline from a port of the source to a port of the target. own: the end of it that no other
    wire of the same source runs on, for labels and for the mouse. memory: the memory whose thick line it is part of,
    or "". back: it goes into a memory; it ends where the memory's line leaves the cell, as the value arrives one step
    later.
    """

    source: str
    target: str
    port: int
    points: tuple[Point, ...]
    own: tuple[Point, ...]
    memory: str = ""
    back: bool = False

    @property
    def is_memory_line(self) -> bool:
        return bool(self.memory)


@dataclass(frozen=True)
class Lane:
    """A memory's way through the cell: it enters at `entry`, right of its pill, as "c t−1" and leaves at `exit`, "c t".

    nodes: those that carry it, from left to right, all on one line when nobody moved them; empty for a memory that is
    only tapped (the LSTM's hidden state). `top`: it runs above the gates.
    """

    memory: str
    source: str
    entry: Point
    exit: Point
    nodes: tuple[str, ...] = ()
    top: bool = False


@dataclass(frozen=True)
class Layout:
    """Everything the canvas draws. `boxes` come in the order of the cell's nodes; `junctions`: where a trunk forks.

    `strained`: how many pairs of wires of different sources run closer than 8 px beside each other (0 nearly always).
    """

    boxes: tuple[NodeBox, ...]
    routes: tuple[WireRoute, ...]
    ports: tuple[Port, ...]
    lanes: tuple[Lane, ...]
    junctions: tuple[Point, ...]
    bounds: Rect
    strained: int = 0
    _boxes: dict[str, NodeBox] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_boxes", {box.id: box for box in reversed(self.boxes)})

    def box(self, id: str) -> NodeBox:
        """The box of a node. Raises KeyError."""
        return self._boxes[id]

    def into(self, id: str) -> tuple[WireRoute, ...]:
        """The wires into a node, by their port."""
        return tuple(route for route in self.routes if route.target == id)
