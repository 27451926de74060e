"""What must be there before Qt is touched: a new enough Python, the packages, system libraries, a display, fonts.

Without these Qt fails with a riddle, or aborts the process in C++. Here each becomes one sentence with a remedy. This
module uses the standard library only and no syntax newer than Python 3.7, so that an old Python can still say so.
"""

from __future__ import annotations

import ctypes
import importlib
import importlib.util
import os
import sys
from pathlib import Path

OLDEST = (3, 11)

# Shared library → Debian package (the first six are needed even without a display, the others by a real X server).
BASE_LIBRARIES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
}
X11_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-image.so.0": "libxcb-image0",
}
SYSTEM_FONTS = ("/usr/share/fonts", "/usr/local/share/fonts", "/run/current-system/sw/share/X11/fonts")
LIBRARIES = {**BASE_LIBRARIES, **X11_LIBRARIES}

PACKAGES = ("numpy", "msgspec", "safetensors", "platformdirs", "polars")
WINDOW_PACKAGES = (*PACKAGES, "PySide6", "pyqtgraph")

NO_WINDOW = "without a window, use: main.py run|eval|check|export|list|bench (see main.py --help)"


class NotReady(Exception):
    """Something that this program stands on is not there; the text is one sentence that says what to do."""


def python_problem() -> str:
    """A sentence when this Python is too old, else nothing."""
    if sys.version_info >= OLDEST:
        return ""
    found = "{}.{}".format(*sys.version_info)
    return "Python {} is too old; RNN Playground needs Python {}.{} or newer.".format(found, *OLDEST)


def loads(library: str) -> bool:
    """Whether the system's loader finds and links this shared library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def missing_packages(libraries: dict[str, str] = LIBRARIES) -> list[str]:
    """Debian packages of those libraries that are not on this (Linux) system."""
    return [package for library, package in libraries.items() if not loads(library)]


def fonts_exist() -> bool:
    """Whether a (Linux) system has any font: without one every letter is a hollow box, and nothing fails."""
    data = os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    folders = [Path(folder, "fonts") for folder in data.split(":") if folder]
    folders += [Path.home() / ".fonts", Path.home() / ".local/share/fonts", *map(Path, SYSTEM_FONTS)]
    for folder in folders:
        for _, _, names in os.walk(folder):
            if any(name.lower().endswith((".ttf", ".otf", ".ttc", ".pfb")) for name in names):
                return True
    return False


def check_packages(names: tuple[str, ...] = PACKAGES) -> None:
    """Raises NotReady when this Python is too old or one of the packages is not installed for it."""
    problem = python_problem()
    if problem:
        raise NotReady(problem)
    missing = [name for name in names if importlib.util.find_spec(name) is None]
    if missing:
        here = Path(__file__).resolve().parents[1]
        remedy = f"run: {sys.executable} -m pip install rnn-playground"
        if (here / "pyproject.toml").exists():
            remedy = f"run `make run`, or: {sys.executable} -m pip install -e {here}"
            own = here / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
            if own.exists() and Path(sys.prefix) != own.parents[1]:
                remedy = f"use the Python that has them: {own}"
        raise NotReady(f"{_and(missing)} not installed for {sys.executable}; {remedy}.")


def _and(names: list[str]) -> str:
    return names[0] + " is" if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1] + " are"


def _system_problem(error: str, libraries: dict[str, str]) -> str:
    """A sentence for the loader's message about a library ("libGL.so.1: cannot open shared object file…")."""
    packages = missing_packages(libraries)
    for library, package in LIBRARIES.items():
        if library in error and package not in packages:
            packages.append(package)
    if not packages:
        return f"Qt cannot be loaded: {error.splitlines()[0]}."
    found = error.split(":")[0].split("/")[-1]
    return "a system library of Qt is missing ({}); on Debian and Ubuntu: apt-get install {}".format(
        found, " ".join(packages)
    )


def check_qt() -> None:
    """Raises NotReady when Qt's own libraries cannot be loaded. Imports PySide6, makes no application."""
    check_packages(WINDOW_PACKAGES)
    try:
        importlib.import_module("PySide6.QtWidgets")
    except ImportError as error:
        raise NotReady(_system_problem(str(error), BASE_LIBRARIES)) from None


def check_display() -> None:
    """Raises NotReady when a window cannot be shown here: Qt would abort without a word a person can use."""
    if not sys.platform.startswith("linux"):
        check_qt()
        return
    platform = os.environ.get("QT_QPA_PLATFORM", "")
    wayland = bool(os.environ.get("WAYLAND_DISPLAY"))
    if not platform and not wayland and not os.environ.get("DISPLAY"):
        raise NotReady("there is no display here (DISPLAY and WAYLAND_DISPLAY are not set); " + NO_WINDOW + ".")
    check_qt()
    if platform.split(":")[0].split(";")[0] == "xcb" or (not platform and not wayland):
        _check_x11()


def _check_x11() -> None:
    display = os.environ.get("DISPLAY", "")
    if not _display_answers():
        raise NotReady(f"the display {display!r} does not answer; set DISPLAY to one that does, or, " + NO_WINDOW)
    spec = importlib.util.find_spec("PySide6")
    folder = Path(next(iter(spec.submodule_search_locations))) if spec and spec.submodule_search_locations else Path()
    plugins = [folder / "Qt/plugins/platforms/libqxcb.so", folder / "plugins/platforms/libqxcb.so"]
    for plugin in plugins:
        if plugin.exists():
            try:
                ctypes.CDLL(str(plugin))
            except OSError as error:
                raise NotReady(_system_problem(str(error), LIBRARIES)) from None


def _display_answers() -> bool:
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True  # a Qt that brings its own; let it try
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    broken = bool(xcb.xcb_connection_has_error(connection))
    xcb.xcb_disconnect(connection)
    return not broken
