"""Examines the run in the window, now and then, from what the window is told anyway."""

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from playground.network.inspections.spec import Vitals as AskVitals
from playground.ui.session import Session

if TYPE_CHECKING:
    from playground.training.doctor.findings import Finding, Report
    from playground.training.doctor.patient import Patient
    from playground.training.doctor.remedies import Remedy
    from playground.training.doctor.treatment import Treatment

EVERY_MS = 500  # between two examinations: twice a second at most
LINGERS = 3  # examinations for which an alarm stays after it was found last, so that none flickers


class Watch(QObject):
    """`reports` by network. `alarms`: what to show of a network, the worst first. `treatments`: remedies applied, the
    latest last. Nothing is examined while nothing changes, nor while a person looks back at an earlier moment."""

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.reports: dict[str, Report] = {}
        self.treatments: list[Treatment] = []
        self.examinations = 0
        self.took = 0.0  # seconds of the last examination
        self._patients: dict[str, Patient] = {}
        self._lasting: dict[tuple[str, str, str, str], tuple[Finding, int]] = {}
        self._timer = QTimer(self, singleShot=True, interval=EVERY_MS)
        self._timer.timeout.connect(self.examine)
        for signal in (session.traces_changed, session.run_changed):
            signal.connect(lambda _: self._soon())
        for told in (session.scalars_changed, session.tests_changed, session.moments.looked):
            told.connect(self._soon)
        session.inspections.changed.connect(lambda asked: self._soon() if isinstance(asked, AskVitals) else None)
        session.started.connect(self._begun)
        session.opened.connect(lambda _: self._forget())
        session.document_changed.connect(lambda _: self._document_changed())

    # -- what was found -------------------------------------------------------------------------------------------

    def alarms(self, net: str) -> list["Finding"]:
        """What to show of a network, the worst first."""
        from playground.training.doctor.findings import KINDS

        found = [one for one, _ in self._lasting.values() if one.net == net]
        return sorted(found, key=lambda one: KINDS.index(one.kind))

    def remedies(self, finding: "Finding") -> "tuple[Remedy, ...]":
        """What can be done about it now."""
        from playground.training.doctor.remedies import remedies

        patient = self._patients.get(finding.net)
        return remedies(finding, self._session.experiment, patient) if patient is not None else ()

    def examine(self) -> None:
        """Look at every network now."""
        session = self._session
        if session.moments.back or session.facts is None or session.started_facts is None:
            return
        from playground.training.doctor import Vitals, examine, patients

        began = time.perf_counter()
        answers = {net.name: session.inspections.result(AskVitals(net.name)) for net in session.experiment.networks}
        vitals = {name: Vitals.of(answer.arrays) for name, answer in answers.items() if answer is not None}
        record = session.record
        found = patients(session.experiment, session.facts, session.curves, session.traces, vitals, record.refused)
        self._patients = {patient.net.name: patient for patient in found}
        self.reports = {name: examine(patient) for name, patient in self._patients.items()}
        self._keep(lasts=session.run_state.state == "training")
        names = [net.name for net in session.experiment.networks]
        for place, treatment in enumerate(self.treatments):
            report = self.reports.get(names[treatment.number]) if treatment.number < len(names) else None
            if report is not None:
                self.treatments[place] = treatment.follow(report)
        self.examinations += 1
        self.took = time.perf_counter() - began
        self.changed.emit()

    def _keep(self, lasts: bool) -> None:
        """Alarms of this examination, and while it trains those found a moment ago."""
        fresh = {one.key: (one, LINGERS) for report in self.reports.values() for one in report.alarms}
        for key, (one, left) in self._lasting.items():
            if lasts and key not in fresh and left > 1 and one.net in self.reports:
                fresh[key] = (one, left - 1)
        self._lasting = fresh

    # -- what is done about it ------------------------------------------------------------------------------------

    def apply(self, finding: "Finding", remedy: "Remedy") -> bool:
        """Apply a remedy as one edit; where it asks for it the run begins again, and goes on if it was going on."""
        from playground.training.doctor.treatment import Treatment

        session = self._session
        names = [net.name for net in session.experiment.networks]
        active = session.run_state.active
        if finding.net not in names or not session.apply(remedy.edit):
            return False
        step = 0 if remedy.begins_again else session.run_state.step
        self.treatments.append(Treatment(finding, remedy, names.index(finding.net), step))
        if remedy.begins_again:
            session.reset()
            if active:
                session.play()
        self.changed.emit()
        return True

    # -- when to look ---------------------------------------------------------------------------------------------

    def _soon(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _begun(self, event: object) -> None:
        """The networks are others: what was found of the last ones does not count."""
        self._lasting = {}
        self._session.inspections.want(self, [AskVitals(net.name) for net in self._session.experiment.networks])
        self._soon()

    def _forget(self) -> None:
        self.treatments, self.reports, self._patients, self._lasting = [], {}, {}, {}
        self.changed.emit()

    def _document_changed(self) -> None:
        """A remedy that was undone is no treatment any more; undone is also what was not done yet when it is redone."""
        history = self._session.history
        kept = [one for one in self.treatments if history.holds(one.remedy.edit)]
        if len(kept) != len(self.treatments):
            self.treatments = kept
            self.changed.emit()
        self._soon()
