"""One alarm in the panel: a button that shows the evidence, what was measured, and a button for each remedy."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from playground.training.doctor.findings import Finding
from playground.training.doctor.remedies import Remedy
from playground.training.doctor.treatment import Treatment
from playground.ui.doctor.marks import SIZE, Mark, Sign
from playground.ui.doctor.remedy_words import button, explain, outcome, treated
from playground.ui.doctor.words import sentence, severity_word, thresholds_text, title, tr
from playground.ui.theme import Theme
from playground.ui.widgets.card import label
from playground.ui.widgets.flow import FlowLayout

INDENT = SIZE + 10
PADDING = 4  # px at either side of a title: its border and the style's padding


class TitleButton(QPushButton):
    """A button that asks for no width of its own, so that a long title never makes the card wider: it goes on in a
    second line, and what finds no room there ends in dots."""

    def __init__(self) -> None:
        super().__init__()
        self._title = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_title(self, title: str) -> None:
        """The whole text; what there is room for is shown."""
        self._title = title
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        metrics, room = self.fontMetrics(), self.width() - 2 * PADDING
        words, first = self._title.split(" "), 1
        while first < len(words) and metrics.horizontalAdvance(" ".join(words[: first + 1])) <= room:
            first += 1
        lines = [" ".join(words[:first]), " ".join(words[first:])]
        _put(self, "\n".join(metrics.elidedText(line, Qt.TextElideMode.ElideRight, room) for line in lines if line))


class FindingRow(QWidget):
    """`show_evidence(finding)` and `apply(finding, remedy)` are told with what is shown at that moment."""

    def __init__(
        self,
        finding: Finding,
        remedies: tuple[Remedy, ...],
        show_evidence: Callable[[Finding], object],
        apply: Callable[[Finding, Remedy], object],
        theme: Theme,
    ) -> None:
        super().__init__()
        self.finding, self.remedies = finding, remedies
        name = f"doctor.{finding.net}.{finding.kind}" + (f".{finding.node}" if finding.node else "")
        self.setObjectName(name)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        head = QHBoxLayout()
        head.setSpacing(8)
        self._mark = Mark(finding.severity, theme)
        head.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        self.head = TitleButton()
        self.head.setObjectName(f"{name}.show")
        self.head.setProperty("look", "finding")
        self.head.setCursor(Qt.CursorShape.PointingHandCursor)
        self.head.clicked.connect(lambda _=False: show_evidence(self.finding))
        head.addWidget(self.head, 1)
        column.addLayout(head)
        self.text = label("", "small", wrap=True)
        self.text.setContentsMargins(INDENT, 0, 0, 0)
        column.addWidget(self.text)
        self.buttons: dict[str, QPushButton] = {}
        if remedies:
            holder = QWidget()
            flow = FlowLayout(holder, gap=6, least=100)
            for remedy in remedies:
                made = QPushButton()
                made.setObjectName(f"{name}.{remedy.id}")
                made.setProperty("look", "remedy")
                made.clicked.connect(lambda _=False, id=remedy.id: apply(self.finding, self._remedy(id)))
                flow.addWidget(made)
                self.buttons[remedy.id] = made
            below = QHBoxLayout()
            below.setContentsMargins(INDENT, 1, 0, 2)
            below.addWidget(holder)
            column.addLayout(below)
        self.show_finding(finding, remedies, theme)

    def _remedy(self, id: str) -> Remedy:
        return next(remedy for remedy in self.remedies if remedy.id == id)

    def fits(self, finding: Finding, remedies: tuple[Remedy, ...]) -> bool:
        """Whether it can show this without being built again."""
        return finding.key == self.finding.key and [one.id for one in remedies] == list(self.buttons)

    def show_finding(self, finding: Finding, remedies: tuple[Remedy, ...], theme: Theme) -> None:
        """The same alarm with the numbers of now."""
        self.finding, self.remedies = finding, remedies
        self._mark.show_sign(finding.severity, theme)
        head, text = title(finding), sentence(finding)
        self.head.set_title(head)
        self.head.setAccessibleName(f"{severity_word(finding.severity)}: {finding.net}, {head}")
        self.head.setAccessibleDescription(text)
        told = tr("{0}. Click: show the evidence").format(severity_word(finding.severity))
        self.head.setToolTip(f"{head}\n{told}")
        if self.text.text() != text:
            self.text.setText(text)
            limits = f"{head}. {text}\n\n{tr('The limits:')}\n{thresholds_text(finding.kind)}"
            for widget in (self, self.head, self.text):
                widget.setWhatsThis(limits)
        for remedy in remedies:
            made = self.buttons[remedy.id]
            _put(made, button(remedy))
            made.setAccessibleName(f"{button(remedy)}: {finding.net}, {head}")
            made.setToolTip(explain(remedy))
            made.setWhatsThis(explain(remedy))


class TreatmentRow(QWidget):
    """What was done about something, and whether it helped."""

    def __init__(self, number: int, treatment: Treatment, theme: Theme) -> None:
        super().__init__()
        self.setObjectName(f"doctor.treatment{number}")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self._mark = Mark("waiting", theme)
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        self.text = label("", "small", wrap=True)
        row.addWidget(self.text, 1)
        self.show_treatment(treatment, theme)

    def show_treatment(self, treatment: Treatment, theme: Theme) -> None:
        """What is known of it now."""
        signs: dict[str, Sign] = {"helped": "fine", "better": "fine", "no": "warning", "waiting": "waiting"}
        self._mark.show_sign(signs[treatment.outcome], theme)
        text = f"{treated(treatment)} – {outcome(treatment)}"
        if self.text.text() != text:
            self.text.setText(text)
            self.setAccessibleName(text)


def _put(made: QPushButton, text: str) -> None:
    if made.text() != text:
        made.setText(text)
