"""The gradient through time: what of the error arrives at each step back."""

import numpy as np

from playground.network.inspections.layers import only_last
from playground.network.inspections.spec import GradientPerUnit, GradientThroughTime
from playground.network.layer_run import norms
from playground.network.look import Look
from playground.tasks.base import Batch


def gradient_through_time(look: Look, batch: Batch, question: GradientThroughTime) -> dict[str, np.ndarray]:
    """node → ‖∂L/∂node_t‖₂ [T] float64 (loss per unit of the node), for each of the question's nodes.

    L is the mean over the steps that count, or the error of the last of them. The derivative is the total one: it goes
    along every path from node_t to the loss, through later steps too. Raises BadInput.
    """
    (seed,) = gradient_seeds(look, batch, question)
    return {node: norms(look.gradient(question.layer, node, seed)) for node in question.nodes}


def gradient_per_unit(look: Look, batch: Batch, question: GradientPerUnit) -> dict[str, np.ndarray]:
    """ "gradient" → ∂L/∂node_t [T, size] in the network's precision, signed. L as for `gradient_through_time`. Raises
    BadInput."""
    (seed,) = gradient_seeds(look, batch, question)
    return {"gradient": look.gradient(question.layer, question.node, seed)}


def gradient_seeds(look: Look, batch: Batch, question: GradientThroughTime | GradientPerUnit) -> list[np.ndarray]:
    """What these are going to ask for."""
    return [look.error(only_last(look.network, batch) if question.loss == "last" else batch)[1]]
