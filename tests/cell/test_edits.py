"""Edits of a cell: the published cells by hand, and any edits in any order."""

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_cells import random_cells

from playground.cell import remedies
from playground.cell.check import CellError, check_cell, sources_of
from playground.cell.edits import (
    AddGate,
    AddMemory,
    AddNode,
    AddOperation,
    Align,
    CellEdit,
    ClearPlaces,
    Connect,
    Disconnect,
    Dissolve,
    Duplicate,
    Group,
    InsertOnWire,
    MoveNodes,
    Paste,
    RemoveNodes,
    RenameNode,
    RenameTwins,
    Rewire,
    SetCell,
    SetNode,
    SetWire,
    added,
)
from playground.cell.graph import AnyNode, Cell, Gate, Init, Input, Memory, Operation, Output, Place, Wire
from playground.cell.library import LIBRARY
from playground.cell.names import as_id, empty_cell, free_id, free_label, is_id, what_is_computed
from playground.cell.remedies import remedy
from playground.compiler.lower import compile_cell
from playground.compiler.plan import Plan
from playground.errors import BadInput


def run(cell: Cell, *edits: CellEdit) -> Cell:
    for edit in edits:
        assert edit.label()
        cell = edit.apply(cell)
    return cell


def plan(cell: Cell, name: str) -> Plan:
    return dataclasses.replace(compile_cell(cell, 3, 6), cell=name)


def test_the_lstm_from_an_empty_cell() -> None:
    """With the names that `AddGate`, `AddMemory` and `Connect` give by themselves where they can."""
    cell = run(
        empty_cell(),
        AddGate("sigmoid", "forget", bias=Init("constant", 1.0)),
        AddGate("sigmoid", "input_gate"),
        AddGate("tanh", "candidate"),
        AddGate("sigmoid", "output"),
        AddOperation("multiply", id="keep"),
        AddOperation("multiply", id="write", sources=("input", "candidate")),
        AddOperation("add", id="c", sources=("keep", "write")),
        AddMemory("c"),
        Connect("c_prev", "keep"),
        Connect("forget", "keep", port=0),
        AddOperation("tanh", id="squash"),
        Connect("c", "squash"),
        AddOperation("multiply", id="h", sources=("output", "squash")),
        AddMemory(),
        Connect("h", "memory"),
        RenameNode("memory", "h_prev"),
        Connect("h", "out"),
        *(Connect(s, g) for g in ("forget", "input", "candidate", "output") for s in ("x", "h_prev")),
    )
    assert check_cell(cell) == []
    assert plan(cell, "lstm") == compile_cell(LIBRARY["lstm"], 3, 6)
    assert {n.id for n in cell.nodes} == {n.id for n in LIBRARY["lstm"].nodes}


def test_without_its_forget_gate_the_peephole_lstm_is_the_nfg_variant() -> None:
    cell = run(LIBRARY["peephole"], RemoveNodes(("forget", "keep")), Connect("c_prev", "c", port=0))
    assert plan(cell, "nfg") == compile_cell(LIBRARY["nfg"], 3, 6)
    joined = run(LIBRARY["peephole"], RemoveNodes(("forget",)), Dissolve("keep"))
    assert plan(joined, "nfg") == plan(cell, "nfg")


def test_any_library_cell_can_be_drawn_node_by_node() -> None:
    for name, goal in LIBRARY.items():
        cell = empty_cell(name)
        bare = []
        for node in goal.nodes:
            if isinstance(node, Gate):
                bare.append(Gate(node.id, node.label, node.role, None, (), *_settings(node)))
            elif isinstance(node, Operation):
                bare.append(Operation(node.id, node.label, node.role, None, node.operation, (), node.value))
            elif isinstance(node, Memory):
                bare.append(Memory(node.id, node.label, node.role))
        cell = run(cell, *map(AddNode, bare))
        for node in goal.nodes:
            if isinstance(node, Gate):
                for wire in node.wires:
                    cell = run(
                        cell, Connect(wire.source, node.id, wire.kind), SetWire(node.id, wire.source, init=wire.init)
                    )
            elif isinstance(node, Memory):
                cell = run(cell, Connect(node.source, node.id))
            elif isinstance(node, Operation | Output):
                cell = run(cell, *(Connect(s, node.id, port=i) for i, s in enumerate(node.sources)))
        units = 6
        assert compile_cell(cell, 3, units) == compile_cell(goal, 3, units), name


