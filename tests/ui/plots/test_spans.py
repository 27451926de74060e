"""Many lines as one picture: it has what a slow walk along every line finds."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.ui.plots.spans import spans

WIDTH, HEIGHT, WALK = 24, 17, 200


def walked(px: np.ndarray, py: np.ndarray) -> np.ndarray:
    """The same by many steps along every piece."""
    found = np.zeros((HEIGHT, WIDTH), int)
    for line in py.T:
        on = np.zeros((HEIGHT, WIDTH), bool)
        for k in range(len(px) - 1):
            way = np.linspace(0, 1, WALK)
            x, y = px[k] + way * (px[k + 1] - px[k]), line[k] + way * (line[k + 1] - line[k])
            inside = (x >= 0) & (x < WIDTH) & (y >= 0) & (y < HEIGHT) & np.isfinite(y)
            on[y[inside].astype(int), x[inside].astype(int)] = True
        found += on
    return found


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 60), st.integers(1, 5), st.integers(0, 3), st.integers(0, 10_000))
def test_every_pixel_that_is_passed_counts_each_line_once(points: int, lines: int, gaps: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    px = np.sort(rng.uniform(-4, WIDTH + 4, points))
    py = rng.uniform(-6, HEIGHT + 6, (points, lines))
    py[rng.integers(0, points, gaps), rng.integers(0, lines, gaps)] = np.nan
    found, expected = spans(px, py, WIDTH, HEIGHT).astype(int), walked(px, py)
    assert (found >= expected).all()
    assert (found - expected).max() <= lines
    assert (found > expected).mean() < 0.04  # rounding at the edges of pixels, and what a walk steps over


def test_lines_without_pieces_and_beyond_the_picture_leave_no_trace() -> None:
    px = np.array([1.0, 20.0])
    assert not spans(px, np.array([[-5.0], [-0.5]]), WIDTH, HEIGHT).any()
    assert not spans(px, np.array([[HEIGHT + 0.5], [HEIGHT + 9.0]]), WIDTH, HEIGHT).any()
    assert not spans(px, np.full((2, 3), np.nan), WIDTH, HEIGHT).any()
    assert not spans(np.zeros(0), np.zeros((0, 3)), WIDTH, HEIGHT).any()
    thick = spans(px, np.full((2, 1), 4.5), WIDTH, HEIGHT, 2)
    assert thick[4, 5] == thick[5, 5] == 1 and not thick[3].any() and not thick[6].any()
    crowd = spans(px, np.full((2, 300), 4.5), WIDTH, HEIGHT)
    assert crowd[4, 5] == 255 and not crowd[3].any() and not crowd[:, 21:].any()
