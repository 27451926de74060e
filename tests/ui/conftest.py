"""A session and a window on a small experiment, settings in a temporary folder, a real worker where one is started."""

import pytest

from playground.cell.graph import Init
from playground.experiment.document import Experiment
from playground.network.spec import Goal, Layer, Net, Optimizer, Training
from playground.tasks.spec import DelayedRecall

WAIT = 20_000  # ms: a shared machine stalls now and then


def small_experiment() -> Experiment:
    """Two small networks that train in milliseconds."""
    chrono = {"forget.bias": Init("chrono", 12.0)}
    return Experiment(
        name="Small",
        about="A small race.",
        seed=3,
        task=DelayedRecall(lag=10, test_sequences=50),
        networks=(Net("RNN", (Layer("layer1", "rnn", 4),)), Net("LSTM", (Layer("layer1", "lstm", 4, chrono),))),
        training=Training(batch=8, optimizer=Optimizer(learning_rate=0.01), goal=Goal(steps=1_000_000), test_every=20),
    )


@pytest.fixture
def settings(tmp_path):
    from playground.ui.settings import Settings

    made = Settings(tmp_path / "home")
    made.theme = "light"
    return made


@pytest.fixture
def session(qapp, settings):
    """Without a worker until `start_worker`."""
    from playground.ui.session import Session

    made = Session(small_experiment(), settings)
    made.notices = []
    made.notice.connect(made.notices.append)
    yield made
    made.close()


@pytest.fixture
def window(qtbot, session):
    """Shown, with the worker running and ready."""
    from playground.ui.app import make_application
    from playground.ui.main_window import MainWindow
    from playground.ui.style import apply_theme

    app = make_application()
    made = MainWindow(session)
    apply_theme(app, session.theme)
    made.resize(1280, 800)
    with qtbot.waitSignal(session.started, timeout=WAIT):
        made.show()
    yield made
    session.history.saved()
    made.close()
    made.deleteLater()
    app.setStyleSheet("")


@pytest.fixture
def quiet(qtbot, session, monkeypatch):
    """A window whose worker never starts."""
    from playground.ui.app import make_application
    from playground.ui.main_window import MainWindow

    make_application()
    monkeypatch.setattr(session, "start_worker", lambda: None)
    made = MainWindow(session)
    made.resize(1280, 800)
    with qtbot.waitSignal(made.painted):
        made.show()
    made.activateWindow()
    yield made
    session.history.saved()
    made.close()
    made.deleteLater()
