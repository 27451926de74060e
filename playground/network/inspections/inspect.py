"""The one door: a question about a network on one sequence, and its answer."""

from collections.abc import Callable
from typing import Any

import numpy as np

from playground.errors import BadInput
from playground.network.inspections.connectivity import connectivity
from playground.network.inspections.fixed_points import fixed_points
from playground.network.inspections.gradient import gradient_per_unit, gradient_through_time
from playground.network.inspections.histograms import parameter_histograms
from playground.network.inspections.items import itemised_gradient
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
from playground.network.network import Network
from playground.network.optimizers import OptimizerState
from playground.tasks.base import Batch

Arrays = dict[str, np.ndarray]

ANSWERS: dict[type, Callable[[Network, Batch, Any], Arrays]] = {
    GradientThroughTime: gradient_through_time,
    GradientPerUnit: gradient_per_unit,
    ItemisedGradient: itemised_gradient,
    Connectivity: connectivity,
    Spectrum: spectrum,
    FixedPoints: fixed_points,
    ParameterHistograms: parameter_histograms,
    SelectionMatches: selection_matches,
}


def inspect(network: Network, batch: Batch, question: Inspection, optimizer: OptimizerState | None = None) -> Arrays:
    """The answer for one sequence (B = 1): name → array, as the question's function says. Nothing of the network
    changes. optimizer: of the network in training, which `Vitals` is asked of. Raises BadInput when the
    question does not fit the network (any more)."""
    with np.errstate(over="ignore", invalid="ignore"):
        if isinstance(question, Vitals):
            if optimizer is None:
                raise BadInput(f"networks.{question.net}", "it is not in training", "ask while it trains")
            return vitals(optimizer, question)
        return ANSWERS[type(question)](network, batch, question)
