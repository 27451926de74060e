import io
import json
import sys

import numpy as np
import pytest

from playground.commands import main
from playground.commands.console import Progress, print_json, table


def test_json_is_one_object_whatever_is_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"a": float("nan"), "b": np.float32(0.5), "c": (np.int64(3), float("inf")), "d": "×", "e": True})
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert json.loads(out) == {"a": None, "b": 0.5, "c": [3, None], "d": "×", "e": True}


def test_tables_are_aligned() -> None:
    text = table(["name", "value"], [["a", 1234], ["long", 0.123456], ["x", None]])
    assert text.splitlines() == ["name   value", "a      1,234", "long  0.1235", "x          –"]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_a_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    progress = Progress()
    progress.show(5, 10, "loss 1")
    progress.show(6, 10, "too soon")
    progress.show(10, 10, "done")
    progress.end()
    shown = terminal.getvalue()
    assert "5 of 10 steps  loss 1" in shown and "10 of 10 steps  done" in shown and "too soon" not in shown
    assert "█" in shown and shown.endswith("\n")


def test_progress_is_quiet_where_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    log = io.StringIO()
    monkeypatch.setattr(sys, "stderr", log)
    progress = Progress()
    for step in range(10):
        progress.show(step, 10, "")
    progress.end()
    assert log.getvalue() == ""


def test_help_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert "list" in capsys.readouterr().out
    assert main(["--version"]) == 0
    assert "RNN Playground" in capsys.readouterr().out


def test_an_error_of_ours_is_one_line_and_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RNN_PLAYGROUND_TRACEBACK", raising=False)

    def fail(_: object) -> None:
        raise RuntimeError("lost")

    monkeypatch.setattr("playground.commands.listing.print_json", fail)
    assert main(["list", "cells", "--json"]) == 1
    assert "RuntimeError: lost" in capsys.readouterr().err


def test_too_little_memory_is_a_sentence(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("playground.commands.listing.print_json", fail)
    assert main(["list", "cells", "--json"]) == 2
    assert "memory" in capsys.readouterr().err
