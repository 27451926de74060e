"""Cells, sequences and files dropped on the canvas. Each is one step of undo."""

import pytest

from playground.experiment.document import Experiment
from playground.tasks.spec import Adding, Table

RNN, DEEP = [("rnn", 8)], [("lstm", 6), ("gru", 4)]


def test_a_cell_dropped_on_a_wire_becomes_a_layer_there(hands):
    for net, index, expected in (("Deep", 1, 1), ("Plain RNN", 0, 0), ("Plain RNN", 2, 2)):
        assert hands.drop_cell("gru", hands.at(hands.canvas.gap_for(net, index), 0.5, 0.2))
        assert hands.nets()[net][expected][0] == "gru"
    assert hands.nets() == {
        "Plain RNN": [("gru", 8), ("rnn", 8), ("gru", 8)],
        "Deep": [("lstm", 6), ("gru", 6), ("gru", 4)],
    }


def test_the_new_layer_is_selected_and_undo_takes_it_out(hands):
    hands.drop_cell("lstm", hands.at(hands.canvas.gap_for("Plain RNN", 1)))
    session = hands.canvas.session
    assert (session.selection.kind, session.selection.layer) == ("layer", "layer2")
    session.undo()
    assert hands.nets() == {"Plain RNN": RNN, "Deep": DEEP}
    assert not session.history.can_undo


def test_the_gap_lights_up_below_the_cell_and_only_there(hands):
    gap, other = hands.canvas.gap_for("Deep", 1), hands.canvas.gap_for("Deep", 2)
    mime = hands.mime("application/x-rnn-cell", "lstm")
    assert hands.hover_with(mime, hands.at(gap, 0.5, 0.3))
    assert gap.lit and not other.lit
    hands.leave()
    assert not gap.lit


def test_a_cell_dropped_on_a_layer_replaces_its_cell_and_keeps_the_units(hands):
    card = hands.canvas.item_for("Deep", "layer2")
    mime = hands.mime("application/x-rnn-cell", "rnn")
    assert hands.hover_with(mime, hands.at(card)) and "RNN" in card.lit
    assert hands.drop(mime, hands.at(card))
    assert hands.nets()["Deep"] == [("lstm", 6), ("rnn", 4)]
    hands.canvas.session.undo()
    assert hands.nets()["Deep"] == DEEP


@pytest.mark.parametrize("where", ["race", "empty"])
def test_a_cell_dropped_below_or_beside_races(hands, where):
    canvas = hands.canvas
    place = hands.at(canvas.race_zone()) if where == "race" else hands.at(canvas.task_item(), 0.5, 1.5)
    assert hands.drop_cell("gru", place)
    assert list(hands.nets()) == ["Plain RNN", "Deep", "GRU"]
    assert canvas.item_for("GRU", "layer1").title == "GRU"
    canvas.session.undo()
    assert list(hands.nets()) == ["Plain RNN", "Deep"]


def test_on_an_empty_experiment_the_first_network_begins(make):
    hands = make(Experiment())
    assert any("Drop a cell" in text for text in hands.canvas.race_zone().texts())
    assert hands.drop_cell("lstm", hands.at(hands.canvas.race_zone()))
    assert hands.nets() == {"LSTM": [("lstm", 16)]}
    assert not any("Drop a cell" in text for text in hands.canvas.race_zone().texts())


def test_a_sequence_dropped_anywhere_becomes_the_sequence(hands):
    mime = hands.mime("application/x-rnn-task", "adding")
    assert hands.hover_with(mime, hands.at(hands.canvas.race_zone()))
    assert "Adding problem" in hands.canvas.task_item().lit
    assert hands.drop(mime, hands.at(hands.canvas.race_zone()))
    assert isinstance(hands.canvas.session.experiment.task, Adding)
    assert "Adding problem" in hands.canvas.task_item().texts()
    hands.canvas.session.undo()
    assert "Delayed recall" in hands.canvas.task_item().texts()


def test_a_file_dropped_on_the_canvas_becomes_the_sequence(hands, tmp_path):
    path = tmp_path / "waves.csv"
    path.write_text("t,height\n" + "".join(f"{k},{(k * 7) % 11 / 3:.3f}\n" for k in range(200)))
    assert hands.drop(hands.mime("text/uri-list", str(path)), hands.at(hands.canvas.task_item()))
    task = hands.canvas.session.experiment.task
    assert isinstance(task, Table) and "height" in task.targets
    assert "waves.csv" in hands.canvas.task_item().texts()


def test_a_file_without_numbers_is_refused_with_a_sentence(hands, tmp_path):
    path = tmp_path / "empty.csv"
    path.write_text("")
    before = hands.canvas.session.experiment
    hands.drop(hands.mime("text/uri-list", str(path)), hands.at(hands.canvas.task_item()))
    assert hands.canvas.session.experiment == before
    assert hands.notices and hands.notices[-1].level == "error"


@pytest.mark.parametrize(("kind", "text"), [
    ("application/x-rnn-cell", "no such cell"),
    ("application/x-rnn-task", "no such task"),
    ("text/plain", "lstm"),
])  # fmt: skip
def test_what_is_unknown_is_not_taken(hands, kind, text):
    before = hands.canvas.session.experiment
    mime, place = hands.mime(kind, text), hands.at(hands.canvas.race_zone())
    assert not hands.hover_with(mime, place)
    hands.drop(mime, place)
    assert hands.canvas.session.experiment == before and not hands.canvas.race_zone().lit
