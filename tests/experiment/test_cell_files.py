"""Cell files: what is saved comes back, what a stranger sends is refused in one sentence, versions are kept."""

import json
import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import to_builtins
from msgspec.structs import replace
from random_cells import random_cells

from playground.cell.check import check_cell
from playground.cell.edits import RemoveNodes, SetCell
from playground.cell.graph import Cell, Gate, Init, Input, Wire
from playground.cell.library import LIBRARY
from playground.cell.names import empty_cell
from playground.errors import BadInput
from playground.experiment import cell_files
from playground.experiment.cell_files import CellPalette, dumps_cell, load_cell, loads_cell, save_cell

RNN = LIBRARY["rnn"]


@given(random_cells())
def test_any_cell_comes_back(cell: Cell) -> None:
    assert loads_cell(dumps_cell(cell), "here") == cell


def test_the_library_and_cells_with_errors_come_back(tmp_path: Path) -> None:
    for cell in LIBRARY.values():
        path = tmp_path / f"{cell.name}.cell.json"
        save_cell(cell, path)
        assert load_cell(path) == cell
    broken = RemoveNodes(("h",)).apply(LIBRARY["lstm"])
    assert check_cell(broken) and loads_cell(dumps_cell(broken), "x") == broken


def text(cell: object, schema: object = 1) -> bytes:
    return json.dumps({"schema": schema, "cell": to_builtins(cell)}).encode()


def changed(**fields: object) -> dict:
    return {**to_builtins(RNN), **fields}


def gate(**fields: object) -> dict:
    return changed(nodes=[{"kind": "gate", "id": "g", **fields}])


def crowd(count: int) -> list[dict]:
    return [{"kind": "gate", "id": f"g{k}"} for k in range(count)]


HOSTILE: list[tuple[bytes, str]] = [
    (b"", "empty; save a cell to it"),
    (b"[]", "a cell is an object"),
    (b"\0\0", "give a cell, NAME.cell.json"),
    (b"{}", "cell: is missing"),
    (text(RNN, 2), "newer version"),
    (text(RNN, "1"), "schema"),
    (b'{"cell": {}, "cell": {}}', "twice"),
    (b'{"cell": ' + b"[" * 50_000 + b"]" * 50_000 + b"}", "nested too deeply"),
    (text(changed(nodes=crowd(10_000))), "10000 nodes; use at most 1000"),
    (text(changed(nodes="x")), "cell.nodes"),
    (text(changed(nodes=[3])), "cell.nodes.0: found 3"),
    (text(changed(nodes=[{"kind": "gat", "id": "g"}])), 'did you mean "gate"'),
    (text(changed(extra=1)), "no such setting"),
    (text(changed(name="../../etc/passwd")), "is no name"),
    (text(changed(name="x" * 1000)), "is no name"),
    (text(changed(name=3)), "cell.name: found 3"),
    (text(changed(label="a" * 81)), "81 characters"),
    (text(changed(label="a\nb")), "cannot be shown"),
    (text(changed(label="\u202eevil")), "cannot be shown"),
    (text(changed(about="a" * 2001)), "2001 characters"),
    (text(changed(about="a\0b")), "cannot be shown"),
    (text(gate(id="__import__('os')")), "is no name"),
    (text(gate(id="G")), "is no name"),
    (text(gate(wires=[{"source": "<b>"}])), "'<b>' is no name"),
    (text(gate(wires=[{"source": "x", "kind": "thick"}])), "use one of|give one of|full"),
    (text(gate(bias={"kind": "chrono_opposite", "of": "a b"})), "is no name"),
    (text(gate(activation="eval")), "cell.nodes.g.activation"),
    (text(gate(scale="big")), "cell.nodes.g.scale"),
    (text(gate(block=1.5)), "whole number"),
    (text(gate(label="x" * 5000)), "5000 characters"),
    (text(gate(place={"x": "a", "y": 0})), "cell.nodes.g.place.x"),
    (text(gate(wires=[{"source": f"s{k % 900}"} for k in range(10_001)])), "10001 wires"),
    (text(changed(nodes=[{"kind": "operation", "id": "o", "sources": [""]}])), "is no name"),
    (b'{"cell": {"name": "a", "nodes": [{"kind": "gate", "id": "g", "scale": 1e999}]}}', "finite"),
    (b'{"cell": {"name": "\\ud800"}}', "surrogate"),
]


@pytest.mark.parametrize(("data", "words"), HOSTILE, ids=[str(k) for k in range(len(HOSTILE))])
def test_what_a_stranger_sends_is_refused_in_one_sentence(data: bytes, words: str) -> None:
    begin = time.perf_counter()
    with pytest.raises(BadInput, match=words) as caught:
        loads_cell(data, "stranger.cell.json")
    assert time.perf_counter() - begin < 2.0
    assert str(caught.value).startswith("stranger.cell.json") and "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_a_file_that_is_too_big_or_not_there(tmp_path: Path) -> None:
    path = tmp_path / "big.cell.json"
    path.write_bytes(b" " * (2**20 + 1))
    with pytest.raises(BadInput, match="too big for a cell"):
        load_cell(path)
    with pytest.raises(BadInput, match="does not exist"):
        load_cell(tmp_path / "no.cell.json")
    with pytest.raises(BadInput, match="NAME.cell.json"):
        load_cell(tmp_path)


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_end_in_a_cell_or_a_sentence(data: bytes) -> None:
    try:
        loads_cell(data, "x")
    except BadInput as error:
        assert str(error)


mangled = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.floats(allow_nan=False)
    | st.sampled_from(["x", "h", "gate", ""]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "kind", "wires", "source"]), inner)
    ),
    max_leaves=6,
)


