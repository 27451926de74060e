"""Every finding: an experiment that triggers it, and one that nearly does. The figures are those that were measured."""

import math

import numpy as np
import pytest
from doctor_clinic import NEAR_MISSES, NET, TRIGGERS, Clinic, case, chrono, orthogonal, sgd

from playground.cell.graph import Init
from playground.tasks.spec import Adding
from playground.training.doctor.findings import KINDS, Finding, Report
from playground.training.doctor.flow import lag_of_one_percent
from playground.training.doctor.progress import fall
from playground.training.doctor.thresholds import THRESHOLDS, limit
from playground.training.doctor.units import still_units

ADDING = Adding(length=15, test_sequences=50)
MEASURED = {  # trigger, near miss: the measured number, for orientation half of and twice as much are allowed
    "vanishing": (9, 100), "dead_gate": (1.0, 0.0), "saturated_gate": (1.0, 0.0), "dead_units": (1.0, 0.0),
    "rate_high": (155, 0.0068), "rate_low": (9.2e-6, 2.4e-3), "overfitting": (0.33, 0.0), "not_finite": (1.0, 0.0),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_found(kind: str) -> None:
    experiment, steps = TRIGGERS[kind]
    found = Clinic(experiment).train(steps).alarms()
    assert kind in found, list(found)
    finding = found[kind]
    assert finding.net == NET and finding.evidence.plot
    if kind in MEASURED:
        assert finding.measured == pytest.approx(MEASURED[kind][0], rel=0.5)
    if math.isfinite(finding.threshold) and kind not in ("vanishing", "rate_low", "plateau"):
        assert finding.measured > finding.threshold
    else:
        assert abs(finding.measured) < finding.threshold


@pytest.mark.parametrize("kind", KINDS)
def test_nearly(kind: str) -> None:
    experiment, steps = NEAR_MISSES[kind]
    clinic = Clinic(experiment).train(steps)
    assert kind not in clinic.alarms()
    found = clinic.report().find((kind, NET, "", ""))
    assert found is not None and found.verdict in ("fine", "moot")
    if kind in MEASURED:
        assert found.measured == pytest.approx(MEASURED[kind][1], rel=0.5, abs=0.05)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "not_finite"])
def test_calm_at_first(kind: str) -> None:
    """For 49 steps nothing but what is not finite is told."""
    clinic = Clinic(TRIGGERS[kind][0])
    assert not clinic.alarms()
    assert not clinic.train(49).alarms()


def test_not_finite_says_where_and_at_once() -> None:
    found = Clinic(TRIGGERS["not_finite"][0]).train(5).alarms()["not_finite"]
    assert (found.layer, found.node) == ("layer1", "h") and found.severity == "serious"
    assert {"step", "time", "unit"} <= set(found.values) and found.evidence.time == found.values["time"]


def test_an_exploding_gradient_grows_on_its_way_back() -> None:
    """Units of their own, each multiplied by 1.5 at every step: the probe's gradient grows, and nothing clips it."""
    init = {"h.weight.h_prev": Init("identity", 1.5), "h.bias": Init("constant", 5.0)}
    found = Clinic(case("indrnn", init, ADDING, optimizer=sgd(1e-12), clip=0)).train(60).alarms()["exploding"]
    assert found.evidence.plot == "gradient" and found.evidence.time == 0
    assert found.measured == pytest.approx(1.5**14, rel=0.03), "fourteen steps back"


def test_what_is_clipped_away() -> None:
    found = Clinic(case("lstm", clip=0.001)).train(60).alarms()["exploding"]
    assert found.values["part"] == pytest.approx(73, rel=0.3) and found.evidence.plot == "clipping"
    assert "exploding" not in Clinic(case("lstm", clip=0.02)).train(60).alarms(), "a third of it is left"


def test_truncated_bptt_does_not_reach() -> None:
    found = Clinic(case("lstm", chrono(40), truncate=5)).train(60).alarms()["vanishing"]
    assert found.values["lag"] == found.values["truncate"] == 5
    assert "vanishing" not in Clinic(case("lstm", chrono(40), truncate=25)).train(60).alarms()


def test_gates_that_begin_at_an_end_on_purpose_are_left_alone() -> None:
    clinic = Clinic(case("lstm", chrono(2000))).train(60)
    shut = float(np.mean(clinic.patients()[NET].series("layer1", "input") <= 0.05))  # type: ignore[operator]
    assert shut > limit("saturated") and not {"dead_gate", "saturated_gate"} & set(clinic.alarms())


def test_a_gate_that_keeps_the_memory_may_be_open() -> None:
    clinic = Clinic(case("lstm", {"forget.bias": Init("constant", 6.0)})).train(60)
    assert "saturated_gate" not in clinic.alarms()
    dead = Clinic(case("lstm", {"forget.bias": Init("constant", -8.0)})).train(60).alarms()
    assert dead["dead_gate"].node == "forget", "but not shut"


def test_a_plateau_that_follows_from_something_else_is_not_told_twice() -> None:
    clinic = Clinic(case("rnn", units=16, task=TRIGGERS["vanishing"][0].task)).train(260)
    found = clinic.report().find(("plateau", NET, "", ""))
    assert set(clinic.alarms()) == {"vanishing"} and found is not None and found.verdict == "moot"


def test_the_lag_of_one_percent() -> None:
    flow = 0.5 ** np.arange(20, -1, -1.0)
    lag, ratio = lag_of_one_percent(flow)
    assert lag == 7 and ratio == pytest.approx(2.0**-20)  # 2⁻⁶ is above 1 %, 2⁻⁷ is not
    assert lag_of_one_percent(np.ones(21)) == (20, 1.0)
    assert lag_of_one_percent(np.append(flow, np.zeros(3)))[0] == 7, "steps after the last error do not count"


def test_how_much_a_loss_falls() -> None:
    assert fall(np.exp(-0.01 * np.arange(200)), 100) == pytest.approx(1 - math.exp(-0.99))
    assert fall(np.full(200, 0.7), 100) == pytest.approx(0, abs=1e-12)
    assert math.isnan(fall(np.ones(20), 100)), "too few"


def test_still_units() -> None:
    values = np.zeros((7, 5))
    values[3, 1], values[:, 2] = 0.5, 3.0
    assert still_units(values).tolist() == [0, 2, 3, 4]


def test_the_worst_first_and_the_table_is_whole() -> None:
    looked = tuple(Finding(kind, NET, "alarm") for kind in reversed(KINDS))
    assert [one.kind for one in Report(NET, 1, looked).alarms] == list(KINDS)
    for name, one in THRESHOLDS.items():
        assert one.meaning and one.source and one.value > 0, name


def test_an_examination_takes_as_long_after_a_million_steps() -> None:
    """What is looked back at is bounded, so that the window never waits."""
    clinic = Clinic(case("rnn", orthogonal(1.0))).train(60)
    grown = np.arange(61, 100_061)
    clinic.curves.append_steps(grown.tolist(), [np.full(grown.size, 0.7).tolist()], [np.full(grown.size, 0.1).tolist()])
    patient = clinic.patients()[NET]
    assert len(patient.losses) == 20_000 and patient.step == 100_060
