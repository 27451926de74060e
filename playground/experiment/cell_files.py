"""Cells as files: NAME.cell.json to share, and a person's own palette of them, with earlier versions kept.

A file from a stranger is read with the same care as an experiment: typed, bounded, nothing executed, one sentence when
it will not do. A cell with errors of wiring (`check_cell`) can be saved and read all the same.
"""

import contextlib
import os
import re
import shutil
from pathlib import Path
from typing import NamedTuple

import msgspec
import platformdirs
from msgspec.structs import replace

from playground.cell.check import MOST_NODES, sources_of
from playground.cell.graph import Cell, Gate
from playground.cell.names import LONGEST_ID, LONGEST_LABEL, LONGEST_TEXT, as_id, clean_label, free_id, is_id
from playground.errors import BadInput
from playground.experiment.atomic import cannot_write, write_atomically
from playground.experiment.files import BadFile, Kind, Upgrade, check_values, parse, read_bytes, upgrade
from playground.experiment.schema import find_errors

SUFFIX = ".cell.json"
SCHEMA = 1
MOST_WIRES = 10_000
MOST_VERSIONS = 50
FILE = Kind("a cell", SUFFIX, 2**20)
UPGRADES: dict[int, Upgrade] = {}
# Names that Windows keeps for devices, whatever the ending.
DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}


class CellFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands in a file."""

    cell: Cell
    schema: int = SCHEMA


class Version(NamedTuple):
    """An earlier state of a cell in the palette; the highest number is the latest. seconds: when it was put aside."""

    number: int
    path: Path
    seconds: float


class Found(NamedTuple):
    """A file of the palette: its name, its path, and the cell in it, or else the sentence that says why not."""

    name: str
    path: Path
    cell: Cell | None
    problem: str


def load_cell(path: Path | str) -> Cell:
    """The cell in this file. Raises BadInput."""
    return loads_cell(read_bytes(Path(path), FILE), str(path))


def loads_cell(data: bytes, place: str) -> Cell:
    """The cell in these bytes; `place` says in errors where they came from. Raises BadInput."""
    raw = upgrade(parse(data, place, FILE), place, UPGRADES, SCHEMA)
    _check_count(raw, place)
    findings = find_errors(raw, CellFile)
    if findings:
        raise BadFile(place, tuple(findings))
    try:
        cell = msgspec.convert(raw, CellFile).cell
    except msgspec.ValidationError as error:
        raise BadInput(place, str(error), "correct it in the file") from None
    check_bounds(cell, place)
    return cell


def dumps_cell(cell: Cell) -> bytes:
    """The cell as indented JSON, read back the same by `loads_cell`. Raises BadInput for what a file cannot hold."""
    check_values(msgspec.to_builtins(cell), cell.name)
    check_bounds(cell, f"cell {cell.name[:40]}")
    return msgspec.json.format(msgspec.json.encode({"schema": SCHEMA, "cell": cell}), indent=2) + b"\n"


def save_cell(cell: Cell, path: Path | str) -> None:
    """Writes the file whole or leaves the old one as it was. Raises BadInput."""
    write_atomically(path, dumps_cell(cell))


def check_bounds(cell: Cell, place: str) -> None:
    """Raises BadInput for names and amounts that no cell of ours has: what could harm is turned away at the door."""
    _check_name(cell.name, f"{place}: cell.name")
    if len(cell.nodes) > MOST_NODES:
        raise BadInput(place, f"the cell has {len(cell.nodes)} nodes", f"use at most {MOST_NODES}")
    wires = sum(len(sources_of(node)) for node in cell.nodes)
    if wires > MOST_WIRES:
        raise BadInput(place, f"the cell has {wires} wires", f"use at most {MOST_WIRES}")
    _check_text(cell.label, f"{place}: cell.label", LONGEST_LABEL)
    _check_text(cell.paper.replace("\n", " "), f"{place}: cell.paper", LONGEST_TEXT)
    _check_text(cell.about.replace("\n", " "), f"{place}: cell.about", LONGEST_TEXT)
    for index, node in enumerate(cell.nodes):
        here = f"{place}: cell.nodes.{node.id if is_id(node.id) else index}"
        names = [node.id, *(source for source in sources_of(node))]
        if isinstance(node, Gate):
            inits = [*(wire.init for wire in node.wires), *([node.bias] if node.bias else [])]
            names += [init.of for init in inits if init.of]
        for name in names:
            _check_name(name, here)
        _check_text(node.label, f"{here}.label", LONGEST_LABEL)


class CellPalette:
    """A person's own cells, one file each in `folder`; by itself a folder of the user's data.

    Saving over a cell puts the old one aside as a version; deleting does too, so that nothing is lost by a slip.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or platformdirs.user_data_path("rnn-playground", appauthor=False) / "cells"

    def found(self) -> list[Found]:
        """Every cell file of the palette in order of name, the unreadable ones with their problem."""
        result = []
        for path in _listed(self.folder):
            name = path.name.removesuffix(SUFFIX)
            try:
                result.append(Found(name, path, replace(load_cell(path), name=self._checked(name)), ""))
            except BadInput as error:
                result.append(Found(name, path, None, str(error)))
        return result

    def cells(self) -> dict[str, Cell]:
        """Name → cell, of all that can be read."""
        return {entry.name: entry.cell for entry in self.found() if entry.cell is not None}

    def load(self, name: str) -> Cell:
        """The cell of this name. Raises BadInput."""
        return replace(load_cell(self.path(name)), name=name)

    def save(self, cell: Cell, new: bool = False) -> Cell:
        """Puts the cell into the palette under its name; with `new`, under a free one. Returns it as it is there.

        An older cell of that name becomes a version. Raises BadInput.
        """
        name = as_id(cell.name, "cell") if new and not is_id(cell.name) else cell.name
        if new:
            name = free_id(name, {path.name.removesuffix(SUFFIX) for path in _listed(self.folder)} | DEVICES)
        cell = replace(cell, name=name)
        data, path = dumps_cell(cell), self.path(name)
        _make_folder(self.folder)
        with contextlib.suppress(OSError):
            if path.stat().st_size == len(data) and path.read_bytes() == data:
                return cell
        self._put_aside(name)
        write_atomically(path, data)
        return cell

    def delete(self, name: str) -> None:
        """Takes the cell out of the palette; its versions stay. Raises BadInput."""
        self._needed(name)
        self._put_aside(name)
        _remove(self.path(name))

    def rename(self, old: str, new: str, label: str = "") -> Cell:
        """Another name, with all versions, and another label where one is given. Raises BadInput."""
        cell = self.load(old)
        cell = replace(cell, name=self._checked(new), label=clean_label(label) or cell.label)
        if new == old:
            return self.save(cell)
        if self.path(new).exists() or self.versions(new):
            raise BadInput(new, "a cell of the palette has this name", "choose another")
        write_atomically(self.path(new), dumps_cell(cell))
        for version in self.versions(old):
            _move(version.path, self._version_path(new, version.number))
        _remove(self.path(old))
        return cell

    def versions(self, name: str) -> list[Version]:
        """Earlier states, the latest first; also of a cell that was deleted."""
        self._checked(name)
        result = []
        for path in _listed(self.folder / "versions"):
            match = re.fullmatch(rf"{name}\.(\d{{1,9}})", path.name.removesuffix(SUFFIX))
            if match:
                with contextlib.suppress(OSError):  # it may go while we look
                    result.append(Version(int(match[1]), path, path.stat().st_mtime))
        return sorted(result, reverse=True)

    def restore(self, name: str, number: int) -> Cell:
        """An earlier version as the cell of today; what was there becomes a version. Raises BadInput."""
        for version in self.versions(name):
            if version.number == number:
                return self.save(replace(load_cell(version.path), name=name))
        raise BadInput(name, f"there is no version {number}", "choose one from the list")

    def path(self, name: str) -> Path:
        """Where the cell of this name lies, whether it is there or not. Raises BadInput for what is no name."""
        return self.folder / f"{self._checked(name)}{SUFFIX}"

    def _put_aside(self, name: str) -> None:
        """The file of today, if there is one, copied to a version; the oldest versions beyond the limit go."""
        path, versions = self.path(name), self.versions(name)
        if not path.exists():
            return
        _make_folder(self.folder / "versions")
        target = self._version_path(name, versions[0].number + 1 if versions else 1)
        try:
            shutil.copyfile(path, target)
        except OSError as error:
            raise cannot_write(target, error) from None
        for version in versions[MOST_VERSIONS - 1 :]:
            _remove(version.path)

    def _version_path(self, name: str, number: int) -> Path:
        return self.folder / "versions" / f"{name}.{number:04}{SUFFIX}"

    def _needed(self, name: str) -> None:
        if not self.path(name).exists():
            raise BadInput(name, "there is no such cell in the palette", "choose one from the list")

    def _checked(self, name: str) -> str:
        _check_name(name, name[:40] or "cell")
        if name in DEVICES:
            raise BadInput(name, "Windows keeps this name for itself", "choose another")
        return name


