"""Where else in the test data the same units stay on (LSTMVis: Strobelt et al. 2018)."""

import numpy as np

from playground.engine.devices import to_numpy
from playground.errors import BadInput
from playground.network.inspections.spec import SelectionMatches
from playground.network.network import Network
from playground.network.selection import Match, find_matches, on_throughout, ranked
from playground.tasks.base import Batch

BACK = "back."
MOST_STEPS = 10_000  # of the test data that are searched
AT_ONCE = 1024  # steps times sequences that run side by side
AROUND = 8  # steps before and after a match that are told


def selection_matches(network: Network, batch: Batch, question: SelectionMatches) -> dict[str, np.ndarray]:
    """batch: the test data, B sequences. For M matches, best first:

    "sequence", "start", "overlap", "extra" [M] int64: see `playground.network.selection.Match`. "means" [M, L + 16]:
    the mean of the chosen units from 8 steps before to 8 steps after, NaN outside of the sequence. "inputs" [M, L + 16]
    int64: which input is the largest there (the symbol, at a task of symbols), -1 outside of the sequence and where all
    are 0. "searched" [2] int64: sequences and steps that were searched. Raises BadInput.
    """
    T, B, _ = batch.inputs.shape
    B = max(1, min(B, MOST_STEPS // max(1, T)))
    width = max(1, min(B, AT_ONCE // max(1, T)))
    matches: list[Match] = []
    values: list[np.ndarray] = []
    units = np.array(question.units, np.intp)
    for low in range(0, B, width):
        part = _part(batch, low, width)
        found = _values(network, part, question)
        if units.size and units.max() >= found.shape[2]:
            place = f"networks.{network.net.name}.layers.{question.layer}.units"
            raise BadInput(place, f"there is no unit {int(units.max())} any more", "choose the stretch again")
        for row in range(min(width, B - low)):
            on = on_throughout(found[:, row], question.threshold, question.length, question.only)
            some = find_matches(on, units, question.length, most=question.most, sequence=low + row)
            matches += some
            values += [_window(found[:, row, units].mean(axis=1), match.start, question.length) for match in some]
    order = {match: number for number, match in enumerate(matches)}
    best = ranked(matches, question.most)
    length = question.length + 2 * AROUND
    return {
        "sequence": np.array([match.sequence for match in best], np.int64),
        "start": np.array([match.start for match in best], np.int64),
        "overlap": np.array([match.overlap for match in best], np.int64),
        "extra": np.array([match.extra for match in best], np.int64),
        "means": np.array([values[order[match]] for match in best]).reshape(-1, length),
        "inputs": np.array([_largest(batch, match, question.length) for match in best], np.int64).reshape(-1, length),
        "searched": np.array([B, B * T], np.int64),
    }


def _part(batch: Batch, low: int, width: int) -> Batch:
    """`width` sequences from `low` on; at the end of the data its last ones stand in, so that no shape is made anew."""
    B = batch.inputs.shape[1]
    rows = np.minimum(np.arange(low, low + width), B - 1)
    return Batch(batch.inputs[:, rows], batch.targets[:, rows], batch.mask[:, rows])


def _values(network: Network, batch: Batch, question: SelectionMatches) -> np.ndarray:
    """[T, B, H] of the node."""
    place = f"networks.{network.net.name}.layers.{question.layer}"
    with network.watched(batch) as (run, _):
        part = next((part for part in run.layers if part.layer.id == question.layer), None)
        if part is None:
            raise BadInput(place, "there is no such layer any more", "choose another layer")
        try:
            return np.asarray(to_numpy(part.values(question.node)), np.float64).transpose(0, 2, 1)
        except KeyError:
            problem = "there is no such node any more"
            raise BadInput(f"{place}, node {question.node}", problem, "choose another node") from None


def _window(values: np.ndarray, start: int, length: int) -> np.ndarray:
    """values [T] from `AROUND` steps before a match to as many after, NaN outside."""
    padded = np.full(len(values) + 2 * AROUND, np.nan)
    padded[AROUND : AROUND + len(values)] = values
    return padded[start : start + length + 2 * AROUND]


def _largest(batch: Batch, match: Match, length: int) -> np.ndarray:
    inputs = batch.inputs[:, match.sequence]
    seen = np.where(inputs.any(axis=1), inputs.argmax(axis=1), -1).astype(np.float64)
    return np.nan_to_num(_window(seen, match.start, length), nan=-1.0).astype(np.int64)
