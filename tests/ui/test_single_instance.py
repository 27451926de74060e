import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from PySide6.QtNetwork import QLocalServer

from playground.ui.single_instance import SingleInstance, hand_over, server_name


@pytest.fixture
def name():
    return f"rnn-test-{uuid.uuid4().hex[:8]}"


def launch(name, *path):
    """A second program that hands its file over; its exit code says whether it was taken."""
    code = (
        "import sys; from pathlib import Path; from PySide6.QtCore import QCoreApplication; app = QCoreApplication([]);"
        "from playground.ui.single_instance import hand_over;"
        "sys.exit(0 if hand_over(sys.argv[1], Path(sys.argv[2]) if sys.argv[2:] else None) else 3)"
    )
    root = Path(__file__).parents[2]
    return subprocess.Popen([sys.executable, "-c", code, name, *map(str, path)], cwd=root)


def test_the_first_gets_the_file_of_the_second(qtbot, qapp, name, tmp_path):
    first = SingleInstance(name)
    with qtbot.waitSignal(first.called, timeout=20_000) as called:
        second = launch(name, tmp_path / "mine ünïcode.experiment.json")
    assert called.args == [str((tmp_path / "mine ünïcode.experiment.json").resolve())]
    qtbot.waitUntil(lambda: second.poll() is not None, timeout=20_000)
    assert second.returncode == 0
    with qtbot.waitSignal(first.called, timeout=20_000) as called:
        second = launch(name)
    assert called.args == [""]
    second.wait()
    first.close()


def test_nobody_is_there(qapp, name):
    assert not hand_over(name, None, 200)


def test_a_silent_first_is_not_waited_for_long(qapp, name):
    deaf = QLocalServer()
    assert deaf.listen(name)
    assert not hand_over(name, None, 200)
    deaf.close()


def test_the_place_of_a_crashed_window_is_taken_over(qtbot, qapp, name):
    one = SingleInstance(name)
    other = SingleInstance(name)  # as if the first had died without a word
    with qtbot.waitSignal(other.called, timeout=20_000):
        second = launch(name)
    second.wait()
    one.close()
    other.close()


def test_each_home_has_its_own_window(tmp_path):
    assert server_name(tmp_path / "a") != server_name(tmp_path / "b")
