import errno
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import to_builtins
from msgspec.structs import replace

from playground.errors import BadInput
from playground.experiment import files
from playground.experiment.document import Experiment
from playground.experiment.files import BadFile, dumps, examples, find, load, loads, save, upgrade
from playground.network.spec import Goal, Layer, Net, Optimizer, Schedule, Training
from playground.tasks.spec import Adding, DelayedRecall, Sines, Table, Text

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
positive = st.floats(1e-9, 1e6)
units = st.integers(1, 4096)
tasks = st.one_of(
    st.builds(DelayedRecall, lag=st.integers(2, 1000), noise=st.floats(0, 10)),
    st.builds(Adding, length=st.integers(2, 1000), scaled=st.booleans()),
    st.builds(Sines, waves=st.integers(1, 8)),
    st.builds(
        Table,
        file=text,
        inputs=st.lists(text, max_size=3).map(tuple),
        train_until=st.none() | st.floats(allow_nan=False, allow_infinity=False),
    ),
    st.builds(Text, file=text),
)
layers = st.builds(Layer, id=text, cell=text, units=units)
trainings = st.builds(
    Training,
    batch=st.integers(1, 65536),
    optimizer=st.builds(Optimizer, kind=st.sampled_from(["sgd", "adam", "adamw"]), learning_rate=positive),
    schedule=st.builds(Schedule, kind=st.sampled_from(["constant", "step", "cosine"]), every=st.integers(1, 10**9)),
    goal=st.builds(Goal, steps=st.integers(0, 10**12)),
)
json_values = st.recursive(st.none() | st.booleans() | st.integers(-(2**63), 2**63) | text, st.lists, max_leaves=5)
experiments = st.builds(
    Experiment,
    name=text,
    about=text,
    seed=st.integers(0, 2**53),
    task=tasks,
    networks=st.lists(st.builds(Net, name=text, layers=st.lists(layers, max_size=3).map(tuple)), max_size=3).map(tuple),
    training=trainings,
    view=st.dictionaries(text, json_values, max_size=3),
)


@given(experiments)
def test_what_is_saved_is_read_back_the_same(experiment: Experiment) -> None:
    assert loads(dumps(experiment), "here") == experiment


def test_a_saved_file_is_read_back_the_same(race: Experiment, tmp_path: Path) -> None:
    path = tmp_path / "race.experiment.json"
    save(race, path)
    assert load(path) == race
    assert path.read_bytes().endswith(b"}\n")


def test_library_cells_survive_a_file() -> None:
    from playground.cell.library import LIBRARY

    experiment = Experiment(cells=tuple(LIBRARY.values()))
    assert loads(dumps(experiment), "here") == experiment


