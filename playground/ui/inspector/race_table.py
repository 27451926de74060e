"""The race: who has solved the task, when, and with how many weights."""

import math

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from playground.ui.session import Session
from playground.ui.widgets.card import label, line
from playground.ui.widgets.elided import ElidedLabel


def format_metric(name: str, value: float) -> str:
    """A metric for people: accuracies in percent, the rest in three digits, "–" for what is not known."""
    if not math.isfinite(value):
        return "–"
    return f"{value:.1%}".replace("%", " %") if name == "accuracy" else f"{value:.3g}"


class RaceTable(QWidget):
    """One line for each network, the one that solved it first on top. Hidden for fewer than two, and inside a cell."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setObjectName("race")
        self.setAccessibleName(self.tr("Race"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(8)
        column.addWidget(line())
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(6)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(0, 1)
        column.addLayout(self._grid)
        self._target = label("", "small", wrap=True)
        column.addWidget(self._target)
        self._heads = [label(self.tr("Race"), "title")]
        self._heads += [
            label(text, "small") for text in ("", self.tr("solved at"), self.tr("seconds"), self.tr("weights"))
        ]
        self._heads[2].setToolTip(self.tr("The training step of the first test that reached it"))
        self._heads[3].setToolTip(self.tr("Seconds of training until it was solved"))
        for place, head in enumerate(self._heads):
            head.setAlignment(_side(place))
            self._grid.addWidget(head, 0, place)
        self._rows: list[list[QLabel]] = []
        for signal in (session.document_changed, session.started, session.theme_changed):
            signal.connect(lambda _: self.refresh())
        session.tests_changed.connect(self.refresh)
        session.workshop.inside_changed.connect(lambda _: self.refresh())
        self.refresh()

    def texts(self) -> list[list[str]]:
        """What the table shows, line by line."""
        return [[cell.text() for cell in row] for row in self._rows if row[0].isVisibleTo(self)]

    def refresh(self) -> None:
        """Show the latest tests."""
        session, race = self._session, self._session.race
        nets = session.experiment.networks
        wanted = len(nets) > 1 and session.workshop.inside is None
        self.setVisible(wanted)
        if not wanted:
            return
        facts = session.facts
        headline = facts.metrics[0] if facts and facts.metrics else ""
        weights = {net.name: net.parameters for net in session.started_facts.networks} if session.started_facts else {}
        self._heads[1].setText(headline.replace("_", " "))
        self._target.setText(self.tr("solved: {0}").format(race.target.text) if race.target else "")
        self._target.setVisible(race.target is not None)
        lines = []
        for index, net in enumerate(nets):
            solved = race.solved.get(net.name)
            lines.append(
                (
                    solved.step if solved else math.inf,
                    index,
                    net.name,
                    format_metric(headline, race.metrics(net.name).get(headline, math.nan)),
                    f"{solved.step:,}" if solved else self.tr("not yet"),
                    f"{solved.seconds:.1f}" if solved else "–",
                    f"{weights[net.name]:,}" if net.name in weights else "–",
                )
            )
        self._fit(len(lines))
        for row, entry in zip(self._rows, sorted(lines), strict=False):
            index, texts = entry[1], entry[2:]
            for cell, text in zip(row, texts, strict=True):
                if cell.text() != text:
                    cell.setText(text)
            sheet = f"color: {session.theme.contestant(index)}; font-weight: 600;"
            if row[0].styleSheet() != sheet:
                row[0].setStyleSheet(sheet)

    def _fit(self, count: int) -> None:
        while len(self._rows) < count:
            cells: list[QLabel] = [ElidedLabel(least=40), *(label("") for _ in range(4))]
            for place, cell in enumerate(cells):
                cell.setAlignment(_side(place))
                self._grid.addWidget(cell, len(self._rows) + 1, place)
            self._rows.append(cells)
        for number, row in enumerate(self._rows):
            for cell in row:
                cell.setVisible(number < count)


def _side(place: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if place == 0 else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter
