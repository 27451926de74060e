"""What the compiler makes of a cell for given sizes: parameters, buffers, and one step forward and one back.

Values of a step are named after their nodes and are [size, B]. `delta:G` is ∂L/∂(pre-activation) of gate G, `d:N` is
∂L/∂N at this step, and `carry:M` what memory M hands back to the step before. All gates share one *bank* of rows, so
that the products from one source are one matrix product, and neighbours with the same activation one call.
"""

from dataclasses import dataclass

from playground.cell.graph import Init
from playground.compiler.expressions import Const, Expr, Ref, substitute
from playground.compiler.operations import ELEMENTWISE


@dataclass(frozen=True)
class ParameterSpec:
    """One named array of weights. packed: the array it is part of, from row `row`; shape [size] or [size, source]."""

    name: str
    shape: tuple[int, ...]
    init: Init
    packed: str
    row: int
    frozen: bool = False


@dataclass(frozen=True)
class Rows:
    """Rows `start`:`stop` of the bank, computed from rows `weight`:… of a packed weight."""

    start: int
    stop: int
    weight: int


@dataclass(frozen=True)
class SourceProduct:
    """All full wires from one source: bank[rows] += weight[…] @ source, one matrix product.

    back: the runs of rows through which the gradient returns to the source (stop-gradient wires are left out).
    """

    source: str
    weight: str
    size: int
    rows: tuple[Rows, ...]
    back: tuple[Rows, ...]


@dataclass(frozen=True)
class MemorySlot:
    """A memory: reads `source` one step late. start: the fixed number it begins with, or the name of a parameter.

    direct: it is the source's own storage, seen one step late; otherwise the value is copied at the end of each step.
    """

    name: str
    source: str
    size: int
    start: float | str
    direct: bool


# -- the statements of a step -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Product:
    """bank[rows] += weight @ source."""

    source: str


@dataclass(frozen=True)
class Add:
    """gate += source, times a weight vector if there is one (an identity or a diagonal wire)."""

    gate: str
    source: str
    weight: str | None
    stop_gradient: bool = False


@dataclass(frozen=True)
class Activate:
    """In place on the rows of neighbouring gates that share an activation."""

    gates: tuple[str, ...]
    activation: str


@dataclass(frozen=True)
class Apply:
    """target = operation(sources), a row of the table of operations; `value` is its constant."""

    target: str
    operation: str
    sources: tuple[str, ...]
    value: float = 1.0

    def expression(self) -> Expr:
        """The value in terms of the sources' names."""
        if self.operation == "constant":
            return Const(self.value)
        return bind(ELEMENTWISE[self.operation].value, self)


@dataclass(frozen=True)
class Assign:
    """target = expression, elementwise; all names in it are as wide as the target."""

    target: str
    expr: Expr


@dataclass(frozen=True)
class Repeat:
    """target = source with every row repeated `times` times (a gate serves a block of cells)."""

    target: str
    source: str
    times: int


@dataclass(frozen=True)
class Fold:
    """target = sums over blocks of `times` rows of source: the way back through a `Repeat`."""

    target: str
    source: str
    times: int


@dataclass(frozen=True)
class ActivateBack:
    """delta *= ∂activation, in place on the rows of neighbouring gates."""

    gates: tuple[str, ...]
    activation: str


@dataclass(frozen=True)
class ProductBack:
    """target = weightᵀ @ delta[rows]; adds when `more`."""

    target: str
    source: str
    more: bool


Statement = Product | Add | Activate | Apply | Assign | Repeat | Fold | ActivateBack | ProductBack


def bind(rule: Expr, apply: Apply) -> Expr:
    """A rule's expression with the statement's own names in place of a, b, y and k."""
    values: dict[str, Expr] = {"y": Ref(apply.target), "k": Const(apply.value)}
    values.update(zip("ab", map(Ref, apply.sources), strict=False))
    return substitute(rule, values)


@dataclass(frozen=True)
class Plan:
    """Everything an engine needs.

    input: name of the input node. sizes: of every value by name. bank: gate → (start, stop) rows; biased: rows with
    a bias, as runs.
    x: the product from the input, computed for all steps at once before the loop (None: no gate reads x directly).
    kept: values that backward reads, so they are stored for every step. removed: nodes that lead nowhere. nodes:
    every other node but the output → its value (two nodes that compute the same share one).
    """

    cell: str
    input: str
    inputs: int
    units: int
    outputs: tuple[str, ...]
    output_size: int
    sizes: dict[str, int]
    bank: dict[str, tuple[int, int]]
    bank_size: int
    parameters: tuple[ParameterSpec, ...]
    packed: dict[str, tuple[int, ...]]
    biased: tuple[Rows, ...]
    x: SourceProduct | None
    products: dict[str, SourceProduct]
    diagonals: tuple[Add, ...]
    memories: tuple[MemorySlot, ...]
    forward: tuple[Statement, ...]
    backward: tuple[Statement, ...]
    kept: frozenset[str]
    removed: tuple[str, ...]
    nodes: dict[str, str]

    def seen(self, add: Add) -> str:
        """The value that a diagonal or identity wire adds, as wide as its gate: its source, or that repeated."""
        start, stop = self.bank[add.gate]
        size = self.sizes[add.source]
        return add.source if size == stop - start else repeated(add.source, (stop - start) // size)


def repeated(source: str, times: int) -> str:
    """The name of a value repeated for the units of a block."""
    return f"wide:{source}:{times}"
