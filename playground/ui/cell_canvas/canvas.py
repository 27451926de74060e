"""The cell canvas: follows the workshop, and hands what a person does to gestures, keys and menus."""

from PySide6.QtCore import QPoint, QPointF, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAccessibleEvent, QBrush, QColor
from PySide6.QtWidgets import QFrame, QGraphicsView, QHBoxLayout, QVBoxLayout, QWidget

from playground.cell.check import CellError
from playground.cell.graph import Cell
from playground.export.tables import Table
from playground.ui.canvas.style import interface_scale, make_style
from playground.ui.cell_canvas import tell
from playground.ui.cell_canvas.acts import Acts
from playground.ui.cell_canvas.clipboard import Clipboard
from playground.ui.cell_canvas.edits import CellEdits
from playground.ui.cell_canvas.gestures.connect import Pull, TakeOff
from playground.ui.cell_canvas.gestures.drops import DropNode, DropOtherCell
from playground.ui.cell_canvas.gestures.pan import Pan
from playground.ui.cell_canvas.gestures.rename import Rename
from playground.ui.cell_canvas.gestures.select import Band, Move
from playground.ui.cell_canvas.header import CellHeader
from playground.ui.cell_canvas.keys import CellKeys
from playground.ui.cell_canvas.listing import NodeList, NodeModel
from playground.ui.cell_canvas.menus import CellMenus
from playground.ui.cell_canvas.minimap import Minimap
from playground.ui.cell_canvas.picture import Picture
from playground.ui.cell_canvas.pointer import Pointer
from playground.ui.cell_canvas.reach import CellReach
from playground.ui.cell_canvas.stage import Stage
from playground.ui.cell_canvas.surroundings import Surroundings
from playground.ui.cell_canvas.values import Readings, fill
from playground.ui.cell_canvas.view import CellView
from playground.ui.session import Session
from playground.ui.state import Selection
from playground.ui.theme import Theme

LARGER = 1.25  # a small cell may be enlarged so far
PROMPT = 80  # nodes: a larger cell gets its values with the next frame after an edit


