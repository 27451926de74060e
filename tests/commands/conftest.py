import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from playground.commands import main

TINY = {
    "schema": 1,
    "name": "Tiny race",
    "task": {"kind": "adding", "length": 6, "test_sequences": 8},
    "networks": [
        {"name": "RNN", "layers": [{"id": "layer1", "cell": "rnn", "units": 3}]},
        {"name": "LSTM", "layers": [{"id": "layer1", "cell": "lstm", "units": 2}]},
    ],
    "training": {"batch": 4, "goal": {"steps": 5}, "test_every": 2},
}


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """An experiment that trains in no time."""
    path = tmp_path / "tiny.experiment.json"
    path.write_text(json.dumps(TINY))
    return path


class Call:
    """Runs a command in this process: `code`, `out`, `err` and `data` (what --json printed)."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *arguments: object) -> None:
        capsys.readouterr()
        self.code = main([str(argument) for argument in arguments])
        self.out, self.err = capsys.readouterr()

    @property
    def data(self) -> dict[str, Any]:
        """The one object on stdout, and nothing else."""
        return json.loads(self.out)


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Call]:
    """call("run", path, "--json"): in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RNN_PLAYGROUND_TRACEBACK", "1")
    return lambda *arguments: Call(capsys, *arguments)
