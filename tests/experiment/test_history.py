import pytest

from playground.errors import BadInput
from playground.experiment.document import Experiment
from playground.experiment.edits import SetSeed, SetUnits, SetValue
from playground.experiment.history import History


def test_a_gesture_is_one_step_back(race: Experiment) -> None:
    history = History(race)
    history.apply(SetValue("training.batch", 40))
    for batch in (50, 60, 70):
        history.apply(SetValue("training.batch", batch), merge=True)
    history.apply(SetValue("training.batch", 80))
    assert history.undo().training.batch == 70
    assert history.undo() == race
    assert not history.can_undo
    assert history.redo().training.batch == 70


def test_units_that_are_dragged_are_one_step_back(race: Experiment) -> None:
    history = History(race)
    for units in (9, 10, 11):
        history.apply(SetUnits("RNN", "layer1", units), merge=units > 9)
    history.apply(SetUnits("LSTM", "layer1", 11), merge=True)
    assert history.undo().networks[0].layers[0].units == 11
    assert history.undo() == race


def test_a_gesture_ends_at_another_setting(race: Experiment) -> None:
    history = History(race)
    history.apply(SetValue("training.batch", 40))
    history.apply(SetValue("seed", 3), merge=True)
    history.apply(SetValue("training.batch", 50), merge=True)
    assert history.undo().training.batch == 40
    assert history.undo().seed == race.seed
    assert history.undo() == race


def test_a_gesture_back_to_where_it_began_leaves_no_trace(race: Experiment) -> None:
    history = History(race)
    history.apply(SetValue("training.batch", 40))
    history.apply(SetValue("training.batch", race.training.batch), merge=True)
    assert history.document == race and not history.can_undo


def test_an_edit_that_changes_nothing_keeps_the_future(race: Experiment) -> None:
    history = History(race)
    history.apply(SetSeed(1))
    history.undo()
    history.apply(SetSeed(race.seed))
    assert history.can_redo and not history.can_undo
    history.apply(SetSeed(2))
    assert not history.can_redo


def test_a_refused_edit_changes_nothing(race: Experiment) -> None:
    history = History(race)
    history.apply(SetSeed(1))
    history.undo()
    with pytest.raises(BadInput):
        history.apply(SetSeed(-1))
    assert history.document == race and history.can_redo


def test_dirty_is_told_by_what_was_saved(race: Experiment) -> None:
    history = History(race)
    assert not history.dirty
    history.apply(SetSeed(1))
    assert history.dirty
    history.saved()
    assert not history.dirty
    history.undo()
    assert history.dirty
    history.apply(SetSeed(1))
    assert not history.dirty
    history.mark_unsaved()
    assert history.dirty


def test_undo_and_redo_with_nothing_there(race: Experiment) -> None:
    history = History(race)
    assert history.undo() is race and history.redo() is race
    assert history.undo_label == "" and history.redo_label == ""
    history.apply(SetSeed(4))
    assert history.undo_label == "set seed to 4"
