import csv
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.errors import BadInput
from playground.export.catalogue import PLOT_NAMES, checked_format, plot_names
from playground.export.tables import aligned, csv_text, write_csv

floats = st.floats(allow_nan=False, width=64)


@given(st.lists(floats, min_size=1, max_size=30))
def test_numbers_come_back_bit_for_bit(values: list[float]) -> None:
    text = csv_text({"loss [nats]": np.array(values)}, ["made by a test"])
    head, *rows = list(csv.reader(io.StringIO(text)))[1:]
    assert head == ["loss [nats]"]
    assert np.array([float(row[0]) for row in rows]).tobytes() == np.array(values).tobytes()


def test_comment_units_whole_numbers_and_gaps(tmp_path) -> None:
    path = write_csv(
        tmp_path / "t.csv",
        {"training step [step]": np.array([1, 2]), "say, what": ['a "b"', "c\nd"], "x [1]": np.array([np.nan, 0.1])},
        ["run\none; seed 7"],
    )
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "# run one; seed 7"
    assert lines[1] == 'training step [step],"say, what",x [1]'
    rows = list(csv.reader(io.StringIO("\n".join(lines[1:]))))
    assert rows[1] == ["1", 'a "b"', ""] and rows[2] == ["2", "c\nd", "0.1"]


def test_columns_must_be_equally_long() -> None:
    with pytest.raises(BadInput, match=r"columns of different lengths \[1, 2\]"):
        csv_text({"a": [1], "b": [1, 2]})


def test_what_cannot_be_written_is_one_sentence(tmp_path) -> None:
    with pytest.raises(BadInput, match="cannot be written"):
        write_csv(tmp_path / "missing" / "t.csv", {"a": [1]})
    (tmp_path / "folder").mkdir()
    with pytest.raises(BadInput, match="this is a folder"):
        write_csv(tmp_path / "folder", {"a": [1]})


@given(st.sets(st.integers(0, 50)), st.sets(st.integers(0, 50)))
def test_groups_of_different_moments_share_one_table(first: set[int], second: set[int]) -> None:
    a, b = np.array(sorted(first), np.int64), np.array(sorted(second), np.int64)
    table = aligned("step", [(a, {"a": a * 2.0}), (b, {"b": b * 3.0})])
    np.testing.assert_array_equal(table["step"], np.array(sorted(first | second)))
    np.testing.assert_array_equal(table["a"][np.isin(table["step"], a)], a * 2.0)
    assert np.isnan(table["b"][~np.isin(table["step"], b)]).all()


def test_the_catalogue_knows_its_names() -> None:
    assert plot_names("all") == list(PLOT_NAMES) and plot_names("loss") == ["loss"]
    assert all(len(about) > 20 for about in PLOT_NAMES.values())
    with pytest.raises(BadInput, match="there is no plot 'x'"):
        plot_names("x")
    assert checked_format("PDF") == "pdf"
    with pytest.raises(BadInput, match="'jpg' is not a format"):
        checked_format("jpg")
