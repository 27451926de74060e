"""The shipped examples: calm where all is well, and the plain RNN's gradient found gone. The figures in the table of
thresholds come from here."""

from functools import lru_cache

import pytest
from doctor_clinic import Clinic

from playground.experiment.files import examples, load
from playground.training.doctor import Report
from playground.training.doctor.patient import Patient

GOOD = {
    "adding": "LSTM", "delayed-recall": "LSTM", "vanishing-gradient": "LSTM", "sunspots": "GRU", "sines": "LSTM",
    "king-and-queen": "LSTM",
}  # fmt: skip
LOOKS = (0, 20, 49, 60, 100, 150, 200, 300, 400)
PLAIN = {"adding": "RNN", "vanishing-gradient": "plain RNN"}


@lru_cache
def looked_at(name: str) -> tuple[dict[int, dict[str, Report]], dict[str, Patient]]:
    """Reports at several moments of the training, by network; and the patients at its end."""
    experiment = load(examples()[name])
    clinic = Clinic(experiment, "native")
    reports = {}
    for step in (*LOOKS, experiment.training.goal.steps):
        clinic.train(step - clinic.run.step)
        reports[step] = {net: clinic.report(net) for net in clinic.run.names}
    return reports, clinic.patients()


@pytest.mark.parametrize("name", GOOD)
def test_no_false_alarm_at_any_moment(name: str) -> None:
    reports, patients = looked_at(name)
    for step, report in reports.items():
        assert not report[GOOD[name]].alarms, step
    assert patients[GOOD[name]].solved


@pytest.mark.parametrize("name", PLAIN)
def test_the_plain_rnn(name: str) -> None:
    reports, patients = looked_at(name)
    for step, report in reports.items():
        kinds = [found.kind for found in report[PLAIN[name]].alarms]
        assert kinds == (["vanishing"] if step > 49 else []), step
    assert not patients[PLAIN[name]].solved


@pytest.mark.parametrize("name", GOOD)
def test_the_figures_in_the_table(name: str) -> None:
    """What the limits are above, or below, in good networks."""
    reports, patients = looked_at(name)
    good = [report[GOOD[name]] for step, report in reports.items() if step > 49]
    found = [one for report in good for one in report.looked]
    values = {kind: [one for one in found if one.kind == kind] for kind in {one.kind for one in found}}
    assert max(one.measured for one in values["dead_units"]) == 0
    assert all(one.values["part"] <= 2 for one in values["exploding"]), "times the clip norm"
    unsolved = [report for report in good if report.step <= 100]
    for one in (one for report in unsolved for one in report.looked if one.kind == "exploding"):
        assert one.values["leap"] < 35 and one.values["growth"] < 14
    meant = name in ("adding", "delayed-recall", "vanishing-gradient")  # chrono biases
    assert meant or max(one.measured for one in values["saturated_gate"]) <= 0.31
    early = reports[60][GOOD[name]].find(("rate_high", "", "", ""))
    assert early is not None and 0.002 < early.measured < 0.02
    last = patients[GOOD[name]]
    assert last.test_losses[-1] < 0.7 * last.reference
    assert values["overfitting"][-1].values["rise"] < 0.005 or last.test_losses[-1] < 0.01 * last.reference


@pytest.mark.parametrize("seed", [2, 3])
def test_with_other_seeds(seed: int) -> None:
    from msgspec.structs import replace

    experiment = load(examples()["vanishing-gradient"])
    clinic = Clinic(replace(experiment, seed=seed), "native")
    for _ in range(8):
        clinic.train(50)
        assert not clinic.alarms("LSTM"), clinic.run.step
    assert "vanishing" in clinic.alarms("plain RNN")
