"""Keeps a copy of a document that is not saved yet, so that a crash of the window loses nothing."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from playground.errors import BadInput
from playground.experiment.document import Experiment

ENDING = ".experiment.json"


@dataclass(frozen=True)
class Recovered:
    """A document that a window left behind. `path`: the file it came from, if any. `file`: the copy itself."""

    experiment: Experiment
    path: Path | None
    file: Path


class Recovery:
    """The copy of one window, `folder`/`key`.experiment.json, and beside it whose it is."""

    def __init__(self, folder: Path, key: str) -> None:
        self._folder = folder
        self._copy = folder / f"{key}{ENDING}"
        self._owner = folder / f"{key}.owner.json"

    def keep(self, experiment: Experiment, path: Path | None) -> None:
        """Write the copy. Raises OSError where nothing can be written."""
        from playground.experiment.files import dumps  # late: only needed once something was edited

        self._folder.mkdir(parents=True, exist_ok=True)
        owner = {"process": os.getpid(), "path": str(path) if path else ""}
        _write(self._owner, json.dumps(owner).encode())
        _write(self._copy, dumps(experiment))

    def drop(self) -> None:
        """The document is saved or given up on purpose: the copy is not needed any more."""
        self._copy.unlink(missing_ok=True)
        self._owner.unlink(missing_ok=True)


def left_behind(folder: Path) -> list[Recovered]:
    """Copies whose window does not run any more, the latest first. A copy that cannot be read is left where it is."""
    from playground.experiment.files import loads

    found = []
    if not folder.is_dir():
        return []
    for file in sorted(folder.glob(f"*{ENDING}"), key=lambda path: path.stat().st_mtime, reverse=True):
        owner = _owner(folder / (file.name.removesuffix(ENDING) + ".owner.json"))
        if _runs(owner.get("process")):
            continue
        try:
            experiment = loads(file.read_bytes(), str(file))
        except (BadInput, OSError):
            continue
        path = Path(str(owner["path"])) if owner.get("path") else None
        found.append(Recovered(experiment, path, file))
    return found


def forget(recovered: Recovered) -> None:
    """The person has decided about it."""
    recovered.file.unlink(missing_ok=True)
    name = recovered.file.name.removesuffix(ENDING)
    (recovered.file.parent / f"{name}.owner.json").unlink(missing_ok=True)


def _owner(path: Path) -> dict[str, object]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _runs(process: object) -> bool:
    """Whether a process with this number runs. Where that cannot be asked (Windows), a copy counts as left behind
    unless it is our own."""
    if not isinstance(process, int) or process <= 0:
        return False
    if process == os.getpid():
        return True
    if os.name == "nt":
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _write(path: Path, data: bytes) -> None:
    """Atomic: a crash in the middle leaves the old file."""
    fresh = path.with_suffix(".new")
    fresh.write_bytes(data)
    os.replace(fresh, path)
