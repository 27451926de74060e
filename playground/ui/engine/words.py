"""Engines in words: what they are called, why this one computes, and why another cannot."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QCoreApplication

from playground.training.messages import EngineChosen

ORDER = ("native", "numpy", "cupy")  # as they are listed
NAMES = {"native": "native CPU", "numpy": "NumPy", "cupy": "CuPy (GPU)"}
SAME = 1.05  # ratios below this are a tie


def _tr(text: str) -> str:
    return QCoreApplication.translate("Engine", text)


def name_of(engine: str) -> str:
    """What a person calls it."""
    return NAMES.get(engine, engine)


def times(ratio: float) -> str:
    """A ratio of speeds: "7.1", "12", "140"."""
    if ratio < 9.95:
        return f"{ratio:.1f}"
    return f"{ratio:.0f}" if ratio < 99.5 else f"{float(f'{ratio:.2g}'):,.0f}"


def reason(chosen: EngineChosen | None, usable: Sequence[str]) -> str:
    """One line: the engine at work, and why it is this one."""
    if chosen is None:
        return _tr("The engine is chosen when the training process is ready.")
    name, found = name_of(chosen.engine), chosen.seconds
    parts = []
    if chosen.why == "asked":
        parts.append(_tr("as you chose"))
    elif chosen.why == "checkpoint":
        parts.append(_tr("as the checkpoint was made, so that the same numbers come out"))
    own = found.get(chosen.engine)
    if own is not None:
        for other in sorted((other for other in found if other != chosen.engine), key=lambda other: found[other]):
            parts.append(_beside(found[other] / own, other))
    elif chosen.why == "open":
        parts.append(_tr("not yet compared for this network"))
    elif chosen.why == "fastest" and len(usable) > 1:
        parts.append(_tr("this network is too large to try all engines first"))
    if "native" not in usable and usable:
        parts.append(_tr("LLVM cannot compile here"))
    if "cupy" not in usable and usable:
        parts.append(_tr("no GPU here"))
    elif "cupy" in usable and "cupy" not in found and chosen.engine != "cupy":
        parts.append(_tr("the GPU is not yet compared"))
    return f"{name}: {'; '.join(parts)}" if parts else name


def _beside(ratio: float, other: str) -> str:
    name = name_of(other)
    if ratio > SAME:
        return _tr("{0} times {1} for this network").format(times(ratio), name)
    if ratio < 1 / SAME:
        return _tr("{1} would be {0} times as fast for this network").format(times(1 / ratio), name)
    return _tr("as fast as {0} for this network").format(name)


def entry(engine: str, lines: Mapping[str, str], usable: Sequence[str]) -> str:
    """The engine in a menu: its name, and why it cannot be used where it cannot."""
    name = name_of(engine)
    return name if engine in usable or not lines else f"{name} – {lines.get(engine, _tr('not here'))}"
