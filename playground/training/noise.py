"""Noise that a person adds to weights: at once, between two training steps, and how it is taken back."""

from collections.abc import Iterable, Mapping
from zlib import crc32

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from playground.engine.devices import to_numpy
from playground.errors import BadInput
from playground.tasks.random import stream
from playground.training.interventions import Noise
from playground.training.trainer import Trainer

MOST_EXACT = 8  # noises whose weights before are kept


class Stirring:
    """All noise of a run. noises: those that were not taken back, in order."""

    def __init__(self, noises: Iterable[Noise] = ()) -> None:
        self.noises = list(noises)
        self._last = max((noise.number for noise in self.noises), default=0)  # no number is given twice
        self._exact: dict[int, dict[str, tuple[NDArray, NDArray]]] = {}  # number → parameter → before, after

    def add(self, trainer: Trainer, step: int, parameter: str, share: float, seed: int) -> Noise:
        """Add noise to one parameter, or to all of the network (""). The optimizer keeps what it remembers.

        Raises BadInput, and changes nothing, for a parameter that is not there, a share that is no positive number, and
        where nothing would come of it.
        """
        parameters = trainer.network.parameters
        if parameter and parameter not in parameters.entries:
            place = f"networks.{trainer.name}.{parameter}"
            raise BadInput(place, "there is no such parameter", f"choose one of {', '.join(parameters.names)}")
        names = [parameter] if parameter else parameters.names
        if not (np.isfinite(share) and 0 < share <= 100):
            raise BadInput("noise", f"found {share}", "give a share of the weights above 0 and at most 100")
        before = {name: _host(trainer, name) for name in names}
        sigmas = {name: share * float(np.sqrt(np.mean(np.square(before[name], dtype=np.float64)))) for name in names}
        sigmas = {name: sigma for name, sigma in sigmas.items() if sigma > 0}
        if not sigmas:
            raise BadInput("noise", f"{parameter or trainer.name} is 0 everywhere", "noise is a share of the weights")
        number = self._last = self._last + 1
        noise = Noise(number, step, trainer.name, share, seed, sigmas)
        for name in sigmas:
            _set(trainer, name, before[name] + drawn(noise, name, before[name].shape))
        self.noises.append(noise)
        self._exact[number] = {name: (before[name], _host(trainer, name)) for name in sigmas}
        while len(self._exact) > MOST_EXACT:
            del self._exact[next(iter(self._exact))]
        return noise

    def take_back(self, trainers: Iterable[Trainer], number: int) -> None:
        """The weights as they were before, to the last bit, where nothing has moved them since; elsewhere the noise is
        subtracted, and what was learned since stays. Raises BadInput for a number that is not there."""
        noise = next((noise for noise in self.noises if noise.number == number), None)
        if noise is None:
            raise BadInput("noise", "this noise has been taken back already", "look at the list")
        self.noises.remove(noise)
        exact = self._exact.pop(number, {})
        trainer = next((trainer for trainer in trainers if trainer.name == noise.net), None)
        for name in noise.sigmas:
            if trainer is None or name not in trainer.network.parameters.entries:
                continue
            now = _host(trainer, name)
            before, after = exact.get(name, (None, None))
            if before is not None and after is not None and np.array_equal(now, after):
                _set(trainer, name, before)
            else:
                _set(trainer, name, now - drawn(noise, name, now.shape))

    def follow(self, names: Mapping[str, str]) -> None:
        """Networks got other names (old → new), or are gone."""
        self.noises = [structs.replace(n, net=names[n.net]) for n in self.noises if n.net in names]

    def clear(self) -> None:
        """The networks went back to their beginning."""
        self.noises.clear()
        self._exact.clear()


def drawn(noise: Noise, parameter: str, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """What was added to a parameter: the same for the same noise."""
    return stream(noise.seed, "noise", crc32(parameter.encode())).normal(0.0, noise.sigmas[parameter], shape)


def _host(trainer: Trainer, name: str) -> NDArray:
    return np.array(to_numpy(trainer.network.parameters.view(name)))


def _set(trainer: Trainer, name: str, values: NDArray) -> None:
    trainer.network.parameters.view(name)[...] = trainer.engine.xp.asarray(values)
