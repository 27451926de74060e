"""What the recurrent matrices do to a vector that passes through them again and again (Pascanu et al. 2013)."""

import numpy as np

from playground.compiler.plan import Apply, Plan
from playground.engine.devices import to_numpy
from playground.errors import BadInput
from playground.network.inspections.spec import Spectrum
from playground.network.network import Network, prefixes
from playground.tasks.base import Batch


def recurrent(plan: Plan) -> list[tuple[str, str]]:
    """(gate, source) of every matrix that a memory's value passes through on its way to the next step, in the cell's
    order: full wires from a memory, or from operations on one (the GRU of 2014 resets before the product)."""
    past = {slot.name for slot in plan.memories}
    for statement in plan.forward:
        if isinstance(statement, Apply) and past & set(statement.sources):
            past.add(statement.target)
    found = []
    for spec in plan.parameters:
        gate, _, source = spec.name.partition(".weight.")
        if len(spec.shape) == 2 and plan.nodes.get(source) in past:
            found.append((gate, source))
    order = list(plan.nodes)
    return sorted(found, key=lambda pair: (order.index(pair[0]), order.index(pair[1])))


def spectrum(network: Network, batch: Batch, question: Spectrum) -> dict[str, np.ndarray]:
    """For each recurrent matrix W, by its name within the layer ("forget.weight.h_prev", "back.forget.weight.h_prev"):

    "NAME" [n, 2] float64: real and imaginary parts of the eigenvalues of a square W, the largest first; [0, 2] for one
    that is not square. "NAME|singular" [min(shape)] float64: its singular values, the largest first. Infinite or
    undefined weights give NaN. Raises BadInput.
    """
    layer = next((layer for layer in network.net.layers if layer.id == question.layer), None)
    if layer is None:
        place = f"networks.{network.net.name}.layers.{question.layer}"
        raise BadInput(place, "there is no such layer any more", "choose another layer")
    found: dict[str, np.ndarray] = {}
    for prefix in prefixes(layer):
        for gate, source in recurrent(network.plans()[layer.id]):
            entry = f"{prefix}.{gate}.weight.{source}"
            W = np.asarray(to_numpy(network.parameters.view(entry)), np.float64)
            name = entry.removeprefix(f"{layer.id}.")
            found[name], found[f"{name}|singular"] = _values(W)
    return found


def _values(W: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    square, least = W.shape[0] == W.shape[1], min(W.shape)
    if not np.isfinite(W).all():
        return np.full((least if square else 0, 2), np.nan), np.full(least, np.nan)
    values = np.linalg.eigvals(W) if square else np.zeros(0)
    values = values[np.argsort(-np.abs(values), kind="stable")]
    return np.stack([values.real, values.imag], axis=1), np.linalg.svd(W, compute_uv=False)
