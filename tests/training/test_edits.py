"""Edits while it runs, in the corners: carried states, memory that is full, a document that moves."""

import multiprocessing
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from playground.cell.edits import Connect, MoveNodes, RenameNode, SetNode
from playground.cell.graph import Place
from playground.cell.library import LIBRARY
from playground.errors import BadInput
from playground.experiment.cell_edits import EditCell
from playground.experiment.document import Experiment
from playground.network.spec import Goal, Layer, Net
from playground.tasks.spec import DelayedRecall, Table, Text
from playground.training import messages
from playground.training.resuming import resume, save
from playground.training.run import Run
from playground.training.state import state_arrays, weights
from playground.training.worker import Worker

replace = msgspec.structs.replace


def losses(run: Run, steps: int) -> list[list[float]]:
    return [[result.loss for result in run.step_once()] for _ in range(steps)]


@pytest.fixture
def stream(experiment: Experiment, tmp_path: Path) -> Experiment:
    """A text, whose states are carried from batch to batch."""
    text = "the king rules and the queen rules too and both of them sleep at night in a castle by the sea "
    (tmp_path / "words.txt").write_text("".join(text[i:] + text[:i] for i in range(0, 60, 3)))
    return replace(experiment, task=Text(file=str(tmp_path / "words.txt"), length=8))


def test_another_batch_size_begins_with_fresh_states(stream: Experiment, changed, tmp_path: Path) -> None:
    run = Run(stream)
    losses(run, 3)
    assert run.trainers[0].carried is not None and run.trainers[0].carried_rows == 4
    twin, _ = resume(saved(run, tmp_path))
    for trainer in twin.trainers:
        trainer.carried = None
    for one in (run, twin):
        one.update(changed(stream, batch=6))
    assert losses(run, 1) == losses(twin, 1)
    assert [trainer.carried_rows for trainer in run.trainers] == [6, 6]
    again, _ = resume(saved(run, tmp_path))
    for one in (run, again):
        one.update(changed(stream, batch=4))
    assert losses(run, 3) == losses(again, 3)


def test_a_size_that_was_tried_but_not_trained_with_changes_no_bit(stream: Experiment, changed) -> None:
    run, twin = Run(stream), Run(stream)
    losses(run, 3), losses(twin, 3)
    run.update(changed(stream, batch=6))
    run.update(stream)
    assert losses(run, 3) == losses(twin, 3)


def test_states_do_not_leak_into_another_sequence(stream: Experiment, tmp_path: Path) -> None:
    run = Run(stream)
    losses(run, 3)
    (tmp_path / "other.txt").write_text((tmp_path / "words.txt").read_text()[::-1])
    run.update(replace(stream, task=replace(stream.task, file=str(tmp_path / "other.txt"))))
    assert all(trainer.carried is None for trainer in run.trainers)
    assert np.isfinite(losses(run, 2)).all()


def saved(run: Run, folder: Path) -> Path:
    save(run, folder / "now.safetensors")
    return folder / "now.safetensors"


def test_relative_files_are_looked_for_where_the_document_moved(experiment: Experiment, tmp_path: Path) -> None:
    rows = "".join(f"{row},{row % 7}\n" for row in range(200))
    (tmp_path / "waves.csv").write_text("time,level\n" + rows)
    run = Run(experiment)
    moved = replace(experiment, task=Table(file="waves.csv"))
    with pytest.raises(BadInput, match=r"waves\.csv"):
        run.update(moved)
    assert run.folder is None
    run.update(moved, tmp_path)
    assert run.folder == tmp_path and np.isfinite(losses(run, 1)).all()
    (tmp_path / "waves.csv").unlink()
    run.update(replace(moved, name="Other"))  # what was read stays
    assert np.isfinite(losses(run, 1)).all()


@pytest.fixture
def worker() -> Iterator[tuple[Worker, Callable[[], list[Any]]]]:
    """The worker's body in this process, and what it has said since the last call."""
    mine, theirs = multiprocessing.Pipe()

    def said() -> list[Any]:
        found = []
        while mine.poll(0):
            found.append(messages.decode_event(mine.recv_bytes()))
        return found

    yield Worker(theirs), said
    mine.close()
    theirs.close()


def obey(worker: Worker, command: messages.Command) -> None:
    worker._guarded(lambda: worker._obey(command))


