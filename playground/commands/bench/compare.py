"""Measures contestants in turns: each has a process that is kept alive for a case, and while one is asked the others
sleep, so that whatever else this machine does hits all alike."""

import statistics
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any

from playground.commands.bench.cases import Case, work
from playground.commands.bench.contestants import Built, Contestant, Limit
from playground.commands.bench.peers import PEERS, able, peer_name
from playground.errors import BadInput
from playground.timing.machine import own_choice_of_kernels
from playground.timing.operations import count
from playground.timing.process import Ended, Failed, Measuring
from playground.timing.work import TrainingStep

Tell = Callable[[str], None]


def measure(
    case: Case, names: Sequence[str], limit: Measuring | None, seconds: float, rounds: int, tell: Tell
) -> tuple[list[dict[str, Any]], float]:
    """One row for each contestant that can do the case; `limit` holds a `Limit`, None leaves the share of it out.

    The rounds share `seconds` for each contestant. step_ms is the median over the rounds of each round's median.
    of_limit (gflops over the machine's limit) and the ratios (vs_native: how many times as fast as the native engine)
    are medians over the rounds, within which everything was measured side by side. A peer that fails is left out and
    told of. Raises BadInput when an engine of ours fails. Also returns the best rate of `limit`, operations a second.
    """
    operations = _operations(case)
    names = [name for name in names if name not in PEERS or able(name, case)]
    built: dict[str, Built] = {}
    times: dict[str, list[list[float]]] = {}
    limits: list[float] = []
    with ExitStack() as stack:
        processes = {name: stack.enter_context(Measuring(Contestant, name)) for name in names}
        for process in processes.values():
            process.ask("ready")
        for name, process in processes.items():
            try:
                process.answer()
                built[name] = process.call("build", case)
            except (Ended, Failed, MemoryError, BadInput) as error:
                _failed(name, error, tell)
        for _ in range(rounds):
            if limit is not None:
                limits.append(limit.call("turn", min(seconds / rounds, 0.3)))
            for name in built:
                try:
                    times.setdefault(name, []).append(processes[name].call("turn", seconds / rounds))
                except (Ended, Failed, MemoryError) as error:
                    _failed(name, error, tell)
    whole = {name: turns for name, turns in times.items() if len(turns) == rounds}
    return [_row(case, name, built[name], whole, operations, limits) for name in whole], max(limits, default=0.0)


def _failed(name: str, error: Exception, tell: Tell) -> None:
    said = "the memory is full" if isinstance(error, MemoryError) else str(error)
    if name not in PEERS:
        if isinstance(error, Ended | MemoryError):
            raise BadInput(f"engine {name}", said, "try smaller sizes")
        raise error
    tell(f"{name} is left out here: {said}")


def _operations(case: Case) -> float:
    """Of the matrix products of a step."""
    from playground.engine import choose

    network = TrainingStep(work(case), choose("numpy")).network
    return count(network, case.size.steps, case.size.batch).products


def _row(
    case: Case,
    name: str,
    built: Built,
    times: dict[str, list[list[float]]],
    operations: float,
    limits: list[float],
) -> dict[str, Any]:
    turns = [statistics.median(turn) for turn in times[name]]
    seconds = statistics.median(turns)
    share = [operations / turn / limit for turn, limit in zip(turns, limits, strict=False)]
    row: dict[str, Any] = {
        "engine": peer_name(name, case) if name in PEERS else name,
        "cell": case.cell,
        **case.size._asdict(),
        "layers": case.layers,
        "step_ms": round(seconds * 1e3, 4),
        "gflops": round(operations / seconds / 1e9, 2),
        "of_limit": float(f"{statistics.median(share):.3g}") if share and name != "cupy" else None,
        "compile_ms": round(built.compile_ms, 1),
        "peak_mb": round(built.peak_mb, 2),
    }
    for other, key in (("native", "vs_native"), ("torch.nn", "vs_torch_nn")):
        if len(times) > 1:
            row[key] = float(f"{ratio(times, other, name):.3g}") if other in times else None
    return row


def ratio(times: dict[str, list[list[float]]], one: str, other: str) -> float:
    """How many times as fast as `one` the other is: median over the rounds."""
    pairs = zip(times[one], times[other], strict=True)
    return statistics.median(statistics.median(a) / statistics.median(b) for a, b in pairs)


def start_limit() -> Measuring:
    """The process that measures the machine's limit."""
    with own_choice_of_kernels():
        return Measuring(Limit, name="rnn-playground limit")
