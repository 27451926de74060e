import pytest
from PySide6.QtCore import Qt

from playground.cell.library import LIBRARY
from playground.tasks.spec import Sines
from playground.ui.palette_panel import CELL_TYPE, TASK_TYPE, PalettePanel
from playground.ui.sequences import SEQUENCES
from playground.ui.session import Selection
from playground.ui.widgets.palette_item import SequenceItem


@pytest.fixture
def palette(qtbot, session):
    made = PalettePanel(session)
    made.resize(208, 800)
    qtbot.addWidget(made)
    made.show()
    return made


def item(palette, key):
    return next(item for item in palette.items if item.key == key)


def test_everything_is_there_and_says_what_it_is(palette):
    keys = [item.key for item in palette.items]
    nodes = {key for key in keys if key.split(":")[0] in ("gate", "operation", "memory")}
    assert set(keys) == set(LIBRARY) | set(SEQUENCES) | {"new:blank"} | nodes and len(set(keys)) == len(keys)
    for entry in palette.items:
        assert entry.accessibleName() and entry.toolTip() and entry.objectName() == f"palette.{entry.key}"


def test_enter_and_double_click_add(qtbot, session, palette):
    gru = item(palette, "gru")
    gru.setFocus()
    qtbot.keyClick(gru, Qt.Key.Key_Return)
    assert [net.name for net in session.experiment.networks] == ["RNN", "LSTM", "GRU"]
    qtbot.mouseDClick(item(palette, "dense_tanh"), Qt.MouseButton.LeftButton)
    assert [layer.cell for layer in session.experiment.networks[-1].layers] == ["gru", "dense_tanh"]
    qtbot.keyClick(item(palette, "sines"), Qt.Key.Key_Enter)
    assert isinstance(session.experiment.task, Sines) and session.selection == Selection("task")
    for _ in range(3):
        session.undo()
    assert not session.dirty


def test_a_single_click_adds_nothing(qtbot, session, palette):
    qtbot.mouseClick(item(palette, "gru"), Qt.MouseButton.LeftButton)
    assert not session.dirty


def test_a_drag_carries_the_key(palette):
    assert bytes(item(palette, "lstm").mime_data().data(CELL_TYPE).data()) == b"lstm"
    assert bytes(item(palette, "sunspots").mime_data().data(TASK_TYPE).data()) == b"sunspots"


def test_search(qtbot, session, palette):
    qtbot.keyClicks(palette.search, "relu rn")
    assert [item.key for item in palette.items if item.isVisible()] == ["relu_rnn"]
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert session.experiment.networks[-1].layers[0].cell == "relu_rnn"
    palette.search.setText("nothing like this")
    assert palette.nothing.isVisible()
    palette.search.clear()
    assert not palette.nothing.isVisible() and item(palette, "lstm").isVisible()


def test_more_cells_are_a_click_away(qtbot, palette):
    hidden = [item.key for item in palette.items if not item.isVisible() and item.key in LIBRARY]
    assert hidden and palette.more.text() == f"{len(hidden)} more cells"
    palette.more.click()
    assert all(item.isVisible() for item in palette.items if item.key in LIBRARY)
    palette.more.click()
    palette.search.setText(hidden[-1])
    assert item(palette, hidden[-1]).isVisible()  # a search looks at all of them


def test_the_sketches_are_drawn_from_the_real_sequences(qtbot, palette):
    before = palette.grab().toImage()
    palette.draw_sketches()
    sketched = [item for item in palette.items if isinstance(item, SequenceItem)]
    qtbot.waitUntil(lambda: all(item.drawn for item in sketched), timeout=20_000)
    assert all(item._sketch is not None or item._letters for item in sketched)
    assert palette.grab().toImage() != before


def test_the_drop_zone_asks_for_a_file(qtbot, palette):
    with qtbot.waitSignal(palette.feed_wanted):
        palette.drop_zone.click()
