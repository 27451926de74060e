"""The window's handle on the training process. Nothing in here waits for it."""

import contextlib
import logging
import multiprocessing
import signal
import threading
from collections import deque
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

import msgspec

from playground.engine.right_of_way import RightOfWay
from playground.network.traces import Traces
from playground.training import messages, worker
from playground.training.inbox import RECEIPTS, put
from playground.training.pipe import has_room, readable
from playground.training.traces_memory import LARGEST, TracesMemory

log = logging.getLogger(__name__)
FIRST_SLOT = 1 << 20
MOST_EVENTS = 256  # taken from the pipe by one `poll`
PATIENCE = 0.3  # seconds that a process gets for each of: going by itself, ending, being killed


class TrainingClient:
    """Starts the worker, sends it commands, brings back its events, and notices when it ends.

    One process at a time; `restart` replaces it. Events of any run but the last one started are dropped. All methods
    belong to one thread (a second one inside writes to the pipe what might have to wait for a busy worker).
    """

    def __init__(self) -> None:
        self.process: BaseProcess | None = None
        self.engines: dict[str, str] = {}
        self.right_of_way = RightOfWay()
        self._connection: Connection | None = None
        self._comes: Callable[[], bool] = lambda: False  # whether a message is in the pipe
        self._writer: _Writer | None = None
        self._memory: TracesMemory | None = None
        self._run = -1
        self._unread: dict[int, int] = {}  # slot → run, for announced traces that nobody took yet
        self._told = False
        self._over = False  # the process had ended when nothing came: all that it said is in the pipe

    # -- the process ----------------------------------------------------------------------------------------------

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self.process is not None and self.process.is_alive()

    @property
    def exit_code(self) -> int | None:
        """Of the process: None while it runs, negative for a signal (POSIX)."""
        return None if self.process is None else self.process.exitcode

    def start_process(self) -> None:
        """Begin a worker; it says `Ready` when it is warm. Does nothing when one is there."""
        if self.process is not None:
            return
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._comes = readable(self._connection)
        arguments = theirs, self.right_of_way
        self.process = context.Process(target=worker.main, args=arguments, name="rnn-playground worker", daemon=True)
        self.process.start()
        theirs.close()
        self._writer = _Writer(self._connection)
        self._told = self._over = False
        self._unread.clear()

    def restart(self) -> None:
        """A fresh process in place of the old one, dead or alive."""
        self._end_process()
        self.right_of_way = RightOfWay()  # a thread that was ended in the midst of its work is busy for ever
        self.start_process()

    def close(self) -> None:
        """End the process, at worst by force, and give back the shared memory. May be called twice."""
        self._end_process()
        self._drop_memory()

    def __enter__(self) -> "TrainingClient":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- messages -------------------------------------------------------------------------------------------------

    @property
    def comes(self) -> bool:
        """Whether there is something to take."""
        return self._connection is not None and self._comes()

    def send(self, command: messages.Command) -> None:
        """Hand over a command; returns at once. `Start` gets the name of the shared memory filled in. `poll` says so
        when the command holds something that no message can hold."""
        if isinstance(command, messages.Start):
            self._run = command.run
            command = msgspec.structs.replace(command, memory=self._memory_name(FIRST_SLOT))
        if self._writer is not None:
            self._writer.put(command)

    def poll(self) -> list[messages.Event]:
        """What happened since the last call, the oldest first; never waits.

        Of several traces, and of those to compare with, only the latest is returned; pass it to `traces` before the
        next `poll`. When the process ended, one fatal `Failed` says how.
        """
        self._give_back(self._unread)
        events: list[messages.Event] = self._unsent()
        for number in range(MOST_EVENTS):
            data = self._receive()
            if data is None:
                if self._over and not self._told:
                    self._told = True
                    events.append(self._obituary())
                if not number:  # a process that says something is not asked whether it lives
                    self._over = self.process is not None and not self.process.is_alive()
                break
            event = messages.decode_event(data)
            if isinstance(event, messages.Ready):
                self.engines = dict(event.engines)
            elif isinstance(event, messages.TracesWritten):
                if event.run != self._run:
                    self._give_back({event.slot: event.run})
                    continue
                written = [each for each in events if isinstance(each, messages.TracesWritten)]
                older = [each for each in written if each.ghost == event.ghost]
                self._give_back({each.slot: self._unread.pop(each.slot) for each in older})
                self._unread[event.slot] = event.run
                events = [each for each in events if each not in older]
            elif isinstance(event, messages.Weights):
                self.send(messages.WeightsRead(event.run))
                if event.run != self._run:
                    continue
            elif isinstance(event, messages.Answers):
                self.send(messages.InspectionRead(event.run))
                if event.run == self._run:
                    events += event.answers
                continue
            elif isinstance(event, messages.MemoryWanted):
                self._grow(event)  # of an older run too: the worker has no slots until the answer, in any run
                continue
            elif event.run != self._run:
                continue
            events.append(event)
        return events

    def traces(self, event: messages.TracesWritten) -> Traces | None:
        """A copy of the announced traces, and the slot goes back to the worker. None when they are gone: the event is
        older than the last `poll`."""
        if self._unread.pop(event.slot, None) is None or self._memory is None:
            return None
        traces = self._memory.read(event.slot)
        self._give_back({event.slot: event.run})
        return traces

    # -- inside ---------------------------------------------------------------------------------------------------

    def _unsent(self) -> list[messages.Event]:
        """What has to be said of commands that could not be written down."""
        unsent = [] if self._writer is None else self._writer.take_unsent()
        if not unsent:
            return []
        problem, remedy = "the experiment holds something that cannot be sent to the training", "undo the last change"
        return [
            messages.Failed(command.run, "", problem, remedy, fatal=isinstance(command, messages.Start))
            for command in unsent
            if not isinstance(command, messages.Quit) and command.run == self._run
        ]

    def _receive(self) -> bytes | None:
        """The next message in the pipe, None when there is none (or the other end is gone)."""
        try:
            if self._connection is not None and self._comes():
                return self._connection.recv_bytes()
        except (EOFError, OSError):
            pass  # the process ended: `poll` says so as soon as its exit code is known
        return None

    def _give_back(self, slots: dict[int, int]) -> None:
        for slot, run in list(slots.items()):
            self.send(messages.TracesRead(run, slot))
        slots.clear()

    def _obituary(self) -> messages.Failed:
        code = self.exit_code or 0
        if code < 0:
            hint = ", often because memory ran out" if code == -getattr(signal, "SIGKILL", 9) else ""
            how = f"the training process was ended (signal {-code}{hint})"
        else:
            how = f"the training process ended by itself (exit code {code})"
        return messages.Failed(self._run, "", how, "go on from the last checkpoint, or start again", fatal=True)

    def _memory_name(self, slot_size: int) -> str:
        """The memory's name, made when it is first needed; "" where the system has none to give: then no traces."""
        if self._memory is None:
            try:
                self._memory = TracesMemory.create(slot_size)
            except OSError:
                return ""
        return self._memory.name

    def _grow(self, event: messages.MemoryWanted) -> None:
        """Larger memory, or the old one again where the system has no more: the worker then gives up these traces."""
        try:
            larger = TracesMemory.create(min(event.slot_size, LARGEST) * 5 // 4)
        except OSError:
            larger = None
        if larger is not None:
            self._drop_memory()
            self._memory = larger
        self._unread.clear()
        if self._memory is not None:
            self.send(messages.UseMemory(event.run, self._memory.name))

    def _drop_memory(self) -> None:
        if self._memory is not None:
            self._memory.close()
            self._memory.unlink()
        self._memory = None
        self._unread.clear()

    def _end_process(self) -> None:
        process, connection, writer = self.process, self._connection, self._writer
        self.process = self._connection = self._writer = None
        if process is None or connection is None or writer is None:
            return
        writer.put(messages.Quit())
        process.join(PATIENCE)
        for force in (process.terminate, process.kill):
            if process.exitcode is None:
                force()
                process.join(PATIENCE)
        writer.stop()
        connection.close()
        if process.exitcode is not None:
            process.close()


class _Writer(threading.Thread):
    """Writes commands to the pipe, in order; of edits that wait one after the other, only the last.

    Receipts, which are many and tiny, go out at once where nothing else waits: to wake a thread for each took longer.
    """

    def __init__(self, connection: Connection) -> None:
        super().__init__(name="commands to the worker", daemon=True)
        self._connection = connection
        self._waiting: deque[messages.Command] = deque()
        self._unsent: list[messages.Command] = []
        self._ended = False
        self._writes = False  # it is at it
        self._room = has_room(connection)
        self._news = threading.Condition()
        self.start()

    def put(self, command: messages.Command) -> None:
        with self._news:
            if isinstance(command, RECEIPTS) and not self._waiting and not self._writes and self._room():
                self._write(messages.encode(command))
                return
            put(self._waiting, command)
            self._news.notify()

    def take_unsent(self) -> list[messages.Command]:
        """Commands that hold something that no message can hold, since the last call."""
        if not self._unsent:  # nearly always: no lock for it
            return []
        with self._news:
            unsent, self._unsent = self._unsent, []
        return unsent

    def stop(self) -> None:
        """Writes what is waiting and ends the thread; the process at the other end is gone already, so nothing can
        block it."""
        with self._news:
            self._ended = True
            self._news.notify()
        self.join(PATIENCE)

    def run(self) -> None:
        while True:
            with self._news:
                while not self._waiting:
                    if self._ended:
                        return
                    self._news.wait()
                command = self._waiting.popleft()
                self._writes = True
            try:
                self._write(messages.encode(command))
            except (TypeError, ValueError, OverflowError, RecursionError):
                log.exception("a command that cannot be written down")
                with self._news:
                    self._unsent.append(command)
            with self._news:
                self._writes = False

    def _write(self, data: bytes) -> None:
        with contextlib.suppress(OSError):  # the process is gone: `poll` finds out and says so
            self._connection.send_bytes(data)
