"""Experiments 6a and 6b of Hochreiter and Schmidhuber (1997)."""

import numpy as np
import pytest

from playground.tasks import build_task
from playground.tasks.random import stream
from playground.tasks.spec import TemporalOrder
from playground.tasks.temporal_order import SYMBOLS


@pytest.mark.parametrize("marks", [2, 3])
@pytest.mark.parametrize("length", [20, 50, 100])
def test_sequences_are_those_of_the_paper(marks: int, length: int) -> None:
    task = build_task(TemporalOrder(length=length, marks=marks))
    batch = task.sample(stream(1, "train", 0), 200, 0)
    T = length + length // 10
    assert batch.inputs.shape == (T, 200, 8) and task.facts.length == T
    seen = set()
    for k in range(200):
        rows = batch.inputs[:, k]
        begin = int(rows.sum(axis=1).argmax())
        assert not rows[:begin].any() and (rows[begin:].sum(axis=1) == 1).all()
        text = "".join(SYMBOLS[i] for i in rows[begin:].argmax(axis=1))
        seen.add(len(text))
        assert text[0] == "E" and text[-1] == "B" and text.count("E") == text.count("B") == 1
        order = "".join(letter for letter in text if letter in "XY")
        assert len(order) == marks and order == task.facts.output_names[batch.targets[-1, k]]
        assert 0.1 * length - 1 <= text.find(order[0]) <= 0.2 * length + 1
    assert min(seen) == length and max(seen) == T
    assert set(np.unique(batch.targets[-1])) == set(range(2**marks))
    assert batch.mask[-1].all() and not batch.mask[:-1].any()


def test_scores() -> None:
    task = build_task(TemporalOrder(length=20))
    batch = task.test(stream(1, "test"))
    right = np.zeros((22, 1000, 4))
    right[-1, np.arange(1000), batch.targets[-1]] = 5.0
    assert task.metrics(right, batch) == {"accuracy": 1.0}
    assert task.metrics(np.roll(right, 1, axis=2), batch) == {"accuracy": 0.0}
    assert task.facts.chance == 0.25
