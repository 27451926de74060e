"""What the doctor says, in sentences with the numbers that were measured."""

import math

from PySide6.QtCore import QCoreApplication

from playground.training.doctor.findings import Finding, Severity
from playground.training.doctor.thresholds import THRESHOLDS

FADED = 1e-5  # of an update over the weights, at the end of a schedule

LIMITS: dict[str, tuple[str, ...]] = {
    "not_finite": (),
    "exploding": ("explodes", "leaps", "clipped"),
    "vanishing": ("vanished", "reach"),
    "dead_gate": ("shut", "dead_gate"),
    "saturated_gate": ("shut", "open", "saturated"),
    "dead_units": ("still", "dead_units"),
    "rate_high": ("rate_high", "thrown", "back", "rough"),
    "rate_low": ("rate_low", "rate_fall"),
    "overfitting": ("overfitting", "overfitting_least", "overfitting_tests"),
    "plateau": ("plateau", "plateau_steps"),
}
"""The thresholds that each finding rests on."""


def tr(text: str) -> str:
    """A text in the person's language."""
    return QCoreApplication.translate("Doctor", text)


def number(value: float) -> str:
    """A number as a person reads it; 10 to the power of something where it is very large or very small."""
    if not math.isfinite(value):
        return "–"
    if value and not 1e-4 <= abs(value) < 1e5:
        mantissa, _, power = f"{value:.1e}".partition("e")
        digits = str(int(power)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        return f"{mantissa.removesuffix('.0')}·10{digits}".replace("-", "−")
    return f"{value:,.3g}".replace("-", "−") if abs(value) < 1000 else f"{value:,.0f}".replace("-", "−")


def percent(value: float) -> str:
    """A share as a person reads it."""
    return f"{number(100 * value)} %" if abs(value) < 0.1 else f"{value:.0%}".replace("%", " %").replace("-", "−")


def severity_word(severity: Severity) -> str:
    """What a mark means."""
    return {"serious": tr("serious"), "warning": tr("warning"), "note": tr("note")}[severity]


def kind_word(kind: str) -> str:
    """What was looked at, in two words."""
    return {
        "not_finite": tr("finite values"), "exploding": tr("exploding gradient"),
        "vanishing": tr("vanishing gradient"), "dead_gate": tr("dead gates"), "saturated_gate": tr("saturated gates"),
        "dead_units": tr("dead units"), "rate_high": tr("rate too high"), "rate_low": tr("rate too low"),
        "overfitting": tr("overfitting"), "plateau": tr("plateau of the loss"),
    }[kind]  # fmt: skip


def title(finding: Finding) -> str:
    """An alarm in a few words."""
    v = finding.values
    if finding.kind == "vanishing":
        return tr("The gradient is gone after {0} steps").format(number(v["lag"]))
    if finding.kind == "dead_units":
        return tr("{0} of {1} units are dead").format(number(v["dead"]), number(v["units"]))
    return {
        "not_finite": tr("A value was not finite"), "exploding": tr("The gradient explodes"),
        "dead_gate": tr("The gate “{0}” is dead").format(finding.node),
        "saturated_gate": tr("The gate “{0}” is saturated").format(finding.node),
        "rate_high": tr("The learning rate is too high"), "rate_low": tr("The learning rate is too low"),
        "overfitting": tr("It learns by heart"), "plateau": tr("The loss stands still"),
    }[finding.kind]  # fmt: skip


def sentence(finding: Finding) -> str:
    """What was measured of an alarm."""
    v = finding.values
    if finding.kind == "vanishing":
        if v["truncate"] and v["truncate"] == v["lag"]:
            return tr("BPTT goes back {0} steps, what matters lies up to {1} back.").format(
                number(v["truncate"]), number(v["wanted"])
            )
        return tr("What matters lies up to {0} steps back; {1} of the error arrives at the first step.").format(
            number(v["wanted"]), number(v["ratio"])
        )
    if finding.kind == "exploding":
        return _exploding(finding)
    if finding.kind == "rate_high":
        return _rate_high(finding)
    texts = {
        "dead_gate": tr("{0} of its values are shut, at 0.05 or below: nothing passes, and it cannot learn to open."),
        "saturated_gate": tr("{0} of its values lie at an end, where its slope is almost 0: it cannot learn."),
        "rate_low": tr("An update changes the weights by {0} of their size, and the loss stands still."),
        "overfitting": tr("Test loss up by {0} since step {1}, while the training loss still falls."),
        "plateau": tr("Over the last {0} steps it changed by {1}; it stands at {2}."),
        "dead_units": tr("Over the whole sequence their output moves by less than {0}."),
        "not_finite": tr("Step {0} was not made, and no weight was changed."),
    }
    values: dict[str, tuple[str, ...]] = {
        "dead_gate": (percent(v.get("shut", 0.0)),), "saturated_gate": (percent(finding.measured),),
        "rate_low": (number(v.get("ratio", 0.0)),),
        "overfitting": (percent(v.get("rise", 0.0)), number(v.get("step", 0.0))),
        "plateau": (number(v.get("steps", 0.0)), percent(abs(v.get("fall", 0.0))), number(v.get("level", 0.0))),
        "dead_units": (number(THRESHOLDS["still"].value),), "not_finite": (number(v.get("step", 0.0)),),
    }  # fmt: skip
    text = texts[finding.kind].format(*values[finding.kind])
    if finding.kind == "not_finite" and finding.node:
        where = tr("It began in {0}, t = {1}").format(f"{finding.layer}/{finding.node}", int(v["time"]))
        unit = tr(", unit {0}").format(int(v["unit"])) if "unit" in v else ""
        text = f"{where}{unit}. {text}"
    return text


def _exploding(finding: Finding) -> str:
    v = finding.values
    if v["clip"]:
        text = tr("Its usual norm is {0}, {1} times the clip norm: hardly any of its length is left.")
        return text.format(number(v["norm"]), number(v["part"]))
    if finding.layer:
        return tr("On its way back it grows {0}-fold, and nothing clips it.").format(number(v["growth"]))
    text = tr("At step {0} its norm was {1} times the usual {2}, and nothing clipped it.")
    return text.format(number(v["step"]), number(v["leap"]), number(v["norm"]))


def _rate_high(finding: Finding) -> str:
    v = finding.values
    if finding.threshold == THRESHOLDS["rate_high"].value:
        text = tr("An update is {0} of the weights' size, and the loss is back at {1} (at best {2}).")
        return text.format(percent(v["ratio"]), number(v["level"]), number(v["best"]))
    if finding.threshold == THRESHOLDS["thrown"].value:
        text = tr("The loss leapt to {0}, {1} times its beginning, and has not come back.")
        return text.format(number(v["peak"]), number(v["leapt"]))
    return tr("The loss was at {0} and is back at {1}.").format(number(v["best"]), number(v["level"]))


def fine(finding: Finding) -> str:
    """What was looked at and is not an alarm, in one line; "" for what does not apply."""
    v = finding.values
    if finding.verdict == "early":
        return tr("{0}: too early to tell").format(kind_word(finding.kind))
    if finding.verdict == "moot":
        return ""
    texts = {
        "not_finite": tr("All values are finite"),
        "exploding": tr("The gradient does not explode (usual norm {0})").format(number(v.get("norm", 0.0))),
        "vanishing": tr("The gradient reaches back {0} of {1} steps").format(
            number(v.get("lag", 0.0)), number(v.get("wanted", 0.0))
        ),
        "dead_gate": tr("No gate is dead"),
        "saturated_gate": tr("No gate is stuck at an end (at most {0})").format(percent(finding.measured)),
        "dead_units": tr("No unit is dead"),
        "rate_high": tr("Updates of {0} of the weights").format(percent(v.get("ratio", 0.0))),
        "rate_low": "",
        "overfitting": tr("The test loss is not rising"),
        "plateau": tr("The loss moves ({0} over {1} steps)").format(
            percent(v.get("fall", 0.0)), number(v.get("steps", 0.0))
        ),
    }
    if finding.kind == "dead_units" and v.get("dead"):
        return tr("{0} of {1} units are dead, which may be").format(number(v["dead"]), number(v["units"]))
    if finding.kind == "rate_high" and v.get("ratio", 0.0) < FADED:
        return tr("The learning rate has faded out")
    return texts[finding.kind]


def thresholds_text(kind: str) -> str:
    """The limits behind a finding, each with its meaning and its source: what F1 says."""
    lines = []
    for name in LIMITS[kind]:
        one = THRESHOLDS[name]
        lines.append(tr("{0}: {1} ({2})").format(number(one.value), one.meaning, one.source))
    return "\n\n".join(lines) or tr("Any value that is infinite or not a number counts.")
