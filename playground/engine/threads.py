"""How many threads the CPU's matrix products use.

OpenBLAS hands even small products to all cores; where the cores are busy (the window draws, another program runs) its
threads wait for each other. Measured on two busy cores: a training step of 16 units took 20 times as long on two
threads as on one. From about four million multiplications a product gains more than it waits.
"""

import os
from functools import lru_cache

from threadpoolctl import ThreadpoolController

WORTH_SHARING = 1 << 22  # multiplications in one product


@lru_cache(maxsize=1)
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


def threads_for(multiplications: int) -> int:
    """How many threads a product of this size is given."""
    return 1 if multiplications < WORTH_SHARING else os.cpu_count() or 1


def set_threads(count: int) -> None:
    """Limit the products of this process to `count` threads from now on."""
    _controller().limit(limits=count, user_api="blas")
