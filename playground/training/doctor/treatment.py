"""Did a remedy help? What was measured before it, and what is measured when the network has trained on."""

from dataclasses import dataclass
from typing import Literal

from playground.training.doctor.findings import Finding, Kind, Report
from playground.training.doctor.remedies import Remedy
from playground.training.doctor.thresholds import limit

Outcome = Literal["waiting", "helped", "better", "no"]
LOW_IS_BAD: tuple[Kind, ...] = ("vanishing", "rate_low", "plateau")


@dataclass(frozen=True)
class Treatment:
    """before: the finding that the remedy was for. number: of the network in the experiment, whose name may change with
    its cell. step: when it was applied. outcome: "helped" the finding is gone, "better" the number is nearer to its
    limit, "no" it is not. after: what was found instead, None while it waits."""

    before: Finding
    remedy: Remedy
    number: int
    step: int
    outcome: Outcome = "waiting"
    after: Finding | None = None

    def follow(self, report: Report) -> "Treatment":
        """Judged anew by what is found now."""
        found = report.find(self.before.key)
        if report.step < self.step:  # the run began again, of itself or by the person's hand
            return Treatment(self.before, self.remedy, self.number, report.step)
        if found is None or found.verdict == "early" or report.step - self.step < limit("after"):
            return self
        if not found.alarms:
            outcome: Outcome = "helped"
        else:
            outcome = "better" if self._nearer(found) else "no"
        return Treatment(self.before, self.remedy, self.number, self.step, outcome, found)

    def _nearer(self, found: Finding) -> bool:
        """Whether the measured number came nearer to the limit by a share that counts."""
        if found.threshold != self.before.threshold:
            return False
        if self.before.kind in LOW_IS_BAD:
            return found.measured > self.before.measured * (1 + limit("helped"))
        return found.measured < self.before.measured * (1 - limit("helped"))
