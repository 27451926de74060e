"""Undo and redo: every edit of the document, in order, and where in it we stand."""

from playground.experiment.document import Experiment
from playground.experiment.edits import Edit
from playground.experiment.interventions import follow


class History:
    """A document with a past and a future. Documents are frozen and share what did not change, so all are kept.

    A gesture (a slider that is dragged) is many edits and one undo: its first edit is applied with `merge=False`, those
    that follow with `merge=True`. Only edits of the same setting merge.
    """

    def __init__(self, document: Experiment) -> None:
        self.document = document
        self._past: list[tuple[Edit, Experiment]] = []
        self._future: list[tuple[Edit, Experiment]] = []
        self._clean: Experiment | None = document

    def apply(self, edit: Edit, merge: bool = False) -> Experiment:
        """The document after the edit. One that changes nothing leaves no trace. On BadInput all is as before."""
        document = follow(self.document, edit.apply(self.document))
        if document == self.document:
            return self.document
        self._future.clear()
        if merge and self._goes_on(edit):
            _, before = self._past.pop()
            if document != before:
                self._past.append((edit, before))
        else:
            self._past.append((edit, self.document))
        self.document = document
        return document

    def _goes_on(self, edit: Edit) -> bool:
        return bool(self._past and edit.target() and edit.target() == self._past[-1][0].target())

    def undo(self) -> Experiment:
        """One edit back, if there is one."""
        if self._past:
            edit, before = self._past.pop()
            self._future.append((edit, self.document))
            self.document = before
        return self.document

    def redo(self) -> Experiment:
        """The edit undone last, if there is one, once more."""
        if self._future:
            edit, after = self._future.pop()
            self._past.append((edit, self.document))
            self.document = after
        return self.document

    def holds(self, edit: Edit) -> bool:
        """Whether this very edit was applied and not undone since."""
        return any(done is edit for done, _ in self._past)

    @property
    def can_undo(self) -> bool:
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        return bool(self._future)

    @property
    def undo_label(self) -> str:
        """What undo would take back ("add LSTM"), or nothing."""
        return self._past[-1][0].label() if self._past else ""

    @property
    def redo_label(self) -> str:
        """What redo would do again, or nothing."""
        return self._future[-1][0].label() if self._future else ""

    def saved(self) -> None:
        """The document as it is now is safe in a file."""
        self._clean = self.document

    def mark_unsaved(self) -> None:
        """The document is in no file (it was recovered, say), however little it was edited."""
        self._clean = None

    @property
    def dirty(self) -> bool:
        """Whether the document differs from what was last saved or opened."""
        return self.document is not self._clean and self.document != self._clean
