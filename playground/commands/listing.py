"""`list`: what there is to choose from."""

import argparse
import inspect
import shutil
import textwrap
from typing import Any, get_args

from playground.commands.console import add_json, print_json

KINDS = ("cells", "tasks", "plots", "engines", "examples")


def add(verbs: Any) -> None:
    """Adds the verb to the parser."""
    parser = verbs.add_parser("list", help="cells, tasks, plots, engines or examples", description="What there is.")
    parser.add_argument("what", choices=KINDS)
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    rows = {"cells": _cells, "tasks": _tasks, "plots": _plots, "engines": _engines, "examples": _examples}
    found = rows[arguments.what]()
    if arguments.json:
        print_json({arguments.what: found})
    else:
        for row in found:
            _print(row)
    return 0


def _print(row: dict[str, str]) -> None:
    """A name, perhaps what people call it, and below it what it is."""
    title = row.get("label") or row.get("title")
    print(row["name"] + (f"  ({title})" if title else ""))
    width = min(shutil.get_terminal_size().columns, 110)
    for key, text in row.items():
        if key not in ("name", "label", "title") and text:
            print(textwrap.fill(text, width, initial_indent="    ", subsequent_indent="    "))


def _cells() -> list[dict[str, Any]]:
    from playground.cell.library import LIBRARY

    return [
        {"name": cell.name, "label": cell.label, "about": cell.about, "paper": cell.paper} for cell in LIBRARY.values()
    ]


def _tasks() -> list[dict[str, Any]]:
    from playground.tasks.spec import AnyTask

    return [
        {
            "name": kind.__struct_config__.tag,
            "settings": ", ".join(kind.__struct_fields__),
            "about": (inspect.getdoc(kind) or "").split("\n\n")[0].replace("\n", " ").replace("`", ""),
        }
        for kind in get_args(AnyTask)
    ]


def _plots() -> list[dict[str, Any]]:
    from playground.export.catalogue import PLOT_NAMES

    return [{"name": name, "about": about} for name, about in PLOT_NAMES.items()]


def _engines() -> list[dict[str, Any]]:
    from playground.engine import available

    return [{"name": name, "about": about} for name, about in available().items()]


def _examples() -> list[dict[str, Any]]:
    from playground.experiment.files import examples, load

    loaded = {name: (load(path), path) for name, path in examples().items()}
    return [
        {"name": name, "title": experiment.name, "file": str(path), "about": experiment.about.split("\n")[0]}
        for name, (experiment, path) in loaded.items()
    ]
