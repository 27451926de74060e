"""What the doctor has to say: a finding with the numbers it rests on and where they can be seen."""

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal[
    "not_finite", "exploding", "vanishing", "dead_gate", "saturated_gate", "dead_units", "rate_high", "rate_low",
    "overfitting", "plateau",
]  # fmt: skip
KINDS: tuple[Kind, ...] = (
    "not_finite", "exploding", "vanishing", "dead_gate", "saturated_gate", "dead_units", "rate_high", "rate_low",
    "overfitting", "plateau",
)  # fmt: skip
"""The worst first."""

Verdict = Literal["alarm", "fine", "early", "moot"]
Severity = Literal["serious", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("serious", "warning", "note")
_SERIOUS, _NOTES = ("not_finite", "exploding"), ("saturated_gate", "plateau")


@dataclass(frozen=True)
class Evidence:
    """Where the finding can be seen: a plot by name, and what it should show.

    time: the step of the sequence, step: the training step, None where it does not matter.
    """

    plot: str
    layer: str = ""
    node: str = ""
    unit: int | None = None
    time: int | None = None
    step: int | None = None


@dataclass(frozen=True)
class Finding:
    """What was found when one network was looked at for one thing.

    verdict: "alarm" something is wrong, "fine" it is not, "early" it cannot be judged yet, "moot" it cannot be judged
    here or does not matter any more. measured, threshold: the number and the limit that it crossed, or did not. values:
    all numbers of the sentence by name. Two findings are about the same thing when their `key` is equal.
    """

    kind: Kind
    net: str
    verdict: Verdict
    measured: float = float("nan")
    threshold: float = float("nan")
    evidence: Evidence = Evidence("loss")
    layer: str = ""
    node: str = ""
    values: dict[str, float] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str, str, str]:
        return self.kind, self.net, self.layer, self.node

    @property
    def alarms(self) -> bool:
        return self.verdict == "alarm"

    @property
    def severity(self) -> Severity:
        """serious: the training is lost or about to be. note: it may be so on purpose, or pass by itself."""
        return "serious" if self.kind in _SERIOUS else "note" if self.kind in _NOTES else "warning"


@dataclass(frozen=True)
class Report:
    """Everything that was looked at in one network, after `step` training steps."""

    net: str
    step: int
    looked: tuple[Finding, ...] = ()

    @property
    def alarms(self) -> tuple[Finding, ...]:
        """What is wrong, the worst first."""
        return tuple(sorted((one for one in self.looked if one.alarms), key=lambda one: KINDS.index(one.kind)))

    def find(self, key: tuple[str, str, str, str]) -> Finding | None:
        """What was found of that thing; where it is not spoken of by itself, of things of its kind."""
        exact = next((one for one in self.looked if one.key == key), None)
        return exact or next((one for one in self.looked if one.kind == key[0]), None)
