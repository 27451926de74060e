"""The half of the window that deals with documents: opens, saves and feeds files, by dialog or by drop, and asks what
becomes of unsaved changes."""

from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QMainWindow

from playground.ui.dialogs import Dialogs
from playground.ui.notices import NoticeBar
from playground.ui.recovery import Recovered, forget, left_behind
from playground.ui.session import Session
from playground.ui.state import Notice


class DocumentWindow(QMainWindow):
    """Knows the session's document and nothing of the panels that show it."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.setAcceptDrops(True)
        self.dialogs = Dialogs(self)
        self.notices = NoticeBar()

    def open(self, path: Path) -> bool:
        """Open an experiment, once unsaved changes are taken care of."""
        return self._may_leave() and self.session.open(path)

    def new_from_example(self, name: str) -> bool:
        return self._may_leave() and self.session.new_from_example(name)

    def ask_open(self) -> None:
        if path := self.dialogs.ask_open(self._folder()):
            self.open(path)

    def ask_feed(self) -> None:
        if path := self.dialogs.ask_feed(self._folder()):
            self.session.feed_file(path)

    def ask_save(self) -> bool:
        """Save under a name that the person chooses."""
        name = self.session.experiment.name.replace("/", "-") or "experiment"
        path = self.dialogs.ask_save(self.session.path or self._folder() / f"{name}.experiment.json")
        return path is not None and self.session.save(path)

    def offer_recovery(self) -> None:
        """Tell of documents that an earlier window left unsaved."""
        for found in left_behind(self.session.settings.recovery_folder)[:1]:
            text = self.tr("An earlier window ended with unsaved changes in “{0}”.").format(found.experiment.name)
            restore = (self.tr("Bring it back"), lambda found=found: self._restore(found))
            away = (self.tr("Throw it away"), lambda found=found: forget(found))
            self.notices.show_notice(Notice("warning", text, (restore, away)))

    def _restore(self, found: Recovered) -> None:
        if self._may_leave():
            self.session.restore(found)

    def _folder(self) -> Path:
        if self.session.path:
            return self.session.path.parent
        recent = self.session.settings.recent
        return recent[0].parent if recent else Path.home()

    def _may_leave(self) -> bool:
        """Whether the present document may be given up: saved, or thrown away on purpose."""
        if not self.session.dirty:
            return True
        answer = self.dialogs.ask_unsaved(self.session.experiment.name)
        if answer == "save":
            return self.session.save() if self.session.path else self.ask_save()
        return answer == "discard"

    def come_forward(self, path: Path | None) -> None:
        """A second launch hands its file over."""
        if self.isMinimized():
            self.showNormal()
        self.raise_()
        self.activateWindow()
        if path is not None:
            self.session.feed_file(path)

    def _show_title(self) -> None:
        session = self.session
        name = session.path.name if session.path else session.experiment.name
        self.setWindowTitle(self.tr("{0}[*] – RNN Playground").format(name))
        self.setWindowModified(session.dirty)
        self.setWindowFilePath(str(session.path) if session.path else "")

    # -- files that are dropped on it ---------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._offer(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._offer(event)

    def dropEvent(self, event: QDropEvent) -> None:
        path = _dropped_file(event)
        if path is None:
            event.ignore()
            return
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        # The program that the file comes from waits until this returns: read it afterwards.
        QTimer.singleShot(0, self, lambda: self.session.feed_file(path))

    def _offer(self, event: QDragMoveEvent) -> None:
        if _dropped_file(event) is None:
            event.ignore()
        else:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()


def _dropped_file(event: QDropEvent) -> Path | None:
    """The first local file of a drag."""
    return next((Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()), None)
