"""What the window and the worker say to each other: frozen, typed, sent as msgpack (never pickled objects).

Every run has an id; a message with another id is stale and is dropped. Commands go to the worker, events come back.
"""

from typing import Literal

import msgspec
from msgspec import Struct

from playground.experiment.document import Experiment
from playground.network.inspections.spec import Inspection
from playground.training.interventions import Intervention, Noise
from playground.training.looking_messages import Branch, Branched, LookAt, Snapshots, Stepped, StepSlowly
from playground.training.message import Message

# -- commands: window → worker ------------------------------------------------------------------------------------


class Start(Message, frozen=True, tag="start"):
    """Build this experiment and wait, paused, at step 0 (or where `checkpoint`, a file, left off).

    folder: where relative paths of the experiment begin. checkpoints: where to write them ("" for nowhere).
    memory: name of the shared memory for traces.
    """

    run: int
    experiment: Experiment
    engine: str = "auto"
    folder: str = ""
    checkpoints: str = ""
    checkpoint: str = ""
    memory: str = ""


class Play(Message, frozen=True, tag="play"):
    """Train. steps: pause by itself after so many (0: go on until the goal). speed: most steps a second (0: any)."""

    run: int
    steps: int = 0
    speed: float = 0.0


class SetSpeed(Message, frozen=True, tag="set_speed"):
    """Most steps a second from now on, 0: any. Starts nothing that stands still."""

    run: int
    speed: float


class Pause(Message, frozen=True, tag="pause"):
    run: int


class Reset(Message, frozen=True, tag="reset"):
    """Back to step 0 and the very same initial weights."""

    run: int


class Update(Message, frozen=True, tag="update"):
    """The document changed. Training settings apply to the running nets; every weight whose name and shape did not
    change is kept. folder: where relative paths begin now."""

    run: int
    experiment: Experiment
    folder: str = ""


class SaveCheckpoint(Message, frozen=True, tag="save_checkpoint"):
    """Write a checkpoint now, to `path`."""

    run: int
    path: str


class TracesRead(Message, frozen=True, tag="traces_read"):
    """The window has copied the traces of `slot`; the worker may write there again."""

    run: int
    slot: int


class UseMemory(Message, frozen=True, tag="use_memory"):
    """From now on traces go into this shared memory; both its slots are free."""

    run: int
    name: str


class WatchWeights(Message, frozen=True, tag="watch_weights"):
    """Send `Weights` of these (network, parameter) from now on, and of no others; all of them once, right now."""

    run: int
    names: tuple[tuple[str, str], ...]


class WeightsRead(Message, frozen=True, tag="weights_read"):
    """The window has taken the last `Weights`; the worker may send more."""

    run: int


class SetWeight(Message, frozen=True, tag="set_weight"):
    """Set one number before the next training step. Answered by `WeightSet`, or by a `Failed` that is not fatal, whose
    place is `weight_place(net, parameter, index)`."""

    run: int
    net: str
    parameter: str
    index: tuple[int, ...]
    value: float


class Inspect(Message, frozen=True, tag="inspect"):
    """Answer these questions about the networks from now on, and no others: each once as soon as there is time, and
    again, in turn, while the weights change. Each answer is an `Inspected`."""

    run: int
    wanted: tuple[Inspection, ...]


class InspectionRead(Message, frozen=True, tag="inspection_read"):
    """The window has taken the last `Answers`; the worker may send more."""

    run: int


class SetEngine(Message, frozen=True, tag="set_engine"):
    """Go on with another engine ("auto": the fastest), also while training; weights, what the optimizers remember and
    carried states stay. Answered by `EngineChosen`, after a `Started` that is kept where the engine is another one, or
    by a `Failed` that is not fatal."""

    run: int
    engine: str


class AddNoise(Message, frozen=True, tag="add_noise"):
    """Noise on a parameter ("": on all of the network) before the next training step; share: its deviation over the
    root mean square of the weights. Answered by `Stirred`, or by a `Failed` that is not fatal."""

    run: int
    net: str
    parameter: str
    share: float
    seed: int


class TakeBackNoise(Message, frozen=True, tag="take_back_noise"):
    """number: of the `Noise`. Answered as AddNoise."""

    run: int
    number: int


class Quit(Message, frozen=True, tag="quit"):
    pass


# -- events: worker → window --------------------------------------------------------------------------------------


class Ready(Message, frozen=True, tag="ready"):
    """The worker is warm. engines: name → one calm line (why it can or cannot be used here). usable: those that can."""

    engines: dict[str, str]
    usable: tuple[str, ...] = ()


class NetFacts(Struct, frozen=True):
    """parameters: how many numbers are trained. layers: layer id → nodes in the cell's order."""

    name: str
    parameters: int
    layers: dict[str, list[str]]


class Started(Message, frozen=True, tag="started"):
    """Built, at `step`; a StateChanged follows. Also sent after every Update and Reset that rebuilt something.

    baselines: name → (headline metric, loss), from the task. kept: the run goes on after an Update; otherwise curves
    begin again, and where step is not 0 (a checkpoint) all of them up to there follow as Scalars and Tested.
    sources: after an Update, for each network its number before, -1 for a new one (`Curves.arrange`); else empty.
    interventions, noises: all of the run so far.
    """

    run: int
    step: int
    engine: str
    networks: tuple[NetFacts, ...]
    baselines: dict[str, tuple[float, float]]
    metrics: tuple[str, ...]
    kept: bool = False
    sources: tuple[int, ...] = ()
    interventions: tuple[Intervention, ...] = ()
    noises: tuple[Noise, ...] = ()


