"""The training process: takes commands from a pipe, lets the run work, sends back what happened. No Qt in here."""

import logging
import signal
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection

import platformdirs

from playground.engine import available
from playground.engine.devices import usable, warm
from playground.engine.right_of_way import RightOfWay
from playground.errors import BadInput
from playground.training import messages
from playground.training.commands import HANDLERS, start
from playground.training.conductor import Conductor, memory_is_full
from playground.training.failing import failed
from playground.training.inbox import RECEIPTS, Inbox, Unreadable
from playground.training.looking_messages import LIVE
from playground.training.priority import step_back
from playground.training.side_jobs import WindowGone

log = logging.getLogger(__name__)
NICE = 1  # the window draws at once when it wants to; more, and any other program would hold up the training
OF_THE_MEMORY = (messages.TracesRead, messages.UseMemory)  # which outlives a run


def main(connection: Connection, way: RightOfWay | None = None) -> None:
    """The process body. Returns when the window quits or is gone; while that has the right of `way`, its training
    leaves a processor to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in the terminal is the window's business
    step_back(NICE)
    log_file = log_to_file()
    try:
        Worker(connection, log_file, way).serve()
    except WindowGone:
        log.info("the window is gone")
    finally:
        connection.close()


def log_to_file() -> str:
    """Errors of this process go to a file of the user; returns its path, "" where none can be written."""
    try:
        folder = platformdirs.user_log_path("rnn-playground", appauthor=False, ensure_exists=True)
        handler = logging.FileHandler(folder / "worker.log", delay=True, encoding="utf-8")
    except OSError:
        return ""
    handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(levelname)s %(message)s"))
    logging.getLogger("playground").addHandler(handler)
    return str(folder / "worker.log")


class Worker:
    """`serve` is the loop; what a command does is in `commands`, what is done between two commands in `Conductor`."""

    def __init__(self, connection: Connection, log_file: str = "", way: RightOfWay | None = None) -> None:
        self.at = Conductor(self._send)
        self._connection = connection
        self._inbox = Inbox(connection)
        self.at.called, self.at.looked_for = self._called, self._looked_for
        if way is not None:
            self.at.window_draws = lambda: way.asked
        self._log_file, self._way = log_file, way
        self._ended = False
        self._jobs = {kind: obey for job in self.at.jobs for kind, obey in job.commands.items()}

    def serve(self) -> None:
        """Until Quit. Raises WindowGone."""
        warm(self._way)
        engines = available()
        self._send(messages.Ready(engines, tuple(name for name in engines if usable(name))))
        while not self._ended:
            self._guarded(self._next())

    def _next(self) -> Callable[[], None]:
        """What to do now: a command comes before work."""
        try:
            command = self._inbox.receive(self.at.patience())
        except Unreadable as error:
            return partial(self._refuse, error)
        except (EOFError, OSError) as error:
            raise WindowGone from error
        return self.at.work if command is None else partial(self._obey, command)

    def _called(self) -> bool:
        """Whether a command waits that is more than a receipt. These are taken at once: they give leave to go on."""
        while (receipt := self._inbox.first(RECEIPTS)) is not None:
            self._obey(receipt)
        return self._inbox.called()

    def _looked_for(self) -> bool:
        """Obey the command that waits if it is to look back; whether it was. `LIVE` has to wait for the step's end."""
        if not self._called():
            return False
        wish = self._inbox.next
        if not isinstance(wish, messages.LookAt) or LIVE in (wish.step, wish.beside):
            return False
        self._obey(self._inbox.first(messages.LookAt))
        return True

    def _guarded(self, action: Callable[[], None]) -> None:
        """Whatever goes wrong becomes a message."""
        at = self.at
        try:
            action()
        except BadInput as error:
            self._say_failed(error, fatal=at.run is None)
        except WindowGone:
            raise
        except Exception as error:
            log.exception("run %d failed", at.number)
            at.run = None
            if isinstance(error, MemoryError):
                said = memory_is_full()
            else:
                remedy = f"details are in {self._log_file}" if self._log_file else "please report it"
                said = BadInput("", f"the training met an error of its own ({type(error).__name__})", remedy)
            self._say_failed(said, fatal=True)

    def _obey(self, command: messages.Command) -> None:
        at = self.at
        if isinstance(command, messages.Quit):
            self._ended = True
        elif isinstance(command, messages.Start):
            start(at, command)
        elif command.run != at.number and not isinstance(command, OF_THE_MEMORY):
            return  # it was meant for a run that is no more
        elif type(command) in self._jobs:
            self._jobs[type(command)](command)
        elif at.run is not None:
            HANDLERS[type(command)](at, at.run, command)

    def _refuse(self, error: Unreadable) -> None:
        """Whoever made that command has a mistake in it; the person learns of it, and the run goes on."""
        log.error("a command that cannot be read: %s", error)
        at = self.at
        if error.start:
            at.run, at.number = None, error.run
        if error.run == at.number:
            raise BadInput("", f"the experiment is not what was agreed on ({error})", "undo the last change")

    # -- the pipe -------------------------------------------------------------------------------------------------

    def _send(self, event: messages.Event) -> None:
        try:
            self._connection.send_bytes(messages.encode(event))
        except OSError as error:
            raise WindowGone from error

    def _say_failed(self, error: BadInput, fatal: bool) -> None:
        self._send(failed(self.at.number, error, fatal))
