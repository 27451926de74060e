"""Which gates keep the memory, and how: read off the graph of every cell of the library."""

import pytest

from playground.cell.library import LIBRARY
from playground.training.doctor.anatomy import carriers, keepers, rectifiers, recurrent_wires, writers

KEEPERS = {
    "lstm": {"forget": True}, "peephole": {"forget": True}, "cifg": {"forget": True}, "nig": {"forget": True},
    "gru": {"update": True}, "gru_2014": {"update": True}, "mgu": {"forget": False}, "mut1": {"update": False},
    "mut2": {"update": False}, "mut3": {"update": False}, "min_gru": {"update": False}, "janet": {"s": True},
    "rnn": {}, "irnn": {}, "lstm_1997": {}, "nfg": {}, "scrn": {},
}  # fmt: skip


@pytest.mark.parametrize("name", KEEPERS)
def test_keepers(name: str) -> None:
    assert keepers(LIBRARY[name]) == KEEPERS[name]


def test_gates_that_act_through_logarithms_are_known_by_their_role() -> None:
    assert keepers(LIBRARY["slstm"]) == {"forget": True}


def test_writers_carriers_and_wires() -> None:
    lstm = LIBRARY["lstm"]
    assert writers(lstm) == ["input"] and carriers(lstm) == ["h", "c"]
    assert recurrent_wires(lstm) == [f"{gate}.weight.h_prev" for gate in ("input", "forget", "candidate", "output")]
    assert recurrent_wires(LIBRARY["indrnn"]) == [], "a vector has no orthogonal start"
    assert "candidate.weight.heard" in recurrent_wires(LIBRARY["gru_2014"])
    assert rectifiers(LIBRARY["irnn"]) == ["h"] and carriers(LIBRARY["dense_tanh"]) == []


def test_every_cell_can_be_looked_at() -> None:
    for cell in LIBRARY.values():
        keepers(cell), writers(cell), recurrent_wires(cell)
