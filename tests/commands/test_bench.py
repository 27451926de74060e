import sys
from collections.abc import Callable
from types import ModuleType

import pytest

from playground.commands.bench import GRID

KEYS = [
    "engine", "cell", "inputs", "units", "outputs", "steps", "batch", "step_ms", "gflops", "compile_ms", "peak_mb",
]  # fmt: skip
SMALL = ["--inputs", 2, "--units", 4, "--outputs", 3, "--steps", 6, "--batch", 5]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playground.commands.bench.SECONDS", 0.01)


def test_a_row_of_one_size(call: Callable) -> None:
    done = call("bench", *SMALL, "--cell", "gru", "--engine", "numpy", "--json")
    assert done.code == 0
    (row,) = done.data["rows"]
    assert list(row) == KEYS
    assert [row[key] for key in KEYS[:7]] == ["numpy", "gru", 2, 4, 3, 6, 5]
    assert row["step_ms"] > 0 and row["gflops"] >= 0 and row["compile_ms"] >= 0
    assert 0 < row["peak_mb"] < 50


def test_a_bigger_network_needs_more(call: Callable) -> None:
    def peak(units: int) -> float:
        return call("bench", *SMALL, "--units", units, "--json").data["rows"][0]["peak_mb"]

    assert peak(128) > 2 * peak(8)


def test_the_grid_is_one_row_for_each_size(call: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [size.units for size in GRID] == [8, 16, 32, 64, 128, 256]
    monkeypatch.setattr("playground.commands.bench.GRID", GRID[:2])
    done = call("bench", "--grid", "--json")
    assert [tuple(row[name] for name in GRID[0]._fields) for row in done.data["rows"]] == list(GRID[:2])


@pytest.mark.parametrize(
    ("arguments", "part"),
    [(["--units", "0"], "--units"), (["--batch", "x"], "--batch"), (["--cell", "lstn"], 'did you mean "lstm"')],
)
def test_bad_sizes(call: Callable, arguments: list[str], part: str) -> None:
    done = call("bench", *arguments)
    assert done.code == 2 and part in done.err


def test_rows_for_a_person(call: Callable) -> None:
    lines = call("bench", *SMALL).out.splitlines()
    assert len(lines) == 2 and lines[0].split() == KEYS


def test_measures_of_the_window_are_printed(call: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    measure = ModuleType("measure")
    measure.measure_window = lambda: {"start_ms": 640.0, "plots_per_second": 31.5}  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "playground.ui.measure", measure)
    assert call("bench", "--window", "--json").data == {"window": {"start_ms": 640.0, "plots_per_second": 31.5}}
    assert "plots per second" in call("bench", "--window").out
