import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from playground import __version__
from playground.launch import VERBS

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted((ROOT / "playground").rglob("*.py"))


def test_the_readme_begins_with_the_two_commands() -> None:
    lines = (ROOT / "README.md").read_text().splitlines()
    assert [line.split("#")[0].strip() for line in lines[2:4]] == ["make run", "make test"]


def test_what_the_readme_names_exists() -> None:
    text = (ROOT / "README.md").read_text()
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"`make (\w+)`", text):
        assert f"\n{target}:" in makefile, target
    assert set(re.findall(r"python main\.py (\w+) ", text)) <= set(VERBS)
    assert __version__ in text


def test_ci_runs_the_command_of_the_readme() -> None:
    script = (ROOT / ".ci/run").read_text()
    assert re.search(r"\bmake test\b", script) and (ROOT / ".ci/run").stat().st_mode & 0o100


def test_a_file_has_one_job_and_is_finished() -> None:
    texts = {path.relative_to(ROOT): path.read_text() for path in SOURCES}
    assert [path for path, text in texts.items() if len(text.splitlines()) > 400] == []
    assert [path for path, text in texts.items() if re.search(r"\b(TODO|FIXME|XXX)\b", text)] == []


def test_every_folder_of_code_is_a_package_and_is_installed() -> None:
    assert [path.parent for path in SOURCES if not (path.parent / "__init__.py").exists()] == []


def test_extras_and_entry_points() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert set(project["optional-dependencies"]) == {"cuda12", "cuda13", "nvrtc", "bridges", "cluster", "dev"}
    for entry in (*project["scripts"].values(), *project["gui-scripts"].values()):
        module, name = entry.split(":")
        assert callable(getattr(__import__(module, fromlist=[name]), name))


@pytest.mark.slow
def test_an_installed_wheel_brings_its_resources(tmp_path: Path) -> None:
    """Builds from a copy, in an environment of its own, as pip does for everybody."""
    source = tmp_path / "source"
    source.mkdir()
    for name in ("playground", "resources"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path), str(source)]
    subprocess.run(command, check=True, timeout=300)
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("data", "examples"):
        for path in (ROOT / "resources" / folder).iterdir():
            assert f"playground/resources/{folder}/{path.name}" in names
    for path in SOURCES:
        assert str(path.relative_to(ROOT)) in names
    assert not any("/pictures/" in name or name.startswith("tests") for name in names)
