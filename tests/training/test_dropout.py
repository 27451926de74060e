"""What dropout leaves out depends on the seed, the step and the window, and on nothing else."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

from playground.experiment.document import Experiment
from playground.network.spec import Layer, Net
from playground.tasks.spec import Text
from playground.training import messages
from playground.training.resuming import resume, save
from playground.training.run import Run
from playground.training.state import state_arrays

replace = msgspec.structs.replace
NETS = (
    Net("Both", (Layer("layer1", "lstm", 4, dropout=0.4), Layer("layer2", "gru", 4, dropout=0.2, residual=True))),
    Net("Two ways", (Layer("layer1", "rnn", 3, bidirectional=True, dropout=0.5),)),
)


@pytest.fixture
def dropping(experiment: Experiment) -> Experiment:
    return replace(experiment, networks=NETS)


@pytest.fixture
def words(tmp_path: Path) -> Text:
    text = "the king rules and the queen rules too and both of them sleep at night in a castle by the sea "
    (tmp_path / "words.txt").write_text("".join(text[i:] + text[:i] for i in range(0, 60, 3)))
    return Text(file=str(tmp_path / "words.txt"), length=8)


def losses(run: Run, steps: int) -> list[list[float]]:
    return [[result.loss for result in run.step_once()] for _ in range(steps)]


def same_state(one: Run, other: Run) -> bool:
    pairs = [(state_arrays(a), state_arrays(b)) for a, b in zip(one.trainers, other.trainers, strict=True)]
    return all(a.keys() == b.keys() and all(np.array_equal(a[name], b[name]) for name in a) for a, b in pairs)


def test_it_does_leave_something_out(dropping: Experiment) -> None:
    nets = tuple(
        replace(net, layers=tuple(replace(layer, dropout=0.0) for layer in net.layers)) for net in dropping.networks
    )
    without, run = losses(Run(replace(dropping, networks=nets)), 3), losses(Run(dropping), 3)
    assert all(a != b for one, other in zip(without, run, strict=True) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("truncate", [0, 3])
@pytest.mark.parametrize("stream", [False, True])
def test_checkpoint_and_resume_change_no_bit(dropping, changed, words, tmp_path, truncate: int, stream: bool) -> None:
    experiment = changed(replace(dropping, task=words) if stream else dropping, truncate=truncate)
    whole = Run(experiment)
    expected = losses(whole, 9)
    run = Run(experiment)
    losses(run, 4)
    save(run, tmp_path / "four.safetensors")
    again, _ = resume(tmp_path / "four.safetensors")
    assert losses(again, 5) == expected[4:] and same_state(again, whole)


def test_looking_and_testing_in_between_change_no_bit(dropping: Experiment) -> None:
    one, other = Run(dropping), Run(dropping)
    for _ in range(5):
        other.traces()
        first = other.test()
        assert other.test().losses == first.losses  # nothing is left out while testing
        assert losses(one, 1) == losses(other, 1)


def test_reset_and_a_change_of_settings(dropping: Experiment, changed) -> None:
    run = Run(dropping)
    first = losses(run, 4)
    run.reset()
    assert losses(run, 2) == first[:2]
    run.update(changed(dropping, test_every=3))
    assert losses(run, 2) == first[2:]


def test_a_contestant_beside_it_changes_nothing(dropping: Experiment) -> None:
    alone = Run(replace(dropping, networks=NETS[:1]))
    race = Run(dropping)
    assert [row[:1] for row in losses(race, 3)] == losses(alone, 3)
    alone.update(dropping)  # one joins later
    both = losses(alone, 2)
    assert [row[0] for row in both] == [row[0] for row in losses(race, 2)]


def test_pause_and_play_in_a_worker(talk, dropping: Experiment, tmp_path: Path) -> None:
    talk.begin(dropping, checkpoints=str(tmp_path))
    for steps in (1, 2, 4):
        talk.train(steps)
    written = talk.until(messages.CheckpointWritten, lambda event: event.step == 7)
    talk.begin(dropping, run=2, checkpoint=written.path)
    talk.forget()
    talk.train(5, run=2)
    found = [row for event in talk.of(messages.Scalars) for row in zip(*event.losses, strict=True)]
    bare = Run(dropping)
    losses(bare, 7)
    assert [list(row) for row in found] == losses(bare, 5)
