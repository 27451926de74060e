"""The layout of the canvas: everything visible, nothing on top of anything else, on the grid."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.ui.canvas.layout import Rect, Row, lay_out

counts = st.lists(st.integers(0, 5), min_size=1, max_size=6)
sizes = st.tuples(st.integers(200, 2400), st.integers(150, 1600))


def overlap(first: Rect, second: Rect) -> bool:
    return first.x < second.right and second.x < first.right and first.y < second.bottom and second.y < first.bottom


def cards(row: Row) -> list[Rect]:
    return [*row.layers, row.readout, row.answer, *([row.caption] if row.caption else [])]


@given(counts, sizes)
def test_no_card_lies_on_another(layers, size):
    plan = lay_out(layers, *size)
    rectangles = [plan.task, plan.race, *(card for row in plan.rows for card in cards(row))]
    for index, first in enumerate(rectangles):
        assert not any(overlap(first, second) for second in rectangles[index + 1 :])


@given(counts, sizes)
def test_everything_lies_within_the_bounds(layers, size):
    plan = lay_out(layers, *size)
    for card in [plan.task, plan.race, *(card for row in plan.rows for card in cards(row))]:
        assert plan.bounds.x <= card.x and card.right <= plan.bounds.right
        assert plan.bounds.y <= card.y and card.bottom <= plan.bounds.bottom


@given(counts, sizes)
def test_wires_run_straight_and_end_at_cards(layers, size):
    plan = lay_out(layers, *size)
    for row in plan.rows:
        assert [gap.index for gap in row.gaps] == list(range(len(row.layers) + 1))
        assert row.gaps[0].points[0] == (plan.task.right, plan.task.centre.y)
        for gap, target in zip(row.gaps, [*row.layers, row.readout], strict=True):
            assert gap.points[-1] == (target.x, target.centre.y)
            for start, end in zip(gap.points, gap.points[1:], strict=False):
                assert (start.x == end.x) != (start.y == end.y)


@given(counts, sizes)
def test_hit_finds_what_was_laid_out(layers, size):
    plan = lay_out(layers, *size)
    assert plan.hit(*plan.task.centre).kind == "task"
    assert plan.hit(*plan.race.centre).kind == "race"
    assert plan.hit(plan.bounds.right + 10, 0).kind == "empty"
    for row in plan.rows:
        for index, card in enumerate(row.layers):
            hit = plan.hit(*card.centre)
            assert (hit.kind, hit.net, hit.index) == ("layer", row.net, index)
        for gap in row.gaps:
            hit = plan.hit(*gap.plus)
            assert (hit.kind, hit.net, hit.index) == ("insert", row.net, gap.index)
            hit = plan.hit(gap.plus.x, gap.rect.y + 2)
            assert (hit.kind, hit.net, hit.index) in {("gap", row.net, gap.index), ("remove", row.net, gap.index - 1)}
        assert plan.hit(row.layers[0].right, row.layers[0].y).kind == "remove" if row.layers else True


@pytest.mark.parametrize("layers", [[1], [1, 1], [2, 1]])
@pytest.mark.parametrize("size", [(860, 380), (1200, 640), (1920, 900)])
def test_usual_experiments_fit_without_scaling(layers, size):
    bounds = lay_out(layers, *size).bounds
    assert (bounds.width, bounds.height) == size


def test_more_room_makes_larger_heatmaps():
    small, large = lay_out([1, 1], 860, 380), lay_out([1, 1], 1400, 800)
    assert large.rows[0].layers[0].width > small.rows[0].layers[0].width
    assert large.rows[0].layers[0].height > small.rows[0].layers[0].height


def test_without_networks_there_is_an_invitation():
    plan = lay_out([], 860, 380)
    assert plan.rows == () and plan.race.height > 100 and not overlap(plan.race, plan.task)


def test_the_sequence_sits_in_the_middle_of_the_rows():
    plan = lay_out([1, 1, 1], 900, 700)
    assert plan.task.centre.y == plan.rows[1].readout.centre.y
    assert len(plan.rows[1].gaps[0].points) == 2 and len(plan.rows[0].gaps[0].points) == 4
