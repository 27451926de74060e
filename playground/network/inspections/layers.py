"""The loss that a question asks for."""

import numpy as np

from playground.network.network import Network
from playground.tasks.base import Batch


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