def _settings(gate: Gate) -> tuple[object, ...]:
    return gate.activation, gate.bias, gate.scale, gate.shift, gate.block


def test_wires_into_operations_take_the_port_they_are_dropped_on() -> None:
    cell = run(
        empty_cell(),
        *(AddGate(id=id, wires=(Wire("x"),)) for id in "abc"),
        AddOperation("subtract", id="d", sources=("b",)),
    )
    assert run(cell, Connect("a", "d")).node("d").sources == ("b", "a")
    first = run(cell, Connect("a", "d", port=0))
    assert first.node("d").sources == ("a", "b")
    assert run(first, Connect("c", "d", port=1)).node("d").sources == ("a", "c")
    with pytest.raises(BadInput, match="takes 2 inputs"):
        Connect("c", "d").apply(first)
    one = run(cell, AddOperation("tanh", id="t", sources=("a",)), Connect("b", "t"))
    assert one.node("t").sources == ("b",)
    many = run(cell, AddOperation("add", id="s", sources=("a", "a")), Connect("b", "s", port=1))
    assert many.node("s").sources == ("a", "b", "a")
    assert run(many, Disconnect("a", "s", port=2)).node("s").sources == ("a", "b")
    joined = run(cell, Connect("a", "out"), Connect("b", "out", port=1))
    assert joined.node("out").sources == ("a", "b")
    assert run(joined, Connect("c", "out")).node("out").sources == ("c",)


def test_a_wire_keeps_its_settings_when_something_is_put_on_it() -> None:
    wire = Wire("h_prev", kind="diagonal", init=Init("identity"), stop_gradient=True, freeze=True)
    cell = run(
        LIBRARY["rnn"],
        SetWire("h", "h_prev", wire.kind, wire.init, stop_gradient=True, freeze=True),
        InsertOnWire(Operation("h", operation="tanh"), "h_prev", "h"),
    )
    assert cell.node("h").wires == (Wire("x"), Wire("h2", "diagonal", Init("identity"), True, True))
    assert cell.node("h2").sources == ("h_prev",)
    assert check_cell(cell) == []
    gate = run(LIBRARY["lstm"], AddGate("tanh", id="extra"), InsertOnWire("extra", "c", "squash"))
    assert gate.node("extra").wires == (Wire("c"),) and gate.node("squash").sources == ("extra",)
    memory = run(LIBRARY["lstm"], InsertOnWire(Memory("later"), "h", "h_prev"))
    assert memory.node("later").source == "h" and memory.node("h_prev").source == "later"
    stranger = Gate("g", wires=(Wire("c_prev"), Wire("nobody")))
    assert run(LIBRARY["lstm"], InsertOnWire(stranger, "c", "squash")).node("g").wires == (Wire("c_prev"), Wire("c"))


def test_a_new_name_goes_everywhere() -> None:
    cell = run(
        LIBRARY["fgr"],
        SetNode("input", "bias", Init("chrono_opposite", 50.0, "forget")),
        SetNode("forget", "bias", Init("chrono", 50.0)),
        RenameNode("forget", "remember"),
        RenameNode("c_prev", "last"),
        RenameNode("h", "shown"),
    )
    assert check_cell(cell) == []
    assert cell.node("input").bias.of == "remember"
    assert cell.node("forget_prev").source == "remember"
    assert [cell.node(id).label for id in ("remember", "h_prev", "shown")] == ["remember", "shown₋", "shown"]
    assert RenameNode("forget", "f").apply(SetNode("forget", "label", "mine").apply(LSTM)).node("f").label == "mine"
    back = run(cell, RenameNode("remember", "forget"), RenameNode("last", "c_prev"), RenameNode("shown", "h"))
    assert plan(back, "a") == plan(
        run(
            LIBRARY["fgr"],
            SetNode("input", "bias", Init("chrono_opposite", 50.0, "forget")),
            SetNode("forget", "bias", Init("chrono", 50.0)),
        ),
        "a",
    )
    swap = Group((RenameNode("a", "t"), RenameNode("b", "a"), RenameNode("t", "b")), "swap a and b")
    assert swap.renames()["a"] == "b" and swap.renames()["b"] == "a"


def test_removing_leaves_no_wire_behind() -> None:
    cell = run(LIBRARY["lstm"], RemoveNodes(("h", "c")))
    assert {e.kind for e in check_cell(cell)} == {"empty_memory", "too_few_wires", "empty_output"}
    assert cell.node("h_prev").source == "" and cell.node("squash").sources == ()
    assert len(check_cell(run(LIBRARY["lstm"], RemoveNodes(tuple(n.id for n in LIBRARY["lstm"].nodes))))) == 2


