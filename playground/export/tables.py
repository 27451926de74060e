"""Tables as CSV: one comment line that says what it is, units in the headers, every number with all its digits."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from playground.errors import BadInput
from playground.experiment.atomic import write_atomically

Column = NDArray | Sequence[object]


@dataclass(frozen=True)
class Table:
    """columns: header (with the unit in square brackets) → values, all equally long. comments: a line each, no `#`."""

    columns: Mapping[str, Column]
    comments: tuple[str, ...] = field(default_factory=tuple)


def _cell(value: object) -> str:
    """A float is written so that reading it gives the same bits back; NaN is an empty cell."""
    if isinstance(value, float | np.floating):
        number = float(value)
        return "" if number != number else repr(number)
    if isinstance(value, int | np.integer) and not isinstance(value, bool):
        return str(int(value))
    return str(value)


def csv_text(columns: Mapping[str, Column], comments: Sequence[str] = ()) -> str:
    """The whole table as text. Raises BadInput when the columns are not equally long."""
    lengths = {len(values) for values in columns.values()}
    if len(lengths) > 1:
        raise BadInput(
            "table", f"columns of different lengths {sorted(lengths)}", "give every column a value in each row"
        )
    out = io.StringIO()
    for comment in comments:
        out.write("# " + " ".join(comment.split()) + "\n")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    cells = [[_cell(value) for value in values] for values in columns.values()]
    writer.writerows(zip(*cells, strict=True))
    return out.getvalue()


def write_csv(path: Path, columns: Mapping[str, Column], comments: Sequence[str] = ()) -> Path:
    """Write a table at once or not at all. Raises BadInput where nothing can be written."""
    return write_atomically(path, csv_text(columns, comments).encode("utf-8"))


def aligned(key: str, groups: Sequence[tuple[NDArray, Mapping[str, NDArray]]]) -> dict[str, NDArray]:
    """One table from groups that were measured at different moments: (moments, name → values) each.

    The first column, `key`, holds every moment once, in order; where a group has no value the cell is NaN.
    """
    moments = np.unique(np.concatenate([np.asarray(at) for at, _ in groups])) if groups else np.empty(0)
    table: dict[str, NDArray] = {key: moments}
    for at, values in groups:
        rows = np.searchsorted(moments, np.asarray(at))
        for name, column in values.items():
            made = np.full(len(moments), np.nan)
            made[rows] = np.asarray(column, np.float64)
            table[name] = made
    return table
