"""How much memory this process needs at the most, beyond what it has already."""

import sys
from pathlib import Path

_STATUS, _REFERENCES = Path("/proc/self/status"), Path("/proc/self/clear_refs")


class PeakMemory:
    """Begins to watch when it is made; `above` tells the most bytes held since, beyond what was held then.

    Linux forgets its high-water mark on request. Elsewhere the mark is that of the process's whole life, so that what
    stays below an earlier peak is not seen.
    """

    def __init__(self) -> None:
        try:
            _REFERENCES.write_text("5")  # forget the high-water mark (proc(5))
            self._before = _linux("VmRSS")
        except (OSError, ValueError):
            self._before = _mark()

    def above(self) -> int:
        """Bytes."""
        return max(0, _mark() - self._before)


def _linux(field: str) -> int:
    for line in _STATUS.read_text().splitlines():
        name, _, value = line.partition(":")
        if name == field:
            return int(value.split()[0]) * 1024
    raise ValueError(field)


def _mark() -> int:
    """The high-water mark of resident memory, in bytes."""
    if sys.platform.startswith("linux"):
        try:
            return _linux("VmHWM")
        except (OSError, ValueError):
            pass
    if sys.platform == "win32":
        return _windows()
    import resource

    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size if sys.platform == "darwin" else size * 1024  # macOS counts bytes, the others kilobytes


def _windows() -> int:
    import ctypes
    from ctypes import wintypes

    class Counters(ctypes.Structure):
        _fields_ = [
            ("cb", wintypes.DWORD),
            ("PageFaultCount", wintypes.DWORD),
            *((name, ctypes.c_size_t) for name in (
                "PeakWorkingSetSize", "WorkingSetSize", "QuotaPeakPagedPoolUsage", "QuotaPagedPoolUsage",
                "QuotaPeakNonPagedPoolUsage", "QuotaNonPagedPoolUsage", "PagefileUsage", "PeakPagefileUsage",
            )),
        ]  # fmt: skip

    counters = Counters()
    counters.cb = ctypes.sizeof(counters)
    system = getattr(ctypes, "windll")  # noqa: B009 (there is no such name elsewhere, and a type checker says so)
    handle = system.kernel32.GetCurrentProcess()
    system.kernel32.K32GetProcessMemoryInfo(handle, ctypes.byref(counters), counters.cb)
    return int(counters.PeakWorkingSetSize)
