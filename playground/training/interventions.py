"""Weights that a person set by hand, or added noise to. They are part of how a net came to be, so they are kept."""

from collections.abc import Mapping

import msgspec
from msgspec import Struct


class Intervention(Struct, frozen=True):
    """After `step` training steps one number of `parameter` of network `net` went from `before` to `after`.

    index: its place in the parameter, one number for each axis, from 0.
    """

    step: int
    net: str
    parameter: str
    index: tuple[int, ...]
    before: float
    after: float


class Noise(Struct, frozen=True):
    """After `step` training steps N(0, sigma²) was added to every number of each parameter of network `net`.

    number: of this noise in its run, from 1. share: sigma over the root mean square of the parameter then. sigmas:
    parameter → its sigma. seed: what the noise was drawn from.
    """

    number: int
    step: int
    net: str
    share: float
    seed: int
    sigmas: dict[str, float]


def weight_place(net: str, parameter: str, index: tuple[int, ...] = ()) -> str:
    """How a `BadInput` names a weight: `networks.LSTM.layer1.forget.bias[3]`; `networks.LSTM` without a parameter."""
    return f"networks.{net}.{parameter}".rstrip(".") + (f"[{', '.join(map(str, index))}]" if index else "")


def add(interventions: list[Intervention], new: Intervention) -> None:
    """Append `new`. Changes of one number between the same two training steps become one, and none at all when it is
    back where it was, because no step has seen what was in between."""
    last = interventions[-1] if interventions else None
    if last is not None and _where(last) == _where(new):
        new = msgspec.structs.replace(new, before=last.before)
        interventions.pop()
    if new.before != new.after:
        interventions.append(new)


def follow(interventions: list[Intervention], names: Mapping[str, str]) -> list[Intervention]:
    """Those of networks that are still there. names: old → new."""
    return [
        msgspec.structs.replace(one, net=names[one.net]) if names[one.net] != one.net else one
        for one in interventions
        if one.net in names
    ]


def _where(one: Intervention) -> tuple:
    return one.step, one.net, one.parameter, one.index
