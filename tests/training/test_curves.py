"""Curves grow, go back and survive the way through files."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from playground.errors import BadInput
from playground.training import messages
from playground.training.curves import Curves
from playground.training.messages import Scalars
from playground.training.metrics_file import read_csv, write_csv

VALUES = st.floats(allow_nan=False, allow_infinity=False, width=32)


def scalars(steps: list[int], *losses: list[float]) -> Scalars:
    return Scalars(1, steps, list(losses), [[2 * loss for loss in row] for row in losses], 0.1, 1.0, 10)


def test_curves_grow() -> None:
    curves = Curves(("A", "B"))
    for begin in range(1, 1001, 50):
        steps = list(range(begin, begin + 50))
        curves.append_scalars(scalars(steps, [float(s) for s in steps], [-float(s) for s in steps]))
        curves.append_test(messages.Tested(1, begin + 49, [1.0, 2.0], [{"accuracy": 0.5}, {"accuracy": 0.6}], 1.0))
    assert np.array_equal(curves.steps, np.arange(1, 1001)) and curves.steps.dtype == np.float64
    assert np.array_equal(curves.losses[1], -np.arange(1.0, 1001))
    assert np.array_equal(curves.gradient_norms[0], 2 * np.arange(1.0, 1001))
    assert curves.test_losses.shape == (2, 20) and curves.test_metrics["accuracy"][1, -1] == 0.6
    curves.clear()
    assert curves.steps.size == curves.test_steps.size == 0 and curves.losses.shape == (2, 0)


def test_going_back_replaces_what_came_after() -> None:
    curves = Curves(("A",))
    curves.append_scalars(scalars([1, 2, 3, 4], [1, 2, 3, 4]))
    for step in (0, 2, 4):
        curves.append_test(messages.Tested(1, step, [float(step)], [{}], 0.0))
    curves.append_scalars(scalars([3], [30]))
    assert curves.steps.tolist() == [1, 2, 3] and curves.losses[0].tolist() == [1, 2, 30]
    assert curves.test_steps.tolist() == [0, 2]
    curves.append_test(messages.Tested(1, 2, [20.0], [{"mse": 4.0}], 0.0))
    assert curves.test_losses[0].tolist() == [0, 20]
    assert np.isnan(curves.test_metrics["mse"][0, 0]) and curves.test_metrics["mse"][0, 1] == 4


def test_networks_change_places() -> None:
    curves = Curves(("A", "B"))
    curves.append_scalars(scalars([1, 2], [1, 2], [3, 4]))
    curves.append_test(messages.Tested(1, 2, [5.0, 6.0], [{"mse": 5.0}, {"mse": 6.0}], 0.0))
    curves.arrange((1, -1, 0), ("B", "C", "A"))
    assert curves.losses[0].tolist() == [3, 4] and curves.losses[2].tolist() == [1, 2]
    assert np.isnan(curves.losses[1]).all() and curves.test_metrics["mse"][2].tolist() == [5]
    curves.append_scalars(scalars([3], [7], [8], [9]))
    assert curves.losses[:, -1].tolist() == [7, 8, 9]


def test_the_number_of_networks_need_not_be_said() -> None:
    curves = Curves()
    curves.append_scalars(scalars([1], [1.0]))
    curves.append_scalars(scalars([2], [2.0], [3.0]))
    assert curves.losses.shape == (2, 2) and np.isnan(curves.losses[1, 0])


@st.composite
def recorded(draw: st.DrawFn) -> Curves:
    names = draw(st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=3, unique=True))
    curves = Curves(names)
    steps = draw(st.integers(0, 30))
    if steps:
        rows = [draw(st.lists(VALUES, min_size=steps, max_size=steps)) for _ in names]
        curves.append_scalars(scalars(list(range(1, steps + 1)), *rows))
    for step in range(0, steps + 1, 7):
        metrics = [{"accuracy": draw(VALUES), "mse": draw(VALUES)} for _ in names]
        curves.append_test(messages.Tested(1, step, [draw(VALUES) for _ in names], metrics, float(step)))
    return curves


def test_a_network_with_a_line_break_in_its_name_is_read_back(tmp_path: Path) -> None:
    curves = Curves(("a\rb\n,c",))
    curves.append_scalars(scalars([1], [2.0]))
    write_csv(tmp_path / "metrics.csv", curves, ("a\rb\n,c",), "title", 1, "mse")
    assert read_csv(tmp_path / "metrics.csv").losses.tolist() == [[2.0]]


@given(recorded())
def test_a_metrics_file_gives_back_the_same_bits(tmp_path: Path, curves: Curves) -> None:
    path = tmp_path / "metrics.csv"
    write_csv(path, curves, curves.names, "A title\nof two lines", 7, "mse")
    again = read_csv(path)
    assert again.names == curves.names
    found, expected = again.arrays(), curves.arrays()
    for name in expected.keys() - {"test_seconds", "clips"}:
        assert np.array_equal(found[name], expected[name], equal_nan=True), name
    before = path.read_bytes()
    write_csv(path, again, again.names, "A title of two lines", 7, "mse")
    assert path.read_bytes() == before


@given(recorded())
def test_arrays_give_back_the_same_curves(curves: Curves) -> None:
    again = Curves.from_arrays(curves.arrays(), curves.names)
    assert all(np.array_equal(again.arrays()[name], array, equal_nan=True) for name, array in curves.arrays().items())


def test_the_comment_line_has_title_seed_and_units(tmp_path: Path) -> None:
    write_csv(tmp_path / "m.csv", Curves(("A",)), ("A",), "Sunspots", 12, "mse")
    first, second = (tmp_path / "m.csv").read_text().splitlines()
    assert first == "# Sunspots; seed 12; step [training steps], losses [mse], gradient_norm [2-norm before clipping]"
    assert second == "step,A.train_loss,A.gradient_norm,A.test_loss"


@pytest.mark.parametrize(
    "text", ["", "a,b\n1,2\n", "step,A.train_loss\n1,x\n", "step,A.train_loss\n1\n", "step,A\n1,2\n"]
)
def test_other_tables_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "m.csv").write_text(text)
    with pytest.raises(BadInput) as caught:
        read_csv(tmp_path / "m.csv")
    assert "metrics.csv" in str(caught.value)


def test_a_missing_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        read_csv(tmp_path / "none.csv")


def test_the_threshold_of_each_step_is_kept_and_comes_back_from_a_checkpoint() -> None:
    curves = Curves(("A",))
    for first, clip in ((1, 1.0), (3, 1.0), (5, 0.0), (7, 0.5)):
        curves.append_scalars(replace(scalars([first, first + 1], [0.1, 0.2]), clip_norm=clip))
    steps = np.arange(1, 9)
    assert curves.clips == [(1, 1.0), (5, 0.0), (7, 0.5)]
    assert curves.thresholds(steps).tolist() == [1, 1, 1, 1, 0, 0, 0.5, 0.5]
    again = Curves.from_arrays(curves.arrays(), curves.names)
    assert again.thresholds(steps).tolist() == curves.thresholds(steps).tolist()
    curves.append_scalars(replace(scalars([6], [0.1]), clip_norm=2.0))  # taken back to step 5
    assert curves.thresholds(steps).tolist() == [1, 1, 1, 1, 0, 2, 2, 2]
    assert Curves(("A",)).thresholds(steps, 3.0).tolist() == [3.0] * 8, "nobody knows"
