"""What other seeds came to, as a band around their median, behind the curves of the run that is watched."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from playground.training.repeats.statistics import Band, band
from playground.ui.plots.history import Line
from playground.ui.plots.items import Curve, Style, contestant
from playground.ui.plots.legend import Entry
from playground.ui.plots.words import tr

GROUP = "seeds"
DASH = (1.5, 2.5)


class SeedBands:
    """For a plot with one curve per network: it asks for `curves` and `entry` when it makes its series, which it does
    again when `update` says so."""

    def __init__(self, session: Any) -> None:
        self._repeats: Any = getattr(session, "repeats", None)  # a session that stands still has none
        self._text = ""
        self.bands: dict[str, Band] = {}

    def update(self, names: tuple[str, ...], metric: str) -> bool:
        """Take over what there is now. Whether other curves or another legend are needed than before."""
        before = self._text, tuple(self.bands)
        self.bands = {}
        for name in names if self._repeats is not None else ():
            found = band(self._repeats.of_seeds(name), metric)
            if found is not None:
                self.bands[name] = found
        self._text = self._words()
        return before != (self._text, tuple(self.bands))

    def _words(self) -> str:
        if not self.bands:
            return ""
        runs = sorted({found.runs for found in self.bands.values()})
        count = f"{runs[0]}" if len(runs) == 1 else f"{runs[0]}–{runs[-1]}"
        quartiles = any(found.quartiles for found in self.bands.values())
        text = tr("{0} seeds: median, quartiles") if quartiles else tr("{0} seeds: median, min–max")
        return text.format(count)

    def curves(self, names: tuple[str, ...]) -> list[Curve]:
        """The medians, with their bands."""
        made = []
        for index, name in enumerate(names):
            if name in self.bands:
                style = Style(contestant(index), 1.3, DASH)
                curve = Curve(f"{name} seeds", tr("{0} median").format(name), style, (name, GROUP))
                curve.setZValue(0)
                made.append(curve)
        return made

    def entries(self) -> list[Entry]:
        """The legend's switch of all bands, where there are any."""
        return [Entry(GROUP, self._text, Style(lambda theme: theme.muted, 1.3, DASH))] if self.bands else []

    def show(self, curves: dict[str, Curve]) -> None:
        """Hand the numbers to the curves."""
        for name, found in self.bands.items():
            curve = curves.get(f"{name} seeds")
            if curve is not None:
                curve.set_source(Line(found.steps, found.median), (found.low, found.high))

    def values(self) -> list[np.ndarray]:
        """All that is drawn, for the range of the y axis."""
        return [edge for found in self.bands.values() for edge in (found.low, found.high)]

    @property
    def last(self) -> float:
        """The last step that is drawn."""
        return max((float(found.steps[-1]) for found in self.bands.values()), default=0.0)

    def columns(self, unit: str) -> list[tuple[np.ndarray, dict[str, NDArray]]]:
        """For `playground.export.tables.aligned`: steps, and header → values, of each network."""
        groups: list[tuple[np.ndarray, dict[str, NDArray]]] = []
        for name, found in self.bands.items():
            low, high = ("lower quartile", "upper quartile") if found.quartiles else ("lowest", "highest")
            parts = {"median": found.median, low: found.low, high: found.high}
            made: dict[str, NDArray] = {
                f"{name} {part} of {found.runs} seeds [{unit}]": values for part, values in parts.items()
            }
            groups.append((found.steps.astype(np.int64), made))
        return groups
