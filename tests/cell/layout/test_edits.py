"""What the user placed stays; after an edit nothing moves that need not; broken cells are drawn too."""

import random
import time
import timeit
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from random_cells import random_cells

from playground.cell.check import check_cell
from playground.cell.graph import AnyNode, Cell, Gate, Input, Memory, Operation, Output, Place, Wire
from playground.cell.layout import Layout, lay_out, relayout
from playground.cell.library import LIBRARY

Check = Callable[..., None]


def _placed(cell: Cell, id: str, x: float, y: float) -> Cell:
    nodes = tuple(structs.replace(node, place=Place(x, y)) if node.id == id else node for node in cell.nodes)
    return structs.replace(cell, nodes=nodes)


def _without(cell: Cell, id: str) -> Cell:
    return structs.replace(cell, nodes=tuple(node for node in cell.nodes if node.id != id))


def _with(cell: Cell, *nodes: AnyNode) -> Cell:
    """The cell with nodes added, or exchanged where the id is there already."""
    new = {node.id: node for node in nodes}
    kept = [new.pop(node.id, node) for node in cell.nodes]
    return structs.replace(cell, nodes=(*kept, *new.values()))


def _centres(layout: Layout) -> dict[str, tuple[float, float]]:
    return {box.id: box.centre for box in layout.boxes}


def large_cell(count: int, seed: int) -> Cell:
    """A valid cell with `count` nodes: gates and operations that read what came shortly before, and six memories."""
    random_ = random.Random(seed)
    memories = [f"m{k}" for k in range(6)]
    made: list[AnyNode] = [Gate("g", wires=(Wire("x"),))]
    for k in range(count - len(memories) - 3):
        near = [node.id for node in made[-12:]]
        far = random_.choice(["x", *memories])
        if random_.random() < 0.45:
            sources = sorted({*random_.sample(near, min(2, len(near))), far})
            made.append(Gate(f"n{k}", wires=tuple(Wire(source) for source in sources)))
        else:
            kind = random_.choice(("multiply", "add", "subtract", "tanh", "one_minus"))
            near = [id for id in near if id != "x"]
            some = tuple(random_.choice(near) for _ in range(1 if kind in ("tanh", "one_minus") else 2))
            made.append(Operation(f"n{k}", operation=kind, sources=some))
    slots = [Memory(id, source=random_.choice(made).id) for id in memories]
    return Cell("large", nodes=(Input("x"), *slots, *made, Output("out", sources=(made[-1].id,))))


@pytest.mark.parametrize("count", [40, 100, 200])
def test_large_cells(count: int, check: Check, near_pairs: Callable[[Layout], int]) -> None:
    cell = large_cell(count, count)
    assert check_cell(cell) == []
    layout = lay_out(cell)
    check(cell, layout)
    assert near_pairs(layout) == 0
    assert lay_out(cell) == layout


def test_a_large_cell_is_laid_out_at_once() -> None:
    """Far slower than here would be felt while editing; the best of some tries, as machines stall."""
    cell = large_cell(200, 7)
    layout = lay_out(cell)
    gate = next(box for box in layout.boxes if box.shape == "card" and box.x > layout.bounds.width / 2)
    moved = _placed(cell, gate.id, gate.centre.x + 24.0, gate.centre.y + 8.0)
    assert min(timeit.repeat(lambda: lay_out(cell), number=1, repeat=5)) < 0.15
    assert min(timeit.repeat(lambda: relayout(layout, moved), number=1, repeat=5)) < 0.15


@given(cell=random_cells(), data=st.data())
def test_places_are_kept(cell: Cell, data: st.DataObject, check: Check) -> None:
    chosen = data.draw(st.lists(st.sampled_from(cell.nodes), min_size=1, max_size=3, unique_by=lambda node: node.id))
    for k, node in enumerate(chosen):
        x, y = data.draw(st.integers(-3, 6)), data.draw(st.integers(-3, 3))
        cell = _placed(cell, node.id, 160.0 * x + 7.0 * k + 0.5, 120.0 * y + 20.0 * k)
    layout = lay_out(cell)
    if _room_between_placed(layout):
        check(cell, layout, clearance=1.0)
    assert lay_out(cell) == layout


