import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from playground.launch import main

ROOT = Path(__file__).resolve().parents[1]
TINY = {
    "name": "Tiny",
    "task": {"kind": "adding", "length": 6, "test_sequences": 8},
    "networks": [{"name": "RNN", "layers": [{"id": "layer1", "cell": "rnn", "units": 3}]}],
    "training": {"batch": 4, "goal": {"steps": 5}},
}


def environment(**extra: str) -> dict[str, str]:
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return {name: value for name, value in os.environ.items() if name not in hidden} | extra


def start(*arguments: object, folder: Path, **extra: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "main.py"), *map(str, arguments)]
    return subprocess.run(command, cwd=folder, env=environment(**extra), capture_output=True, text=True, timeout=60)


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.experiment.json"
    path.write_text(json.dumps(TINY))
    return path


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a display is a matter of Linux")
@pytest.mark.parametrize(
    ("extra", "part"), [({}, "no display here"), ({"DISPLAY": ":7654"}, "display ':7654' does not answer")]
)
def test_without_a_display_it_says_so(tmp_path: Path, extra: dict[str, str], part: str) -> None:
    done = start(folder=tmp_path, **extra)
    assert done.returncode == 2
    assert done.stdout == ""
    assert part in done.stderr and "run|eval|check|export|list|bench" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_run_from_another_folder(tiny: Path, tmp_path: Path) -> None:
    done = start("run", tiny, "--json", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["steps"] == 5
    assert done.stderr == ""


def test_bad_input_ends_with_two_and_no_traceback(tiny: Path, tmp_path: Path) -> None:
    tiny.write_text('{"training": {"batch": -1}}')
    done = start("run", tiny, folder=tmp_path)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr == (f"rnn-playground: {tiny}: training.batch: found -1; give a whole number from 1 to 65536\n")


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_ctrl_c_stops_and_keeps_what_there_is(tiny: Path, tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "main.py"), "run", str(tiny), "--steps", "100000000", "--out", "mine"]
    process = subprocess.Popen(
        command, cwd=tmp_path, env=environment(), text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        deadline = time.monotonic() + 30
        while not list(tmp_path.glob("mine/checkpoints/step-*")) and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 1
    assert "stopped at step" in err and "mine" in err and "Traceback" not in err
    assert "interrupted" in out
    assert json.loads((tmp_path / "mine/summary.json").read_bytes())["steps"] > 0
    assert (tmp_path / "mine/weights.safetensors").exists()


@pytest.mark.skipif(os.name != "posix", reason="pipes of POSIX")
def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "main.py"), "list", "cells", "--json"]
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, timeout=60, env=environment())
    os.close(writing)
    assert done.returncode == 1 and done.stderr == ""


def test_commands_need_no_qt() -> None:
    code = (
        "import sys; from playground.launch import main; code = main(['list', 'plots', '--json']);"
        "assert not {name.split('.')[0] for name in sys.modules} & {'PySide6', 'pyqtgraph'}; sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["rnu"], 'no such file or command; did you mean "run"?'),
        (["none.experiment.json"], "this file does not exist"),
        (["--wrong"], "give one file to open, or a command"),
        (["a.json", "b.json"], "give one file to open"),
    ],
)
def test_what_is_neither_file_nor_command(arguments: list[str], part: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert part in capsys.readouterr().err


def test_missing_packages_are_told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playground.preflight.OLDEST", (99, 0))
    assert main(["list", "cells"]) == 2
    assert "needs Python 99.0" in capsys.readouterr().err
