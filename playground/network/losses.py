"""What is minimised: each loss with its derivative, masked and averaged over the steps that count."""

from types import ModuleType
from typing import Any

Array = Any  # of NumPy or of CuPy


def loss_and_gradient(
    xp: ModuleType, kind: str, scores: Array, targets: Array, mask: Array, d_scores: Array | None
) -> float:
    """The loss of raw scores [T, O, B], averaged over the steps where `mask` [T, B] is 1 (and over O but for classes).

    targets: [T, O, B], or class numbers [T, B] for cross-entropy. d_scores: [T, O, B], filled with ∂L/∂scores unless
    None. Nothing counted gives a loss of 0 and no gradient.
    """
    counted = float(mask.sum())
    outputs = scores.shape[1]
    weight = mask[:, None, :] / max(counted, 1.0)
    if kind == "mse":
        error = (scores - targets) * (mask[:, None, :] > 0)
        loss = (error * error * weight).sum() / outputs
        gradient = error * weight * (2.0 / outputs)
    elif kind == "binary_cross_entropy":
        scores = xp.where(mask[:, None, :] > 0, scores, 0.0)
        loss = ((xp.logaddexp(scores, 0.0) - scores * targets) * weight).sum() / outputs
        gradient = (probabilities(xp, kind, scores) - targets) * weight / outputs
    else:
        chosen = targets[:, None, :] == xp.arange(outputs)[None, :, None]
        shifted = scores - scores.max(axis=1, keepdims=True)
        logarithm = xp.log(xp.exp(shifted).sum(axis=1, keepdims=True))
        loss = ((logarithm - shifted) * chosen * weight).sum()
        gradient = (xp.exp(shifted - logarithm) - chosen) * weight
    if d_scores is not None:
        d_scores[...] = gradient
    return float(loss)


def probabilities(xp: ModuleType, kind: str, scores: Array, axis: int = 1) -> Array:
    """Raw scores in the task's own terms: probabilities for the cross-entropies, the scores themselves otherwise."""
    if kind == "binary_cross_entropy":
        return 0.5 * xp.tanh(0.5 * scores) + 0.5
    if kind == "cross_entropy":
        powers = xp.exp(scores - scores.max(axis=axis, keepdims=True))
        return powers / powers.sum(axis=axis, keepdims=True)
    return scores
