from pathlib import Path

import pytest
from msgspec.structs import replace

from playground.cell.graph import Cell, Init
from playground.cell.library import LIBRARY
from playground.experiment.check import check_experiment
from playground.experiment.document import Experiment
from playground.experiment.files import examples, load
from playground.experiment.paths import set_path
from playground.network.spec import Layer, Net
from playground.tasks.spec import Adding, DelayedRecall, Table, Text


def one(layer: Layer, **rest: object) -> Experiment:
    return Experiment(networks=(Net("A", (layer,)),), **rest)  # type: ignore[arg-type]


def test_a_good_experiment_has_no_problem(race: Experiment) -> None:
    assert check_experiment(race) == []


@pytest.mark.parametrize("name", sorted(examples()))
def test_shipped_examples_have_no_problem(name: str) -> None:
    path = examples()[name]
    assert check_experiment(load(path), path.parent) == []


def test_cells_of_the_library_can_all_be_used() -> None:
    for name in LIBRARY:
        assert check_experiment(one(Layer("layer1", name))) == []


rnn = Layer("layer1", "rnn")


@pytest.mark.parametrize(
    ("experiment", "path", "part"),
    [
        (Experiment(), "networks", "no network; add one"),
        (Experiment(networks=(Net("A", ()),)), "networks.A.layers", "no layer; add one"),
        (Experiment(networks=(Net("", (rnn,)),)), "networks.0.name", "needs a name"),
        (Experiment(networks=(Net("A", (rnn,)), Net("A", (rnn,)))), "networks.0.name", "several networks"),
        (Experiment(networks=(Net("A", (rnn, rnn)),)), "networks.A.layers.1.id", "several layers"),
        (one(Layer("Layer 1", "rnn")), "networks.A.layers.Layer 1.id", "cannot be an id"),
        (one(Layer("layer1", "lstn")), "networks.A.layers.layer1.cell", 'did you mean "lstm"'),
        (
            one(Layer("layer1", "lstm", init={"forgot.bias": Init()})),
            "networks.A.layers.layer1.init.forgot.bias",
            'did you mean "forget.bias"',
        ),
        (
            one(Layer("layer1", "lstm", init={"input.bias": Init("chrono_opposite", 9, of="forgot")})),
            "networks.A.layers.layer1.init.input.bias.of",
            'did you mean "forget"',
        ),
        (one(Layer("layer1", "mine"), cells=(Cell("mine"), Cell("mine"))), "cells.0.name", "several cells"),
        (one(Layer("layer1", "mine"), cells=(Cell("mine"),)), "cells.mine", ""),
        (one(rnn, task=Table(file="none.csv")), "none.csv", ""),
        (one(rnn, task=Text(file="resource:none.txt")), "none.txt", ""),
        (
            set_path(one(rnn, task=DelayedRecall(lag=20)), "training.truncate", 22),
            "training.truncate",
            "give 21 or less",
        ),
        (set_path(one(rnn), "training.loss", "cross_entropy"), "training.loss", '"binary_cross_entropy" or "auto"'),
        (
            set_path(one(rnn, task=Adding()), "training.loss", "binary_cross_entropy"),
            "training.loss",
            '"mse" or "auto"',
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_problem_names_its_place(experiment: Experiment, path: str, part: str, tmp_path: Path) -> None:
    problems = check_experiment(experiment, tmp_path)
    assert any(path in problem.path and part in problem.message for problem in problems), problems
    assert all(problem.message for problem in problems)


def test_cell_errors_name_the_node() -> None:
    lstm = LIBRARY["lstm"]
    broken = replace(lstm, name="mine", nodes=tuple(node for node in lstm.nodes if node.id != "forget"))
    problems = check_experiment(one(Layer("layer1", "mine"), cells=(broken,)))
    assert [(problem.path, problem.node) for problem in problems] == [("cells.mine", "keep")]
    unused = one(rnn, cells=(broken,))
    assert check_experiment(unused) == []
