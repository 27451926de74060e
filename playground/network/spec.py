"""What a network is made of, as data: layers, a readout, and how it is trained."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from playground.cell.graph import Init

Positive = Annotated[int, Meta(ge=1)]
NonNegative = Annotated[int, Meta(ge=0)]
PositiveFloat = Annotated[float, Meta(gt=0)]
NonNegativeFloat = Annotated[float, Meta(ge=0)]
Fraction = Annotated[float, Meta(ge=0, lt=1)]

LossKind = Literal["mse", "cross_entropy", "binary_cross_entropy"]


class Layer(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`units` copies of a cell, run over the sequence. `cell` names a library cell or one of the experiment's own.

    `init` replaces the cell's initialisers by parameter name (`"forget.bias"`, `"candidate.weight.h_prev"`).
    `id` is stable for the life of the layer; parameters are named after it (`layer1.forget.bias`).
    `bidirectional`: a second copy reads the sequence from its end (`layer1.back.forget.bias`), and the output is both.
    `dropout`: share of the output that is left out at random while training. `residual`: the input is added to the
    output.
    """

    id: str
    cell: str
    units: Annotated[int, Meta(ge=1, le=4096)] = 16
    init: dict[str, Init] = {}
    bidirectional: bool = False
    dropout: Fraction = 0.0
    residual: bool = False


class Readout(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A dense layer y = V h + b at every step, or at the last step only. `auto` asks the task."""

    at: Literal["auto", "every", "last"] = "auto"


class Net(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One network, or one contestant of a race. `name` is unique within the experiment."""

    name: str
    layers: tuple[Layer, ...]
    readout: Readout = Readout()


class Optimizer(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`momentum` is for `momentum`; `rho` for `rmsprop`; the betas for `adam` and `adamw`; `weight_decay` for
    `adamw`."""

    kind: Literal["sgd", "momentum", "rmsprop", "adam", "adamw"] = "adam"
    learning_rate: PositiveFloat = 0.01
    momentum: Fraction = 0.9
    rho: Fraction = 0.99
    beta1: Fraction = 0.9
    beta2: Fraction = 0.999
    epsilon: PositiveFloat = 1e-8
    weight_decay: NonNegativeFloat = 0.0


class Schedule(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A factor on the learning rate. `step`: times `factor` every `every` steps. `cosine`: down to `factor` at step
    `every`, and constant from there. `warmup` steps of linear growth come before any of them."""

    kind: Literal["constant", "step", "cosine"] = "constant"
    every: Positive = 1000
    factor: NonNegativeFloat = 0.5
    warmup: NonNegative = 0


class Goal(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """When to stop by oneself: after so many steps or seconds, or when every network's test loss is at or below `loss`.
    0 means: not on that account."""

    steps: NonNegative = 2000
    seconds: NonNegativeFloat = 0.0
    loss: NonNegativeFloat = 0.0


class Training(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How all networks of an experiment are trained.

    `truncate`: length of the windows of truncated BPTT, 0 for the whole sequence (Williams and Peng, 1990); the
    state is carried from window to window and, where the task gives one long stream, from batch to batch.
    `clip_norm`: g ← θ g/‖g‖ when ‖g‖ ≥ θ (Pascanu 2013); 0 is off. `test_every`: steps between tests.
    """

    batch: Annotated[int, Meta(ge=1, le=65536)] = 32
    optimizer: Optimizer = Optimizer()
    schedule: Schedule = Schedule()
    clip_norm: NonNegativeFloat = 1.0
    truncate: NonNegative = 0
    loss: Literal["auto", "mse", "cross_entropy", "binary_cross_entropy"] = "auto"
    precision: Literal["float32", "float64"] = "float32"
    goal: Goal = Goal()
    test_every: Positive = 50
    checkpoint_every: NonNegative = 500
