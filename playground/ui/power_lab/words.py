"""What the power lab's numbers say, in sentences; and the names of what it draws."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication

from playground.timing.lab import PLAIN, Against, Point, Results, Timed, crossings, value_of
from playground.ui.engine.words import SAME, name_of, times
from playground.ui.plots.ticks import Axis

Read = Callable[[Timed], float]
SHOWS: dict[str, Read] = {
    "time": lambda timed: timed.seconds * 1e3,
    "speed": lambda timed: timed.rows / timed.seconds,
    "products": lambda timed: timed.operations / timed.seconds / 1e9,
}


def tr(text: str) -> str:
    """A text of the power lab, translated."""
    return QCoreApplication.translate("PowerLab", text)


def engine_text(engine: str) -> str:
    """What a person calls what was timed."""
    return tr("plain NumPy, step by step") if engine == PLAIN else name_of(engine)


def against_text(against: Against) -> str:
    """What varies, as it stands in a chooser."""
    return {"units": tr("units"), "batch": tr("batch"), "length": tr("sequence length")}[against]


def show_text(show: str) -> str:
    """What is drawn, as it stands in a chooser."""
    return {"time": tr("step time"), "speed": tr("sequences per second"), "products": tr("matrix products")}[show]


def x_axis(against: Against) -> Axis:
    """Quantity and unit of what varies."""
    texts = {
        "units": (tr("units of each layer (number)"), tr("units")),
        "batch": (tr("batch (sequences in a training step)"), tr("batch (sequences)"), tr("batch")),
        "length": (tr("sequence length T (time steps)"), tr("length (steps)"), "T"),
    }
    return Axis(texts[against], integer=True)


def y_axis(show: str) -> Axis:
    """Quantity and unit of what is drawn."""
    texts = {
        "time": (tr("time of a training step (ms)"), tr("step (ms)"), "ms"),
        "speed": (tr("training speed (sequences per second)"), tr("sequences/s"), "1/s"),
        "products": (tr("matrix products (GFLOP/s)"), "GFLOP/s"),
    }
    return Axis(texts[show], log=True)


def amount(against: Against, value: float) -> str:
    """ "64 units", "a batch of 32", "100 steps"."""
    number = f"{value:.0f}" if value >= 3 or value == round(value) else f"{value:.1f}"
    return {
        "units": tr("{0} units"),
        "batch": tr("a batch of {0}"),
        "length": tr("{0} time steps"),
    }[against].format(number)


def milliseconds(seconds: float) -> str:
    """A duration with three figures: "0.0432 ms", "12.3 ms", "4.1 s"."""
    if seconds >= 1:
        return tr("{0} s").format(f"{seconds:.3g}")
    return tr("{0} ms").format(f"{seconds * 1e3:.3g}")


def explain(results: Results) -> str:
    """What the curves say at the experiment's own size, and where one engine overtakes another."""
    engines = results.engines()
    own = value_of(results.work, results.against)
    at = {engine: results.seconds(Point(engine, own)) for engine in engines if own in results.curve(engine, _time)[0]}
    said = []
    if at:
        best = min(at, key=lambda engine: at[engine])
        others = sorted((engine for engine in at if engine != best), key=lambda engine: at[engine])
        sentence = tr("At {0}, as in this experiment, {1} takes {2} for a training step").format(
            amount(results.against, own), engine_text(best), milliseconds(at[best])
        )
        ratios = [_ratio(at[engine] / at[best], engine) for engine in others]
        said.append(sentence + (f": {tr(' and ').join(ratios)}." if ratios else "."))
    fast = [engine for engine in engines if engine != PLAIN]
    for place, one in enumerate(fast):
        for other in fast[place + 1 :]:
            said += _overtaking(results, one, other)
    said += [tr("Not measured: {0}.").format(problem) for problem in dict.fromkeys(results.refused.values())][:1]
    return " ".join(said)


def _time(timed: Timed) -> float:
    return timed.seconds


def _ratio(ratio: float, engine: str) -> str:
    if ratio < SAME:
        return tr("as fast as {0}").format(engine_text(engine))
    return tr("{0} times as fast as {1}").format(times(ratio), engine_text(engine))


def _overtaking(results: Results, one: str, other: str) -> list[str]:
    """Where one of two engines begins to win; or that one always does."""
    found = crossings(results, one, other)
    if len(found) == 1:
        value, winner = found[0]
        loser = other if winner == one else one
        return [
            tr("Below about {0}, {1} is faster; above, {2}.").format(
                amount(results.against, value), engine_text(loser), engine_text(winner)
            )
        ]
    if found:
        listed = ", ".join(f"{value:.0f}" for value, _ in found)
        text = tr("{0} and {1} change places at about {2}: they are nearly the same there.")
        return [text.format(engine_text(one), engine_text(other), listed)]
    a, b = (dict(zip(*results.curve(engine, _time), strict=True)) for engine in (one, other))
    both = sorted(set(a) & set(b))
    if len(both) < 2:
        return []
    winner, loser = (one, other) if a[both[0]] < b[both[0]] else (other, one)
    ratios = [max(a[value] / b[value], b[value] / a[value]) for value in both]
    return [
        tr("{0} is faster than {1} at every size measured, {2} to {3} times.").format(
            _capital(engine_text(winner)), engine_text(loser), times(min(ratios)), times(max(ratios))
        )
    ]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
