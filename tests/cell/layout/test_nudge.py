"""Wires of two sources that were routed on one line come apart; those of one source stay together."""

from playground.cell.layout.corridors import Path, Spot
from playground.cell.layout.nudge import Nudger
from playground.cell.layout.obstacles import HORIZONTAL, VERTICAL

BOXES = [(0.0, 0.0, 16.0, 200.0), (200.0, 0.0, 216.0, 200.0)]


def _wire(net: int, y: float, x: float, end: float) -> Path:
    """From the left box at height `y` along the upright line `x` to the right box at height `end`."""
    start, stop = (
        Spot(16.0, y, "right", 0.0, (0, "right", int(y))),
        Spot(200.0, end, "left", 0.0, (1, "left", int(end))),
    )
    return Path(net, start, stop, ((HORIZONTAL, y), (VERTICAL, x), (HORIZONTAL, end)), 0)


def test_two_sources_on_one_line_come_apart() -> None:
    nudger = Nudger([_wire(1, 24.0, 104.0, 120.0), _wire(2, 48.0, 104.0, 160.0)], BOXES)
    assert nudger.strained() == 1
    assert nudger.run() == 0
    first, second = (path.segments[1][1] for path in nudger.moved())
    assert abs(first - second) >= 8
    assert first > second  # so that they do not cross: 1 goes down at the right of 2
    assert all(24.0 <= x <= 192.0 for x in (first, second))


def test_a_trunk_stays_together_and_still_paths_do_not_move() -> None:
    wires = [_wire(1, 24.0, 104.0, 120.0), _wire(1, 24.0, 104.0, 160.0), _wire(2, 48.0, 104.0, 184.0)]
    nudger = Nudger(wires, BOXES, [True, True, False])
    assert nudger.run() == 0
    moved = nudger.moved()
    assert moved[:2] == wires[:2]
    assert abs(moved[2].segments[1][1] - 104.0) >= 8


def test_no_bar_is_moved_into_a_box() -> None:
    narrow = [BOXES[0], (120.0, 30.0, 190.0, 170.0), BOXES[1]]
    nudger = Nudger([_wire(net, 8.0 * net, 104.0, 172.0 + 8.0 * net) for net in range(1, 4)], narrow)
    nudger.run()
    assert all(24.0 <= path.segments[1][1] <= 112.0 for path in nudger.moved())


def test_what_lies_far_away_changes_nothing() -> None:
    wires = [_wire(1, 24.0, 104.0, 120.0), _wire(3, 4008.0, 4104.0, 4120.0), _wire(2, 48.0, 104.0, 160.0)]
    everywhere = Nudger(wires, BOXES, [True, True, False])
    nearby = Nudger(wires, BOXES, [True, True, False], before=0)
    assert len(nearby.bars) < len(everywhere.bars)
    assert everywhere.run() == nearby.run() == 0 and everywhere.moved() == nearby.moved()
