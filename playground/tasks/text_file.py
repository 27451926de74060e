"""Files of unknown origin, read as text or refused with one sentence."""

import codecs
from pathlib import Path

from playground.errors import BadInput

_SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "a zip archive or an Excel workbook", "save the sheet as CSV first"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file", "save the sheet as CSV first"),
    (b"%PDF", "a PDF", "save its table or text as a plain file first"),
    (b"PAR1", "a Parquet file", "save it as CSV first"),
    (b"\x1f\x8b", "compressed (gzip)", "unpack it first"),
)
_CONTROL = bytes(set(range(32)) - {9, 10, 12, 13, 26, 27})


def read_bytes(path: Path, limit: int) -> tuple[bytes, bool]:
    """The first `limit` bytes of a file, and whether that is all of it.

    Raises BadInput when there is no such file, it is a folder, it may not be read, or it is empty.
    """
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except FileNotFoundError as error:
        raise BadInput(str(path), "there is no such file", "check the path") from error
    except IsADirectoryError as error:
        raise BadInput(str(path), "this is a folder", "choose a file in it") from error
    except PermissionError as error:
        if path.is_dir():
            raise BadInput(str(path), "this is a folder", "choose a file in it") from error
        raise BadInput(str(path), "you may not read this file", "change its permissions") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadInput(str(path), f"the file cannot be read ({reason})", "check the path") from error
    if not data.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00"):
        problem = "the file holds nothing but spaces and empty lines" if data else "the file is empty"
        raise BadInput(str(path), problem, "choose a file with data in it")
    return data[:limit], len(data) <= limit


def decode(path: Path, data: bytes, complete: bool = True) -> tuple[str, str]:
    """The text in `data` and its encoding: "utf-8-sig", "utf-16" or "cp1252".

    complete: False when `data` is only the beginning of a file, and may end within a character. Raises BadInput when it
    is not text.
    """
    for signature, what, remedy in _SIGNATURES:
        if data.startswith(signature):
            raise BadInput(str(path), f"this is {what}, not plain text", remedy)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return codecs.getincrementaldecoder("utf-16")("replace").decode(data, complete), "utf-16"
    if b"\x00" in data or len(data.translate(None, _CONTROL)) < 0.99 * len(data):
        raise BadInput(str(path), "this is a binary file, not plain text", "choose a table (CSV) or a text")
    try:
        return codecs.getincrementaldecoder("utf-8-sig")("strict").decode(data, complete), "utf-8-sig"
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace"), "cp1252"
