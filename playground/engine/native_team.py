"""The threads of machine code: this one, and helpers that wait for work."""

import ctypes
import time
from _thread import allocate_lock
from collections.abc import Sequence
from contextlib import suppress
from threading import Thread, get_ident, get_native_id
from typing import ClassVar

import numpy as np

from playground.compiler.native_kernels import CALL
from playground.compiler.native_team import ASKED, FUNCTIONS, MAILBOX, NAP, emit_team
from playground.compiler.native_team import LOOKS as PLACE_OF_LOOKS
from playground.engine import processors
from playground.engine.native_compile import compile_text, once
from playground.engine.right_of_way import BUSY, NUMBERS, RightOfWay

LOOKS = 2_000  # at least: about 50 µs, longer than the work in Python between two training steps
LOOKS_A_SECOND = 10_000_000  # a quarter of the time that the work itself took, 25 ns for each look
MOST_LOOKS = 40_000  # about 1 ms
WAIT_LOOKS = 4_000  # of whoever waits for the helpers: they are done at about the same time
SOON = 5e-5  # s after which one that sleeps asks whether the helper is at work at all
LINE = 128  # bytes: two lines of the cache, which are fetched together

Table = tuple[int, int]  # address and length of a list of calls


class _Functions:
    """The native functions, as Python calls them; all let go of the GIL."""

    def __init__(self) -> None:
        self._compiled = compile_text(emit_team(BUSY), FUNCTIONS)
        address = self._compiled.addresses
        pointer, number = ctypes.c_void_p, ctypes.c_int64
        self.claim = address["claim"]
        self.drive = ctypes.CFUNCTYPE(None, pointer, number)(address["drive"])
        self.post = ctypes.CFUNCTYPE(number, pointer, pointer, number, number)(address["post"])
        self.wait = ctypes.CFUNCTYPE(number, pointer, number)(address["wait"])
        self.serve = ctypes.CFUNCTYPE(number, pointer)(address["serve"])
        self.nap = _address_of_usleep()


def _address_of_usleep() -> int:
    """0 where there is none."""
    with suppress(OSError, AttributeError, TypeError):
        return ctypes.cast(ctypes.CDLL(None).usleep, ctypes.c_void_p).value or 0
    return 0


@once(1)
def team_functions() -> _Functions:
    """Compiled when first asked for."""
    return _Functions()


