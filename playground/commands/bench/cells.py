"""`bench --cells`: what every cell of the library costs for each floating-point operation, beside the LSTM."""

import statistics
from collections.abc import Callable
from typing import Any

from playground.cell.library import LIBRARY
from playground.commands.bench.cases import OWN, Case, Size, work
from playground.engine import choose
from playground.timing.operations import count
from playground.timing.process import Measuring
from playground.timing.work import TrainingStep, build_and_time, times_of


class AllCells:
    """Held by a process: a training step of every cell at one size."""

    def __init__(self, engine: str, size: Size) -> None:
        self._engine, self._size = choose(engine), size
        self._engine.warm()()  # what all cells have in common is no cell's own
        self._steps: dict[str, TrainingStep] = {}

    def build(self, cell: str) -> dict[str, Any]:
        """Compile it. Returns {compile_ms, operations}; raises BadInput for a cell that does not fit the size."""
        case = Case(cell, self._size)
        step, seconds = build_and_time(lambda: TrainingStep(work(case), self._engine))
        assert isinstance(step, TrainingStep)
        self._steps[cell] = step
        return {"compile_ms": seconds * 1e3, "operations": count(step.network, self._size.steps, self._size.batch)}

    def turn(self, cell: str, seconds: float) -> tuple[float, float]:
        """Median seconds of a step of the cell, and of the LSTM right beside it."""
        return self._median(cell, seconds), self._median("lstm", seconds)

    def _median(self, cell: str, seconds: float) -> float:
        step = self._steps[cell]
        step()
        return statistics.median(times_of(step, seconds / 2, 3))


def measure_cells(
    engine: str, size: Size, seconds: float, rounds: int, show: Callable[[int, int, str], None]
) -> list[dict[str, Any]]:
    """One row for each cell. vs_lstm: its time for each operation over the LSTM's, which is timed right beside it in
    every round; the median over them. Raises BadInput."""
    names = [*LIBRARY, *OWN]
    with Measuring(AllCells, engine, size) as process:
        built = {}
        for number, name in enumerate(names):
            show(number, len(names) * (rounds + 1), f"compiling {name}")
            built[name] = process.call("build", name)
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
        for turn in range(rounds):
            for number, name in enumerate(names):
                show((turn + 1) * len(names) + number, len(names) * (rounds + 1), name)
                times[name].append(process.call("turn", name, seconds / rounds))
    rows = []
    for name in names:
        operations = built[name]["operations"]
        beside = built["lstm"]["operations"].total / operations.total
        step = statistics.median(own for own, _ in times[name])
        rows.append(
            {
                "engine": engine,
                "cell": name,
                **size._asdict(),
                "step_ms": round(step * 1e3, 4),
                "gflops": round(operations.products / step / 1e9, 2),
                "all_gflops": round(operations.total / step / 1e9, 2),
                "vs_lstm": round(statistics.median(own / lstm for own, lstm in times[name]) * beside, 3),
                "compile_ms": round(built[name]["compile_ms"], 1),
            }
        )
    return rows