def test_an_edit_that_needs_more_memory_than_there_is_leaves_the_run_alone(
    worker, experiment, changed, monkeypatch
) -> None:
    body, said = worker
    experiment = changed(experiment, goal=Goal(steps=0))
    obey(body, messages.Start(1, experiment))
    obey(body, messages.Play(1))
    body.at.work()

    def full(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(Run, "_build", full)
    said()
    obey(body, messages.Update(1, replace(experiment, networks=(Net("Big", (Layer("layer1", "lstm", 4000),)),))))
    events = said()
    (failed,) = [event for event in events if isinstance(event, messages.Failed)]
    assert not failed.fatal and "memory" in failed.problem
    assert [event.state for event in events if isinstance(event, messages.StateChanged)] == ["paused"]
    monkeypatch.undo()
    step = body.at.run.step
    obey(body, messages.Play(1, steps=1))
    while body.at.state == "training":
        body.at.work()
    assert body.at.run.step == step + 1


def test_a_start_that_needs_more_memory_than_there_is(worker, experiment, monkeypatch) -> None:
    body, said = worker

    def full(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(Run, "_build", full)
    obey(body, messages.Start(1, experiment))
    (failed,) = said()
    assert failed.fatal and failed.run == 1 and "memory" in failed.problem


def test_a_race_goes_on_through_any_edits(experiment: Experiment) -> None:
    """Contestants come, go, change places and names; those that stay never lose a bit."""
    run, alone = Run(experiment), Run(replace(experiment, networks=experiment.networks[1:]))
    rnn, lstm = experiment.networks
    races = [
        (lstm, rnn), (replace(rnn, name="Plain"), lstm), (lstm,), (lstm, Net("GRU", (Layer("layer1", "gru", 3),))),
        (Net("GRU", (Layer("layer1", "gru", 5),)), lstm),
    ]  # fmt: skip
    for race in races:
        assert run.update(replace(experiment, networks=race))
        losses(run, 2), losses(alone, 2)
    first, second = state_arrays(run.trainers[1]), state_arrays(alone.trainers[0])
    assert run.step == 10 and all(np.array_equal(first[name], second[name]) for name in second)
    assert run.update(replace(experiment, networks=races[-1], task=DelayedRecall(lag=10, test_sequences=5)))


def own_lstm(experiment: Experiment) -> Experiment:
    """The experiment with an LSTM of its own in its second network."""
    cell = replace(LIBRARY["lstm"], name="mine")
    nets = (experiment.networks[0], Net("LSTM", (Layer("layer1", "mine", 4),)))
    return replace(experiment, networks=nets, cells=(cell,))


def edited(experiment: Experiment, edit: Any) -> Experiment:
    return EditCell("LSTM", "layer1", edit).apply(experiment)


def test_a_node_with_a_new_name_keeps_what_it_has_learned(experiment: Experiment) -> None:
    run = Run(own_lstm(experiment))
    twin = Run(run.experiment)
    losses(run, 5), losses(twin, 5)
    assert run.update(edited(run.experiment, RenameNode("forget", "keeper")))
    new, old = weights(run.trainers[1]), weights(twin.trainers[1])
    assert set(new) - set(old) == {"layer1.keeper.bias", "layer1.keeper.weight.x", "layer1.keeper.weight.h_prev"}
    assert all(np.array_equal(new[name], old[name.replace("keeper", "forget")]) for name in new)
    ahead, there = losses(run, 3), losses(twin, 3)
    assert np.allclose(ahead, there, rtol=1e-5), "the optimizer remembers too"
    assert run.update(twin.experiment), "an undo is a renaming as well"
    assert np.allclose(losses(run, 2), losses(twin, 2), rtol=1e-5)


def test_another_gate_leaves_the_weights_of_the_others(experiment: Experiment) -> None:
    run = Run(own_lstm(experiment))
    losses(run, 5)
    before, step = weights(run.trainers[1]), run.step
    assert run.update(edited(run.experiment, Connect("c_prev", "forget", "diagonal")))
    after = weights(run.trainers[1])
    assert set(after) - set(before) == {"layer1.forget.weight.c_prev"} and run.step == step
    assert all(np.array_equal(after[name], before[name]) for name in before)


def test_where_a_node_lies_is_nothing_to_the_training(experiment: Experiment) -> None:
    run = Run(own_lstm(experiment))
    losses(run, 2)
    network = run.trainers[1].network
    for edit in (MoveNodes({"forget": Place(8, 16)}), SetNode("forget", "label", "the gate that forgets")):
        assert run.update(edited(run.experiment, edit))
        assert run.trainers[1].network is network and not run.last_update.rebuilt
