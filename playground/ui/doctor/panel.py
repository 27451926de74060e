"""The doctor: a head that always says how things are, and below it, when open, findings, remedies and what they did."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QSizePolicy, QSplitter, QToolButton, QVBoxLayout, QWidget

from playground.training.doctor.findings import SEVERITIES, Finding
from playground.training.doctor.remedies import Remedy
from playground.training.doctor.thresholds import THRESHOLDS
from playground.ui.doctor.marks import Mark, Sign
from playground.ui.doctor.rows import FindingRow, TreatmentRow
from playground.ui.doctor.watch import Watch
from playground.ui.doctor.words import fine, number, thresholds_text, tr
from playground.ui.session import Session
from playground.ui.widgets.card import Card, label

HIGH = 230  # px that it takes when it is opened, if there is room
HEAD, LEAST = 40, 56
OPEN, SHUT = "open", "shut"  # the setting of a person who chose
LOW = 640  # px of the column, below which it is shut at first
TOLD = 4  # remedies whose outcome is told, the latest


class DoctorPanel(Card):
    """`watch` examines; `evidence_wanted` tells of a finding whose evidence is to be shown."""

    evidence_wanted = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("doctor", tr("Doctor"), scroll=True, parent=parent)
        self._session = session
        self.watch = Watch(session, self)
        self._mark = Mark("waiting", session.theme)
        self.note.setObjectName("doctor.badge")
        self.toggle = QToolButton()
        self.toggle.setObjectName("doctor.toggle")
        self.toggle.setProperty("look", "quiet")
        self.toggle.setCheckable(True)
        self.toggle.setAutoRaise(True)
        self.toggle.clicked.connect(lambda on: session.settings.set_text("doctor", OPEN if on else SHUT))
        self.toggle.toggled.connect(self._unfold)
        head = self.header.layout()
        assert head is not None
        head.removeWidget(self.note)
        for widget in (self._mark, self.note, self.toggle):
            head.addWidget(widget)
        head.setContentsMargins(15, 7, 8, 7)
        self.setWhatsThis(tr("Watches every network while it trains: what is wrong, on what evidence, and what helps."))
        self._rows: dict[tuple[str, ...], FindingRow] = {}
        self._heads: dict[str, QLabel] = {}
        self._lines: dict[str, QLabel] = {}
        self._told: list[TreatmentRow] = []
        self._content = QWidget()
        self._column = QVBoxLayout(self._content)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self.body.setContentsMargins(15, 0, 15, 12)
        self.body.addWidget(self._content)
        self.body.addStretch(1)
        self._shape: object = None
        self.watch.changed.connect(self.refresh)
        session.document_changed.connect(lambda _: self.refresh())
        session.theme_changed.connect(lambda _: self.refresh())
        session.moments.looked.connect(self.refresh)
        self.toggle.setChecked(session.settings.text("doctor") == OPEN)
        self._unfold(self.toggle.isChecked())
        self.refresh()

    # -- open and shut ----------------------------------------------------------------------------------------------

    def _unfold(self, on: bool) -> None:
        self.area.setVisible(on)
        self.toggle.setArrowType(Qt.ArrowType.DownArrow if on else Qt.ArrowType.UpArrow)
        text = tr("Close the doctor; its head still says how things are") if on else tr("Open the doctor")
        self.toggle.setToolTip(text)
        self.toggle.setAccessibleName(text)
        self.setMinimumHeight(HEAD if not on else LEAST)
        self.setMaximumHeight(HEAD if not on else 16_777_215)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        if on:
            self._take_room()
            self.refresh()

    def share(self, height: int) -> list[int]:
        """What to give its two neighbours and itself of a column. In a low one it begins shut, unless a person has
        opened it."""
        if not self._session.settings.text("doctor"):
            self.toggle.setChecked(height >= LOW)
        own = min(HIGH, round(height * 0.3)) if self.toggle.isChecked() else HEAD
        return [round((height - own) * 0.54), round((height - own) * 0.46), own]

    def _take_room(self) -> None:
        """The height that it needs, from its neighbours, each as far as it can give."""
        splitter = self.parentWidget()
        if not isinstance(splitter, QSplitter) or not sum(sizes := splitter.sizes()):
            return
        place = splitter.indexOf(self)
        missing = min(HIGH, round(sum(sizes) * 0.36)) - sizes[place]
        others = [index for index in range(len(sizes)) if index != place]
        spare: dict[int, int] = {}
        for index in others:
            other = splitter.widget(index)
            least = max(other.minimumSizeHint().height(), other.minimumHeight()) if other is not None else sizes[index]
            spare[index] = max(0, sizes[index] - least)
        total = sum(spare.values())
        if missing > 0 and total:
            for index, room in spare.items():
                sizes[index] -= round(min(1.0, missing / total) * room)
            sizes[place] += min(missing, total)
            splitter.setSizes(sizes)

    # -- what it shows ----------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show what was found last. What has the same shape is not built again, so that focus and place stay."""
        nets = [net.name for net in self._session.experiment.networks]
        found = {net: self.watch.alarms(net) for net in nets}
        self._show_badge([one for alarms in found.values() for one in alarms])
        if not self.toggle.isChecked():
            return
        offered = {one.key: self.watch.remedies(one) for alarms in found.values() for one in alarms}
        treatments = self.watch.treatments[-TOLD:]
        shape = (
            tuple((key, tuple(remedy.id for remedy in remedies)) for key, remedies in offered.items()),
            tuple(nets), len(treatments),
        )  # fmt: skip
        if shape != self._shape:
            self._shape = shape
            self._build(found, offered, len(treatments))
        theme = self._session.theme
        for alarms in found.values():
            for one in alarms:
                self._rows[one.key].show_finding(one, offered[one.key], theme)
        for index, net in enumerate(nets):
            self._show_net(index, net, bool(found[net]))
        for row, treatment in zip(self._told, treatments, strict=True):
            row.show_treatment(treatment, theme)

    def _build(
        self, found: dict[str, list[Finding]], offered: dict[tuple[str, str, str, str], tuple[Remedy, ...]], told: int
    ) -> None:
        focus = self.window().focusWidget()
        focused = focus.objectName() if focus is not None and self.isAncestorOf(focus) else ""
        while (item := self._column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        theme = self._session.theme
        self._rows, self._heads, self._lines, self._told = {}, {}, {}, []
        for index in range(told):
            row = TreatmentRow(index, self.watch.treatments[-told:][index], theme)
            self._told.append(row)
            self._column.addWidget(row)
        for net, alarms in found.items():
            self._heads[net] = self._add(label(net, "title"), f"doctor.{net}")
            for one in alarms:
                made = FindingRow(one, offered[one.key], self.evidence_wanted.emit, self.watch.apply, theme)
                self._rows[one.key] = made
                self._column.addWidget(made)
            self._lines[net] = self._add(label("", "small", wrap=True), f"doctor.{net}.fine")
        again = self.findChild(QWidget, focused) if focused else None
        if again is not None:
            again.setFocus()

    def _add(self, made: QLabel, name: str) -> QLabel:
        made.setObjectName(name)
        self._column.addWidget(made)
        return made

    def _show_net(self, index: int, net: str, alarms: bool) -> None:
        """The network's name in its colour, and what was looked at and is as it should be."""
        sheet = f"color: {self._session.theme.contestant(index)}; font-weight: 600;"
        if self._heads[net].styleSheet() != sheet:
            self._heads[net].setStyleSheet(sheet)
        report = self.watch.reports.get(net)
        line = self._lines[net]
        if report is None:
            text = tr("Nothing has been looked at yet.")
        else:
            early = [one for one in report.looked if one.verdict == "early"]
            said = [text for one in report.looked if one.verdict == "fine" and (text := fine(one))]
            if early and not said[1:]:
                steps = number(THRESHOLDS["early"].value)
                text = tr("Too early to tell: it is judged after {0} training steps.").format(steps)
            else:
                text = " · ".join(said)
                text = tr("As it should be: {0}").format(text) if alarms else text
            line.setWhatsThis("\n\n".join(thresholds_text(one.kind) for one in report.looked if one.verdict == "fine"))
        if line.text() != text:
            line.setText(text)

    def _show_badge(self, alarms: list[Finding]) -> None:
        """How many, and how bad: seen also while the panel is shut."""
        theme = self._session.theme
        sign: Sign = "fine"
        if self._session.moments.back:
            sign, text = "waiting", tr("looks at the run as it is now")
        elif alarms:
            worst = min((one.severity for one in alarms), key=SEVERITIES.index)
            count, sign = len(alarms), worst
            words = {
                "serious": (tr("1 finding, serious"), tr("{0} findings, serious")),
                "warning": (tr("1 finding"), tr("{0} findings")),
                "note": (tr("1 note"), tr("{0} notes")),
            }[worst]
            text = words[0] if count == 1 else words[1].format(count)
        elif self.judged:
            text = tr("nothing to report")
        else:
            sign, text = "waiting", tr("too early to tell")
        self._mark.show_sign(sign, theme)
        if self.note.text() != text:
            self.note.setText(text)
        self.note.show()
        self.setAccessibleDescription(text)

    @property
    def judged(self) -> bool:
        """Whether there is anything that was judged already."""
        kinds = ("exploding", "rate_high")
        looked = [one for report in self.watch.reports.values() for one in report.looked]
        return any(one.verdict != "early" for one in looked if one.kind in kinds)
