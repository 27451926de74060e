"""Does the error find its way back through time? It vanishes (Hochreiter 1991), or it explodes (Bengio et al. 1994)."""

from collections.abc import Iterator

import numpy as np

from playground.training.doctor.anatomy import carriers, outputs
from playground.training.doctor.findings import Evidence, Finding, Verdict
from playground.training.doctor.patient import Floats, Patient
from playground.training.doctor.thresholds import limit

RECENT = 100  # training steps whose gradient norms are looked at


def vanishing(patient: Patient) -> Iterator[Finding]:
    """How far back the error at the end is felt in the first layer that remembers, along its best path.

    That layer's gradient is the sum over all paths, those through the memories of later layers too. Where every step
    has an error of its own nothing has to be crossed, and a direction that reads from the end crosses it the other way.
    """
    net, name = patient.net, patient.net.name
    place = next((layer for layer in net.layers if layer.cell in patient.cells
                  and carriers(patient.cells[layer.cell])), None)  # fmt: skip
    if place is None or patient.facts.at != "last" or any(layer.bidirectional for layer in net.layers):
        yield Finding("vanishing", name, "moot")
        return
    cell = patient.cells[place.cell]
    felt: list[tuple[int, float, int, str]] = []
    for node in dict.fromkeys([*carriers(cell), *outputs(cell)]):
        flow = patient.flow(place.id, node)
        if flow is not None and _last(flow) > 0:
            felt.append((*lag_of_one_percent(flow), _last(flow), node))
    if not felt:
        yield Finding("vanishing", name, "early")
        return
    lag, ratio, length, node = max(felt)
    cut = patient.training.truncate
    if 0 < cut <= lag:
        lag, ratio = cut, 0.0
    wanted = min(patient.lag or length, length)
    needed = limit("reach") * wanted
    verdict: Verdict = "fine" if lag >= needed else "moot" if patient.solved else "early" if patient.early else "alarm"
    yield Finding(
        "vanishing", name, verdict, lag, needed,
        Evidence("gradient", place.id, node, time=max(0, length - lag)), place.id, node,
        {"lag": lag, "ratio": ratio, "wanted": wanted, "length": length, "truncate": cut},
    )  # fmt: skip


def lag_of_one_percent(flow: Floats) -> tuple[int, float]:
    """(steps back from the end at which the gradient has fallen below 1 % for good, first norm over last norm).

    The lag is that of the first step when it never does. flow: [T], with a norm above 0 somewhere.
    """
    last = _last(flow)
    reference = float(flow[last])
    loud = np.flatnonzero(flow[: last + 1] >= limit("vanished") * reference)
    first = int(loud[0])
    return (last - first + 1 if first > 0 else last), float(flow[0]) / reference


def exploding(patient: Patient) -> Iterator[Finding]:
    """The gradient grows on its way back and nothing holds it, leaps from step to step, or is clipped to a small part
    of itself at nearly every step."""
    name, clip, norm = patient.net.name, patient.training.clip_norm, median_norm(patient)
    if patient.early or not np.isfinite(norm):
        yield Finding("exploding", name, "early")
        return
    growth, evidence = _growth(patient)
    usual = float(np.nanmedian(patient.norms))  # of all, because a network that learns needs less and less
    leap = float(np.nanmax(patient.norms)) / usual if usual > 0 else 1.0
    step = int(patient.steps[int(np.nanargmax(patient.norms))])
    part = norm / clip if clip > 0 else 0.0
    values = {"growth": growth, "norm": norm, "clip": clip, "leap": leap, "step": step, "part": part}
    verdict: Verdict
    if clip > 0:
        verdict = "alarm" if norm > limit("clipped") * clip else "fine"
        yield Finding(
            "exploding", name, verdict, norm / clip, limit("clipped"), Evidence("clipping", step=patient.step),
            values=values,
        )  # fmt: skip
    elif growth > limit("explodes"):
        yield Finding(
            "exploding", name, "alarm", growth, limit("explodes"), evidence, evidence.layer, evidence.node, values
        )
    else:
        verdict = "fine" if leap <= limit("leaps") else "moot" if patient.solved else "alarm"
        yield Finding("exploding", name, verdict, leap, limit("leaps"), Evidence("clipping", step=step), values=values)


def _growth(patient: Patient) -> tuple[float, Evidence]:
    """How many times its norm at the end the gradient reaches further back, and where. Where every step adds an error
    of its own, a gradient that neither grows nor shrinks rises in proportion to the steps: that is taken out."""
    most, evidence = 0.0, Evidence("gradient")
    for layer in patient.net.layers:
        cell = patient.cells.get(layer.cell)
        for node in carriers(cell) if cell is not None and not layer.bidirectional else []:
            flow = patient.flow(layer.id, node)
            if flow is None or _last(flow) <= 0:
                continue
            last = _last(flow)
            if patient.facts.at == "every":  # one step's error may be 0 by chance
                grown = flow[: last + 1] / np.arange(last + 1, 0, -1) / flow[last - last // 10 : last + 1].max()
            else:
                grown = flow[: last + 1] / flow[last]
            if (growth := float(grown.max())) > most:
                most, evidence = growth, Evidence("gradient", layer.id, node, time=int(grown.argmax()))
    return most, evidence


def median_norm(patient: Patient) -> float:
    """‖∂L/∂w‖ before clipping of a usual step, NaN where there are too few."""
    norms = patient.norms[-RECENT:]
    norms = norms[np.isfinite(norms)]
    return float(np.median(norms)) if norms.size >= RECENT // 4 else float("nan")


def _last(flow: Floats) -> int:
    """The last step whose gradient is not 0; -1 when all are."""
    loud = np.flatnonzero(flow)
    return int(loud[-1]) if loud.size else -1
