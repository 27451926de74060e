"""How a text table is written: its encoding, separator, header and names, found from its beginning."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from playground.errors import BadInput
from playground.tasks.text_file import decode, read_bytes

SAMPLE_BYTES = 256 * 1024
SAMPLE_ROWS = 500
SEPARATORS = ("\t", ";", "|", ",")
"""In this order: where a comma may be the decimal sign, another separator that fits every line is the real one."""
SPACES = " "
MISSING = frozenset(("", "na", "n/a", "#n/a", "nan", "null", "none", "-", "--", "?", ".", "missing", "nil"))
_NUMBER = re.compile(r"^[+-]?(\d+([.,' \u00a0\u202f]\d+)*[.,]?|[.,]\d+)([eE][+-]?\d+)?\s*%?$")
_DATE = re.compile(r"^\d{1,4}[-/.]\d{1,2}([-/.]\d{1,4})?([T ]\d{1,2}:\d{2}.*)?$")


@dataclass(frozen=True)
class Layout:
    """How to read the table in `path`.

    skip: lines before the first row (empty ones, comments, an Excel line "sep=;"). comment: True when lines that begin
    with # are to be left out. header: the first row holds the names. names: one for each column, all different.
    """

    path: Path
    encoding: str
    separator: str
    header: bool
    names: tuple[str, ...]
    skip: int = 0
    comment: bool = False
    returns: bool = False
    """Lines end with a carriage return alone, as on old Macintoshes."""

    @property
    def plain(self) -> bool:
        """Whether polars can read the file as it stands."""
        return self.encoding == "utf-8-sig" and self.separator != SPACES and not self.returns


def is_number(text: str) -> bool:
    """Whether a cell looks like a number, in any of the ways people write them."""
    return bool(_NUMBER.match(text.strip().replace("\u2212", "-")))


def is_missing(text: str) -> bool:
    """Whether a cell says that there is no value."""
    return text.strip().lower() in MISSING


def rows_of(layout: Layout, text: str) -> Iterator[tuple[int, list[str]]]:
    """Every row with something in it, and the number of the line where it begins (1 for the first of the file)."""
    lines = text.split("\r") if layout.returns else text.split("\n")
    wanted = (
        line + "\n" if number >= layout.skip and not (layout.comment and line.startswith("#")) else "\n"
        for number, line in enumerate(line.removesuffix("\r") for line in lines)
    )
    if layout.separator == SPACES:
        for number, line in enumerate(wanted, 1):
            if line.strip():
                yield number, line.split()
        return
    reader = csv.reader(wanted, delimiter=layout.separator)
    while True:
        begin = reader.line_num + 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise BadInput(f"{layout.path}, line {begin}", f"the row cannot be read ({error})", "correct it") from error
        if row is None:
            return
        if any(cell.strip() for cell in row) or len(row) > 1:
            yield begin, row


def find_layout(path: Path) -> Layout:
    """The layout of the table in `path`.

    Raises BadInput when the file is missing, empty, not text, has a header only, or has rows of different lengths among
    those looked at.
    """
    sample, complete = read_bytes(path, SAMPLE_BYTES)
    text, encoding = decode(path, sample, complete)
    text = text.removeprefix("\ufeff")
    returns = "\n" not in text and "\r" in text
    if returns:
        text = text.replace("\r", "\n")
    if not complete and "\n" in text:
        text = text[: text.rindex("\n") + 1]
    first = text.split("\n", 1)[0].strip()
    told = re.fullmatch(r"sep=(.)", first)
    layout = Layout(path, encoding, told[1] if told else "\t", False, (), skip=1 if told else 0)
    layout = replace(layout, comment=any(line.startswith("#") for line in text.split("\n")))
    if not told:
        layout = replace(layout, separator=_separator(layout, text))
    rows = _sample_rows(layout, text)
    if not rows:
        raise BadInput(str(path), "there are no rows in it", "choose a table with numbers")
    width = Counter(len(row) for _, row in rows).most_common(1)[0][0]
    for line, row in rows:
        check_width(layout, line, row, width)
    table = [row for _, row in rows]
    header = _has_header(table)
    if header and len(table) == 1:
        raise BadInput(str(path), "there is a header and no row below it", "choose a table with numbers")
    return replace(layout, header=header, names=_names(table, header), skip=rows[0][0] - 1, returns=returns)


def check_width(layout: Layout, line: int, row: list[str], width: int) -> None:
    """Raises BadInput, naming the line, when a row has not the `width` fields that the others have."""
    if len(row) != width:
        fields = "1 field" if len(row) == 1 else f"{len(row)} fields"
        raise BadInput(
            f"{layout.path}, line {line}",
            f"this row has {fields} and the others have {width}",
            "give every row the same number of fields",
        )


def _sample_rows(layout: Layout, text: str) -> list[tuple[int, list[str]]]:
    rows = []
    for line, row in rows_of(layout, text):
        rows.append((line, row))
        if len(rows) == SAMPLE_ROWS:
            break
    return rows


def _separator(layout: Layout, text: str) -> str:
    counts: dict[str, Counter[int]] = {}
    for separator in (*SEPARATORS, SPACES):
        try:
            rows = _sample_rows(replace(layout, separator=separator), text)
        except BadInput:
            continue
        counts[separator] = Counter(len(row) for _, row in rows)
        if separator == SPACES and sum(is_number(cell) for _, row in rows for cell in row) < max(len(rows) - 1, 1):
            del counts[separator]
        elif len(counts[separator]) == 1 and 1 not in counts[separator]:
            return separator
    counts.pop(SPACES, None)
    # No separator fits every line: either there is one column, or some lines are wrong, and that is told by line.
    shares = {separator: 1 - count[1] / max(count.total(), 1) for separator, count in counts.items()}
    best = max(shares, key=lambda separator: shares[separator], default="\t")
    return best if shares.get(best, 0.0) >= 0.5 else "\t"


def _has_header(table: list[list[str]]) -> bool:
    first, rest = table[0], table[1:]
    named = [bool(cell.strip()) and not is_number(cell) and not _DATE.match(cell.strip()) for cell in first]
    named = [name and not (is_missing(cell) and len(cell.strip()) < 3) for name, cell in zip(named, first, strict=True)]
    if not any(named):
        return False
    if all(name or not cell.strip() for name, cell in zip(named, first, strict=True)):
        return True
    columns = [[row[i] for row in rest if not is_missing(row[i])] for i, name in enumerate(named) if name]
    return any(2 * sum(map(is_number, column)) > len(column) for column in columns if column)


def _names(table: list[list[str]], header: bool) -> tuple[str, ...]:
    names: list[str] = []
    for i, cell in enumerate(table[0]):
        base = " ".join(cell.split()) if header else ""
        base = base or f"column {i + 1}"
        name, copy = base, 2
        while name in names:
            name, copy = f"{base} ({copy})", copy + 1
        names.append(name)
    return tuple(names)


def whole_text(layout: Layout, limit: int) -> tuple[str, bool]:
    """The file's text with plain line ends (spaces as tabs where spaces separate), and whether that is all of it."""
    data, complete = read_bytes(layout.path, limit)
    text, _ = decode(layout.path, data, complete)
    text = text.removeprefix("\ufeff")
    if layout.returns:
        text = text.replace("\r", "\n")
    if layout.separator == SPACES:
        out = io.StringIO()
        out.writelines("\t".join(line.split()) + "\n" for line in text.split("\n"))
        text = out.getvalue()
    return text, complete
