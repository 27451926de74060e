"""The plots of the window: one file each, made by name."""

from typing import Any

from playground.errors import BadInput
from playground.ui.plots.base import Plot
from playground.ui.plots.gates import GatesPlot
from playground.ui.plots.gradient import GradientPlot
from playground.ui.plots.hidden import HiddenPlot
from playground.ui.plots.loss import LossPlot
from playground.ui.plots.metric import MetricPlot
from playground.ui.plots.prediction import PredictionPlot

PLOTS: dict[str, type[Plot]] = {
    plot.name: plot for plot in (LossPlot, MetricPlot, GatesPlot, HiddenPlot, PredictionPlot, GradientPlot)
}


def make_plot(name: str, session: Any) -> Plot:
    """A new plot that shows what `session` holds. Raises BadInput for a name that is not in `PLOTS`."""
    if name not in PLOTS:
        raise BadInput("plot", f"there is no plot {name!r}", f"choose one of {', '.join(PLOTS)}")
    return PLOTS[name](session)


__all__ = ["PLOTS", "Plot", "make_plot"]
