"""The title of an alarm in a narrow card."""

from playground.ui.doctor.rows import TitleButton


def test_a_long_title_asks_for_no_room_and_ends_in_dots(qtbot) -> None:
    made = TitleButton()
    qtbot.addWidget(made)
    made.set_title("The gradient is gone after 12 steps")
    made.resize(400, 20)
    made.show()
    assert made.text() == "The gradient is gone after 12 steps"
    made.resize(90, 20)
    assert made.text().endswith("…") and made.text().startswith("The")
    assert made.fontMetrics().horizontalAdvance(made.text()) <= 90
    made.resize(400, 20)
    assert made.text() == "The gradient is gone after 12 steps"
