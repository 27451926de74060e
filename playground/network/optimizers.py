"""How weights follow their gradients: one flat array each, updated in place."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

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
        zeros = parameters.xp.zeros_like
        self._memory: dict[str, Array] = {name: zeros(parameters.values) for name in _MEMORIES[spec.kind]}
        self._scratch: Array = zeros(parameters.values)

    def retune(self, spec: Optimizer) -> None:
        """New settings; what is remembered is kept unless the kind changed."""
        if _MEMORIES[spec.kind] != _MEMORIES[self.spec.kind]:
            fresh = OptimizerState(spec, self.parameters)
            self._memory, self.count = fresh._memory, 0
        self.spec = spec

    def arrays(self) -> dict[str, Array]:
        """What is remembered, for a checkpoint: arrays [P] and the `count` of steps [1]."""
        return {**self._memory, "count": np.array([self.count], np.int64)}

    def load(self, arrays: Mapping[str, Array]) -> None:
        """What `arrays` gave, copied back. Raises KeyError or ValueError for what does not fit."""
        for name, array in self._memory.items():
            array[...] = self.parameters.xp.asarray(arrays[name])
        self.count = int(arrays["count"][0])

    def step(self, learning_rate: float) -> None:
        """Move `parameters.values` along `parameters.gradients`; the gradients may be overwritten."""
        xp, spec, scratch = self.parameters.xp, self.spec, self._scratch
        values, gradients = self.parameters.values, self.parameters.gradients
        self.count += 1
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
        values -= scratch

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


_MEMORIES: dict[str, tuple[str, ...]] = {
    "sgd": (), "momentum": ("velocity",), "rmsprop": ("square",),
    "adam": ("mean", "square"), "adamw": ("mean", "square"),
}  # fmt: skip


def make_optimizer(spec: Optimizer, parameters: Parameters) -> OptimizerState:
    """A fresh optimizer for these parameters."""
    return OptimizerState(spec, parameters)


def clip(gradients: Array, clip_norm: float) -> float:
    """g ← θ g/‖g‖ in place when ‖g‖ ≥ θ = `clip_norm` > 0 (Pascanu, Mikolov and Bengio 2013). Returns ‖g‖ before."""
    with np.errstate(all="ignore"):
        norm = math.sqrt(float(gradients.dot(gradients)))
        if not math.isfinite(norm):
            # squares overflow long before the gradient does
            largest = float(abs(gradients).max())
            scaled = gradients / largest
            norm = largest * math.sqrt(float(scaled.dot(scaled)))
    if clip_norm > 0 and norm >= clip_norm and math.isfinite(norm):
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