def _room_between_placed(layout: Layout) -> bool:
    placed = [box for box in layout.boxes if box.placed]
    return all(
        a is b or a.right + 40 < b.x or b.right + 40 < a.x or a.bottom + 40 < b.y or b.bottom + 40 < a.y
        for a in placed
        for b in placed
    )


@pytest.mark.parametrize("name", LIBRARY)
def test_a_layout_written_into_the_places_comes_back(name: str) -> None:
    cell = LIBRARY[name]
    first = lay_out(cell)
    for box in first.boxes:
        cell = _placed(cell, box.id, *box.centre)
    again = lay_out(cell)
    assert _centres(again) == _centres(first)
    assert again.routes == first.routes


@pytest.mark.parametrize("name", LIBRARY)
def test_relayout_of_the_same_cell_changes_nothing(name: str) -> None:
    layout = lay_out(LIBRARY[name])
    again = relayout(layout, LIBRARY[name])
    assert again.boxes == layout.boxes
    assert [route.points for route in again.routes] == [route.points for route in layout.routes]
    assert again.lanes == layout.lanes and again.bounds == layout.bounds


def test_a_dragged_gate_takes_only_its_own_wires_along(check: Check) -> None:
    cell = LIBRARY["lstm"]
    before = lay_out(cell)
    moved = _placed(cell, "forget", before.box("forget").centre.x, before.box("forget").centre.y + 400.0)
    after = relayout(before, moved)
    check(moved, after)
    same = {id: at for id, at in _centres(before).items() if id != "forget"}
    assert same.items() <= _centres(after).items()
    untouched = [route.points for route in before.routes if "forget" not in (route.source, route.target)]
    assert [route.points for route in after.routes if "forget" not in (route.source, route.target)] == untouched


def test_a_box_in_the_way_of_a_wire_is_walked_around(check: Check) -> None:
    cell = LIBRARY["lstm"]
    before = lay_out(cell)
    lane = before.lanes[0]
    between = (before.box("c").right + before.box("squash").x) / 2
    cell = _with(cell, Gate("guest", wires=(Wire("x"),), place=Place(between, lane.exit.y)))
    after = relayout(before, cell)
    check(cell, after)
    assert after.lanes[0].exit == lane.exit


def test_a_new_node_finds_room_and_moves_nobody(check: Check) -> None:
    cell = LIBRARY["gru"]
    before = lay_out(cell)
    for k in range(6):
        cell = _with(
            cell,
            Gate(f"extra{k}", wires=(Wire("x"), Wire("h_prev"))),
            Operation(f"half{k}", "", "none", None, "tanh", (f"extra{k}",)),
        )
        after = relayout(before, cell)
        check(cell, after)
        assert _centres(before).items() <= _centres(after).items()
        before = after


@given(cell=random_cells(), data=st.data())
def test_random_edits(cell: Cell, data: st.DataObject, check: Check) -> None:
    layout = lay_out(cell)
    for step in range(data.draw(st.integers(1, 4))):
        node = data.draw(st.sampled_from(cell.nodes))
        match data.draw(st.sampled_from(("remove", "add", "move", "wire"))):
            case "remove":
                cell = _without(cell, node.id) if len(cell.nodes) > 2 else cell
            case "add":
                cell = _with(cell, Operation(f"new{step}", operation="add", sources=(node.id, node.id)))
            case "move":
                cell = _placed(cell, node.id, 2000.0 + 200.0 * step, 300.0)
            case "wire":
                cell = _with(cell, Gate(f"new{step}", wires=(Wire(node.id),)))
        before, layout = layout, relayout(layout, cell)
        check(cell, layout)
        assert all(
            layout.box(box.id).centre == box.centre
            for box in before.boxes
            if any(other.id == box.id and not other.place for other in cell.nodes)
        )


