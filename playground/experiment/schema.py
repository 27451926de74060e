"""What is wrong with plain data (from JSON, or from a person) that should become one of our types.

msgspec decides what is valid. It stops at the first error and speaks of its own types; this walk over the same type
information finds all errors and says of each: where, what was found, what is allowed.
"""

import difflib
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, TypeGuard

from msgspec import inspect


class Finding(NamedTuple):
    """One error: `path` as in `training.batch`, what the `problem` is, and what to do about it."""

    path: str
    problem: str
    remedy: str


def find_errors(data: Any, kind: Any, path: str = "") -> list[Finding]:
    """Every reason why `data` (dicts, lists, strings, numbers…) is not a valid `kind` (a type, as for msgspec)."""
    return list(_walk(data, inspect.type_info(kind), path))


def allowed(kind: Any) -> str:
    """What a value of this type may be, as a phrase: "a whole number from 1 to 65536"."""
    return _describe(inspect.type_info(kind))


def found(value: Any) -> str:
    """A value as a person wrote it, short: `"many"`, `-3`, `null`, `a list`."""
    if isinstance(value, str):
        return json.dumps(value if len(value) <= 40 else value[:39] + "…", ensure_ascii=False)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, int) and value.bit_length() > 64:
        return "a number with very many digits"
    return str(value)


def suggest(word: str, known: Iterable[str], most: int = 12) -> str:
    """A remedy for an unknown name: the nearest known one, or all of them."""
    names = list(known)
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if close:
        return f'did you mean "{close[0]}"?'
    shown = ", ".join(names[:most]) + (", …" if len(names) > most else "")
    return f"use one of {shown}" if names else ""


def join(path: str, step: str | int) -> str:
    """`path` one step further down."""
    return f"{path}.{step}" if path else str(step)


def item_names(items: Sequence[Any]) -> list[str]:
    """What the items of a list are called in a path: their own name or id where each has one, else their number."""
    names = [_own_name(item) for item in items]
    return [name if name and names.count(name) == 1 and not name.isdigit() else str(i) for i, name in enumerate(names)]


def _own_name(item: Any) -> str:
    for key in ("name", "id"):
        value = item.get(key) if isinstance(item, dict) else getattr(item, key, None)
        if isinstance(value, str):
            return value
    return ""


def _walk(data: Any, kind: inspect.Type, path: str) -> Iterator[Finding]:
    if isinstance(kind, inspect.Metadata):
        kind = kind.type
    if isinstance(kind, inspect.UnionType):
        yield from _walk_union(data, kind, path)
    elif isinstance(kind, inspect.StructType):
        yield from _walk_struct(data, kind, path)
    elif isinstance(kind, inspect.VarTupleType) and isinstance(data, list | tuple):
        for name, item in zip(item_names(data), data, strict=True):
            yield from _walk(item, kind.item_type, join(path, name))
    elif isinstance(kind, inspect.DictType) and isinstance(data, dict):
        for name, item in data.items():
            yield from _walk(item, kind.value_type, join(path, str(name)))
    elif not _fits(data, kind):
        yield Finding(path, f"found {found(data)}", f"give {_describe(kind)}")


def _walk_union(data: Any, kind: inspect.UnionType, path: str) -> Iterator[Finding]:
    structs = [part for part in kind.types if isinstance(part, inspect.StructType)]
    if isinstance(data, dict) and structs:
        chosen = structs
        field = structs[0].tag_field
        if field is not None:
            if field not in data:
                yield Finding(join(path, field), "is missing", _tags(structs))
                return
            chosen = [part for part in structs if part.tag == data[field]]
            if not chosen:
                yield Finding(join(path, field), f"found {found(data[field])}", _tags(structs, data[field]))
                return
        yield from _walk(data, chosen[0], path)
    elif not any(_fits(data, part) for part in kind.types if part not in structs):
        yield Finding(path, f"found {found(data)}", f"give {_describe(kind)}")


