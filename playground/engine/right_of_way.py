"""The right of way: numbers in memory that two processes share, by which the window asks the training for a processor.

Whatever the window does while every processor trains pushes a thread aside in the midst of its work, and the others
wait for that one: they stand idle, and the window gets half a processor. So a thread of the training rests while the
window draws, and begins nothing before it is done. Measured on two cores with 8 ms of drawing every 22 ms: these took
8.8 ms instead of 13.6; and with all plots open the training was 5 % faster.
"""

import ctypes
import time
from multiprocessing import get_context

from playground.engine import processors

ASKED = 0  # whether a processor is asked for
LEAD = 1  # on which one the thread runs that does not rest, + 1
BUSY = 2  # whether the thread that rests is at a piece of work
NUMBERS = 3
PATIENCE, LOOK = 0.002, 0.0002  # s that a piece of work may take to its end, and between two looks whether it has


class RightOfWay:
    """Made by the one that asks, and given to the other process when that begins."""

    def __init__(self) -> None:
        self._numbers = get_context("spawn").RawArray(ctypes.c_int64, NUMBERS)

    def ask(self, on: bool) -> None:
        """Ask for a processor, wait a little until the thread that rests is done with what it is at, and leave that of
        the thread that goes on. Or say that it is not needed any more."""
        self._numbers[ASKED] = int(on)
        left = PATIENCE if on else 0.0
        while self._numbers[BUSY] and left > 0.0:
            time.sleep(LOOK)
            left -= LOOK
        lead = self._numbers[LEAD] - 1
        if on and lead >= 0 and lead == processors.current():
            processors.send_off(0, lead)

    # -- the other side -------------------------------------------------------------------------------------------

    @property
    def asked(self) -> bool:
        """Whether somebody needs a processor now."""
        return bool(self._numbers[ASKED])

    @property
    def address(self) -> int:
        """Of a number of 64 bits that is 0 while nobody asks; valid as long as this object."""
        return ctypes.addressof(self._numbers)

    def lead(self) -> None:
        """The calling thread is the one that goes on."""
        self._numbers[LEAD] = processors.current() + 1

    def rest(self) -> None:
        """No processor is short: whoever draws may do so anywhere."""
        self._numbers[LEAD] = 0
