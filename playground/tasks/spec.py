"""The settings of each task, as they stand in an experiment file."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

Length = Annotated[int, Meta(ge=2, le=100_000)]
Noise = Annotated[float, Meta(ge=0)]
Count = Annotated[int, Meta(ge=1, le=100_000)]


class TaskSpec(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind"):
    """What every task has. `test_sequences`: how many unseen sequences the test error is measured on."""

    test_sequences: Count = 1000


class DelayedRecall(TaskSpec, frozen=True, tag="delayed_recall"):
    """A cue of +1 or -1 at the first step, noise of standard deviation `noise` for `lag` steps, then say which it was.

    Two input columns: the signal (cue, then distractors) and a marker that is 1 at the last step, where the answer is
    wanted. T = lag + 1. Binary cross-entropy; headline metric `accuracy`.
    """

    lag: Length = 100
    noise: Noise = 1.0


class Adding(TaskSpec, frozen=True, tag="adding"):
    """Hochreiter and Schmidhuber (1997), experiment 4: T pairs (value in [-1, 1], marker), two marked; the target at
    the end is 0.5 + (X1 + X2) / 4, or X1 + X2 with `scaled` false. Headline metric `mse`."""

    length: Length = 100
    scaled: bool = True


class TemporalOrder(TaskSpec, frozen=True, tag="temporal_order"):
    """Hochreiter and Schmidhuber (1997), experiments 6a and 6b: among distractors stand `marks` (2 or 3) symbols X
    or Y;
    at the end of `length` to 1.1 `length` symbols, say which came in which order. 4 or 8 classes; headline metric
    `accuracy`."""

    length: Annotated[int, Meta(ge=20, le=10_000)] = 100
    marks: Annotated[int, Meta(ge=2, le=3)] = 2


class Sines(TaskSpec, frozen=True, tag="sines"):
    """The next value of a sum of `waves` sines with random phases and noise added. Headline metric `relative_mse`."""

    length: Length = 60
    waves: Annotated[int, Meta(ge=1, le=8)] = 3
    noise: Noise = 0.05
    horizon: Count = 1


class Table(TaskSpec, frozen=True, tag="table"):
    """A table's columns as a time series: predict `targets` `horizon` rows ahead from `inputs`.

    file: "resource:sunspots.csv" for a shipped table, otherwise a path (relative to the experiment file).
    inputs, targets: names of columns; empty for every column of changing numbers, and for the last of these.
    time: the column of times ("" for the row number, or, with `inputs` and `targets` empty too, the column that looks
    like one). Dates become years: 1990-07-02 is 1990.5. The rows up to and including `train_until` are for training,
    those after it up to `test_until` for the test (times as numbers; None: the first 80 %, and to the end).
    window: steps of a training sequence. warmup: first steps of a window on which no target counts.
    Normalised with mean and deviation of the training rows only. Headline metric `relative_mse`.
    """

    file: str = "resource:sunspots.csv"
    inputs: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    time: str = ""
    window: Length = 40
    warmup: Annotated[int, Meta(ge=0)] = 10
    horizon: Count = 1
    train_until: float | None = None
    test_until: float | None = None


class Text(TaskSpec, frozen=True, tag="text"):
    """The next character of a text. file: "resource:..." or a path. The last tenth of the text is for the test.
    Metrics `bits_per_symbol` (headline) and `accuracy`. Training batches are B streams read on and on."""

    file: str = "resource:king-and-queen.txt"
    length: Length = 50


AnyTask = DelayedRecall | Adding | TemporalOrder | Sines | Table | Text
TaskKind = Literal["delayed_recall", "adding", "temporal_order", "sines", "table", "text"]
