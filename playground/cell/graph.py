"""A cell as data: named nodes, the wires between them, and memories.

A cell knows nothing of time and nothing of sizes. One time loop (see `playground.compiler`) runs any cell. Everything
here is frozen and hashable, so that an edit makes a new cell and the old one is the undo.
"""

from typing import Literal

from msgspec import Struct

Activation = Literal[
    "sigmoid", "tanh", "relu", "identity", "exp", "softplus", "log_sigmoid", "hard_sigmoid",
]  # fmt: skip
OperationKind = Literal[
    "multiply", "add", "subtract", "divide", "maximum", "minimum", "one_minus", "negate", "scale",
    "sigmoid", "tanh", "relu", "exp", "softplus", "log_sigmoid", "hard_sigmoid", "constant",
]  # fmt: skip
Role = Literal["none", "input", "forget", "input_gate", "output", "candidate", "cell", "hidden"]
WireKind = Literal["full", "diagonal", "identity"]
InitKind = Literal[
    "uniform", "xavier", "orthogonal", "identity", "zeros", "constant", "normal", "chrono", "chrono_opposite",
]  # fmt: skip

NODE_ID = r"^[a-z][a-z0-9_]{0,31}$"


class Init(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How a weight, bias or start value is drawn before training.

    `uniform`: U(-1/√H, 1/√H) times `value`. `xavier`: Glorot and Bengio (2010), times `value`. `orthogonal` and
    `identity`: that matrix times `value`. `constant`: `value` itself. `normal`: N(0, value²).
    `chrono`: log U(1, value - 1), with `value` the longest lag (Tallec and Ollivier, 2018).
    `chrono_opposite`: minus what was drawn for the gate named in `of`, with the same `value`.
    """

    kind: InitKind = "uniform"
    value: float = 1.0
    of: str = ""


class Wire(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A connection from node `source` into a gate.

    `full`: a matrix [gate size, source size]; `diagonal`: a vector, elementwise (a peephole); `identity`: no weight.
    """

    source: str
    kind: WireKind = "full"
    init: Init = Init()
    stop_gradient: bool = False
    freeze: bool = False


class Place(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a node lies on the canvas, in scene units (y grows downwards)."""

    x: float
    y: float


class Node(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="kind"):
    """What every node has: a stable `id` (`NODE_ID`), a text for people, a colour role and perhaps a place."""

    id: str
    label: str = ""
    role: Role = "none"
    place: Place | None = None


class Input(Node, frozen=True, tag="input"):
    """The layer's input x_t [D]."""


class Memory(Node, frozen=True, tag="memory"):
    """z⁻¹: the value that node `source` had one step earlier; at the first step, the start value.

    `start`: the initialiser of the start value; a plain number unless `learned`, when it is a parameter [H].
    """

    source: str = ""
    start: Init = Init("zeros")
    learned: bool = False


class Gate(Node, frozen=True, tag="gate"):
    """scale · activation(Σ weight·source + bias) + shift, size H (or H / `block`: one gate serves `block` cells)."""

    wires: tuple[Wire, ...] = ()
    activation: Activation = "sigmoid"
    bias: Init | None = Init("zeros")
    scale: float = 1.0
    shift: float = 0.0
    block: int = 1
    freeze_bias: bool = False


class Operation(Node, frozen=True, tag="operation"):
    """An elementwise operation on other nodes. `value` is the factor of `scale` and the number of `constant`."""

    operation: OperationKind = "multiply"
    sources: tuple[str, ...] = ()
    value: float = 1.0


class Output(Node, frozen=True, tag="output"):
    """The signal handed to the next layer: the named nodes, one after another (usually just one)."""

    sources: tuple[str, ...] = ()


AnyNode = Input | Memory | Gate | Operation | Output


class Cell(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A recurrent cell: `nodes` in any order, exactly one `Input` and one `Output`.

    `paper` and `about` are for people. `name` is what a layer refers to.
    """

    name: str
    nodes: tuple[AnyNode, ...] = ()
    label: str = ""
    paper: str = ""
    about: str = ""

    def node(self, id: str) -> AnyNode:
        """The node with this id. Raises KeyError."""
        for node in self.nodes:
            if node.id == id:
                return node
        raise KeyError(id)
