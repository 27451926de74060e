"""The palette's part for cells: gates and operations, own cells, the shelf, and the card of a library cell."""

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QFontMetrics, QHelpEvent
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit

from playground.cell.check import check_cell
from playground.cell.edits import SetCell, SetNode
from playground.cell.graph import Gate, Memory, Operation
from playground.cell.library import LIBRARY
from playground.cell.library.try_it import TRY_IT
from playground.experiment.cell_files import load_cell, save_cell
from playground.experiment.edits import AddLayer, AddNet, ReplaceCell
from playground.ui.cell_panels.graph_picture import GraphPicture
from playground.ui.cell_panels.library_groups import KNOWN, groups, layers
from playground.ui.cell_panels.palette_items import NODE_TYPE, LibraryItem, NodeTile
from playground.ui.cell_panels.shelf import BLANK
from playground.ui.cell_panels.tiles import tiles
from playground.ui.palette_panel import CELL_TYPE, PalettePanel


@pytest.fixture
def palette(qtbot, session):
    made = PalettePanel(session)
    made.resize(208, 900)
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def open_cell(session, palette):
    assert session.workshop.enter("LSTM", "layer1")
    return session.workshop


def item(palette, key):
    return next(item for item in palette.items if item.key == key)


def menu(palette, key):
    entry, at = item(palette, key), QPoint(5, 5)
    QApplication.sendEvent(entry, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, entry.mapToGlobal(at)))
    return {action.objectName(): action for action in palette.cells.menu.actions() if action.objectName()}


# -- gates and operations ---------------------------------------------------------------------------------------------


def test_gates_are_there_inside_a_cell_and_sequences_outside(palette, session):
    assert item(palette, "sunspots").isVisible() and not item(palette, "gate:sigmoid").isVisible()
    session.workshop.enter("LSTM", "layer1")
    assert not item(palette, "sunspots").isVisible() and not item(palette, "dense_tanh").isVisible()
    assert item(palette, "gate:sigmoid").isVisible() and item(palette, "lstm").isVisible()
    session.workshop.leave()
    assert item(palette, "sunspots").isVisible() and not item(palette, "memory").isVisible()


def test_a_tile_carries_its_key_and_says_what_it_is(palette):
    for key, *_ in tiles():
        tile = item(palette, key)
        assert bytes(tile.mime_data().data(NODE_TYPE).data()).decode() == key
        assert tile.toolTip() and tile.accessibleName().strip()


@pytest.mark.parametrize("key", [key for key, *_ in tiles()])
def test_enter_adds_every_tile(qtbot, open_cell, palette, key):
    before = open_cell.cell
    tile = item(palette, key)
    tile.setFocus()
    qtbot.keyClick(tile, Qt.Key.Key_Return)
    [added] = [node for node in open_cell.cell.nodes if node not in before.nodes]
    assert open_cell.nodes == (added.id,)
    kind, _, what = key.partition(":")
    if kind == "gate":
        assert isinstance(added, Gate) and added.activation == what
    elif kind == "memory":
        assert isinstance(added, Memory)
    else:
        assert isinstance(added, Operation) and added.operation == what
    open_cell.session.undo()
    assert open_cell.cell == before


def test_what_is_added_is_fed_by_what_was_chosen(qtbot, open_cell, palette):
    open_cell.choose("forget", "input", "out")
    qtbot.keyClick(item(palette, "operation:multiply"), Qt.Key.Key_Return)
    assert open_cell.cell.node(open_cell.nodes[0]).sources == ("forget", "input")
    qtbot.keyClick(item(palette, "memory"), Qt.Key.Key_Return)
    assert open_cell.cell.node(open_cell.nodes[0]).source == "product"
    qtbot.keyClick(item(palette, "gate:tanh"), Qt.Key.Key_Return)
    assert [wire.source for wire in open_cell.cell.node(open_cell.nodes[0]).wires] == ["product_prev"]
    assert not check_cell(open_cell.cell)
    open_cell.choose("forget", "input")
    qtbot.keyClick(item(palette, "operation:tanh"), Qt.Key.Key_Return)  # takes one
    assert open_cell.cell.node(open_cell.nodes[0]).sources == ("forget",)


def test_search_finds_gates_by_sign_and_word(open_cell, palette):
    palette.search.setText("multiply")
    assert [i.key for i in palette.items if i.isVisible()] == ["operation:multiply"]
    palette.search.setText("σ gate")
    assert next(i.key for i in palette.items if i.isVisible()) == "gate:sigmoid"
    palette.search.setText("hochreiter lstm 1997")
    assert {i.key for i in palette.items if i.isVisible()} >= {"lstm_1997", "lstm_1997_blocks", "lstm"}


# -- the library ------------------------------------------------------------------------------------------------------


