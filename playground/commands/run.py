"""`run`: train an experiment without a window."""

import argparse
import re
import sys
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from playground.commands.console import Progress, add_json, number, print_json, table
from playground.errors import BadInput
from playground.experiment.check import check_experiment
from playground.experiment.document import Experiment
from playground.experiment.edits import SetSeed
from playground.experiment.files import find, load
from playground.experiment.paths import assign

ENGINES = ("auto", "numpy", "native", "cupy")
RUNS = Path("runs")
SHOWN = ("experiment", "task", "seed", "engine", "steps", "sequences", "seconds", "networks", "baselines", "out")


def add(verbs: Any) -> None:
    """Adds the verb to the parser."""
    parser = verbs.add_parser(
        "run",
        help="train an experiment",
        description="Train an experiment and keep the result in a folder: the experiment, metrics.csv, the weights, "
        "checkpoints and a summary. Ctrl-C stops early and keeps what there is.",
    )
    parser.add_argument("file", metavar="FILE", help="an experiment, or the name of an example")
    add_training(parser)
    parser.add_argument("--out", type=Path, metavar="DIR", help="where to keep the result (default: runs/NAME-seedN)")
    add_json(parser)
    parser.set_defaults(run=run)


def add_training(parser: argparse.ArgumentParser) -> None:
    """The options of everything that trains."""
    parser.add_argument("--steps", type=int, metavar="N", help="stop after so many training steps")
    parser.add_argument("--seconds", type=float, metavar="S", help="stop after so many seconds")
    parser.add_argument("--seed", type=int, metavar="N", help="another seed")
    parser.add_argument("--engine", choices=ENGINES, default="auto", help="what computes (default: auto)")
    parser.add_argument(
        "--set",
        nargs="+",
        action="extend",
        default=[],
        metavar="PATH=VALUE",
        help="change settings, such as training.batch=64 networks.LSTM.layers.layer1.units=32",
    )


def read_experiment(arguments: argparse.Namespace) -> tuple[Experiment, Path]:
    """The experiment with what the options change, ready to be trained, and its folder. Raises BadInput."""
    path = find(arguments.file)
    experiment = load(path)
    for text in arguments.set:
        experiment = assign(experiment, text)
    if arguments.seed is not None:
        experiment = SetSeed(arguments.seed).apply(experiment)
    problems = check_experiment(experiment, path.parent)
    if problems:
        first = problems[0]
        node = f", node {first.node}" if first.node else ""
        raise BadInput(f"{arguments.file}: {first.path}{node}" if first.path else arguments.file, first.message)
    return experiment, path.parent


def run(arguments: argparse.Namespace) -> int:
    from playground.training.finite import NotFinite
    from playground.training.runfolder import train

    experiment, folder = read_experiment(arguments)
    out = arguments.out or free_folder(experiment)
    progress = Progress()
    try:
        summary = train(
            experiment, out, arguments.engine, arguments.steps, arguments.seconds, reporter(progress), folder=folder
        )
    except NotFinite as error:
        progress.end()
        print(f"rnn-playground: {error} (what came before is in {out})", file=sys.stderr)
        return 2
    progress.end()
    if arguments.json:
        print_json({key: summary[key] for key in (*SHOWN, "stopped")})
    else:
        print_summary(summary)
    if summary["stopped"] == "interrupted":
        print(f"rnn-playground: stopped at step {summary['steps']:,}; what there is lies in {out}", file=sys.stderr)
        return 1
    return 0


def free_folder(experiment: Experiment) -> Path:
    """runs/NAME-seedN, or with a number behind it where that is taken."""
    name = re.sub(r"[^a-z0-9]+", "-", experiment.name.lower()).strip("-") or "run"
    base = RUNS / f"{name[:60]}-seed{experiment.seed}"
    folder, n = base, 2
    while folder.exists():
        folder, n = base.with_name(f"{base.name}-{n}"), n + 1
    return folder


def reporter(progress: Progress) -> Any:
    """What `train` calls with its reports."""

    def report(news: Any) -> None:
        losses = "  ".join(f"{name} {number(loss)}" for name, loss in zip(news.names, news.losses, strict=False))
        progress.show(news.step, news.steps, f"loss {losses}" if losses else "")

    return report


def print_summary(summary: dict[str, Any]) -> None:
    """The summary for a person: one line for the run, one for each network, the baselines."""
    stopped = f", {summary['stopped']}" if summary.get("stopped") else ""
    print(
        f"{summary['experiment']}: {summary['steps']:,} steps, {summary['sequences']:,} sequences "
        f"in {number(float(summary['seconds']))} s (seed {summary['seed']}, {summary['engine']}{stopped})\n"
    )
    networks = summary["networks"]
    metrics = list(networks[0]["metrics"]) if networks else []
    heads = ["network", "cell", "parameters", "train loss", "test loss", *metrics]
    rows = [
        [net["name"], net["cell"], net["parameters"], net["loss"]["train"], net["loss"]["test"]]
        + [net["metrics"].get(name) for name in metrics]
        for net in networks
    ]
    print(table(heads, rows))
    if summary["baselines"]:
        print(f"\nto compare ({metrics[0] if metrics else 'metric'}):")
        for name, value in summary["baselines"].items():
            print(f"  {name}  {number(value)}")
    if summary["out"]:
        print(f"\nkept in {summary['out']}")


def with_sequences(experiment: Experiment, sequences: int | None) -> Experiment:
    """The experiment tested on so many sequences. Raises BadInput."""
    if sequences is None:
        return experiment
    if not 1 <= sequences <= 100_000:
        raise BadInput("--sequences", f"found {sequences}", "give a whole number from 1 to 100000")
    return replace(experiment, task=replace(experiment.task, test_sequences=sequences))
