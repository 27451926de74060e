"""A run without a window, and the folder it leaves: experiment, metrics, weights, checkpoints, summary."""

import importlib.metadata
import json
import os
import platform
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from playground.errors import BadInput
from playground.experiment.atomic import cannot_write, write_atomically
from playground.experiment.document import Experiment
from playground.experiment.files import load, save
from playground.tasks.spec import Table, Text
from playground.training import resuming
from playground.training.curves import Curves
from playground.training.engine_choice import engine_of_checkpoint
from playground.training.finite import NotFinite
from playground.training.messages import Tested
from playground.training.metrics_file import read_csv, write_csv
from playground.training.run import Measured, Run
from playground.training.trainer import StepResult

Summary = dict[str, Any]
EXPERIMENT, METRICS, SUMMARY = "experiment.experiment.json", "metrics.csv", "summary.json"
WEIGHTS, CHECKPOINTS = "weights.safetensors", "checkpoints"
VERSIONS = ("rnn-playground", "numpy", "llvmlite", "msgspec", "safetensors", "cupy-cuda12x", "cupy-cuda13x")
SETTLE_EVERY = 0.05  # seconds for which nobody waits for a device
REPORT_EVERY = 0.1  # seconds between two calls of the progress callback


@dataclass(frozen=True)
class Report:
    """What the progress callback gets. steps: the goal, 0 when there is none. losses: of the last training step."""

    step: int
    steps: int
    seconds: float
    names: tuple[str, ...]
    losses: tuple[float, ...]
    test: Measured | None


Progress = Callable[[Report], object]


def train(
    experiment: Experiment,
    out: Path | None = None,
    engine: str = "auto",
    steps: int | None = None,
    seconds: float | None = None,
    progress: Progress | None = None,
    folder: Path | None = None,
) -> Summary:
    """Train from step 0 until a goal; returns the summary (DESIGN §6, and besides: stopped, versions, machine).

    steps, seconds: in place of the experiment's goals. folder: where its relative paths begin. out: a new or an empty
    folder for the results, None for none. Ctrl+C ends the run after the present step, with everything written.
    Raises BadInput; a NotFinite comes after everything up to the step before was written.
    """
    experiment = _with_goals(experiment, steps, seconds)
    run = Run(experiment, folder, engine, "patient")
    if out is not None:
        _make(out)
        run.experiment, run.folder = _seen_from(out, experiment, folder), out  # from here on it lives in its folder
        save(run.experiment, out / EXPERIMENT)
    curves = Curves(run.names)
    _add_test(curves, run)
    return _go(run, curves, out, progress)


def go_on(
    path: Path, engine: str = "auto", steps: int | None = None, seconds: float | None = None,
    progress: Progress | None = None,
) -> Summary:  # fmt: skip
    """Continue the run in folder `path` from its last checkpoint, with the same bits as if it had never stopped.

    steps and seconds are the new goals, counted from step 0. Raises BadInput.
    """
    run, curves = resuming.resume(_last_checkpoint(path), path, engine)
    run.update(_with_goals(run.experiment, steps, seconds))
    save(run.experiment, path / EXPERIMENT)
    return _go(run, curves, path, progress)


def load_run(path: Path, engine: str = "auto") -> tuple[Experiment, Run, Curves, Summary]:
    """A finished run: its experiment, a `Run` with its weights on the engine it was trained with (unless another is
    asked for), its curves and its summary. Raises BadInput."""
    if not (path / EXPERIMENT).is_file():
        raise BadInput(str(path), f"there is no {EXPERIMENT} in it", "choose the folder of a run")
    experiment = load(path / EXPERIMENT)
    try:
        summary = json.loads((path / SUMMARY).read_bytes())
    except (OSError, ValueError) as error:
        raise BadInput(str(path / SUMMARY), "it is missing or damaged", "train again") from error
    made_with = str(summary.get("engine", "")) if isinstance(summary, dict) else ""
    run = Run(experiment, path, engine_of_checkpoint(engine, made_with)[0])
    resuming.load_weights(run, path / WEIGHTS)
    return experiment, run, read_csv(path / METRICS), summary


