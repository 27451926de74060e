"""Where the shipped tables and texts lie."""

from pathlib import Path

from playground.errors import BadInput

PREFIX = "resource:"
_PACKAGE = Path(__file__).resolve().parent.parent
_FOLDERS = (_PACKAGE.parent / "resources" / "data", _PACKAGE / "resources" / "data")
"""In a clone the resources lie beside the package; an installed wheel carries them inside it."""


def resource_path(name: str) -> Path:
    """The shipped file `name` in resources/data. Raises BadInput for a name that is not there."""
    for folder in _FOLDERS:
        path = folder / name
        if path.parent == folder and path.is_file():
            return path
    names = sorted(path.name for folder in _FOLDERS if folder.is_dir() for path in folder.iterdir())
    shipped = ", ".join(name for name in names if not name.endswith(".md"))
    raise BadInput(PREFIX + name, "there is no shipped file of this name", f"choose one of: {shipped}")


def data_path(file: str, folder: Path | None, place: str = "task.file") -> Path:
    """The path that a task's `file` means: "resource:NAME", or a path, if relative then from `folder`.

    Raises BadInput when no file is named or a shipped name is unknown; whether the file can be read is for the reader.
    """
    if file.startswith(PREFIX):
        return resource_path(file.removeprefix(PREFIX))
    if not file.strip():
        raise BadInput(place, "no file is named", f"give the path of a file, or {PREFIX}sunspots.csv")
    path = Path(file).expanduser()
    return path if path.is_absolute() or folder is None else folder / path