@given(
    st.sampled_from(["name", "nodes", "label"]),
    mangled,
    st.integers(0, 3),
    st.sampled_from(["id", "kind", "wires", "bias"]),
)
def test_any_mangled_cell_ends_in_a_cell_or_a_sentence(key: str, value: object, index: int, field: str) -> None:
    plain = to_builtins(RNN)
    for cell in (
        {**plain, key: value},
        {**plain, "nodes": [*plain["nodes"][:index], {"kind": "gate", "id": "g", field: value}]},
    ):
        try:
            found = loads_cell(json.dumps({"cell": cell}).encode(), "x")
        except BadInput as error:
            assert str(error)
        else:
            check_cell(found)


def test_what_cannot_be_read_back_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "a.cell.json"
    for cell in (
        replace(RNN, name="No"),
        replace(RNN, label="a" * 99),
        Cell("c", (Input("X!"),)),
        Cell("c", (Gate("g", bias=Init("normal", float("nan"))),)),
        Cell("c", (Gate("g", wires=(Wire("\ud800"),)),)),
    ):
        with pytest.raises(BadInput):
            save_cell(cell, path)
        assert not path.exists()


# -- the palette ----------------------------------------------------------------------------------------------------


@pytest.fixture
def palette(tmp_path: Path) -> CellPalette:
    return CellPalette(tmp_path / "deep" / "cells")


def test_an_empty_palette_is_in_a_folder_of_the_user() -> None:
    assert "rnn-playground" in str(CellPalette().folder) and CellPalette().cells() == {}


def test_cells_are_kept_with_their_versions(palette: CellPalette) -> None:
    assert palette.found() == []
    palette.save(RNN)
    palette.save(RNN)
    assert palette.versions("rnn") == []  # nothing had changed
    second = SetCell("about", "two").apply(RNN)
    third = SetCell("about", "three").apply(RNN)
    palette.save(second)
    palette.save(third)
    assert palette.cells() == {"rnn": third}
    assert [version.number for version in palette.versions("rnn")] == [2, 1]
    assert palette.restore("rnn", 1) == RNN
    assert palette.cells() == {"rnn": RNN} and [v.number for v in palette.versions("rnn")] == [3, 2, 1]
    palette.delete("rnn")
    assert palette.cells() == {} and len(palette.versions("rnn")) == 4
    assert palette.restore("rnn", 3) == third and palette.load("rnn") == third


def test_names_in_the_palette(palette: CellPalette) -> None:
    assert palette.save(RNN, new=True).name == "rnn"
    assert palette.save(RNN, new=True).name == "rnn2"
    assert palette.save(replace(RNN, name="Ä b"), new=True).name == "a_b"
    assert palette.save(replace(RNN, name="con"), new=True).name == "con2"
    palette.save(SetCell("about", "two").apply(RNN))
    renamed = palette.rename("rnn", "loop", "Loop")
    assert (renamed.name, renamed.label) == ("loop", "Loop")
    assert [entry.name for entry in palette.found()] == ["a_b", "con2", "loop", "rnn2"]
    assert [v.number for v in palette.versions("loop")] == [1] and palette.versions("rnn") == []
    assert palette.rename("loop", "loop", "Loops").label == "Loops"
    for act, words in (
        (lambda: palette.rename("loop", "rnn2"), "has this name"),
        (lambda: palette.rename("nobody", "other"), "does not exist"),
        (lambda: palette.delete("nobody"), "no such cell"),
        (lambda: palette.load("../rnn"), "is no name"),
        (lambda: palette.rename("loop", "nul"), "Windows"),
        (lambda: palette.save(replace(RNN, name="aux")), "Windows"),
        (lambda: palette.restore("loop", 99), "no version 99"),
        (lambda: palette.versions(".*"), "is no name"),
    ):
        with pytest.raises(BadInput, match=words):
            act()


def test_a_bad_file_in_the_palette_does_not_hide_the_others(palette: CellPalette) -> None:
    palette.save(RNN)
    (palette.folder / "bad.cell.json").write_text("{")
    (palette.folder / "Big Name.cell.json").write_bytes(dumps_cell(RNN))
    (palette.folder / "notes.txt").write_text("hello")
    (palette.folder / "folder.cell.json").mkdir()
    found = {entry.name: entry for entry in palette.found()}
    assert set(found) == {"rnn", "bad", "Big Name"}
    assert found["rnn"].cell == RNN and found["bad"].cell is None and "not JSON" in found["bad"].problem
    assert "is no name" in found["Big Name"].problem
    assert palette.cells() == {"rnn": RNN}
    (palette.folder / "other.cell.json").write_bytes(dumps_cell(RNN))
    assert palette.load("other").name == "other"  # the file's name counts
    palette.save(replace(RNN, name="bad"))
    assert palette.load("bad").nodes == RNN.nodes and palette.versions("bad")[0].path.read_text() == "{"


def test_old_versions_go_in_the_end(palette: CellPalette, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cell_files, "MOST_VERSIONS", 3)
    for number in range(8):
        palette.save(SetCell("about", str(number)).apply(empty_cell()))
    assert [version.number for version in palette.versions("blank")] == [7, 6, 5]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="needs a folder that may not be written to")
def test_a_folder_that_may_not_be_written_to(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(BadInput, match="may not be written to"):
            CellPalette(tmp_path / "cells").save(RNN)
    finally:
        tmp_path.chmod(0o700)


def test_a_palette_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "cells").write_text("")
    palette = CellPalette(tmp_path / "cells")
    assert palette.found() == []
    with pytest.raises(BadInput, match="cannot be written"):
        palette.save(RNN)
