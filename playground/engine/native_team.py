"""The threads of machine code: this one, and helpers that wait for work."""

import ctypes
from _thread import allocate_lock
from threading import Thread
from typing import ClassVar

import numpy as np

from playground.compiler.native_team import FUNCTIONS, MAILBOX, emit_team
from playground.engine.native_compile import compile_text, once

LOOKS = 2_000  # about 50 µs: longer than the work in Python between two training steps
REST = 50  # times that nobody looks, after looking was in vain: others need the cores, or the steps are long


class _Functions:
    """The native functions, as Python calls them; all let go of the GIL."""

    def __init__(self) -> None:
        self._compiled = compile_text(emit_team(), FUNCTIONS)
        address = self._compiled.addresses
        pointer, number = ctypes.c_void_p, ctypes.c_int64
        self.drive = ctypes.CFUNCTYPE(None, pointer, number)(address["drive"])
        self.post = ctypes.CFUNCTYPE(number, pointer, pointer, number, number)(address["post"])
        self.wait = ctypes.CFUNCTYPE(number, pointer, number)(address["wait"])
        self.serve = ctypes.CFUNCTYPE(number, pointer)(address["serve"])


@once(1)
def team_functions() -> _Functions:
    """Compiled when first asked for."""
    return _Functions()


class _Helper:
    """A thread that looks for work for a short while after its last, and then sleeps.

    Whoever waits for it looks for as long; where that was not enough, all sleep at once for the next `REST` times.
    """

    def __init__(self, number: int, functions: _Functions) -> None:
        self._functions = functions
        self._go, self._done = allocate_lock(), allocate_lock()
        self._go.acquire()
        self._done.acquire()
        self._mailbox = np.zeros(MAILBOX + 8, np.int64)
        self._at = -(-self._mailbox.ctypes.data // 64) * 64  # the line of a cache where it begins
        self._rest = 0
        Thread(target=self._serve, name=f"native {number}", daemon=True).start()

    def _serve(self) -> None:
        while True:
            self._go.acquire()
            while self._functions.serve(self._at):
                self._done.release()

    def start(self, calls: int, count: int) -> None:
        if self._functions.post(self._at, calls, count, 0 if self._rest else LOOKS):
            self._go.release()

    def wait(self) -> None:
        looks = 0 if self._rest else LOOKS
        self._rest = max(self._rest - 1, 0)
        if self._functions.wait(self._at, looks):
            self._done.acquire()
            self._rest = REST if looks else self._rest


class Team:
    """Runs lists of calls side by side."""

    _helpers: ClassVar[list[_Helper]] = []
    _busy = allocate_lock()

    @classmethod
    def run(cls, tables: list[tuple[int, int]]) -> None:
        """Each thread goes through a list of calls, given by address and length; returns when all have."""
        functions = team_functions()
        first, *others = tables
        if not others:
            functions.drive(*first)
            return
        with cls._busy:  # helpers serve one caller at a time
            while len(cls._helpers) < len(others):
                cls._helpers.append(_Helper(len(cls._helpers) + 1, functions))
            helpers = cls._helpers[: len(others)]
            for helper, table in zip(helpers, others, strict=True):
                helper.start(*table)
            functions.drive(*first)
            for helper in helpers:
                helper.wait()
