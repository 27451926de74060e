import pytest
from PySide6.QtWidgets import QToolButton

from playground.ui import notices
from playground.ui.notices import NoticeBar
from playground.ui.state import Notice


@pytest.fixture
def bar(qtbot):
    made = NoticeBar()
    qtbot.addWidget(made)
    return made


def test_the_newest_is_on_top_and_only_a_few_are_kept(bar):
    for number in range(5):
        bar.show_notice(Notice("warning", f"message {number}"))
    assert [notice.text for notice in bar.notices] == ["message 4", "message 3", "message 2"]
    assert bar.isVisible()


def test_the_same_message_appears_once(bar):
    for _ in range(3):
        bar.show_notice(Notice("error", "again"))
    assert len(bar.notices) == 1


def test_a_way_out_is_taken_and_the_message_goes(bar):
    done = []
    bar.show_notice(Notice("error", "broken", (("Mend it", lambda: done.append(1)),)))
    bar.frames[0].buttons[0].click()
    assert done == [1] and bar.notices == [] and not bar.isVisible()


def test_it_can_be_closed(bar):
    bar.show_notice(Notice("error", "broken"))
    bar.frames[0].findChild(QToolButton, "notice.close").click()
    assert bar.notices == []


def test_notes_go_by_themselves_and_errors_stay(qtbot, bar, monkeypatch):
    monkeypatch.setattr(notices, "INFO_MS", 30)
    bar.show_notice(Notice("error", "stays"))
    bar.show_notice(Notice("info", "goes"))
    qtbot.waitUntil(lambda: [notice.text for notice in bar.notices] == ["stays"])
