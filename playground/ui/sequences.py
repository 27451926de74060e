"""The sequences that the palette offers: each with the settings it starts with."""

from dataclasses import dataclass

from playground.errors import BadInput
from playground.tasks.spec import Adding, AnyTask, DelayedRecall, Sines, Table, TemporalOrder, Text


@dataclass(frozen=True)
class Sequence:
    """`key` is what a drag carries (`application/x-rnn-task`)."""

    key: str
    title: str
    note: str
    spec: AnyTask


SEQUENCES: dict[str, Sequence] = {
    entry.key: entry
    for entry in (
        Sequence("delayed_recall", "Delayed recall", "remember one bit", DelayedRecall()),
        Sequence("adding", "Adding problem", "Hochreiter 1997, exp. 4", Adding()),
        Sequence("temporal_order", "Temporal order", "Hochreiter 1997, exp. 6", TemporalOrder()),
        Sequence(
            "sunspots", "Sunspots", "1700–2008, yearly",
            Table(inputs=("SUNACTIVITY",), targets=("SUNACTIVITY",), time="YEAR", train_until=1920, test_until=1955),
        ),
        Sequence("sines", "Sine mixture", "waves with noise", Sines()),
        Sequence("text", "Next character", "a text, letter by letter", Text()),
    )
}  # fmt: skip


def find_sequence(key: str) -> Sequence:
    """Raises BadInput for a key that the palette does not have."""
    if key not in SEQUENCES:
        raise BadInput(key, "there is no such sequence", f"choose one of {', '.join(SEQUENCES)}")
    return SEQUENCES[key]


def title_of(spec: AnyTask) -> str:
    """What a task is called in the window."""
    for entry in SEQUENCES.values():
        if type(entry.spec) is type(spec) and getattr(spec, "file", "") == getattr(entry.spec, "file", ""):
            return entry.title
    return str(getattr(spec, "file", "")).replace("\\", "/").rsplit("/", 1)[-1]


def describe(spec: AnyTask) -> str:
    """The title and the one number that matters: "Delayed recall · lag 100"."""
    title = title_of(spec)
    if isinstance(spec, DelayedRecall):
        return f"{title} · lag {spec.lag}"
    if isinstance(spec, Table):
        return f"{title} · {spec.horizon} ahead"
    return f"{title} · T = {spec.length}"
