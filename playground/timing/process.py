"""A process in which something is measured, so that what one engine does to the processor and to memory is its own."""

import logging
import multiprocessing
import signal
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from playground.errors import BadInput

log = logging.getLogger(__name__)
PATIENCE = 0.5  # seconds in which the process may go by itself
REST = 0.3  # seconds at most that are waited until the threads of a library have gone to sleep
LOOK = 0.005


class Ended(Exception):
    """The process is gone; the text says how."""


class Failed(Exception):
    """The call met an error that nobody expected; the text names it, and the process goes on."""


class Measuring:
    """A process that holds the object `make(*arguments)` and is asked for its methods, one at a time.

    `make` is a function or class of a module. While nothing is asked, the process sleeps.
    """

    def __init__(self, make: Callable[..., Any], *arguments: Any, name: str = "rnn-playground timing") -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, make, arguments), name=name, daemon=True)
        self.process.start()
        theirs.close()
        self._closed = False

    def ask(self, method: str, *arguments: Any) -> None:
        """Begin a call; `answer` brings what it returned."""
        try:
            self._connection.send((method, arguments))
        except OSError as error:
            raise Ended(self._how()) from error

    @property
    def answered(self) -> bool:
        """Whether `answer` would not wait."""
        return self._connection.poll(0)

    def answer(self) -> Any:
        """What the call returned. Raises BadInput and MemoryError as the call did, Failed for any other error of it,
        and Ended when the process is gone."""
        try:
            kind, value = self._connection.recv()
        except (EOFError, OSError) as error:
            raise Ended(self._how()) from error
        if kind == "bad input":
            raise BadInput(*value)
        if kind == "memory":
            raise MemoryError
        if kind == "failed":
            raise Failed(value)
        return value

    def call(self, method: str, *arguments: Any) -> Any:
        """`ask`, and wait for the `answer`."""
        self.ask(method, *arguments)
        return self.answer()

    def close(self, at_once: bool = False) -> None:
        """End the process; at_once: without waiting for what it does. May be called twice."""
        if self._closed:
            return
        self._closed = True
        self._connection.close()  # the process sees the end of its pipe
        if not at_once:
            self.process.join(PATIENCE)
        for force in (self.process.terminate, self.process.kill):
            if self.process.exitcode is None:
                force()
                self.process.join(PATIENCE)
        if self.process.exitcode is not None:
            self.process.close()

    def __enter__(self) -> "Measuring":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _how(self) -> str:
        if not self._closed:
            self.process.join(PATIENCE)
        code = None if self._closed else self.process.exitcode
        if code is not None and code < 0:
            return f"its process was ended (signal {-code})"
        return "its process has ended"


def _serve(connection: Connection, make: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    """The process body: until the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in the terminal is the parent's business
    subject: Any = None
    try:
        while True:
            method, given = connection.recv()
            try:
                subject = make(*arguments) if subject is None else subject
                answer = ("done", getattr(subject, method)(*given))
            except BadInput as error:
                answer = ("bad input", (error.place, error.problem, error.remedy))
            except MemoryError:
                answer = ("memory", None)
            except Exception as error:
                log.debug("a measurement failed", exc_info=True)
                answer = ("failed", f"{type(error).__name__}: {' '.join(str(error).split())[:200]}")
            _rest()
            connection.send(answer)
    except (EOFError, OSError):
        return


def _rest() -> None:
    """Wait until no thread of this process is at work: OpenMP's and Eigen's spin for a while after a product."""
    end = time.perf_counter() + REST
    used = time.process_time()
    while time.perf_counter() < end:
        time.sleep(LOOK)
        before, used = used, time.process_time()
        if used - before < LOOK / 5:
            return
