"""Elementwise arithmetic as data, so that one rule serves every engine.

A rule is written with ordinary operators (`1 - y * y`) on `Ref`s; an engine prints or evaluates the resulting tree with
its own primitives (`PRIMITIVES`). Nothing here knows of arrays.
"""

from dataclasses import dataclass

# What every engine must be able to compute, elementwise. `positive(x)` is 1 where x > 0, else 0; `at_least(a, b)` is 1
# where a >= b, else 0; `select(m, a, b)` is a where m > 0, else b, even if the other one is infinite, or no number.
PRIMITIVES = {
    "add": 2, "subtract": 2, "multiply": 2, "divide": 2, "maximum": 2, "minimum": 2, "negative": 1,
    "exp": 1, "expm1": 1, "tanh": 1, "sigmoid": 1, "softplus": 1, "positive": 1, "at_least": 2,
    "select": 3,
}  # fmt: skip


class Expr:
    """Base of all expressions; operators build trees."""

    def __add__(self, other: "Expr | float") -> "Expr":
        return Call("add", (self, as_expr(other)))

    def __radd__(self, other: float) -> "Expr":
        return Call("add", (as_expr(other), self))

    def __sub__(self, other: "Expr | float") -> "Expr":
        return Call("subtract", (self, as_expr(other)))

    def __rsub__(self, other: float) -> "Expr":
        return Call("subtract", (as_expr(other), self))

    def __mul__(self, other: "Expr | float") -> "Expr":
        return Call("multiply", (self, as_expr(other)))

    def __rmul__(self, other: float) -> "Expr":
        return Call("multiply", (as_expr(other), self))

    def __truediv__(self, other: "Expr | float") -> "Expr":
        return Call("divide", (self, as_expr(other)))

    def __neg__(self) -> "Expr":
        return Call("negative", (self,))


@dataclass(frozen=True)
class Const(Expr):
    """A number."""

    value: float


@dataclass(frozen=True)
class Ref(Expr):
    """A named value: a placeholder in a rule, a value of the step in a plan."""

    name: str


@dataclass(frozen=True)
class Call(Expr):
    """A primitive applied to arguments."""

    primitive: str
    arguments: tuple[Expr, ...]

    def __post_init__(self) -> None:
        assert len(self.arguments) == PRIMITIVES[self.primitive], self.primitive


def as_expr(value: "Expr | float") -> Expr:
    """The value itself, or the number as a constant."""
    return value if isinstance(value, Expr) else Const(float(value))


def call(primitive: str, *arguments: "Expr | float") -> Expr:
    """A primitive by name."""
    return Call(primitive, tuple(as_expr(argument) for argument in arguments))


def names(expr: Expr) -> set[str]:
    """All names that occur in the expression."""
    if isinstance(expr, Ref):
        return {expr.name}
    if isinstance(expr, Call):
        return set().union(*(names(argument) for argument in expr.arguments))
    return set()


def substitute(expr: Expr, values: dict[str, Expr]) -> Expr:
    """The expression with its placeholders replaced."""
    if isinstance(expr, Ref):
        return values.get(expr.name, expr)
    if isinstance(expr, Call):
        return Call(expr.primitive, tuple(substitute(argument, values) for argument in expr.arguments))
    return expr
