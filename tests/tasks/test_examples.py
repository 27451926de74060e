"""The shipped examples: strictly typed, whole, and about the right task."""

from pathlib import Path

import msgspec
import pytest

from playground.experiment.document import Experiment
from playground.experiment.files import dumps
from playground.tasks import build_task
from playground.tasks.random import stream

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "examples"
KINDS = {
    "delayed-recall": "delayed_recall",
    "vanishing-gradient": "delayed_recall",
    "sunspots": "table",
    "adding": "adding",
    "sines": "sines",
    "king-and-queen": "text",
}


def load(name: str) -> Experiment:
    return msgspec.json.decode((FOLDER / f"{name}.experiment.json").read_bytes(), type=Experiment)


@pytest.mark.parametrize("name", KINDS)
def test_examples_can_be_read_and_built(name: str) -> None:
    experiment = load(name)
    assert experiment.task.__struct_config__.tag == KINDS[name]
    assert experiment.name and len(experiment.about) > 100 and experiment.networks
    task = build_task(experiment.task)
    batch = task.sample(stream(experiment.seed, "train", 0), experiment.training.batch, 0)
    assert batch.inputs.shape == (task.facts.length, experiment.training.batch, task.facts.inputs)


def test_the_first_example_is_a_race_of_two() -> None:
    experiment = load("delayed-recall")
    assert [(net.name, net.layers[0].cell) for net in experiment.networks] == [("RNN", "rnn"), ("LSTM", "lstm")]
    assert {net.layers[0].units for net in experiment.networks} == {16}
    init = experiment.networks[1].layers[0].init
    assert init["forget.bias"].kind == "chrono"
    assert (init["input.bias"].kind, init["input.bias"].of) == ("chrono_opposite", "forget")
    assert init["input.bias"].value == init["forget.bias"].value
    assert "forget bias of 1" in experiment.about and "lag 100" in experiment.name


def test_examples_are_written_for_people_to_read() -> None:
    for name in KINDS:
        text = (FOLDER / f"{name}.experiment.json").read_bytes()
        assert text == dumps(load(name))