def test_a_heap_of_nodes_is_drawn_without_a_long_search() -> None:
    cell = large_cell(600, 3)
    random_ = random.Random(3)
    for_all = [
        structs.replace(node, place=Place(random_.uniform(0, 900), random_.uniform(0, 900))) for node in cell.nodes
    ]
    began = time.perf_counter()
    layout = lay_out(structs.replace(cell, nodes=tuple(for_all)))
    assert time.perf_counter() - began < 30.0  # searching for every wire would take minutes
    assert len(layout.routes) == len(lay_out(cell).routes)


def test_wires_squeeze_through_narrow_gaps(check: Check) -> None:
    cell = LIBRARY["lstm"]
    layout = lay_out(cell)
    x = layout.box("x")
    cell = _placed(cell, "squash", x.right + 28.0 + 10.0, x.centre.y)  # hardly 10 px right of where x goes out
    layout = relayout(layout, cell)
    check(cell, layout, clearance=1.0)


X, OUT = Input("x"), Output("out", sources=("h",))
BROKEN: dict[str, tuple[AnyNode, ...]] = {
    "nothing": (),
    "only a gate": (Gate("h"),),
    "a gate that feeds itself": (X, Gate("h", wires=(Wire("x"), Wire("h"))), OUT),
    "a loop without a memory": (
        X, Gate("h", wires=(Wire("x"), Wire("k"))), Operation("k", operation="tanh", sources=("h",)), OUT
    ),
    "wires from nowhere": (
        X, Gate("h", wires=(Wire("gone"), Wire("x"))), Memory("m", source="gone"), Output("out", sources=("a",))
    ),
    "two inputs and three outputs": (
        X, Input("y"), Gate("h", wires=(Wire("x"), Wire("y"))), OUT, Output("o2"), Output("o3", sources=("h",))
    ),
    "a wire from the output": (X, Gate("h", wires=(Wire("out"),)), OUT),
    "a memory of itself": (
        X, Memory("m", source="m"), Memory("n", source="m"), Gate("h", wires=(Wire("x"), Wire("n"))), OUT
    ),
    "one node with thirty wires": (
        X, *(Gate(f"g{k}", wires=(Wire("x"),)) for k in range(30)),
        Operation("h", operation="add", sources=tuple(f"g{k}" for k in range(30))), OUT,
    ),
    "a gate with thirty wires": (
        X, *(Memory(f"m{k}", source="h") for k in range(30)),
        Gate("h", wires=tuple(Wire(f"m{k}") for k in range(30))), OUT,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_broken_cells_are_drawn(name: str, check: Check) -> None:
    cell = Cell("broken", nodes=BROKEN[name])
    layout = lay_out(cell)
    check(cell, layout)
    check(cell, relayout(layout, cell))


def test_two_nodes_of_one_name_and_hostile_names_do_not_crash() -> None:
    h = Gate("h", wires=(Wire("x"),))
    cell = Cell("broken", nodes=(X, h, h, Gate("__import__('os')"), Gate(""), OUT))
    layout = lay_out(cell)
    assert len(layout.boxes) == 6
    assert len(relayout(layout, cell).boxes) == 6


def test_nodes_on_top_of_each_other_do_not_crash() -> None:
    cell = LIBRARY["lstm"]
    for node in cell.nodes:
        cell = _placed(cell, node.id, 100.0, 100.0)
    layout = lay_out(cell)
    assert {box.centre for box in layout.boxes} == {(100.0, 100.0)}
    assert len(layout.routes) == len(lay_out(LIBRARY["lstm"]).routes)


@given(cell=random_cells(), data=st.data())
def test_removing_any_node_still_gives_a_layout(cell: Cell, data: st.DataObject, check: Check) -> None:
    cut = _without(cell, data.draw(st.sampled_from(cell.nodes)).id)
    check(cut, lay_out(cut))
