"""The title of an alarm in a narrow card."""

from playground.ui.doctor.rows import TitleButton


def test_a_long_title_asks_for_no_width_and_goes_on_in_a_second_line(qtbot) -> None:
    made = TitleButton()
    qtbot.addWidget(made)
    made.set_title("The gradient is gone after 12 steps")
    made.resize(400, 20)
    made.show()
    assert made.text() == "The gradient is gone after 12 steps"
    one = made.sizeHint().height()
    made.resize(200, 20)
    first, second = made.text().split("\n")
    assert f"{first} {second}" == "The gradient is gone after 12 steps" and len(first) > len(second)
    assert made.sizeHint().height() > one, "there is room for both lines"
    made.resize(60, 20)
    lines = made.text().split("\n")
    assert len(lines) == 2 and lines[0].startswith("The") and lines[1].endswith("…")
    assert all(made.fontMetrics().horizontalAdvance(line) <= 60 for line in lines)
    made.resize(400, 20)
    assert made.text() == "The gradient is gone after 12 steps"
