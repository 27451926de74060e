"""The sequence that is looked at, with what a person changed in it."""

import numpy as np

from playground.errors import BadInput
from playground.network.changes import ProbeEdit
from playground.tasks.base import Batch, Facts, Probe, Task

LONGEST_TEXT = 2000


def edited(task: Task, probe: Probe, edit: ProbeEdit | None) -> Probe:
    """The probe with other inputs, and the targets that the task gives for them (`Task.answer`).

    Points outside the sequence are passed over, because a task can become shorter. Raises BadInput for a text that is
    too short or has characters that the task does not know.
    """
    if edit is None:
        return probe
    facts = task.facts
    batch = _typed(task, edit) if edit.text and can_type(facts) else probe.batch
    inputs = batch.inputs.copy()
    for point in edit.points:
        if point.time < len(inputs) and point.column < facts.inputs:
            if facts.input_symbols is not None:
                inputs[point.time] = 0.0
            inputs[point.time, 0, point.column] = point.value
    times = probe.times if len(inputs) == len(probe.times) else np.arange(len(inputs), dtype=float)
    return Probe(task.answer(Batch(inputs, batch.targets, batch.mask)), times)


def can_type(facts: Facts) -> bool:
    """Whether the sequence is a text that a person can type: every step a character, and the next one is the answer."""
    return facts.symbols is not None and facts.input_symbols == facts.symbols and facts.at == "every"


def text_of(facts: Facts, probe: Probe) -> str:
    """The text that the sequence is; "" where it is none."""
    if not can_type(facts) or facts.symbols is None:
        return ""
    return "".join(facts.symbols[number] for number in probe.batch.inputs[:, 0].argmax(axis=1))


def _typed(task: Task, edit: ProbeEdit) -> Batch:
    """The text as inputs [T, 1, D]; the character after its end is not known, so no target counts there."""
    symbols = task.facts.symbols or ()
    place, text = f"interventions.{edit.id}.text", edit.text[:LONGEST_TEXT]
    unknown = sorted(set(text) - set(symbols))
    if unknown:
        shown = " ".join(repr(letter) for letter in unknown[:5])
        raise BadInput(place, f"the text of this task has no {shown}", "type characters that occur in it")
    if len(text) < 2:
        raise BadInput(place, "one character is no sequence", "type two or more")
    numbers = {symbol: number for number, symbol in enumerate(symbols)}
    codes = np.array([numbers[letter] for letter in text])
    targets, mask = np.append(codes[1:], 0)[:, None], np.ones((len(codes), 1))
    mask[-1] = 0.0
    return Batch(np.eye(len(symbols))[codes][:, None], targets, mask)
