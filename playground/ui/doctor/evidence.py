"""Shows what a finding rests on: the plot that it names, set to the layer, the node, the unit and the step."""

from typing import TYPE_CHECKING

from playground.training.doctor.findings import Finding
from playground.ui.session import Selection, Session

if TYPE_CHECKING:
    from playground.ui.plot_area import PlotArea


def show_evidence(plots: "PlotArea", session: Session, finding: Finding) -> None:
    """Open the plot or bring it forward. What it does not offer to choose stays as it is."""
    evidence = finding.evidence
    plot = plots.open_plot(evidence.plot).plot
    net = next((net for net in session.experiment.networks if net.name == finding.net), None)
    layers = [layer.id for layer in net.layers] if net is not None else []
    if evidence.layer in layers:
        session.select(Selection("layer", finding.net, evidence.layer))
    plot.refresh()  # its choosers know what there is
    chosen: dict[str, object] = {"node": evidence.node, "unit": evidence.unit}
    if plot.name == "gradient":
        del chosen["node"]  # it shows the states of all networks side by side, and these are what is meant
    layer = plot.chooser("layer")
    if layer is not None and evidence.layer in layers:
        place = layers.index(evidence.layer)
        if not layer.choose((finding.net, evidence.layer)) and place < len(layers) - 1:
            layer.choose(place)
        plot.refresh()
    for part, data in chosen.items():
        chooser = plot.chooser(part)
        if chooser is not None and data not in (None, ""):
            chooser.choose(data)
    if evidence.time is not None:
        session.set_time(evidence.time)
    plot.make_stale()
    plot.setFocus()