def test_copies_are_wired_among_themselves() -> None:
    lstm = LIBRARY["lstm"]
    twice = run(lstm, Duplicate(("forget", "keep")))
    assert added(lstm, twice) == ("forget2", "keep2")
    assert twice.node("keep2").sources == ("forget2", "c_prev")
    assert twice.node("forget2").wires == lstm.node("forget").wires
    whole = run(empty_cell(), Paste(lstm.nodes))
    assert check_cell(run(whole, Connect("h", "out"))) == []
    assert plan(run(whole, Connect("h", "out")), "lstm") == compile_cell(lstm, 3, 6)
    alone = run(empty_cell(), Paste((lstm.node("keep"), lstm.node("forget"))))
    assert alone.node("keep").sources == ("forget",)
    assert alone.node("forget").wires == (Wire("x"),)
    assert run(empty_cell(), Paste((lstm.node("forget"),), keep_outer=False)).node("forget").wires == ()
    placed = structs_with_place(lstm.node("forget"))
    assert run(empty_cell(), Paste((placed,), Place(1, 2))).node("forget").place == Place(11, 22)


def structs_with_place(node: Gate) -> Gate:
    return run(Cell("c", (node,)), MoveNodes({node.id: Place(10, 20)})).nodes[0]


def test_nodes_are_put_in_line() -> None:
    """Boxes of three sizes, whose top left corners are (0, 0), (100, 40) and (50, 20)."""
    sizes = {"input": (100.0, 10.0), "forget": (20.0, 20.0), "output": (50.0, 10.0)}
    middles = {"input": Place(50, 5), "forget": Place(110, 50), "output": Place(75, 25)}
    cell = run(LIBRARY["lstm"], MoveNodes(middles))
    ids = tuple(sizes)

    def after(edge: str) -> list[tuple[float, float]]:
        moved = run(cell, Align(ids, edge, sizes=sizes))
        places = [moved.node(id).place for id in ids]
        return [(p.x - sizes[id][0] / 2, p.y - sizes[id][1] / 2) for id, p in zip(ids, places, strict=True)]

    assert after("left") == [(0, 0), (0, 40), (0, 20)]
    assert after("right") == [(20, 0), (100, 40), (70, 20)]
    assert after("top") == [(0, 0), (100, 0), (50, 0)]
    assert after("bottom") == [(0, 50), (100, 40), (50, 50)]
    assert after("centre_x") == [(10, 0), (50, 40), (35, 20)]
    assert after("centre_y") == [(0, 25), (100, 20), (50, 25)]
    with pytest.raises(BadInput, match="automatic layout"):
        Align(("input", "candidate"), "left").apply(cell)
    shown = run(cell, Align(("input", "candidate"), "left", {"candidate": Place(-5, 3)}))
    assert shown.node("candidate").place == Place(-5, 3) and shown.node("input").place == Place(-5, 5)
    assert run(cell, ClearPlaces()) == LIBRARY["lstm"]
    assert run(cell, ClearPlaces(("input",))).node("forget").place == middles["forget"]
    assert what_is_computed(cell) == what_is_computed(LIBRARY["lstm"])


