"""Pure parts: what lies where, where arrows lead, what is drawn once, how boxes are put in line."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.cell.layout import lay_out
from playground.cell.layout.shapes import NodeBox, Point, WireRoute
from playground.cell.library import LIBRARY
from playground.ui.cell_canvas.align import EDGES, SPREADS, aligned
from playground.ui.cell_canvas.hit import hit, node_at, port_of, wire_at
from playground.ui.cell_canvas.items.chip import chip_places
from playground.ui.cell_canvas.looks import gate_symbol, gradient_text, value_text
from playground.ui.cell_canvas.navigation import first, follow
from playground.ui.cell_canvas.palette import choices, new_node
from playground.ui.cell_canvas.trunks import own_parts

CELLS = list(LIBRARY)


@pytest.mark.parametrize("name", CELLS)
def test_everything_can_be_hit(name):
    layout = lay_out(LIBRARY[name])
    for index, box in enumerate(layout.boxes):
        assert node_at(layout, *box.centre) == index
        assert hit(layout, *port_of(box)).kind == "port"
        assert hit(layout, box.x + 4, box.centre.y).node == index
    for route in layout.routes:
        a, b = route.points[-2:]
        found = wire_at(layout, (a.x + b.x) / 2, (a.y + b.y) / 2)
        assert found >= 0
    assert hit(layout, -1e5, -1e5).kind == "empty"


@pytest.mark.parametrize("name", CELLS)
def test_arrows_reach_every_node(name):
    layout = lay_out(LIBRARY[name])
    reached, todo = set(), [first(layout)]
    while todo:
        id = todo.pop()
        if id not in reached:
            reached.add(id)
            todo += [follow(layout, id, way) for way in ("left", "right", "up", "down")]
    assert reached == {box.id for box in layout.boxes}


@pytest.mark.parametrize("name", CELLS)
def test_wires_of_one_source_are_drawn_once(name):
    """What is drawn covers all wires, and no piece twice (memory lines and their taps are one colour)."""
    layout = lay_out(LIBRARY[name])
    parts = own_parts(layout.routes)
    for source in {route.source for route in layout.routes}:
        drawn = [pixel for key, part in parts.items() if key[0] == source for pixel in pixels(part)]
        wanted = {pixel for route in layout.routes if route.source == source for pixel in pixels(route.points)}
        assert set(drawn) == wanted and len(drawn) == len(set(drawn))


def pixels(points):
    """Unit steps of a polyline as (x, y, flat), so that corners and crossings do not count twice."""
    found = set()
    for a, b in pairwise(points):
        flat = a.y == b.y
        low, high = sorted((a.x, b.x) if flat else (a.y, b.y))
        at = low
        while at < high - 0.5:
            found.add((round(at), a.y, True) if flat else (a.x, round(at), False))
            at += 1
    return found


def test_a_wire_that_runs_on_another_one_draws_only_its_end():
    trunk = WireRoute("a", "b", 0, (Point(0, 0), Point(100, 0)), ())
    branch = WireRoute("a", "c", 0, (Point(0, 0), Point(40, 0), Point(40, 30)), ())
    parts = own_parts([branch, trunk])
    assert parts["a", "b", 0] == trunk.points and parts["a", "c", 0] == (Point(40, 0), Point(40, 30))
    assert own_parts([trunk, WireRoute("a", "d", 0, (Point(0, 0), Point(60, 0)), ())])["a", "d", 0] == ()


boxes = st.lists(
    st.tuples(st.integers(-40, 40), st.integers(-40, 40), st.sampled_from([(112, 72), (34, 34), (64, 32)])),
    min_size=2, max_size=6,
).map(lambda rows: [NodeBox(f"n{k}", 8.0 * x, 8.0 * y, *size) for k, (x, y, size) in enumerate(rows)])  # fmt: skip


@given(boxes, st.sampled_from(list(EDGES)))
def test_aligned_boxes_share_an_edge(row, how):
    places = aligned(row, how)
    half = {box.id: (box.width / 2, box.height / 2) for box in row}
    value = {
        "left": lambda id, p: p.x - half[id][0], "right": lambda id, p: p.x + half[id][0],
        "top": lambda id, p: p.y - half[id][1], "bottom": lambda id, p: p.y + half[id][1],
        "centre_x": lambda id, p: p.x, "centre_y": lambda id, p: p.y,
    }[how]  # fmt: skip
    assert len({value(id, place) for id, place in places.items()}) == 1


@given(boxes, st.sampled_from(list(SPREADS)))
def test_spread_boxes_have_equal_gaps(row, how):
    places = aligned(row, how)
    across = how == "spread_x"
    size = {box.id: box.width if across else box.height for box in row}
    at = sorted(((place.x if across else place.y), id) for id, place in places.items())
    gaps = [b - size[j] / 2 - a - size[i] / 2 for (a, i), (b, j) in pairwise(at)]
    assert max(gaps) - min(gaps) < 1e-6 or len(set(size.values())) > 1


def test_every_choice_of_the_palette_is_a_node_and_nothing_else_is():
    for text, words in choices():
        assert new_node(text) is not None and words
    for text in ("", "gate:", "gate:evil", "operation:", "memory:x", "input", "operation:multiply:x"):
        assert new_node(text) is None or text == "gate:", text


@pytest.mark.parametrize(("value", "text"), [
    (0.5, "0.50"), (-0.9234, "−0.92"), (0.0123, "0.012"), (123.456, "123.5"), (12345.6, "1.2e4"), (0.0, "0.00"),
    (float("nan"), "–"), (float("-inf"), "−∞"), (2e-7, "2e−7"),
])  # fmt: skip
def test_values_are_short(value, text):
    assert value_text(value) == text


def test_gradients_and_scaled_gates_are_written_as_people_do():
    assert [gradient_text(x) for x in (0.031, 3.1e-12, 0.0)] == ["0.031", "3.1e−12", "0"]
    assert gate_symbol(LIBRARY["lstm_1997"].node("candidate")) == "4σ−2"


def test_chips_keep_apart():
    layout = lay_out(LIBRARY["lstm"])
    places = chip_places(layout, [box.id for box in layout.boxes])
    spots = list(places.values())
    assert len(spots) > 5
    for k, (x, y) in enumerate(spots):
        assert all(abs(x - u) >= 44 or abs(y - v) >= 16 for u, v in spots[:k])
