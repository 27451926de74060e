"""Writing a file so that it is either the old one or the new one, whatever happens in between."""

import errno
import os
import tempfile
from pathlib import Path

from playground.errors import BadInput

_REASONS = {
    errno.EACCES: "this folder may not be written to",
    errno.EPERM: "this folder may not be written to",
    errno.EROFS: "this folder is read-only",
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "your share of the disk is used up",
    errno.ENAMETOOLONG: "the name is too long",
    errno.ENOENT: "its folder does not exist",
    errno.ENOTDIR: "its folder is not a folder",
    errno.EISDIR: "this is a folder",
}


def write_atomically(path: Path | str, data: bytes) -> Path:
    """Writes `data` to `path`, through a new file in the same folder that then takes its name; a link is followed.

    Returns `path`. Raises BadInput when it cannot be done; the old file, if any, is then as it was.
    """
    if "\0" in str(path):
        raise BadInput(repr(str(path)), "a file name cannot hold a null character", "choose another name")
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise BadInput(str(path), "this is a folder", "give a file name")
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name[:80]}.", suffix=".part", dir=target.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, _mode(target))
        os.replace(temporary, target)
    except (OSError, ValueError) as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise cannot_write(path, error) from None
    _sync_folder(target.parent)
    return Path(path)


def cannot_write(path: Path | str, error: Exception) -> BadInput:
    """The sentence for an error of the operating system while writing."""
    if isinstance(error, OSError) and error.errno is not None:
        problem = _REASONS.get(error.errno, os.strerror(error.errno).lower())
    else:
        problem = str(error)
    return BadInput(str(path), f"cannot be written: {problem}", "choose another place")


def _mode(target: Path) -> int:
    """Permissions of the file that is replaced, or what a new file gets here."""
    try:
        return target.stat().st_mode & 0o777
    except OSError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask


def _sync_folder(folder: Path) -> None:
    """Makes the new name itself safe. Not every system lets a folder be opened; the file's content is safe already."""
    if os.name != "posix":
        return
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        return
    finally:
        os.close(handle)
