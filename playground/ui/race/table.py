"""The race table: who reached the goal, after how many sequences and seconds, and with how many weights."""

import math

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QContextMenuEvent, QFont, QFontMetrics, QIcon, QPainter, QPixmap, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from playground.training.race import Solved
from playground.ui.canvas.answers import metric_name
from playground.ui.canvas.verdict import format_metric
from playground.ui.session import Session
from playground.ui.state import Selection
from playground.ui.widgets.marks import MARKS, draw_mark

NAME, METRIC, SEQUENCES, SECONDS, WEIGHTS = range(5)
STAR = "★"
MARK = 12  # px
SMALL = 12  # px: the font
APART = 7  # px between columns
LEAST_NAME, MOST_NAME = 56, 110  # px; the column of the weights makes room for what lies between
BESIDE = MARK + 14  # px of a name's column that are not its text


class RaceTable(QTreeWidget):
    """One line for each network, the one that solved it first on top and marked with a star. `menu_wanted`: of a
    network, at a place on the screen."""

    menu_wanted = Signal(str, QPoint)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._quiet = False
        self._shown = ""  # the network whose line is in sight, because it is selected
        self._icons: dict[tuple[str, str], QIcon] = {}
        self.setObjectName("race.table")
        self.setAccessibleName(self.tr("Race"))
        self.setProperty("look", "race")
        self.setColumnCount(5)
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setIconSize(QSize(MARK, MARK))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setAcceptDrops(False)  # a cell is for the whole card
        self.viewport().setAcceptDrops(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        font = self.font()
        font.setPixelSize(SMALL)
        self.setFont(font)
        head = self.header()
        head.setSectionsMovable(False)
        head.setStretchLastSection(False)
        head.setMinimumSectionSize(16)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.itemSelectionChanged.connect(self._chosen)
        self.refresh()

    def texts(self) -> list[list[str]]:
        """What the table shows, line by line."""
        items = [self.topLevelItem(row) for row in range(self.topLevelItemCount())]
        return [[item.text(column) for column in range(5)] for item in items if item is not None]

    def refresh(self) -> None:
        """Show the latest tests."""
        session, race = self._session, self._session.race
        facts = session.facts
        headline = facts.metrics[0] if facts and facts.metrics else ""
        self._name_columns(headline)
        nets = session.experiment.networks
        ranks = race.ranks()
        order = sorted(range(len(nets)), key=lambda row: (ranks.get(nets[row].name, math.inf), row))
        self._quiet = True
        while self.topLevelItemCount() > len(nets):
            self.takeTopLevelItem(self.topLevelItemCount() - 1)
        while self.topLevelItemCount() < len(nets):
            made = QTreeWidgetItem(self)
            for column in range(1, 5):
                made.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        chosen = session.selection.net if session.selection is not None else ""
        for place, row in enumerate(order):
            item = self.topLevelItem(place)
            assert item is not None
            self._fill(item, row, nets[row].name, headline, ranks.get(nets[row].name, 0))
            if item.isSelected() != (nets[row].name == chosen):
                item.setSelected(nets[row].name == chosen)
        self._quiet = False
        if chosen != self._shown:
            self._shown = chosen
            for line in self.selectedItems():
                self.scrollToItem(line)
        self._fit_columns()

    # -- inside ---------------------------------------------------------------------------------------------------

    def _fill(self, item: QTreeWidgetItem, row: int, name: str, headline: str, rank: int) -> None:
        session, race = self._session, self._session.race
        solved = race.solved.get(name)
        weights = session.matching.weights_of(name)
        first = rank == 1
        texts = [
            name,
            format_metric(headline, race.metrics(name).get(headline, math.nan)),
            self._sequences(solved, first),
            _seconds(solved.seconds) if solved else "–",
            f"{weights:,}" if weights is not None else "–",
        ]
        for column, text in enumerate(texts):
            if item.text(column) != text:
                item.setText(column, text)
        theme, mark = session.theme, MARKS[row % len(MARKS)]
        colour = theme.contestant(row)
        look = (colour, mark, first)
        if item.data(NAME, Qt.ItemDataRole.UserRole + 1) != look:
            item.setData(NAME, Qt.ItemDataRole.UserRole + 1, look)
            item.setIcon(NAME, self._icon(colour, mark))
            item.setForeground(NAME, QBrush(QColor(colour)))
            font = self.font()
            font.setBold(True)
            item.setFont(NAME, font)
            for column in range(1, 5):
                item.setFont(column, self._number_font(first and column in (SEQUENCES, SECONDS)))
        if item.data(NAME, Qt.ItemDataRole.UserRole) != name:
            item.setData(NAME, Qt.ItemDataRole.UserRole, name)
        tip = self._tip(name)
        if item.toolTip(NAME) != tip:
            for column in range(5):
                item.setToolTip(column, tip)
        said = self.tr("{0}, first").format(name) if first else name
        if item.data(NAME, Qt.ItemDataRole.AccessibleTextRole) != said:
            item.setData(NAME, Qt.ItemDataRole.AccessibleTextRole, said)

    def _fit_columns(self) -> None:
        """Numbers get what they need, the name what is left; where that is too little, the weights go."""
        bold, head = self._number_font(True), self.header().fontMetrics()
        name = self.font()
        name.setBold(True)
        rows = [self.topLevelItem(row) for row in range(self.topLevelItemCount())]
        left = self.viewport().width()
        for column in range(1, 5):
            wide = QFontMetrics(bold).horizontalAdvance
            widths = [wide(row.text(column)) for row in rows if row is not None]
            widths.append(head.horizontalAdvance(self.headerItem().text(column)))
            width = max(widths) + APART
            if column == WEIGHTS:
                names = [QFontMetrics(name).horizontalAdvance(row.text(NAME)) for row in rows if row is not None]
                self.setColumnHidden(WEIGHTS, left - width < min(max(names, default=0) + BESIDE, MOST_NAME))
            if not self.isColumnHidden(column):
                self.setColumnWidth(column, width)
                left -= width
        self.setColumnWidth(NAME, max(LEAST_NAME, left))

    def _number_font(self, bold: bool) -> QFont:
        font = self.font()
        font.setPixelSize(SMALL - 1)
        font.setBold(bold)
        return font

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_columns()
        for line in self.selectedItems():
            self.scrollToItem(line)

    def _sequences(self, solved: Solved | None, first: bool) -> str:
        if solved is not None:
            count = f"{solved.sequences:,}" if solved.sequences else "–"  # nobody counted them
            return f"{STAR} {count}" if first else count
        over = self._session.run_state.state in ("stopped", "dead")
        return self.tr("stopped") if over else self.tr("not yet")

    def _tip(self, name: str) -> str:
        race, net = self._session.race, next(n for n in self._session.experiment.networks if n.name == name)
        units = " + ".join(str(layer.units) for layer in net.layers)
        lines = [self.tr("{0}: {1} units").format(name, units)]
        weights = self._session.matching.weights_of(name)
        if weights is not None:
            lines.append(self.tr("{0} weights").format(f"{weights:,}"))
        solved = race.solved.get(name)
        if solved is not None:
            lines.append(self.tr("solved at training step {0}").format(f"{solved.step:,}"))
        own = race.own_seconds(name)
        if math.isfinite(own):
            lines.append(self.tr("its own training took {0} s so far").format(_seconds(own)))
        return "\n".join(lines)

    def _name_columns(self, headline: str) -> None:
        target = self._session.race.target
        goal = self.tr("solved: {0}").format(target.text) if target else self.tr("there is no goal")
        heads = [
            (self.tr("network"), ""),
            (self.tr("test"), self.tr("The {0} on the test data, at the latest test").format(metric_name(headline))),
            (self.tr("seq."), self.tr("Training sequences until a test reached the goal ({0})").format(goal)),
            (self.tr("s"), self.tr("Seconds of its own training until then; other networks' time does not count")),
            (self.tr("weights"), self.tr("How many numbers are trained")),
        ]  # fmt: skip
        head = self.headerItem()
        for column, (text, tip) in enumerate(heads):
            if head.text(column) != text or head.toolTip(column) != tip:
                head.setText(column, text)
                head.setToolTip(column, tip)
                side = Qt.AlignmentFlag.AlignLeft if column == NAME else Qt.AlignmentFlag.AlignRight
                head.setTextAlignment(column, side | Qt.AlignmentFlag.AlignVCenter)

    def _icon(self, colour: str, mark: str) -> QIcon:
        if (colour, mark) not in self._icons:
            scale = self.devicePixelRatioF()
            picture = QPixmap(round(MARK * scale), round(MARK * scale))
            picture.setDevicePixelRatio(scale)
            picture.fill(Qt.GlobalColor.transparent)
            painter = QPainter(picture)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            draw_mark(painter, mark, MARK / 2, MARK / 2, 3.8, QColor(colour))
            painter.end()
            self._icons[colour, mark] = QIcon(picture)
        return self._icons[colour, mark]

    def _chosen(self) -> None:
        items = self.selectedItems()
        if not self._quiet and items:
            self._session.select(Selection("net", items[0].data(NAME, Qt.ItemDataRole.UserRole)))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """With the mouse or with the menu key."""
        keyboard = event.reason() == QContextMenuEvent.Reason.Keyboard
        item = self.currentItem() if keyboard else self.itemAt(event.pos())
        if item is not None:
            at = self.visualItemRect(item).bottomLeft() if keyboard else event.pos()
            name = item.data(NAME, Qt.ItemDataRole.UserRole)
            self.menu_wanted.emit(name, self.viewport().mapToGlobal(at))

    def sizeHint(self) -> QSize:
        rows = max(2, self.topLevelItemCount())
        return QSize(240, self.header().sizeHint().height() + rows * (self.fontMetrics().height() + 8))

    def minimumSizeHint(self) -> QSize:
        return QSize(200, self.header().sizeHint().height() + 2 * (self.fontMetrics().height() + 8))


def _seconds(seconds: float) -> str:
    if not math.isfinite(seconds):
        return "–"
    return f"{seconds:.2f}" if seconds < 1 else f"{seconds:.1f}" if seconds < 100 else f"{seconds:,.0f}"
