"""The network canvas: follows the session, and hands what a person does to gestures, keys and menus."""

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAccessibleEvent, QBrush, QColor, QShowEvent
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QVBoxLayout, QWidget

from playground.experiment.check import check_experiment
from playground.experiment.document import Experiment
from playground.export.tables import Table
from playground.ui.canvas import problems
from playground.ui.canvas.content import Content, export_columns, read
from playground.ui.canvas.describe import describe, describe_selection
from playground.ui.canvas.editors import Field, NameField, UnitsField
from playground.ui.canvas.edits import CanvasEdits
from playground.ui.canvas.gestures.click import EditUnits, OpenCell, Press, Select
from playground.ui.canvas.gestures.drop_cell import DropCell
from playground.ui.canvas.gestures.drop_file import DropFile
from playground.ui.canvas.gestures.drop_task import DropTask
from playground.ui.canvas.gestures.pan import Pan
from playground.ui.canvas.gestures.reorder import Reorder
from playground.ui.canvas.header import Header
from playground.ui.canvas.items.layer import LayerItem
from playground.ui.canvas.items.readout import AnswerItem, ReadoutItem
from playground.ui.canvas.items.task import TaskItem
from playground.ui.canvas.items.wire import GapItem
from playground.ui.canvas.items.zone import ZoneItem
from playground.ui.canvas.keys import Keys
from playground.ui.canvas.layout import Hit, lay_out
from playground.ui.canvas.menus import Menus
from playground.ui.canvas.picture import Picture
from playground.ui.canvas.style import Style, interface_scale, make_style
from playground.ui.canvas.view import CanvasView
from playground.ui.session import Session
from playground.ui.state import Selection
from playground.ui.theme import Theme
from playground.ui.widgets.paced import Paced

READABLE = 0.7  # of the usual scale: with more networks than fit at that, the canvas scrolls


