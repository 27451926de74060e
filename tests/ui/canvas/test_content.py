"""What the canvas says, without Qt: weights, problems, verdicts, numbers, navigation."""

import math

import pytest
from msgspec.structs import replace

from playground.cell.graph import Cell, Gate, Init, Input, Memory, Output, Wire
from playground.cell.library import LIBRARY
from playground.engine import choose
from playground.experiment.check import check_experiment
from playground.experiment.document import Experiment
from playground.network.counting import layer_outputs, layer_weights
from playground.network.network import Network
from playground.network.spec import Layer, Net, Training
from playground.tasks import build_task
from playground.tasks.base import Baseline, Facts
from playground.tasks.goals import find_target
from playground.tasks.spec import DelayedRecall, Table
from playground.ui.canvas.content import export_columns, read
from playground.ui.canvas.problems import place
from playground.ui.canvas.verdict import Verdict, format_metric, judge

TASK = DelayedRecall(lag=10)


def content(*nets: Net, task=TASK, cells=()):
    experiment = Experiment(task=task, networks=nets, cells=cells)
    problems = check_experiment(experiment)
    facts = None if isinstance(task, Table) else build_task(task).facts
    return read(experiment, facts, place(experiment, problems))


@pytest.mark.parametrize("name", sorted(LIBRARY))
def test_weights_are_those_of_the_built_network(name: str):
    net = Net("N", (Layer("layer1", name, 6), Layer("layer2", name, 4)))
    facts = build_task(TASK).facts
    built = Network(net, LIBRARY, facts, Training(), choose("numpy"))
    shown = content(net).nets[0]
    assert shown.weights == built.parameters.count
    first = sum(built.parameters.view(n).size for n in built.parameters.names if n.startswith("layer1."))
    assert shown.layers[0].weights == first


def test_weights_of_peepholes_blocks_and_learned_starts():
    cell = Cell("own", (
        Input("x"), Memory("past", source="h", learned=True),
        Gate("g", wires=(Wire("x"), Wire("past", "diagonal")), block=2, bias=None),
        Gate("h", wires=(Wire("x"), Wire("past"), Wire("g", "identity"))), Output("out", sources=("h", "past")),
    ))  # fmt: skip
    assert layer_weights(cell, 3, 4) == 4 + (2 * 3 + 2) + (4 * 3 + 4 * 4 + 4)
    assert layer_outputs(cell, 3, 4) == 8
    assert layer_weights(cell, 3, 5) is None, "five units are no blocks of two"


def test_an_own_cell_comes_before_the_library_and_joined_outputs_are_read_together():
    own = replace(LIBRARY["lstm"], label="Mine", nodes=(*LIBRARY["lstm"].nodes[:-1], Output("out", sources=("h", "c"))))
    shown = content(Net("N", (Layer("a", "lstm", 4),)), cells=(own,)).nets[0]
    assert shown.layers[0].label == "Mine" and shown.layers[0].traces == ("a/h", "a/c")
    assert shown.inputs == 8


def test_problems_stand_where_they_belong():
    nets = (Net("A", (Layer("layer1", "lstm"), Layer("layer2", "nope"))), Net("B.C", ()))
    shown = content(*nets)
    assert "nope" in shown.nets[0].layers[1].problem and not shown.nets[0].layers[0].problem
    assert "layer" in shown.nets[1].problem and not shown.nets[0].problem
    assert shown.nets[0].layers[1].weights is None and shown.nets[0].weights is None
    assert not shown.problem and not shown.task_problem


def test_a_broken_own_cell_is_reported_on_its_layers():
    cell = Cell("own", (Input("x"), Gate("h"), Output("out", sources=("h",))))
    shown = content(Net("A", (Layer("layer1", "own"),)), cells=(cell,))
    assert shown.nets[0].layers[0].problem.startswith("h: ")


