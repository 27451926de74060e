"""Cells inside the document: own copies, versions, shared cells, and initialisers that follow."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from playground.cell.check import check_cell
from playground.cell.edits import AddGate, Connect, Group, RemoveNodes, RenameNode, SetCell, SetNode, SetWire
from playground.cell.graph import Init, Place
from playground.cell.library import LIBRARY
from playground.cell.names import empty_cell
from playground.errors import BadInput
from playground.experiment.cell_edits import (
    AddOwnCell,
    DeleteCell,
    DuplicateCell,
    EditCell,
    PlaceCell,
    RenameCell,
    SaveCellAs,
    edit_cell,
    is_own,
    users,
    with_own_cell,
)
from playground.experiment.cells import known_cells
from playground.experiment.check import check_experiment
from playground.experiment.document import Experiment
from playground.experiment.edits import AddNet, Edit
from playground.experiment.files import dumps, loads
from playground.experiment.history import History
from playground.network.spec import Layer, Net

TANH = SetNode("forget", "activation", "tanh")


def test_the_first_edit_makes_a_copy(race: Experiment) -> None:
    edit = edit_cell(race, "LSTM", "layer1", TANH)
    assert edit.label() == "set activation of forget to tanh"
    after = edit.apply(race)
    [own] = after.cells
    assert (own.name, own.label, own.paper) == ("lstm_mine", "LSTM (mine)", LIBRARY["lstm"].paper)
    assert own.node("forget").activation == "tanh" and LIBRARY["lstm"].node("forget").activation == "sigmoid"
    assert after.networks[1].layers == (Layer("layer1", "lstm_mine", 12), Layer("layer2", "gru", 6))
    again = EditCell("LSTM", "layer1", SetNode("input", "activation", "tanh")).apply(after)
    assert [cell.name for cell in again.cells] == ["lstm_mine"]
    second = EditCell("LSTM", "layer1", TANH).apply(AddNet("lstm").apply(after))
    assert second == AddNet("lstm").apply(after)  # it is tanh already: nothing changes
    other = EditCell("LSTM 2", "layer1", TANH).apply(AddNet("lstm").apply(after))
    assert [(cell.name, cell.label) for cell in other.cells] == [
        ("lstm_mine", "LSTM (mine)"),
        ("lstm_mine2", "LSTM (mine) 2"),
    ]
    assert check_experiment(other) == []


def test_a_label_that_a_person_gives_the_copy_stays(race: Experiment) -> None:
    after = EditCell("LSTM", "layer1", SetCell("label", "Elephant")).apply(race)
    assert (after.cells[0].name, after.cells[0].label) == ("lstm_mine", "Elephant")


def test_layers_that_share_a_cell_follow_and_the_label_says_so(race: Experiment) -> None:
    after = AddNet("lstm_mine").apply(edit_cell(race, "LSTM", "layer1", TANH).apply(race))
    assert users(after, "lstm_mine") == [("LSTM", "layer1"), ("LSTM (mine)", "layer1")]
    edit = edit_cell(after, "LSTM (mine)", "layer1", RenameNode("forget", "keep_gate"))
    assert edit.label() == "rename forget to keep_gate (in 2 layers)"
    init = {"forget.bias": Init("chrono", 50.0), "input.bias": Init("chrono_opposite", 50.0, "forget")}
    networks = tuple(
        replace(
            net, layers=tuple(replace(layer, init=init) if layer.cell == "lstm_mine" else layer for layer in net.layers)
        )
        for net in after.networks
    )
    done = edit.apply(replace(after, networks=networks))
    wanted = {"keep_gate.bias": Init("chrono", 50.0), "input.bias": Init("chrono_opposite", 50.0, "keep_gate")}
    assert [layer.init for net in done.networks for layer in net.layers if layer.cell == "lstm_mine"] == [wanted] * 2
    assert check_experiment(done) == []


def test_initialisers_follow_a_name_and_go_with_what_they_start(race: Experiment) -> None:
    init = {
        "forget.weight.h_prev": Init("orthogonal"),
        "forget.bias": Init("chrono", 50.0),
        "output.bias": Init("constant", 1.0),
        "input.bias": Init("chrono_opposite", 50.0, "forget"),
    }
    layer = Layer("layer1", "lstm", 12, init)
    start = replace(race, networks=(Net("LSTM", (layer,)),))
    both = Group((RenameNode("h_prev", "past"), RenameNode("forget", "f")), "rename")
    renamed = EditCell("LSTM", "layer1", both).apply(start).networks[0].layers[0].init
    assert set(renamed) == {"f.weight.past", "f.bias", "output.bias", "input.bias"} and renamed["input.bias"].of == "f"
    for edit, gone in (
        (RemoveNodes(("forget", "keep")), {"forget.weight.h_prev", "forget.bias", "input.bias"}),
        (SetNode("output", "bias", None), {"output.bias"}),
        (SetWire("forget", "h_prev", kind="identity"), {"forget.weight.h_prev"}),
    ):
        after = EditCell("LSTM", "layer1", edit).apply(start)
        assert set(after.networks[0].layers[0].init) == set(init) - gone


def test_saving_under_another_name_makes_versions(race: Experiment) -> None:
    mine = EditCell("LSTM", "layer1", TANH).apply(race)
    named = SaveCellAs("LSTM", "layer1", text="My cell").apply(mine)
    assert named.networks[1].layers[0].cell == "my_cell" and is_own(named, "lstm_mine")
    assert named.cells[1].label == "My cell" and named.cells[1].nodes == named.cells[0].nodes
    second = SaveCellAs("LSTM", "layer1").apply(named)
    assert (second.cells[2].name, second.cells[2].label) == ("my_cell2", "My cell 2")
    assert second.networks[1].layers[0].cell == "my_cell2"
    copied = DuplicateCell("my_cell").apply(second)
    assert (copied.cells[3].name, copied.cells[3].label) == ("my_cell3", "My cell 3")
    assert DuplicateCell("gru").apply(race).cells[0].label == "GRU 2"
    assert SaveCellAs("RNN", "layer1", name="loop").apply(race).cells[0].name == "loop"


def test_renaming_and_deleting(race: Experiment) -> None:
    mine = EditCell("LSTM", "layer1", TANH).apply(race)
    renamed = RenameCell("lstm_mine", "Mine", "mine").apply(mine)
    assert [(cell.name, cell.label) for cell in renamed.cells] == [("mine", "Mine")]
    assert renamed.networks[1].layers[0].cell == "mine" and check_experiment(renamed) == []
    assert RenameCell("mine", " Other ").apply(renamed).cells[0].label == "Other"
    with pytest.raises(BadInput, match="layer1 of LSTM uses it"):
        DeleteCell("mine").apply(renamed)
    free = DuplicateCell("mine").apply(renamed)
    assert DeleteCell("mine2").apply(free) == renamed


def test_cells_from_elsewhere(race: Experiment) -> None:
    stranger = replace(LIBRARY["gru"], name="lstm", label="LSTM")
    added = AddOwnCell(stranger).apply(race)
    assert [(cell.name, cell.label) for cell in added.cells] == [("lstm2", "LSTM 2")]
    assert AddOwnCell(stranger).apply(added) == added  # it is there already
    assert AddOwnCell(LIBRARY["lstm"]).apply(race) == race
    assert known_cells(added)["lstm"] == LIBRARY["lstm"]
    odd = replace(stranger, name="../Ü b", label="")
    assert with_own_cell(race, odd)[1] == "u_b"
    experiment, name = with_own_cell(race, replace(stranger, label="Own", name="own"))
    assert name == "own" and with_own_cell(experiment, replace(stranger, label="Own", name="own")) == (
        experiment,
        "own",
    )


def test_a_cell_is_put_to_use_in_one_step(race: Experiment) -> None:
    stranger = replace(LIBRARY["gru"], name="odd", label="Odd")
    assert PlaceCell(stranger).apply(race).networks[2] == Net("Odd", (Layer("layer1", "odd", 6),))
    replaced = PlaceCell(stranger, "LSTM", "layer2").apply(race)
    assert replaced.networks[1].layers[1].cell == "odd" and [c.name for c in replaced.cells] == ["odd"]
    assert [layer.cell for layer in PlaceCell(stranger, "LSTM", index=1).apply(race).networks[1].layers] == [
        "lstm", "odd", "gru",
    ]  # fmt: skip
    assert PlaceCell(LIBRARY["gru"], "RNN", "layer1").apply(race).cells == ()
    blank = PlaceCell(empty_cell(), "RNN", "layer1", fresh=True)
    two = PlaceCell(empty_cell(), fresh=True).apply(blank.apply(race))
    assert [(cell.name, cell.label) for cell in two.cells] == [("blank", "Blank"), ("blank2", "Blank 2")]
    assert (two.networks[0].layers[0].cell, two.networks[2].layers[0].cell) == ("blank", "blank2")
    drawn = EditCell("Blank", "layer1", AddGate(id="h")).apply(two)
    assert [len(cell.nodes) for cell in drawn.cells] == [3, 2]


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (EditCell("x", "layer1", TANH), "no such network"),
        (EditCell("LSTM", "layer9", TANH), "no such layer"),
        (EditCell("RNN", "layer1", TANH), "no such node"),
        (SaveCellAs("LSTM", "layer1", "gru"), "taken"),
        (SaveCellAs("LSTM", "layer1", "No Name"), "cannot be the name"),
        (RenameCell("lstm", "Mine"), "belongs to the library"),
        (RenameCell("nobody", "Mine"), "no such cell"),
        (DeleteCell("lstm"), "belongs to the library"),
        (DeleteCell("x" * 999), "no such cell"),
        (DuplicateCell("nobody"), "no such cell"),
    ],
)
def test_what_cannot_be_is_refused(race: Experiment, edit: Edit, words: str) -> None:
    assert edit.label()
    with pytest.raises(BadInput, match=words):
        edit.apply(race)


def test_a_slider_is_one_undo(race: Experiment) -> None:
    history = History(race)
    for step in range(9):
        history.apply(EditCell("LSTM", "layer1", SetNode("forget", "shift", float(step + 1))), merge=step > 0)
    history.apply(EditCell("LSTM", "layer1", SetNode("forget", "scale", 3.0)), merge=True)
    history.undo()
    assert history.document.cells[0].node("forget").shift == 9.0
    history.undo()
    assert history.document == race and not history.can_undo


names = st.sampled_from(["lstm", "lstm_mine", "mine", "gru", "nobody", ""])
places = st.sampled_from([("RNN", "layer1"), ("LSTM", "layer1"), ("LSTM", "layer2"), ("x", "y")])
cell_edits = st.sampled_from(
    [
        TANH,
        RenameNode("forget", "f"),
        RenameNode("h", "shown"),
        RemoveNodes(("forget",)),
        AddGate(role="candidate", place=Place(1, 2)),
        Connect("x", "candidate2"),
        SetCell("label", "Mine"),
    ]
)
edits = st.one_of(
    st.builds(lambda place, edit: EditCell(*place, edit), places, cell_edits),
    st.builds(lambda place, name, text: SaveCellAs(*place, name, text), places, names, st.sampled_from(["", "Mine"])),
    st.builds(RenameCell, names, st.sampled_from(["A", ""]), names),
    st.builds(DeleteCell, names),
    st.builds(DuplicateCell, names),
    st.builds(AddOwnCell, st.sampled_from([LIBRARY["lstm"], replace(LIBRARY["rnn"], name="mine")])),
    st.builds(lambda place: PlaceCell(replace(LIBRARY["rnn"], name="mine"), *place, fresh=True), places),
)


@settings(max_examples=60)
@given(st.lists(edits, max_size=12))
def test_any_edits_keep_the_document_whole(steps: list[Edit]) -> None:
    start = Experiment(
        networks=(
            Net("RNN", (Layer("layer1", "rnn", 8),)),
            Net(
                "LSTM", (Layer("layer1", "lstm", 12, {"forget.bias": Init("chrono", 9.0)}), Layer("layer2", "lstm", 6))
            ),
        ),
    )
    history = History(start)
    for edit in steps:
        assert edit.label()
        before = history.document
        try:
            history.apply(edit)
        except BadInput:
            assert history.document is before
        now = history.document
        assert loads(dumps(now), "x") == now
        assert len({cell.name for cell in now.cells}) == len(now.cells) and not {c.name for c in now.cells} & set(
            LIBRARY
        )
        broken = any(check_cell(cell) for cell in now.cells)
        assert broken or check_experiment(now) == []
    while history.can_undo:
        history.undo()
    assert history.document == start
