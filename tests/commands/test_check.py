import json
from collections.abc import Callable
from pathlib import Path

import pytest

from playground.errors import BadInput
from playground.experiment.files import examples


def test_a_good_file_gives_sizes_and_gradient_errors(call: Callable, tiny: Path) -> None:
    done = call("check", tiny, "--json")
    assert done.code == 0
    assert done.data["errors"] == []
    rnn, lstm = done.data["networks"]
    assert rnn["name"] == "RNN" and rnn["parameters"] == 3 * (2 + 3 + 1) + (3 + 1)
    assert lstm["name"] == "LSTM" and lstm["parameters"] == 4 * 2 * (2 + 2 + 1) + (2 + 1)
    assert 0 <= rnn["gradient_error"] < 1e-6 and 0 <= lstm["gradient_error"] < 1e-6
    assert "RNN" in call("check", tiny).out


@pytest.mark.parametrize("name", sorted(examples()))
def test_shipped_examples_check(call: Callable, name: str) -> None:
    done = call("check", name, "--json")
    assert done.code == 0
    assert all(net["gradient_error"] < 1e-6 for net in done.data["networks"])


@pytest.mark.parametrize(
    ("change", "path", "part"),
    [
        ({"training": {"batch": "many"}}, "training.batch", "a whole number from 1 to 65536"),
        ({"nam": 1}, "nam", 'did you mean "name"'),
        ({"networks": []}, "networks", "no network"),
        ({"task": {"kind": "table", "file": "none.csv"}}, "none.csv", ""),
    ],
)
def test_errors_are_listed_with_their_paths(call: Callable, tiny: Path, change: dict, path: str, part: str) -> None:
    tiny.write_text(json.dumps(json.loads(tiny.read_bytes()) | change))
    done = call("check", tiny, "--json")
    assert done.code == 2
    assert done.data["networks"] == []
    assert any(path in error["path"] and part in error["message"] for error in done.data["errors"])
    assert done.err.count("\n") == 1 and str(tiny) in done.err


def test_a_cyclic_cell_is_refused_with_its_node(call: Callable, tiny: Path) -> None:
    cell = {
        "name": "loop",
        "nodes": [
            {"kind": "input", "id": "x"},
            {"kind": "gate", "id": "a", "wires": [{"source": "x"}, {"source": "b"}]},
            {"kind": "gate", "id": "b", "wires": [{"source": "a"}]},
            {"kind": "output", "id": "out", "sources": ["b"]},
        ],
    }
    document = json.loads(tiny.read_bytes()) | {"cells": [cell]}
    document["networks"][0]["layers"][0]["cell"] = "loop"
    tiny.write_text(json.dumps(document))
    errors = call("check", tiny, "--json").data["errors"]
    assert errors[0]["path"] == "cells.loop" and errors[0]["node"] in ("a", "b")
    done = call("run", tiny)
    assert done.code == 2 and "cells.loop, node" in done.err


def test_several_errors_are_all_listed(call: Callable, tiny: Path) -> None:
    tiny.write_text(json.dumps({"seed": -1, "training": {"batch": 0}}))
    done = call("check", tiny, "--json")
    assert [error["path"] for error in done.data["errors"]] == ["seed", "training.batch"]
    assert "and 1 more" in done.err
    plain = call("check", tiny)
    assert len(plain.out.splitlines()) == 2


@pytest.mark.parametrize("text", ["", "{", "[]", "\0"])
def test_what_is_no_experiment_at_all(call: Callable, tiny: Path, text: str) -> None:
    tiny.write_text(text)
    done = call("check", tiny, "--json")
    assert done.code == 2
    assert done.data["errors"][0]["message"]
    assert done.err.startswith(f"rnn-playground: {tiny}: ")


def test_what_only_building_finds_is_an_error_too(call: Callable, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> list:
        raise BadInput("networks.RNN", "too big", "make it smaller")

    monkeypatch.setattr("playground.commands.check._measure", refuse)
    done = call("check", tiny, "--json")
    assert done.code == 2
    assert done.data["errors"] == [{"path": "networks.RNN", "node": "", "message": "too big; make it smaller"}]
