"""How losses and metrics are written on an axis, from long to short; with the unit, or that there is none."""

from functools import lru_cache

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from playground.ui.plots.ticks import Axis

TIME, STEP = "time", "step"  # the kinds of x axes that plots share
_LOSSES: dict[str, tuple[object, ...]] = {
    "mse": (QT_TRANSLATE_NOOP("Plot", "loss (mean squared error)"), QT_TRANSLATE_NOOP("Plot", "loss (MSE)")),
    "cross_entropy": (
        QT_TRANSLATE_NOOP("Plot", "loss (cross-entropy, nats)"),
        QT_TRANSLATE_NOOP("Plot", "loss (nats)"),
    ),
    "binary_cross_entropy": (
        QT_TRANSLATE_NOOP("Plot", "loss (binary cross-entropy, nats)"),
        QT_TRANSLATE_NOOP("Plot", "loss (nats)"),
    ),
}
_METRICS: dict[str, tuple[object, ...]] = {
    "accuracy": (QT_TRANSLATE_NOOP("Plot", "accuracy (fraction right)"), QT_TRANSLATE_NOOP("Plot", "accuracy")),
    "mse": (QT_TRANSLATE_NOOP("Plot", "mean squared error"), QT_TRANSLATE_NOOP("Plot", "MSE")),
    "rmse": (QT_TRANSLATE_NOOP("Plot", "root mean squared error"), QT_TRANSLATE_NOOP("Plot", "RMSE")),
    "relative_mse": (
        QT_TRANSLATE_NOOP("Plot", "relative mean squared error (of the variance)"),
        QT_TRANSLATE_NOOP("Plot", "relative MSE"),
    ),
    "bits_per_symbol": (QT_TRANSLATE_NOOP("Plot", "bits per symbol"), QT_TRANSLATE_NOOP("Plot", "bits")),
}


@lru_cache(maxsize=4096)
def tr(text: str) -> str:
    """A text of the plots, translated once: they are written at every refresh, and the language stays."""
    return QCoreApplication.translate("Plot", text)


@lru_cache(maxsize=64)
def loss_axis(kind: str, log: bool) -> Axis:
    """The y axis of a loss of this kind."""
    texts = _LOSSES.get(kind, ())
    return Axis((*[tr(str(text)) for text in texts], tr("loss")), log=log)


@lru_cache(maxsize=64)
def metric_axis(name: str, log: bool) -> Axis:
    """The y axis of a metric; one that is not known reads as its key does."""
    texts = _METRICS.get(name, (name.replace("_", " "),))
    return Axis(tuple(tr(str(text)) for text in texts), log=log)


def metric_text(name: str) -> str:
    """A metric in a few words."""
    labels = metric_axis(name, False).labels
    return next((label for label in labels if len(label) <= 20), labels[-1])


@lru_cache(maxsize=64)
def time_axis(time_name: str) -> Axis:
    """The x axis of sequence time. Years are not grouped in thousands."""
    if time_name in ("", "step"):
        return Axis((tr("time step t"), "t"), integer=True, kind=TIME)
    return Axis((time_name,), grouped=False, kind=TIME)


def step_text(step: float) -> str:
    """A training step that is read off."""
    return f"{step:,.0f}"


def step_axis() -> Axis:
    """The x axis of training time."""
    return Axis((tr("training step"), tr("step")), integer=True, kind=STEP)
