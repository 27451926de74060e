"""From a dropped file to settings."""

from pathlib import Path

from msgspec.structs import replace

from playground.errors import BadInput
from playground.tasks.build import build_task
from playground.tasks.columns import recognise
from playground.tasks.csv_file import read_sheet
from playground.tasks.csv_layout import is_number
from playground.tasks.spec import AnyTask, Table, Text
from playground.tasks.table import TableTask
from playground.tasks.text_file import decode, read_bytes

TABLES = frozenset((".csv", ".tsv", ".tab"))
TEXTS = frozenset((".txt", ".md", ".text", ".rst", ".log"))


def guess_task(path: Path) -> AnyTask:
    """Settings for a file that somebody dropped: a table with its columns recognised, or a text.

    Raises BadInput when the file is neither, or cannot be used.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    data, complete = read_bytes(path, 65536)
    text, _ = decode(path, data, complete)
    if suffix in TABLES or (suffix not in TEXTS - {".txt", ".log"} and _mostly_numbers(text)):
        return _guess_table(path)
    if suffix in TEXTS:
        spec = Text(file=str(path))
        while spec.length > 10:
            try:
                build_task(spec)
            except BadInput:
                spec = Text(file=str(path), length=spec.length // 2)
            else:
                return spec
        build_task(spec)
        return spec
    remedy = "choose a table (.csv, .tsv) or a text (.txt, .md)"
    raise BadInput(str(path), "this is neither a table of numbers nor a file known as text", remedy)


def _mostly_numbers(text: str) -> bool:
    """Whether, below the first line, most things between spaces and separators are numbers."""
    for mark in ",;|":
        text = text.replace(mark, " ")
    words = [word for line in text.split("\n")[1:200] for word in line.split()]
    return len(words) > 5 and sum(map(is_number, words)) > 0.6 * len(words)


def _guess_table(path: Path) -> Table:
    """Every column of changing numbers is an input, the last of them is the target, 80 % of the rows are for training;
    the window is made to fit."""
    sheet = read_sheet(path)
    found = recognise(sheet)
    spec = Table(file=str(path), inputs=found.inputs, targets=found.targets, time=found.time)
    rows = TableTask(replace(spec, window=2, warmup=0), path).training_rows
    window = max(2, min(spec.window, rows // 3))
    return replace(spec, window=window, warmup=min(spec.warmup, window // 4))
