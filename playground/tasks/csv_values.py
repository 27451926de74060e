"""The cells of a column as numbers, or as times in years."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from playground.tasks.base import Array
from playground.tasks.csv_layout import MISSING

if TYPE_CHECKING:
    import polars as pl

_DATES = ("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%Y%m%d", "%d %b %Y", "%b %d, %Y")
_MONTHS = ("%Y-%m-%d", "%Y/%m-%d", "%b %Y-%d", "%m/%Y-%d")
_TIMES = (
    "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M",
)  # fmt: skip
_PEEK = 1000
"""The format of dates is found on so many cells, then used for all."""


@dataclass(frozen=True)
class Column:
    """One column of a table.

    kind: what most of its cells are. values: float64 [N], NaN where there is no value: numbers, or for dates the time
    in years (1958.25 is about the first of April 1958). bad: the first cell that does not fit the kind, as its row (0
    for the first below the header) and its text.
    """

    name: str
    kind: Literal["number", "date", "text", "empty"]
    values: Array
    bad: tuple[int, str] | None = None


def parse_column(name: str, cells: "pl.Series", comma_separates: bool) -> Column:
    """The column that these cells (strings or null) make. comma_separates: commas are the table's separator, so a
    comma inside a cell rather groups digits than begins a fraction."""
    cells = cells.str.strip_chars()
    cells = cells.set(cells.str.to_lowercase().is_in(list(MISSING)).fill_null(False), None)
    present = len(cells) - cells.null_count()
    if not present:
        return Column(name, "empty", np.full(len(cells), np.nan))
    dates = _dates(cells, 8)
    if dates is not None and dates.null_count() == cells.null_count():
        return Column(name, "date", _years(dates))
    numbers = _numbers(cells, comma_separates)
    if 2 * (len(cells) - numbers.null_count()) >= present:
        return Column(name, "number", numbers.fill_null(float("nan")).to_numpy(), _first_bad(cells, numbers))
    dates = _dates(cells, 1)
    if dates is not None and 2 * (len(cells) - dates.null_count()) >= present:
        return Column(name, "date", _years(dates), _first_bad(cells, dates))
    return Column(name, "text", np.full(len(cells), np.nan), _first_bad(cells, numbers))


def _first_bad(cells: "pl.Series", values: "pl.Series") -> tuple[int, str] | None:
    wrong = (cells.is_not_null() & values.is_null()).arg_true()
    return (int(wrong[0]), str(cells[int(wrong[0])])) if len(wrong) else None


def _numbers(cells: "pl.Series", comma_separates: bool) -> "pl.Series":
    """Float64, null where a cell is no finite number. Decimal points; else decimal commas or grouped digits."""
    import polars as pl

    def cast(texts: "pl.Series") -> "pl.Series":
        numbers = texts.cast(pl.Float64, strict=False)
        return numbers.set(~numbers.is_finite().fill_null(True), None)

    best = cast(cells)
    if best.null_count() == cells.null_count():
        return best
    tidy = cells.str.replace_all("\u2212", "-", literal=True).str.replace(r"\s*%$", "")
    tidy = tidy.str.replace_all(r"(\d)[ '\u00a0\u202f](\d{3})\b", "${1}${2}")
    comma = tidy.set(~tidy.str.contains(r"^[+-]?(\d{1,3}(\.\d{3})+|\d*)(,\d+)?([eE][+-]?\d+)?$"), None)
    comma = comma.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    grouped = tidy.str.replace_all(r",(\d{3})\b", "${1}")
    grouped = tidy.set(tidy.str.contains(r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$"), None).zip_with(
        ~tidy.str.contains(r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$").fill_null(False), grouped
    )
    for candidate in (tidy, grouped, comma) if comma_separates else (tidy, comma, grouped):
        numbers = cast(candidate)
        if numbers.null_count() < best.null_count():
            best = numbers
    return best


def _dates(cells: "pl.Series", shortest: int) -> "pl.Series | None":
    """Datetimes, null where a cell does not fit the format that fits most; None when no format fits any.

    shortest: cells below this length are not dates (a plain year stays a number).
    """
    import polars as pl

    cells = cells.str.replace(r"(Z|[+-]\d{2}:\d{2})$", "") if cells.str.contains("[T ]").any() else cells
    peek = cells.drop_nulls().head(_PEEK)
    if not len(peek) or (peek.str.len_chars() < shortest).any():
        return None
    digits = peek.str.contains(r"^\d+$").all()
    if digits and not peek.str.contains(r"^(1[5-9]|20|21)\d{6}$").all():
        return None
    best, score, suffix = "", (0, False), ""
    formats = [("%Y%m%d", "")] if digits else [(f, "") for f in (*_DATES, *_TIMES)] + [(f, "-01") for f in _MONTHS]
    for form, end in formats:
        kind = pl.Datetime("us") if "%H" in form else pl.Date
        read = (peek + end).str.strptime(kind, form, strict=False, exact=True)
        found = len(read) - read.null_count()
        if (rank := (found, found > 0 and bool(read.drop_nulls().is_sorted()))) > score:
            best, score, suffix = form, rank, end
    if not best:
        return None
    kind = pl.Datetime("us") if "%H" in best else pl.Date
    return (cells + suffix).str.strptime(kind, best, strict=False, exact=True).cast(pl.Datetime("us"))


def _years(dates: "pl.Series") -> Array:
    """Times in years: the year, and how much of it is over."""
    days = dates.dt.ordinal_day().fill_null(1).to_numpy() - 1.0
    seconds = (dates.dt.hour().cast(int) * 3600 + dates.dt.minute().cast(int) * 60 + dates.dt.second()).fill_null(0)
    length = np.where(dates.dt.is_leap_year().fill_null(False).to_numpy(), 366.0, 365.0)
    years = dates.dt.year().cast(float).fill_null(float("nan")).to_numpy()
    return years + (days + seconds.to_numpy() / 86400.0) / length
