"""Checkpoints are whole or refused with a sentence."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save_file

from playground.errors import BadInput
from playground.experiment.document import Experiment
from playground.network.spec import Layer, Net
from playground.training.checkpoint import Checkpoint, Progress, read, write
from playground.training.curves import Curves
from playground.training.messages import Scalars
from playground.training.resuming import load_weights, resume, save
from playground.training.run import Run
from playground.training.state import state_arrays

replace = msgspec.structs.replace


@pytest.fixture
def saved(experiment: Experiment, tmp_path: Path) -> Path:
    run = Run(experiment)
    run.step_once()
    curves = Curves(run.names)
    curves.append_scalars(Scalars(1, [1], [[0.1], [0.2]], [[1.0], [2.0]], 0.1, 0.5, 4))
    save(run, tmp_path / "new folder" / "one.safetensors", curves)
    return tmp_path / "new folder" / "one.safetensors"


def test_everything_comes_back(saved: Path, experiment: Experiment) -> None:
    run, curves = resume(saved)
    assert run.experiment == experiment and run.step == 1 and run.sequences == 4 and run.seconds > 0
    assert curves.losses.tolist() == [[0.1], [0.2]] and curves.names == ("RNN", "LSTM")
    assert list(saved.parent.iterdir()) == [saved]  # nothing temporary stays


def test_parameters_can_be_read_by_name_with_any_safetensors_reader(saved: Path) -> None:
    with safe_open(saved, framework="numpy") as file:
        weight = file.get_tensor("weights/LSTM/layer1.forget.weight.x")
    run, _ = resume(saved)
    assert np.array_equal(weight, run.trainers[1].network.parameters.view("layer1.forget.weight.x"))


@pytest.mark.parametrize("names", [("A", "A/layer1"), ("α β", "%2F"), ("x/y/z", "x%2Fy")])
def test_any_name_of_a_network_will_do(experiment: Experiment, tmp_path: Path, names: tuple[str, str]) -> None:
    networks = tuple(Net(name, (Layer("layer1", "rnn", 2 + i),)) for i, name in enumerate(names))
    run = Run(replace(experiment, networks=networks))
    run.step_once()
    save(run, tmp_path / "a.safetensors")
    again, _ = resume(tmp_path / "a.safetensors")
    for one, other in zip(run.trainers, again.trainers, strict=True):
        first, second = state_arrays(one), state_arrays(other)
        assert all(np.array_equal(first[name], second[name]) for name in first)


def test_files_that_are_no_checkpoints(tmp_path: Path, saved: Path) -> None:
    path = tmp_path / "bad.safetensors"
    whole = saved.read_bytes()
    for data in (b"", b"not at all", b"\x80\x04pickle.", whole[:100], whole[:-5], b"\xff" * 500):
        path.write_bytes(data)
        with pytest.raises(BadInput) as caught:
            read(path)
        assert str(path) in str(caught.value)
    save_file({"weights/A/x": np.ones(2)}, path)
    with pytest.raises(BadInput, match="not a checkpoint of this program"):
        read(path)
    with pytest.raises(BadInput, match="does not exist"):
        read(tmp_path / "none.safetensors")
    with pytest.raises(BadInput):
        read(tmp_path)


def test_values_that_are_not_finite_are_refused(saved: Path) -> None:
    found = read(saved)
    found.arrays["weights/RNN/readout.bias"][0] = np.nan
    write(saved, found)
    with pytest.raises(BadInput, match=r"weights/RNN/readout\.bias holds a value that is not finite"):
        resume(saved)


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda arrays: arrays.pop("weights/RNN/readout.bias"), r"network RNN has no readout\.bias"),
        (lambda arrays: arrays.update({"weights/RNN/extra": np.ones(1)}), "extra, which network RNN has not"),
        (lambda arrays: arrays.update({"weights/RNN/readout.bias": np.ones(3)}), r"is \[3\] in it, not \[1\]"),
        (lambda arrays: arrays.update({"curves/losses": np.ones((2, 5))}), "its curves are damaged"),
        (lambda arrays: arrays.update({"carried/RNN/rows": np.array([4])}), "carried state of network RNN is damaged"),
    ],
)
def test_what_does_not_fit_is_named(saved: Path, damage, sentence: str) -> None:
    found = read(saved)
    damage(found.arrays)
    write(saved, found)
    with pytest.raises(BadInput, match=sentence):
        resume(saved)


def test_other_contestants_are_named(saved: Path, experiment: Experiment) -> None:
    with pytest.raises(BadInput, match="it holds RNN and LSTM, the experiment has LSTM"):
        load_weights(Run(replace(experiment, networks=experiment.networks[1:])), saved)


def test_a_broken_header(tmp_path: Path, experiment: Experiment) -> None:
    write(tmp_path / "a.safetensors", Checkpoint(experiment, Progress(3)))
    good = (tmp_path / "a.safetensors").read_bytes()
    (tmp_path / "a.safetensors").write_bytes(good.replace(b'\\"step\\":3', b'\\"step\\":-'))
    with pytest.raises(BadInput, match="header"):
        read(tmp_path / "a.safetensors")


def test_a_file_cannot_be_written_where_a_file_is_the_folder(experiment: Experiment, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="cannot be written"):
        save(Run(experiment), tmp_path / "file" / "a.safetensors")
