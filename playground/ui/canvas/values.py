"""Picks what a layer card shows out of the traces. Knows nothing of Qt."""

import numpy as np
from numpy.typing import NDArray

from playground.network.traces import NetTraces
from playground.ui.canvas.content import LayerContent


def layer_values(traces: NetTraces | None, layer: LayerContent) -> NDArray[np.floating] | None:
    """What the layer hands on, [T, units × outputs]; None when it is not there or is of an older size."""
    if traces is None or not layer.traces:
        return None
    parts = [traces.nodes.get(key) for key in layer.traces]
    found = [part for part in parts if part is not None]
    if len(found) < len(parts) or any(part.ndim != 2 or part.shape[1] != layer.units for part in found):
        return None
    return found[0] if len(found) == 1 else np.concatenate(found, axis=1)
