"""A session and a window on a small experiment, settings in a temporary folder, a real worker where one is started."""

import named_engine
import pytest
from PySide6.QtCore import QCoreApplication, QEvent

from playground.cell.graph import Init
from playground.experiment.document import Experiment
from playground.network.spec import Goal, Layer, Net, Optimizer, Training
from playground.tasks.spec import DelayedRecall

WAIT = 20_000  # ms: a shared machine stalls now and then


@pytest.fixture(autouse=True)
def nothing_is_left_behind():
    """What a test was done with is deleted by Qt now. Outside an event loop `deleteLater` waits for ever, and widgets
    that Python's collector destroys at some later moment take the process with them now and then."""
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture(autouse=True)
def engine(monkeypatch):
    """Named, here and in the worker of `session`."""
    named_engine.name_it(monkeypatch)


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
    made.engine = named_engine.NAME
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


@pytest.fixture
def plots(quiet):
    """The plots of a window on a run of some steps."""
    from PySide6.QtWidgets import QApplication

    from playground.training.run import Run

    session = quiet.session
    run = Run(session.experiment)
    for _ in range(30):
        results = run.step_once()
        session.curves.append_steps([run.step], [[r.loss] for r in results], [[r.gradient_norm] for r in results])
    session.record.traces = run.traces()
    session.scalars_changed.emit()
    session.traces_changed.emit(session.traces)
    area = quiet.plots
    for plot in area.plots().values():
        plot.refresh()
    QApplication.processEvents()
    return area
