"""Messages about the clock of the training: looking back, branching, one step by itself. Part of `messages`."""

from msgspec import Struct

from playground.training.message import Message

LIVE = -1  # as a step: now


class LookAt(Message, frozen=True, tag="look_at"):
    """Show the networks as they were after `step` training steps, the moment nearest to it (LIVE: as they are now):
    traces, weights and answers are of these until the next LookAt, while the training goes on. beside: what the traces
    are compared with, None for no comparison. number: of this wish; `Snapshots` tells the last one that was heard."""

    run: int
    step: int = LIVE
    beside: int | None = None
    number: int = 0


class Branch(Message, frozen=True, tag="branch"):
    """Go on from the moment nearest to `step`: weights, what the optimizers remember, and the curves up to there. keep:
    where to write a checkpoint of the run as it is, "" for nowhere. Answered by a `Started` with all curves, a
    `StateChanged` (it is paused) and `Branched`; or by a `Failed` that is not fatal."""

    run: int
    step: int
    keep: str = ""


class StepSlowly(Message, frozen=True, tag="step_slowly"):
    """While nothing trains: one training step. Answered by `Stepped`, after what any step tells."""

    run: int


class Snapshots(Message, frozen=True, tag="snapshots"):
    """The moments that `LookAt` and `Branch` can go to, rising. exact: a branch goes on with the same bits. back,
    beside: what is looked at now, as in `LookAt`."""

    run: int
    steps: tuple[int, ...]
    exact: bool = True
    back: int = LIVE
    beside: int | None = None
    number: int = 0


class Branched(Message, frozen=True, tag="branched"):
    """The run went back from step `before` to `step`. kept: the checkpoint of what it was, "" for none."""

    run: int
    step: int
    before: int
    kept: str = ""


class Moved(Struct, frozen=True):
    """What one training step did to a network. gradient_norm, clipped_norm: before and after clipping. weights: ‖w‖₂
    before it. update: ‖Δw‖₂."""

    net: str
    loss: float
    gradient_norm: float
    clipped_norm: float
    learning_rate: float
    weights: float
    update: float


class Stepped(Message, frozen=True, tag="stepped"):
    """A StepSlowly was done; `step` is the one after it."""

    run: int
    step: int
    networks: tuple[Moved, ...]
