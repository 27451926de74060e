import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "resources/setup/prepare.py"


@pytest.fixture
def prepare(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module, on a Linux where two packages are missing and nothing is really called."""
    spec = importlib.util.spec_from_file_location("prepare", SCRIPT)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setattr(sys, "path", [*sys.path])
    spec.loader.exec_module(module)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(module, "missing_packages", lambda: ["libgl1", "fonts-dejavu-core"])
    return module


def calls(monkeypatch: pytest.MonkeyPatch, user: int, tools: list[str], code: int = 0) -> list[list[str]]:
    """Everything that is called from now on, by a person with this id on a machine with these tools."""
    made: list[list[str]] = []

    def call(command: list[str], **_: object) -> int:
        made.append(command)
        return code

    monkeypatch.setattr(os, "geteuid", lambda: user, raising=False)
    monkeypatch.setattr(shutil, "which", lambda tool: f"/usr/bin/{tool}" if tool in tools else None)
    monkeypatch.setattr(subprocess, "call", call)
    return made


def test_root_installs_what_is_missing(prepare: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    made = calls(monkeypatch, 0, ["apt-get"])
    prepare.install_system_packages()
    assert [command[:2] for command in made] == [["apt-get", "update"], ["apt-get", "install"]]
    assert made[1][-2:] == ["libgl1", "fonts-dejavu-core"]


def test_others_go_through_sudo_without_a_password(prepare: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    made = calls(monkeypatch, 1000, ["apt-get", "sudo"])
    prepare.install_system_packages()
    assert [command[:3] for command in made[1:]] == [["sudo", "-n", "apt-get"]] * 2


@pytest.mark.parametrize("tools", [["apt-get"], ["apt-get", "sudo"]])
def test_without_that_the_exact_command_is_printed(
    prepare: ModuleType, monkeypatch: pytest.MonkeyPatch, tools: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    made = calls(monkeypatch, 1000, tools, code=1)
    with pytest.raises(SystemExit) as stop:
        prepare.install_system_packages()
    assert stop.value.code == 1
    assert not any("install" in command for command in made)
    assert (
        "sudo sh -c 'apt-get update && apt-get install -y --no-install-recommends libgl1 fonts-dejavu-core'"
        in capsys.readouterr().err
    )


def test_other_systems_are_told_and_go_on(
    prepare: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = calls(monkeypatch, 1000, [])
    prepare.install_system_packages()
    assert made == [] and "libgl1" in capsys.readouterr().out


def test_nothing_missing_nothing_called(prepare: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    made = calls(monkeypatch, 0, ["apt-get"])
    monkeypatch.setattr(prepare, "missing_packages", list)
    prepare.install_system_packages()
    assert made == []
