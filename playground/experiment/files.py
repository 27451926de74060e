"""Experiments as JSON files: read with care, written whole or not at all.

Nothing in a file is ever executed. What is wrong with one becomes a `BadFile` that names the place.
"""

import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from playground.errors import BadInput
from playground.experiment.atomic import write_atomically
from playground.experiment.document import SCHEMA, Experiment
from playground.experiment.schema import Finding, find_errors, found, suggest

SUFFIX = ".experiment.json"
LARGEST = 16 * 2**20
DEEPEST = 100


class Kind(NamedTuple):
    """A sort of JSON file of ours, for sentences about one: what it holds ("an experiment"), how its name ends, and how
    many bytes it has at most."""

    holds: str
    suffix: str
    largest: int


EXPERIMENT = Kind("an experiment", SUFFIX, LARGEST)

_PACKAGE = Path(__file__).resolve().parents[1]
# Installed, the examples lie inside the package; in a checkout beside it.
_EXAMPLES = (_PACKAGE / "resources" / "examples", _PACKAGE.parent / "resources" / "examples")

Upgrade = Callable[[dict[str, Any]], dict[str, Any]]
# From schema n to n + 1, by n: each takes the plain data of an old file and returns that of the next schema.
UPGRADES: dict[int, Upgrade] = {}


class BadFile(BadInput):
    """A file that is JSON but not an experiment. `findings`: every error in it; as a sentence it tells the first."""

    def __init__(self, file: str, findings: tuple[Finding, ...]) -> None:
        self.file = file
        self.findings = findings
        path, problem, remedy = findings[0]
        more = len(findings) - 1
        if more:
            remedy += f" (and {more} more {'error' if more == 1 else 'errors'} in this file)"
        super().__init__(f"{file}: {path}" if path else file, problem, remedy)

    def __reduce__(self) -> tuple[type, tuple[str, tuple[Finding, ...]]]:  # type: ignore[override]
        return type(self), (self.file, self.findings)


def load(path: Path | str) -> Experiment:
    """The experiment in this file. Raises BadInput."""
    return loads(read_bytes(Path(path), EXPERIMENT), str(path))


def loads(data: bytes, place: str) -> Experiment:
    """The experiment in these bytes; `place` says in errors where they came from. Raises BadInput."""
    raw = upgrade(parse(data, place, EXPERIMENT), place)
    findings = find_errors(raw, Experiment)
    if findings:
        raise BadFile(place, tuple(findings))
    try:
        return msgspec.convert(raw, Experiment)
    except msgspec.ValidationError as error:
        raise BadInput(place, str(error), "correct it in the file") from None


def dumps(experiment: Experiment) -> bytes:
    """The experiment as indented JSON, read back the same by `loads`. Raises BadInput for what JSON cannot hold."""
    plain = msgspec.to_builtins(experiment)
    check_values(plain, experiment.name)
    if not experiment.interventions:
        del plain["interventions"]
    return msgspec.json.format(msgspec.json.encode(plain), indent=2) + b"\n"


def save(experiment: Experiment, path: Path | str) -> None:
    """Writes the file whole or leaves the old one as it was. Raises BadInput."""
    write_atomically(path, dumps(experiment))


def examples() -> dict[str, Path]:
    """The shipped experiments: name → file."""
    folder = next((folder for folder in _EXAMPLES if folder.is_dir()), _EXAMPLES[0])
    return {path.name.removesuffix(SUFFIX): path for path in sorted(folder.glob("*" + SUFFIX))}


def find(name: Path | str) -> Path:
    """The file a person means: a path, or the name of an example where no such file exists. Raises BadInput."""
    path = Path(name)
    try:
        if path.exists():
            return path
    except (OSError, ValueError):
        raise BadInput(str(name), "this is not a file name", "check the path") from None
    shipped = examples()
    if str(name) in shipped:
        return shipped[str(name)]
    try:
        here = [near.name for near in path.parent.iterdir() if near.name.endswith(".json")]
    except OSError:
        here = []
    remedy = suggest(path.name, here) if here else ""
    if not remedy.startswith("did you mean"):
        remedy = "check the path, or give an example: " + ", ".join(shipped)
    raise BadInput(str(name), "this file does not exist", remedy)


