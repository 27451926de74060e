"""The plots of the window: one file each, made by name."""

from typing import Any

from playground.errors import BadInput
from playground.ui.plots.base import Plot
from playground.ui.plots.clipping import ClippingPlot
from playground.ui.plots.connectivity import ConnectivityPlot
from playground.ui.plots.gates import GatesPlot
from playground.ui.plots.gradient import GradientPlot
from playground.ui.plots.gradient_history import GradientHistoryPlot
from playground.ui.plots.hidden import HiddenPlot
from playground.ui.plots.histograms import HistogramsPlot
from playground.ui.plots.itemised import ItemisedPlot
from playground.ui.plots.lag_curve import LagCurvePlot
from playground.ui.plots.loss import LossPlot
from playground.ui.plots.metric import MetricPlot
from playground.ui.plots.prediction import PredictionPlot
from playground.ui.plots.saturation import SaturationPlot
from playground.ui.plots.selection import SelectionPlot
from playground.ui.plots.sequence import SequencePlot
from playground.ui.plots.spectrum import SpectrumPlot
from playground.ui.plots.text_units import TextUnitsPlot
from playground.ui.plots.trajectory import TrajectoryPlot
from playground.ui.plots.unit_gradient import UnitGradientPlot

# in the order in which a newcomer needs them
PLOTS: dict[str, type[Plot]] = {
    plot.name: plot
    for plot in (
        LossPlot,
        MetricPlot,
        LagCurvePlot,
        SequencePlot,
        PredictionPlot,
        GatesPlot,
        HiddenPlot,
        TextUnitsPlot,
        TrajectoryPlot,
        SelectionPlot,
        SaturationPlot,
        HistogramsPlot,
        GradientPlot,
        GradientHistoryPlot,
        ConnectivityPlot,
        UnitGradientPlot,
        ItemisedPlot,
        ClippingPlot,
        SpectrumPlot,
    )
}


def make_plot(name: str, session: Any, id: str = "") -> Plot:
    """A new plot that shows what `session` holds; `id` tells it from others of its kind. Raises BadInput for a name
    that is not in `PLOTS`."""
    if name not in PLOTS:
        raise BadInput("plot", f"there is no plot {name!r}", f"choose one of {', '.join(PLOTS)}")
    return PLOTS[name](session, id=id)


__all__ = ["PLOTS", "Plot", "make_plot"]
