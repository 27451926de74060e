"""What is open in the workshop follows the document."""

from playground.cell.edits import AddGate, SetNode
from playground.experiment.edits import RemoveLayer, RemoveNet, RenameNet, ReplaceCell, SetUnits
from playground.ui.workshop import MEAN, Inside


def test_enter_and_leave(session):
    workshop = session.workshop
    seen = []
    workshop.inside_changed.connect(seen.append)
    assert not workshop.enter("LSTM", "layer9") and not workshop.enter("nobody", "layer1")
    assert workshop.enter("LSTM", "layer1") and workshop.cell.name == "lstm" and workshop.unit == MEAN
    workshop.choose("forget")
    workshop.leave()
    workshop.leave()
    assert seen == [Inside("LSTM", "layer1"), None]
    assert (workshop.cell, workshop.nodes, workshop.layer) == (None, (), None)


def test_a_network_with_another_name_stays_open(session):
    workshop = session.workshop
    workshop.enter("LSTM", "layer1")
    session.apply(RenameNet("LSTM", "Keeper"))
    assert workshop.inside == Inside("Keeper", "layer1")
    session.apply(ReplaceCell("Keeper", "layer1", "gru"))
    assert workshop.cell.name == "gru"
    session.undo()
    session.undo()
    assert workshop.inside == Inside("LSTM", "layer1") and workshop.cell.name == "lstm"


def test_what_is_gone_is_closed(session):
    workshop = session.workshop
    workshop.enter("LSTM", "layer1")
    session.apply(RemoveNet("RNN"))
    assert workshop.inside is not None
    session.apply(RemoveNet("LSTM"))
    assert workshop.inside is None
    session.undo()
    workshop.enter("LSTM", "layer1")
    session.apply(RemoveLayer("LSTM", "layer1"))
    assert workshop.inside is None


def test_nodes_and_unit_that_are_gone_are_not_chosen(session):
    workshop = session.workshop
    workshop.enter("LSTM", "layer1")
    workshop.set_unit(3)
    session.apply(SetUnits("LSTM", "layer1", 2))
    assert workshop.unit == 1
    assert workshop.apply(AddGate(id="spare"))
    workshop.choose("spare", "forget")
    session.undo()
    assert workshop.nodes == ("forget",)


def test_what_is_refused_changes_nothing(session):
    workshop = session.workshop
    assert not workshop.apply(AddGate()) and workshop.try_apply(AddGate()) is not None
    workshop.enter("LSTM", "layer1")
    problem = workshop.try_apply(SetNode("forget", "scale", 0.0))
    assert "another number" in str(problem) and session.notices == [] and not session.dirty
    assert not workshop.apply(SetNode("forget", "scale", 0.0)) and len(session.notices) == 1
