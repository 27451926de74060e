"""Reading a table: a CSV file in any of its dialects, as columns of numbers and times."""

import io
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from playground.errors import BadInput
from playground.tasks.csv_layout import Layout, check_width, find_layout, rows_of, whole_text
from playground.tasks.csv_values import Column, parse_column

MOST_ROWS = 5_000_000
MOST_CELLS = 10_000_000
MOST_BYTES = 1_000_000_000


@dataclass(frozen=True)
class Sheet:
    """A table as it was read. notes: sentences about what was left out."""

    layout: Layout
    columns: tuple[Column, ...]
    rows: int
    notes: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        """Where it was read from."""
        return self.layout.path

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names, all different."""
        return self.layout.names

    def column(self, name: str, kinds: tuple[str, ...] = ("number",)) -> Column:
        """The column of this name, without a cell that does not fit.

        Raises BadInput when there is none, when it is not of one of the `kinds`, or when a cell in it cannot be read.
        """
        if name not in self.names:
            raise BadInput(str(self.path), f"there is no column “{name}”", f"choose from {listed(self.names)}")
        column = self.columns[self.names.index(name)]
        if column.kind not in kinds:
            what = {"empty": "has no values", "text": "holds text", "date": "holds dates", "number": "holds numbers"}
            raise BadInput(f"{self.path}, column “{name}”", f"it {what[column.kind]}", "choose a column of numbers")
        if column.bad is not None:
            row, text = column.bad
            raise BadInput(
                f"{self.path}, line {self.line(row)}, column “{name}”",
                f"“{text[:40]}” is not a {column.kind}",
                "correct it, or leave it empty if the value is missing",
            )
        return column

    def line(self, row: int) -> int:
        """The line of the file where row number `row` (0 for the first below the header) begins."""
        text, _ = whole_text(self.layout, MOST_BYTES)
        for number, (line, _) in enumerate(rows_of(_tabs(self.layout), text), -1 if self.layout.header else 0):
            if number == row:
                return line
        return row + 1 + self.layout.header


def listed(names: tuple[str, ...]) -> str:
    """A short list of names for a sentence."""
    shown = ", ".join(names[:8])
    return shown if len(names) <= 8 else f"{shown} and {len(names) - 8} more"


def read_sheet(path: Path) -> Sheet:
    """The table in `path`, every column of it.

    Raises BadInput, naming file and line, when the file is missing, empty, binary, ragged or has no rows. Reads at most
    `MOST_ROWS` rows and `MOST_CELLS` cells, and says so in the notes. Read once: the same file is remembered until it
    changes.
    """
    try:
        status = path.stat()
    except OSError:
        return _read(path, 0, 0)
    return _read(path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=4)
def _read(path: Path, changed: int, size: int) -> Sheet:
    import polars as pl

    layout = find_layout(path)
    width = len(layout.names)
    most = min(MOST_ROWS, MOST_CELLS // width)
    source: Path | io.BytesIO = path
    complete = True
    if not layout.plain:
        text, complete = whole_text(layout, MOST_BYTES)
        source = io.BytesIO(text.encode("utf-8"))
    try:
        frame = pl.read_csv(
            source,
            has_header=False,
            separator=_tabs(layout).separator,
            schema={f"{i}": pl.String for i in range(width)},
            n_rows=most + 1 + layout.header,
            skip_lines=layout.skip,
            comment_prefix="#" if layout.comment else None,
        )
    except pl.exceptions.PolarsError as error:
        _find_ragged(layout)
        problem = "the table cannot be read: perhaps a quotation mark is opened and not closed"
        raise BadInput(str(path), problem, "save it again as a plain CSV") from error
    frame = frame.filter(~pl.all_horizontal(pl.all().is_null() | (pl.all().str.strip_chars() == "")))
    if frame.get_column(frame.columns[-1]).null_count():
        _find_ragged(layout)
    frame = frame.slice(int(layout.header))
    notes = []
    if frame.height > most or not complete:
        frame = frame.head(most)
        notes.append(f"Only the first {frame.height:,} rows were read.")
    if not frame.height:
        raise BadInput(str(path), "there is a header and no row below it", "choose a table with numbers")
    columns = tuple(
        parse_column(name, frame.get_column(key), layout.separator == ",")
        for name, key in zip(layout.names, frame.columns, strict=True)
    )
    return Sheet(layout, columns, frame.height, tuple(notes))


def _tabs(layout: Layout) -> Layout:
    """The layout of `whole_text`, where spaces have become tabs."""
    if layout.separator != " ":
        return layout
    return Layout(layout.path, layout.encoding, "\t", layout.header, layout.names, layout.skip, layout.comment)


def _find_ragged(layout: Layout) -> None:
    """Raises BadInput for the first row, anywhere in the file, that has more or fewer fields than there are columns."""
    text, _ = whole_text(layout, MOST_BYTES)
    for line, row in rows_of(_tabs(layout), text):
        check_width(layout, line, row, len(layout.names))
