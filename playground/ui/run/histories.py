"""What is kept of every network's nodes at many moments of the training, from the traces as they come."""

from collections.abc import Mapping
from typing import Generic, TypeVar

from playground.network.traces import Traces

H = TypeVar("H")


class Histories(Generic[H]):
    """One for each network and "layer/node". A subclass says what it keeps."""

    def __init__(self) -> None:
        self._histories: dict[tuple[str, str], H] = {}
        self._last = -1

    def clear(self) -> None:
        """The run begins again."""
        self._histories.clear()
        self._last = -1

    def follow(self, renamed: Mapping[str, str]) -> None:
        """Networks have other names now; those that are not named are gone."""
        kept = {(renamed[net], node): history for (net, node), history in self._histories.items() if net in renamed}
        self._histories = kept

    def is_new(self, traces: Traces) -> bool:
        """Whether they are of a later step than all before: an earlier moment, and the same one, are passed over."""
        new = traces.step > self._last
        self._last = max(self._last, traces.step)
        return new
