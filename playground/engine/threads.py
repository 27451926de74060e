"""How many threads the CPU's matrix products use.

OpenBLAS hands even small products to all cores; where the cores are busy (the window draws, another program runs) its
threads wait for each other. Measured on two busy cores: a training step of 16 units took 20 times as long on two
threads as on one. From about four million multiplications a product gains more than it waits.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from threadpoolctl import ThreadpoolController

WORTH_SHARING = 1 << 22  # multiplications in one product
WORTH_A_CHANGE = 1 << 26  # multiplications in a product that is shared although the others are not


@lru_cache(maxsize=1)
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


_most = 0  # cores that this process may use, 0: all


def cores() -> int:
    """How many cores this process uses."""
    return min(_most or os.cpu_count() or 1, os.cpu_count() or 1)


def use_cores(most: int) -> None:
    """At most so many from now on, for a process that works in the background; 0: all."""
    global _most
    _most = most
    set_threads(cores())


def threads_for(multiplications: int) -> int:
    """How many threads a product of this size is given."""
    return 1 if multiplications < WORTH_SHARING else cores()


def set_threads(count: int) -> None:
    """Limit the products of this process to `count` threads from now on."""
    _controller().limit(limits=count, user_api="blas")


@contextmanager
def all_threads() -> Iterator[None]:
    """Products inside are shared among all cores, whatever the limit is before and after."""
    before = [(library, library.num_threads) for library in _controller().lib_controllers if library.user_api == "blas"]
    try:
        for library, _ in before:
            library.set_num_threads(cores())
        yield
    finally:
        for library, count in before:
            library.set_num_threads(count)
