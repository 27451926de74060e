"""How weights follow their gradients: one flat array each, updated in place."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from playground.engine.devices import to_numpy
from playground.network.parameters import Parameters
from playground.network.spec import Optimizer, Schedule

Array = Any  # of NumPy or of CuPy


class OptimizerState:
    """An optimizer's settings and what it remembers of past gradients.

    sgd; momentum (Polyak 1964, in PyTorch's form v ← μv + g); rmsprop (Tieleman and Hinton 2012); adam (Kingma and
    Ba 2015); adamw (Loshchilov and Hutter 2019: decay apart from the gradient).
    """

    def __init__(self, spec: Optimizer, parameters: Parameters) -> None:
        self.spec, self.parameters, self.count = spec, parameters, 0
        self.rate = math.nan  # of the last step; nobody knows it before the first, nor after `load`
        zeros = parameters.xp.zeros_like
        self._memory: dict[str, Array] = {name: zeros(parameters.values) for name in _MEMORIES[spec.kind]}
        self._native = parameters.updates(spec.kind, list(self._memory.values()))
        self._scratch: Any = None if self._native else zeros(parameters.values)

    def retune(self, spec: Optimizer) -> None:
        """New settings; what is remembered is kept unless the kind changed."""
        if _MEMORIES[spec.kind] != _MEMORIES[self.spec.kind]:
            self._memory, self.count = OptimizerState(spec, self.parameters)._memory, 0
        self._native = self.parameters.updates(spec.kind, list(self._memory.values()))
        self.spec = spec

    def clip(self, clip_norm: float) -> float:
        """`clip` of the parameters' gradients."""
        return clip(self.parameters.gradients, clip_norm, self._native)

    def judge(self, loss: Any, clip_norm: float) -> Any:
        """`clip`, by the device, as a part of the next `step_if_sound`; the norm as a number to be read later. loss: of
        this gradient, to be read later too. Needs an engine with a ledger."""
        return self._native.judge(loss, clip_norm)

    def step_if_sound(self, learning_rate: float) -> None:
        """`step`, which the device leaves out when something was not finite."""
        self.count += 1
        self.rate = learning_rate
        self._native.step_if_sound(self.parameters.trainable, *self._settings(learning_rate))

    def arrays(self) -> dict[str, Array]:
        """What is remembered, for a checkpoint: arrays [P] and the `count` of steps [1]."""
        return {**self._memory, "count": np.array([self.count], np.int64)}

    def load(self, arrays: Mapping[str, Array]) -> None:
        """What `arrays` gave, copied back. Raises KeyError or ValueError for what does not fit."""
        for name, array in self._memory.items():
            array[...] = self.parameters.xp.asarray(arrays[name])
        self.count, self.rate = int(arrays["count"][0]), math.nan

    def step(self, learning_rate: float) -> None:
        """Move `parameters.values` along `parameters.gradients`; the gradients may be overwritten."""
        xp, spec, scratch = self.parameters.xp, self.spec, self._scratch
        values, gradients = self.parameters.values, self.parameters.gradients
        self.count += 1
        self.rate = learning_rate
        if self._native is not None:
            self._native.step(self.parameters.trainable, *self._settings(learning_rate))
            return
        if spec.kind == "sgd":
            xp.multiply(gradients, learning_rate, out=scratch)
        elif spec.kind == "momentum":
            velocity = self._memory["velocity"]
            velocity *= spec.momentum
            velocity += gradients
            xp.multiply(velocity, learning_rate, out=scratch)
        elif spec.kind == "rmsprop":
            square = self._memory["square"]
            self._average(square, gradients, spec.rho, squared=True)
            xp.sqrt(square, out=scratch)
            scratch += spec.epsilon
            xp.divide(gradients, scratch, out=scratch)
            scratch *= learning_rate
        else:
            self._adam(learning_rate)
        if self.parameters.trainable is not None:
            scratch *= self.parameters.trainable  # what is remembered of past gradients must not move what rests
        values -= scratch

    def last_update(self) -> np.ndarray | None:
        """By how much the last step changed each number, w before minus w after, float64 [P]: reckoned again from what
        is remembered, so that no step pays for it. None where it is not known.

        It needs the gradients of that step where the optimizer remembers none, and it forgets nothing: no bit changes.
        """
        if not math.isfinite(self.rate):
            return None
        spec, rate = self.spec, self.rate
        memory = {name: _float64(array) for name, array in self._memory.items()}
        values, decay = _float64(self.parameters.values), 0.0
        if spec.kind == "sgd":
            moved = rate * _float64(self.parameters.gradients)
        elif spec.kind == "momentum":
            moved = rate * memory["velocity"]
        elif spec.kind == "rmsprop":
            moved = rate * _float64(self.parameters.gradients) / (np.sqrt(memory["square"]) + spec.epsilon)
        else:
            decay = rate * spec.weight_decay if spec.kind == "adamw" else 0.0
            mean = memory["mean"] / (1.0 - spec.beta1**self.count)
            moved = rate * mean / (np.sqrt(memory["square"] / (1.0 - spec.beta2**self.count)) + spec.epsilon)
        if decay < 1.0:
            moved = moved + decay * (values + moved) / (1.0 - decay)  # of the weights before the step
        if self.parameters.trainable is not None:
            moved = moved * _float64(self.parameters.trainable)
        return np.asarray(moved)

    def _settings(self, rate: float) -> tuple[float, ...]:
        """What `playground.compiler.native_updates` wants to know: the same arithmetic in one piece."""
        spec = self.spec
        if spec.kind in ("adam", "adamw"):
            scale = 1.0 / math.sqrt(1.0 - spec.beta2**self.count)
            decay = rate * spec.weight_decay if spec.kind == "adamw" else 0.0
            return (rate / (1.0 - spec.beta1**self.count), spec.beta1, spec.beta2, spec.epsilon, scale, decay)
        return (rate, spec.rho if spec.kind == "rmsprop" else spec.momentum, 0.0, spec.epsilon, 1.0, 0.0)

    def _average(self, memory: Array, gradients: Array, rate: float, squared: bool) -> None:
        xp, scratch = self.parameters.xp, self._scratch
        memory *= rate
        if squared:
            xp.multiply(gradients, gradients, out=scratch)
            scratch *= 1.0 - rate
        else:
            xp.multiply(gradients, 1.0 - rate, out=scratch)
        memory += scratch

    def _adam(self, learning_rate: float) -> None:
        """Leaves the step to be subtracted in `_scratch`."""
        xp, spec, scratch = self.parameters.xp, self.spec, self._scratch
        values, gradients = self.parameters.values, self.parameters.gradients
        if spec.kind == "adamw" and spec.weight_decay:
            decay = learning_rate * spec.weight_decay
            if self.parameters.trainable is None:
                values *= 1.0 - decay
            else:
                values *= 1.0 - decay * self.parameters.trainable
        mean, square = self._memory["mean"], self._memory["square"]
        self._average(mean, gradients, spec.beta1, squared=False)
        self._average(square, gradients, spec.beta2, squared=True)
        xp.sqrt(square, out=scratch)
        scratch *= 1.0 / math.sqrt(1.0 - spec.beta2**self.count)
        scratch += spec.epsilon
        xp.divide(mean, scratch, out=scratch)
        scratch *= learning_rate / (1.0 - spec.beta1**self.count)


