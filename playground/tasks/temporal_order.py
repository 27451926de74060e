"""The temporal order problem: Hochreiter and Schmidhuber (1997), experiments 6a and 6b."""

from __future__ import annotations  # np.random, in a signature, would load all of NumPy's random numbers

from itertools import product

import numpy as np

from playground.tasks.base import Array, Baseline, Batch, Facts, Probe
from playground.tasks.scores import log_softmax
from playground.tasks.spec import TemporalOrder

SYMBOLS = ("E", "B", "X", "Y", "a", "b", "c", "d")
START, END, FIRST_MARK, FIRST_DISTRACTOR = 0, 1, 2, 4
# where the marks stand, in shares of the length: 10-20 and 50-60 of 100 (6a); 10-20, 33-43 and 66-76 (6b)
PLACES = {2: ((0.1, 0.2), (0.5, 0.6)), 3: ((0.1, 0.2), (0.33, 0.43), (0.66, 0.76))}


class TemporalOrderTask:
    """E, then distractors a to d with two or three X or Y among them, then B; the class is the order of the marks.

    inputs [T, B, 8], one symbol a step; shorter sequences begin later, after empty steps, so that all end at the last.
    targets [T, B], the class at the last step, 4 or 8 classes.
    """

    def __init__(self, spec: TemporalOrder) -> None:
        self.spec = spec
        self._longest = spec.length + spec.length // 10
        classes = tuple("".join(marks) for marks in product("XY", repeat=spec.marks))
        chance = 1 / len(classes)
        self.facts = Facts(
            name="Temporal order",
            about=f"Between E and B stand {spec.length} to {self._longest} symbols, nearly all of them distractors. "
            f"{'Two' if spec.marks == 2 else 'Three'} are X or Y; at the end, say which came in which order.",
            inputs=len(SYMBOLS),
            outputs=len(classes),
            length=self._longest,
            loss="cross_entropy",
            metrics=("accuracy",),
            at="last",
            input_names=SYMBOLS,
            output_names=classes,
            symbols=classes,
            input_symbols=SYMBOLS,
            higher_is_better=True,
            chance=chance,
            baselines=(Baseline("guessing", chance, float(np.log(len(classes)))),),
        )

    def sample(self, rng: np.random.Generator, batch: int, step: int) -> Batch:
        """`batch` sequences; `step` does not matter."""
        T, marks = self._longest, self.spec.marks
        column = np.arange(batch)
        lengths = rng.integers(self.spec.length, T + 1, batch)
        starts = T - lengths
        symbols = rng.integers(FIRST_DISTRACTOR, len(SYMBOLS), (T, batch))
        classes = np.zeros(batch, np.int64)
        for low, high in PLACES[marks]:
            place = rng.integers(round(low * self.spec.length), round(high * self.spec.length) + 1, batch)
            mark = rng.integers(0, 2, batch)
            symbols[starts + place, column] = FIRST_MARK + mark
            classes = classes * 2 + mark
        symbols[starts, column] = START
        symbols[-1] = END
        inputs = (symbols[:, :, None] == np.arange(len(SYMBOLS))).astype(float)
        inputs[np.arange(T)[:, None] < starts] = 0.0
        targets = np.zeros((T, batch), np.int64)
        targets[-1] = classes
        mask = np.zeros((T, batch))
        mask[-1] = 1.0
        return Batch(inputs, targets, mask)

    def test(self, rng: np.random.Generator) -> Batch:
        """The test sequences."""
        return self.sample(rng, self.spec.test_sequences, 0)

    def probe(self, rng: np.random.Generator) -> Probe:
        """One sequence, like a test sequence."""
        return Probe(self.sample(rng, 1, 0), np.arange(self._longest, dtype=float))

    def answer(self, batch: Batch) -> Batch:
        """The class of the X and Y in their order; as before where there are more or fewer than there should be."""
        targets = batch.targets.copy()
        marks = batch.inputs[:, :, FIRST_MARK:FIRST_DISTRACTOR]
        for row in range(targets.shape[1]):
            found = marks[marks[:, row].any(axis=1), row].argmax(axis=1)
            if len(found) == self.spec.marks:
                targets[-1, row] = int("".join(map(str, found)), 2)
        return Batch(batch.inputs, targets, batch.mask)

    def metrics(self, outputs: Array, batch: Batch) -> dict[str, float]:
        """accuracy: share of sequences whose class has the highest score at the end."""
        likely = log_softmax(outputs[-1]).argmax(axis=-1)
        return {"accuracy": float(np.mean(likely == batch.targets[-1]))}
