"""The commands: what the window can do, for scripts and for machines without a screen."""

import argparse
import os
import sys
import warnings
from typing import NoReturn

from playground import __version__
from playground.commands import bench, check, evaluate, export, listing, run
from playground.errors import BadInput
from playground.preflight import NotReady

TRACEBACK = "RNN_PLAYGROUND_TRACEBACK"


class _Parser(argparse.ArgumentParser):
    """Errors as one sentence, like every other bad input."""

    def error(self, message: str) -> NoReturn:
        raise BadInput("", message, f"see {self.prog} --help")


def parser() -> argparse.ArgumentParser:
    """All verbs with their options."""
    top = _Parser(
        prog="main.py",
        description="RNN Playground: a desktop laboratory for recurrent networks.",
        epilog="Without a command, the window opens: main.py [FILE]. FILE is a path, or the name of a shipped example "
        "(main.py list examples). Exit codes: 0 done, 2 the input was bad, 1 anything else.",
    )
    top.add_argument("--version", action="version", version=f"RNN Playground {__version__}")
    verbs = top.add_subparsers(title="commands", dest="verb", required=True, metavar="COMMAND", parser_class=_Parser)
    for command in (run, evaluate, check, export, bench, listing):
        command.add(verbs)
    return top


def main(argv: list[str]) -> int:
    """Runs one command. Returns the exit code."""
    try:
        arguments = parser().parse_args(argv)
        with warnings.catch_warnings():
            if not sys.warnoptions:
                warnings.simplefilter("ignore", RuntimeWarning)  # numbers that overflow end the run with a sentence
            code: int = arguments.run(arguments)
        sys.stdout.flush()
    except SystemExit as stop:  # --help and --version
        return int(stop.code or 0)
    except (BadInput, NotReady) as problem:
        return _say(str(problem), 2)
    except MemoryError:
        return _say("this does not fit into memory; make the batch, the units or the sequence smaller", 2)
    except BrokenPipeError:
        # Whoever read our output has gone. Python would try to flush once more at the end, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return _say("stopped", 1)
    except Exception as error:
        if os.environ.get(TRACEBACK):
            raise
        return _say(f"an error of ours, sorry: {type(error).__name__}: {error} (with {TRACEBACK}=1 it says where)", 1)
    return code


def _say(sentence: str, code: int) -> int:
    print(f"rnn-playground: {' '.join(sentence.split())}", file=sys.stderr)
    return code