def _check_count(raw: dict, place: str) -> None:
    """Counts before anything is looked at closely, so that a huge file is refused at once."""
    cell = raw.get("cell")
    nodes = cell.get("nodes") if isinstance(cell, dict) else None
    if isinstance(nodes, list) and len(nodes) > MOST_NODES:
        raise BadInput(f"{place}: cell.nodes", f"the cell has {len(nodes)} nodes", f"use at most {MOST_NODES}")


def _check_name(name: str, place: str) -> None:
    if not is_id(name):
        shown = repr(name if len(name) <= 40 else name[:39] + "…")
        raise BadInput(place, f"{shown} is no name", f"use small letters, digits and _, at most {LONGEST_ID}")


def _check_text(text: str, place: str, most: int) -> None:
    if len(text) > most:
        raise BadInput(place, f"a text of {len(text)} characters", f"use at most {most}")
    if not text.isprintable():
        raise BadInput(place, "the text holds characters that cannot be shown", "remove them")


def _listed(folder: Path) -> list[Path]:
    """Cell files in a folder, by name; none where there is no such folder."""
    try:
        return sorted(path for path in folder.iterdir() if path.name.endswith(SUFFIX) and path.is_file())
    except OSError:
        return []


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from None


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise cannot_write(path, error) from None


def _move(old: Path, new: Path) -> None:
    try:
        os.replace(old, new)
    except OSError as error:
        raise cannot_write(new, error) from None
