import json
from collections.abc import Callable
from pathlib import Path

import pytest

from playground.commands.run import SHOWN, free_folder
from playground.experiment.document import Experiment


def test_run_prints_the_summary_and_keeps_the_run(call: Callable, tiny: Path, tmp_path: Path) -> None:
    done = call("run", tiny, "--json")
    assert done.code == 0
    assert set(SHOWN) <= set(done.data)
    assert done.data["experiment"] == "Tiny race" and done.data["task"] == "adding"
    assert done.data["steps"] == 5 and done.data["sequences"] == 20 and done.data["seed"] == 7
    assert [net["name"] for net in done.data["networks"]] == ["RNN", "LSTM"]
    for net in done.data["networks"]:
        assert net["parameters"] > 0 and net["loss"]["train"] > 0 and net["metrics"]["mse"] > 0
    folder = Path(done.data["out"])
    assert folder == Path("runs/tiny-race-seed7")
    assert {path.name for path in folder.iterdir()} >= {"experiment.experiment.json", "metrics.csv", "summary.json"}


def test_options_reach_the_run(call: Callable, tiny: Path) -> None:
    done = call(
        "run", tiny, "--steps", 3, "--seed", 11, "--set", "training.batch=2", "networks.RNN.layers.layer1.units=7",
        "--out", "mine", "--json", "--engine", "numpy",
    )  # fmt: skip
    assert done.code == 0
    assert (done.data["steps"], done.data["sequences"], done.data["seed"]) == (3, 6, 11)
    assert done.data["out"] == "mine" and done.data["engine"] == "numpy"
    saved = json.loads(Path("mine/experiment.experiment.json").read_bytes())
    assert saved["seed"] == 11 and saved["training"]["batch"] == 2
    assert saved["networks"][0]["layers"][0]["units"] == 7


def test_the_same_file_and_seed_give_the_same_metrics(call: Callable, tiny: Path) -> None:
    first, second = call("run", tiny, "--json").data["out"], call("run", tiny, "--json").data["out"]
    assert first != second
    assert Path(first, "metrics.csv").read_bytes() == Path(second, "metrics.csv").read_bytes()


def test_run_for_a_person(call: Callable, tiny: Path) -> None:
    done = call("run", tiny)
    assert done.code == 0
    for part in ("Tiny race: 5 steps, 20 sequences", "RNN", "LSTM", "parameters", "mse", "kept in runs"):
        assert part in done.out


def test_eval_tests_again(call: Callable, tiny: Path) -> None:
    trained = call("run", tiny, "--json", "--out", "mine").data
    again = call("eval", "mine", "--json")
    assert again.code == 0
    assert again.data["networks"] == trained["networks"]
    assert (again.data["steps"], again.data["sequences"]) == (5, 20)
    more = call("eval", "mine", "--sequences", 50, "--json").data
    assert more["networks"][0]["loss"]["test"] != trained["networks"][0]["loss"]["test"]
    assert "Tiny race" in call("eval", "mine").out


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["run"], ["FILE", "--help"]),
        (["run", "none.json"], ["none.json", "does not exist"]),
        (["run", "{tiny}", "--set", "training.batch=many"], ["training.batch", '"many"', "from 1 to 65536"]),
        (["run", "{tiny}", "--set", "training.bach=1"], ["training.bach", "did you mean"]),
        (["run", "{tiny}", "--set", "batch"], ["PATH=VALUE"]),
        (["run", "{tiny}", "--seed", "-1"], ["seed", "-1"]),
        (["run", "{tiny}", "--seed", "x"], ["--seed"]),
        (["run", "{tiny}", "--steps", "0"], ["--steps", "0"]),
        (["run", "{tiny}", "--seconds", "nan"], ["--seconds", "nan"]),
        (["run", "{tiny}", "--engine", "abacus"], ["--engine", "abacus"]),
        (["run", "{tiny}", "--set", "networks=[]"], ["networks", "no network"]),
        (["run", "{tiny}", "--set", "networks.RNN.layers.layer1.cell=lstn"], ["cell", "lstn", "did you mean"]),
        (["run", "{tiny}", "--set", "training.goal.steps=0"], ["training.goal", "--steps"]),
        (["run", "{tiny}", "--out", "{tiny}"], ["tiny.experiment.json"]),
        (["run", "{tiny}", "--out", "/proc/none"], ["/proc/none"]),
        (["run", "{tiny}", "--wrong"], ["--wrong"]),
        (["eval", "none"], ["none"]),
        (["eval", "{folder}"], ["{folder}"]),
    ],
)
def test_bad_input_is_one_line_and_two(
    call: Callable, tiny: Path, tmp_path: Path, arguments: list[str], parts: list[str]
) -> None:
    def filled(text: str) -> str:
        return text.replace("{tiny}", str(tiny)).replace("{folder}", str(tmp_path))

    done = call(*map(filled, arguments), *(["--json"] if len(arguments) > 1 else []))
    assert done.code == 2
    assert done.out == ""
    assert done.err.count("\n") == 1 and done.err.startswith("rnn-playground: ")
    for part in parts:
        assert filled(part) in done.err


def test_eval_of_too_many_sequences(call: Callable, tiny: Path) -> None:
    call("run", tiny, "--out", "mine")
    done = call("eval", "mine", "--sequences", 0)
    assert done.code == 2 and "--sequences" in done.err


def test_a_folder_with_a_run_is_not_written_over(call: Callable, tiny: Path) -> None:
    call("run", tiny, "--out", "mine")
    before = Path("mine/summary.json").read_bytes()
    done = call("run", tiny, "--out", "mine")
    assert done.code == 2 and "mine" in done.err
    assert Path("mine/summary.json").read_bytes() == before


def test_training_that_explodes_is_told_and_kept(call: Callable, tiny: Path) -> None:
    done = call(
        "run", tiny, "--out", "mine", "--set", "training.optimizer.kind=sgd", "training.optimizer.learning_rate=1e30",
        "training.clip_norm=0", "training.goal.steps=100",
    )  # fmt: skip
    assert done.code == 2
    assert "not finite" in done.err and "mine" in done.err
    assert Path("mine/metrics.csv").exists()


def test_names_of_run_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert free_folder(Experiment(name="Ä B/../c")) == Path("runs/b-c-seed7")
    assert free_folder(Experiment(name="")) == Path("runs/run-seed7")
    Path("runs/run-seed7").mkdir(parents=True)
    assert free_folder(Experiment(name="")) == Path("runs/run-seed7-2")
