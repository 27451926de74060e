"""Which of the machine's processes goes first."""

import ctypes
import logging
import os
import sys

log = logging.getLogger(__name__)
BELOW_NORMAL = 0x4000  # Windows: BELOW_NORMAL_PRIORITY_CLASS


def step_back(levels: int) -> None:
    """Let other processes go before this one from now on; levels: of niceness, where the system has them."""
    try:
        if hasattr(os, "nice"):
            os.nice(levels)
        elif sys.platform == "win32":
            kernel = ctypes.windll.kernel32
            kernel.SetPriorityClass(kernel.GetCurrentProcess(), BELOW_NORMAL)
    except OSError:
        log.debug("the priority stays as it is", exc_info=True)