class NetworkCanvas(QFrame):
    """`view` is what a figure is made of; `edits` is what can be done; `picture` the items as they are now."""

    name = "network"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setObjectName("canvas")
        self.setProperty("card", "canvas")
        self.setMinimumSize(320, 200)
        self._scene = QGraphicsScene(self)
        self.view = CanvasView(self._scene, self, orderly=True)
        self.edits = CanvasEdits(session, self)
        self.menus = Menus(self)
        self.header = Header(self)
        self._field: Field | None = None
        self._follow_view()
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self.view, 1)
        self.title = self.tr("Network")
        self.setAccessibleName(self.title)
        self.view.setAccessibleName(self.tr("Network canvas"))
        self.view.setWhatsThis(self._help())
        self._style: Style = make_style(session.theme)
        self._history = getattr(session, "history", None)  # one for each document that is opened
        self._traced = Paced(self._show_traces, self)
        self._behind = False  # the document changed while a cell was open in front of this canvas
        self._seen: Content = self._read()
        self._picture = self._draw()
        self._whole = False  # a person wants all in sight, however small
        self._fit()
        self.header.show_content(self._content)
        self._follow_session()

    def _help(self) -> str:
        return self.tr(
            "From left to right: the sequence, the layers of each network with their live hidden state (units down, "
            "time to the right; blue positive, orange negative), the readout, and the answer on unseen sequences.\n"
            "Drag cells and sequences here from the palette. Click a number of units to change it, + to insert a "
            "layer, × to remove one; drag a layer sideways to reorder, double-click it to look inside.\n"
            "Keys: arrows move the selection, Enter edits the units, I or Ctrl+Enter opens the cell, Insert adds, "
            "Delete removes, Alt and an arrow moves a layer, F2 renames, Ctrl+D duplicates, F shows everything."
        )

    # -- finding things -------------------------------------------------------------------------------------------

    def scene(self) -> QGraphicsScene:
        self._catch_up()
        return self._scene

    @property
    def picture(self) -> Picture:
        """The items of the document as it is now."""
        self._catch_up()
        return self._picture

    @property
    def _content(self) -> Content:
        self._catch_up()
        return self._seen

    def item_for(self, net: str, layer: str) -> LayerItem:
        """The card of a layer. Raises KeyError when there is none."""
        number = self._content.net_index(net)
        return self.picture.layers[number, self._content.nets[number].layer_index(layer) if number >= 0 else -1]

    def gap_for(self, net: str, index: int) -> GapItem:
        """Where a layer becomes number `index` of a network. Raises KeyError when there is no such place."""
        return self.picture.gaps[self._content.net_index(net), index]

    def readout_for(self, net: str) -> ReadoutItem:
        return self.picture.readouts[self._place(net)]

    def answer_for(self, net: str) -> AnswerItem:
        return self.picture.answers[self._place(net)]

    def race_zone(self) -> ZoneItem:
        return self.picture.race

    def task_item(self) -> TaskItem:
        return self.picture.task

    def _place(self, net: str) -> int:
        number = self._content.net_index(net)
        if number < 0:
            raise KeyError(net)
        return number

    # -- for figures and tables -----------------------------------------------------------------------------------

    @property
    def theme(self) -> Theme:
        return self._style.theme

    def apply_theme(self, theme: Theme) -> None:
        """Other colours, at once."""
        self._style = make_style(theme)
        self._redraw()

    def figure_view(self) -> QGraphicsView:
        """The view that a figure is made of."""
        self._catch_up()
        if self.view.scrolls and not self.view.zoomed:
            self.view.fit(self.picture.bounds(), self.picture.cards(), interface_scale())
        return self.view

    def figure_done(self) -> None:
        """The figure is made, of all that there is."""
        if not self.view.zoomed:
            self._fit()

    def export_data(self) -> Table:
        """One row per layer: net, layer, cell, units, weights."""
        from playground.ui.figures.metadata import describe as describe_figure

        return Table(export_columns(self._content), (describe_figure(self.session, self.title).line(),))

    def export(self, format: str) -> None:
        """Ask where to, and write the canvas there."""
        from playground.ui.figures.dialog import export_dialog

        export_dialog(self.window(), self, format)

    # -- following the session ------------------------------------------------------------------------------------

    def _follow_session(self) -> None:
        session = self.session
        session.document_changed.connect(self._document_changed)
        session.selection_changed.connect(self._selection_changed)
        session.traces_changed.connect(self._traces_changed)
        session.started.connect(lambda _: self.show_values())
        session.tests_changed.connect(self._show_answers)
        session.moments.looked.connect(self._show_answers)
        session.time_changed.connect(lambda time: self.picture.set_time(time))
        session.theme_changed.connect(self.apply_theme)

    def _follow_view(self) -> None:
        view, keys = self.view, Keys(self)
        view.gestures = (Press(self), EditUnits(self), OpenCell(self), Reorder(self), Select(self), Pan(self))
        view.drops = (DropCell(self), DropTask(self), DropFile(self))
        view.key_handler, view.key_wanted = keys.press, keys.wanted
        view.resized.connect(self._resized)
        view.hovered.connect(self._hovered)
        view.left.connect(self._left)
        view.menu_wanted.connect(self._menu_wanted)
        self.header.fit_wanted.connect(self.fit)

    def _read(self) -> Content:
        session = self.session
        found = check_experiment(session.experiment, session.folder, session.facts)
        return read(session.experiment, session.facts, problems.place(session.experiment, found))

    def _draw(self) -> Picture:
        """A new picture of the content for the size of the view."""
        area, scale = self.view.viewport().rect(), interface_scale()
        plan = lay_out([len(net.layers) for net in self._seen.nets], area.width() / scale, area.height() / scale)
        picture = Picture(self._seen, plan, self._style)
        picture.enter(self._scene)
        self.view.setBackgroundBrush(QBrush(QColor(self._style.theme.canvas)))
        return picture

    def _redraw(self) -> None:
        """Replace the picture; what a person zoomed to stays."""
        self.view.cancel_gesture()
        self._close_field()
        self._picture.leave(self._scene)
        self._picture = self._draw()
        if self.view.zoomed:
            self.view.keep(self.picture.cards())
        else:
            self._fit()
        self.show_values()

    def _fit(self) -> None:
        scale = interface_scale()
        readable = 0.0 if self._whole else READABLE * scale
        self.view.fit(self._picture.bounds(), self._picture.cards(), scale, readable)
        self._reveal(self._seen, self._picture)

    def _reveal(self, content: Content, picture: Picture) -> None:
        """Scroll to the network that is selected."""
        chosen = self.session.selection
        item = picture.layers.get((content.net_index(chosen.net), 0)) if chosen is not None else None
        if item is not None:
            self.view.reveal(item.sceneBoundingRect())

    def show_values(self) -> None:
        """What changes while the networks stay: the sequence, traces, answers, and what is selected."""
        session, picture = self.session, self.picture
        picture.set_probe(session.probe)
        picture.set_time(session.time)
        picture.set_traces(session.traces)
        self._show_answers()
        picture.set_selection(session.selection)
        self._tell()

    def _show_answers(self) -> None:
        """The tests up to the moment that is looked at."""
        moments = self.session.moments
        self.picture.set_answers(self.session.curves, moments.at if moments.back else None)

    def _document_changed(self, _: Experiment) -> None:
        """Inside a cell nobody sees the network, and every edit would have to wait for it."""
        self._behind = True
        if self.session.workshop.inside is None or self.isVisible():
            self._catch_up()

    def showEvent(self, event: QShowEvent) -> None:
        self._catch_up()
        super().showEvent(event)
        self._show_traces()

    def _catch_up(self) -> None:
        """Show the document as it is now."""
        if not self._behind:
            return
        self._behind = False
        content = self._read()
        another = getattr(self.session, "history", None) is not self._history
        if content != self._seen or another:
            self._seen, self._history = content, getattr(self.session, "history", None)
            self.view.zoomed = self.view.zoomed and not another  # another document is seen whole
            self._redraw()
            self.header.show_content(content)
        else:
            self.picture.set_probe(self.session.probe)

    def _traces_changed(self) -> None:
        """While it trains, no more often than an eye can follow; what a person asked for comes at once."""
        asked_for = self.session.moments.back or self.session.run_state.state != "training"
        (self._traced.now if asked_for else self._traced.soon)()

    def _show_traces(self) -> None:
        if self.isVisible():
            self.picture.set_traces(self.session.traces)

    def _selection_changed(self, selection: Selection | None) -> None:
        self.picture.set_selection(selection)
        self._reveal(self._content, self.picture)
        self._tell()
        words = describe_selection(self._content, selection)
        if words and self.view.hasFocus():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self.view, words))

    def _tell(self) -> None:
        """The graph as text, for a screen reader."""
        text = describe(self._content, self.session.selection)
        if text != self.view.accessibleDescription():
            self.view.setAccessibleDescription(text)
            QAccessible.updateAccessibility(QAccessibleEvent(self.view, QAccessible.Event.DescriptionChanged))

    # -- following the view ---------------------------------------------------------------------------------------

    def fit(self) -> None:
        """Everything in sight, and arranged for the size of the view."""
        self.view.zoomed = False
        self._whole = True
        self._redraw()

    def _resized(self) -> None:
        if self.view.zoomed:
            self.view.keep(self.picture.cards())
        else:
            self._redraw()

    def _hovered(self, point: QPointF) -> None:
        hit = self.picture.plan.hit(point.x(), point.y())
        self.picture.set_hot(hit)
        shape = Qt.CursorShape.ArrowCursor
        if hit.kind in ("remove", "open", "insert", "race"):
            shape = Qt.CursorShape.PointingHandCursor
        elif hit.kind == "layer":
            item = self.picture.layers[hit.net, hit.index]
            if item.units_box.contains(item.mapFromScene(point)):
                shape = Qt.CursorShape.IBeamCursor
        self.view.viewport().setCursor(shape)

    def _left(self) -> None:
        self.picture.set_hot(None)
        self.picture.clear_lights()

    def _menu_wanted(self, point: QPointF, at: QPoint | None) -> None:
        if at is not None:
            hit = self.picture.plan.hit(point.x(), point.y())
            chosen = self.picture.selection_at(hit)
            if chosen is not None:
                self.session.select(chosen)
            self.menus.context(hit, at)
            return
        selected = self.edits.selected()
        hit = Hit("empty") if selected is None else Hit("layer" if selected[1] >= 0 else "answer", *selected)
        self.menus.context(hit, self.place_of_selection())

    def place_of_selection(self) -> QPoint:
        """Where on the screen a menu for the selection opens."""
        card = self.picture.card(self.session.selection) or self.picture.race
        place = self.view.mapFromScene(card.sceneBoundingRect()).boundingRect().center()
        return self.view.viewport().mapToGlobal(place)

    def show_selection(self) -> None:
        """Bring what is selected into sight."""
        card = self.picture.card(self.session.selection)
        if card is not None and self.view.zoomed:
            self.view.ensureVisible(card, 24, 24)

    # -- editing in place -----------------------------------------------------------------------------------------

    def open_cell(self, net: int, index: int) -> bool:
        """Look inside the cell of a layer."""
        found = self._content.nets[net]
        return self.session.workshop.enter(found.name, found.layers[index].id)

    def edit_units(self, net: int, index: int) -> None:
        """Open the field for the units of a layer."""
        item = self.picture.layers[net, index]
        box = item.units_box.adjusted(-4, -2, 4, 2)
        place = self._on_view(item.mapRectToScene(box), 64)
        self._close_field()
        units = item.layer.units

        def done(typed: int) -> None:
            if typed != units:
                self.edits.set_units(net, index, typed)

        self._field = UnitsField(self.view.viewport(), units, place, done)

    def edit_name(self, net: int) -> None:
        """Open the field for the name of a network."""
        row = self.picture.plan.rows[net]
        box = QRectF(*(row.caption or (row.layers or (row.readout,))[0]))
        box.setHeight(32 if row.caption is None else box.height())
        place = self._on_view(box.adjusted(-8 if row.caption else 4, 2, -4, 0), 120)
        self._close_field()
        name = self._content.nets[net].name

        def done(typed: str) -> None:
            if typed != name:
                self.edits.rename_net(net, typed)

        self._field = NameField(self.view.viewport(), name, place, done)

    def _on_view(self, box: QRectF, least: int) -> QRect:
        """A scene rectangle on the viewport, at least as large as a field must be, and inside."""
        place = self.view.mapFromScene(box).boundingRect()
        centre = place.center()
        place.setWidth(max(place.width(), least))
        place.setHeight(max(place.height(), self.fontMetrics().height() + 8))
        place.moveCenter(centre)
        area = self.view.viewport().rect()
        place.moveLeft(max(0, min(place.left(), area.right() - place.width())))
        return place

    def _close_field(self) -> None:
        field, self._field = self._field, None
        if field is not None and field.is_open:
            field.finish(keep=False)
