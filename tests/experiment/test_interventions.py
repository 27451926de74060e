"""Interventions as edits: undo, merging, files, and what another edit does to them."""

import msgspec
import pytest
from msgspec.structs import replace

from playground.cell.edits import RemoveNodes, RenameNode
from playground.errors import BadInput
from playground.experiment.cell_edits import edit_cell
from playground.experiment.check import check_experiment
from playground.experiment.document import Experiment
from playground.experiment.edits import RemoveLayer, RemoveNet, RenameNet, ReplaceCell, SetTask, SetUnits
from playground.experiment.files import dumps, loads
from playground.experiment.history import History
from playground.experiment.interventions import (
    AddIntervention,
    ChangeIntervention,
    EditProbe,
    RemoveInterventions,
    SwitchIntervention,
)
from playground.network.changes import Clamp, Cut, Freeze, Point, ProbeEdit
from playground.network.spec import Layer, Net
from playground.tasks.spec import DelayedRecall, Sines

CLAMP = Clamp("", net="LSTM", layer="layer1", node="forget", start=3, stop=4, units=(2,))
CUT = Cut("", net="LSTM", layer="layer1", node="forget", source="h_prev")
FREEZE = Freeze("", net="LSTM", parameter="layer1.forget.weight.x")
NETS = (Net("RNN", (Layer("layer1", "rnn", 5),)), Net("LSTM", (Layer("layer1", "lstm", 4), Layer("layer2", "gru", 3))))


@pytest.fixture
def history() -> History:
    made = History(Experiment(task=DelayedRecall(lag=10), networks=NETS))
    for change in (CLAMP, CUT, FREEZE):
        assert made.apply(AddIntervention(change))
    return made


def test_each_gets_an_id_and_is_undone_and_redone(history: History) -> None:
    assert [change.id for change in history.document.interventions] == ["clamp1", "cut1", "freeze1"]
    history.apply(AddIntervention(CLAMP))
    assert history.document.interventions[-1].id == "clamp2" and history.undo_label == "clamp forget of 1 units to 0"
    assert len(history.undo().interventions) == 3 and len(history.redo().interventions) == 4
    history.apply(RemoveInterventions(("clamp1", "cut1")))
    assert [change.id for change in history.document.interventions] == ["freeze1", "clamp2"]
    assert history.apply(RemoveInterventions()).interventions == ()
    assert len(history.undo().interventions) == 2


def test_a_slider_is_one_undo_and_switching_off_forgets_nothing(history: History) -> None:
    clamp = history.document.interventions[0]
    for number, value in enumerate((0.1, 0.2, 0.3)):
        history.apply(ChangeIntervention(replace(clamp, value=value)), merge=number > 0)
    assert history.document.interventions[0].value == 0.3
    assert history.undo().interventions[0] == clamp
    history.apply(SwitchIntervention("clamp1", False))
    assert history.document.interventions[0] == replace(clamp, on=False)
    assert history.apply(SwitchIntervention("clamp1", True)).interventions[0] == clamp


def test_what_is_not_there_cannot_be_reached_into(history: History) -> None:
    for change, place in (
        (replace(CLAMP, node="gone"), "node"),
        (replace(CLAMP, units=(4,)), "units"),
        (replace(CUT, source="x_prev"), "source"),
        (replace(FREEZE, net="GRU"), "net"),
    ):
        with pytest.raises(BadInput) as error:
            history.apply(AddIntervention(change))
        assert error.value.place.endswith(place)
    with pytest.raises(BadInput, match="no such intervention"):
        history.apply(SwitchIntervention("clamp7", True))
    with pytest.raises(BadInput):
        history.apply(ChangeIntervention(replace(CLAMP, id="clamp7")))


def test_they_are_stored_with_the_experiment_and_old_files_load(history: History) -> None:
    history.apply(EditProbe((Point(0, 0, -1.0),)))
    assert loads(dumps(history.document), "x") == history.document
    plain = msgspec.json.decode(dumps(history.document))
    del plain["interventions"]
    assert loads(msgspec.json.encode(plain), "x").interventions == ()


def test_a_file_that_names_what_is_not_there_is_told_of(history: History) -> None:
    assert check_experiment(history.document) == []
    wrong = (replace(CLAMP, id="a", layer="layer9"), replace(CUT, id="b", node="none"), replace(CUT, id="b"))
    problems = check_experiment(replace(history.document, interventions=wrong))
    assert {"interventions.a.layer", "interventions.b.node", "interventions.1.id"} <= {p.path for p in problems}


def test_they_follow_a_network_and_a_node_that_get_another_name(history: History) -> None:
    document = history.apply(RenameNet("LSTM", "Mine"))
    assert {change.net for change in document.interventions} == {"Mine"}
    document = history.apply(edit_cell(document, "Mine", "layer1", RenameNode("forget", "door")))
    clamp, cut, freeze = document.interventions
    assert (clamp.node, cut.node, freeze.parameter) == ("door", "door", "layer1.door.weight.x")
    assert history.undo().interventions[0].node == "forget"
    assert {change.net for change in history.undo().interventions} == {"LSTM"}


def test_they_go_with_what_they_were_about_and_come_back_with_it(history: History) -> None:
    before = history.document.interventions
    for edit, left in (
        (RemoveNet("LSTM"), []),
        (RemoveLayer("LSTM", "layer1"), []),
        (ReplaceCell("LSTM", "layer1", "gru"), []),
        (ReplaceCell("LSTM", "layer2", "rnn"), ["clamp1", "cut1", "freeze1"]),
        (SetUnits("LSTM", "layer1", 2), ["cut1", "freeze1"]),
        (edit_cell(history.document, "LSTM", "layer1", RemoveNodes(("forget",))), []),
        (RemoveNet("RNN"), ["clamp1", "cut1", "freeze1"]),
    ):
        assert [change.id for change in history.apply(edit).interventions] == left, edit
        assert history.undo().interventions == before


def test_what_never_fitted_is_left_for_the_person(history: History) -> None:
    wrong = replace(CLAMP, id="a", node="none")
    history = History(replace(history.document, interventions=(wrong,)))
    assert history.apply(RemoveNet("RNN")).interventions == (wrong,)


def test_the_probe_is_edited_as_one_and_belongs_to_its_task(history: History) -> None:
    history.apply(EditProbe((Point(0, 0, -1.0),), gesture="1"))
    history.apply(EditProbe((Point(0, 0, -2.0),), gesture="1"), merge=True)
    assert history.document.interventions[-1] == ProbeEdit("probe", points=(Point(0, 0, -2.0),))
    assert len(history.undo().interventions) == 3
    history.redo()
    assert isinstance(history.apply(SetTask(DelayedRecall(lag=5))).interventions[-1], ProbeEdit)
    assert len(history.apply(SetTask(Sines())).interventions) == 3
    history.undo()
    assert len(history.apply(EditProbe()).interventions) == 3
