"""The targets that belong to inputs which a person changed."""

import numpy as np
import pytest

from playground.errors import BadInput
from playground.network.changes import Point, ProbeEdit
from playground.network.probe import can_type, edited, text_of
from playground.tasks import build_task
from playground.tasks.base import Batch, Task
from playground.tasks.spec import Adding, AnyTask, DelayedRecall, Sines, Table, TemporalOrder, Text

TASKS = (DelayedRecall(lag=9), Adding(length=12), Adding(length=12, scaled=False), TemporalOrder(length=20),
         TemporalOrder(length=20, marks=3), Sines(length=20, horizon=3), Table(), Text())  # fmt: skip


def probe_of(spec: AnyTask) -> tuple[Task, Batch]:
    task = build_task(spec)
    return task, task.probe(np.random.default_rng(4)).batch


@pytest.mark.parametrize("spec", TASKS, ids=lambda spec: type(spec).__name__)
def test_inputs_that_nobody_changed_have_the_answers_they_had(spec: AnyTask) -> None:
    task, _ = probe_of(spec)
    batch = task.sample(np.random.default_rng(1), 6, 0)
    answered = task.answer(batch)
    assert np.allclose(answered.targets, batch.targets, atol=1e-12) and np.array_equal(answered.mask, batch.mask)
    assert answered.targets.dtype == batch.targets.dtype


def change(spec: AnyTask, *points: Point, text: str = "") -> tuple[Batch, Batch]:
    task = build_task(spec)
    probe = task.probe(np.random.default_rng(4))
    return probe.batch, edited(task, probe, ProbeEdit("probe", points=points, text=text)).batch


def test_another_cue_is_another_answer_and_noise_is_none() -> None:
    before, after = change(DelayedRecall(lag=9), Point(0, 0, -3.0), Point(4, 0, 2.5))
    assert after.inputs[0, 0, 0] == -3.0 and after.inputs[4, 0, 0] == 2.5 and after.targets[-1, 0, 0] == 0
    assert (after.inputs != before.inputs).sum() <= 2
    assert change(DelayedRecall(lag=9), Point(0, 0, 0.5))[1].targets[-1, 0, 0] == 1


def test_the_sum_of_what_is_marked() -> None:
    _, batch = probe_of(Adding(length=12))
    values, marks = batch.inputs[:, 0, 0], batch.inputs[:, 0, 1]
    first = int(np.flatnonzero(marks)[0])
    _, after = change(Adding(length=12), Point(first, 0, 0.9))
    assert after.targets[-1, 0, 0] == pytest.approx(0.5 + (0.9 + values[marks > 0][1]) / 4)


def test_another_symbol_in_place_of_the_one_that_was_there() -> None:
    spec = TemporalOrder(length=20)
    _, batch = probe_of(spec)
    marks = np.flatnonzero(batch.inputs[:, 0, 2:4].any(axis=1))
    _, after = change(spec, *(Point(int(t), 3, 1.0) for t in marks))
    assert after.targets[-1, 0] == 3 and (after.inputs[:, 0].sum(axis=1) <= 1).all()
    _, after = change(spec, *(Point(int(t), 4, 1.0) for t in marks))  # no X and no Y: nobody can tell
    assert after.targets[-1, 0] == batch.targets[-1, 0]


def test_a_wave_that_is_bent_is_what_was_to_be_predicted() -> None:
    _, after = change(Sines(length=20, horizon=3), Point(12, 0, 5.0))
    assert after.targets[9, 0, 0] == 5.0 and after.inputs[12, 0, 0] == 5.0


def test_a_text_is_typed_and_every_next_character_is_the_answer() -> None:
    task, batch = probe_of(Text())
    symbols = task.facts.symbols
    text = "".join(symbols[i] for i in (3, 1, 4, 1, 5))
    _, after = change(Text(), text=text)
    assert after.inputs.shape == (5, 1, len(symbols)) and list(after.mask[:, 0]) == [1, 1, 1, 1, 0]
    assert list(after.targets[:4, 0]) == [1, 4, 1, 5]
    probe = task.probe(np.random.default_rng(4))
    assert can_type(task.facts) and text_of(task.facts, probe).startswith(symbols[batch.inputs[0, 0].argmax()])
    for wrong, said in (("☃☃", "has no"), (text[:1], "no sequence")):
        with pytest.raises(BadInput, match=said):
            change(Text(), text=wrong)
    assert not can_type(build_task(TemporalOrder(length=20)).facts) and not can_type(build_task(Sines()).facts)


def test_points_beyond_the_end_are_passed_over() -> None:
    before, after = change(DelayedRecall(lag=9), Point(50, 0, 1.0), Point(0, 7, 1.0))
    assert np.array_equal(before.inputs, after.inputs)
