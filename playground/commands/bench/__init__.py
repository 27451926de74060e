"""`bench`: how long a training step takes with our engines and with other libraries, and how the window does."""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playground.commands.bench.cases import DEFAULT, GRID, VARIANTS, Case, Size, work
from playground.commands.console import Progress, add_json, print_json, table
from playground.commands.run import ENGINES

SECONDS = 1.0  # of measuring for each row, at least
ROUNDS = 9
DISTURBED = 0.1  # share of the processors from which other programs are worth a word


def add(verbs: Any) -> None:
    """Adds the verb to the parser."""
    parser = verbs.add_parser(
        "bench",
        help="measure training steps, or the window",
        description="Time one training step: forward, backpropagation through time and one Adam update, float32, dense "
        "targets at every step. Medians, measured in turns in processes of their own. On a shared machine only ratios "
        "within one run mean anything: vs_native and vs_torch_nn say how many times as fast as those a row is, "
        "of_limit which share of this machine's matrix products it reaches.",
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--grid", action="store_true", help="a range of sizes, two layers, a GRU, peepholes, an own cell")
    what.add_argument("--cells", action="store_true", help="every cell of the library, time for each operation")
    what.add_argument("--window", action="store_true", help="the window: start, frames, effect on training")
    parser.add_argument("--cell", default="lstm", metavar="C", help="a cell of the library (default: lstm)")
    for letter, name in zip("DHOTB", Size._fields, strict=True):
        value = getattr(DEFAULT, name)
        parser.add_argument(f"--{name}", type=_count, default=value, metavar=letter, help=f"default: {value}")
    parser.add_argument("--layers", type=_layers, default=1, metavar="L", help="layers on each other (default: 1)")
    engines = ("all", *ENGINES)
    parser.add_argument("--engine", choices=engines, default="all", help="what computes (default: all there are here)")
    parser.add_argument("--peers", action="store_true", help="PyTorch and JAX as well, where they are installed")
    parser.add_argument(
        "--seconds", type=_seconds, metavar="S", help=f"of measuring for each row (default: {SECONDS:g})"
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="keep the figures, with machine and versions, as JSON")
    add_json(parser)
    parser.set_defaults(run=run)


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1_000_000:
        raise argparse.ArgumentTypeError(f"found {text!r}, give a whole number from 1 to 1000000")
    return int(text)


def _layers(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 64:
        raise argparse.ArgumentTypeError(f"found {text!r}, give a whole number from 1 to 64")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 600:
        raise argparse.ArgumentTypeError(f"found {text!r}, give a number of seconds up to 600")
    return seconds


def run(arguments: argparse.Namespace) -> int:
    from playground.commands.bench.summary import keep, show, summarise

    if arguments.window:
        return _bench_window(arguments)
    from playground.timing.machine import OtherPrograms

    progress, others = Progress(noun="measurements"), OtherPrograms()
    try:
        rows, limit = _cells(arguments, progress) if arguments.cells else _cases(arguments, progress)
    finally:
        progress.end()
    result: dict[str, Any] = {"rows": rows, "summary": summarise(rows)}
    if limit is not None:
        result["limit_gflops"] = limit
    share = others.share()
    if share is not None:
        result["others_share"] = round(share, 3)
    if arguments.out:
        keep(arguments.out, result)
    if share is not None and share > DISTURBED:
        _tell(
            f"other programs took {share:.0%} of this machine meanwhile; libraries whose threads wait for each other "
            "suffer most, so measure again when it is quiet"
        )
    if arguments.json:
        print_json(result)
    else:
        print(show(rows))
        if limit is not None:
            print(f"matrix products of this machine at the best: {limit:g} GFLOP/s")
    return 0


def _cells(arguments: argparse.Namespace, progress: Progress) -> tuple[list[dict[str, Any]], None]:
    from playground.commands.bench.cells import measure_cells
    from playground.engine import choose

    engine = choose("auto" if arguments.engine == "all" else arguments.engine).name
    seconds = arguments.seconds or SECONDS
    return measure_cells(engine, _size(arguments), seconds, ROUNDS, progress.show), None


def _cases(arguments: argparse.Namespace, progress: Progress) -> tuple[list[dict[str, Any]], float | None]:
    from playground.commands.bench.compare import measure, start_limit

    given = Case(arguments.cell, _size(arguments), arguments.layers)
    cases = [*(given._replace(size=size) for size in GRID), *VARIANTS] if arguments.grid else [given]
    for case in cases:
        work(case)  # refuses an unknown cell before anything is measured
    names = _engines(arguments.engine) + _peers(arguments.peers, _tell)
    seconds = arguments.seconds or SECONDS
    rows: list[dict[str, Any]] = []
    best = 0.0
    with start_limit() as limit:
        for number, case in enumerate(cases):
            progress.show(number, len(cases), str(case))
            found, rate = measure(case, names, limit, seconds, ROUNDS, _tell)
            rows += found
            best = max(best, rate)
    return rows, round(best / 1e9, 1)


def _size(arguments: argparse.Namespace) -> Size:
    return Size(*(getattr(arguments, name) for name in Size._fields))


def _engines(wanted: str) -> list[str]:
    """Our engines to be measured; those that this machine cannot run are left out unless asked for by name."""
    from playground.engine import choose
    from playground.engine.devices import usable

    if wanted != "all":
        return [choose(wanted).name]
    return [name for name in ("native", "numpy", "cupy") if usable(name)]


def _peers(wanted: bool, tell: Callable[[str], None]) -> list[str]:
    from playground.commands.bench.peers import PEERS, installed

    if not wanted:
        return []
    for library in dict.fromkeys(library for peer, (library, *_) in PEERS.items() if not installed(peer)):
        tell(f"{library} is not installed, so it is left out (pip install {library})")
    return [peer for peer in PEERS if installed(peer)]


def _tell(line: str) -> None:
    print(f"rnn-playground: {line}", file=sys.stderr, flush=True)


def _bench_window(arguments: argparse.Namespace) -> int:
    from playground.commands.bench.summary import keep
    from playground.preflight import check_display

    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    check_display()
    from playground.ui.measure import measure_window

    found = measure_window()
    if arguments.out:
        keep(arguments.out, {"window": found})
    if arguments.json:
        print_json({"window": found})
    else:
        print(table(["what", "measured"], [[name.replace("_", " "), value] for name, value in found.items()]))
    return 0
