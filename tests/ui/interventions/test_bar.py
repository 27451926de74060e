"""The bar of interventions: how much room it takes, and what it says when there is nothing to measure."""

from PySide6.QtWidgets import QApplication

from playground.experiment.interventions import AddIntervention
from playground.network.changes import Clamp


def settle() -> None:
    for _ in range(3):
        QApplication.processEvents()


def test_a_long_list_does_not_make_the_window_grow(quiet) -> None:
    session = quiet.session
    for unit in range(4):
        session.apply(AddIntervention(Clamp("", net="LSTM", layer="layer1", node="forget", units=(unit,))))
    for size in ((1280, 720), (1280, 800)):
        quiet.resize(*size)
        quiet.arrange()
        settle()
        for _ in range(2):
            quiet.menus.actions["reach.list"].trigger()
            settle()
            assert (quiet.width(), quiet.height()) == size
    quiet.resize(1600, 1000)
    quiet.menus.actions["reach.list"].trigger()
    settle()
    assert all(not row.visibleRegion().isEmpty() for row in quiet.interventions.rows.values()), "there is room"


def test_another_sequence_has_no_test_to_wait_for(quiet) -> None:
    """Only networks that are reached into themselves are tested with and without."""
    session = quiet.session
    session.reaching._names = ("RNN", "LSTM")
    session.apply(AddIntervention(Clamp("", net="LSTM", layer="layer1", node="forget")))
    session.reaching.move_point(3, 0, 2.0)
    assert [effect.net for effect in session.reaching.effects()] == ["LSTM"]
