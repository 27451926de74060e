"""Do gates and units take part? A gate stuck at one end passes no gradient; a unit that never moves says nothing."""

from collections.abc import Iterator

import numpy as np

from playground.cell.graph import Cell, Gate
from playground.network.spec import Layer
from playground.training.doctor.anatomy import keepers, outputs, sigmoid_gates
from playground.training.doctor.findings import Evidence, Finding, Kind, Verdict
from playground.training.doctor.patient import Floats, Patient
from playground.training.doctor.thresholds import limit

CHRONO = ("chrono", "chrono_opposite")


def gates(patient: Patient) -> Iterator[Finding]:
    """Sigmoid gates that are shut for ever, or nearly always at one of their ends.

    The end at which a gate keeps the memory is where it should be, and a gate that was started near an end on purpose
    (chrono biases) is given the time to leave it.
    """
    dead: list[Finding] = []
    saturated: list[Finding] = []
    for layer in patient.net.layers:
        cell = patient.cells.get(layer.cell)
        for gate in sigmoid_gates(cell) if cell is not None else []:
            values = patient.series(layer.id, gate)
            if cell is not None and values is not None and np.all(np.isfinite(values)):
                first, second = _gate(patient, layer, cell, gate, values)
                dead.append(first)
                saturated.append(second)
    yield from _alarms_or_worst("dead_gate", patient, dead)
    yield from _alarms_or_worst("saturated_gate", patient, saturated)


def _alarms_or_worst(kind: Kind, patient: Patient, found: list[Finding]) -> list[Finding]:
    """Every alarm, or where there is none what came nearest to one."""
    alarms = [one for one in found if one.alarms]
    if alarms or not found:
        return alarms or [Finding(kind, patient.net.name, "moot" if patient.traces is not None else "early")]
    return [max(found, key=lambda one: one.measured)]


def _gate(patient: Patient, layer: Layer, cell: Cell, gate: str, values: Floats) -> tuple[Finding, Finding]:
    shut, opened = float(np.mean(values <= limit("shut"))), float(np.mean(values >= limit("open")))
    keeps = keepers(cell).get(gate)
    shut, opened = (0.0 if keeps is False else shut), (0.0 if keeps is True else opened)
    dead, stuck = shut > limit("dead_gate"), shut + opened > limit("saturated")
    meant = init_kind(layer, cell, gate) in CHRONO
    calm: Verdict = "moot" if patient.solved or meant else "early" if patient.early else "alarm"
    evidence = Evidence("saturation", layer.id, gate, step=patient.step)
    place, shares = (layer.id, gate), {"shut": shut, "open": opened}
    name = patient.net.name
    return (
        Finding("dead_gate", name, calm if dead else "fine", shut, limit("dead_gate"), evidence, *place, shares),
        Finding("saturated_gate", name, calm if stuck and not dead else "fine", shut + opened, limit("saturated"),
                evidence, *place, shares),
    )  # fmt: skip


def init_kind(layer: Layer, cell: Cell, gate: str) -> str:
    """How the bias of a gate begins, "" without one."""
    own = layer.init.get(f"{gate}.bias")
    node = cell.node(gate)
    if own is not None:
        return own.kind
    return node.bias.kind if isinstance(node, Gate) and node.bias is not None else ""


def dead_units(patient: Patient) -> Iterator[Finding]:
    """Units whose output does not move over the whole sequence."""
    found = []
    for layer in patient.net.layers:
        cell = patient.cells.get(layer.cell)
        for node in outputs(cell) if cell is not None else ():
            values = patient.series(layer.id, node)
            if values is None or len(values) < 2 or not np.all(np.isfinite(values)):
                continue
            dead = still_units(values)
            share = dead.size / values.shape[1]
            verdict: Verdict = "fine" if share <= limit("dead_units") else "early" if patient.early else "alarm"
            unit = int(dead[0]) if dead.size else None
            found.append(
                Finding(
                    "dead_units",
                    patient.net.name,
                    verdict,
                    share,
                    limit("dead_units"),
                    Evidence("hidden", layer.id, node, unit),
                    layer.id,
                    node,
                    {"dead": float(dead.size), "units": float(values.shape[1])},
                )
            )
    yield from _alarms_or_worst("dead_units", patient, found)


def still_units(values: Floats) -> np.ndarray:
    """Numbers of the units of values [T, n] that stay within `still` of themselves."""
    return np.flatnonzero(np.ptp(values, axis=0) < limit("still"))