class Scalars(Message, frozen=True, tag="scalars"):
    """Many training steps at once. losses and gradient_norms: [network][step]; norms before clipping. clip_norm: the
    norm that they were clipped at, 0 for none."""

    run: int
    steps: list[int]
    losses: list[list[float]]
    gradient_norms: list[list[float]]
    learning_rate: float
    seconds: float
    sequences: int
    clip_norm: float = 0.0


class Without(Struct, frozen=True):
    """A test of a network as it would be without its interventions."""

    loss: float
    metrics: dict[str, float]


class Tested(Message, frozen=True, tag="tested"):
    """On the test data after `step`. losses: [network]; metrics: [network] name → value. seconds: so far. untouched:
    [network], None for one without interventions. sequences: that each network was trained on so far, 0 where nobody
    knows. own_seconds: [network], what each one's own training took; NaN where nobody knows."""

    run: int
    step: int
    losses: list[float]
    metrics: list[dict[str, float]]
    seconds: float
    untouched: list[Without | None] = []
    sequences: int = 0
    own_seconds: list[float] = []


class TracesWritten(Message, frozen=True, tag="traces_written"):
    """Traces of the probe lie in shared memory, slot `slot` (see `playground.training.traces_memory`). ghost: those to
    compare with: of the networks that interventions change, without them."""

    run: int
    slot: int
    size: int
    ghost: bool = False


class NoGhost(Message, frozen=True, tag="no_ghost"):
    """There is nothing to compare the traces with any more."""

    run: int


class MemoryWanted(Message, frozen=True, tag="memory_wanted"):
    """The traces need slots of so many bytes. The client answers with UseMemory; nobody else sees this."""

    run: int
    slot_size: int


class WeightArray(Struct, frozen=True):
    """data: the values as little-endian float32, row by row."""

    net: str
    parameter: str
    shape: tuple[int, ...]
    data: bytes


class Weights(Message, frozen=True, tag="weights"):
    """Watched weights after `step`, those that changed since they were sent last. No more come until WeightsRead.
    absent: watched names that no network has (now), or that are too large to send."""

    run: int
    step: int
    arrays: tuple[WeightArray, ...]
    absent: tuple[tuple[str, str], ...] = ()


class ArrayData(Struct, frozen=True):
    """data: the values, row by row, of NumPy's type `dtype` ("<f8", …)."""

    shape: tuple[int, ...]
    dtype: str
    data: bytes


class Inspected(Message, frozen=True, tag="inspected"):
    """The answer to one question of `Inspect`, after `step`. problem: why there is none, one sentence; then `arrays` is
    empty."""

    run: int
    step: int
    inspection: Inspection
    arrays: dict[str, ArrayData]
    problem: str = ""


class Answers(Message, frozen=True, tag="answers"):
    """Those that are there at once. No more come until InspectionRead. The client hands them on one by one; nobody else
    sees this."""

    run: int
    answers: tuple[Inspected, ...]


class WeightSet(Message, frozen=True, tag="weight_set"):
    """A SetWeight was done. before and after are equal when the number was that already."""

    run: int
    intervention: Intervention


class EngineChosen(Message, frozen=True, tag="engine_chosen"):
    """Which engine computes and why (see `engine.choice.Choice`). Follows every Started; and comes again when more is
    known."""

    run: int
    engine: str
    seconds: dict[str, float]
    why: Literal["fastest", "asked", "checkpoint", "open"]


class Stirred(Message, frozen=True, tag="stirred"):
    """All noise that was added to weights so far and not taken back."""

    run: int
    noises: tuple[Noise, ...]


class StateChanged(Message, frozen=True, tag="state_changed"):
    """reason, for a stop: "goal: 2000 steps", "paused", … one short line for a person."""

    run: int
    state: Literal["paused", "training", "stopped"]
    step: int
    reason: str = ""


class CheckpointWritten(Message, frozen=True, tag="checkpoint_written"):
    run: int
    step: int
    path: str


class Refused(Struct, frozen=True):
    """A step of a network that was not made, see `playground.training.finite.NotFinite`. node "": nobody knows where it
    began."""

    network: str
    step: int
    quantity: str
    node: str = ""
    time: int = -1
    unit: int | None = None


class Failed(Message, frozen=True, tag="failed"):
    """Something a person should read. fatal: the run cannot go on; `place` as in `BadInput`. refused: of a value that
    was not finite."""

    run: int
    place: str
    problem: str
    remedy: str
    fatal: bool = True
    refused: Refused | None = None


Command = (
    Start | Play | SetSpeed | Pause | Reset | Update | SaveCheckpoint | TracesRead | UseMemory | WatchWeights
    | WeightsRead | SetWeight | AddNoise | TakeBackNoise | Inspect | InspectionRead | SetEngine | LookAt | Branch
    | StepSlowly | Quit
)  # fmt: skip
Event = (
    Ready | Started | Scalars | Tested | TracesWritten | MemoryWanted | Weights | WeightSet | StateChanged
    | CheckpointWritten | NoGhost | Stirred | Answers | Inspected | EngineChosen | Snapshots | Branched | Stepped
    | Failed
)  # fmt: skip

_encoder = msgspec.msgpack.Encoder()
_commands = msgspec.msgpack.Decoder(Command)
_events = msgspec.msgpack.Decoder(Event)


def encode(message: Command | Event) -> bytes:
    """The message as bytes for a pipe."""
    return _encoder.encode(message)


def decode_command(data: bytes) -> Command:
    """Raises msgspec.ValidationError for anything that is not a command."""
    return _commands.decode(data)


def decode_event(data: bytes) -> Event:
    """Raises msgspec.ValidationError for anything that is not an event."""
    return _events.decode(data)
