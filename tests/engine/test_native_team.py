"""Threads that share work: everything is done once, whoever does it."""

import ctypes
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from playground.compiler.native_kernels import ARGUMENTS
from playground.engine import native_team, processors
from playground.engine.native_team import Team, Work, _Helper
from playground.engine.right_of_way import BUSY, LEAD, RightOfWay

FUNCTION = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 2, *[ctypes.c_int64] * (len(ARGUMENTS) - 2))


class Pieces:
    """Pieces that note which thread does them, in lists of one call each."""

    def __init__(self, *of_each: int, act: Callable[[int], None] = lambda _: None) -> None:
        self.done: list[tuple[int, int]] = []  # piece, thread
        self._alive: list[Any] = []
        self._act = act
        numbers = iter(range(sum(of_each)))
        self.tables = [[self._table(next(numbers)) for _ in range(count)] for count in of_each]

    def _table(self, number: int) -> tuple[int, int]:
        def call(*_: object) -> None:
            self._act(number)
            self.done.append((number, threading.get_native_id()))

        function = FUNCTION(call)
        address = ctypes.cast(function, ctypes.c_void_p).value
        table = np.array([address, 0, 0, 0, 0, 0], np.int64)
        self._alive += [function, table]
        return table.ctypes.data, 1


@pytest.mark.parametrize("of_each", [(1,), (1, 1), (3, 2), (0, 4), (5, 0), (2, 1, 3)])
def test_all_is_done_once(of_each: tuple[int, ...]) -> None:
    pieces = Pieces(*of_each)
    work = Work(*pieces.tables)
    for _ in range(50):
        pieces.done.clear()
        work()
        assert sorted(number for number, _ in pieces.done) == list(range(sum(of_each)))


def test_own_pieces_come_first() -> None:
    pieces = Pieces(3)
    Work(*pieces.tables)()
    assert [number for number, _ in pieces.done] == [0, 1, 2]


def test_who_is_done_goes_on_with_what_no_other_has_begun() -> None:
    here = threading.get_native_id()
    pieces = Pieces(1, 4, act=lambda number: time.sleep(0.2 if number == 1 else 0.0))
    Work(*pieces.tables)()
    others = {thread for number, thread in pieces.done if number == 1}
    mine = {number for number, thread in pieces.done if thread == here}
    assert mine >= {0, 2, 3, 4} or others == {here}  # piece 1 keeps its thread busy: the other does the rest


def test_a_helper_that_does_not_wake_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    here = threading.get_native_id()
    monkeypatch.setattr(native_team, "LOOKS", 0)  # helpers sleep after every work

    def post(helper: _Helper, calls: int, count: int) -> None:
        helper._functions.post(helper._at, calls, count, 0)

    monkeypatch.setattr(_Helper, "start", post)
    monkeypatch.setattr(Team, "_helpers", [])
    pieces = Pieces(2, 2)
    work = Work(*pieces.tables)
    for _ in range(20):
        pieces.done.clear()
        work()
        assert [(number, thread) for number, thread in sorted(pieces.done)] == [(number, here) for number in range(4)]


def test_helpers_that_were_not_needed_work_the_next_time() -> None:
    """What was taken back is not done later, and whoever wakes for it finds what was posted since."""
    quick, slow = Pieces(1, 1), Pieces(1, 1, act=lambda _: time.sleep(0.001))
    works = Work(*quick.tables), Work(*slow.tables)
    threads = set()
    for _ in range(200):
        for pieces, work in zip((quick, slow), works, strict=True):
            pieces.done.clear()
            work()
            assert sorted(number for number, _ in pieces.done) == [0, 1]
            threads |= {thread for _, thread in pieces.done}
    assert len(threads) == 2


# -- a processor is asked for ---------------------------------------------------------------------------------------


@pytest.fixture
def way(monkeypatch: pytest.MonkeyPatch) -> Iterator[RightOfWay]:
    """Helpers of its own give way for it."""
    monkeypatch.setattr(Team, "_helpers", [])
    monkeypatch.setattr(processors, "available", lambda: 2)
    way = RightOfWay()
    Team.give_way(way)
    yield way
    way.ask(False)
    Team.give_way(None)


def threads_of(pieces: Pieces, work: Work) -> int:
    """How many threads do the pieces, whoever is sometimes late."""
    for _ in range(20):
        work()
    return len({thread for _, thread in pieces.done})


