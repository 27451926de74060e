"""Runs without a window, and the folders they leave."""

import getpass
import json
import os
import platform
import signal
from pathlib import Path

import msgspec
import numpy as np
import pytest

from playground.engine import choose
from playground.errors import BadInput
from playground.experiment.document import Experiment
from playground.experiment.files import load
from playground.network.spec import Goal
from playground.tasks.spec import Text
from playground.training.runfolder import Report, go_on, load_run, train
from playground.training.state import weights

replace = msgspec.structs.replace


def test_the_folder_of_a_run(experiment: Experiment, tmp_path: Path) -> None:
    summary = train(experiment, tmp_path / "run")
    names = sorted(path.name for path in (tmp_path / "run").iterdir())
    expected = ["checkpoints", "experiment.experiment.json", "metrics.csv", "summary.json", "weights.safetensors"]
    assert names == expected
    checkpoints = [path.name for path in sorted((tmp_path / "run" / "checkpoints").iterdir())]
    assert checkpoints == ["step-000000020.safetensors", "step-000000040.safetensors"]
    assert load(tmp_path / "run" / "experiment.experiment.json") == experiment
    assert json.loads((tmp_path / "run" / "summary.json").read_text()) == summary | {"out": "."}


def test_the_summary(experiment: Experiment, tmp_path: Path) -> None:
    summary = train(experiment, tmp_path / "run", steps=15)
    expected = ["experiment", "task", "seed", "engine", "steps", "sequences", "seconds", "networks", "baselines", "out"]
    assert list(summary)[:10] == expected
    assert summary["experiment"] == "Small" and summary["task"] == "delayed_recall" and summary["seed"] == 7
    assert summary["engine"] == choose().name and summary["steps"] == 15 and summary["sequences"] == 60
    assert summary["stopped"] == "goal: 15 steps" and summary["out"] == str(tmp_path / "run")
    rnn, lstm = summary["networks"]
    assert (rnn["name"], rnn["cell"], rnn["parameters"]) == ("RNN", "rnn", 5 * (2 + 5 + 1) + 6)
    assert (lstm["name"], lstm["cell"], lstm["parameters"]) == ("LSTM", "lstm", 4 * 4 * (2 + 4 + 1) + 5)
    assert set(rnn["loss"]) == {"train", "test"} and 0 <= rnn["metrics"]["accuracy"] <= 1
    assert summary["baselines"] == {"guessing": 0.5}


def test_nobody_can_tell_whose_machine_it_was(experiment: Experiment, tmp_path: Path) -> None:
    train(experiment, tmp_path / "run", steps=2)
    text = (tmp_path / "run" / "summary.json").read_text()
    assert str(tmp_path) not in text and str(Path.home()) not in text
    assert platform.node() not in text or len(platform.node()) < 4
    assert f'"{getpass.getuser()}"' not in text


def test_metrics_are_the_same_bits_twice(experiment: Experiment, tmp_path: Path) -> None:
    for name in ("one", "two"):
        train(experiment, tmp_path / name)
    assert (tmp_path / "one" / "metrics.csv").read_bytes() == (tmp_path / "two" / "metrics.csv").read_bytes()


def test_metrics_are_the_same_bits_across_a_resume(experiment: Experiment, tmp_path: Path) -> None:
    train(experiment, tmp_path / "whole", steps=40)
    train(experiment, tmp_path / "parts", steps=23)
    summary = go_on(tmp_path / "parts", steps=40)
    assert summary["steps"] == 40 and summary["sequences"] == 160
    for name in ("metrics.csv", "experiment.experiment.json"):
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "parts" / name).read_bytes()
    one, other = (load_run(tmp_path / name)[1] for name in ("whole", "parts"))
    for a, b in zip(one.trainers, other.trainers, strict=True):
        assert np.array_equal(a.network.parameters.values, b.network.parameters.values)


def test_a_run_can_be_loaded(experiment: Experiment, tmp_path: Path) -> None:
    summary = train(experiment, tmp_path / "run")
    document, run, curves, again = load_run(tmp_path / "run")
    assert document == experiment and run.step == 40 and again == summary | {"out": "."}
    assert curves.steps.tolist() == list(range(1, 41)) and curves.test_steps.tolist() == [0, 10, 20, 30, 40]
    assert [loss["loss"]["test"] for loss in summary["networks"]] == list(run.test().losses)


