"""Settings by their path: `training.optimizer.learning_rate`, `networks.LSTM.layers.layer1.units`, `task.lag`.

Items of a list go by their own name or id, or by number. The same paths stand in error messages.
"""

import json
import math
import typing
from typing import Any

import msgspec

from playground.errors import BadInput
from playground.experiment.document import Experiment
from playground.experiment.schema import find_errors, item_names, join, suggest


def set_path(experiment: Experiment, path: str, value: Any) -> Experiment:
    """The experiment with one setting changed; `value` as in JSON, or one of our own types. Raises BadInput."""
    if path == "schema":
        raise BadInput(path, "the schema is not a setting", "leave it out")
    if not path:
        raise BadInput("", "no setting is named", "give one, such as training.batch=64")
    plain = msgspec.to_builtins(value)
    return _set(experiment, Experiment, path, plain, "")


def get_path(experiment: Experiment, path: str) -> Any:
    """The value at `path`. Raises BadInput."""
    here: Any = experiment
    done, rest = "", path
    while rest:
        if isinstance(here, msgspec.Struct):
            tag = here.__struct_config__.tag_field
            if rest == tag:
                return here.__struct_config__.tag
            step, rest = _split(rest, list(here.__struct_encode_fields__), done)
            here = getattr(here, step)
        elif isinstance(here, tuple):
            names = item_names(here)
            step, rest = _split_item(rest, names, done)
            here = here[names.index(step)]
        elif isinstance(here, dict):
            step, rest = _split(rest, list(here), done)
            here = here[step]
        else:
            raise _nothing_below(done)
        done = join(done, step)
    return here


def parse_assignment(text: str) -> tuple[str, Any]:
    """`training.batch=64` → ("training.batch", 64). The value is JSON, or else the text itself. Raises BadInput."""
    path, equals, value = text.partition("=")
    if not equals or not path.strip():
        raise BadInput(text, "this is not a setting", "write PATH=VALUE, such as training.batch=64")
    return path.strip(), _value(value.strip())


def assign(experiment: Experiment, text: str) -> Experiment:
    """The experiment after `PATH=VALUE`; a number or word that looks like JSON is taken as text where text is wanted.

    Raises BadInput.
    """
    path, value = parse_assignment(text)
    try:
        return set_path(experiment, path, value)
    except BadInput:
        if isinstance(value, str):
            raise
        try:
            return set_path(experiment, path, text.partition("=")[2].strip())
        except BadInput:
            pass
        raise


def _value(text: str) -> Any:
    def refuse(name: str) -> float:
        raise ValueError(name)

    try:
        return json.loads(text, parse_constant=refuse)
    except (ValueError, RecursionError):
        pass
    try:
        number = float(text)  # .5 and +3 are not JSON, but people write them
    except ValueError:
        return text
    return number if math.isfinite(number) and "_" not in text else text


def _set(here: Any, kind: Any, path: str, value: Any, done: str) -> Any:
    """`here`, of type `kind`, with what lies at `path` below it replaced by the plain `value`."""
    if not path:
        return _convert(value, kind, done)
    if isinstance(here, msgspec.Struct):
        return _set_field(here, kind, path, value, done)
    if isinstance(here, tuple):
        names = item_names(here)
        step, rest = _split_item(path, names, done)
        i = names.index(step)
        item = _set(here[i], typing.get_args(kind)[0], rest, value, join(done, step))
        return (*here[:i], item, *here[i + 1 :])
    if isinstance(here, dict):
        arguments = typing.get_args(kind)
        inner = arguments[1] if arguments else Any
        known = [name for name in here if _starts(path, name)]
        step = max(known, key=len, default=path)
        rest = path[len(step) + 1 :]
        new = _set(here.get(step), inner, rest, value, join(done, step))
        return {**here, step: new}
    raise _nothing_below(done)


def _set_field(here: msgspec.Struct, kind: Any, path: str, value: Any, done: str) -> Any:
    config = here.__struct_config__
    if path == config.tag_field and value != config.tag:
        return _retag(here, kind, value, done)
    if path == config.tag_field:
        return here
    fields = {field.encode_name: field for field in msgspec.structs.fields(here)}
    step, rest = _split(path, list(fields), done)
    hints = typing.get_type_hints(type(here), include_extras=True)
    new = _set(getattr(here, step), hints[step], rest, value, join(done, step))
    return msgspec.structs.replace(here, **{step: new})


def _retag(here: msgspec.Struct, kind: Any, tag: Any, done: str) -> Any:
    """The same settings as another kind of thing (another task), as far as it has them."""
    field = str(here.__struct_config__.tag_field)
    bare = _convert({field: tag}, kind, done)
    old = {item.name: getattr(here, item.name) for item in msgspec.structs.fields(here)}
    hints = typing.get_type_hints(type(bare), include_extras=True)
    own = typing.get_type_hints(type(here), include_extras=True)
    return msgspec.structs.replace(
        bare, **{name: value for name, value in old.items() if name in hints and hints[name] == own[name]}
    )


def _convert(value: Any, kind: Any, path: str) -> Any:
    findings = find_errors(value, kind, path)
    if findings:
        raise BadInput(*findings[0])
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise BadInput(path, str(error), "give another value") from None


def _starts(path: str, name: str) -> bool:
    return path == name or path.startswith(name + ".")


def _split(path: str, known: list[str], done: str) -> tuple[str, str]:
    """The first step of `path`, which must be one of `known` (names may hold dots), and the rest. Raises BadInput."""
    fitting = [name for name in known if _starts(path, name)]
    if not fitting:
        step = path.split(".")[0]
        raise BadInput(join(done, step), "there is no such setting", suggest(step, known))
    step = max(fitting, key=len)
    return step, path[len(step) + 1 :]


def _split_item(path: str, names: list[str], done: str) -> tuple[str, str]:
    first, _, rest = path.partition(".")
    if first.isdigit() and int(first) < len(names) and not any(_starts(path, name) for name in names):
        return names[int(first)], rest
    if not names:
        raise BadInput(join(done, first), "this list is empty", "add to it first")
    return _split(path, names, done)


def _nothing_below(done: str) -> BadInput:
    return BadInput(done, "has no settings of its own", "end the path here")
