"""Scores of raw outputs on the targets that count, and the errors of methods without a network."""

import numpy as np
from numpy.typing import NDArray

from playground.tasks.base import Array, Batch


def counted_errors(outputs: Array, batch: Batch) -> Array:
    """Output minus target wherever the mask is 1: [N, O], N counted (step, sequence) pairs."""
    counted = batch.mask > 0
    return np.asarray(outputs, dtype=float)[counted] - batch.targets[counted]


def mean_squared(outputs: Array, batch: Batch) -> float:
    """Mean of the squared error over all counted targets; NaN when none counts."""
    errors = counted_errors(outputs, batch)
    return float(np.mean(errors**2)) if errors.size else float("nan")


def log_softmax(scores: Array) -> Array:
    """log p of each class, from raw scores [..., O]."""
    shifted = scores - scores.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def autoregression(series: Array, fit: NDArray[np.bool_], order: int, horizon: int) -> Array:
    """Forecasts of a linear autoregression with intercept (Yule, 1927), fitted by least squares.

    series: [N] values without gaps. fit: [N] True where series[t] may be a target of the fit. Returns [N] forecasts of
    series[t] from series[t - horizon - order + 1 … t - horizon]; NaN for the first horizon + order - 1.
    """
    first = horizon + order - 1
    forecasts = np.full(len(series), np.nan)
    if len(series) <= first:
        return forecasts
    windows = np.lib.stride_tricks.sliding_window_view(series, order)[: len(series) - first]
    past = np.column_stack([np.ones(len(windows)), windows])
    use = fit[first:]
    weights = np.linalg.lstsq(past[use], series[first:][use], rcond=None)[0]
    forecasts[first:] = past @ weights
    return forecasts


def best_linear_error(covariance: Array, order: int, horizon: int) -> float:
    """The mean squared error of the best linear forecast `horizon` steps ahead from `order` past values.

    covariance: autocovariances at lags 0 … order + horizon - 1 of a stationary series with mean 0 (Wiener, 1949).
    """
    lags = np.abs(np.subtract.outer(np.arange(order), np.arange(order)))
    ahead = covariance[horizon : horizon + order]
    weights = np.linalg.lstsq(covariance[lags], ahead, rcond=1e-12)[0]
    return float(max(covariance[0] - ahead @ weights, 0.0))
