"""The state of a trainer as named arrays, and what of it survives when a network is built anew."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playground.cell.names import renamed_parameter
from playground.engine.devices import to_numpy
from playground.errors import BadInput
from playground.training.interventions import weight_place
from playground.training.trainer import Trainer

Arrays = dict[str, NDArray]


def weights(trainer: Trainer) -> Arrays:
    """Parameter name → a copy of its values."""
    parameters = trainer.network.parameters
    return {name: host(parameters.view(name)) for name in parameters.names}


def state_arrays(trainer: Trainer) -> Arrays:
    """Everything a trainer needs to go on with the same bits: "weights/P", "optimizer/NAME[/P]", "carried/i".

    Optimizer arrays as long as the parameters are stored by parameter name, so that the file does not depend on how
    the engine packs them.
    """
    found: Arrays = {f"weights/{name}": array for name, array in weights(trainer).items()}
    for name, array in trainer.optimizer.arrays().items():
        if _is_flat(trainer, array):
            for parameter, values in _split(trainer, array).items():
                found[f"optimizer/{name}/{parameter}"] = values
        else:
            found[f"optimizer/{name}"] = host(array)
    if trainer.carried is not None:
        found["carried/rows"] = np.array([trainer.carried_rows])
        found |= {f"carried/{i}": host(state) for i, state in enumerate(trainer.carried)}
    return found


def load_weights(trainer: Trainer, arrays: Mapping[str, NDArray], place: str) -> None:
    """Set all weights from "weights/P". Raises BadInput, and changes nothing, when one is missing, too many or of
    another shape."""
    given = {name.removeprefix("weights/"): array for name, array in arrays.items() if name.startswith("weights/")}
    parameters = trainer.network.parameters
    remedy = "open the experiment that it was saved with"
    for name in parameters.names:
        shape = tuple(parameters.view(name).shape)
        if name not in given:
            raise BadInput(place, f"network {trainer.name} has no {name} in it", remedy)
        if given[name].shape != shape:
            found = f"{name} of network {trainer.name} is {list(given[name].shape)} in it, not {list(shape)}"
            raise BadInput(place, found, remedy)
    extra = sorted(set(given) - set(parameters.names))
    if extra:
        raise BadInput(place, f"it has {extra[0]}, which network {trainer.name} has not", remedy)
    for name, array in given.items():
        _assign(trainer, name, array)


def load_state(trainer: Trainer, arrays: Mapping[str, NDArray], place: str) -> None:
    """Take up what `state_arrays` gave; an optimizer of another kind begins afresh. Raises as `load_weights`."""
    load_weights(trainer, arrays, place)
    parameters = trainer.network.parameters
    loaded: dict[str, Any] = {}
    for name, present in trainer.optimizer.arrays().items():
        parts = {p: arrays[f"optimizer/{name}/{p}"] for p in parameters.names if f"optimizer/{name}/{p}" in arrays}
        whole = arrays.get(f"optimizer/{name}")
        if _is_flat(trainer, present) and len(parts) == len(parameters.names):
            if all(part.shape == parameters.view(p).shape for p, part in parts.items()):
                loaded[name] = _merge(trainer, parts)
        elif whole is not None and whole.shape == np.shape(present):
            loaded[name] = whole
    if len(loaded) == len(trainer.optimizer.arrays()):
        trainer.optimizer.load(loaded)
    trainer.carried, trainer.carried_rows = None, 0
    if "carried/rows" in arrays:
        rows = int(arrays["carried/rows"].sum())
        sizes = [slot.size for plan in trainer.network.plans().values() for slot in plan.memories]
        states = tuple(arrays.get(f"carried/{i}", np.empty(0)) for i in range(len(sizes)))
        if [state.shape for state in states] != [(size, rows) for size in sizes]:
            raise BadInput(
                place, f"the carried state of network {trainer.name} is damaged in it", "start again at step 0"
            )
        trainer.carried, trainer.carried_rows = states, rows


def set_weight(trainer: Trainer, parameter: str, index: tuple[int, ...], value: float) -> tuple[float, float]:
    """Set one number of a parameter, and leave what the optimizer remembers of it. Returns it before and after.

    Raises BadInput, and changes nothing, where there is no such number or the value is not finite in this precision.
    """
    parameters = trainer.network.parameters
    if parameter not in parameters.entries:
        place = weight_place(trainer.name, parameter)
        raise BadInput(place, "there is no such parameter", f"choose one of {', '.join(parameters.names)}")
    place, view = weight_place(trainer.name, parameter, index), parameters.view(parameter)
    if len(index) != view.ndim or not all(0 <= i < size for i, size in zip(index, view.shape, strict=True)):
        raise BadInput(place, f"its shape is {list(view.shape)}", "give an index inside it, counted from 0")
    with np.errstate(over="ignore"):
        number = float(view.dtype.type(value))
    if not math.isfinite(number):
        raise BadInput(place, f"{value} cannot be a weight in {view.dtype}", "give a finite number")
    before = float(view[index])
    view[index] = number
    return before, number


def keep(old: Trainer, new: Trainer, renames: Mapping[str, Mapping[str, str]] | None = None) -> bool:
    """Copy every weight that means the same in both, with the optimizer's memory of it: same name, same shape.

    renames: layer id → old node → new node, of nodes that only have another name now.
    Returns whether the new network is still the old one in some part: some weight of a layer was kept.
    """
    before, after = old.network.parameters, new.network.parameters
    was = {_renamed(name, renames or {}): name for name in before.names}
    kept = {name: was[name] for name in after.names if name in was}
    kept = {name: old for name, old in kept.items() if before.view(old).shape == after.view(name).shape}
    for name, source in kept.items():
        _assign(new, name, host(before.view(source)))
    if old.training.optimizer.kind == new.training.optimizer.kind:
        _keep_optimizer(old, new, kept)
    new.steps = old.steps
    layers = {layer.id for layer in new.net.layers}
    return any(name.partition(".")[0] in layers for name in kept)


def _renamed(name: str, renames: Mapping[str, Mapping[str, str]]) -> str:
    """What a parameter of a network ("layer1.back.forget.bias") is called once nodes of its layer have new names."""
    layer, _, rest = name.partition(".")
    back, rest = ("back.", rest.removeprefix("back.")) if rest.startswith("back.") else ("", rest)
    return f"{layer}.{back}{renamed_parameter(rest, renames[layer])}" if layer in renames else name


def _keep_optimizer(old: Trainer, new: Trainer, kept: Mapping[str, str]) -> None:
    """kept: name in the new network → name in the old one."""
    source, target = old.optimizer.arrays(), new.optimizer.arrays()
    loaded: dict[str, Any] = {}
    for name, array in target.items():
        if name not in source:
            return
        if _is_flat(new, array) and _is_flat(old, source[name]):
            before = _split(old, source[name])
            loaded[name] = _merge(
                new, _split(new, array) | {new_name: before[old_name] for new_name, old_name in kept.items()}
            )
        else:
            loaded[name] = host(source[name])
    new.optimizer.load(loaded)


def host(array: Any) -> NDArray:
    """A copy in ordinary memory, wherever the array lives."""
    return np.array(to_numpy(array)) if hasattr(array, "dtype") else np.asarray(array)


def _assign(trainer: Trainer, name: str, array: NDArray) -> None:
    trainer.network.parameters.view(name)[...] = trainer.engine.xp.asarray(array)


def _is_flat(trainer: Trainer, array: Any) -> bool:
    """Whether an optimizer's array has one number for each parameter."""
    return np.shape(array) == (trainer.network.parameters.count,)


def _split(trainer: Trainer, flat: Any) -> Arrays:
    """An array laid out as the parameters are, by parameter name."""
    flat, entries = host(flat), trainer.network.parameters.entries
    return {name: flat[e.offset : e.offset + e.size].reshape(e.shape) for name, e in entries.items()}


def _merge(trainer: Trainer, parts: Mapping[str, NDArray]) -> NDArray:
    """The way back from `_split`."""
    parameters = trainer.network.parameters
    flat = np.zeros(parameters.count, parameters.values.dtype)
    for name, entry in parameters.entries.items():
        flat[entry.offset : entry.offset + entry.size] = parts[name].reshape(-1)
    return flat