def upgrade(
    raw: dict[str, Any], place: str, upgrades: Mapping[int, Upgrade] = UPGRADES, current: int = SCHEMA
) -> dict[str, Any]:
    """The same experiment in the current schema. Raises BadInput for a schema this program does not know."""
    schema = raw.get("schema", current)
    if not isinstance(schema, int) or isinstance(schema, bool):
        raise BadInput(f"{place}: schema", f"found {found(schema)}", f"give a whole number, {current} for a new file")
    if schema > current:
        raise BadInput(
            place, f"made by a newer version (schema {schema}; this one reads up to {current})", "update RNN Playground"
        )
    while schema < current:
        if schema not in upgrades:
            raise BadInput(f"{place}: schema", f"there never was a schema {schema}", f"give {current} for a new file")
        raw = {**upgrades[schema](raw), "schema": schema + 1}
        schema += 1
    return raw


def check_values(value: Any, place: str, path: str = "") -> None:
    """Raises BadInput for numbers and texts that a JSON file of ours cannot hold: not finite, too big, broken text."""
    where = f"{place}: {path}" if path else place
    if isinstance(value, dict):
        for name, item in value.items():
            check_values(name, place, path)
            check_values(item, place, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list | tuple):
        for i, item in enumerate(value):
            check_values(item, place, f"{path}.{i}" if path else str(i))
    elif isinstance(value, float) and not math.isfinite(value):
        raise BadInput(where, f"found {value}", "give a finite number")
    elif isinstance(value, int) and not -(2**63) <= value < 2**64:
        raise BadInput(where, f"found {found(value)}", "give a smaller number")
    elif isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise BadInput(where, "a text here holds half a character (a lone surrogate)", "type it again") from None


def read_bytes(path: Path, kind: Kind) -> bytes:
    """What stands in a file of this kind, if it can be one. Raises BadInput."""
    try:
        if path.is_dir():
            raise BadInput(str(path), "this is a folder", f"give a file, NAME{kind.suffix}")
        if path.exists() and not path.is_file():
            raise BadInput(str(path), "this is not an ordinary file", f"give a file, NAME{kind.suffix}")
        with path.open("rb") as file:
            data = file.read(kind.largest + 1)
    except BadInput:
        raise
    except FileNotFoundError:
        raise BadInput(str(path), "this file does not exist", "check the path") from None
    except PermissionError:
        raise BadInput(str(path), "you may not read this file", "ask for permission, or copy it") from None
    except (OSError, ValueError) as error:
        problem = getattr(error, "strerror", None) or str(error)
        raise BadInput(str(path), f"cannot be read ({problem.lower()})", "check the path") from None
    if len(data) > kind.largest:
        problem = f"too big for {kind.holds} (over {kind.largest >> 20} MB)"
        raise BadInput(str(path), problem, "is it another kind of file?")
    return data


def parse(data: bytes, place: str, kind: Kind) -> dict[str, Any]:
    """JSON, more strictly than usual: no key twice, no NaN or Infinity, an object at the top. Raises BadInput."""

    def no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key, value in pairs:
            if key in result:
                raise BadInput(place, f'the key "{key}" appears twice in one object', "remove one of them")
            result[key] = value
        return result

    def no_constant(text: str) -> float:
        raise BadInput(place, f"{text} is not a number in JSON", "give a finite number")

    if not data.strip():
        raise BadInput(place, "this file is empty", f"save {kind.holds} to it, or open another")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadInput(place, "this is UTF-16, not UTF-8 text", "save it again as UTF-8")
    if b"\0" in data:
        raise BadInput(place, "this is a binary file", f"give {kind.holds}, NAME{kind.suffix}")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(place, f"not UTF-8 text (byte {error.start})", "save it again as UTF-8") from None
    try:
        raw = json.loads(text, object_pairs_hook=no_twins, parse_constant=no_constant)
    except json.JSONDecodeError as error:
        problem = f"not JSON (line {error.lineno}, column {error.colno}: {error.msg[0].lower()}{error.msg[1:]})"
        raise BadInput(place, problem, "correct it there") from None
    except RecursionError:
        raise BadInput(place, "nested too deeply", "is it another kind of file?") from None
    except BadInput:
        raise
    except ValueError:
        raise BadInput(place, "a number with too many digits", "give a smaller number") from None
    if not isinstance(raw, dict):
        raise BadInput(place, f"found {found(raw)} at the top", f"{kind.holds} is an object {{…}}")
    if _depth(raw) > DEEPEST:
        raise BadInput(place, "nested too deeply", "is it another kind of file?")
    check_values(raw, place)
    return raw


def _depth(value: Any) -> int:
    """How many levels of lists and objects lie in `value`; counts no further than DEEPEST + 1."""
    level, depth = [value], 0
    while depth <= DEEPEST:
        level = [
            item
            for part in level
            if isinstance(part, dict | list)
            for item in (part.values() if isinstance(part, dict) else part)
        ]
        if not level:
            return depth
        depth += 1
    return depth