def test_without_a_folder_nothing_is_written(experiment: Experiment, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert train(experiment, steps=3)["out"] is None
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_something_in_it_is_left_alone(experiment: Experiment, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(BadInput, match="exists already"):
        train(experiment, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_place_that_cannot_be_written_to(experiment: Experiment, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="cannot be written"):
        train(experiment, tmp_path / "file" / "run")


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="needs a folder that even root cannot write to")
def test_a_read_only_folder(experiment: Experiment) -> None:
    with pytest.raises(BadInput, match="cannot be written"):
        train(experiment, Path("/proc/run"))


def test_a_bad_document_leaves_no_folder(experiment: Experiment, tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        train(replace(experiment, networks=()), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_goals_can_be_given(experiment: Experiment, changed) -> None:
    assert train(experiment, seconds=0.02)["stopped"] in ("goal: 0.02 seconds", "goal: 40 steps")
    endless = changed(experiment, goal=Goal(steps=0))
    with pytest.raises(BadInput, match="never to stop"):
        train(endless)
    assert train(endless, steps=2)["steps"] == 2
    for wrong in (0, -1):
        with pytest.raises(BadInput, match="--steps"):
            train(endless, steps=wrong)
    with pytest.raises(BadInput, match="--seconds"):
        train(endless, seconds=float("nan"))


def test_a_loss_goal_ends_the_run_at_a_test(experiment: Experiment, changed) -> None:
    assert train(changed(experiment, goal=Goal(steps=500, loss=10.0)))["steps"] == 0
    summary = train(changed(experiment, goal=Goal(steps=2000, loss=0.3)))
    assert summary["stopped"] == "goal: test loss 0.3" and summary["steps"] % 10 == 0
    assert all(net["loss"]["test"] <= 0.3 for net in summary["networks"])


def test_progress_is_reported(experiment: Experiment) -> None:
    reports: list[Report] = []
    train(experiment, progress=reports.append)
    assert reports[0].step == 0 and reports[-1].step == 40
    assert reports[-1].steps == 40 and len(reports[-1].losses) == 2 and reports[-1].names == ("RNN", "LSTM")


def test_ctrl_c_writes_what_there_is(experiment: Experiment, tmp_path: Path) -> None:
    def press(report: Report) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    summary = train(experiment, tmp_path / "run", steps=1000, progress=press)
    assert signal.getsignal(signal.SIGINT) is before
    assert summary["stopped"] == "interrupted" and summary["steps"] < 1000
    assert load_run(tmp_path / "run")[1].step == summary["steps"]


def test_an_impatient_ctrl_c_writes_what_there_is(experiment: Experiment, tmp_path: Path) -> None:
    def interrupt(report: Report) -> None:
        raise KeyboardInterrupt

    assert train(experiment, tmp_path / "run", progress=interrupt)["stopped"] == "interrupted"
    assert load_run(tmp_path / "run")[1].step == 0


def test_data_beside_the_experiment_is_found_from_the_run(experiment: Experiment, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "words.txt").write_text("the king and the queen " * 40)
    mine = replace(experiment, task=Text(file="data/words.txt", length=6))
    train(mine, tmp_path / "runs" / "one", steps=4, folder=tmp_path)
    document, run, _, _ = load_run(tmp_path / "runs" / "one")
    assert document.task.file == "../../data/words.txt"
    before = weights(run.trainers[0])
    assert go_on(tmp_path / "runs" / "one", steps=6)["steps"] == 6
    assert not np.array_equal(
        before["readout.weight"], weights(load_run(tmp_path / "runs" / "one")[1].trainers[0])["readout.weight"]
    )


@pytest.mark.parametrize("name", ["experiment.experiment.json", "weights.safetensors", "metrics.csv", "summary.json"])
def test_a_folder_that_is_not_whole(experiment: Experiment, tmp_path: Path, name: str) -> None:
    train(experiment, tmp_path / "run", steps=1)
    (tmp_path / "run" / name).unlink()
    with pytest.raises(BadInput, match="run"):
        load_run(tmp_path / "run")


def test_nothing_to_go_on_from(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no checkpoint"):
        go_on(tmp_path)
