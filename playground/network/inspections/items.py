"""The gradient taken apart by where it comes from (RNNbow: Cashman, Patterson, Mosca et al. 2018)."""

import numpy as np

from playground.errors import BadInput
from playground.network.inspections.layers import counted, repeated
from playground.network.inspections.spec import ItemisedGradient
from playground.network.layer_run import norms
from playground.network.look import Look, find_layer, node_gradient
from playground.network.network import Network
from playground.tasks.base import Batch

FEW = 4  # items from which on they go back in a run of their own
ROOM = 1 << 26  # bytes of one run's values: beyond that the items are computed some at a time


def itemised_gradient(look: Look, batch: Batch, question: ItemisedGradient) -> dict[str, np.ndarray]:
    """For J items, in the order of their steps:

    "targets" [J, 2] int64: the first and the last step of an item's errors; E_j is their part of the loss, and all E_j
    add up to L. "norms" [J, T]: ‖∂E_j/∂node_k‖₂, which do not add up to the total's norm (vectors may point apart).
    "shares" [J, T]: the part of ∂E_j/∂node_k along the direction of the total, ⟨∂E_j/∂node_k, ∂L/∂node_k⟩ /
    ‖∂L/∂node_k‖: these add up to the total's norm, and are negative where a step's error pulls the other way.
    "total" [T]: ‖∂L/∂node_k‖₂. All float64. For one unit, "shares" and "total" are its own derivatives, signed, and
    "norms" their sizes. Raises BadInput.

    A few items are asked of the look. For more the sequence runs once as many copies side by side; of the gradient at
    the scores each copy keeps its own steps.
    """
    groups = _groups(look.network, batch, question)
    targets = np.array([(group[0], group[-1]) for group in groups], np.int64).reshape(-1, 2)
    if len(groups) < FEW:
        total = look.gradient(question.layer, question.node, look.error(batch)[1])  # without groups, too: is it there?
        parts = [look.gradient(question.layer, question.node, seed) for seed in _seeds(look, batch, groups)]
        items = np.array(parts, np.float64).reshape(len(groups), *total.shape)
    else:
        items = _side_by_side(look.network, batch, question, groups)
    total = items.sum(axis=0)
    if question.unit >= 0:
        if question.unit >= (size := items.shape[2]):
            place = f"networks.{look.network.net.name}.layers.{question.layer}, node {question.node}"
            raise BadInput(place, f"there is no unit {question.unit}", f"choose one below {size}")
        one = items[:, :, question.unit]
        return {"targets": targets, "norms": np.abs(one), "shares": one, "total": total[:, question.unit]}
    norm, along = norms(total), np.einsum("jtn,tn->jt", items, total)
    return {
        "targets": targets,
        "norms": norms(items),
        "shares": np.divide(along, norm, out=np.zeros_like(along), where=norm > 0),
        "total": norm,
    }


def item_seeds(look: Look, batch: Batch, question: ItemisedGradient) -> list[np.ndarray]:
    """What is going to be asked of the look: one gradient at the scores for each item, if there are only a few."""
    groups = _groups(look.network, batch, question)
    return _seeds(look, batch, groups) if len(groups) < FEW else []


def _seeds(look: Look, batch: Batch, groups: list[np.ndarray]) -> list[np.ndarray]:
    whole, seeds = look.error(batch)[1], []
    for group in groups:
        seeds.append(np.zeros_like(whole))
        rows = group - (len(batch.inputs) - len(whole))
        seeds[-1][rows] = whole[rows]
    return seeds


def _groups(network: Network, batch: Batch, question: ItemisedGradient) -> list[np.ndarray]:
    """The steps of each item."""
    steps = counted(network, batch)
    return np.array_split(steps, min(len(steps), max(1, question.most))) if len(steps) else []


def _side_by_side(network: Network, batch: Batch, question: ItemisedGradient, groups: list[np.ndarray]) -> np.ndarray:
    """[J, T, size]"""
    T = len(batch.inputs)
    parts: list[np.ndarray] = []
    for low in range(0, len(groups), _at_once(network, T)):
        some = groups[low : low + _at_once(network, T)]
        with network.watched(repeated(batch, len(some))) as (run, _):
            layer = find_layer(network, run.layers, question.layer)
            # the loss is a mean over all copies' steps: what one copy's step gives has to be scaled back
            keep = np.zeros((len(run.d_scores), len(some)))
            for column, group in enumerate(some):
                keep[group - (T - len(keep)), column] = len(some)
            run.d_scores[...] *= run.xp.asarray(keep, run.d_scores.dtype)[:, None, :]
            run.backward()
            found = node_gradient(network, layer, question.node)  # [T, size, copies]
            parts += [found[:, :, column].astype(np.float64) for column in range(len(some))]
    return np.array(parts)


def _at_once(network: Network, steps: int) -> int:
    """How many copies a run may hold: all values of a step, and their gradients."""
    sizes = [sum(plan.sizes.values()) + 2 * plan.bank_size for plan in network.plans().values()]
    return max(16, ROOM // (2 * steps * sum(sizes) * 8))