# What stands in a file → what its one sentence must hold: the place, what was found, what to do.
BAD_TEXTS: list[tuple[bytes, list[str]]] = [
    (b"", ["empty"]),
    (b"  \n", ["empty"]),
    (b"\x89PNG\r\n\0\0", ["binary"]),
    ("{}".encode("utf-16"), ["UTF-16", "again as UTF-8"]),
    (b'{"name": "\xe4"}', ["UTF-8", "byte 10"]),
    (b"{", ["line 1", "column"]),
    (b'{"name": "a",}', ["not JSON", "line 1"]),
    (b"[]", ["a list", "an object"]),
    (b'"hello"', ['"hello"', "an object"]),
    (b'{"seed": 1, "seed": 2}', ['"seed"', "twice"]),
    (b'{"training": {"clip_norm": NaN}}', ["NaN", "finite"]),
    (b'{"training": {"clip_norm": Infinity}}', ["Infinity", "finite"]),
    (b'{"training": {"clip_norm": 1e999}}', ["training.clip_norm", "inf", "finite"]),
    (b'{"name": "\\ud800"}', ["name", "surrogate"]),
    (b'{"seed": ' + b"9" * 5000 + b"}", ["too many digits"]),
    (b'{"seed": ' + b"9" * 50 + b"}", ["seed", "digits", "smaller"]),
    (b'{"view": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", ["nested too deeply"]),
    (b'{"view": {"a": ' + b"[" * 300 + b"]" * 300 + b"}}", ["nested too deeply"]),
    (b'{"schema": 2}', ["newer version", "schema 2", "update"]),
    (b'{"schema": 0}', ["schema", "0"]),
    (b'{"schema": "1"}', ["schema", '"1"', "whole number"]),
    (b'{"schema": true}', ["schema", "true"]),
]
BAD_VALUES: list[tuple[object, list[str]]] = [
    ({"nam": "a"}, ["nam: there is no such setting", 'did you mean "name"']),
    ({"zzz": 1}, ["zzz: there is no such setting", "use one of schema, name"]),
    ({"seed": -1}, ["seed: found -1", "from 0 to 9007199254740992"]),
    ({"seed": 1.5}, ["seed: found 1.5", "a whole number"]),
    ({"seed": True}, ["seed: found true", "a whole number"]),
    ({"name": None}, ["name: found null", "a text"]),
    ({"training": {"batch": "many"}}, ['training.batch: found "many"', "a whole number from 1 to 65536"]),
    ({"training": {"batch": 0}}, ["training.batch: found 0", "from 1 to 65536"]),
    ({"training": {"bach": 3}}, ["training.bach", 'did you mean "batch"']),
    ({"training": None}, ["training: found null", "an object"]),
    ({"training": {"optimizer": {"kind": "adamm"}}}, ["training.optimizer.kind", '"adamm"', "adam, adamw, momentum"]),
    ({"training": {"optimizer": {"momentum": 1}}}, ["momentum: found 1", "at least 0 and below 1"]),
    ({"training": {"optimizer": {"learning_rate": 0}}}, ["learning_rate: found 0", "above 0"]),
    ({"task": 3}, ["task: found 3", "an object"]),
    ({"task": {}}, ["task.kind: is missing", "delayed_recall"]),
    ({"task": {"kind": "addin"}}, ['task.kind: found "addin"', 'did you mean "adding"']),
    ({"task": {"kind": 4}}, ["task.kind: found 4", "adding"]),
    ({"task": {"kind": "table", "train_until": "x"}}, ["task.train_until", "a number or null"]),
    ({"task": {"kind": "table", "inputs": ["a", 1]}}, ["task.inputs.1: found 1", "a text"]),
    ({"networks": 3}, ["networks: found 3", "a list"]),
    ({"networks": [{"layers": []}]}, ["networks.0.name: is missing"]),
    ({"networks": [{"name": "A"}]}, ["networks.A.layers: is missing"]),
    (
        {"networks": [{"name": "A", "layers": [{"id": "one", "cell": "rnn", "units": -4}]}]},
        ["networks.A.layers.one.units: found -4", "from 1 to 4096"],
    ),
    (
        {"networks": [{"name": "A", "layers": [{"id": "one", "cell": "rnn", "init": {"h.bias": {"kind": "x"}}}]}]},
        ["networks.A.layers.one.init.h.bias.kind", '"x"', "uniform"],
    ),
    (
        {"cells": [{"name": "c", "nodes": [{"kind": "gate", "id": "g", "bias": 3}]}]},
        ["cells.c.nodes.g.bias: found 3", "an object {…} or null"],
    ),
    ({"cells": [{"name": "c", "nodes": [{"kind": "gat", "id": "g"}]}]}, ["cells.c.nodes.g.kind", '"gate"']),
]


@pytest.mark.parametrize(
    ("data", "parts"),
    [*BAD_TEXTS, *((json.dumps(value).encode(), parts) for value, parts in BAD_VALUES)],
    ids=lambda value: repr(value)[:60],
)
def test_a_bad_file_gets_one_sentence(data: bytes, parts: list[str]) -> None:
    with pytest.raises(BadInput) as caught:
        loads(data, "my.experiment.json")
    sentence = str(caught.value)
    assert sentence.startswith("my.experiment.json")
    assert "\n" not in sentence and len(sentence) < 400
    assert caught.value.remedy
    for part in parts:
        assert part in sentence


def test_every_error_of_a_file_is_found() -> None:
    data = json.dumps({"seed": -1, "training": {"batch": 0, "bach": 1}}).encode()
    with pytest.raises(BadFile) as caught:
        loads(data, "x")
    assert [finding.path for finding in caught.value.findings] == ["seed", "training.batch", "training.bach"]
    assert "2 more errors" in str(caught.value)


@given(experiments, st.data())
def test_no_spoiled_file_gets_through_or_crashes(experiment: Experiment, data: st.DataObject) -> None:
    """Cut or change a good file anywhere: it is refused with a sentence, or is an experiment all the same."""
    whole = bytearray(dumps(experiment))
    i = data.draw(st.integers(0, len(whole) - 1))
    spoiled = whole[:i] if data.draw(st.booleans()) else whole[:i] + bytes([data.draw(st.integers(0, 255))]) + whole[i:]
    try:
        again = loads(bytes(spoiled), "x")
    except BadInput as error:
        assert error.problem and error.remedy
    else:
        assert loads(dumps(again), "x") == again


def test_files_that_are_no_files(tmp_path: Path) -> None:
    for path, part in [
        (tmp_path / "none.json", "does not exist"),
        (tmp_path, "is a folder"),
        (Path("/dev/null"), "not an ordinary file"),
        (tmp_path / ("x" * 300), "cannot be read"),
    ]:
        with pytest.raises(BadInput, match=part):
            load(path)


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.json"
    path.write_text("{}")

    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, "no", str(path))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(BadInput, match="may not read"):
        load(path)


