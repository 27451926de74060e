"""What the last training step did: the size of the update beside that of the weights (Bengio 2012)."""

import numpy as np

from playground.engine.devices import to_numpy
from playground.network.inspections.spec import Vitals
from playground.network.optimizers import OptimizerState

UPDATE, WEIGHT, GRADIENT = range(3)


def vitals(optimizer: OptimizerState, question: Vitals) -> dict[str, np.ndarray]:
    """For each parameter, by its full name ("layer1.forget.bias"), in the order of the network: [3] float64, the norms
    ‖Δw‖₂ of the last update, ‖w‖₂ of the weights, and ‖∂L/∂w‖₂ of the last gradient, after clipping.

    Update and gradient are NaN before the first step, and after a checkpoint was loaded until the next one. With
    truncated BPTT they are of the last window.
    """
    parameters = optimizer.parameters
    values = np.asarray(to_numpy(parameters.values), np.float64)
    gradients = np.asarray(to_numpy(parameters.gradients), np.float64)
    update = optimizer.last_update()
    found = {}
    for name, entry in parameters.entries.items():
        here = slice(entry.offset, entry.offset + entry.size)
        norms = np.full(3, np.nan)
        norms[WEIGHT] = np.linalg.norm(values[here])
        if update is not None:
            norms[UPDATE], norms[GRADIENT] = np.linalg.norm(update[here]), np.linalg.norm(gradients[here])
        found[name] = norms
    return found
