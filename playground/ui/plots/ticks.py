"""Where the ticks of an axis lie and what they read. No Qt: the width of a text comes in as a function."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

Ticks = list[tuple[float, str]]
Measure = Callable[[str], float]

SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
LOW_ROW = 12.0  # px between ticks of an upright axis that would have only one otherwise
NAME_ROW, NUMBER_ROW = 10.0, 20.0  # px between the names of an upright axis: symbols, or times
FEW = 12  # so many or fewer names are taken as names, even if they are numbers
GAP = 14.0  # px between the texts of two neighbouring ticks


@dataclass(frozen=True)
class Axis:
    """What an axis shows. `labels`: the same label from long to short; the longest that fits is drawn.

    log: positions are log₁₀ of the values. integer: only whole numbers. grouped: 12,000 rather than 12000 (a year is
    not grouped). names: texts for the positions 0, 1, 2 … instead of numbers. kind: "time" or "step" for the axes that
    many plots have in common, so that they can be zoomed and read together.
    """

    labels: tuple[str, ...]
    log: bool = False
    integer: bool = False
    grouped: bool = True
    names: tuple[str, ...] = ()
    kind: str = ""

    @property
    def label(self) -> str:
        """The full label: quantity and unit."""
        return self.labels[0]


def power_text(exponent: int, plain: bool = False) -> str:
    """10 to a whole power: 0.001 when written plain, otherwise 10⁻³; 1 is always 1."""
    if plain or exponent == 0:
        return f"{10.0**exponent:,.{max(0, -exponent)}f}"
    return "10" + str(exponent).translate(SUPERSCRIPT)


@lru_cache(maxsize=1024)
def number_text(value: float, step: float = 0.0, grouped: bool = True, powers: bool | None = None) -> str:
    """A tick's text with just the decimals that `step` needs; powers of ten for what is very large or small.

    powers: whether it is written with a power of ten, None: as its size asks for.
    """
    if value == 0:
        return "0"
    if _large_or_small(max(abs(value), step)) if powers is None else powers:
        exponent = math.floor(math.log10(abs(value)) + 1e-9)
        factor = f"{value / 10.0**exponent:.2f}".rstrip("0").rstrip(".")
        power = "10" + str(exponent).translate(SUPERSCRIPT)
        return power if factor == "1" else f"{factor}×{power}".replace("-", "−")
    decimals = max(0, -math.floor(math.log10(step) + 1e-9)) if step > 0 else 0
    if step > 0 and abs(round(step, decimals) - step) > 1e-9 * step:
        decimals += 1  # steps of 0.25
    return f"{value:{',' if grouped else ''}.{decimals}f}".replace("-", "−")


def _large_or_small(size: float) -> bool:
    return size >= 1e7 or size < 1e-3


def value_text(value: float, figures: int = 4) -> str:
    """A value that was read off, with so many figures; one fewer beside a power of ten."""
    if not math.isfinite(value):
        return "–"
    if value != 0 and (abs(value) >= 1e6 or abs(value) < 1e-3):
        factor, _, exponent = f"{value:.{max(0, figures - 2)}e}".partition("e")
        factor = factor.rstrip("0").rstrip(".") if "." in factor else factor
        return f"{factor}×10{str(int(exponent)).translate(SUPERSCRIPT)}".replace("-", "−")
    text = f"{value:.{figures}g}"
    return (f"{value:.0f}" if "e" in text else text).replace("-", "−")


def nice_step(rough: float, integer: bool = False) -> float:
    """The smallest of 1, 2, 2.5, 5 × 10ᵏ that is at least `rough`."""
    if rough <= 0 or not math.isfinite(rough):
        return 1.0
    power = 10.0 ** math.floor(math.log10(rough) + 1e-9)
    factors = (1.0, 2.0, 5.0, 10.0) if integer and power < 10 else (1.0, 2.0, 2.5, 5.0, 10.0)
    step = next(f * power for f in factors if f * power >= rough * (1 - 1e-9))
    return max(1.0, step) if integer else step


def nice_upper(value: float) -> float:
    """The smallest of 1, 1.2, 1.6, 2, 2.5, 3, 4, 5, 6, 8 × 10ᵏ that is at least `value` (> 0)."""
    power = 10.0 ** math.floor(math.log10(value) + 1e-12)
    return next(f * power for f in (1, 1.2, 1.6, 2, 2.5, 3, 4, 5, 6, 8, 10) if f * power >= value * (1 - 1e-12))


@lru_cache(maxsize=256)
def nice_log_bounds(low: float, high: float) -> tuple[float, float]:
    """log₁₀ of bounds at 1, 2, 5 × 10ᵏ around the positive numbers `low` and `high`."""

    def snap(value: float, up: bool) -> float:
        power = math.floor(math.log10(value) + 1e-12)
        stops = [math.log10(f) + power for f in (1, 2, 5, 10)]
        at = math.log10(value)
        if up:
            return next(stop for stop in stops if stop >= at - 1e-9)
        return next(stop for stop in reversed(stops) if stop <= at + 1e-9)

    bottom, top = snap(low, False), snap(high, True)
    return (bottom, top) if top - bottom > 0.2 else (bottom - 0.3, top + 0.3)


@lru_cache(maxsize=512)
def ticks(axis: Axis, low: float, high: float, pixels: float, measure: Measure, across: bool) -> Ticks:
    """Ticks from `low` to `high` (positions) on an axis `pixels` long, so far apart that no two texts touch.

    across: the axis is horizontal, so that widths count; otherwise a line's height does.
    """
    if not (math.isfinite(low) and math.isfinite(high)) or high <= low or pixels < 8:
        return []
    if axis.names:
        return _named(axis.names, low, high, pixels)
    if axis.log:
        return _logarithmic(axis, low, high, pixels, measure, across)
    return _linear(axis, low, high, pixels, measure, across)


def _linear(
    axis: Axis, low: float, high: float, pixels: float, measure: Measure, across: bool, apart: float = 0.0
) -> Ticks:
    apart = apart or (min(90.0, max(40.0, pixels / 9)) if across else min(60.0, max(20.0, pixels / 8)))
    made: Ticks = []
    for _ in range(6):
        step = nice_step((high - low) * apart / pixels, axis.integer)
        slack = 1e-6 * (high - low)
        multiples = range(math.ceil(low / step - 1e-6), math.floor(high / step + 1e-6) + 1)
        positions = [at for at in (number * step for number in multiples) if low - slack <= at <= high + slack]
        powers = _large_or_small(max([step, *map(abs, positions)]))  # all of them, or none
        made = [(at, number_text(at, step, axis.grouped, powers)) for at in positions]
        need = max((measure(text) for _, text in made), default=0.0) + GAP if across else apart
        if step / (high - low) * pixels >= need:
            break
        apart = max(need, apart * 1.3)
    if len(made) < 2 and not across and apart > LOW_ROW:
        return _linear(axis, low, high, pixels, measure, across, LOW_ROW)
    return made


def _logarithmic(axis: Axis, low: float, high: float, pixels: float, measure: Measure, across: bool) -> Ticks:
    need = 48.0 if across else min(36.0, max(16.0, pixels / 8))
    span = high - low
    if span < 0.35:
        plain = Axis(axis.labels)
        inside = _linear(plain, 10.0**low, 10.0**high, pixels, measure, across)
        return [(math.log10(at), text) for at, text in inside if at > 0]
    if span < 1.6 and pixels / span * 0.3 >= need:
        made = []
        for power in range(math.floor(low), math.ceil(high) + 1):
            for factor in (1, 2, 5):
                at = math.log10(factor) + power
                if low - 1e-9 <= at <= high + 1e-9:
                    value = factor * 10.0**power
                    made.append((at, number_text(value, 10.0**power)))
        return made
    stride = max(1, math.ceil(need / (pixels / span)))
    first = math.ceil(low / stride - 1e-9) * stride
    powers = range(first, math.floor(high + 1e-9) + 1, stride)
    short = all(-4 < power < 4 for power in powers)
    return [(float(power), power_text(power, short)) for power in powers]


def _named(names: tuple[str, ...], low: float, high: float, pixels: float) -> Ticks:
    """Every name where there is room, else every second, fifth, tenth …: of numbers those that it divides."""
    first, last = max(0, math.ceil(low)), min(len(names) - 1, math.floor(high))
    numbers = len(names) > FEW and all(name.isdecimal() for name in names)
    rough = (NUMBER_ROW if numbers else NAME_ROW) / (pixels / (high - low))
    stride = round(nice_step(rough, True)) if numbers else max(1, math.ceil(rough))
    return [
        (float(at), names[at]) for at in range(first, last + 1) if (int(names[at]) if numbers else at) % stride == 0
    ]
