"""Does the training get anywhere? Plateaus, leaps, standing still, and learning by heart."""

from collections.abc import Iterator

import numpy as np

from playground.network.optimizers import scheduled_rate
from playground.training.doctor.findings import Evidence, Finding, Verdict
from playground.training.doctor.patient import SMOOTH, Patient
from playground.training.doctor.thresholds import limit


def rate(patient: Patient) -> Iterator[Finding]:
    """The learning rate, judged by the size of an update beside that of the weights, and by what the loss does.

    Too high: every step is a leap; or the loss leapt up and has not come back (Adam's updates are then small beside
    weights that have grown); or it stands far above where it was. Too low: the weights hardly move, nor does the loss.
    """
    name, ratio = patient.net.name, patient.vitals.ratio
    level, best = patient.level(), patient.best_level()
    if patient.early or not np.isfinite(ratio) or not np.isfinite(level):
        yield Finding("rate_high", name, "early")
        yield Finding("rate_low", name, "early")
        return
    evidence = Evidence("loss", step=patient.step)
    optimizer, schedule = patient.training.optimizer, patient.training.schedule
    fallen, peak = fall(patient.losses, int(limit("rate_steps"))), float(np.nanmax(patient.losses))
    leapt = peak / patient.began if patient.began > 0 else float("nan")
    values = {
        "ratio": ratio, "level": level, "best": best, "fall": fallen, "steps": limit("rate_steps"), "peak": peak,
        "began": patient.began, "leapt": leapt, "rate": optimizer.learning_rate,
    }  # fmt: skip
    away = level >= limit("back") * patient.began
    leaps = ratio > limit("rate_high") and (away or level > limit("rough") * best)
    thrown = leapt > limit("thrown") and away
    high = leaps or thrown or level > limit("rough") * best
    slow = ratio < limit("rate_low") and abs(fallen) < limit("rate_fall")
    meant = scheduled_rate(schedule, optimizer.learning_rate, patient.step) < 0.5 * optimizer.learning_rate
    yield Finding(
        "rate_high", name, "fine" if not high else "moot" if patient.solved else "alarm",
        ratio if leaps or not high else leapt if thrown else level / best,
        limit("rate_high" if leaps or not high else "thrown" if thrown else "rough"), evidence, values=values,
    )  # fmt: skip
    yield Finding(
        "rate_low", name, "fine" if not slow else "moot" if patient.solved or meant else "alarm", ratio,
        limit("rate_low"), evidence, values=values,
    )  # fmt: skip


def plateau(patient: Patient) -> Iterator[Finding]:
    """The loss has not moved for long, and the task is not solved."""
    name, count = patient.net.name, int(limit("plateau_steps"))
    evidence = Evidence("loss", step=patient.step)
    fallen = fall(patient.losses, count)
    values = {"fall": fallen, "steps": float(count), "level": patient.level()}
    verdict: Verdict
    if patient.solved:
        verdict = "moot"
    elif len(patient.losses) < count + limit("early") or not np.isfinite(fallen):
        verdict = "early"
    else:
        verdict = "alarm" if abs(fallen) < limit("plateau") else "fine"
    yield Finding("plateau", name, verdict, fallen, limit("plateau"), evidence, values=values)


def overfitting(patient: Patient) -> Iterator[Finding]:
    """The test loss rises while the training loss still falls (Prechelt 1998)."""
    name, tests, steps = patient.net.name, patient.test_losses, patient.test_steps
    need = int(limit("overfitting_tests"))
    if len(tests) < need + 2 or not np.all(np.isfinite(tests)):
        yield Finding("overfitting", name, "early")
        return
    low = int(np.argmin(tests))
    lowest, rise = float(tests[low]), float(tests[-1] / tests[low] - 1) if tests[low] > 0 else 0.0
    since = int(len(patient.steps) - np.searchsorted(patient.steps, steps[low]))
    then, now = patient.level(since), patient.level()
    least = max(limit("overfitting") * lowest, limit("overfitting_least") * patient.reference)
    risen = low < len(tests) - need and bool(np.all(tests[-need:] >= lowest + least))
    learnt = np.isfinite(then) and now < then
    yield Finding(
        "overfitting", name, "alarm" if risen and learnt else "fine", rise, limit("overfitting"),
        Evidence("loss", step=int(steps[low])),
        values={"rise": rise, "step": float(steps[low]), "lowest": lowest, "now": float(tests[-1])},
    )  # fmt: skip


def fall(losses: np.ndarray, count: int) -> float:
    """The share by which a loss fell over its last `count` steps: a line through its logarithm (least squares), NaN
    where there are less than half as many steps."""
    losses = losses[-count:]
    losses = losses[np.isfinite(losses) & (losses > 0)]
    if len(losses) < max(count // 2, SMOOTH):
        return float("nan")
    x = np.arange(len(losses)) - (len(losses) - 1) / 2
    slope = float((x * np.log(losses)).sum() / (x * x).sum())
    return float(-np.expm1(slope * (len(losses) - 1)))
