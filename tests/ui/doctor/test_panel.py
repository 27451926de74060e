"""The panel in the window: calm or not, by keyboard, in words; and where its evidence is shown."""

import pytest
from doctor_clinic import LONG, case, chrono, experiment_of
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton

from playground.experiment.edits import ReplaceExperiment, SetValue
from playground.network.inspections.spec import Vitals
from playground.training.doctor.findings import KINDS, Evidence, Finding, Report
from playground.training.finite import NotFinite
from playground.ui.doctor.words import fine, number, percent, sentence, thresholds_text, title
from playground.ui.plots import PLOTS

WAIT = 20_000


def race():
    """A plain RNN whose gradient vanishes, beside an LSTM that is well."""
    plain, lstm = (case(cell, init, LONG, units=16).networks[0] for cell, init in (("rnn", {}), ("lstm", chrono(100))))
    return replace(case("rnn", task=LONG), networks=(replace(plain, name="RNN"), replace(lstm, name="LSTM")))


@pytest.fixture
def raced(qtbot, window):
    """Trained for 60 steps, and looked at."""
    session, doctor = window.session, window.doctor
    session.apply(ReplaceExperiment(race(), "the case"))
    session.apply(SetValue("training.goal.steps", 60))
    session.reset()
    qtbot.waitUntil(lambda: session.run_state.step == 0, timeout=WAIT)
    doctor.toggle.setChecked(True)
    session.play()
    qtbot.waitUntil(lambda: session.run_state.state == "stopped" and session.run_state.step >= 60, timeout=WAIT)
    qtbot.waitUntil(lambda: window.findChild(QPushButton, "doctor.RNN.vanishing.h.show") is not None, timeout=WAIT)
    return window


def test_it_is_calm_before_anything_can_be_said(qtbot, window) -> None:
    doctor = window.doctor
    qtbot.waitUntil(lambda: doctor.watch.examinations > 0, timeout=WAIT)
    assert doctor.note.text() == "too early to tell" and not doctor._rows
    doctor.toggle.setChecked(True)
    assert window.findChild(QLabel, "doctor.LSTM.fine").text().startswith("Too early")


def test_each_network_has_its_findings_in_its_colour(raced) -> None:
    doctor, theme = raced.doctor, raced.session.theme
    assert doctor.note.text() == "1 finding" and doctor.accessibleDescription() == "1 finding"
    assert theme.contestant(0) in raced.findChild(QLabel, "doctor.RNN").styleSheet()
    assert theme.contestant(1) in raced.findChild(QLabel, "doctor.LSTM").styleSheet()
    assert [key[:2] for key in doctor._rows] == [("vanishing", "RNN")]
    well = raced.findChild(QLabel, "doctor.LSTM.fine").text()
    assert "The gradient reaches back 100 of 100 steps" in well and "All values are finite" in well
    doctor.toggle.setChecked(False)
    assert doctor.note.isVisible() and doctor.height() <= 60, "the badge is seen when it is shut"


def test_the_evidence_is_shown_by_the_keyboard(qtbot, raced) -> None:
    raced.plots.docks["gradient"].close()
    head = raced.findChild(QPushButton, "doctor.RNN.vanishing.h.show")
    assert head.accessibleName().startswith("warning: RNN, The gradient is gone after")
    raced.activateWindow()
    head.setFocus()
    qtbot.keyClick(head, Qt.Key.Key_Space)
    assert raced.plots.is_open("gradient")
    finding = raced.doctor.watch.alarms("RNN")[0]
    assert raced.session.time == finding.evidence.time > 0
    assert (raced.session.selection.net, raced.session.selection.layer) == ("RNN", "layer1")


def test_what_is_this_tells_the_limits_and_their_sources(raced) -> None:
    said = raced.findChild(QPushButton, "doctor.RNN.vanishing.h.show").whatsThis()
    assert "Hochreiter 1991" in said and "measured" in said and "0.01" in said
    button = raced.doctor._rows[next(iter(raced.doctor._rows))].buttons["gated"]
    assert "step 0" in button.toolTip() and "Undo" in button.toolTip() and button.accessibleName().startswith("LSTM")


def test_a_remedy_can_be_undone_and_is_then_no_treatment(qtbot, raced) -> None:
    session, doctor = raced.session, raced.doctor
    before = session.experiment
    button = raced.findChild(QPushButton, "doctor.RNN.vanishing.h.orthogonal")
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: session.run_state.step == 0, timeout=WAIT)
    assert session.history.undo_label == "start with orthogonal weights"
    told = doctor._told[0].text.text()
    assert told.startswith("Orthogonal start · vanishing gradient – it is judged")
    raced.menus.actions["edit.undo"].trigger()
    assert session.experiment == before and not doctor.watch.treatments
    assert not doctor._told or not doctor._told[0].isVisible()


