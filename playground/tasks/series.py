"""Columns of a table as a series in time: sorted, without gaps, and honest about what was filled."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playground.errors import BadInput
from playground.tasks.base import Array
from playground.tasks.csv_file import Sheet, listed


@dataclass(frozen=True)
class Series:
    """times: [N], never falling. values: [N, C] without NaN. observed: [N, C] False where a value was filled in.

    notes: a sentence for everything that was changed.
    """

    names: tuple[str, ...]
    time_name: str
    times: Array
    values: Array
    observed: NDArray[np.bool_]
    notes: tuple[str, ...] = ()


def read_series(sheet: Sheet, time: str, names: tuple[str, ...]) -> Series:
    """The columns `names` along the column `time` ("" for the row number, counted from 1).

    Rows without a time are left out and rows are sorted by time. A missing value is filled with the one before it; rows
    before the first value of every column are left out. Raises BadInput for a column that is not there or not made of
    numbers.
    """
    values = np.column_stack([sheet.column(name).values for name in names])
    notes: list[str] = []
    if time:
        column = sheet.column(time, ("number", "date"))
        times, time_name = column.values, "year" if column.kind == "date" else time.lower() if time.isupper() else time
        known = np.isfinite(times)
        if not known.all():
            notes.append(f"{_rows(len(times) - known.sum())} without a {time} left out.")
            times, values = times[known], values[known]
        if (np.diff(times) < 0).any():
            notes.append(f"The rows were sorted by {time}.")
            order = np.argsort(times, kind="stable")
            times, values = times[order], values[order]
    else:
        times, time_name = np.arange(1.0, len(values) + 1), "row"
    observed = np.isfinite(values)
    begin = int(observed.argmax(axis=0).max())
    if begin:
        notes.append(f"The first {_rows(begin)} left out, because a column has no value yet.")
        times, values, observed = times[begin:], values[begin:], observed[begin:]
    gaps = int((~observed).sum())
    if gaps:
        holes = tuple(name for name, full in zip(names, np.asarray(observed.all(axis=0)), strict=True) if not full)
        notes.append(
            f"{gaps:,} missing value{'s' if gaps > 1 else ''} of {listed(holes)} filled with the value before; "
            "they are never scored as a target."
        )
        last = np.maximum.accumulate(np.where(observed, np.arange(len(values))[:, None], 0), axis=0)
        values = np.take_along_axis(values, last, axis=0)
    if len(values) < 10:
        raise BadInput(str(sheet.path), f"only {_rows(len(values))} can be used", "choose a table with 10 rows or more")
    return Series(names, time_name, times, values, observed, tuple(notes))


def show_time(time: float) -> str:
    """A time for a sentence: 1955, or 1990.25."""
    return f"{time:.0f}" if float(time).is_integer() else f"{time:.2f}"


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"
