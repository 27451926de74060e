"""The right of way: what one process asks for, the other one sees."""

import os
import sys
from multiprocessing import get_context
from multiprocessing.connection import Connection

import pytest

from playground.engine import processors, right_of_way
from playground.engine.right_of_way import BUSY, LOOK, PATIENCE, RightOfWay


def tell(connection: Connection, way: RightOfWay) -> None:
    """Say whether a processor is asked for, as often as somebody wants to know."""
    way.lead()
    while connection.recv():
        connection.send(way.asked)


def test_another_process_sees_what_is_asked() -> None:
    context, way = get_context("spawn"), RightOfWay()
    here, there = context.Pipe()
    process = context.Process(target=tell, args=(there, way), daemon=True)
    process.start()
    for on in (True, False, True):
        way.ask(on)
        here.send(True)
        assert here.poll(20.0)
        assert here.recv() is on
    here.send(False)
    process.join(10.0)
    assert process.exitcode == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says where a thread runs")
@pytest.mark.skipif(processors.available() < 2, reason="there is only one processor")
def test_whoever_asks_leaves_the_processor_of_the_one_that_goes_on() -> None:
    everywhere, way = os.sched_getaffinity(0), RightOfWay()
    for _ in range(20):
        way.lead()
        lead = way._numbers[1] - 1  # of this thread: the one that goes on is in the way of the one that asks
        way.ask(True)
        assert processors.current() != lead or lead not in everywhere
        assert os.sched_getaffinity(0) == everywhere


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says where a thread runs")
def test_whoever_is_not_in_the_way_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    moved: list[int] = []
    monkeypatch.setattr(processors, "send_off", lambda thread, processor: moved.append(processor))
    way = RightOfWay()
    way.ask(True)  # nobody trains
    monkeypatch.setattr(processors, "current", lambda: 1)
    way.lead()
    way.ask(False)
    monkeypatch.setattr(processors, "current", lambda: 0)
    way.ask(True)
    assert not moved
    monkeypatch.setattr(processors, "current", lambda: 1)
    way.ask(True)
    assert moved == [1]
    way.rest()
    way.ask(True)
    assert moved == [1]


def test_whoever_asks_waits_for_what_the_other_is_at_but_not_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(right_of_way.time, "sleep", slept.append)
    way = RightOfWay()
    way.ask(True)
    assert slept == []  # nobody is at anything
    way._numbers[BUSY] = 1
    way.ask(False)
    assert slept == []
    way.ask(True)
    assert sum(slept) == pytest.approx(PATIENCE, abs=LOOK)
    slept.clear()

    def end(seconds: float) -> None:
        slept.append(seconds)
        way._numbers[BUSY] = 0

    monkeypatch.setattr(right_of_way.time, "sleep", end)
    way.ask(True)
    assert slept == [LOOK]
