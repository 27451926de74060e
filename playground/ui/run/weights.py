"""The weights of the running networks: looked at by panels while they change, and set by hand."""

from collections import deque
from collections.abc import Callable, Iterable
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from playground.errors import BadInput
from playground.training import messages
from playground.training.interventions import Intervention, add, follow, weight_place
from playground.ui.run.training_link import TrainingLink
from playground.ui.run.wanted import Wanted

Name = tuple[str, str]  # network, parameter


class _Wish(NamedTuple):
    """A number that is to be set. value: None for an undo. merge: part of the gesture that set it last."""

    net: str = ""
    parameter: str = ""
    place: tuple[int, ...] = ()
    value: float | None = None
    merge: bool = False


class Weights(QObject):
    """`session.weights`. Parameters are named as in the network: "layer1.forget.weight.x", "readout.bias".

    One wish is with the worker at a time, and of a number that a slider drags along only the latest waits: a slow
    network is never behind the hand.
    """

    changed = Signal(object)  # set of (net, parameter): there are other values, or none any more
    intervened = Signal()  # `interventions` is another list, or `can_undo` another answer
    refused = Signal(object)  # BadInput: no network runs. What the worker refuses, the session tells as a notice

    def __init__(self, link: TrainingLink, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.interventions: list[Intervention] = []
        self.refusal: Callable[[str], BadInput | None] = lambda _: None  # why a place cannot be changed now
        self._link = link
        self._values: dict[Name, NDArray[np.float32]] = {}
        self._watched: Wanted[Name] = Wanted(self)
        self._watched.changed.connect(self._tell)
        self._networks: tuple[str, ...] = ()
        self._wishes: deque[_Wish] = deque()
        self._asked: _Wish | None = None  # with the worker now
        self._forgotten = False  # what is with the worker was for networks that went back to their beginning since
        self._undo: list[Intervention] = []
        link.begun.connect(self._on_begun)
        link.started.connect(self._on_started)
        link.weights.connect(self._on_weights)
        link.weight_set.connect(self._on_set)
        link.failed.connect(self._on_failed)

    # -- looking --------------------------------------------------------------------------------------------------

    def get(self, net: str, parameter: str) -> NDArray[np.float32] | None:
        """The latest values, read-only, in PyTorch's orientation [gate, source]; None when nobody watches them, before
        they have come, and for a parameter that is not there."""
        return self._values.get((net, parameter))

    def watch(self, owner: QObject | str, net: str, names: Iterable[str]) -> None:
        """From now on `owner` looks at these parameters of `net`, and at nothing else. Ends by `unwatch`, and with an
        owner that is an object. Many may watch the same; the worker sends what anybody watches."""
        self._watched.want(owner, [(net, name) for name in names])

    def unwatch(self, owner: QObject | str) -> None:
        """`owner` looks at nothing any more. Does nothing when it did not look."""
        self._watched.drop(owner)

    def _tell(self) -> None:
        wanted = self._watched.everything
        for name in [name for name in self._values if name not in wanted]:
            del self._values[name]  # it would grow old unseen
        self._link.watch_weights(tuple(sorted(wanted)))

    # -- setting --------------------------------------------------------------------------------------------------

    def set_value(self, net: str, parameter: str, index: tuple[int, ...], value: float, merge: bool = False) -> bool:
        """Set one number of the running network, before its next training step.

        merge: the same gesture as the last call (a slider that is dragged): one undo takes it back as a whole.
        False, and `refused`, when no network runs.
        """
        wish = _Wish(net, parameter, tuple(int(i) for i in index), float(value), merge)
        if not self._link.built:
            self._refuse_idle(wish)
            return False
        if self._refused_now(wish):
            return False
        last = self._wishes[-1] if self._wishes else None
        if merge and last is not None and last.value is not None and last[:3] == wish[:3]:
            wish = self._wishes.pop()._replace(value=wish.value)
        self._wishes.append(wish)
        self._next()
        return True

    @property
    def can_undo(self) -> bool:
        return bool(self._undo)

    def undo_last(self) -> bool:
        """Set the number that was set last back to what it was before. Training that was done since stays, also of this
        number's neighbours. False when there is nothing to undo, or no network runs."""
        if not self._link.built or not (self._undo or self._wishes or (self._asked and not self._forgotten)):
            return False
        if self._undo and self._refused_now(_Wish(self._undo[-1].net, self._undo[-1].parameter, self._undo[-1].index)):
            return False
        self._wishes.append(_Wish())
        self._next()
        return True

    def drop_wishes(self) -> None:
        """The networks go back to their beginning: forget what was not sent yet, and what could be undone."""
        self._wishes.clear()
        self._forgotten = self._asked is not None
        self._record(self.interventions, [])

    def _refused_now(self, wish: _Wish) -> bool:
        problem = self.refusal(weight_place(wish.net, wish.parameter, wish.place))
        if problem is not None:
            self.refused.emit(problem)
        return problem is not None

    def _refuse_idle(self, wish: _Wish) -> None:
        place = weight_place(wish.net, wish.parameter, wish.place)
        problem = self.tr("no network is running")
        self.refused.emit(BadInput(place, problem, self.tr("wait until it is built, or mend the experiment")))

    def _next(self) -> None:
        """Send the next wish, unless one is under way."""
        while self._asked is None and self._wishes:
            wish = self._wishes.popleft()
            net, parameter, index, value, _ = wish
            if value is None:
                if not self._undo:
                    continue
                _, net, parameter, index, value, _ = msgspec.structs.astuple(self._undo[-1])
            self._asked = _Wish(net, parameter, index, wish.value, wish.merge)
            self._link.set_weight(net, parameter, index, value)

    # -- what the worker says -------------------------------------------------------------------------------------

    def _on_begun(self) -> None:
        """Another run: nothing of the last one counts any more."""
        self._wishes.clear()
        self._asked, self._forgotten, self._networks = None, False, ()
        self._record([], [])
        gone = set(self._values)
        self._values.clear()
        if gone:
            self.changed.emit(gone)

    def _on_started(self, event: messages.Started) -> None:
        """The networks are others, or at their beginning. Their weights follow at once, where they are watched, and
        until then the old ones stay: a heatmap does not flicker."""
        before, names = self._networks, tuple(net.name for net in event.networks)
        self._networks = names
        undo: list[Intervention] = []
        if event.kept:
            pairs = zip(event.sources or range(len(names)), names, strict=False)
            undo = follow(self._undo, {before[source]: name for source, name in pairs if 0 <= source < len(before)})
        self._record(list(event.interventions), undo)

    def _record(self, interventions: list[Intervention], undo: list[Intervention]) -> None:
        if (interventions, undo) != (self.interventions, self._undo):
            self.interventions, self._undo = interventions, undo
            self.intervened.emit()

    def _on_weights(self, event: messages.Weights) -> None:
        come = {name for name in event.absent if self._values.pop(name, None) is not None}
        for array in event.arrays:
            name = (array.net, array.parameter)
            if name in self._watched.everything:
                self._values[name] = np.frombuffer(array.data, "<f4").reshape(array.shape)
                come.add(name)
        if come:
            self.changed.emit(come)

    def _on_set(self, event: messages.WeightSet) -> None:
        done, asked = event.intervention, self._asked
        add(self.interventions, done)
        forgotten, self._asked, self._forgotten = self._forgotten, None, False
        if asked is not None and not forgotten:
            if asked.value is None:
                if self._undo and _at(self._undo[-1]) == _at(done):  # it may have been forgotten since it was asked
                    self._undo.pop()
            elif asked.merge and self._undo and _at(self._undo[-1]) == _at(done):
                whole = msgspec.structs.replace(self._undo.pop(), after=done.after)
                self._undo += [whole] if whole.before != whole.after else []
            elif done.before != done.after:
                self._undo.append(done)
        self.intervened.emit()
        self._next()

    def _on_failed(self, problem: BadInput) -> None:
        asked = self._asked
        if asked is None or not problem.place.startswith(weight_place(asked.net, asked.parameter)):
            return
        self._asked, self._forgotten = None, False
        if asked.value is None and self._undo and _at(self._undo[-1]) == asked[:3]:
            self._undo.pop()  # its parameter is not there any more
            self.intervened.emit()
        self._next()


def _at(one: Intervention) -> tuple[str, str, tuple[int, ...]]:
    return one.net, one.parameter, one.index
