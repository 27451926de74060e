"""One operation, one row: its value and its derivative side by side, for every engine.

`value` is written in the arguments a (and b); `derivatives[k]` is ∂y/∂argument k, written in a, b and the result y.
Derivatives of activations use y alone, so that a gate's pre-activation need not be kept. `k` stands for the constant of
a `scale` or a `shift`.
"""

from dataclasses import dataclass

from playground.compiler.expressions import Const, Expr, Ref, call

A, B, Y, K = Ref("a"), Ref("b"), Ref("y"), Ref("k")


@dataclass(frozen=True)
class Rule:
    """value: y(a, b). derivatives: one expression per argument."""

    value: Expr
    derivatives: tuple[Expr, ...]


ACTIVATIONS: dict[str, Rule] = {
    "sigmoid": Rule(call("sigmoid", A), (Y * (1 - Y),)),
    "tanh": Rule(call("tanh", A), (1 - Y * Y,)),
    "relu": Rule(call("maximum", A, 0.0), (call("positive", Y),)),
    "identity": Rule(A, (Const(1.0),)),
    "exp": Rule(call("exp", A), (Y,)),
    # d/da log(1 + eᵃ) = σ(a) = 1 - e⁻ʸ, without cancellation where y is small
    "softplus": Rule(call("softplus", A), (-call("expm1", -Y),)),
    # log σ(a) = -softplus(-a); its derivative σ(-a) = 1 - eʸ
    "log_sigmoid": Rule(-call("softplus", -A), (-call("expm1", Y),)),
    # the piecewise line of slope 1/6 through (0, 1/2), as in Howard et al. (2019)
    "hard_sigmoid": Rule(
        call("minimum", call("maximum", A * (1 / 6) + 0.5, 0.0), 1.0), (call("positive", Y * (1 - Y)) * (1 / 6),)
    ),
}

ELEMENTWISE: dict[str, Rule] = {
    **{name: rule for name, rule in ACTIVATIONS.items() if name != "identity"},
    "multiply": Rule(A * B, (B, A)),
    "add": Rule(A + B, (Const(1.0), Const(1.0))),
    "subtract": Rule(A - B, (Const(1.0), Const(-1.0))),
    "divide": Rule(A / B, (call("divide", 1.0, B), -(Y / B))),
    # where both are equal, the gradient goes to the first
    "maximum": Rule(call("maximum", A, B), (call("at_least", A, B), 1 - call("at_least", A, B))),
    "minimum": Rule(call("minimum", A, B), (call("at_least", B, A), 1 - call("at_least", B, A))),
    "one_minus": Rule(1 - A, (Const(-1.0),)),
    "negate": Rule(-A, (Const(-1.0),)),
    "scale": Rule(A * K, (K,)),
    "shift": Rule(A + K, (Const(1.0),)),
}