def test_a_run_that_goes_on_goes_on_after_a_remedy(qtbot, raced) -> None:
    session = raced.session
    session.apply(SetValue("training.goal.steps", 10_000_000))
    session.play()
    qtbot.waitUntil(lambda: session.run_state.state == "training", timeout=WAIT)
    raced.findChild(QPushButton, "doctor.RNN.vanishing.h.gated").click()
    assert session.experiment.networks[0].layers[0].cell == "lstm"
    qtbot.waitUntil(lambda: session.run_state.step > 0 and session.run_state.state == "training", timeout=WAIT)
    qtbot.waitUntil(lambda: [t.outcome for t in raced.doctor.watch.treatments] == ["helped"], timeout=WAIT)
    session.pause()
    assert "the gradient reaches lag 100 (before: the gradient reaches lag" in raced.doctor._told[0].text.text()


def test_a_value_that_was_not_finite_says_where_it_began(qtbot, window) -> None:
    session = window.session
    experiment, _ = experiment_of("not_finite")
    session.apply(ReplaceExperiment(experiment, "the case"))
    session.reset()
    session.play()
    window.doctor.toggle.setChecked(True)
    qtbot.waitUntil(lambda: isinstance(session.record.refused, NotFinite), timeout=WAIT)
    assert session.record.refused.origin.node == "layer1/h"
    qtbot.waitUntil(lambda: window.doctor.note.text().endswith("serious"), timeout=WAIT)
    row = next(iter(window.doctor._rows.values()))
    assert row.text.text().startswith("It began in layer1/h, t = ")
    row.head.click()
    assert window.plots.is_open("gates")
    session.reset()
    qtbot.waitUntil(lambda: session.record.refused is None and not window.doctor._rows, timeout=WAIT)


def test_nothing_is_examined_while_nothing_changes(qtbot, raced) -> None:
    watch = raced.doctor.watch
    qtbot.wait(1200)
    before = watch.examinations
    qtbot.wait(1500)
    assert watch.examinations == before


def test_an_examination_is_short_and_rare(qtbot, raced) -> None:
    session, watch = raced.session, raced.doctor.watch
    session.apply(SetValue("training.goal.steps", 10_000_000))
    session.play()
    before, times = watch.examinations, []
    watch.changed.connect(lambda: times.append(watch.took))
    qtbot.wait(2500)
    session.pause()
    assert 2 <= watch.examinations - before <= 6, "twice a second"
    assert min(times) < 0.004, "2 ms for two networks on a machine by itself"


def test_it_does_not_judge_a_moment_that_is_looked_back_at(qtbot, raced) -> None:
    session, doctor = raced.session, raced.doctor
    qtbot.waitUntil(lambda: len(session.moments.steps) > 1, timeout=WAIT)
    qtbot.wait(700)
    before = doctor.watch.examinations
    session.moments.look(0)
    qtbot.waitUntil(lambda: session.moments.back, timeout=WAIT)
    qtbot.wait(900)
    assert doctor.watch.examinations == before and doctor.note.text() == "looks at the run as it is now"
    session.moments.live()
    qtbot.waitUntil(lambda: doctor.watch.examinations > before and doctor.note.text() == "1 finding", timeout=WAIT)


def test_open_or_shut_is_remembered_when_a_person_chose(qtbot, window) -> None:
    toggle = window.findChild(QToolButton, "doctor.toggle")
    on = toggle.isChecked()
    toggle.click()
    assert window.session.settings.text("doctor") == ("shut" if on else "open")
    assert toggle.isChecked() is not on and toggle.accessibleName()


def test_a_low_window_begins_with_a_shut_doctor(quiet) -> None:
    quiet.session.settings.set_text("doctor", "")
    assert quiet.doctor.share(560)[2] == 40 and not quiet.doctor.toggle.isChecked()
    assert quiet.doctor.share(860)[2] > 200 and quiet.doctor.toggle.isChecked()


def test_it_asks_the_optimizers(qtbot, raced) -> None:
    session = raced.session
    assert session.inspections.result(Vitals("LSTM")).arrays["readout.weight"].shape == (3,)
    assert 0 < raced.doctor.watch._patients["LSTM"].vitals.ratio < 0.1


@pytest.mark.parametrize("kind", KINDS)
def test_every_finding_has_words_evidence_and_limits(kind) -> None:
    from doctor_clinic import TRIGGERS, Clinic

    experiment, steps = TRIGGERS[kind]
    clinic = Clinic(experiment).train(steps)
    found = clinic.alarms()[kind]
    assert title(found) and sentence(found) and "{" not in sentence(found) and "nan" not in sentence(found)
    assert found.evidence.plot in PLOTS and thresholds_text(kind)
    assert all("{" not in fine(one) for one in clinic.report().looked)


def test_numbers() -> None:
    assert number(1.05e-23) == "1.1·10⁻²³" and number(0.25) == "0.25" and number(12345.6) == "12,346"
    assert percent(0.004) == "0.4 %" and percent(0.97) == "97 %" and number(float("nan")) == "–"


def test_the_same_thing_is_found_again() -> None:
    one = Finding("vanishing", "N", "alarm", 8, 50, Evidence("gradient"), "layer1", "h")
    other = Finding("vanishing", "N", "fine", 60, 50, Evidence("gradient"), "layer1", "c")
    assert Report("N", 1, (other,)).find(one.key) is other
