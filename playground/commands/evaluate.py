"""`eval`: test the networks of a run again, on as many unseen sequences as wanted."""

import argparse
from pathlib import Path
from typing import Any

from playground.commands.console import add_json, print_json
from playground.commands.run import ENGINES, SHOWN, print_summary, with_sequences


def add(verbs: Any) -> None:
    """Adds the verb to the parser."""
    parser = verbs.add_parser(
        "eval", help="test a finished run again", description="Test the networks of a finished run on unseen sequences."
    )
    parser.add_argument("run_folder", type=Path, metavar="RUN", help="the folder of a run")
    parser.add_argument("--sequences", type=int, metavar="N", help="how many test sequences, where the task makes them")
    parser.add_argument("--engine", choices=ENGINES, default="auto", help="what computes (default: auto)")
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from playground.training.resuming import load_weights
    from playground.training.run import Run
    from playground.training.runfolder import WEIGHTS, load_run, summarise

    folder = arguments.run_folder
    experiment, trained, curves, summary = load_run(folder, arguments.engine)
    if arguments.sequences is not None:
        trained = Run(with_sequences(experiment, arguments.sequences), folder, trained.engine.name)
        load_weights(trained, folder / WEIGHTS)
    result = summarise(trained, curves, trained.test(), "", folder)
    # How long and on how much it was trained, as it was; only the test is new.
    result |= {key: summary[key] for key in ("steps", "sequences", "seconds") if key in summary}
    if arguments.json:
        print_json({key: result[key] for key in SHOWN})
    else:
        print_summary(result)
    return 0
