"""What all commands share: how they print."""

import argparse
import json
import math
import sys
import time
from collections.abc import Sequence
from typing import Any


def add_json(parser: argparse.ArgumentParser) -> None:
    """The option that every verb has."""
    parser.add_argument("--json", action="store_true", help="print one JSON object on stdout and nothing else")


def print_json(data: dict[str, Any]) -> None:
    """One object on one line. What is not a finite number is null."""
    print(json.dumps(_plain(data), allow_nan=False), flush=True)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, bool | str) or value is None:
        return value
    if isinstance(value, int):
        return int(value)
    if hasattr(value, "item"):  # a NumPy number
        return _plain(value.item())
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return str(value)


def number(value: Any) -> str:
    """A number for a person: four digits that count."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if isinstance(value, float):
        return f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def table(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Aligned columns; numbers to the right."""
    cells = [list(heads), *([number(value) for value in row] for row in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(heads))]
    right = [bool(rows) and all(isinstance(row[i], int | float | None) for row in rows) for i in range(len(heads))]
    lines = [
        "  ".join(text.rjust(w) if r else text.ljust(w) for text, w, r in zip(row, widths, right, strict=True)).rstrip()
        for row in cells
    ]
    return "\n".join(lines)


class Progress:
    """How far training is, on stderr: a bar on a terminal, else a line every ten seconds; nothing when `quiet`."""

    def __init__(self, quiet: bool = False, noun: str = "steps") -> None:
        self._noun = noun
        self._bar = not quiet and sys.stderr is not None and sys.stderr.isatty()
        self._lines = not quiet and sys.stderr is not None and not self._bar
        self._next = 0.0
        self._drawn = False

    def show(self, done: int, total: int, text: str) -> None:
        """`done` of `total` (0: open end), with a few words."""
        now = time.monotonic()
        if now < self._next and not (self._bar and total and done >= total):
            return
        part = min(done / total, 1.0) if total else 0.0
        if self._bar:
            width = 30
            full = round(part * width)
            bar = "█" * full + "░" * (width - full) + " " if total else ""
            print(
                f"\r\x1b[K{bar}{done:,}{f' of {total:,}' if total else ''} {self._noun}  {text}",
                end="",
                file=sys.stderr,
            )
            sys.stderr.flush()
            self._drawn = True
            self._next = now + 0.1
        elif self._lines:
            if self._next:
                print(f"{done:,}{f' of {total:,}' if total else ''} {self._noun}  {text}", file=sys.stderr, flush=True)
            self._next = now + 10.0

    def end(self) -> None:
        """Leaves the terminal's line to others."""
        if self._drawn:
            print(file=sys.stderr)
            self._drawn = False