class _Helper:
    """A thread that looks for work for a short while after its last, and then sleeps.

    Whoever waits for it looks for a while too. A helper that another program keeps from its processor is brought to
    that of the one who waits.
    """

    def __init__(self, number: int, functions: _Functions) -> None:
        self._functions = functions
        self._go, self._done = allocate_lock(), allocate_lock()
        self._go.acquire()
        self._done.acquire()
        self._mailbox = np.zeros(MAILBOX + 8, np.int64)
        self._at = -(-self._mailbox.ctypes.data // 64) * 64  # the line of a cache where it begins
        first = (self._at - self._mailbox.ctypes.data) // self._mailbox.itemsize
        self._letters = self._mailbox[first:]
        self._nobody = np.zeros(NUMBERS, np.int64)
        self._letters[[ASKED, NAP]] = self._nobody.ctypes.data, functions.nap
        self._looks = LOOKS
        self._thread, self._processor = 0, -1
        self._clock = -1  # of its processor's time
        self._brought = False  # to the processor of the one who waited for it
        self._everywhere: frozenset[int] = frozenset()
        Thread(target=self._serve, name=f"native {number}", daemon=True).start()

    def _serve(self) -> None:
        self._thread = get_native_id()
        if hasattr(time, "pthread_getcpuclockid"):
            self._clock = time.pthread_getcpuclockid(get_ident())
        while True:
            self._go.acquire()
            self._processor = processors.current()
            if self._everywhere:
                processors.let_run(self._thread, self._everywhere)
                self._everywhere = frozenset()
            while self._functions.serve(self._at):
                self._done.release()

    def give_way(self, way: RightOfWay | None) -> None:
        """Park while `way` is asked for; None: never."""
        self._letters[ASKED] = way.address if way is not None else self._nobody.ctypes.data

    def start(self, calls: int, count: int) -> None:
        if self._functions.post(self._at, calls, count, self._looks):
            here = processors.current()
            if here == self._processor != -1:  # where the kernel would wake it
                self._everywhere = processors.keep_off(self._thread, here)
            self._go.release()
        elif self._brought:  # it has not come to its rest yet, and would wait here until the caller is done
            processors.send_off(self._thread, processors.current())
        self._brought = False

    def wait(self, seconds: float) -> None:
        """seconds: what the caller's own share of the work took."""
        self._looks = min(max(int(seconds * LOOKS_A_SECOND), LOOKS), MOST_LOOKS)
        if self._functions.wait(self._at, WAIT_LOOKS):
            self._sleep()

    def _sleep(self) -> None:
        """Until it has finished."""
        everywhere: frozenset[int] = frozenset()
        pause = SOON
        while not everywhere and self._clock != -1:
            before = time.clock_gettime(self._clock)
            if self._done.acquire(timeout=pause):
                return
            if time.clock_gettime(self._clock) - before < pause / 4:
                self._letters[PLACE_OF_LOOKS] = 0  # it sleeps when it is done: this processor is the caller's then
                self._processor = processors.current()
                processors.let_run(self._thread, self._everywhere)  # where it was sent it has not begun yet
                everywhere = processors.bring_to(self._thread, self._processor)
            pause *= 2
        self._done.acquire()
        processors.let_run(self._thread, everywhere)
        self._brought = bool(everywhere)


class Team:
    """Runs lists of calls side by side."""

    _helpers: ClassVar[list[_Helper]] = []
    _busy = allocate_lock()
    _way: ClassVar[RightOfWay | None] = None
    _shared: ClassVar[int] = 0  # how many helpers worked when it was last seen to who gives way
    _short: ClassVar[bool] = False  # whether they and the caller have all processors

    @classmethod
    def give_way(cls, way: RightOfWay | None) -> None:
        """From now on one helper parks while `way` is asked for, where there are as many threads as processors."""
        with cls._busy:
            cls._way, cls._shared = way, 0
            for helper in cls._helpers:
                helper.give_way(None)

    @classmethod
    def run(cls, tables: Sequence[Table]) -> None:
        """Each thread goes through a list of calls; returns when this one has and no helper is in the midst of its own.
        What a helper has not begun with by then is left undone."""
        functions = team_functions()
        first, *others = tables
        if not others:
            functions.drive(*first)
            return
        with cls._busy:  # helpers serve one caller at a time
            while len(cls._helpers) < len(others):
                cls._helpers.append(_Helper(len(cls._helpers) + 1, functions))
            helpers = cls._helpers[: len(others)]
            if cls._way is not None:
                cls._keep_way(cls._way, helpers)
            for helper, table in zip(helpers, others, strict=True):
                helper.start(*table)
            began = time.perf_counter()
            functions.drive(*first)
            seconds = time.perf_counter() - began
            for helper in helpers:
                helper.wait(seconds)

    @classmethod
    def _keep_way(cls, way: RightOfWay, helpers: list[_Helper]) -> None:
        if len(helpers) != cls._shared:
            cls._shared = len(helpers)
            cls._short = bool(team_functions().nap) and len(helpers) + 1 >= processors.available()
            for helper in cls._helpers:
                helper.give_way(way if cls._short and helper is helpers[-1] else None)
            way.rest()
        if cls._short:
            way.lead()


class Work:
    """Pieces of work that threads share: each begins with its own and goes on with what no other has begun, so that one
    that is kept from its processor holds nobody up for longer than by the piece that it is at. Calling it does all.

    pieces: for each thread its own.
    """

    def __init__(self, *pieces: Sequence[Table]) -> None:
        """The pieces do not wait for each other. There is at least one in all."""
        self.pieces = pieces
        claim = team_functions().claim
        count = sum(map(len, pieces))
        self._begun = np.zeros((count + 1) * LINE // 8, np.int64)
        first = -(-self._begun.ctypes.data // LINE) * LINE
        places = iter(range(first, first + count * LINE, LINE))
        claims = [[[claim, next(places), *piece, 0, 0] for piece in own] for own in pieces]
        self._lists = []
        for thread in range(len(pieces)):
            others = [one for own in (claims[thread + 1 :] + claims[:thread]) for one in reversed(own)]
            self._lists.append(np.array(claims[thread] + others, np.int64).reshape(-1, CALL))
        self._tables = [(table.ctypes.data, len(table)) for table in self._lists]

    @classmethod
    def joined(cls, works: Sequence["Work"]) -> "Work":
        """All pieces of these, for as many threads as the largest of them has."""
        threads = range(max(len(work.pieces) for work in works))
        return cls(*([piece for work in works for own in work.pieces[k : k + 1] for piece in own] for k in threads))

    def __call__(self) -> None:
        self._begun[:] = 0
        Team.run(self._tables)
