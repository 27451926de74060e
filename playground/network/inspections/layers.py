"""Finding what a question names, and the loss that it asks for."""

import numpy as np

from playground.errors import BadInput
from playground.network.layer_run import LayerRun
from playground.network.network import Network
from playground.network.passes import Pass
from playground.tasks.base import Batch


def find_layer(network: Network, run: Pass, layer: str) -> LayerRun:
    """The layer within a pass. Raises BadInput."""
    found = next((part for part in run.layers if part.layer.id == layer), None)
    if found is None:
        raise BadInput(
            f"networks.{network.net.name}.layers.{layer}", "there is no such layer any more", "choose another layer"
        )
    return found


def node_gradient(network: Network, part: LayerRun, node: str) -> np.ndarray:
    """∂L/∂node [T, size, B], after `backward`. Raises BadInput for a node that the layer does not have."""
    try:
        return part.gradient(node)
    except KeyError:
        place = f"networks.{network.net.name}.layers.{part.layer.id}, node {node}"
        raise BadInput(place, "there is no such node any more", "choose another node") from None


def counted(network: Network, batch: Batch) -> np.ndarray:
    """The steps at which an error is measured, in order."""
    mask = batch.mask[:, 0] > 0
    if network.at == "last":
        mask[:-1] = False
    return np.flatnonzero(mask)


def only_last(network: Network, batch: Batch) -> Batch:
    """The same sequence, where only the last step that counted still counts."""
    steps = counted(network, batch)
    mask = np.zeros_like(batch.mask)
    if len(steps):
        mask[steps[-1]] = batch.mask[steps[-1]]
    return Batch(batch.inputs, batch.targets, mask)


def repeated(batch: Batch, copies: int) -> Batch:
    """The same sequence so many times, side by side."""
    return Batch(*(np.repeat(part, copies, axis=1) for part in (batch.inputs, batch.targets, batch.mask)))
