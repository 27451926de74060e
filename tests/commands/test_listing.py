from collections.abc import Callable

import pytest

from playground.commands.listing import KINDS


@pytest.mark.parametrize("what", KINDS)
def test_every_list_has_names(call: Callable, what: str) -> None:
    done = call("list", what, "--json")
    assert done.code == 0 and list(done.data) == [what]
    names = [row["name"] for row in done.data[what]]
    assert names and len(set(names)) == len(names)
    assert all(row.get("about") for row in done.data[what])
    plain = call("list", what)
    assert all(name in plain.out for name in names)


def test_the_lists_hold_what_ships(call: Callable) -> None:
    def names(what: str) -> set[str]:
        return {row["name"] for row in call("list", what, "--json").data[what]}

    assert names("cells") >= {"rnn", "lstm", "gru"}
    assert names("tasks") == {"delayed_recall", "adding", "temporal_order", "sines", "table", "text"}
    assert names("engines") == {"numpy", "native", "cupy"}
    assert names("plots") >= {"loss", "gates", "hidden", "prediction"}
    assert names("examples") >= {"delayed-recall", "sunspots"}


def test_a_list_of_nothing_known(call: Callable) -> None:
    done = call("list", "lessons")
    assert done.code == 2 and "lessons" in done.err
