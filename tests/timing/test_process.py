"""Measuring in a process of its own: real processes."""

import os
import time

import pytest

from playground.errors import BadInput
from playground.timing.machine import MatrixLimit, OtherPrograms, describe_machine, own_choice_of_kernels
from playground.timing.process import Ended, Failed, Measuring


class Subject:
    """What the process holds in these tests."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.calls = 0

    def add(self, other: int) -> tuple[int, int, int]:
        self.calls += 1
        return self.number + other, self.calls, os.getpid()

    def refuse(self) -> None:
        raise BadInput("here", "it is wrong", "do better")

    def exhaust(self) -> None:
        raise MemoryError

    def fail(self) -> None:
        raise ZeroDivisionError("a thing\nof two lines")

    def die(self) -> None:
        os._exit(3)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def setting(self) -> str | None:
        return os.environ.get("OPENBLAS_CORETYPE")


def test_it_is_kept_alive_and_asked_again() -> None:
    with Measuring(Subject, 4) as process:
        first, second = process.call("add", 1), process.call("add", 2)
        assert first[:2] == (5, 1) and second[:2] == (6, 2)
        assert first[2] == second[2] == process.process.pid != os.getpid()
        with pytest.raises(BadInput, match="here: it is wrong; do better"):
            process.call("refuse")
        with pytest.raises(MemoryError):
            process.call("exhaust")
        with pytest.raises(Failed, match="ZeroDivisionError: a thing of two lines$"):
            process.call("fail")
        assert process.call("add", 0)[1] == 3  # none of that ended it
        with pytest.raises(Ended, match="has ended"):
            process.call("die")


def test_nobody_waits_who_does_not_want_to() -> None:
    with Measuring(Subject, 4) as process:
        process.ask("sleep", 0.2)
        assert not process.answered
        end = time.perf_counter() + 20
        while not process.answered and time.perf_counter() < end:
            time.sleep(0.01)
        assert process.answer() is None


def test_closing_in_the_middle_ends_the_process() -> None:
    process = Measuring(Subject, 4)
    process.call("add", 1)
    pid = process.process.pid
    assert pid is not None
    process.ask("sleep", 60.0)
    began = time.perf_counter()
    process.close(at_once=True)
    process.close()
    assert time.perf_counter() - began < 5
    with pytest.raises(OSError):
        os.kill(pid, 0)


def test_the_limit_is_measured_with_kernels_of_its_own_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    assert describe_machine()["settings"] == {"OPENBLAS_CORETYPE": "Haswell"} | {
        name: os.environ[name] for name in describe_machine()["settings"] if name != "OPENBLAS_CORETYPE"
    }
    with own_choice_of_kernels():
        process = Measuring(Subject, 0)
    assert os.environ["OPENBLAS_CORETYPE"] == "Haswell"
    with process:
        assert process.call("setting") is None


def test_products_have_a_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playground.timing.machine.SIZES", (32, 64))
    assert 1e6 < MatrixLimit().measure(0.01) < 1e14


def test_what_others_take_is_told_apart_from_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    real = OtherPrograms().share()
    assert real is None or 0 <= real <= 1
    readings = iter([(100.0, 10.0, 0.0), (106.0, 13.0, 4.0), (200.0, 10.0, 1.0), None])
    monkeypatch.setattr(OtherPrograms, "_now", staticmethod(lambda: next(readings)))
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    watch = OtherPrograms()
    assert watch.share() == pytest.approx((6.0 - 3.0) / 8.0)  # of two cores for four seconds
    assert watch.share() == 1.0  # never more than all of it
    assert watch.share() is None
