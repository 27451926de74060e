"""`check`: what keeps an experiment from being trained, or how big its networks are and whether their gradients are
right."""

import argparse
from pathlib import Path
from typing import Any

from playground.commands.console import add_json, print_json, table
from playground.errors import BadInput
from playground.experiment.cells import known_cells
from playground.experiment.check import Problem, check_experiment
from playground.experiment.document import Experiment
from playground.experiment.files import BadFile, find, load


def add(verbs: Any) -> None:
    """Adds the verb to the parser."""
    parser = verbs.add_parser(
        "check",
        help="errors of an experiment; or its size and a gradient check",
        description="Errors of an experiment; or, where there are none, the number of parameters of each network and "
        "how far its gradients are from central differences (float64, relative).",
    )
    parser.add_argument("file", metavar="FILE", help="an experiment, or the name of an example")
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    problems, experiment, folder = _read(arguments.file)
    networks: list[dict[str, Any]] = []
    if experiment and not problems:
        try:
            networks = _measure(experiment, folder)
        except BadInput as error:
            problems = [Problem(error.place, "", f"{error.problem}; {error.remedy}")]
    if arguments.json:
        errors = [{"path": each.path, "node": each.node, "message": each.message} for each in problems]
        print_json({"errors": errors, "networks": networks})
    elif not problems:
        print(table(["network", "parameters", "gradient error"], [list(row.values()) for row in networks]))
    if not problems:
        return 0
    if not arguments.json:
        for each in problems:
            node = f", node {each.node}" if each.node else ""
            print(f"{each.path}{node}: {each.message}" if each.path else each.message)
    first = problems[0]
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    raise BadInput(f"{arguments.file}: {first.path}" if first.path else arguments.file, first.message + more)


def _read(name: str) -> tuple[list[Problem], Experiment | None, Path]:
    """The problems, the experiment if the file holds one, and its folder."""
    try:
        path = find(name)
        experiment = load(path)
    except BadFile as error:
        return [Problem(each.path, "", f"{each.problem}; {each.remedy}") for each in error.findings], None, Path()
    except BadInput as error:
        place = error.place.removeprefix(name).removeprefix(": ")
        return [Problem(place, "", f"{error.problem}; {error.remedy}")], None, Path()
    return check_experiment(experiment, path.parent), experiment, path.parent


def _measure(experiment: Experiment, folder: Path) -> list[dict[str, Any]]:
    """Parameters and gradient error of each network. Raises BadInput when one cannot be built."""
    from playground.compiler.gradient_check import gradient_check
    from playground.engine import choose
    from playground.network.network import Network
    from playground.tasks import build_task

    facts = build_task(experiment.task, folder).facts
    cells = known_cells(experiment)
    engine = choose("numpy")
    errors = {
        name: gradient_check(cells[name])
        for name in dict.fromkeys(layer.cell for net in experiment.networks for layer in net.layers)
    }
    return [
        {
            "name": net.name,
            "parameters": Network(net, cells, facts, experiment.training, engine).parameters.count,
            "gradient_error": max(errors[layer.cell] for layer in net.layers),
        }
        for net in experiment.networks
    ]
