"""Threads that share work: everything is done once, whoever does it."""

import ctypes
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from playground.compiler.native_kernels import ARGUMENTS
from playground.engine import native_team
from playground.engine.native_team import Team, Work, _Helper

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