def _float64(array: Array) -> np.ndarray:
    return np.asarray(to_numpy(array), np.float64)


_MEMORIES: dict[str, tuple[str, ...]] = {
    "sgd": (), "momentum": ("velocity",), "rmsprop": ("square",),
    "adam": ("mean", "square"), "adamw": ("mean", "square"),
}  # fmt: skip


def make_optimizer(spec: Optimizer, parameters: Parameters) -> OptimizerState:
    """A fresh optimizer for these parameters."""
    return OptimizerState(spec, parameters)


def clip(gradients: Array, clip_norm: float, native: Any = None) -> float:
    """g ← θ g/‖g‖ in place when ‖g‖ ≥ θ = `clip_norm` > 0 (Pascanu, Mikolov and Bengio 2013). Returns ‖g‖ before.

    native: the engine's own arithmetic for these gradients, if it has any.
    """
    with np.errstate(all="ignore"):
        norm = math.sqrt(native.squares() if native is not None else float(gradients.dot(gradients)))
        if not math.isfinite(norm):
            # squares overflow long before the gradient does
            largest = float(abs(gradients).max())
            scaled = gradients / largest
            norm = largest * math.sqrt(float(scaled.dot(scaled)))
    if clip_norm > 0 and norm >= clip_norm and math.isfinite(norm):
        if native is not None:
            native.scale(clip_norm / norm)
        else:
            gradients *= clip_norm / norm
    return norm


def scheduled_rate(schedule: Schedule, base: float, step: int) -> float:
    """The learning rate at training step `step` (from 0)."""
    if step < schedule.warmup:
        return base * (step + 1) / schedule.warmup
    after = step - schedule.warmup
    if schedule.kind == "step":
        return base * schedule.factor ** (after // schedule.every)
    if schedule.kind == "cosine":
        done = min(after / schedule.every, 1.0)
        return base * (schedule.factor + (1.0 - schedule.factor) * 0.5 * (1.0 + math.cos(math.pi * done)))
    return base