def test_while_it_is_asked_for_the_caller_does_all(way: RightOfWay) -> None:
    here = threading.get_native_id()
    pieces = Pieces(2, 2)
    work = Work(*pieces.tables)
    work()
    way.ask(True)
    time.sleep(0.01)  # the helper comes to its rest, or naps
    for _ in range(50):
        pieces.done.clear()
        work()
        assert [(number, thread) for number, thread in sorted(pieces.done)] == [(number, here) for number in range(4)]


def test_a_helper_ends_the_piece_that_it_is_at_and_begins_no_other(way: RightOfWay) -> None:
    here = threading.get_native_id()
    begun = threading.Event()

    def act(number: int) -> None:
        if threading.get_native_id() == here:
            begun.wait(5.0)
            time.sleep(0.02)
        else:
            way.ask(True)
            begun.set()

    pieces = Pieces(1, 5, act=act)
    Work(*pieces.tables)()
    others = [number for number, thread in pieces.done if thread != here]
    assert len(others) == 1
    assert sorted(number for number, _ in pieces.done) == list(range(6))


def test_it_says_while_it_is_at_a_piece(way: RightOfWay) -> None:
    here = threading.get_native_id()
    seen: list[tuple[bool, int]] = []
    begun = threading.Event()

    def act(_: int) -> None:
        mine = threading.get_native_id() == here
        if mine:
            begun.wait(5.0)
        else:
            begun.set()
        seen.append((mine, way._numbers[BUSY]))

    pieces = Pieces(1, 1, act=act)
    Work(*pieces.tables)()
    assert (False, 1) in seen
    assert way._numbers[BUSY] == 0


def test_a_helper_that_parked_goes_on_as_soon_as_it_may(way: RightOfWay) -> None:
    here = threading.get_native_id()
    begun = threading.Event()

    def act(number: int) -> None:
        if number == 0:
            begun.wait(5.0)
            way.ask(False)
            time.sleep(0.1)
        elif number == 1:
            way.ask(True)
            begun.set()

    pieces = Pieces(1, 3, act=act)
    Work(*pieces.tables)()
    assert {thread for number, thread in pieces.done if number != 0} == {thread for _, thread in pieces.done} - {here}


@pytest.mark.parametrize("threads", [2, 3])
def test_whoever_asks_and_when_everything_is_done_once(way: RightOfWay, threads: int) -> None:
    over = threading.Event()

    def ask() -> None:
        pause = np.random.default_rng(0)
        while not over.is_set():
            way.ask(True)
            time.sleep(float(pause.random()) * 4e-4)
            way.ask(False)
            time.sleep(float(pause.random()) * 4e-4)

    asking = threading.Thread(target=ask)
    asking.start()
    pieces = Pieces(*[3] * threads, act=lambda _: time.sleep(1e-5))
    work = Work(*pieces.tables)
    threads_seen = set()
    try:
        for _ in range(1500):
            pieces.done.clear()
            work()
            assert sorted(number for number, _ in pieces.done) == list(range(3 * threads))
            threads_seen |= {thread for _, thread in pieces.done}
    finally:
        over.set()
        asking.join()
    assert len(threads_seen) >= 2


def test_only_where_no_processor_is_left_a_helper_gives_way(way: RightOfWay, monkeypatch: pytest.MonkeyPatch) -> None:
    pieces = Pieces(1, 1, act=lambda _: time.sleep(0.005))
    work = Work(*pieces.tables)
    monkeypatch.setattr(processors, "available", lambda: 3)
    Team.give_way(way)
    way.ask(True)
    assert threads_of(pieces, work) == 2
    assert way._numbers[LEAD] == 0  # and whoever draws stays where it is


def test_of_several_helpers_one_gives_way(way: RightOfWay) -> None:
    pieces = Pieces(1, 1, 1, act=lambda _: time.sleep(0.005))
    work = Work(*pieces.tables)
    way.ask(True)
    assert threads_of(pieces, work) == 2


def test_where_nothing_lets_a_thread_nap_none_gives_way(way: RightOfWay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native_team.team_functions(), "nap", 0)
    pieces = Pieces(1, 1, act=lambda _: time.sleep(0.005))
    work = Work(*pieces.tables)
    way.ask(True)
    assert threads_of(pieces, work) == 2
