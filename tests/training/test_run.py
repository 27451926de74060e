"""Contestants on the same batches; the same bits whatever happens in between."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.errors import BadInput
from playground.experiment.document import Experiment
from playground.network.spec import Goal, Layer, Net, Optimizer, Schedule, Training
from playground.tasks.base import Batch
from playground.tasks.spec import Adding, DelayedRecall, Sines, Text
from playground.training.resuming import resume, save
from playground.training.run import Run, match
from playground.training.state import state_arrays, weights
from playground.training.trainer import windows

replace = msgspec.structs.replace


def losses(run: Run, steps: int) -> list[list[float]]:
    return [[result.loss for result in run.step_once()] for _ in range(steps)]


def same_state(one: Run, other: Run) -> bool:
    for a, b in zip(one.trainers, other.trainers, strict=True):
        first, second = state_arrays(a), state_arrays(b)
        assert first.keys() == second.keys()
        if not all(np.array_equal(first[name], second[name]) for name in first):
            return False
    return True


@pytest.fixture
def text(tmp_path: Path) -> Text:
    words = "the king rules and the queen rules too and both of them sleep at night in a castle by the sea "
    (tmp_path / "words.txt").write_text("".join(words[i:] + words[:i] for i in range(0, 60, 3)))
    return Text(file=str(tmp_path / "words.txt"), length=8)


def test_a_run_repeats_itself(experiment: Experiment) -> None:
    one, other = Run(experiment), Run(experiment)
    assert losses(one, 12) == losses(other, 12)
    assert same_state(one, other)
    assert one.test() == other.test()


def test_another_seed_is_another_run(experiment: Experiment) -> None:
    assert losses(Run(experiment), 2) != losses(Run(replace(experiment, seed=8)), 2)


def test_contestants_see_the_same_batches(experiment: Experiment) -> None:
    twins = tuple(Net(name, (Layer("layer1", "lstm", 4),)) for name in ("A", "B"))
    race = losses(Run(replace(experiment, networks=twins)), 8)
    alone = losses(Run(replace(experiment, networks=twins[:1])), 8)
    assert all(a == b for a, b in race)
    assert [a for a, _ in race] == [a for (a,) in alone]


def test_reset_brings_back_the_very_same_run(experiment: Experiment) -> None:
    run = Run(experiment)
    before = weights(run.trainers[1])
    first = losses(run, 6)
    run.reset()
    assert (run.step, run.sequences, run.seconds) == (0, 0, 0.0)
    assert all(np.array_equal(before[name], array) for name, array in weights(run.trainers[1]).items())
    assert losses(run, 6) == first


@pytest.mark.parametrize("kind", ["sgd", "momentum", "rmsprop", "adam", "adamw"])
@pytest.mark.parametrize("truncate", [0, 4])
def test_checkpoint_and_resume_change_no_bit(experiment, changed, tmp_path: Path, kind: str, truncate: int) -> None:
    schedule = Schedule("cosine", every=20, warmup=3)
    experiment = changed(experiment, optimizer=Optimizer(kind, 0.01), truncate=truncate, schedule=schedule)
    whole = Run(experiment)
    expected = losses(whole, 12)
    run = Run(experiment)
    losses(run, 5)
    save(run, tmp_path / "five.safetensors")
    again, curves = resume(tmp_path / "five.safetensors")
    assert (again.step, again.sequences, curves.steps.size) == (5, 20, 0)
    assert losses(again, 7) == expected[5:]
    assert same_state(again, whole)


@pytest.mark.parametrize("truncate", [0, 3])
def test_a_stream_goes_on_after_resume(experiment, changed, text: Text, tmp_path: Path, truncate: int) -> None:
    experiment = changed(replace(experiment, task=text), truncate=truncate, precision="float64")
    whole = Run(experiment)
    expected = losses(whole, 9)
    run = Run(experiment)
    losses(run, 4)
    assert run.trainers[1].carried is not None
    save(run, tmp_path / "four.safetensors")
    again, _ = resume(tmp_path / "four.safetensors")
    assert losses(again, 5) == expected[4:]
    assert same_state(again, whole)


def test_windows_along_a_stream_are_the_batches_of_a_shorter_stream(experiment, changed, text: Text) -> None:
    """Truncated BPTT over windows of 4 of batches of 8 takes the same updates as batches of 4, state carried."""
    long = Run(changed(replace(experiment, task=text), truncate=4))
    short = Run(replace(experiment, task=replace(text, length=4)))
    means = np.array(losses(long, 5))
    parts = np.array(losses(short, 10))
    assert np.array_equal(means, (parts[0::2] + parts[1::2]) / 2)
    for a, b in zip(long.trainers, short.trainers, strict=True):
        assert np.array_equal(a.network.parameters.values, b.network.parameters.values)


def test_a_window_without_a_target_makes_no_update(experiment, changed) -> None:
    run = Run(changed(experiment, truncate=4, optimizer=Optimizer("sgd")))
    counts = []
    for trainer in run.trainers:
        trainer.optimizer.step = lambda rate, step=trainer.optimizer.step: (counts.append(rate), step(rate))
    run.step_once()
    assert len(counts) == 2  # windows of 4, 4 and 3 steps; the answer is asked in the last one


@given(st.integers(1, 9), st.integers(0, 12))
def test_windows_cover_the_batch(T: int, length: int) -> None:
    batch = Batch(np.arange(T * 2.0).reshape(T, 2, 1), np.zeros((T, 2, 1)), np.ones((T, 2)))
    parts = windows(batch, length)
    assert np.array_equal(np.concatenate([part.inputs for part in parts]), batch.inputs)
    assert all(len(part.inputs) <= (length or T) for part in parts)


def test_settings_change_while_it_runs(experiment: Experiment, changed) -> None:
    run = Run(experiment)
    losses(run, 5)
    state = [state_arrays(trainer) for trainer in run.trainers]
    networks = [trainer.network for trainer in run.trainers]
    assert run.update(changed(experiment, optimizer__learning_rate=0.5, batch=7, clip_norm=0.1))
    assert not run.last_update.rebuilt
    assert [trainer.network for trainer in run.trainers] == networks
    for trainer, before in zip(run.trainers, state, strict=True):
        assert all(np.array_equal(before[name], array) for name, array in state_arrays(trainer).items())
    results = run.step_once()
    assert [result.learning_rate for result in results] == [0.5, 0.5]
    assert (run.step, run.sequences) == (6, 5 * 4 + 7)


def test_another_optimizer_keeps_the_weights(experiment: Experiment, changed) -> None:
    run = Run(experiment)
    losses(run, 3)
    before = weights(run.trainers[0])
    assert run.update(changed(experiment, optimizer=Optimizer("rmsprop", 0.01)))
    assert all(np.array_equal(before[name], array) for name, array in weights(run.trainers[0]).items())
    assert np.isfinite(losses(run, 2)).all()


CELLS = st.sampled_from(["rnn", "lstm", "gru"])
LAYERS = st.lists(st.tuples(CELLS, st.integers(2, 4)), min_size=1, max_size=3)


@given(LAYERS, LAYERS)
def test_an_update_keeps_every_weight_of_the_same_name_and_shape(old: list, new: list) -> None:
    def document(layers: list) -> Experiment:
        made = tuple(Layer(f"layer{i + 1}", cell, units) for i, (cell, units) in enumerate(layers))
        task = DelayedRecall(lag=3, test_sequences=4)
        return Experiment(task=task, networks=(Net("A", made),), training=Training(batch=2, goal=Goal(steps=9)))

    run = Run(document(old))
    losses(run, 2)
    before, memory = weights(run.trainers[0]), state_arrays(run.trainers[0])
    goes_on = run.update(document(new))
    after = weights(run.trainers[0])
    fresh = weights(Run(document(new)).trainers[0])
    if goes_on:
        assert run.step == 2
        same = {name for name in after if name in before and before[name].shape == after[name].shape}
        assert all(np.array_equal(after[name], (before if name in same else fresh)[name]) for name in after)
        now = state_arrays(run.trainers[0])
        assert all(np.array_equal(now[f"optimizer/mean/{n}"], memory[f"optimizer/mean/{n}"]) for n in same)
    else:
        assert old[0] != new[0] and run.step == 0
        assert all(np.array_equal(after[name], fresh[name]) for name in after)
    assert np.isfinite(losses(run, 1)).all()


def test_a_contestant_joins_another_leaves_and_one_is_renamed(experiment: Experiment) -> None:
    run = Run(experiment)
    losses(run, 3)
    before = weights(run.trainers[1])
    networks = (replace(experiment.networks[1], name="Cleverer"), Net("GRU", (Layer("layer1", "gru", 3),)))
    assert run.update(replace(experiment, networks=networks))
    assert run.last_update.sources == (1, -1) and run.last_update.rebuilt
    assert run.names == ("Cleverer", "GRU")
    assert all(np.array_equal(before[name], array) for name, array in weights(run.trainers[0]).items())
    assert run.step == 3 and len(run.step_once()) == 2
    assert [net.name for net in run.traces().networks] == ["Cleverer", "GRU"]


def test_networks_are_matched_by_name_then_by_layers() -> None:
    a, b = Net("A", (Layer("layer1", "rnn"),)), Net("B", (Layer("layer1", "lstm"),))
    assert match((a, b), (b, a)) == (1, 0)
    assert match((a, b), (replace(b, name="C"), a)) == (1, 0)
    assert match((a,), (b,)) == (-1,)
    assert match((a,), (replace(a, name="C"), a)) == (-1, 0)


def test_a_task_of_the_same_sizes_keeps_the_weights(experiment: Experiment) -> None:
    run = Run(experiment)
    losses(run, 3)
    before = weights(run.trainers[1])
    assert run.update(replace(experiment, task=DelayedRecall(lag=6, test_sequences=5)))
    assert all(np.array_equal(before[name], array) for name, array in weights(run.trainers[1]).items())
    assert run.probe.batch.inputs.shape[0] == 7 and run.step == 3
    assert run.update(replace(experiment, task=Adding(length=12, test_sequences=5)))
    assert np.isfinite(losses(run, 1)).all()


def test_a_task_of_another_size_keeps_what_fits(experiment: Experiment) -> None:
    run = Run(experiment)
    losses(run, 3)
    run.update(replace(experiment, task=Sines(length=12, test_sequences=5)))
    assert run.facts.inputs == 1 and np.isfinite(losses(run, 1)).all()


def test_another_seed_begins_again(experiment: Experiment) -> None:
    run = Run(experiment)
    losses(run, 3)
    other = replace(experiment, seed=99)
    assert not run.update(other)
    assert run.step == 0 and losses(run, 3) == losses(Run(other), 3)


@pytest.mark.parametrize(
    ("networks", "place"),
    [
        ((), "networks"),
        ((Net("A", (Layer("layer1", "rnn"),)), Net("A", (Layer("layer1", "lstm"),))), "networks"),
        ((Net("A", (Layer("layer1", "no_such_cell"),)),), "networks.A.layers.layer1.cell"),
        ((Net("A", ()),), "networks.A"),
    ],
)
def test_a_document_that_cannot_be_trained_changes_nothing(experiment, networks: tuple, place: str) -> None:
    run = Run(experiment)
    losses(run, 2)
    twin = Run(experiment)
    losses(twin, 2)
    with pytest.raises(BadInput) as caught:
        run.update(replace(experiment, networks=networks))
    assert caught.value.place == place
    assert losses(run, 2) == losses(twin, 2)
    with pytest.raises(BadInput):
        Run(replace(experiment, networks=networks))


def test_goals(experiment: Experiment, changed) -> None:
    run = Run(changed(experiment, goal__steps=3))
    assert run.goal_reached() is None
    losses(run, 3)
    assert run.goal_reached() == "goal: 3 steps"
    assert run.goal_reached(after_step=3) is None
    run.update(changed(experiment, goal=Goal(steps=0, seconds=1e-9)))
    assert run.goal_reached() == "goal: 1e-09 seconds"
    run.update(changed(experiment, goal=Goal(steps=0, loss=100.0)))
    assert run.goal_reached() is None
    run.test()
    assert run.goal_reached() == "goal: test loss 100"
    run.update(changed(experiment, goal=Goal(steps=0, loss=1e-9)))
    assert run.goal_reached() is None


def test_traces_show_the_probe(experiment: Experiment) -> None:
    run = Run(experiment)
    losses(run, 2)
    before = [weights(trainer) for trainer in run.trainers]
    traces = run.traces()
    assert traces.step == 2 and traces.inputs.shape == (11, 2) and traces.targets.shape == (11, 1)
    assert np.isnan(traces.targets[:-1]).all() and traces.targets[-1, 0] in (0, 1)
    assert traces.networks[1].nodes["layer1/forget"].shape == (11, 4)
    for trainer, old in zip(run.trainers, before, strict=True):
        assert all(np.array_equal(old[name], array) for name, array in weights(trainer).items())


def test_class_targets_are_one_column(experiment: Experiment, text: Text) -> None:
    traces = Run(replace(experiment, task=text)).traces()
    assert traces.targets.shape == (len(traces.inputs), 1)
