"""The gradient through time: what of the error arrives at each step back."""

import numpy as np

from playground.network.inspections.layers import find_layer, node_gradient, only_last
from playground.network.inspections.spec import GradientPerUnit, GradientThroughTime
from playground.network.network import Network
from playground.tasks.base import Batch


def gradient_through_time(network: Network, batch: Batch, question: GradientThroughTime) -> dict[str, np.ndarray]:
    """node → ‖∂L/∂node_t‖₂ [T] float64 (loss per unit of the node), for each of the question's nodes.

    L is the mean over the steps that count, or the error of the last of them. The derivative is the total one: it goes
    along every path from node_t to the loss, through later steps too. Raises BadInput.
    """
    found = _gradients(network, batch, question.layer, question.nodes, question.loss)
    return {node: np.sqrt(np.square(values).sum(axis=1)) for node, values in found.items()}


def gradient_per_unit(network: Network, batch: Batch, question: GradientPerUnit) -> dict[str, np.ndarray]:
    """ "gradient" → ∂L/∂node_t [T, size] float64, signed. L as for `gradient_through_time`. Raises BadInput."""
    found = _gradients(network, batch, question.layer, (question.node,), question.loss)
    return {"gradient": found[question.node]}


def _gradients(network: Network, batch: Batch, layer: str, nodes: tuple[str, ...], loss: str) -> dict[str, np.ndarray]:
    """node → ∂L/∂node_t [T, size]."""
    with network.watched(only_last(network, batch) if loss == "last" else batch) as (run, _):
        part = find_layer(network, run, layer)
        run.backward()
        return {node: node_gradient(network, part, node)[:, :, 0].astype(np.float64) for node in nodes}
