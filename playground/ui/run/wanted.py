"""Who looks at what: many owners want things, and the worker is told once what anybody wants."""

from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal
from shiboken6 import getCppPointer, isValid

T = TypeVar("T", bound=Hashable)


class Wanted(QObject, Generic[T]):
    """`changed` comes once for any number of calls in a row, and only when `everything` has changed by them."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.everything: tuple[T, ...] = ()  # as of the last `changed`, in the order in which it was wanted
        self._wanted: dict[int | str, tuple[T, ...]] = {}  # owner (a name, or its address) → what it wants
        self._known: set[int] = set()  # owners whose end is listened for
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._tell)

    def want(self, owner: QObject | str, things: Iterable[T]) -> None:
        """From now on `owner` wants these, and nothing else. Ends by `drop`, and with an owner that is an object."""
        key = _key(owner)
        wanted = tuple(dict.fromkeys(things))
        if self._wanted.get(key, ()) == wanted:
            return
        self._wanted[key] = wanted
        if isinstance(key, int) and isinstance(owner, QObject) and key not in self._known:
            self._known.add(key)
            owner.destroyed.connect(lambda: self._owner_ended(key))
        self._soon.start()

    def drop(self, owner: QObject | str) -> None:
        """`owner` wants nothing any more. Does nothing when it did not."""
        if self._wanted.pop(_key(owner), None):
            self._soon.start()

    def _owner_ended(self, key: int) -> None:
        if isValid(self):
            self._known.discard(key)
            if self._wanted.pop(key, None):
                self._soon.start()

    def _tell(self) -> None:
        everything = tuple(dict.fromkeys(thing for wanted in self._wanted.values() for thing in wanted))
        if set(everything) != set(self.everything):
            self.everything = everything
            self.changed.emit()


def _key(owner: QObject | str) -> int | str:
    """What is the same for one owner as long as it lives; Python's own id is not, for it goes with the wrapper."""
    return owner if isinstance(owner, str) else int(getCppPointer(owner)[0])