def summarise(run: Run, curves: Curves, test: Measured, stopped: str, out: Path | None) -> Summary:
    """The summary of DESIGN §6, with `interventions` where there were any. No host name, no user name and no path but
    `out` is in it."""
    experiment = run.experiment
    networks = []
    for number, trainer in enumerate(run.trainers):
        train_loss = float(curves.losses[number, -1]) if curves.steps.size else None
        networks.append(
            {
                "name": trainer.name,
                "cell": " + ".join(layer.cell for layer in trainer.net.layers),
                "parameters": int(trainer.network.parameters.count),
                "loss": {"train": _number(train_loss), "test": _number(test.losses[number])},
                "metrics": {name: _number(value) for name, value in test.metrics[number].items()},
            }
        )
    by_hand = {"interventions": msgspec.to_builtins(run.interventions)} if run.interventions else {}
    by_hand |= {"noises": msgspec.to_builtins(run.stirring.noises)} if run.stirring.noises else {}
    return {
        "experiment": experiment.name,
        "task": experiment.task.__struct_config__.tag,
        "seed": experiment.seed,
        "engine": run.engine.name,
        "steps": run.step,
        "sequences": run.sequences,
        "seconds": round(run.seconds, 3),
        "networks": networks,
        "baselines": {baseline.name: _number(baseline.metric) for baseline in run.facts.baselines},
        "out": None if out is None else str(out),
        "stopped": stopped,
        "versions": _versions(),
        "machine": {
            "system": platform.system(), "processor": platform.machine(), "cores": os.cpu_count(),
            "python": platform.python_version(),
        },
        **by_hand,
    }  # fmt: skip


def _go(run: Run, curves: Curves, out: Path | None, progress: Progress | None) -> Summary:
    failure: NotFinite | None = None
    try:
        with _patient() as asked_to_stop:
            stopped = _train(run, curves, out, progress, asked_to_stop)
    except KeyboardInterrupt:
        stopped = "interrupted"
    except NotFinite as error:
        stopped, failure = str(error), error
    test = run.last_test if run.last_test is not None and run.last_test.step == run.step else run.test()
    summary = summarise(run, curves, test, stopped, out)
    if out is not None:
        _write(run, curves, out, summary)
    if failure is not None:
        raise failure
    return summary


def _train(
    run: Run, curves: Curves, out: Path | None, progress: Progress | None, asked_to_stop: threading.Event
) -> str:
    """Until a goal is reached or somebody asks to stop; returns why."""
    training = run.experiment.training
    reported = settled = 0.0
    unsettled: list[list[StepResult]] = []
    while True:
        reason = "interrupted" if asked_to_stop.is_set() else run.goal_reached()
        now = time.monotonic()
        if unsettled and (reason or now - settled >= SETTLE_EVERY):
            _settle(run, curves, unsettled)
            settled = now
        if progress is not None and (reason or now - reported >= REPORT_EVERY):
            losses = tuple(curves.losses[:, -1].tolist()) if curves.steps.size else ()
            progress(Report(run.step, training.goal.steps, run.seconds, run.names, losses, run.last_test))
            reported = now
        if reason is not None:
            return reason
        results = run.step_once(later=True)
        unsettled.append(results)
        tests = run.step % training.test_every == 0
        saves = out is not None and training.checkpoint_every and run.step % training.checkpoint_every == 0
        if tests or saves or not any(result.unread for result in results):
            _settle(run, curves, unsettled)
        if tests:
            _add_test(curves, run)
        if out is not None and saves:
            resuming.save(run, checkpoint_path(out / CHECKPOINTS, run.step), curves)


