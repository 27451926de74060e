"""The program as a process: launch, second launch, no fonts, errors that nobody caught."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer

from playground.experiment import files
from playground.tasks.spec import Table
from playground.ui import app as app_module
from playground.ui.app import begin, open_window, run_window
from playground.ui.end_signals import EndSignals
from playground.ui.recovery import left_behind
from playground.ui.session import Session
from playground.ui.settings import HOME

WAIT = 20_000


@pytest.fixture
def opened(qtbot, qapp, settings, monkeypatch):
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)  # put back afterwards
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    made = []

    def open_one(path=None):
        app_module.make_application()
        window = open_window(settings, path)
        made.append(window)
        return window

    yield open_one
    for window in made:
        window.session.history.saved()
        window.close()
        window.deleteLater()


def test_the_first_launch_opens_on_the_race(qtbot, opened):
    window = opened()
    assert window.session.experiment == files.load(files.examples()["delayed-recall"])
    assert len(window.session.experiment.networks) == 2 and not window.session.dirty
    qtbot.waitUntil(lambda: window.session.run_state.state == "paused", timeout=WAIT)


def test_a_file_on_the_command_line(opened, tmp_path):
    path = Path(shutil.copy(files.examples()["sunspots"], tmp_path / "mine.experiment.json"))
    assert opened(path).session.path == path


def test_a_bad_file_on_the_command_line_is_told_in_the_window(opened, tmp_path):
    bad = tmp_path / "bad.experiment.json"
    bad.write_text("{")
    window = opened(bad)
    assert window.session.experiment.name == files.load(files.examples()["delayed-recall"]).name
    assert "bad.experiment.json" in window.notices.notices[0].text


def test_an_error_that_nobody_caught_is_told_and_the_window_stays(qtbot, opened, settings, capsys):
    window = opened()
    try:
        raise ZeroDivisionError("made for the test")
    except ZeroDivisionError as error:
        for _ in range(2):
            sys.excepthook(type(error), error, error.__traceback__)
    (notice,) = window.notices.notices
    assert "made for the test" in notice.text and notice.actions and window.isVisible()
    assert "ZeroDivisionError" in settings.log_file.read_text()
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_without_fonts_there_is_a_sentence(qapp, monkeypatch, capsys):
    monkeypatch.setattr(app_module.QFontDatabase, "families", list)
    assert run_window() == 2
    assert "fonts" in capsys.readouterr().err


def test_a_second_launch_hands_over_and_leaves(tmp_path):
    """Two real processes: the first stays until it was called, the second says one sentence and exits with 0."""
    first_code = (
        "from playground.ui import app;"
        "from PySide6.QtCore import QTimer;"
        "old = app.open_window;"
        "def open_window(settings, path=None):\n"
        "    window = old(settings, path)\n"
        "    window.painted.connect(lambda: print('ready', flush=True))\n"
        "    forward = window.come_forward\n"
        "    def called(path):\n"
        "        forward(path); print('opened', window.session.path.name, flush=True)\n"
        "        window.session.history.saved(); QTimer.singleShot(100, window.close)\n"
        "    window.come_forward = called\n"
        "    return window\n"
        "app.open_window = open_window\n"
        "if __name__ == '__main__':\n"
        "    raise SystemExit(app.run_window(None))\n"
    ).replace(";def ", "\ndef ")
    script = tmp_path / "first.py"
    script.write_text(first_code)
    root = Path(__file__).parents[2]
    environment = {**os.environ, HOME: str(tmp_path / "home"), "PYTHONPATH": str(root), "PYTHONUNBUFFERED": "1"}
    first = subprocess.Popen([sys.executable, str(script)], env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert first.stdout.readline().strip() == "ready"
        example = shutil.copy(files.examples()["adding"], tmp_path / "mine.experiment.json")
        code = (
            "import sys; from pathlib import Path; from playground.ui.app import run_window;"
            f"sys.exit(run_window(Path({str(example)!r})))"
        )
        second = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        assert second.returncode == 0 and second.stdout.count("\n") == 1 and "runs already" in second.stdout
        assert first.stdout.readline().strip() == "opened mine.experiment.json"
        assert first.wait(timeout=60) == 0
    finally:
        first.kill()


def test_a_shipped_example_opens_as_a_new_document(qapp, settings):
    session = Session(settings=settings)
    begin(session, files.examples()["sunspots"])
    assert session.path is None and not session.dirty
    assert session.experiment == files.load(files.examples()["sunspots"])
    session.close()


def test_a_table_on_the_command_line_is_fed_to_the_first_example(qapp, settings, tmp_path):
    table = tmp_path / "mine.csv"
    table.write_text("t,v\n" + "".join(f"{k},{k % 7}\n" for k in range(200)))
    session = Session(settings=settings)
    begin(session, table)
    assert session.path is None and isinstance(session.experiment.task, Table)
    assert [net.name for net in session.experiment.networks] == ["RNN", "LSTM"]
    session.close()


def test_run_window_ends_with_the_window(qapp, tmp_path, monkeypatch):
    monkeypatch.setenv(HOME, str(tmp_path))
    windows = []
    real = app_module.open_window

    def open_and_close(settings, path=None):
        windows.append(real(settings, path))
        QTimer.singleShot(300, windows[0].close)
        return windows[0]

    monkeypatch.setattr(app_module, "open_window", open_and_close)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    assert run_window() == 0


ASKED_TO_END = """
import sys
from PySide6.QtCore import QTimer
from playground.experiment.edits import SetValue
from playground.ui import app
from playground.ui.main_window import MainWindow
when, edited = sys.argv[1:]
def ready(window):
    if edited == "edited":
        window.session.apply(SetValue("name", "Not saved"))
    if edited == "asking":
        QTimer.singleShot(0, window.show_about)
        QTimer.singleShot(0, lambda: window.dialogs.ask_unsaved("waits for an answer"))
    QTimer.singleShot(100, lambda: print("ready", flush=True))
