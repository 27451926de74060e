"""Interventions in words: in the list, on the canvas, in plots. Steps count from 0, as on the axes."""

import re
from collections.abc import Iterable

from PySide6.QtCore import QCoreApplication

from playground.errors import BadInput
from playground.experiment.document import Experiment
from playground.network.changes import AnyChange, Clamp, Cut, Freeze, ProbeEdit
from playground.training.interventions import Intervention, Noise
from playground.ui.interventions.reaching import Effect

PER_CENT = frozenset(("accuracy", "fraction_correct"))  # metrics that are shares
MOST_LISTED = 6


def tr(text: str) -> str:
    """A text in the person's language."""
    return QCoreApplication.translate("Interventions", text)


def number(value: float) -> str:
    """A number as a person reads it."""
    return f"{value:.3g}".replace("-", "−")


def title(change: AnyChange) -> str:
    """What is done, in one line: "forget clamped to 0"."""
    if isinstance(change, Clamp):
        node = change.node.replace("back.", tr("backward "))
        if change.hold:
            return tr("{0} held").format(node)
        return tr("{0} clamped to {1}").format(node, number(change.value))
    if isinstance(change, Cut):
        text = tr("gradient of {0} → {1} blocked") if change.gradient_only else tr("{0} → {1} blocked")
        return text.format(change.source, change.node)
    if isinstance(change, Freeze):
        return tr("{0} frozen").format(change.parameter)
    if change.text:
        return tr("the sequence that is looked at was typed")
    count = len(change.points)
    text = tr("{0} point of the sequence moved") if count == 1 else tr("{0} points of the sequence moved")
    return text.format(count)


def details(change: AnyChange, experiment: Experiment) -> str:
    """Where, when and which units."""
    if isinstance(change, ProbeEdit):
        return ""
    parts = [change.net] if len(experiment.networks) > 1 else []
    if isinstance(change, Clamp | Cut):
        layers = next((net.layers for net in experiment.networks if net.name == change.net), ())
        parts += [change.layer] if len(layers) > 1 else []
    if isinstance(change, Clamp):
        parts += [steps_text(change), units_text(change.units)]
    return " · ".join(parts)


def steps_text(clamp: Clamp) -> str:
    """When: "t = 3", "t = 3 – 8", "all steps"."""
    first, last = clamp.start, None if clamp.stop is None else clamp.stop - 1
    if first == 0 and last is None:
        return tr("all steps")
    if last is None:
        return tr("from t = {0}").format(step(first))
    return f"t = {step(first)}" if first == last else f"t = {step(first)} – {step(last)}"


def step(t: int) -> str:
    """A step; a negative one counts from the end."""
    return str(t) if t >= 0 else tr("{0} before the end").format(-t)


def units_text(units: tuple[int, ...]) -> str:
    """Which units: "all units", "unit 3", "units 0, 2, 3"."""
    if not units:
        return tr("all units")
    if len(units) == 1:
        return tr("unit {0}").format(units[0])
    shown = ", ".join(map(str, units[:MOST_LISTED])) + ("…" if len(units) > MOST_LISTED else "")
    return tr("units {0}").format(shown)


def typed_units(text: str) -> tuple[int, ...]:
    """Units as typed: "all", "3", "0, 2, 5-7". Raises BadInput."""
    plain = text.strip().lower()
    if plain in ("", "all", tr("all")):
        return ()
    found: set[int] = set()
    for part in re.split(r"[,;\s]+", plain):
        match = re.fullmatch(r"(\d{1,4})(?:[-–](\d{1,4}))?", part)
        if match is None:
            raise BadInput("units", tr("“{0}” names no unit").format(part), tr("type all, or such as 0, 2, 5-7"))
        first, last = int(match[1]), int(match[2] or match[1])
        found.update(range(min(first, last), max(first, last) + 1))
    return tuple(sorted(found))


def written_units(units: tuple[int, ...]) -> str:
    """The way back from `typed_units`, neighbours as a range."""
    if not units:
        return tr("all")
    runs: list[list[int]] = []
    for unit in units:
        if runs and runs[-1][1] == unit - 1:
            runs[-1][1] = unit
        else:
            runs.append([unit, unit])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)


def effect_text(effect: Effect) -> str:
    """What they do to one network: "LSTM: test loss 0.021 → 0.48, accuracy 100 % → 50 %; this sequence 0.02 → 0.5"."""
    parts = []
    if effect.test is not None:
        parts.append(tr("test loss {0} → {1}").format(*map(number, effect.test)))
    if effect.metric is not None:
        name, before, after = effect.metric
        parts.append(f"{name.replace('_', ' ')} {measure(name, before)} → {measure(name, after)}")
    if effect.probe is not None:
        parts.append(tr("this sequence {0} → {1}").format(*map(number, effect.probe)))
    return f"{effect.net}: {', '.join(parts)}" if parts else tr("{0}: its loss is being measured").format(effect.net)


def measure(metric: str, value: float) -> str:
    """A metric's value; shares in per cent."""
    return f"{100 * value:.3g} %" if metric in PER_CENT else number(value)


def noise_text(noise: Noise) -> str:
    """What was added: "noise on layer1.forget.bias, 10 % of the weights"."""
    names = list(noise.sigmas)
    what = names[0] if len(names) == 1 else tr("{0} parameters").format(len(names))
    return tr("noise on {0}, {1} % of the weights").format(what, f"{100 * noise.share:g}")


def by_hand_text(last: Intervention, before: float) -> str:
    """A weight that was set: "layer1.forget.bias[3]: 1 → 2.5"."""
    place = f"{last.parameter}[{', '.join(map(str, last.index))}]"
    return f"{place}: {number(before)} → {number(last.after)}"


def stretches(changes: Iterable[AnyChange], net: str, layer: str, length: int) -> list[tuple[int, int, str]]:
    """(first step, last step, text) of all that is clamped in a layer of a network, for plots over time. Clamps of the
    same steps share a text."""
    found: dict[tuple[int, int], list[str]] = {}
    for change in changes:
        if isinstance(change, Clamp) and change.on and change.net == net and change.layer == layer:
            first, stop, _ = slice(change.start, change.stop).indices(length)
            if first < stop:
                text = tr("{0} held").format(change.node) if change.hold else f"{change.node} = {number(change.value)}"
                found.setdefault((first, stop - 1), []).append(text)
    return [(*steps, ", ".join(texts)) for steps, texts in found.items()]
