"""The contest between engines, and the memory of how it ended."""

import json
import time
from pathlib import Path

import pytest

from playground.engine import choice
from playground.engine.choice import contest, machine_key, memory_file, recall, remember
from playground.errors import BadInput


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv(choice.HOME, str(tmp_path))
    return tmp_path


class Clock:
    """Time that passes only where a step says so."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        self.calls: list[str] = []
        monkeypatch.setattr(choice.time, "perf_counter", lambda: self.now)

    def step(self, name: str, *seconds: float) -> object:
        left = list(seconds)

        def run() -> None:
            self.calls.append(name)
            self.now += left.pop(0) if len(left) > 1 else left[0]

        return run

    def build(self, **steps: tuple[float, ...]) -> object:
        def made(name: str) -> object:
            if name not in steps:
                raise BadInput(name, "it is not here")
            return self.step(name, *steps[name])

        return made


def test_the_shortest_of_a_few_steps_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    found = contest(["a", "b"], clock.build(a=(0.5, 0.002, 0.001, 0.002), b=(0.4, 0.0015)), 1.0)  # type: ignore[arg-type]
    assert found == pytest.approx({"a": 0.001, "b": 0.0015})
    assert clock.calls == ["a"] * 6 + ["b"] * 6  # one to warm up, which does not count, and five


def test_one_that_is_clearly_behind_is_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    found = contest(["a", "b"], clock.build(a=(0.001,), b=(0.005,)), 1.0)  # type: ignore[arg-type]
    assert found == pytest.approx({"a": 0.001, "b": 0.005})
    assert clock.calls.count("b") == 3


def test_the_budget_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    began = clock.now
    found = contest(["a", "b", "c"], clock.build(a=(0.01,), b=(0.06,), c=(0.01,)), 0.1)  # type: ignore[arg-type]
    assert clock.now - began <= 0.01 + 0.1 + 0.06  # the warm-up is no part of it, and no step is cut in two
    assert "a" in found and "c" not in found


def test_a_budget_that_is_spent_leaves_the_first_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    assert contest(["a", "b"], clock.build(a=(0.5,), b=(0.001,)), 0.1) == pytest.approx({"a": 0.5})  # type: ignore[arg-type]
    assert "b" not in clock.calls


def test_a_cold_step_counts_only_where_it_says_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is time for one step of the second. Twice as slow and cold says nothing; ten times as slow does."""
    clock = Clock(monkeypatch)
    assert set(contest(["a", "b"], clock.build(a=(0.04,), b=(0.07,)), 0.21)) == {"a"}  # type: ignore[arg-type]
    clock = Clock(monkeypatch)
    assert set(contest(["a", "b"], clock.build(a=(0.01,), b=(0.1,)), 0.1)) == {"a", "b"}  # type: ignore[arg-type]


def test_trouble_of_the_others_is_none_of_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    def build(name: str) -> object:
        if name == "b":
            raise RuntimeError("no device")
        if name == "c":
            raise BadInput("c", "not here")
        return lambda: time.sleep(0.001)

    assert set(contest(["a", "b", "c", "d"], build, 5.0)) == {"a", "d"}  # type: ignore[arg-type]
    with pytest.raises(BadInput, match="not here"):
        contest(["c", "a"], build, 5.0)  # type: ignore[arg-type]
    assert contest(["b", "a"], build, 5.0) == {}  # type: ignore[arg-type]


def test_memory(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert recall("one") == {}
    remember("one", {"native": 0.001, "numpy": 0.002})
    remember("two", {"native": 0.5})
    assert recall("one") == {"native": 0.001, "numpy": 0.002} and recall("two") == {"native": 0.5}
    assert memory_file().is_relative_to(home)
    assert [path.name for path in memory_file().parent.iterdir()] == [choice.FILE]  # nothing half written is left
    monkeypatch.setenv("OPENBLAS_CORETYPE", "another")
    assert recall("one") == {}  # another setting is another machine


def test_only_so_many_are_kept_the_latest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "KEPT", 3)
    for name in "abcad":
        remember(name, {"native": 1.0})
    assert [bool(recall(name)) for name in "abcd"] == [True, False, True, True]


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "[" * 100_000, '{"KEY": 3}', '{"KEY": {"native": "x"}}', '{"KEY": {"native": -1}}',
     '{"KEY": {"native": NaN}}', '{"KEY": {"native": true, "numpy": 1.0}}', "\x00\xff"],
)  # fmt: skip
def test_a_damaged_cache_is_no_error(text: str) -> None:
    memory_file().parent.mkdir(parents=True)
    memory_file().write_text(text.replace("KEY", f"{machine_key()} one"))
    assert recall("one") == {}
    remember("one", {"native": 1.0})
    assert recall("one") == {"native": 1.0}
    json.loads(memory_file().read_text())


def test_a_cache_that_cannot_be_written_is_no_error(home: Path) -> None:
    (home / "cache").write_text("a file where the folder should be")
    remember("one", {"native": 1.0})
    assert recall("one") == {}
