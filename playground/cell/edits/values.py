"""Are the values that a person sets what a node can hold? What does not fit is a sentence, never a type error."""

import math
import typing
from typing import Any

import msgspec

from playground.cell.graph import Init
from playground.errors import BadInput


def checked(kind: Any, value: Any, place: str) -> Any:
    """The value as one of our types (bool, int, float, str or a Literal). Raises BadInput."""
    plain = msgspec.to_builtins(value) if isinstance(value, msgspec.Struct) else value
    if typing.get_origin(kind) is typing.Literal:
        allowed = typing.get_args(kind)
        if not isinstance(plain, str) or plain not in allowed:
            raise BadInput(place, f"found {_short(plain)}", f"use one of {', '.join(allowed)}")
        return plain
    if kind is bool:
        if not isinstance(plain, bool):
            raise BadInput(place, f"found {_short(plain)}", "give true or false")
        return plain
    if kind is str:
        if not isinstance(plain, str):
            raise BadInput(place, f"found {_short(plain)}", "give a text")
        return plain
    whole = kind is int
    remedy = "give a whole number" if whole else "give a finite number"
    if isinstance(plain, bool) or not isinstance(plain, int if whole else int | float):
        raise BadInput(place, f"found {_short(plain)}", remedy)
    try:
        number = float(plain)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number) or abs(number) > 1e30:
        raise BadInput(place, f"found {_short(plain)}", "give a smaller number")
    return plain if whole else number


def check_init(value: Any, place: str) -> Init:
    """An initialiser, from one or from its plain data. Raises BadInput."""
    data = msgspec.to_builtins(value) if isinstance(value, Init) else value
    if not isinstance(data, dict) or not set(data) <= {"kind", "value", "of"}:
        raise BadInput(place, f"found {_short(value)}", "choose how it starts, such as zeros")
    hints = typing.get_type_hints(Init)
    return Init(**{name: checked(hints[name], item, f"{place}.{name}") for name, item in data.items()})


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:39] + "…"