def _tags(structs: list[inspect.StructType], value: Any = "") -> str:
    names = [str(part.tag) for part in structs]
    return suggest(value if isinstance(value, str) else "", names)


def _walk_struct(data: Any, kind: inspect.StructType, path: str) -> Iterator[Finding]:
    if not isinstance(data, dict):
        yield Finding(path, f"found {found(data)}", f"give {_describe(kind)}")
        return
    fields = {field.encode_name: field for field in kind.fields}
    for name, value in data.items():
        if name in fields:
            yield from _walk(value, fields[name].type, join(path, name))
        elif name == kind.tag_field:
            if value != kind.tag:
                yield Finding(join(path, name), f"found {found(value)}", f'give "{kind.tag}"')
        else:
            yield Finding(join(path, str(name)), "there is no such setting", suggest(str(name), fields))
    for name, field in fields.items():
        if field.required and name not in data:
            yield Finding(join(path, name), "is missing", f"add it: {_describe(field.type)}")


def _is_number(data: Any) -> TypeGuard[int | float]:
    return isinstance(data, int | float) and not isinstance(data, bool)


def _fits(data: Any, kind: inspect.Type) -> bool:
    if isinstance(kind, inspect.AnyType):
        return True
    if isinstance(kind, inspect.LiteralType):
        return isinstance(data, str) and data in kind.values
    if isinstance(kind, inspect.BoolType):
        return isinstance(data, bool)
    if isinstance(kind, inspect.NoneType):
        return data is None
    if isinstance(kind, inspect.StrType):
        return isinstance(data, str)
    if isinstance(kind, inspect.IntType):
        return isinstance(data, int) and not isinstance(data, bool) and _in_range(data, kind)
    if isinstance(kind, inspect.FloatType):
        return _is_number(data) and _finite(data) and _in_range(data, kind)
    return False


def _finite(data: int | float) -> bool:
    try:
        return math.isfinite(data)
    except OverflowError:
        return False


def _in_range(data: int | float, kind: inspect.IntType | inspect.FloatType) -> bool:
    return (
        (kind.ge is None or data >= kind.ge)
        and (kind.gt is None or data > kind.gt)
        and (kind.le is None or data <= kind.le)
        and (kind.lt is None or data < kind.lt)
    )


def _describe(kind: inspect.Type) -> str:
    if isinstance(kind, inspect.Metadata):
        kind = kind.type
    if isinstance(kind, inspect.LiteralType):
        return "one of " + ", ".join(str(value) for value in kind.values)
    if isinstance(kind, inspect.IntType):
        return _range("a whole number", kind)
    if isinstance(kind, inspect.FloatType):
        return _range("a number", kind)
    if isinstance(kind, inspect.UnionType):
        parts = [part for part in kind.types if not isinstance(part, inspect.StructType)]
        phrases = [_describe(part) for part in parts]
        if len(parts) < len(kind.types):
            phrases.insert(0, "an object {…}")
        return " or ".join(phrases)
    if isinstance(kind, inspect.StructType | inspect.DictType):
        return "an object {…}"
    names = {
        inspect.BoolType: "true or false",
        inspect.StrType: "a text",
        inspect.NoneType: "null",
        inspect.VarTupleType: "a list […]",
    }
    return names.get(type(kind), "a value")


def _range(what: str, kind: inspect.IntType | inspect.FloatType) -> str:
    if kind.ge is not None and kind.le is not None:
        return f"{what} from {kind.ge:g} to {_plain(kind.le)}"
    parts = []
    if kind.ge is not None:
        parts.append(f"{kind.ge:g} or more" if what == "a whole number" else f"at least {kind.ge:g}")
    if kind.gt is not None:
        parts.append(f"above {kind.gt:g}")
    if kind.lt is not None:
        parts.append(f"below {kind.lt:g}")
    if kind.le is not None:
        parts.append(f"at most {_plain(kind.le)}")
    return f"{what}, {' and '.join(parts)}" if parts else what


def _plain(number: int | float) -> str:
    return str(number) if isinstance(number, int) else f"{number:g}"
