"""How the weights of each gate, and the gradients of the loss by them, are spread."""

import numpy as np

from playground.engine.devices import to_numpy
from playground.errors import BadInput
from playground.network.histogram import BINS, histogram
from playground.network.inspections.spec import ParameterHistograms
from playground.network.network import Network
from playground.tasks.base import Batch

ALL = "all"  # after a gate's name: everything that is trained of it


def parameter_histograms(network: Network, batch: Batch, question: ParameterHistograms) -> dict[str, np.ndarray]:
    """For each parameter of the layer, by its name there ("forget.weight.x"), and for all parameters of a gate together
    ("forget.all"): "NAME" [BINS] float64, how many values lie in each of `BINS` equal bins, and "NAME|range" [2], the
    lower end of the first and the upper end of the last bin (NaN without values).

    Of weights: their values. Of gradients: log₁₀|∂L/∂w| of the loss of this sequence; those that are exactly 0 are left
    out. What is not finite is left out, too. Raises BadInput.
    """
    prefix = f"{question.layer}."
    layer = question.layer.removesuffix(".back")
    known = next((each for each in network.net.layers if each.id == layer), None)
    if known is None or (question.layer != layer and not known.bidirectional):
        place = f"networks.{network.net.name}.layers.{layer}"
        raise BadInput(place, "there is no such layer any more", "choose another layer")
    names = [name for name in network.parameters.names if name.startswith(prefix)]
    if question.layer == layer:
        names = [name for name in names if not name.startswith(f"{layer}.back.")]
    values: dict[str, np.ndarray] = {}
    if question.of == "weights":
        for name in names:
            values[name] = np.asarray(to_numpy(network.parameters.view(name)), np.float64).ravel()
    else:
        with network.watched(batch) as (run, _):
            run.backward()
            for name in names:
                sizes = np.abs(np.asarray(to_numpy(network.parameters.gradient(name)), np.float64).ravel())
                values[name] = np.log10(sizes[sizes > 0])
    gates: dict[str, list[np.ndarray]] = {}
    found: dict[str, np.ndarray] = {}
    for name, numbers in values.items():
        short = name.removeprefix(prefix)
        gates.setdefault(short.partition(".")[0], []).append(numbers)
        _put(found, short, numbers)
    for gate, parts in gates.items():
        _put(found, f"{gate}.{ALL}", np.concatenate(parts))
    return found


def _put(found: dict[str, np.ndarray], name: str, values: np.ndarray) -> None:
    counts, low, high = histogram(values, BINS)
    found[name], found[f"{name}|range"] = counts, np.array([low, high])
