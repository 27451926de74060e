"""Every remedy by its button, with a real worker: what it was for goes away in the panel, which says that it helped."""

import pytest
from doctor_clinic import CURES, experiment_of
from msgspec.structs import replace
from PySide6.QtCore import QCoreApplication, QEvent, Qt

from playground.experiment.edits import ReplaceExperiment, SetValue
from playground.ui.doctor.panel import DoctorPanel
from playground.ui.session import Session
from playground.ui.settings import Settings

WAIT = 30_000


@pytest.fixture(scope="module")
def session(qapp, tmp_path_factory):
    """One worker for all."""
    made = Session(experiment_of("vanishing")[0], Settings(tmp_path_factory.mktemp("home")))
    made.settings.engine = "numpy"
    made.engine.remember("numpy")
    made.start_worker()
    yield made
    made.close()


@pytest.fixture(scope="module")
def panel(session):
    session.settings.set_text("doctor", "open")
    made = DoctorPanel(session)
    made.resize(300, 700)
    made.show()
    yield made
    made.close()
    made.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def train(qtbot, session, steps):
    """As a person does: a goal, and Play."""
    session.apply(SetValue("training.goal.steps", session.run_state.step + steps))
    play(qtbot, session)


def play(qtbot, session):
    """Until the goal, or a value that is not finite."""
    session.play()
    qtbot.waitUntil(lambda: session.run_state.waiting or session.run_state.state == "training", timeout=WAIT)
    qtbot.waitUntil(lambda: session.run_state.state == "stopped" and not session.run_state.waiting, timeout=WAIT)


@pytest.mark.parametrize("kind, name, remedy, after", CURES, ids=["-".join(cure[:3]) for cure in CURES])
def test_cured_by_its_button(qtbot, session, panel, kind, name, remedy, after) -> None:
    experiment, steps = experiment_of(name)
    experiment = replace(experiment, name=f"{kind} {name} {remedy}")
    session.engine.choose("native" if steps > 1000 else "numpy")
    session.apply(ReplaceExperiment(experiment, "the case"))
    session.reset()
    qtbot.waitUntil(lambda: session.run_state.step == 0 and session.run_state.state == "paused", timeout=WAIT)
    net = experiment.networks[0].name
    train(qtbot, session, steps)
    row = f"doctor.{net}.{kind}"

    def rows(start):
        return [made for made in panel._rows.values() if made.objectName().startswith(start) and made.isVisible()]

    qtbot.waitUntil(lambda: any(remedy in made.buttons for made in rows(row)), timeout=WAIT)
    button = rows(row)[0].buttons[remedy]
    with qtbot.waitSignal(session.document_changed, timeout=WAIT):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert session.history.undo_label == panel.watch.treatments[-1].remedy.edit.label()
    if panel.watch.treatments[-1].remedy.begins_again:
        qtbot.waitUntil(lambda: session.run_state.step == 0, timeout=WAIT)
    if remedy == "stop":
        play(qtbot, session)
        assert session.run_state.step == session.experiment.training.goal.steps
    else:
        train(qtbot, session, after)
    qtbot.waitUntil(lambda: panel.watch.treatments[-1].outcome == "helped", timeout=WAIT)
    now = session.experiment.networks[0].name
    qtbot.waitUntil(lambda: not rows(f"doctor.{now}.{kind}"), timeout=WAIT)
    assert any("helped" in told.text.text() for told in panel._told)
