"""What comes often is shown less often, and the last of it always."""

from PySide6.QtCore import QObject

from playground.ui.widgets.paced import REST_MS, Paced


def test_the_first_at_once_and_the_last_in_the_end(qtbot):
    owner, shown, newest = QObject(), [], [0]
    paced = Paced(lambda: shown.append(newest[0]), owner)
    for number in range(1, 10):
        newest[0] = number
        paced.soon()
    assert shown == [1]
    qtbot.waitUntil(lambda: len(shown) == 2, timeout=20 * REST_MS)
    assert shown == [1, 9]
    qtbot.wait(2 * REST_MS)
    assert shown == [1, 9], "nothing is shown again that did not come"


def test_what_is_waited_for_comes_at_once_and_once(qtbot):
    owner, shown = QObject(), []
    paced = Paced(lambda: shown.append(1), owner)
    paced.soon()
    paced.soon()
    paced.now()
    assert len(shown) == 2
    qtbot.wait(2 * REST_MS)
    assert len(shown) == 2


def test_numbers_that_are_read_may_rest_longer(qtbot):
    shown = []
    owner = QObject()
    paced = Paced(lambda: shown.append(1), owner, 6 * REST_MS)
    paced.soon()
    paced.soon()
    qtbot.wait(2 * REST_MS)
    assert len(shown) == 1
    qtbot.waitUntil(lambda: len(shown) == 2, timeout=30 * REST_MS)
