"""`bench`: how long a training step takes with our engines, and how the window does."""

import argparse
import os
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from typing import Any, NamedTuple

from playground.commands.console import Progress, add_json, print_json, table
from playground.commands.run import ENGINES
from playground.errors import BadInput
from playground.experiment.schema import suggest


class Size(NamedTuple):
    """D, H, O, T and B of one measurement."""

    inputs: int
    units: int
    outputs: int
    steps: int
    batch: int


# The sizes of FIELD.md §6: from a toy that is all overhead to one that is all matrix products.
GRID = (
    Size(2, 8, 2, 20, 1),
    Size(2, 16, 2, 50, 16),
    Size(8, 32, 8, 50, 32),
    Size(64, 64, 64, 50, 32),
    Size(64, 128, 64, 100, 32),
    Size(64, 256, 64, 100, 64),
)
DEFAULT = GRID[3]
SECONDS = 1.0  # of measuring for each row, at least
LEAST = 5  # steps


def add(verbs: Any) -> None:
    """Adds the verb to the parser."""
    parser = verbs.add_parser(
        "bench",
        help="measure training steps, or the window",
        description="Time one training step: forward, backpropagation through time and one Adam update, float32, dense "
        "targets at every step. Medians. On a shared machine only ratios within one run mean anything.",
    )
    parser.add_argument("--grid", action="store_true", help="a range of sizes instead of one")
    parser.add_argument("--cell", default="lstm", metavar="C", help="a cell of the library (default: lstm)")
    default = DEFAULT
    for letter, name in zip("DHOTB", Size._fields, strict=True):
        value = getattr(default, name)
        parser.add_argument(f"--{name}", type=_count, default=value, metavar=letter, help=f"default: {value}")
    parser.add_argument("--engine", choices=ENGINES, default="auto", help="what computes (default: auto)")
    parser.add_argument("--window", action="store_true", help="measure the window: start, frames, effect on training")
    add_json(parser)
    parser.set_defaults(run=run)


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1_000_000:
        raise argparse.ArgumentTypeError(f"found {text!r}, give a whole number from 1 to 1000000")
    return int(text)


def run(arguments: argparse.Namespace) -> int:
    if arguments.window:
        return _bench_window(arguments.json)
    sizes = GRID if arguments.grid else (Size(*(getattr(arguments, name) for name in Size._fields)),)
    progress = Progress()
    rows = []
    for i, size in enumerate(sizes):
        progress.show(i, len(sizes), f"{arguments.cell} {size}")
        rows.append(measure(arguments.engine, arguments.cell, size))
    progress.end()
    if arguments.json:
        print_json({"rows": rows})
    else:
        print(table(list(rows[0]), [list(row.values()) for row in rows]))
    return 0


def _bench_window(as_json: bool) -> int:
    from playground.preflight import check_display

    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    check_display()
    from playground.ui.measure import measure_window

    found = measure_window()
    if as_json:
        print_json({"window": found})
    else:
        print(table(["what", "measured"], [[name.replace("_", " "), value] for name, value in found.items()]))
    return 0


def measure(engine: str, cell: str, size: Size) -> dict[str, Any]:
    """One row. step_ms: median. gflops: of the matrix products. compile_ms: building and the first step, without the
    time of a step. peak_mb: arrays of one network and one step. Raises BadInput."""
    from playground.engine import choose

    chosen = choose(engine)
    began = time.perf_counter()
    step, weights, input_weights = _prepare(chosen, cell, size)
    step()
    first = time.perf_counter() - began
    times: list[float] = []
    while len(times) < LEAST or sum(times) < SECONDS:
        began = time.perf_counter()
        step()
        times.append(time.perf_counter() - began)
    seconds = statistics.median(times)
    # A weight is used once forward and twice backward, for its own gradient and for that of what came in; the
    # network's own input needs none.
    operations = 2.0 * size.steps * size.batch * (3 * weights - input_weights)
    return {
        "engine": chosen.name,
        "cell": cell,
        **size._asdict(),
        "step_ms": round(seconds * 1e3, 3),
        "gflops": round(operations / seconds / 1e9, 2),
        "compile_ms": round(max(first - seconds, 0.0) * 1e3, 1),
        "peak_mb": round(_peak(chosen, cell, size) / 2**20, 2),
    }


def _prepare(engine: Any, cell: str, size: Size) -> tuple[Callable[[], None], int, int]:
    """A function that takes one training step, the number of weights in matrices, and of those that meet the input."""
    import numpy as np

    from playground.cell.library import LIBRARY
    from playground.network.network import Network
    from playground.network.optimizers import make_optimizer
    from playground.network.spec import Layer, Net, Optimizer, Training
    from playground.tasks.base import Batch, Facts

    if cell not in LIBRARY:
        raise BadInput("--cell", f"there is no cell {cell!r}", suggest(cell, LIBRARY))
    facts = Facts("bench", "", size.inputs, size.outputs, size.steps, "mse", ("mse",))
    net = Net("bench", (Layer("layer1", cell, size.units),))
    network = Network(net, LIBRARY, facts, Training(), engine)
    network.initialise(0)
    optimizer = make_optimizer(Optimizer("adam", learning_rate=1e-3), network.parameters)
    rng = np.random.default_rng(0)
    batch = Batch(
        rng.normal(size=(size.steps, size.batch, size.inputs)),
        rng.normal(size=(size.steps, size.batch, size.outputs)),
        np.ones((size.steps, size.batch)),
    )
    matrices = {entry.name: entry.size for entry in network.parameters.entries.values() if len(entry.shape) == 2}

    def step() -> None:
        network.train_step_gradient(batch)
        optimizer.step(1e-3)
        float(network.parameters.values[0])  # a GPU has not finished before its numbers are asked for

    met = sum(count for name, count in matrices.items() if name.endswith(".weight.x"))
    return step, sum(matrices.values()), met


def _peak(engine: Any, cell: str, size: Size) -> float:
    """Bytes of arrays at the most, while a network is built and takes one step."""
    if engine.name == "cupy":
        pool = engine.xp.get_default_memory_pool()
        pool.free_all_blocks()
        before = pool.total_bytes()
        step = _prepare(engine, cell, size)[0]
        step()
        return float(pool.total_bytes() - before)
    tracemalloc.start()
    try:
        step = _prepare(engine, cell, size)[0]
        step()
        return float(tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()
