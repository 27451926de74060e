"""Makes everything that `make run` and `make test` need: system libraries, a virtual environment, the packages.

    python3 resources/setup/prepare.py .venv [EXTRA]

Uses the standard library only. On Debian and its relatives, libraries that Qt needs and that are missing are installed
as root or through sudo without a password; otherwise the exact command is printed and nothing is changed.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from playground import preflight  # noqa: E402


def say(text: str) -> None:
    print("· " + text, flush=True)


def fail(text: str) -> None:
    print(text, file=sys.stderr)
    sys.exit(1)


def start_with_newer_python() -> None:
    """Starts over with another Python of this machine that is new enough; returns when there is none."""
    for minor in range(20, preflight.OLDEST[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found:
            os.execv(found, [found, *sys.argv])


def missing_packages() -> list:
    """Debian packages that are wanted here and not there yet."""
    packages = preflight.missing_packages()
    if not preflight.fonts_exist():
        packages.append("fonts-dejavu-core")
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        packages.append("python{}.{}-venv".format(*sys.version_info))
    return packages


def install_system_packages() -> None:
    packages = missing_packages() if sys.platform.startswith("linux") else []
    if not packages:
        return
    names = " ".join(packages)
    command = "apt-get update && apt-get install -y --no-install-recommends " + names
    if shutil.which("apt-get") is None:
        say("Missing on this system (under their Debian names): " + names)
        say("Install your distribution's packages for them if the window does not open.")
        return
    if os.geteuid() == 0:
        prefix = []
    elif shutil.which("sudo") and subprocess.call(["sudo", "-n", "true"], stderr=subprocess.DEVNULL) == 0:
        prefix = ["sudo", "-n"]
    else:
        fail(
            f"These system packages are missing. Please run this once, then try again:\n\n    sudo sh -c '{command}'\n"
        )
    say("Installing system packages: " + names)
    quiet = {"env": dict(os.environ, DEBIAN_FRONTEND="noninteractive"), "stdout": subprocess.DEVNULL}
    subprocess.call([*prefix, "apt-get", "update", "-qq"], **quiet)
    install = [*prefix, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    if subprocess.call(install, **quiet) != 0:
        fail(f"The system packages could not be installed. Please run this, then try again:\n\n    {command}\n")


def make_environment(folder: Path) -> Path:
    """The environment's Python."""
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        say(f"Making the virtual environment {folder}")
        if subprocess.call([sys.executable, "-m", "venv", str(folder)]) != 0:
            shutil.rmtree(folder, ignore_errors=True)
            fail("The virtual environment could not be made.")
    return python


def main() -> None:
    problem = preflight.python_problem()
    if problem:
        start_with_newer_python()
        fail(problem)
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".venv")
    extra = sys.argv[2] if len(sys.argv) > 2 else ""
    install_system_packages()
    python = make_environment(folder)
    say("Installing the packages (the first time this takes a minute or two)")
    target = str(ROOT) + (f"[{extra}]" if extra else "")
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--editable", target]
    # setuptools warns of every editable installation; nothing in it is for the person who sets this up
    if subprocess.call(pip, env={**os.environ, "PYTHONWARNINGS": "ignore"}) != 0:
        fail("The packages could not be installed; the lines above say why.")


if __name__ == "__main__":
    main()