def test_the_known_ones_come_first_and_every_other_has_a_group(palette):
    shown = [i.key for i in palette.items if isinstance(i, LibraryItem) and i.isVisible()]
    assert shown[:10] == [*KNOWN, "new:blank"]
    grouped = [cell.name for _, cells in groups() for cell in cells]
    assert sorted([*KNOWN, *grouped, *(cell.name for cell in layers())]) == sorted(LIBRARY)


@pytest.mark.parametrize("width", [180, 208, 260])
def test_labels_are_never_cut(qtbot, palette, session, width):
    palette.more.click()
    palette.resize(width, 1600)
    qtbot.wait(10)
    for entry in palette.items:
        if isinstance(entry, LibraryItem) and entry.isVisible():
            assert QFontMetrics(entry._medium()).horizontalAdvance(entry.text) <= entry.width() - 8, entry.text
    session.workshop.enter("LSTM", "layer1")
    qtbot.wait(10)
    for entry in palette.items:
        if isinstance(entry, NodeTile):
            assert QFontMetrics(entry._sign_font()).horizontalAdvance(entry._sign) <= entry.width(), entry._sign


def test_every_cell_has_something_true_to_try():
    assert set(TRY_IT) == set(LIBRARY)
    assert all(20 < len(text) < 400 and text.endswith(".") for text in TRY_IT.values())


@pytest.mark.parametrize("name", sorted(LIBRARY))
def test_the_card_tells_paper_equations_graph_and_what_to_try(qtbot, palette, name):
    entry = item(palette, name)
    palette.cells.show_card(entry, False)
    card = palette.cells.card
    texts = " ".join(label.text() for label in card.findChildren(QLabel))
    cell = LIBRARY[name]
    assert cell.about in texts and cell.paper in texts and TRY_IT[name] in texts and "<sub>" in texts
    assert card.height() < 800 and card.accessibleDescription()
    image = card.findChild(GraphPicture).grab().toImage()
    colours = {image.pixel(x, y) for x in range(image.width()) for y in range(0, image.height(), 4)}
    assert len(colours) > 5
    palette.cells.hide_card()


def test_hover_and_f1_show_the_card(qtbot, palette):
    entry = item(palette, "gru")
    QApplication.sendEvent(entry, QHelpEvent(QEvent.Type.ToolTip, QPoint(4, 4), entry.mapToGlobal(QPoint(4, 4))))
    assert palette.cells.card.cell.name == "gru" and palette.cells.card.isVisible()
    QApplication.sendEvent(entry, QEvent(QEvent.Type.Leave))
    assert palette.cells.card is None
    entry.setFocus()
    qtbot.keyClick(entry, Qt.Key.Key_F1)
    card = palette.cells.card
    assert card.stays
    qtbot.keyClick(card, Qt.Key.Key_Escape)
    assert not card.isVisible()


def test_inside_a_cell_enter_replaces_it(qtbot, open_cell, palette, session):
    qtbot.keyClick(item(palette, "gru"), Qt.Key.Key_Return)
    assert open_cell.cell.name == "gru" and open_cell.inside.net == "GRU"  # the network was called after its cell
    session.undo()
    assert session.experiment.networks[1].layers[0].cell == "lstm"


def test_the_menu_of_a_library_cell(qtbot, palette, session):
    actions = menu(palette, "gru")
    actions["layer"].trigger()
    assert [layer.cell for layer in session.experiment.networks[-1].layers] == ["lstm", "gru"]
    from playground.ui.state import Selection

    session.select(Selection("layer", "RNN", "layer1"))
    menu(palette, "gru")["replace"].trigger()
    assert session.experiment.networks[0].layers[0].cell == "gru"
    menu(palette, "gru")["copy"].trigger()
    assert session.experiment.cells[0].name == "gru2"
    assert item(palette, "gru2").isVisible()


# -- own cells --------------------------------------------------------------------------------------------------------


def test_a_blank_cell_is_new_each_time_and_opens(qtbot, palette, session):
    for number in (1, 2):
        qtbot.keyClick(item(palette, "new:blank"), Qt.Key.Key_Return)
        assert len(session.experiment.cells) == number
        assert session.workshop.inside.net == session.experiment.networks[-1].name
        assert [type(node).__name__ for node in session.workshop.cell.nodes] == ["Input", "Output"]
        session.workshop.leave()
    assert [cell.label for cell in session.experiment.cells] == ["Blank", "Blank 2"]
    session.undo()
    session.undo()
    assert session.experiment.cells == () and len(session.experiment.networks) == 2