class CellCanvas(QFrame):
    """`stage`: the scene; `edits`: what can be done; `readings`: what the network does.

    A `Refresher` calls `refresh` while it is `stale` and `seen`.
    """

    name = "cell"
    became_stale = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session, self.workshop = session, session.workshop
        self.setObjectName("cell")
        self.setProperty("card", "canvas")
        self.setMinimumSize(320, 200)
        self.stale = True
        self.stage = Stage(make_style(session.theme), self)
        self.view = CellView(self.stage.scene, self)
        self.edits = CellEdits(self.workshop, self)
        self.menus = CellMenus(self)
        self.clipboard = Clipboard(self)
        self.readings = Readings(self.workshop)
        self.header = CellHeader(self)
        self.model = NodeModel(self.readings.text, self)
        self.list = NodeList(self.model, self)
        self.minimap = Minimap(self.view.viewport(), session.theme)
        self.around = Surroundings(self)
        self.acts = Acts(self)
        self.reach = CellReach(self)
        self.pointer = Pointer(self)
        self._compose()
        self._follow_view()
        self._follow_session()
        self.apply_theme(session.theme)
        self._inside_changed(self.workshop.inside)

    def _compose(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addWidget(self.header)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.view, 1)
        middle.addWidget(self.list)
        column.addLayout(middle, 1)
        self.list.setFixedWidth(236)
        self.list.hide()
        self.view.setAccessibleName(self.tr("Cell canvas"))
        self.view.setWhatsThis(self._help())

    def _help(self) -> str:
        return self.tr(
            "The graph of the cell. Memories travel on the thick lines, from left (a step earlier) to right. Marks on "
            "wires into a gate: a grid is a full matrix, a stroke one weight for each unit, = no weight; two bars stop "
            "the gradient, a star means frozen.\n"
            "Drag nodes here from the palette, onto a wire to insert them. Pull a wire from the right side of a node; "
            "drag its end away to cut it. Double-click renames.\n"
            "Keys: arrows move along wires, Shift and arrows move nodes, C wires into, Insert adds, Delete removes, F2 "
            "renames, A activation, W wires of a node, K kind of a wire, X clamps or blocks, G gradients, T tidy, F "
            "fit, Escape goes out."
        )

    @property
    def title(self) -> str:
        """The name of the figure."""
        cell = self.workshop.cell
        name = tell.cell_name(cell) if cell is not None else ""
        return self.tr("Cell {0}").format(name).strip()

    @property
    def picture(self) -> Picture:
        """The items as they are now."""
        return self.stage.picture

    # -- following ------------------------------------------------------------------------------------------------

    def _follow_view(self) -> None:
        view, keys, header = self.view, CellKeys(self), self.header
        view.gestures = (Rename(self), Pull(self), Move(self), TakeOff(self), Pan(self), Band(self))
        view.drops = (DropNode(self), DropOtherCell(self))
        view.key_handler, view.key_wanted = keys.press, keys.wanted
        view.resized.connect(self._resized)
        view.moved.connect(self._view_moved)
        view.busy_changed.connect(self.around.show_bubble)
        self.minimap.wanted.connect(self._look_at)
        self.list.chosen.connect(lambda ids: self.workshop.choose(*ids))
        header.network_wanted.connect(self.workshop.leave)
        header.layer_wanted.connect(self._to_layer)
        header.unit_wanted.connect(self.workshop.set_unit)
        header.pressed.connect(self._pressed)

    def _follow_session(self) -> None:
        session, workshop = self.session, self.workshop
        workshop.inside_changed.connect(self._inside_changed)
        workshop.cell_changed.connect(self._cell_changed)
        workshop.chosen_changed.connect(self._chosen_changed)
        workshop.unit_changed.connect(self._unit_changed)
        session.traces_changed.connect(self.make_stale)
        session.started.connect(self.make_stale)
        session.time_changed.connect(self.make_stale)
        self.readings.flows.changed.connect(self.make_stale)
        session.document_changed.connect(lambda _: self.around.show_place())
        session.theme_changed.connect(self.apply_theme)

    def _inside_changed(self, _: object) -> None:
        cell = self.workshop.cell
        self.view.cancel_gesture()
        self.acts.close_field()
        self.view.zoomed = False
        if cell is None:
            self.stage.clear()
        else:
            self.stage.open(cell, self._errors())
            self._fit()
        self._show_rest()

    def _cell_changed(self, cell: Cell) -> None:
        self.view.cancel_gesture()
        self.acts.close_field()
        if self.stage.is_another(cell):
            self._inside_changed(None)
            return
        self.stage.follow(cell, self._errors())
        self._after_edit()

    def _errors(self) -> list[CellError]:
        """What is wrong; a cell in which nothing is built yet is only empty."""
        return [] if self.around.is_empty() else self.workshop.errors()

    def _after_edit(self) -> None:
        """Nothing jumps: the view only moves when part of the cell would be out of sight."""
        cards = self.picture.cards()
        self.view.keep(cards)
        if not self.view.zoomed and not self.view.seen().contains(cards):
            self._fit()
        self._show_rest()

    def _show_rest(self) -> None:
        """Everything around the picture."""
        cell, errors = self.workshop.cell, self.stage.errors
        self.model.show_cell(cell or Cell(""), {error.node: error.message for error in errors})
        self.minimap.show_picture(self.picture)
        self.minimap.show_seen(self.view.seen())
        self.around.show()
        self.reach.show(anew=True)
        self._chosen_changed()
        self.make_stale()
        if len(self.picture.nodes) <= PROMPT:
            self.refresh()

    def _chosen_changed(self) -> None:
        workshop, cell = self.workshop, self.workshop.cell
        self.stage.choose(workshop.nodes, workshop.wire)
        self.list.follow(workshop.nodes)
        self.around.show_strip()
        self.around.show_bubble()
        if cell is None:
            return
        text = tell.describe(cell, workshop.nodes, workshop.wire, self.stage.errors)
        if text != self.view.accessibleDescription():
            self.view.setAccessibleDescription(text)
            QAccessible.updateAccessibility(QAccessibleEvent(self.view, QAccessible.Event.DescriptionChanged))
            if self.view.hasFocus() and (workshop.nodes or workshop.wire):
                QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self.view, text))

    def _unit_changed(self, _: int) -> None:
        self.around.show_place()
        self.make_stale()

    # -- where things are on the screen -----------------------------------------------------------------------------

    def tidy(self) -> None:
        """The automatic layout, for everything."""
        cell = self.workshop.cell
        if cell is not None:
            self.edits.tidy()
            self.stage.open(self.edits.cell, self._errors())
            self._fit()
            self._show_rest()

    def fit(self) -> None:
        """Everything in sight."""
        self._fit()
        self._view_moved()

    def _fit(self) -> None:
        self.view.fit(self.picture.bounds(), self.picture.cards(), interface_scale() * LARGER)

    def on_screen(self, point: QPointF) -> QPoint:
        return self.view.viewport().mapToGlobal(self.view.mapFromScene(point))

    def place_of_choice(self) -> QPoint:
        """Where on the screen a list for the selection opens."""
        return self.on_screen(self._middle_of_choice() or self.view.seen().center())

    def place_for_new(self) -> QPointF:
        """Where a new node goes that has no pointer to tell: right of the selection, else in the middle."""
        middle = self._middle_of_choice()
        if middle is None or self.workshop.wire is not None:
            return middle or self.view.seen().center()
        return middle + QPointF(140, 0)

    def _middle_of_choice(self) -> QPointF | None:
        if self.workshop.wire is not None and (line := self.picture.wires.get(self.workshop.wire)) is not None:
            return line.path.pointAtPercent(0.5)
        item = self.picture.item(self.workshop.nodes[-1]) if self.workshop.nodes else None
        return None if item is None else item.mapToScene(item.box.center())

    def show_choice(self) -> None:
        """Bring what is chosen into sight."""
        item = self.picture.item(self.workshop.nodes[-1]) if self.workshop.nodes else None
        if item is not None and self.view.zoomed:
            self.view.ensureVisible(item, 24, 24)

    def _look_at(self, point: QPointF) -> None:
        self.view.pan(*(self.view.seen().center() - point).toTuple())

    def _view_moved(self) -> None:
        self.minimap.show_seen(self.view.seen())
        self.around.show_bubble()

    def _resized(self) -> None:
        if self.view.zoomed:
            self.view.keep(self.picture.cards())
        elif self.workshop.cell is not None:
            self._fit()
        self.around.arrange()
        self._view_moved()

    # -- the header's buttons ---------------------------------------------------------------------------------------

    def _to_layer(self) -> None:
        """Back to the network, where this layer is selected."""
        inside = self.workshop.inside
        self.workshop.leave()
        if inside is not None:
            self.session.select(Selection("layer", inside.net, inside.layer))

    def _pressed(self, name: str) -> None:
        """A button of the header."""
        if name == "gradients":
            self.set_gradients(self.header.buttons[name].isChecked())
        elif name == "list":
            self.list.setVisible(self.header.buttons[name].isChecked())
            self.model.refresh()
        else:
            {"tidy": self.tidy, "fit": self.fit}[name]()

    # -- values, for the refresher --------------------------------------------------------------------------------

    def make_stale(self, *_: object) -> None:
        """There is something new to show."""
        self.stale = True
        self.became_stale.emit()

    @property
    def seen(self) -> bool:
        """Whether any part of it is on the screen."""
        return self.isVisible() and not self.view.viewport().visibleRegion().isEmpty()

    @property
    def paint_seconds(self) -> float:
        """What a drawing costs after `refresh`, for the refresher's budget."""
        return self.view.paint_seconds

    def refresh(self) -> None:
        """Show what is new. Does nothing when nothing is."""
        if not self.stale:
            return
        self.stale = False
        self.readings.flows.follow(self.readings.gradients)
        fill(self.picture, self.readings, self.tr)
        self.header.show_moment(self.readings.gradients, self.session.time, self.session.traces is not None)
        if self.list.isVisible():
            self.model.refresh()
            self.list.scheduleDelayedItemsLayout()  # a longer value may need another line

    def set_gradients(self, on: bool) -> None:
        """Wires tell gradients, or values."""
        self.readings.gradients = on
        self.stale = True
        self.refresh()

    # -- for figures and tables -----------------------------------------------------------------------------------

    @property
    def theme(self) -> Theme:
        return self.picture.style.theme

    def apply_theme(self, theme: Theme) -> None:
        """Other colours, at once."""
        self.stage.set_style(make_style(theme))
        self.minimap.theme = theme
        self.header.colour(theme.accent)
        self.view.setBackgroundBrush(QBrush(QColor(theme.canvas)))
        self._show_rest()

    def figure_view(self) -> QGraphicsView:
        """The view that a figure is made of."""
        return self.view

    def export_data(self) -> Table:
        """Every node over the probe sequence."""
        from playground.ui.figures.metadata import describe as describe_figure

        cell = self.workshop.cell
        columns = tell.columns(cell, self.workshop) if cell is not None else {}
        return Table(columns, (describe_figure(self.session, self.title).line(),))

    def export(self, format: str) -> None:
        """Ask where to, and write the cell there."""
        from playground.ui.figures.dialog import export_dialog

        export_dialog(self.window(), self, format)
