import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel

from playground.errors import BadInput
from playground.ui.widgets.number_field import NumberField, format_number, read_number


@given(st.one_of(st.integers(-(10**12), 10**12), st.floats(allow_nan=False, allow_infinity=False, width=32)))
def test_what_is_shown_is_read_back(value):
    whole = isinstance(value, int)
    assert read_number(format_number(value), whole) == pytest.approx(value, rel=1e-5, abs=1e-9)


@pytest.mark.parametrize(
    ("text", "value"), [("0,003", 0.003), (" 1e-3 ", 0.001), ("1_000", 1000.0), ("-.5", -0.5), ("7", 7.0)]
)
def test_numbers_as_people_write_them(text, value):
    assert read_number(text, whole=False) == value


@pytest.mark.parametrize("text", ["", "abc", "1,2,3", "nan", "inf", "1e999", "0x10"])
def test_other_things_are_refused_with_a_way_out(text):
    with pytest.raises(BadInput) as error:
        read_number(text, whole=False)
    assert error.value.problem and error.value.remedy


def test_whole_numbers_and_empty_fields():
    assert read_number("3.0", whole=True) == 3
    with pytest.raises(BadInput, match="whole"):
        read_number("3.5", whole=True)
    assert read_number("", whole=False, none=True) is None


class Store:
    """Takes numbers up to 100."""

    def __init__(self):
        self.taken = []

    def __call__(self, value, merge):
        if value is not None and value > 100:
            return BadInput("x", f"found {value}", "give at most 100")
        self.taken.append((value, merge))
        return None


@pytest.fixture
def store():
    return Store()


@pytest.fixture
def field(qtbot, store):
    made = NumberField(store)
    qtbot.addWidget(made)
    made.show_value(5.0)
    made.show()
    return made


def type_into(qtbot, field, text):
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)


def test_enter_takes_what_was_typed(qtbot, field, store):
    type_into(qtbot, field, "7,5")
    assert store.taken == []
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert store.taken == [(7.5, False)] and field.text() == "7.5"


def test_a_refused_number_is_told_and_the_old_one_comes_back(qtbot, field, store):
    told = []
    field.refused.connect(told.append)
    type_into(qtbot, field, "500")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.text() == "5" and store.taken == []
    assert told[0].remedy == "give at most 100" and field.property("wrong")
    type_into(qtbot, field, "50")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert told[-1] is None and not field.property("wrong") and store.taken == [(50.0, False)]


def test_escape_leaves_it_as_it_was(qtbot, field, store):
    type_into(qtbot, field, "9")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == "5" and store.taken == []


def test_what_is_being_typed_is_not_overwritten(qtbot, field):
    type_into(qtbot, field, "8")
    field.show_value(6.0)
    assert field.text() == "8"


def test_arrow_keys_step(qtbot, field, store):
    qtbot.keyClick(field, Qt.Key.Key_Up)
    assert field.value > 5 and store.taken[-1][1] is False
    up = field.value
    qtbot.keyClick(field, Qt.Key.Key_Down)
    assert field.value == pytest.approx(5, rel=0.01) and field.value < up


def test_dragging_the_name_is_one_gesture(qtbot, field, store):
    handle = QLabel("name")
    qtbot.addWidget(handle)
    field.set_handle(handle)
    handle.show()
    qtbot.mousePress(handle, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    for x in (20, 40, 60):
        place = handle.mapToGlobal(QPoint(x, 5))
        move = QMouseEvent(
            QMouseEvent.Type.MouseMove, QPoint(x, 5), place, Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        QApplication.sendEvent(handle, move)
    qtbot.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=QPoint(60, 5))
    assert len(store.taken) == 3
    assert [merge for _, merge in store.taken] == [False, True, True]
    assert store.taken[0][0] < store.taken[1][0] < store.taken[2][0]
