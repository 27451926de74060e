"""Which inputs an output rests on (Madsen 2019, "Visualizing memorization in RNNs", Distill)."""

import numpy as np

from playground.errors import BadInput
from playground.network.inspections.spec import Connectivity
from playground.network.layer_run import norms
from playground.network.look import Look
from playground.tasks.base import Batch


def connectivity(look: Look, batch: Batch, question: Connectivity) -> dict[str, np.ndarray]:
    """ "norms" [T] float64: ‖∂ score_k(t)/∂x_s‖₂ at every step s (0 for s > t, but with a layer that reads backward).

    "at" [2] int64: the t and k that were taken: t is the last step where the readout only knows that one, and k the
    output with the largest score where the question has -1. Scores are raw, before softmax or sigmoid. Raises BadInput.
    """
    row, t, k = _place(look, batch, question)
    gradient = look.gradient(look.first, "x", _seed(look, row, k))
    return {"norms": norms(gradient), "at": np.array([t, k], np.int64)}


def connectivity_seeds(look: Look, batch: Batch, question: Connectivity) -> list[np.ndarray]:
    """What `connectivity` is going to ask for. Raises BadInput."""
    row, _, k = _place(look, batch, question)
    return [_seed(look, row, k)]


def _place(look: Look, batch: Batch, question: Connectivity) -> tuple[int, int, int]:
    """Row of the scores, t and k."""
    network, T = look.network, len(batch.inputs)
    if question.output >= network.facts.outputs:
        place = f"networks.{network.net.name}.readout"
        problem = f"there is no output {question.output}"
        raise BadInput(place, problem, f"choose one below {network.facts.outputs}")
    last = network.at == "last"
    t = T - 1 if last else int(np.clip(question.t, 0, T - 1))
    row = 0 if last else t
    return row, t, question.output if question.output >= 0 else int(look.scores[row].argmax())


def _seed(look: Look, row: int, k: int) -> np.ndarray:
    seed = np.zeros_like(look.scores)
    seed[row, k] = 1
    return seed
