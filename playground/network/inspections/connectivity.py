"""Which inputs an output rests on (Madsen 2019, "Visualizing memorization in RNNs", Distill)."""

import numpy as np

from playground.errors import BadInput
from playground.network.inspections.spec import Connectivity
from playground.network.network import Network
from playground.tasks.base import Batch


def connectivity(network: Network, batch: Batch, question: Connectivity) -> dict[str, np.ndarray]:
    """ "norms" [T] float64: ‖∂ score_k(t)/∂x_s‖₂ at every step s (0 for s > t, but with a layer that reads backward).

    "at" [2] int64: the t and k that were taken: t is the last step where the readout only knows that one, and k the
    output with the largest score where the question has -1. Scores are raw, before softmax or sigmoid. Raises BadInput.
    """
    T, outputs = len(batch.inputs), network.facts.outputs
    if question.output >= outputs:
        place = f"networks.{network.net.name}.readout"
        raise BadInput(place, f"there is no output {question.output}", f"choose one below {outputs}")
    t = T - 1 if network.at == "last" else int(np.clip(question.t, 0, T - 1))
    with network.watched(batch) as (run, _):
        row = 0 if network.at == "last" else t
        k = question.output if question.output >= 0 else int(run.scores[row, :, 0].argmax())
        run.d_scores[...] = 0
        run.d_scores[row, k] = 1
        run.backward()
        gradient = run.layers[0].gradient("x")[:, :, 0].astype(np.float64)
    return {"norms": np.sqrt(np.square(gradient).sum(axis=1)), "at": np.array([t, k], np.int64)}
