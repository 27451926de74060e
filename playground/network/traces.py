"""What can be seen of a network while it runs over one probe sequence."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


@dataclass(frozen=True)
class NetTraces:
    """One network on the probe sequence, T steps long.

    output: [T, O] predictions in the task's own terms (probabilities for classes), NaN where the readout is not asked
    nodes: "layer/node" → values [T, n]. Every gate, operation, memory and `x`, in the order of the cell
    gradients: "layer/node" → ‖∂L/∂node_t‖₂ [T], for the output and the sources of memories of every layer
    loss: the loss of this one sequence
    """

    name: str
    output: Array
    nodes: dict[str, Array] = field(default_factory=dict)
    gradients: dict[str, Array] = field(default_factory=dict)
    loss: float = float("nan")


@dataclass(frozen=True)
class Traces:
    """All networks on the same probe sequence after `step` training steps.

    inputs: [T, D]; targets: [T, O] (class targets as one column of numbers), NaN where the mask is 0
    """

    step: int
    inputs: Array
    targets: Array
    networks: tuple[NetTraces, ...] = ()
