"""Where every start of the program comes through: look whether all is there, then open the window or run a command."""

import gc
import importlib
import sys
from multiprocessing import freeze_support
from pathlib import Path

from playground import preflight

VERBS = ("run", "eval", "check", "export", "list", "bench")
BEFORE_QT = ("numpy", "playground.experiment.check")  # once PySide6 is in, it reads the source of whatever is imported
HELP = ("-h", "--help", "--version")


def main(argv: list[str] | None = None) -> int:
    """The program. Returns its exit code: 0 done, 2 something was given or is missing here that a person can put right
    (one line on stderr says what), 1 anything else."""
    freeze_support()
    arguments = sys.argv[1:] if argv is None else argv
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal without × or ≥ shows ?, it does not break
    try:
        preflight.check_packages()
        if arguments and (arguments[0] in VERBS or arguments[0] in HELP):
            from playground.commands import main as command

            return command(arguments)
        return _open_window(arguments)
    except preflight.NotReady as problem:
        return _refuse(str(problem))


def window() -> int:
    """The same, for a start without a terminal."""
    return main()


def _open_window(arguments: list[str]) -> int:
    from playground.errors import BadInput
    from playground.experiment.files import find
    from playground.experiment.schema import suggest

    path: Path | None = None
    if arguments:
        name = arguments[0]
        if len(arguments) > 1 or name.startswith("-"):
            hint = suggest(name, [*VERBS, "--help"])
            return _refuse(f"{' '.join(arguments)}: give one file to open, or a command; {hint}")
        try:
            path = find(name)
        except BadInput as problem:
            hint = suggest(name, VERBS)
            return _refuse(f"{name}: there is no such file or command; {hint}" if hint[:3] == "did" else str(problem))
    make_haste()
    preflight.check_display()
    from playground.ui.app import run_window

    return run_window(path)


def make_haste() -> None:
    """What the window gains from before Qt comes in."""
    gc.disable()  # until the window is painted, nothing that is made is thrown away; it wakes the collector
    for name in BEFORE_QT:
        importlib.import_module(name)


def _refuse(sentence: str) -> int:
    if sys.stderr is not None:
        print(f"rnn-playground: {' '.join(sentence.splitlines())}", file=sys.stderr)
    elif sys.platform == "win32":
        import ctypes

        ctypes.windll.user32.MessageBoxW(None, sentence, "RNN Playground", 0x10)
    return 2
