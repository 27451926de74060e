"""A checkpoint: one safetensors file with named arrays, and JSON in its header. Nothing in it is ever executed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as to_bytes

from playground.errors import BadInput
from playground.experiment.atomic import cannot_write, write_atomically
from playground.experiment.document import Experiment
from playground.experiment.files import dumps, loads
from playground.training.interventions import Intervention, Noise

FORMAT = "rnn-playground checkpoint 1"
REMEDY = "choose a checkpoint of this program, or start again at step 0"


class Progress(Struct, frozen=True):
    """How far a run is. seconds: of training, without pauses. sequences: training sequences seen. engine: what computed
    it, "" where that is not known; only with the same one the bits are the same. own_seconds: of each network's own
    training, None where that is not known."""

    step: int = 0
    seconds: float = 0.0
    sequences: int = 0
    engine: str = ""
    own_seconds: tuple[float | None, ...] = ()


@dataclass(frozen=True)
class Checkpoint:
    """What a run needs to go on with the same bits.

    arrays: "weights/NET/PARAMETER", "optimizer/NET/NAME[/PARAMETER]", "carried/NET/i", and "curves/NAME".
    interventions, noises: what was set by hand and added on the way; the weights have it in them already.
    """

    experiment: Experiment
    progress: Progress
    arrays: dict[str, NDArray] = field(default_factory=dict)
    interventions: tuple[Intervention, ...] = ()
    noises: tuple[Noise, ...] = ()

    def part(self, prefix: str) -> dict[str, NDArray]:
        """The arrays below `prefix`, without it."""
        return {name.removeprefix(prefix): array for name, array in self.arrays.items() if name.startswith(prefix)}

    def of_network(self, name: str) -> dict[str, NDArray]:
        """The arrays of one network, as its trainer names them."""
        parts = ("weights", "optimizer", "carried")
        return {f"{p}/{key}": array for p in parts for key, array in self.part(f"{p}/{network_key(name)}/").items()}


def network_key(name: str) -> str:
    """A network's name as one part of an array's name."""
    return name.replace("%", "%25").replace("/", "%2F")


def write(path: Path, checkpoint: Checkpoint) -> None:
    """Write it whole or not at all; its folder is made. Raises BadInput."""
    header = {
        "format": FORMAT,
        "progress": msgspec.json.encode(checkpoint.progress).decode(),
        "experiment": dumps(checkpoint.experiment).decode(),
    }
    if checkpoint.interventions:
        header["interventions"] = msgspec.json.encode(checkpoint.interventions).decode()
    if checkpoint.noises:
        header["noises"] = msgspec.json.encode(checkpoint.noises).decode()
    arrays = {name: np.ascontiguousarray(array) for name, array in checkpoint.arrays.items()}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(path, error) from None
    write_atomically(path, to_bytes(arrays, header))


def read(path: Path, keep: Callable[[str], bool] = lambda name: True) -> Checkpoint:
    """Read the arrays whose names `keep` wants. Raises BadInput, also for values that are not finite where a run would
    go on with them."""
    place = str(path)
    try:
        with safe_open(path, framework="numpy") as file:
            header = file.metadata() or {}
            if header.get("format") != FORMAT:
                raise BadInput(place, "this is not a checkpoint of this program", REMEDY)
            arrays = {name: file.get_tensor(name) for name in file.keys() if keep(name)}  # noqa: SIM118
        progress = msgspec.json.decode(header["progress"], type=Progress)
        experiment = loads(header["experiment"].encode(), place)
        found = msgspec.json.decode(header.get("interventions", "[]"), type=tuple[Intervention, ...])
        noises = msgspec.json.decode(header.get("noises", "[]"), type=tuple[Noise, ...])
    except FileNotFoundError:
        raise BadInput(place, "this checkpoint does not exist", REMEDY) from None
    except (SafetensorError, OSError) as error:
        raise BadInput(place, "this is not a whole safetensors file", REMEDY) from error
    except (KeyError, msgspec.MsgspecError) as error:
        raise BadInput(place, "the header of this checkpoint is damaged", REMEDY) from error
    for name, array in arrays.items():
        if array.dtype.kind not in "fiu":
            raise BadInput(place, f"{name} does not hold numbers", REMEDY)
        if not name.startswith("curves/") and not np.isfinite(array).all():
            raise BadInput(place, f"{name} holds a value that is not finite", REMEDY)
    return Checkpoint(experiment, progress, arrays, found, noises)