if when == "painted":
    real = MainWindow._after_first_paint
    MainWindow._after_first_paint = lambda window: (print("ready", flush=True), real(window))
else:
    real = MainWindow._complete
    def complete(window):
        window.session.started.connect(lambda _: ready(window))
        real(window)
    MainWindow._complete = complete
if __name__ == "__main__":
    sys.exit(app.run_window(None))
"""


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize(
    ("number", "when", "state"),
    [
        (signal.SIGTERM, "trains", "clean"),
        (signal.SIGINT, "trains", "clean"),
        (signal.SIGHUP, "trains", "clean"),
        (signal.SIGTERM, "trains", "edited"),
        (signal.SIGTERM, "trains", "asking"),
        (signal.SIGTERM, "painted", "clean"),
    ],
)
def test_a_signal_closes_the_window_in_order(tmp_path, settings, number, when, state):
    """A real process with its worker: it ends with 0, says nothing, leaves no shared memory and no worker behind."""
    script = tmp_path / "window.py"
    script.write_text(ASKED_TO_END)
    root = Path(__file__).parents[2]
    environment = {**os.environ, HOME: str(settings.config_folder), "PYTHONPATH": str(root)}
    process = subprocess.Popen(
        [sys.executable, str(script), when, state],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        assert process.stdout.readline().strip() == "ready"
        os.killpg(process.pid, number) if number == signal.SIGINT else process.send_signal(number)
        _, errors = process.communicate(timeout=60)  # until nobody has its end of the pipe: not the worker either
    finally:
        process.kill()
    told = [line for line in errors.splitlines() if "propagateSizeHints" not in line]  # of Qt's offscreen platform
    assert process.returncode == 0 and told == [], "\n".join(told)
    kept = [found.experiment.name for found in left_behind(settings.recovery_folder)]
    assert kept == (["Not saved"] if state == "edited" else [])


def test_after_the_window_a_signal_does_what_it_did(qapp):
    before = signal.getsignal(signal.SIGTERM)
    ending = EndSignals()
    assert signal.getsignal(signal.SIGTERM) != before
    ending.close()
    ending.close()
    assert signal.getsignal(signal.SIGTERM) == before and signal.set_wakeup_fd(-1) == -1


def test_a_window_that_crashes_loses_nothing(tmp_path, settings):
    """A real process edits and dies at once; the next one finds the document."""
    code = (
        "import os\n"
        "from playground.ui.app import make_application\n"
        "from playground.ui.session import Session\n"
        "from playground.ui.settings import Settings\n"
        "from playground.experiment.edits import SetValue\n"
        "from PySide6.QtTest import QTest\n"
        "app = make_application()\n"
        "session = Session(settings=Settings())\n"
        "session.apply(SetValue('name', 'Nearly lost'))\n"
        "QTest.qWait(1000)\n"
        "os.abort()\n"
    )
    root = Path(__file__).parents[2]
    environment = {**os.environ, HOME: str(settings.config_folder), "PYTHONPATH": str(root)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, timeout=60, check=False, cwd=tmp_path
    )
    assert done.returncode != 0
    (found,) = left_behind(settings.recovery_folder)
    assert found.experiment.name == "Nearly lost"
