"""Texts as tasks: readers that read on and on, encodings, rare characters."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.errors import BadInput
from playground.tasks import build_task, guess_task
from playground.tasks.random import stream
from playground.tasks.resources import resource_path
from playground.tasks.spec import Text
from playground.tasks.text import OTHER

RNG = stream(0, "test")


def write(folder: Path, data: str | bytes) -> Path:
    path = folder / "own.txt"
    path.write_bytes(data.encode("utf-8") if isinstance(data, str) else data)
    return path


def letters(task: object, codes: np.ndarray) -> str:
    return "".join(task.facts.symbols[code] for code in codes)  # type: ignore[attr-defined]


def test_the_shipped_tale() -> None:
    text = resource_path("king-and-queen.txt").read_text(encoding="ascii")
    task = build_task(Text())
    facts = task.facts
    assert 12_000 <= len(text) <= 20_000
    assert facts.symbols == tuple(sorted(set(text))) and facts.inputs == facts.outputs == len(facts.symbols)
    assert facts.stream and facts.loss == "cross_entropy" and facts.metrics == ("bits_per_symbol", "accuracy")
    tail = text[int(0.9 * len(text)) :]
    assert all(word in tail for word in ("king", "queen", "sir", "madam"))
    test = task.test(RNG)
    read = letters(task, test.inputs.argmax(axis=2).T.reshape(-1))
    assert tail.startswith(read) and len(read) > 0.95 * len(tail)


@given(st.integers(2, 60), st.integers(1, 12), st.integers(0, 300))
def test_readers_go_on_where_they_stopped(length: int, readers: int, step: int) -> None:
    task = build_task(Text(length=length))
    first, second = (task.sample(stream(1, "train", k), readers, k) for k in (step, step + 1))
    assert first.inputs.shape == (length, readers, task.facts.inputs) and (first.inputs.sum(axis=2) == 1).all()
    assert first.targets.dtype == np.int64 and first.targets.shape == (length, readers) and first.mask.all()
    assert np.array_equal(first.targets[:-1], first.inputs.argmax(axis=2)[1:])
    assert np.array_equal(first.targets[-1], second.inputs[0].argmax(axis=1))


def test_readers_start_spread_out_and_read_all_of_the_training_part(tmp_path: Path) -> None:
    text = "".join(chr(ord("a") + i % 26) for i in range(200)) + "Z" * 23
    task = build_task(Text(file=str(write(tmp_path, text)), length=10))
    batches = [task.sample(RNG, 4, step) for step in range(5)]
    read = letters(task, np.concatenate([batch.inputs.argmax(axis=2) for batch in batches]).T.reshape(-1))
    train = text[:200]
    assert read == train
    again = task.sample(RNG, 1, 20)
    assert letters(task, again.inputs.argmax(axis=2)[:, 0]) == train[:10]
    assert "Z" not in read and letters(task, task.test(RNG).targets[:, 0]) == "Z" * 22


def test_scores_of_known_guesses() -> None:
    task = build_task(Text())
    test = task.test(RNG)
    n = task.facts.outputs
    blind = task.metrics(np.zeros((*test.targets.shape, n)), test)
    assert blind["bits_per_symbol"] == pytest.approx(np.log2(n)) == task.facts.chance
    sure = task.metrics(40.0 * np.eye(n)[test.targets], test)
    assert sure["bits_per_symbol"] < 1e-9 and sure["accuracy"] == 1.0
    frequency, pairs = task.facts.baselines
    assert task.facts.chance > frequency.metric > pairs.metric > 2
    assert frequency.loss == pytest.approx(frequency.metric * np.log(2))


def test_rare_characters_become_one_symbol(tmp_path: Path) -> None:
    common = "".join(chr(0x4E00 + i) * 3 for i in range(199))
    rare = "".join(chr(0x5E00 + i) for i in range(50))
    task = build_task(Text(file=str(write(tmp_path, rare + common * 3)), length=10))
    assert len(task.facts.symbols) == 200 and OTHER in task.facts.symbols
    assert f"The 199 commonest characters are kept; the 50 others are all shown as {OTHER}." in task.facts.about
    first = task.sample(RNG, 1, 0)
    assert letters(task, first.inputs.argmax(axis=2)[:, 0]) == OTHER * 10


@pytest.mark.parametrize(
    ("encoding", "note"),
    [
        ("utf-8", False),
        ("utf-8-sig", False),
        ("utf-16", False),
        ("cp1252", True),
    ],
)
def test_encodings(tmp_path: Path, encoding: str, note: bool) -> None:
    text = "Die Königin hört dem König zu. Er läutet, sie zündet die Lampe an.\r\n" * 10
    task = build_task(Text(file=str(write(tmp_path, text.encode(encoding))), length=20))
    assert letters(task, task.sample(RNG, 1, 0).inputs.argmax(axis=2)[:, 0]) == text[:20]
    assert "\r" not in task.facts.symbols and "\ufeff" not in task.facts.symbols
    assert ("not UTF-8, so it was read as Windows-1252" in task.facts.about) == note


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "the file is empty; choose a file with data in it"),
        (b"\x00\x01\x02" * 99, "this is a binary file, not plain text; choose a table (CSV) or a text"),
        ("too short", "the text has only 9 characters; choose a text of at least 80 characters"),
        (
            "a longer one, but not yet long enough",
            "the text has only 37 characters; choose a text of at least 80 characters, or a length below 33",
        ),
    ],
)
def test_texts_that_cannot_be_used(tmp_path: Path, data: str | bytes, sentence: str) -> None:
    path = write(tmp_path, data)
    with pytest.raises(BadInput) as caught:
        build_task(Text(file=str(path)))
    assert str(caught.value) == f"{path}: {sentence}"


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=30, max_size=300))
def test_any_text_can_be_dropped(tmp_path: Path, text: str) -> None:
    path = write(tmp_path, text)
    try:
        spec = guess_task(path)
    except BadInput as refused:
        assert "\n" not in str(refused)
        return
    task = build_task(spec)
    batch = task.sample(RNG, 3, 0)
    assert batch.inputs.shape == (task.facts.length, 3, task.facts.inputs)
