"""Small formulas as data, and the three ways to write one down: plain text, HTML for a label, LaTeX."""

import html
import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from playground.cell.names import GREEK

Style = Literal["text", "html", "latex"]


@dataclass(frozen=True)
class Symbol:
    """A name with subscripts: base "h", subs ("t−1",). Single letters and moments of time are set in italics."""

    base: str
    subs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Number:
    """A number."""

    value: float


@dataclass(frozen=True)
class Applied:
    """A function of arguments: σ(a), max(a, b)."""

    function: str
    arguments: "tuple[Term, ...]"


@dataclass(frozen=True)
class Chain:
    """Terms with a sign between them: "+", "−", "⊙", "·", "/", or "" for a matrix before what it multiplies."""

    sign: str
    parts: "tuple[Term, ...]"


@dataclass(frozen=True)
class Negative:
    """−a."""

    part: "Term"


@dataclass(frozen=True)
class Joined:
    """[a, b]: one vector after another."""

    parts: "tuple[Term, ...]"


@dataclass(frozen=True)
class Equation:
    """left = right."""

    left: Symbol
    right: "Term"


Term = Symbol | Number | Applied | Chain | Negative | Joined

SUM, PRODUCT, MATRIX, ATOM = range(4)
BINDING = {"+": SUM, "−": SUM, "⊙": PRODUCT, "·": PRODUCT, "/": PRODUCT, "": MATRIX}
LATEX_SIGNS = {"+": "+", "−": "-", "⊙": r"\odot", "·": r"\cdot", "": r"\,"}
LATEX_FUNCTIONS = {
    "σ": r"\sigma", "tanh": r"\tanh", "exp": r"\exp", "max": r"\max", "min": r"\min", "log σ": r"\log\sigma",
}  # fmt: skip
ACCENTS = {"\u0303": r"\tilde", "\u0302": r"\hat", "\u0304": r"\bar", "\u0307": r"\dot", "\u0308": r"\ddot"}
LATEX_ESCAPES = {
    "\\": r"\backslash ", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\hat{\ }", "~": r"\sim ", "−": "-",
}  # fmt: skip


def write(equation: Equation, style: Style, sign: str = "=") -> str:
    """One equation. `sign` stands between its sides ("&=" to line up several in LaTeX)."""
    return f"{term(equation.left, style)} {sign} {term(equation.right, style)}"


def term(part: Term, style: Style) -> str:
    """One side of an equation."""
    if isinstance(part, Symbol):
        return _symbol(part, style)
    if isinstance(part, Number):
        return _number(part.value, style)
    if isinstance(part, Applied):
        return _function(part.function, style) + _bracketed(", ".join(term(a, style) for a in part.arguments), style)
    if isinstance(part, Negative):
        return ("-" if style == "latex" else "−") + _inside(part.part, PRODUCT, style)
    if isinstance(part, Joined):
        return "[" + ", ".join(term(each, style) for each in part.parts) + "]"
    return _chain(part, style)


def _chain(chain: Chain, style: Style) -> str:
    if chain.sign == "/" and style == "latex":
        above, below = (term(part, style) for part in chain.parts)
        return rf"\frac{{{above}}}{{{below}}}"
    level = BINDING[chain.sign]
    first, *others = chain.parts
    # what stands after a minus or a stroke must bind more tightly; so must a sum's minus, to stay apart from the plus
    inner = level + 1 if chain.sign in ("−", "/") else level
    texts = [_inside(first, level, style)]
    for part in others:
        unsigned = not isinstance(part, Number) or part.value >= 0
        texts.append(_inside(part, inner if unsigned and not isinstance(part, Negative) else ATOM, style))
    sign = LATEX_SIGNS[chain.sign] if style == "latex" else chain.sign
    return (f" {sign} " if sign else " ").join(texts)


def _level(part: Term, style: Style) -> int:
    if isinstance(part, Chain):
        return ATOM if part.sign == "/" and style == "latex" else BINDING[part.sign]
    if isinstance(part, Negative) or (isinstance(part, Number) and part.value < 0):
        return SUM
    return ATOM


def _inside(part: Term, least: int, style: Style) -> str:
    """The part, in brackets where it binds less tightly than `least`."""
    text = term(part, style)
    return text if _level(part, style) >= least else _bracketed(text, style)


def _bracketed(text: str, style: Style) -> str:
    return rf"\left({text}\right)" if style == "latex" else f"({text})"


def _number(value: float, style: Style) -> str:
    text = f"{value:g}"
    if style == "latex":
        mantissa, e, power = text.partition("e")
        return rf"{mantissa} \times 10^{{{int(power)}}}" if e else text
    return text.replace("-", "−")


def _function(name: str, style: Style) -> str:
    if style == "latex":
        return LATEX_FUNCTIONS.get(name, rf"\operatorname{{{_latex_text(name)}}}")
    return html.escape(name) if style == "html" else name


def _symbol(symbol: Symbol, style: Style) -> str:
    if style == "text":
        subs = ",".join(symbol.subs)
        return symbol.base + (f"_{subs}" if len(subs) == 1 else f"_{{{subs}}}" if subs else "")
    if style == "html":
        subs = ",".join(_html_name(sub) for sub in symbol.subs)
        return _html_name(symbol.base) + (f"<sub>{subs}</sub>" if subs else "")
    subs = ",".join(_latex_name(sub) for sub in symbol.subs)
    return _latex_name(symbol.base) + (f"_{{{subs}}}" if subs else "")


def _is_variable(name: str) -> bool:
    """Single letters, with an accent perhaps, and moments of time are italic; words are upright."""
    return len(unicodedata.normalize("NFC", name)) == 1 or re.fullmatch(r"t−\d+|−?\d+", name) is not None


def _html_name(name: str) -> str:
    text = html.escape(name)
    return f"<i>{text}</i>" if _is_variable(name) or len(name.rstrip("\u0303\u0302\u0304")) == 1 else text


def _latex_name(name: str) -> str:
    if name in GREEK:
        return "\\" + GREEK[name]
    apart = unicodedata.normalize("NFD", name)
    if len(apart) == 2 and apart[1] in ACCENTS:
        return f"{ACCENTS[apart[1]]}{{{_latex_text(apart[0])}}}"
    text = _latex_text(name)
    return text if _is_variable(name) else rf"\mathrm{{{text}}}"


def _latex_text(text: str) -> str:
    return "".join(LATEX_ESCAPES.get(letter, letter) for letter in text)
