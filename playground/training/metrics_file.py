"""metrics.csv: the curves of a run as a table. No clock time is in it, so the same run writes the same bytes."""

import csv
import io
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from playground.errors import BadInput
from playground.experiment.atomic import write_atomically
from playground.training.curves import Curves

TRAIN, NORM, TEST = "train_loss", "gradient_norm", "test_loss"


def write_csv(path: Path, curves: Curves, names: Sequence[str], title: str, seed: int, loss: str) -> None:
    """One row for each step; columns NAME.train_loss, NAME.gradient_norm, NAME.test_loss, NAME.METRIC.

    An empty field: not measured at that step. Numbers are written so that reading gives the same bits. The comment line
    says title, seed and units. Raises BadInput where the file cannot be written.
    """
    metrics = curves.test_metrics
    head = ["step"]
    for name in names:
        head += [f"{name}.{column}" for column in (TRAIN, NORM, TEST, *metrics)]
    steps = np.union1d(curves.steps, curves.test_steps)
    at = np.searchsorted(steps, curves.steps)
    tested = np.searchsorted(steps, curves.test_steps)
    columns = []
    for row in range(len(names)):
        for index, values in ((at, curves.losses), (at, curves.gradient_norms), (tested, curves.test_losses)):
            columns.append(_spread(steps.size, index, values[row]))
        columns += [_spread(steps.size, tested, table[row]) for table in metrics.values()]
    text = io.StringIO(newline="")
    title = " ".join(title.split())
    units = f"step [training steps], losses [{loss}], gradient_norm [2-norm before clipping]"
    text.write(f"# {title}; seed {seed}; {units}\n")
    # before Python 3.13 a name with a carriage return would go unquoted, and end the line where it is read
    writer = csv.writer(text, lineterminator="\n")
    if any("\r" in name for name in names):
        csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerow(head)
    else:
        writer.writerow(head)
    for step, *fields in zip(steps.tolist(), *columns, strict=True):
        writer.writerow([int(step), *fields])
    write_atomically(path, text.getvalue().encode())


def read_csv(path: Path) -> Curves:
    """The curves in a metrics.csv. Raises BadInput for anything else."""
    try:
        text = path.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(str(path), f"it cannot be read ({_reason(error)})", "choose the metrics.csv of a run") from error
    while text.startswith("#"):
        text = text.partition("\n")[2]
    rows = list(csv.reader(io.StringIO(text, newline="")))
    if not rows or not rows[0] or rows[0][0] != "step":
        raise BadInput(str(path), "it has no column 'step'", "choose the metrics.csv of a run")
    head = [tuple(column.rsplit(".", 1)) for column in rows[0][1:]]
    names = list(dict.fromkeys(column[0] for column in head))
    try:
        table = np.array([[float(field) if field else math.nan for field in row] for row in rows[1:]], float)
        table = table.reshape(len(rows) - 1, 1 + len(head))
        return _curves(table, head, names)
    except (ValueError, IndexError, KeyError) as error:
        raise BadInput(str(path), "its rows are not the numbers of a run", "choose the metrics.csv of a run") from error


def _curves(table: np.ndarray, head: list[tuple[str, ...]], names: list[str]) -> Curves:
    place = {column: number + 1 for number, column in enumerate(head)}
    metrics = [kind for kind in dict.fromkeys(column[1] for column in head) if kind not in (TRAIN, NORM, TEST)]

    def rows(kind: str) -> np.ndarray:
        return table[:, [place[name, kind] for name in names]].T

    losses, tests = rows(TRAIN), rows(TEST)
    trained, tested = ~np.isnan(losses).all(axis=0), ~np.isnan(tests).all(axis=0)
    arrays = {"steps": table[trained, 0], "losses": losses[:, trained], "gradient_norms": rows(NORM)[:, trained]}
    arrays |= {"test_steps": table[tested, 0], "test_losses": tests[:, tested]}
    arrays |= {f"metrics/{kind}": rows(kind)[:, tested] for kind in metrics}
    return Curves.from_arrays(arrays, names)


def _spread(size: int, index: np.ndarray, values: np.ndarray) -> list[str]:
    fields = [""] * size
    for place, value in zip(index.tolist(), values.tolist(), strict=True):
        if not math.isnan(value):
            fields[place] = repr(value)
    return fields


def _reason(error: Exception) -> str:
    return error.strerror or "unknown" if isinstance(error, OSError) else "it is not text"