LSTM = LIBRARY["lstm"]
REFUSED: list[tuple[CellEdit, str]] = [
    (RemoveNodes(()), "no node is chosen"),
    (RemoveNodes(("forgit",)), 'did you mean "forget"'),
    (Connect("x", "nobody"), "no such node"),
    (Connect("out", "c"), "the output is where the cell ends"),
    (Connect("c", "x"), "nothing can be wired into the input"),
    (Connect("x", "forget"), "wired into it already"),
    (Connect("c", "forget", "thick"), "use one of full, diagonal, identity"),
    (Disconnect("c", "forget"), "no wire from c"),
    (Disconnect("x", "forget", port=1), "no wire from x"),
    (Disconnect("x", "x"), "no wire"),
    (Rewire("x", "forget", "h_prev"), "wired into it already"),
    (SetWire("c", "keep", kind="full"), "only wires into a gate"),
    (SetWire("forget", "c", kind="full"), "no wire"),
    (SetWire("forget", "x", init=Init("uniform", float("nan"))), "smaller number"),
    (RenameNode("forget", "input"), "another node"),
    (RenameNode("forget", "Forget!"), "cannot be the name"),
    (RenameNode("forget", "a" * 33), "cannot be the name"),
    (SetNode("forget", "activation", "sine"), "use one of sigmoid"),
    (SetNode("forget", "block", 0), "from 1 to"),
    (SetNode("forget", "block", 2.5), "whole number"),
    (SetNode("forget", "scale", 0), "always the same"),
    (SetNode("forget", "shift", float("inf")), "smaller number"),
    (SetNode("forget", "shift", "3"), "finite number"),
    (SetNode("forget", "freeze_bias", 1), "true or false"),
    (SetNode("forget", "bias", {"kind": "zeroes"}), "use one of uniform"),
    (SetNode("forget", "bias", 3), "choose how it starts"),
    (SetNode("forget", "id", "x"), "no such setting"),
    (SetNode("x", "activation", "tanh"), "no such setting"),
    (SetNode("forget", "label", 3), "give a text"),
    (SetCell("name", "x"), "no such text"),
    (SetCell("label", " \n "), "needs a name"),
    (MoveNodes({"forget": Place(float("nan"), 0)}), "off the canvas"),
    (MoveNodes({"forget": Place(1e300, 0)}), "off the canvas"),
    (Align(("forget",), "left"), "alone"),
    (Align(("forget", "input"), "middle"), "use one of"),
    (Dissolve("c"), "one wire into it"),
    (InsertOnWire(Operation("n", operation="constant"), "x", "forget"), "takes no input"),
    (InsertOnWire(Gate("n"), "c", "forget"), "no wire"),
    (InsertOnWire("forget", "x", "forget"), "an end of this wire"),
    (InsertOnWire(Input("y"), "x", "forget"), "ends of a cell"),
    (Paste((LSTM.node("x"), LSTM.node("out"))), "nothing here that can be copied"),
    (Paste(tuple(Gate("g") for _ in range(1000))), "at most 1000"),
    (AddGate(id="forget"), "another node"),
    (AddGate(wires=(Wire("out"),)), "where the cell ends"),
    (AddOperation("tanh", sources=("x", "c")), "takes one input"),
    (AddOperation("sine"), "use one of multiply"),
    (AddMemory("nobody"), "no such node"),
]


