"""Brings together what one number is made of: the weights and the values of the probe sequence at the chosen time."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from PySide6.QtCore import QCoreApplication

from playground.cell.explain import Explanation, explain, number
from playground.cell.graph import Cell, Gate, Output
from playground.cell.names import parameter_names
from playground.errors import BadInput
from playground.ui.session import Session
from playground.ui.workshop import MEAN

MOST = 64  # terms of one wire that are shown
CLOSE = 2e-3  # relative: single precision, and activations that are computed by approximation


def _tr(text: str) -> str:
    return QCoreApplication.translate("Explain", text)


class LayerWeights(Mapping[str, Any]):
    """The open layer's parameters by their name within the cell, as the session knows them."""

    def __init__(self, session: Session, net: str, layer: str, cell: Cell) -> None:
        self._get = lambda name: session.weights.get(net, f"{layer}.{name}")
        self._names = parameter_names(cell)

    def __getitem__(self, name: str) -> Any:
        values = self._get(name)
        if values is None:
            raise KeyError(name)
        return values

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def parameters_of(cell: Cell, node: str) -> list[str]:
    """Parameters within the cell that belong to a gate; a memory's learned start is not needed to explain it."""
    gates = {each.id for each in cell.nodes if isinstance(each, Gate)}
    return [name for name in parameter_names(cell) if name.split(".")[0] == node and node in gates]


def values_now(session: Session) -> dict[str, np.ndarray]:
    """Node → its values [size] at the chosen time, as far as the traces have them; the output's are its sources'."""
    workshop, cell = session.workshop, session.workshop.cell
    found: dict[str, np.ndarray] = {}
    for node in cell.nodes if cell is not None else ():
        values = workshop.values(node.id)
        if values is not None and session.time < len(values):
            found[node.id] = values[session.time]
    for node in cell.nodes if cell is not None else ():
        if isinstance(node, Output) and node.sources and all(source in found for source in node.sources):
            found[node.id] = np.concatenate([found[source] for source in node.sources])
    return found


def explain_now(session: Session, node: str, unit: int) -> Explanation:
    """The arithmetic of one unit of one node now. Raises BadInput when it cannot be told, with what to do."""
    workshop, cell = session.workshop, session.workshop.cell
    if workshop.inside is None or cell is None:
        raise BadInput(node, _tr("no cell is open"), _tr("double-click a layer"))
    values = values_now(session)
    if not values:
        raise BadInput("", _tr("nothing is computed yet"), _tr("let the network run first"))
    net, layer = workshop.inside
    weights = LayerWeights(session, net, layer, cell)
    if any(name not in weights for name in parameters_of(cell, node)):
        raise BadInput("", _tr("the weights are not here yet"), _tr("wait a moment"))
    return explain(cell, weights, values, node, unit)


def shown_value(session: Session, node: str, unit: int) -> float | None:
    """The number of one unit (or the mean of all) in the traces at the chosen time."""
    series = session.workshop.values(node)
    at_hand = series is not None and session.time < len(series)
    values = series[session.time] if at_hand and series is not None else values_now(session).get(node)
    if values is None or not values.size:
        return None
    return float(values.mean()) if unit == MEAN else float(values[min(unit, len(values) - 1)])


def table(found: Explanation, most: int = MOST) -> list[tuple[str, str, str, str]]:
    """Rows of what, weight, value and product; of a wire's many terms the `most` largest; the result comes last."""
    called = dict(found.names)
    rows: list[tuple[str, str, str, str]] = []
    for part in found.parts:
        by_size = sorted(range(len(part.factors)), key=lambda k: -abs(part.factors[k].product))
        for factor in (part.factors[k] for k in sorted(by_size[:most])):
            weight = number(factor.weight) if factor.weight is not None else ""
            what = f"{called.get(factor.source, factor.source)}[{factor.unit}]"
            rows.append((what, weight, number(factor.value), number(factor.product)))
        if len(part.factors) > most:
            rest = sum(part.factors[k].product for k in by_size[most:])
            rows.append((_tr("{0} smaller ones").format(len(part.factors) - most), "", "", number(rest)))
        total = _tr("from {0}").format(called.get(part.source, part.source))
        rows.append((total, "", "", number(part.total)))
    for factor in found.arguments:
        rows.append((f"{called.get(factor.source, factor.source)}[{factor.unit}]", "", number(factor.value), ""))
    if found.bias is not None:
        rows.append((_tr("bias"), "", "", number(found.bias)))
    if found.parts or found.bias is not None:
        rows.append((_tr("sum"), "", "", number(found.total)))
    if found.note:
        rows.append((found.note, "", "", ""))
    rows.append((found.lines(0)[-1], "", "", ""))
    return rows


def differs(found: Explanation, shown: float | None) -> bool:
    """Whether the traces show another number: the weights have moved on since."""
    return shown is not None and abs(found.result - shown) > CLOSE * max(1.0, abs(shown))
