import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.cell.graph import Init
from playground.cell.library import LIBRARY
from playground.errors import BadInput
from playground.experiment.document import Experiment
from playground.experiment.edits import (
    AddLayer,
    AddNet,
    Edit,
    MoveLayer,
    RemoveLayer,
    RemoveNet,
    RenameNet,
    ReplaceCell,
    ReplaceExperiment,
    SetSeed,
    SetTask,
    SetUnits,
    SetValue,
)
from playground.experiment.files import dumps, loads
from playground.experiment.history import History
from playground.network.spec import Layer, Net
from playground.tasks.spec import Adding, Text

nets = st.sampled_from(["RNN", "LSTM", "LSTM 2", "GRU", "new"])
cells = st.sampled_from([*LIBRARY, "unknown"])
layers = st.sampled_from(["layer1", "layer2", "layer3"])
index = st.integers(-1, 4)
units = st.integers(-1, 30)
edits = st.one_of(
    st.builds(AddNet, cells, st.sampled_from(["", "new", "LSTM"]), units),
    st.builds(RemoveNet, nets),
    st.builds(RenameNet, nets, nets),
    st.builds(AddLayer, nets, index, cells, units),
    st.builds(RemoveLayer, nets, layers),
    st.builds(MoveLayer, nets, layers, index),
    st.builds(SetUnits, nets, layers, units),
    st.builds(ReplaceCell, nets, layers, cells),
    st.builds(SetTask, st.sampled_from([Adding(), Text()])),
    st.builds(SetValue, st.sampled_from(["training.batch", "task.length", "seed", "name"]), units),
    st.builds(SetSeed, units),
    st.builds(ReplaceExperiment, st.just(Experiment()), st.just("open")),
)


def start() -> Experiment:
    return Experiment(networks=(Net("RNN", (Layer("layer1", "rnn", 8),)), Net("LSTM", (Layer("layer1", "lstm", 12),))))


@given(st.lists(st.tuples(edits, st.booleans()), max_size=20))
def test_any_edits_undo_to_the_same_document_and_redo_again(steps: list[tuple[Edit, bool]]) -> None:
    history = History(start())
    seen = []
    for edit, merge in steps:
        before = history.document
        try:
            history.apply(edit, merge=merge)
        except BadInput:
            assert history.document is before
        assert edit.label()
        seen.append(history.document)
        assert loads(dumps(history.document), "x") == history.document
        names = [net.name for net in history.document.networks]
        assert len(names) == len(set(names))
        for net in history.document.networks:
            ids = [layer.id for layer in net.layers]
            assert len(ids) == len(set(ids))
    last = history.document
    while history.can_undo:
        assert history.undo_label
        history.undo()
    assert history.document == start() and not history.dirty
    while history.can_redo:
        assert history.redo_label
        history.redo()
    assert history.document == last


def test_a_new_network_is_named_after_its_cell(race: Experiment) -> None:
    once = AddNet("lstm").apply(race)
    twice = AddNet("lstm").apply(once)
    assert [net.name for net in twice.networks] == ["RNN", "LSTM", "LSTM 2", "LSTM 3"]
    assert once.networks[2].layers == (Layer("layer1", "lstm", 6),)  # as many units as the last network ends with
    assert AddNet("gru").apply(Experiment()).networks[0].layers[0].units == 16
    assert AddNet("gru", units=3).apply(Experiment()).networks[0].layers[0].units == 3


def test_layers_are_put_in_and_moved(race: Experiment) -> None:
    added = AddLayer("LSTM", 1, "rnn").apply(race)
    assert added.networks[1].layers[1] == Layer("layer3", "rnn", 12)
    moved = MoveLayer("LSTM", "layer3", 0).apply(added)
    assert [layer.id for layer in moved.networks[1].layers] == ["layer3", "layer1", "layer2"]
    removed = RemoveLayer("LSTM", "layer3").apply(moved)
    assert removed == race
    assert AddLayer("LSTM", 99, "rnn").apply(race).networks[1].layers[-1].id == "layer3"


def test_another_cell_renames_what_was_named_after_the_old_one(race: Experiment) -> None:
    assert ReplaceCell("RNN", "layer1", "gru").apply(race).networks[0].name == "GRU"
    named = RenameNet("RNN", "mine").apply(race)
    assert ReplaceCell("mine", "layer1", "gru").apply(named).networks[0].name == "mine"
    assert ReplaceCell("LSTM", "layer1", "gru").apply(race).networks[1].name == "LSTM"  # two layers: not after one


def test_another_cell_drops_initialisers_of_the_old_one(race: Experiment) -> None:
    chrono = SetValue("networks.LSTM.layers.layer1.init", {"forget.bias": {"kind": "chrono"}}).apply(race)
    assert chrono.networks[1].layers[0].init == {"forget.bias": Init("chrono")}
    assert ReplaceCell("LSTM", "layer1", "rnn").apply(chrono).networks[1].layers[0] == Layer("layer1", "rnn", 12)


@pytest.mark.parametrize(
    ("edit", "part"),
    [
        (AddNet("lstn"), 'did you mean "lstm"'),
        (AddNet("lstm", "RNN"), "taken"),
        (AddNet("lstm", units=5000), "from 1 to 4096"),
        (RemoveNet("x"), "no such network"),
        (RenameNet("RNN", "LSTM"), "taken"),
        (RenameNet("RNN", "  "), "needs a name"),
        (AddLayer("x", 0, "lstm"), "no such network"),
        (AddLayer("RNN", 0, "zzz"), "no such cell"),
        (RemoveLayer("RNN", "layer9"), "no such layer"),
        (SetUnits("RNN", "layer1", 0), "networks.RNN.layers.layer1.units: found 0"),
        (ReplaceCell("RNN", "layer1", "zzz"), "no such cell"),
        (SetValue("training.batch", -1), "training.batch: found -1"),
        (SetSeed(-1), "seed: found -1"),
    ],
)
def test_an_edit_that_cannot_be_is_refused(race: Experiment, edit: Edit, part: str) -> None:
    with pytest.raises(BadInput, match=part):
        edit.apply(race)