@pytest.mark.parametrize(("edit", "words"), REFUSED, ids=[words for _, words in REFUSED])
def test_what_makes_no_sense_is_refused(edit: CellEdit, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        edit.apply(LSTM)


def test_names() -> None:
    assert as_id("My gate σ!") == "my_gate_sigma" and as_id("3 × 4") == "node" and is_id(as_id("Ünder" * 99))
    assert free_id("gate", {"gate", "gate2"}) == "gate3" and free_id("gate2", {"gate2"}) == "gate3"
    assert is_id(free_id("a" * 32, {"a" * 32})) and len(free_id("a" * 32, {"a" * 32})) == 32
    assert free_label("LSTM", ["LSTM", "LSTM 2"]) == "LSTM 3" and free_label("my 2", ["my 2"]) == "my 3"
    assert SetNode("forget", "label", "  a\n\tb\0\u202e ").apply(LSTM).node("forget").label == "a b"


# -- remedies -----------------------------------------------------------------------------------------------------

X, OUT = Input("x"), Output("out", sources=("h",))
G = Gate("h", wires=(Wire("x"),))
REMEDIES: dict[str, tuple[tuple[AnyNode, ...], str]] = {
    "no_input": ((Gate("h", wires=(Wire("h_prev"),)), Memory("h_prev", source="h"), OUT), "add x"),
    "no_output": ((X, G), "add out"),
    "many_inputs": ((X, Input("y"), Gate("h", wires=(Wire("y"),)), OUT), "keep only the input x"),
    "many_outputs": ((X, G, Output("a"), OUT), "keep only the output out"),
    "bad_id": ((X, G, OUT, Gate("The Gate", wires=(Wire("x"),))), "rename The Gate to the_gate"),
    "twin": ((X, G, G, OUT), "give every h a name of its own"),
    "dangling": ((X, Gate("h", wires=(Wire("x"), Wire("y"))), OUT), "cut the wire from y to h"),
    "from_output": ((X, G, Memory("m", source="out"), OUT), "wire h into m instead of out"),
    "empty_gate": ((X, Gate("h"), OUT), "wire x into h"),
    "double_wire": ((X, Gate("h", wires=(Wire("x"), Wire("x", "diagonal"))), OUT), "cut the wire from x to h"),
    "too_few_wires": (
        (X, G, Operation("k", sources=("h",)), Output("out", sources=("k",))), "remove k and join its wires"
    ),
    "too_many_wires": ((X, G, Operation("k", operation="tanh", sources=("h", "h")), OUT), "cut the last wire"),
    "empty_memory": ((X, Gate("h", wires=(Wire("x"), Wire("h_prev"))), Memory("h_prev"), OUT), "wire h into h_prev"),
    "empty_output": ((X, G, Output("out")), "wire h into out"),
    "block": ((X, Gate("h", wires=(Wire("x"),), block=0), OUT), "set block of h to 1"),
    "scale": ((X, Gate("h", wires=(Wire("x"),), scale=0.0), OUT), "set scale of h to 1.0"),
    "chrono_lag": ((X, Gate("h", wires=(Wire("x"),), bias=Init("chrono", 1.0)), OUT), "set the lag to 100"),
    "chrono_of": (
        (X, Gate("f", wires=(Wire("x"),), bias=Init("chrono", 9.0)),
         Gate("h", wires=(Wire("x"),), bias=Init("chrono_opposite", 9.0, "g")), OUT), "name f"
    ),
    "random_start": ((X, G, Memory("m", source="h", start=Init("normal")), OUT), "set learned of m to True"),
    "loop": ((X, Gate("h", wires=(Wire("x"), Wire("h"))), OUT), "put h_prev between h and h"),
    "size": (
        (X, Gate("a", wires=(Wire("x"),), block=2), Gate("b", wires=(Wire("x"),), block=3),
         Operation("h", operation="add", sources=("a", "b")), OUT), "put projection between b and h",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", REMEDIES)
def test_a_remedy_makes_the_cell_whole(kind: str) -> None:
    nodes, words = REMEDIES[kind]
    cell = Cell("wrong", nodes)
    error = next(error for error in check_cell(cell) if error.kind == kind)
    edit = remedy(cell, error)
    assert edit is not None and edit.label() == words
    assert check_cell(edit.apply(cell)) == []


def test_there_is_a_test_for_every_remedy() -> None:
    assert set(REMEDIES) == set(remedies.REMEDIES)


def test_the_memory_goes_on_the_wire_that_leads_back() -> None:
    """An LSTM whose gates were wired to h and c themselves: two loops, two memories, and it is the library's."""
    lstm = LIBRARY["lstm"]
    cell = run(lstm, Dissolve("h_prev"), Dissolve("c_prev"))
    for _ in range(9):
        errors = check_cell(cell)
        if not errors:
            break
        edit = remedy(cell, errors[0])
        assert edit is not None and errors[0].kind == "loop"
        cell = run(cell, edit)
    assert compile_cell(cell, 3, 6) == compile_cell(lstm, 3, 6)


def test_a_long_loop_is_told_shortly_and_mended() -> None:
    ring = [Operation(f"o{k}", operation="tanh", sources=(f"o{(k - 1) % 300}",)) for k in range(300)]
    cell = Cell("ring", (X, *ring, Output("out", sources=("o0",))))
    [error] = check_cell(cell)
    assert error.kind == "loop" and len(error.message) < 120
    edit = remedy(cell, error)
    assert edit is not None and check_cell(edit.apply(cell)) == []


def test_where_only_a_person_knows_there_is_no_remedy() -> None:
    cell = Cell("c", (X, Operation("h", operation="add"), OUT))
    assert [remedy(cell, error) for error in check_cell(cell)] == [None]
    assert remedy(LIBRARY["lstm"], CellError("", "", "", "share")) is None


# -- any edits in any order ---------------------------------------------------------------------------------------

ports = st.integers(-1, 3)
places = st.builds(Place, st.floats(-1e3, 1e3), st.floats(-1e3, 1e3))
activations = st.sampled_from(["sigmoid", "tanh", "exp"])
operations = st.sampled_from(["multiply", "subtract", "tanh", "constant", "scale"])


def edits_of(cell: Cell) -> st.SearchStrategy[CellEdit]:
    """Edits that mostly name what is there: nodes and wires of this cell."""
    there = [node.id for node in cell.nodes]
    ids = st.sampled_from([*there * 3, "nobody", "Bad id", "fresh", "x"])
    wires = [(source, node.id) for node in cell.nodes for source in sources_of(node)] or [("x", "x")]
    wire = st.sampled_from(wires) | st.tuples(ids, ids)
    some_ids = st.lists(ids, max_size=4, unique=True).map(tuple)
    inits = st.builds(Init, st.sampled_from(["zeros", "normal", "chrono", "chrono_opposite"]), st.floats(0, 50), ids)
    new_wires = st.lists(st.builds(Wire, ids), max_size=2).map(tuple)
    new_nodes = st.one_of(
        st.builds(Gate, ids, activation=activations, wires=new_wires),
        st.builds(Operation, ids, operation=operations, sources=some_ids),
        st.builds(Memory, ids, source=ids, start=inits, learned=st.booleans()),
        st.builds(Input, ids),
        st.builds(Output, ids, sources=some_ids),
    )
    node_or_id = new_nodes | ids
    return st.one_of(
        st.builds(AddGate, activations, st.sampled_from(["forget", "none"]), st.just(""), st.none() | places),
        st.builds(AddGate, id=ids, wires=new_wires),
        st.builds(AddOperation, operations, sources=some_ids),
        st.builds(AddMemory, ids | st.just("")),
        st.builds(AddNode, new_nodes),
        st.builds(RemoveNodes, some_ids),
        st.builds(Dissolve, ids),
        st.builds(Connect, ids, ids, st.sampled_from(["full", "diagonal", "identity"]), ports),
        st.builds(lambda wire, port: Disconnect(*wire, port), wire, ports),
        st.builds(lambda wire, new, port: Rewire(*wire, new, port), wire, ids, ports),
        st.builds(
            lambda wire, kind, init, stop: SetWire(wire[1], wire[0], kind, init, stop),
            wire, st.none() | st.just("diagonal"), st.none() | inits, st.none() | st.booleans(),
        ),
        st.builds(lambda wire, node, port: InsertOnWire(node, *wire, port), wire, node_or_id, ports),
        st.builds(SetNode, ids, st.just("bias"), inits | st.none()),
        st.builds(SetNode, ids, st.just("block"), st.integers(-1, 4)),
        st.builds(SetNode, ids, st.just("operation"), operations),
        st.builds(SetNode, ids, st.just("learned"), st.booleans()),
        st.builds(RenameNode, ids, ids | st.just("other")),
        st.builds(RenameTwins, ids),
        st.builds(MoveNodes, st.dictionaries(ids, places, max_size=3)),
        st.builds(Paste, st.lists(new_nodes, max_size=4).map(tuple), places, st.booleans()),
        st.builds(Duplicate, some_ids, places),
        st.builds(Align, some_ids, st.sampled_from(["left", "centre_y"]), st.just(dict.fromkeys(there, Place(1, 2)))),
        st.builds(ClearPlaces, some_ids),
        st.builds(SetCell, st.sampled_from(["label", "about"]), st.text(max_size=5)),
    )  # fmt: skip


@settings(max_examples=25)
@given(random_cells(), st.data())
def test_any_edits_of_any_cell(cell: Cell, data: st.DataObject) -> None:
    edited_and_taken_back(cell, data)


@pytest.mark.slow
@settings(max_examples=300)
@given(random_cells(), st.data())
def test_many_edits_of_any_cell(cell: Cell, data: st.DataObject) -> None:
    edited_and_taken_back(cell, data)


def edited_and_taken_back(cell: Cell, data: st.DataObject) -> None:
    past: list[Cell] = []
    now = cell
    for _ in range(data.draw(st.integers(0, 12))):
        edit = data.draw(edits_of(now))
        assert edit.label()
        nodes = tuple(now.nodes)
        try:
            after = edit.apply(now)
        except BadInput as error:
            assert str(error)
            continue
        assert now.nodes == nodes  # the old cell is as it was: it is the undo
        past.append(now)
        now = after
        errors = check_cell(now)
        assert {e.kind for e in errors}.isdisjoint({"bad_id", "twin", "dangling", "scale", "block"}), (edit, errors)
        if not errors and not check_cell(now, 4, 6):
            compile_cell(now, 4, 6)
        for error in errors:
            mend(now, error)
    while past:
        now = past.pop()
    assert now == cell


def mend(cell: Cell, error: CellError) -> None:
    """Where there is a remedy, this very error is gone after it."""
    edit = remedy(cell, error)
    if edit is None:
        return
    assert edit.label()
    after = edit.apply(cell)
    left = [(e.kind, e.node, e.source) for e in check_cell(after)]
    assert (error.kind, error.node, error.source) not in left, (cell, error, edit, left)
