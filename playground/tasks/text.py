"""The next character of a text."""

from __future__ import annotations  # np.random, in a signature, would load all of NumPy's random numbers

from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from playground.errors import BadInput
from playground.tasks.base import Array, Baseline, Batch, Facts, Probe
from playground.tasks.scores import log_softmax
from playground.tasks.spec import Text
from playground.tasks.text_file import decode, read_bytes

Codes = NDArray[np.int64]
MOST_BYTES = 5_000_000
MOST_SYMBOLS = 200
OTHER = "\N{REPLACEMENT CHARACTER}"
TEST_LENGTH, MOST_TESTED = 500, 20_000
PROBE_STEPS = 150
_VISIBLE = {" ": "␣", "\n": "⏎", "\t": "⇥"}


class TextTask:
    """The text is read on and on by B readers, evenly spread over its training part; a reader at the end begins again.

    inputs [T, B, D]: the character, one-hot. targets [T, B]: the number of the next character. Batch `step` goes on
    where batch `step - 1` ended, row by row. The last tenth is for the test.
    """

    def __init__(self, spec: Text, path: Path) -> None:
        text, notes = _read(path)
        self.spec = spec
        self.symbols, codes, others = _encode(text)
        if others:
            notes.append(
                f"The {MOST_SYMBOLS - 1} commonest characters are kept; the {others:,} others are all shown as {OTHER}."
            )
        begin_test = int(0.9 * len(codes))
        if begin_test <= spec.length or len(codes) - begin_test < 2:
            remedy = f"choose a text of at least {int(1.2 * spec.length) + 20} characters"
            if begin_test > 10:
                remedy += f", or a length below {begin_test}"
            raise BadInput(str(path), f"the text has only {len(codes):,} characters", remedy)
        self._train, self._test = codes[:begin_test], codes[begin_test:][: MOST_TESTED + 1]
        if len(codes) - begin_test > MOST_TESTED + 1:
            notes.append(f"The test uses the first {MOST_TESTED:,} characters of it.")
        n = len(self.symbols)
        self._one_hot = np.eye(n)
        visible = tuple(_VISIBLE.get(symbol, symbol) for symbol in self.symbols)
        baselines = self._baselines()
        self.facts = Facts(
            name=path.stem,
            about=" ".join(
                [
                    f"Predict the next character; there are {n} different ones.",
                    f"The first {begin_test:,} are for training, the other {len(codes) - begin_test:,} for the test.",
                    *notes,
                ]
            ),
            inputs=n,
            outputs=n,
            length=spec.length,
            loss="cross_entropy",
            metrics=("bits_per_symbol", "accuracy"),
            stream=True,
            input_names=visible,
            output_names=visible,
            symbols=self.symbols,
            input_symbols=self.symbols,
            time_name="character",
            chance=float(np.log2(n)),
            baselines=baselines,
        )

    def _baselines(self) -> tuple[Baseline, ...]:
        """Bits on the test for frequencies of single characters, and of pairs, counted in training (plus one each)."""
        n = len(self.symbols)
        single = np.bincount(self._train, minlength=n) + 1.0
        pairs = np.ones((n, n))
        np.add.at(pairs, (self._train[:-1], self._train[1:]), 1.0)
        before, after = self._test[:-1], self._test[1:]
        frequency = -np.log(single / single.sum())[after].mean()
        follows = -np.log(pairs / pairs.sum(axis=1, keepdims=True))[before, after].mean()
        return tuple(
            Baseline(name, float(loss / np.log(2.0)), float(loss))
            for name, loss in (("letter frequencies", frequency), ("letter pairs", follows))
        )

    def _cut(self, codes: Codes, starts: Codes, length: int) -> Batch:
        rows = starts + np.arange(length)[:, None]
        inputs, targets = codes[rows % len(codes)], codes[(rows + 1) % len(codes)]
        return Batch(self._one_hot[inputs], targets, np.ones(targets.shape))

    def sample(self, rng: np.random.Generator, batch: int, step: int) -> Batch:
        """The characters that `batch` readers come to in training step `step`; rng does not matter."""
        begin = np.arange(batch) * len(self._train) // batch
        return self._cut(self._train, begin + step * self.spec.length, self.spec.length)

    def test(self, rng: np.random.Generator) -> Batch:
        """The last tenth of the text, cut into rows of about 500 characters; the same for every rng."""
        count = max(1, (len(self._test) - 1) // TEST_LENGTH)
        length = (len(self._test) - 1) // count
        return self._cut(self._test, np.arange(count) * length, length)

    def probe(self, rng: np.random.Generator) -> Probe:
        """The beginning of the test."""
        length = min(PROBE_STEPS, len(self._test) - 1)
        return Probe(self._cut(self._test, np.zeros(1, dtype=int), length), np.arange(length, dtype=float))

    def answer(self, batch: Batch) -> Batch:
        """The next character of each; the one after the end stays."""
        targets = batch.targets.copy()
        targets[:-1] = batch.inputs[1:].argmax(axis=2)
        return Batch(batch.inputs, targets, batch.mask)

    def metrics(self, outputs: Array, batch: Batch) -> dict[str, float]:
        """bits_per_symbol: mean of -log₂ p of the character that came. accuracy: share where it was the likeliest."""
        counted = batch.mask > 0
        scores, wanted = np.asarray(outputs, dtype=float)[counted], batch.targets[counted]
        log_p = log_softmax(scores)[np.arange(len(wanted)), wanted]
        right = scores.argmax(axis=-1) == wanted
        return {"bits_per_symbol": float(-log_p.mean() / np.log(2.0)), "accuracy": float(np.mean(right))}


def _read(path: Path) -> tuple[str, list[str]]:
    data, complete = read_bytes(path, MOST_BYTES)
    text, encoding = decode(path, data, complete)
    text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    notes = []
    if not complete:
        notes.append(f"Only the first {MOST_BYTES:,} bytes were read.")
    if encoding == "cp1252":
        notes.append("The file is not UTF-8, so it was read as Windows-1252.")
    return text, notes


def _encode(text: str) -> tuple[tuple[str, ...], Codes, int]:
    """The symbols in order of their code points, the text as their numbers, and how many characters were mapped to
    `OTHER` because they are not among the commonest."""
    counts = Counter(text)
    others = 0
    if len(counts) > MOST_SYMBOLS:
        kept = dict(counts.most_common(MOST_SYMBOLS - 1))
        others = len(counts) - len(kept)
        symbols = tuple(sorted({*kept, OTHER}))
    else:
        symbols = tuple(sorted(counts))
    points = np.frombuffer(text.encode("utf-32-le", errors="surrogatepass"), dtype=np.uint32)
    table = np.array([ord(symbol) for symbol in symbols], dtype=np.uint32)
    codes = np.searchsorted(table, points)
    found = table[np.minimum(codes, len(table) - 1)] == points
    fallback = symbols.index(OTHER) if others else 0
    return symbols, np.where(found, codes, fallback).astype(np.int64), others