def _settle(run: Run, curves: Curves, results: list[list[StepResult]]) -> None:
    """Take the steps into the curves, when their numbers are there. Raises NotFinite."""
    error = run.settle(results)
    for step, found in enumerate(results, run.step - len(results) + 1):
        norms, clip_norm = [[r.gradient_norm] for r in found], run.experiment.training.clip_norm
        curves.append_steps([step], [[r.loss] for r in found], norms, clip_norm)
    results.clear()
    if error is not None:
        raise error


def _write(run: Run, curves: Curves, out: Path, summary: Summary) -> None:
    resuming.save(run, checkpoint_path(out / CHECKPOINTS, run.step), curves)
    resuming.save_weights(run, out / WEIGHTS)
    experiment, loss = run.experiment, run.trainers[0].network.loss_kind
    write_csv(out / METRICS, curves, run.names, experiment.name, experiment.seed, loss)
    data = json.dumps(summary | {"out": "."}, indent=2, ensure_ascii=False, allow_nan=False)
    write_atomically(out / SUMMARY, data.encode() + b"\n")


def checkpoint_path(folder: Path, step: int) -> Path:
    """Where the checkpoint after `step` lies; names sort by step."""
    return folder / f"step-{step:09d}.safetensors"


def _last_checkpoint(path: Path) -> Path:
    found = sorted((path / CHECKPOINTS).glob("step-*.safetensors"))
    if not found:
        raise BadInput(str(path), "there is no checkpoint in it", "choose the folder of a run")
    return found[-1]


def _add_test(curves: Curves, run: Run) -> None:
    test = run.test()
    own = list(run.own_seconds)
    curves.append_test(Tested(0, test.step, list(test.losses), list(test.metrics), run.seconds, [], run.sequences, own))


def _with_goals(experiment: Experiment, steps: int | None, seconds: float | None) -> Experiment:
    goal = experiment.training.goal
    if steps is not None and steps < 1:
        raise BadInput("--steps", f"found {steps}", "give a whole number from 1")
    if seconds is not None and not 0 < seconds < float("inf"):
        raise BadInput("--seconds", f"found {seconds}", "give a number above 0")
    goal = msgspec.structs.replace(
        goal, steps=goal.steps if steps is None else steps, seconds=goal.seconds if seconds is None else float(seconds)
    )
    if not (goal.steps or goal.seconds or goal.loss):
        raise BadInput("training.goal", "it says never to stop", "set a goal, or give --steps or --seconds")
    return msgspec.structs.replace(experiment, training=msgspec.structs.replace(experiment.training, goal=goal))


def _make(out: Path) -> None:
    """An empty folder at `out` that can be written to. Raises BadInput."""
    try:
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise BadInput(str(out), "it exists already", "choose another folder for the results")
        out.mkdir(parents=True, exist_ok=True)
        (out / CHECKPOINTS).mkdir()
    except OSError as error:
        raise cannot_write(out, error) from None


def _seen_from(out: Path, experiment: Experiment, folder: Path | None) -> Experiment:
    """The experiment with the path of its data file, if any, as it reads from the folder of the run."""
    task = experiment.task
    if not isinstance(task, Table | Text) or task.file.startswith("resource:") or Path(task.file).is_absolute():
        return experiment
    data = ((folder or Path()) / task.file).resolve()
    try:
        file = Path(os.path.relpath(data, out.resolve())).as_posix()
    except ValueError:  # another drive (Windows)
        file = str(data)
    return msgspec.structs.replace(experiment, task=msgspec.structs.replace(task, file=file))


@contextmanager
def _patient() -> Iterator[threading.Event]:
    """Ctrl+C asks to stop after the present step, so that no step is half done; a second one stops at once."""
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked
        return

    def interrupted(number: int, frame: Any) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    before = signal.signal(signal.SIGINT, interrupted)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before or signal.SIG_DFL)


def _versions() -> dict[str, str]:
    found = {}
    for name in VERSIONS:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def _number(value: float | None) -> float | None:
    """A number JSON can hold."""
    return None if value is None or not np.isfinite(value) else float(value)