def test_units_that_do_not_fit_the_cell_are_reported():
    cell = Cell("own", (Input("x"), Gate("g", wires=(Wire("x"),), block=2), Output("out", sources=("g",))))
    assert not content(Net("A", (Layer("layer1", "own", 6),)), cells=(cell,)).nets[0].layers[0].problem
    assert "2" in content(Net("A", (Layer("layer1", "own", 5),)), cells=(cell,)).nets[0].layers[0].problem


def test_a_bad_file_is_reported_on_the_sequence():
    shown = content(Net("A", (Layer("layer1", "lstm"),)), task=Table(file="missing.csv"))
    assert "missing.csv" in shown.task_problem and shown.nets[0].layers[0].weights is None


def test_two_networks_of_one_name_are_two_rows():
    shown = content(Net("A", (Layer("layer1", "lstm"),)), Net("A", (Layer("layer1", "rnn"),)))
    assert len(shown.nets) == 2 and all("rename" in net.problem for net in shown.nets)


def test_the_same_experiment_reads_the_same():
    nets = (Net("A", (Layer("layer1", "lstm", 8, {"forget.bias": Init("chrono", 10)}),)),)
    assert content(*nets) == content(*nets) and content(*nets).nets[0].layers[0].chrono


def test_export_has_one_row_for_each_layer():
    columns = export_columns(content(Net("A", (Layer("layer1", "lstm", 3), Layer("b", "nope", 4)))))
    assert columns == {
        "net": ["A", "A"], "layer": ["layer1", "b"], "cell": ["LSTM", "nope"], "units": [3, 4], "weights": [72, ""],
    }  # fmt: skip


def facts(**changes):
    usual = {"name": "t", "about": "", "inputs": 1, "outputs": 1, "length": 10, "loss": "mse", "metrics": ("accuracy",)}
    return Facts(**{**usual, **changes})


RECALL = facts(higher_is_better=True, chance=0.5)
SERIES = facts(
    metrics=("relative_mse",), chance=1.0, baselines=(Baseline("AR(9)", 0.16, 0.1), Baseline("last", 0.5, 0.4))
)


@pytest.mark.parametrize(("value", "answers", "expected"), [
    (0.53, 1000, Verdict("guessing")), (0.56, 1000, Verdict("none")), (0.56, 30, Verdict("guessing")),
    (0.99, 1000, Verdict("right")), (math.nan, 1000, Verdict("none")),
])  # fmt: skip
def test_words_for_an_accuracy(value, answers, expected):
    assert judge(RECALL, find_target(RECALL, 0), 0.5, {"accuracy": value}, answers) == expected


@pytest.mark.parametrize(("value", "expected"), [
    (1.3, Verdict("guessing")), (0.97, Verdict("guessing")), (0.3, Verdict("none")), (0.15, Verdict("better", "AR(9)")),
])  # fmt: skip
def test_words_for_an_error(value, expected):
    assert judge(SERIES, find_target(SERIES, 0), 0.5, {"relative_mse": value}, 0) == expected


def test_a_goal_of_the_person_comes_first():
    target = find_target(SERIES, 0.2)
    assert judge(SERIES, target, 0.19, {"relative_mse": 0.3}, 0) == Verdict("goal")
    assert judge(SERIES, target, 0.21, {"relative_mse": 0.1}, 0) == Verdict("none")


@pytest.mark.parametrize(("name", "value", "text"), [
    ("accuracy", 0.996, "99.6 %"), ("accuracy", 1.0, "100 %"), ("accuracy", 0.9996, "99.9 %"),
    ("mse", 0.04167, "0.042"), ("mse", 0.0000123, "1.2e-05"), ("bits_per_symbol", 4.892, "4.89"),
    ("mse", 123456.0, "1.2e+05"),    ("mse", math.inf, "–"), ("mse", 0.0, "0.000"),
])  # fmt: skip
def test_numbers_as_people_read_them(name, value, text):
    assert format_metric(name, value) == text
