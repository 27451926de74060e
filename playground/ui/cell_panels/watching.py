"""Which weights somebody looks at: the inspector and the explanation each want some, the worker sends all of them."""

from collections.abc import Iterable
from weakref import WeakKeyDictionary

from playground.ui.session import Session

_wanted: "WeakKeyDictionary[Session, dict[str, tuple[str, tuple[str, ...]]]]" = WeakKeyDictionary()


def watch(session: Session, who: str, net: str = "", names: Iterable[str] = ()) -> None:
    """`who` looks at these parameters of the network from now on, and at no others; at none without names."""
    wanted = _wanted.setdefault(session, {})
    new = (net, tuple(names)) if net else None
    if wanted.get(who) == new or (new and not new[1] and who not in wanted):
        return
    before = {name for name, _ in wanted.values()}
    wanted.pop(who, None)
    if new and new[1]:
        wanted[who] = new
    after = {name for name, _ in wanted.values()}
    for gone in before - after:
        session.weights.watch(gone, ())
    for name in after:
        parts = {part for other, parts in wanted.values() if other == name for part in parts}
        session.weights.watch(name, tuple(sorted(parts)))