def test_a_huge_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.truncate(2**34)
    with pytest.raises(BadInput, match="too big"):
        load(path)


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), 2**70, "\ud800"])
def test_nothing_is_saved_that_could_not_be_read_again(race: Experiment, tmp_path: Path, bad: object) -> None:
    path = tmp_path / "a.json"
    save(race, path)
    before = path.read_bytes()
    with pytest.raises(BadInput, match="view.a"):
        save(replace(race, view={"a": bad}), path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("code", "part"), [(errno.EROFS, "read-only"), (errno.ENOSPC, "disk is full"), (errno.EACCES, "may not be written")]
)
@pytest.mark.parametrize("call", ["replace", "fsync"])
def test_a_save_that_fails_keeps_the_old_file(
    race: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, part: str, call: str
) -> None:
    path = tmp_path / "a.json"
    save(race, path)
    before = path.read_bytes()

    def fail(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(BadInput, match=part) as caught:
        save(replace(race, seed=8), path)
    assert str(path) in str(caught.value) and caught.value.remedy
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["a.json"]


def test_saving_where_it_cannot_be(race: Experiment, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path, part in [
        (tmp_path, "is a folder"),
        (tmp_path / "none" / "a.json", "folder does not exist"),
        (tmp_path / "file" / "a.json", "not a folder"),
        (tmp_path / "a\0b.json", "null"),
    ]:
        with pytest.raises(BadInput, match=part):
            save(race, path)


@pytest.mark.skipif(os.name != "posix", reason="links and permissions of POSIX")
def test_saving_follows_a_link_and_keeps_permissions(race: Experiment, tmp_path: Path) -> None:
    real, link = tmp_path / "real.json", tmp_path / "link.json"
    real.write_text("{}")
    real.chmod(0o640)
    link.symlink_to(real)
    save(race, link)
    assert link.is_symlink() and load(real) == race
    assert real.stat().st_mode & 0o777 == 0o640


def test_old_schemas_are_upgraded_step_by_step() -> None:
    steps = {1: lambda raw: {**raw, "trail": "a"}, 2: lambda raw: {**raw, "trail": raw["trail"] + "b"}}
    assert upgrade({"schema": 1}, "x", steps, current=3) == {"schema": 3, "trail": "ab"}
    assert upgrade({"schema": 3}, "x", steps, current=3) == {"schema": 3}


def test_all_shipped_examples_load_and_are_found_by_name() -> None:
    shipped = examples()
    assert {"delayed-recall", "sunspots"} <= set(shipped)
    for name, path in shipped.items():
        assert load(path).networks, name
        assert find(name) == path


def test_a_missing_file_gets_a_suggestion(tmp_path: Path) -> None:
    (tmp_path / "mine.experiment.json").write_text("{}")
    with pytest.raises(BadInput, match='did you mean "mine.experiment.json"'):
        find(tmp_path / "mine.experiment.jsn")
    with pytest.raises(BadInput, match="give an example: .*sunspots"):
        find(tmp_path / "nothing-like-it")


def test_reading_needs_no_key_but_refuses_none_of_ours() -> None:
    assert loads(b"{}", "x") == Experiment()
    assert loads(json.dumps(to_builtins(Experiment())).encode(), "x") == Experiment()
    assert files.SUFFIX == ".experiment.json"
