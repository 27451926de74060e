"""Which columns of a table are its time, its inputs and its targets, when nobody has said so."""

from dataclasses import dataclass

import numpy as np

from playground.errors import BadInput
from playground.tasks.base import Array
from playground.tasks.csv_file import Sheet, listed
from playground.tasks.csv_values import Column

MOST_INPUTS = 32
_TIME_WORDS = frozenset(
    ("year", "years", "yr", "jahr", "année", "año", "date", "datum", "fecha", "month", "week", "day", "hour", "time")
) | frozenset(("zeit", "t", "timestamp", "step", "index", "row", "nr", "no", "id"))


@dataclass(frozen=True)
class Recognised:
    """time: the column of times, "" for none. inputs: every column of changing numbers. targets: the last of them."""

    time: str
    inputs: tuple[str, ...]
    targets: tuple[str, ...]


def recognise(sheet: Sheet) -> Recognised:
    """Looks at names and values. Raises BadInput when no column holds numbers that change."""
    numbers = [column for column in sheet.columns if column.kind == "number"]
    whole = [column for column in numbers if column.bad is None]
    time = _time(sheet, whole)
    series = [column.name for column in whole if column.name != time and not is_constant(column.values)]
    if not series:
        for column in numbers:
            sheet.column(column.name)
        if numbers and numbers[0].name != time:
            names = listed(tuple(column.name for column in numbers))
            raise BadInput(str(sheet.path), f"every column of numbers is constant ({names})", "choose another table")
        raise BadInput(str(sheet.path), "no column holds numbers to predict", "choose a table with a column of numbers")
    return Recognised(time, tuple(series[:MOST_INPUTS]), (series[:MOST_INPUTS][-1],))


def is_constant(values: Array) -> bool:
    """Whether all values that are there are the same, up to rounding."""
    there = values[np.isfinite(values)]
    return there.size == 0 or float(np.ptp(there)) <= 1e-12 * float(np.abs(there).max())


def _time(sheet: Sheet, numbers: list[Column]) -> str:
    for column in sheet.columns:
        if column.kind == "date" and column.bad is None:
            return column.name
    if len(numbers) < 2:
        return ""
    for column in numbers:
        if column.name.strip().lower() in _TIME_WORDS and _increases(column.values):
            return column.name
    first = numbers[0]
    if first is sheet.columns[0] and _increases(first.values):
        steps = np.diff(first.values)
        if np.ptp(steps) <= 1e-6 * steps[0]:
            return first.name
    return ""


def _increases(values: Array) -> bool:
    return len(values) > 1 and bool(np.isfinite(values).all()) and bool((np.diff(values) > 0).all())
