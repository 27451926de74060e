"""What the rows of a grid say together, and how all of it is printed or kept."""

import datetime
import json
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playground.commands.console import table
from playground.errors import BadInput
from playground.timing.machine import describe_machine

AGAINST = {"vs_native": "native", "vs_torch_nn": "torch.nn"}
SHOWN = ("step_ms", "gflops", "of_limit", "compile_ms", "peak_mb", *AGAINST)


def summarise(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Over the sizes of one cell: how many times as fast one contestant is as another, as geometric mean and at the
    least. Native against each of the others, and each of ours against PyTorch's own layer."""
    found = []
    ratios: dict[tuple[str, str, str], list[float]] = {}
    for row in rows:
        if row.get("layers", 1) > 1:
            continue
        if row.get("vs_native") and row["engine"] != "native":
            ratios.setdefault((row["cell"], "native", row["engine"]), []).append(1 / row["vs_native"])
        if row.get("vs_torch_nn") and row["engine"] in ("numpy", "cupy"):
            ratios.setdefault((row["cell"], row["engine"], "torch.nn"), []).append(row["vs_torch_nn"])
    for (cell, one, other), values in ratios.items():
        if len(values) > 1:
            found.append(
                {
                    "cell": cell,
                    "engine": one,
                    "against": other,
                    "sizes": len(values),
                    "geometric_mean": round(statistics.geometric_mean(values), 2),
                    "least": round(min(values), 2),
                }
            )
    return found


def show(rows: Sequence[dict[str, Any]]) -> str:
    """The table for a person: columns that say nothing are left out."""
    heads = [key for key in rows[0] if any(row.get(key) is not None for row in rows)]
    if all(row.get("layers", 1) == 1 for row in rows):
        heads = [key for key in heads if key != "layers"]
    lines = [table(heads, [[row.get(key) for key in heads] for row in rows])]
    for entry in summarise(rows):
        lines.append(
            f"{entry['engine']} against {entry['against']}, {entry['cell']}, {entry['sizes']} sizes: "
            f"{entry['geometric_mean']:g} times as fast (geometric mean), at the least {entry['least']:g}"
        )
    return "\n".join(lines)


def keep(path: Path, result: dict[str, Any]) -> None:
    """Write a result with the machine, the versions and the day. Raises BadInput where that is not possible."""
    whole = {"date": datetime.date.today().isoformat(), **describe_machine(), **result}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise BadInput(str(path), f"cannot be written ({error.strerror or error})", "give another file") from error
