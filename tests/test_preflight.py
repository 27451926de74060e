import ctypes
import importlib
import sys
from pathlib import Path

import pytest

from playground import preflight
from playground.preflight import NotReady


def test_an_old_python_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert preflight.python_problem() == ""
    monkeypatch.setattr(sys, "version_info", (3, 9, 1))
    assert preflight.python_problem() == "Python 3.9 is too old; RNN Playground needs Python 3.11 or newer."
    with pytest.raises(NotReady, match="too old"):
        preflight.check_packages()


def test_missing_packages_are_told_with_the_way_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotReady) as caught:
        preflight.check_packages(("numpy", "no_such_package", "nor_this_one"))
    assert str(caught.value).startswith("no_such_package and nor_this_one are not installed for ")
    assert "pip install" in str(caught.value) or ".venv" in str(caught.value)


@pytest.mark.parametrize(("library", "package"), sorted(preflight.LIBRARIES.items()))
def test_a_missing_library_names_its_package(monkeypatch: pytest.MonkeyPatch, library: str, package: str) -> None:
    real = ctypes.CDLL

    def load(name: str) -> ctypes.CDLL:
        if name == library or name.endswith("libqxcb.so"):
            raise OSError(f"{library}: cannot open shared object file: No such file or directory")
        return real(name)

    def fail(name: str) -> None:
        if library in preflight.BASE_LIBRARIES:
            raise ImportError(f"{library}: cannot open shared object file: No such file or directory")

    monkeypatch.setattr(ctypes, "CDLL", load)
    monkeypatch.setattr(importlib, "import_module", fail)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(preflight, "_display_answers", lambda: True)
    monkeypatch.setenv("QT_QPA_PLATFORM", "xcb")
    with pytest.raises(NotReady, match="is missing") as caught:
        preflight.check_display()
    assert library in str(caught.value)
    assert package in str(caught.value).split("apt-get install ")[1].split()


def test_qt_that_fails_for_another_reason_is_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(name: str) -> None:
        raise ImportError("undefined symbol: qt_version_tag\nmore")

    monkeypatch.setattr(importlib, "import_module", fail)
    monkeypatch.setattr(preflight, "missing_packages", lambda libraries: [])
    with pytest.raises(NotReady, match=r"Qt cannot be loaded: undefined symbol: qt_version_tag\.$"):
        preflight.check_qt()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a display is a matter of Linux")
def test_no_display_names_the_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(NotReady, match="no display here") as caught:
        preflight.check_display()
    for verb in ("run", "eval", "check", "export", "list", "bench"):
        assert verb in str(caught.value)


def test_offscreen_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    preflight.check_display()


def test_fonts_are_looked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_DIRS", str(tmp_path / "share"))
    monkeypatch.setattr(preflight, "SYSTEM_FONTS", ())
    assert not preflight.fonts_exist()
    (tmp_path / "share/fonts/here").mkdir(parents=True)
    (tmp_path / "share/fonts/here/A.TTF").touch()
    assert preflight.fonts_exist()
