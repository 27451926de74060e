"""The one door: a question about a network on one sequence, and its answer."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from playground.errors import BadInput
from playground.network.inspections.connectivity import connectivity, connectivity_seeds
from playground.network.inspections.fixed_points import fixed_points
from playground.network.inspections.gradient import gradient_per_unit, gradient_seeds, gradient_through_time
from playground.network.inspections.histograms import parameter_histograms
from playground.network.inspections.items import item_seeds, itemised_gradient
from playground.network.inspections.matches import selection_matches
from playground.network.inspections.spec import (
    Connectivity,
    FixedPoints,
    GradientPerUnit,
    GradientThroughTime,
    Inspection,
    ItemisedGradient,
    ParameterHistograms,
    SelectionMatches,
    Spectrum,
    Vitals,
)
from playground.network.inspections.spectrum import spectrum
from playground.network.inspections.vitals import vitals
from playground.network.look import Look
from playground.network.network import Network
from playground.network.optimizers import OptimizerState
from playground.tasks.base import Batch

Arrays = dict[str, np.ndarray]

ANSWERS: dict[type, Callable[[Network, Batch, Any], Arrays]] = {
    Spectrum: spectrum,
    ParameterHistograms: parameter_histograms,
    SelectionMatches: selection_matches,
}
BY_LOOKING: dict[type, Callable[[Look, Batch, Any], Arrays]] = {
    GradientThroughTime: gradient_through_time,
    GradientPerUnit: gradient_per_unit,
    ItemisedGradient: itemised_gradient,
    Connectivity: connectivity,
}
SEEDS: dict[type, Callable[[Look, Batch, Any], list[np.ndarray]]] = {
    GradientThroughTime: gradient_seeds,
    GradientPerUnit: gradient_seeds,
    ItemisedGradient: item_seeds,
    Connectivity: connectivity_seeds,
}


def inspect(
    network: Network,
    batch: Batch,
    question: Inspection,
    optimizer: OptimizerState | None = None,
    look: Look | None = None,
    breathe: Callable[[], None] = lambda: None,
) -> Arrays:
    """The answer for one sequence (B = 1): name → array, as the question's function says. Nothing of the network
    changes. optimizer: of the network in training, which `Vitals` is asked of. look: one that others look through, too.
    breathe: called in the midst of what takes long. Raises BadInput when the question does not fit the network (any
    more)."""
    with np.errstate(over="ignore", invalid="ignore"):
        if isinstance(question, Vitals):
            if optimizer is None:
                raise BadInput(f"networks.{question.net}", "it is not in training", "ask while it trains")
            return vitals(optimizer, question)
        if type(question) in BY_LOOKING:
            return BY_LOOKING[type(question)]((look or Look(network)).at(batch), batch, question)
        if isinstance(question, FixedPoints):
            return fixed_points(network, batch, question, breathe)
        return ANSWERS[type(question)](network, batch, question)


def by_looking(question: Inspection) -> bool:
    """Whether it is read off a look, which others share."""
    return type(question) in BY_LOOKING


def of_own_loss(question: Inspection) -> bool:
    """Whether the gradients that it asks for are those of the sequence's whole loss, or parts of it."""
    return not isinstance(question, Connectivity) and getattr(question, "loss", "all") == "all"


def seeds(look: Look, batch: Batch, questions: Iterable[Inspection]) -> Iterator[np.ndarray]:
    """What these are going to ask of a look, see `Look.expect`. What does not fit is said when it is asked."""
    for question in questions:
        if type(question) in SEEDS:
            try:
                yield from SEEDS[type(question)](look, batch, question)
            except BadInput:
                continue
