"""Which engine is the fastest for a network on this machine: a short contest, and a memory of how it ended.

The first contender is the one that training can begin with; the others are timed beside it until one is clearly
behind or the budget is spent. The result lies in the user's cache, one entry for each network on each machine.
"""

import contextlib
import hashlib
import json
import logging
import os
import platform
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

import platformdirs

from playground import __version__
from playground.errors import BadInput

log = logging.getLogger(__name__)
HOME = "RNN_PLAYGROUND_HOME"  # replaces the user's folders
FILE = "engines.json"
KEPT = 256  # networks that are remembered
CLEAR = 2.0  # how many times slower one step has to be for a contender to be out
STEPS = 5  # of each contender, at most
LIBRARIES = ("numpy", "llvmlite", "cupy-cuda12x", "cupy-cuda13x")

Step = Callable[[], object]


@dataclass(frozen=True)
class Choice:
    """engine: what computes. seconds: engine → of one training step, for those that were timed (of a shortened
    sequence where the whole one would take too long). why: it was the fastest; somebody asked for it; a checkpoint was
    made with it; or nothing was timed yet (`open`)."""

    engine: str
    seconds: dict[str, float] = field(default_factory=dict)
    why: Literal["fastest", "asked", "checkpoint", "open"] = "fastest"


def contest(names: Sequence[str], build: Callable[[str], Step], budget: float) -> dict[str, float]:
    """Seconds of one step for each name that could be timed: the shortest of a few, after one that does not count.

    The first one's making is not on the budget (seconds), since it has to be made anyway. What cannot be built or fails
    is left out; BadInput is raised when the first cannot.
    """
    found: dict[str, float] = {}
    end = float("inf")
    for name in names:
        if time.perf_counter() >= end:
            break
        try:
            step = build(name)
            if not found:
                step()
                end = time.perf_counter() + budget
            seconds = _shortest(step, end, min(found.values(), default=float("inf")), bool(found))
        except BadInput:
            if not found:
                raise
            continue
        except Exception:  # another engine's trouble must not keep the first from training
            log.warning("engine %s could not be timed", name, exc_info=True)
            if not found:
                return {}
            continue
        if seconds is not None:
            found[name] = seconds
    return found


def _shortest(step: Step, end: float, best: float, cold: bool) -> float | None:
    """Of a few steps until `end`. cold: the first fills caches and counts only when it is clear as it is. None when
    there was no time for one that counts."""
    shortest: float | None = None
    for number in range(STEPS + cold):
        began = time.perf_counter()
        if number and began + (shortest or 0.0) > end:
            break
        step()
        seconds = time.perf_counter() - began
        if cold and not number:
            if seconds < best or (began + 2 * seconds > end and seconds > CLEAR * best):
                shortest = seconds
            continue
        shortest = seconds if shortest is None else min(shortest, seconds)
        if number >= 2 and shortest > CLEAR * best:
            break
    return shortest


# -- memory -------------------------------------------------------------------------------------------------------


def memory_file() -> Path:
    """Where this user's choices are kept."""
    home = os.environ.get(HOME)
    return (Path(home) / "cache" if home else Path(platformdirs.user_cache_dir("rnn-playground"))) / FILE


def machine_key() -> str:
    """What has to be the same for an old measurement to hold: processor, cores, versions, settings."""
    versions = [__version__, platform.python_version()]
    for name in LIBRARIES:
        try:
            versions.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    parts = (platform.machine(), _processor(), str(os.cpu_count()), *versions, os.environ.get("OPENBLAS_CORETYPE", ""))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _processor() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line
    return platform.processor()


def digest(text: str) -> str:
    """A short name for what a network is."""
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def recall(network: str) -> dict[str, float]:
    """The seconds measured for this network (a `digest`) on this machine; empty when there are none, or nothing can be
    read."""
    found = _read().get(f"{machine_key()} {network}")
    if not isinstance(found, dict):
        return {}
    good = {
        name: float(value)
        for name, value in found.items()
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e6
    }
    return good if len(good) == len(found) else {}


def remember(network: str, seconds: dict[str, float]) -> None:
    """Keep a measurement, the oldest go. A cache that cannot be written is no error."""
    entries = _read()
    key = f"{machine_key()} {network}"
    entries.pop(key, None)
    entries[key] = seconds
    entries = dict(list(entries.items())[-KEPT:])
    path = memory_file()
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{FILE}-", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(entries, file)
            os.replace(name, path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise


def _read() -> dict[str, object]:
    """What is there; nothing when the file is missing or damaged."""
    try:
        found = json.loads(memory_file().read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
