import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.cell.graph import Init
from playground.cell.library import LIBRARY
from playground.errors import BadInput
from playground.experiment.document import Experiment
from playground.experiment.paths import assign, get_path, parse_assignment, set_path
from playground.network.spec import Layer, Net
from playground.tasks.spec import Adding, DelayedRecall, Sines, Table


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("name", "Other"),
        ("seed", 3),
        ("training.batch", 64),
        ("training.optimizer.learning_rate", 0.5),
        ("training.optimizer.kind", "sgd"),
        ("training.goal.steps", 10),
        ("task.lag", 200),
        ("networks.RNN.layers.layer1.units", 3),
        ("networks.LSTM.layers.layer2.cell", "lstm"),
        ("networks.LSTM.name", "L"),
        ("networks.LSTM.readout.at", "last"),
        ("view.dock", [1, 2]),
    ],
)
def test_a_setting_that_is_set_reads_back(race: Experiment, path: str, value: object) -> None:
    changed = set_path(race, path, value)
    assert get_path(changed, path.replace("LSTM.name", "L.name")) == value
    assert changed != race


def test_nothing_else_changes(race: Experiment) -> None:
    changed = set_path(race, "networks.LSTM.layers.layer2.units", 99)
    assert changed.networks[0] is race.networks[0]
    assert changed.training is race.training
    assert set_path(changed, "networks.LSTM.layers.layer2.units", 6) == race


def test_items_go_by_number_too(race: Experiment) -> None:
    assert set_path(race, "networks.1.layers.0.units", 5) == set_path(race, "networks.LSTM.layers.layer1.units", 5)


def test_names_with_dots_and_spaces() -> None:
    nets = (Net("a", (Layer("layer1", "rnn"),)), Net("a.b c", (Layer("layer1", "rnn"),)))
    changed = set_path(Experiment(networks=nets), "networks.a.b c.layers.layer1.units", 5)
    assert [net.layers[0].units for net in changed.networks] == [16, 5]


def test_initialisers_by_parameter_name(race: Experiment) -> None:
    path = "networks.LSTM.layers.layer1.init.forget.bias"
    changed = set_path(race, path, {"kind": "chrono", "value": 100})
    assert changed.networks[1].layers[0].init == {"forget.bias": Init("chrono", 100)}
    assert get_path(set_path(changed, path + ".value", 50), path) == Init("chrono", 50)


def test_own_cells_have_paths() -> None:
    experiment = Experiment(cells=(LIBRARY["lstm"],))
    changed = set_path(experiment, "cells.lstm.nodes.forget.bias.value", 3.0)
    assert changed.cells[0].node("forget").bias == Init("constant", 3.0)  # type: ignore[union-attr]


def test_another_task_keeps_the_settings_it_shares() -> None:
    before = Experiment(task=Adding(test_sequences=5, length=77))
    assert set_path(before, "task.kind", "sines").task == Sines(test_sequences=5, length=77)
    assert set_path(before, "task.kind", "adding") == before
    assert set_path(before, "task", Table()).task == Table()


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("training.bach", 1, 'training.bach: there is no such setting; did you mean "batch"?'),
        ("training.batch", "x", 'training.batch: found "x"; give a whole number from 1 to 65536'),
        ("training.batch", 0, "training.batch: found 0; give a whole number from 1 to 65536"),
        ("training.batch.size", 1, "training.batch: has no settings of its own; end the path here"),
        ("training.clip_norm", float("nan"), "training.clip_norm: found nan; give a number, at least 0"),
        ("training.clip_norm", float("inf"), "training.clip_norm: found inf; give a number, at least 0"),
        ("networks.LSTN.name", "x", 'networks.LSTN: there is no such setting; did you mean "LSTM"?'),
        ("networks.7.name", "x", "networks.7: there is no such setting; use one of RNN, LSTM"),
        ("cells.mine.label", "x", "cells.mine: this list is empty; add to it first"),
        ("task.kind", "add", 'task.kind: found "add"; did you mean "adding"?'),
        ("schema", 2, "schema: the schema is not a setting; leave it out"),
        ("", 2, "no setting is named; give one, such as training.batch=64"),
    ],
)
def test_a_bad_setting_gets_one_sentence(race: Experiment, path: str, value: object, sentence: str) -> None:
    with pytest.raises(BadInput) as caught:
        set_path(race, path, value)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ("training.batch=64", "training.batch", 64),
        ("a = 1e-3", "a", 1e-3),
        ("a=.5", "a", 0.5),
        ("a=true", "a", True),
        ("a=True", "a", "True"),
        ("a=null", "a", None),
        ("a=hello world", "a", "hello world"),
        ("a=x=y", "a", "x=y"),
        ("a=", "a", ""),
        ('a=["x", 1]', "a", ["x", 1]),
        ("a=NaN", "a", "NaN"),
        ("a=inf", "a", "inf"),
        ("a=1_000", "a", "1_000"),
    ],
)
def test_assignments(text: str, path: str, value: object) -> None:
    assert parse_assignment(text) == (path, value)


@pytest.mark.parametrize("text", ["training.batch", "=3", ""])
def test_what_is_no_assignment(text: str) -> None:
    with pytest.raises(BadInput, match="PATH=VALUE"):
        parse_assignment(text)


def test_text_settings_take_what_looks_like_a_number() -> None:
    assert assign(Experiment(), "name=64").name == "64"
    assert assign(Experiment(), "training.batch=64").training.batch == 64
    with pytest.raises(BadInput, match="found 0; give a whole number"):
        assign(Experiment(), "training.batch=0")


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_text_is_set_or_refused(path: str, value: str) -> None:
    try:
        assert isinstance(assign(Experiment(task=DelayedRecall()), f"{path}={value}"), Experiment)
    except BadInput as error:
        assert error.problem