def test_own_cells_appear_and_are_renamed_in_place(qtbot, open_cell, palette, session):
    open_cell.apply(SetNode("forget", "scale", 2.0))
    own = item(palette, "lstm_mine")
    assert own.isVisible() and own.text == "LSTM (mine)"
    assert bytes(own.mime_data().data(CELL_TYPE).data()) == b"lstm_mine"
    menu(palette, "lstm_mine")["rename"].trigger()
    editor = own.findChild(QLineEdit, "palette.rename")
    qtbot.keyClicks(editor, "Doubled")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert session.experiment.cells[0].label == "Doubled" and item(palette, "lstm_mine").text == "Doubled"
    menu(palette, "lstm_mine")["rename"].trigger()
    editor = item(palette, "lstm_mine").findChild(QLineEdit, "palette.rename")
    qtbot.keyClicks(editor, "x")
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    assert session.experiment.cells[0].label == "Doubled"


def test_a_cell_in_use_is_not_deleted_another_is(open_cell, palette, session):
    open_cell.apply(SetCell("about", "mine now"))
    menu(palette, "lstm_mine")["delete"].trigger()
    assert len(session.experiment.cells) == 1 and "uses it" in session.notices[-1].text
    menu(palette, "lstm_mine")["version"].trigger()
    assert len(session.experiment.cells) == 2
    spare = session.experiment.cells[1].name
    menu(palette, spare)["delete"].trigger()
    assert len(session.experiment.cells) == 1
    with pytest.raises(StopIteration):
        item(palette, spare)


def test_kept_cells_stay_for_other_experiments(qtbot, open_cell, palette, session, tmp_path):
    open_cell.apply(SetNode("forget", "scale", 2.0))
    menu(palette, "lstm_mine")["keep"].trigger()
    assert item(palette, "saved:lstm_mine").isVisible()
    open_cell.apply(SetNode("forget", "scale", 3.0))
    menu(palette, "lstm_mine")["keep"].trigger()
    open_cell.leave()
    session.new_from_example("delayed-recall")
    kept = item(palette, "saved:lstm_mine")
    assert kept.isVisible() and kept.cell.node("forget").scale == 3.0
    before = len(session.experiment.networks)
    qtbot.keyClick(kept, Qt.Key.Key_Return)
    assert len(session.experiment.networks) == before + 1
    assert session.experiment.cells[0].node("forget").scale == 3.0
    session.undo()
    assert session.experiment.cells == ()

    menu(palette, "saved:lstm_mine")
    versions = palette.cells.menu.findChild(type(palette.cells.menu), "palette.menu.versions")
    versions.actions()[-1].trigger()
    assert item(palette, "saved:lstm_mine").cell.node("forget").scale == 2.0

    target = tmp_path / "shared"
    palette.cells.actions.preset["cell"] = target
    menu(palette, "saved:lstm_mine")["file"].trigger()
    assert load_cell(tmp_path / "shared.cell.json").node("forget").scale == 2.0

    menu(palette, "saved:lstm_mine")["rename"].trigger()
    editor = item(palette, "saved:lstm_mine").findChild(QLineEdit, "palette.rename")
    qtbot.keyClicks(editor, "Twice")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert item(palette, "saved:lstm_mine").text == "Twice"

    menu(palette, "saved:lstm_mine")["delete"].trigger()
    assert "saved:lstm_mine" not in [i.key for i in palette.items]
    session.notices[-1].actions[0][1]()  # bring it back
    assert item(palette, "saved:lstm_mine").text == "Twice"


def test_a_cell_file_is_dropped(palette, session, tmp_path):
    from msgspec.structs import replace

    path = tmp_path / "shared.cell.json"
    save_cell(replace(LIBRARY["gru"], name="friend", label="A friend's"), path)
    assert session.feed_file(path)
    assert item(palette, "friend").isVisible() and "drag it into a layer" in session.notices[-1].text
    path.write_text("{")
    assert not session.feed_file(path)
    assert session.notices[-1].level == "error"


def test_a_kept_file_that_cannot_be_read_is_told(qtbot, session):
    session.settings.cell_folder.mkdir(parents=True)
    (session.settings.cell_folder / "broken.cell.json").write_text("{")
    palette = PalettePanel(session)
    qtbot.addWidget(palette)
    palette.show()
    said = palette.findChild(QLabel, "palette.mine.bad")
    assert said.isVisible() and "1 of your cells" in said.text() and "broken" in said.toolTip()


def test_the_shelf_wraps_only_what_the_experiment_does_not_know(session):
    shelf, experiment = session.shelf, session.experiment
    assert shelf.edit(AddNet("gru"), experiment) == AddNet("gru")
    for edit in (AddNet(BLANK), AddLayer("RNN", 1, BLANK), ReplaceCell("RNN", "layer1", BLANK)):
        wrapped = shelf.edit(edit, experiment)
        after = wrapped.apply(experiment)
        assert after.cells[0].name == "blank" and "Blank" in wrapped.label()
    assert shelf.edit(AddNet("nonsense"), experiment) == AddNet("nonsense")
