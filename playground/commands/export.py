"""`export`: the plots of an experiment or of a run as files."""

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from playground.commands.console import Progress, add_json, print_json
from playground.commands.run import add_training, read_experiment, reporter
from playground.errors import BadInput
from playground.experiment.atomic import cannot_write, write_atomically
from playground.preflight import check_qt


def add(verbs: Any) -> None:
    """Adds the verb to the parser."""
    parser = verbs.add_parser(
        "export",
        help="plots as SVG, PDF, PNG or CSV",
        description="Write the plots of a run; or train an experiment first (--steps N) and write those. "
        "Needs no display.",
    )
    parser.add_argument("file", metavar="FILE|RUN", help="an experiment, an example's name, or the folder of a run")
    parser.add_argument(
        "--plot", default="all", metavar="NAME", help="one of `list plots`, network, cell, or all (default)"
    )
    parser.add_argument("--format", default="svg", metavar="F", help="svg (default), pdf, png or csv")
    parser.add_argument("--out", type=Path, metavar="PATH", help="a folder, or a file for one plot (default: figures)")
    parser.add_argument("--scale", type=float, default=2.0, help="pixels of a PNG per point (default: 2)")
    parser.add_argument("--theme", choices=("light", "dark"), default="light", help="colours (default: light)")
    parser.add_argument(
        "--background", choices=("theme", "white", "transparent"), default="theme", help="default: the theme's"
    )
    add_training(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from playground.export.catalogue import CANVAS, CELL, PLOT_NAMES, checked_format, plot_names

    kind = checked_format(arguments.format)
    if arguments.plot == "all":
        names = [*PLOT_NAMES, CANVAS, CELL]
    else:
        names = [arguments.plot] if arguments.plot in (CANVAS, CELL) else plot_names(arguments.plot)
    if not 0.1 <= arguments.scale <= 20:
        raise BadInput("--scale", f"found {arguments.scale:g}", "give a number from 0.1 to 20")
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    check_qt()
    out = arguments.out or Path("figures")
    single = len(names) == 1 and out.suffix.lower() == f".{kind}" and not out.is_dir()
    _make_folder(out.parent if single else out)
    with tempfile.TemporaryDirectory(prefix="rnn-export-") as temporary:
        folder = _run_folder(arguments, Path(temporary) / "run")
        from playground.ui.run.run_figures import write_figures

        target = Path(temporary) / "figure" if single else out
        paths = write_figures(folder, names, kind, target, arguments.scale, arguments.theme, arguments.background)
        if single:
            paths = [write_atomically(out, paths[0].read_bytes())]
    if arguments.json:
        files = [{"plot": name, "file": str(path)} for name, path in zip(names, paths, strict=True)]
        print_json({"format": kind, "files": files})
    else:
        print("\n".join(str(path) for path in paths))
    return 0


def _make_folder(folder: Path) -> None:
    """Before anything is trained: is there a place for the result? Raises BadInput."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from None
    if not os.access(folder, os.W_OK):
        raise BadInput(str(folder), "this folder may not be written to", "choose another place with --out")


def _run_folder(arguments: argparse.Namespace, fresh: Path) -> Path:
    """The folder of the run to draw; for an experiment it is trained now, into `fresh`."""
    if Path(arguments.file).is_dir():
        return Path(arguments.file)
    from playground.training.runfolder import train

    experiment, folder = read_experiment(arguments)
    progress = Progress()
    try:
        summary = train(
            experiment, fresh, arguments.engine, arguments.steps, arguments.seconds, reporter(progress), folder=folder
        )
    finally:
        progress.end()
    if summary["stopped"] == "interrupted":
        print(f"rnn-playground: stopped at step {summary['steps']:,}; these are its figures", file=sys.stderr)
    return fresh
