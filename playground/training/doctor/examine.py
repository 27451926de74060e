"""All examinations of a network."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from playground.training.doctor.findings import Evidence, Finding, Kind, Report
from playground.training.doctor.flow import exploding, vanishing
from playground.training.doctor.patient import Patient
from playground.training.doctor.progress import overfitting, plateau, rate
from playground.training.doctor.units import dead_units, gates


def not_finite(patient: Patient) -> Iterator[Finding]:
    """Training refused a value that is not a number; where it began."""
    refused, name = patient.refused, patient.net.name
    if refused is None:
        yield Finding("not_finite", name, "fine", 0.0, 0.0)
        return
    layer = node = ""
    evidence = Evidence("loss", step=refused.step)
    values = {"step": float(refused.step)}
    if refused.origin is not None:
        layer, _, node = refused.origin.node.partition("/")
        evidence = Evidence("gates", layer, node, refused.origin.unit, refused.origin.time, refused.step)
        values["time"] = float(refused.origin.time)
        if refused.origin.unit is not None:
            values["unit"] = float(refused.origin.unit)
    yield Finding("not_finite", name, "alarm", 1.0, 0.0, evidence, layer, node, values)


EXAMINATIONS: tuple[Callable[[Patient], Iterator[Finding]], ...] = (
    not_finite, exploding, vanishing, gates, dead_units, rate, overfitting, plateau,
)  # fmt: skip


EXPLAINED: dict[Kind, set[Kind]] = {
    "rate_low": {"dead_units", "dead_gate"},  # what is dead does not move at any rate
    "plateau": {"vanishing", "dead_units", "dead_gate", "rate_low"},
}
"""A finding that only follows from another one is left out."""


def examine(patient: Patient) -> Report:
    """Everything that the doctor looks at in this network now."""
    looked = tuple(finding for examination in EXAMINATIONS for finding in examination(patient))
    alarms = {found.kind for found in looked if found.alarms}
    looked = tuple(_calm(found) if alarms & EXPLAINED.get(found.kind, set()) else found for found in looked)
    return Report(patient.net.name, patient.step, looked)


def _calm(found: Finding) -> Finding:
    return replace(found, verdict="moot") if found.alarms else found
