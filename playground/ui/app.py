"""Starts the window: QApplication, fonts, theme, the single instance, and what becomes of errors."""

import logging
import logging.handlers
import sys
import threading
import traceback
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QApplication

from playground.ui.end_signals import EndSignals
from playground.ui.settings import Settings
from playground.ui.shortcuts import ShortcutGuard
from playground.ui.single_instance import SingleInstance, hand_over, server_name
from playground.ui.state import Notice, Selection
from playground.ui.style import apply_theme
from playground.ui.theme import THEMES

if TYPE_CHECKING:
    from playground.ui.main_window import MainWindow
    from playground.ui.session import Session

log = logging.getLogger(__name__)
FIRST_EXAMPLE = "delayed-recall"
DATA = (".csv", ".tsv", ".txt", ".md")  # endings of what is fed to a network rather than opened


def run_window(path: Path | None = None) -> int:
    """Open the window, with `path` if given, and stay until it is closed. Returns the exit code."""
    app = make_application()
    if not QFontDatabase.families():
        print("RNN Playground: this computer has no fonts; install one, for example fonts-dejavu-core", file=sys.stderr)
        return 2
    settings = Settings()
    name = server_name(settings.config_folder)
    if hand_over(name, path):
        what = f"{path} was opened there" if path else "it was brought to the front"
        print(f"RNN Playground runs already; {what}.")
        return 0
    instance = SingleInstance(name, app)
    ending = EndSignals(app)
    window = open_window(settings, path)
    ending.arrived.connect(window.leave)
    instance.called.connect(lambda text: window.come_forward(Path(text) if text else None))
    code = app.exec()
    ending.close()
    instance.close()
    let_go(window)
    return code


def let_go(window: "MainWindow") -> None:
    """Let Qt delete a closed window with all that is in it. At the end of the process Python would take it apart in an
    order of its own, and with many plots open that ended in a segmentation fault now and then."""
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def make_application() -> QApplication:
    """The one QApplication, in the Fusion style."""
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    app.setApplicationName("rnn-playground")
    app.setApplicationDisplayName("RNN Playground")
    app.setStyle("fusion")
    if app.findChild(ShortcutGuard) is None:
        ShortcutGuard(app)
    return app


def open_window(settings: Settings, path: Path | None = None) -> "MainWindow":
    """A window on `path`, or on the first example where that cannot be opened, already shown."""
    from playground.ui.main_window import MainWindow
    from playground.ui.session import Session

    app = QApplication.instance()
    assert isinstance(app, QApplication)
    session = Session(settings=settings)
    if not settings.theme:
        session.theme = THEMES[system_scheme()]
    kept: list[Notice] = []
    session.notice.connect(kept.append)
    session.unseen = True
    begin(session, path)
    window = MainWindow(session)
    apply_theme(app, session.theme)  # after building: so every widget is polished once, not at every change of parent
    session.notice.disconnect(kept.append)
    for notice in kept:
        window.notices.show_notice(notice)
    QGuiApplication.styleHints().colorSchemeChanged.connect(lambda _: follow_system(session))
    catch_errors(settings, window)
    window.show()
    return window


def begin(session: "Session", path: Path | None) -> None:
    """Open what the command line named: an experiment, or a table or text for the first example's networks to learn."""
    if path is not None and path.suffix.lower() not in DATA and session.open(path):
        return
    session.new_from_example(FIRST_EXAMPLE)
    session.select(Selection("task"))
    if path is not None and path.suffix.lower() in DATA:
        session.feed_file(path)


def system_scheme() -> str:
    """ "light" or "dark", as the system has it; light where it does not say."""
    hints = QGuiApplication.styleHints()
    return "dark" if hints.colorScheme() == Qt.ColorScheme.Dark else "light"


def follow_system(session: "Session") -> None:
    """The system went dark or light: so do we, unless the person has chosen."""
    if not session.settings.theme:
        session.set_theme(system_scheme(), remember=False)


class ErrorTeller(QObject):
    """Takes what Python would only print: logs it, and tells the person that the window goes on."""

    happened = Signal(str)

    def __init__(self, settings: Settings, parent: QObject) -> None:
        super().__init__(parent)
        self._log_file = settings.log_file
        self._told: set[str] = set()
        try:
            self._log_file.parent.mkdir(parents=True, exist_ok=True)
            handler = logging.handlers.RotatingFileHandler(
                self._log_file, maxBytes=1_000_000, backupCount=1, delay=True, encoding="utf-8"
            )
        except OSError:
            return
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        logging.getLogger("playground").addHandler(handler)

    def take(self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        """An exception that nobody caught. The same one is told once."""
        if issubclass(kind, KeyboardInterrupt):
            QTimer.singleShot(0, QApplication.quit)
            return
        text = "".join(traceback.format_exception(kind, error, trace))
        log.error("not caught:\n%s", text)
        sys.stderr.write(text)
        place = text.rsplit("File ", 1)[-1]
        if place not in self._told:
            self._told.add(place)
            self.happened.emit(f"{kind.__name__}: {error}")


def catch_errors(settings: Settings, window: "MainWindow") -> None:
    """From now on an error in the window is shown and logged, and the window stays."""
    teller = ErrorTeller(settings, window)
    sys.excepthook = teller.take
    threading.excepthook = lambda args: teller.take(args.exc_type, args.exc_value, args.exc_traceback)

    def tell(text: str) -> None:
        sentence = window.tr("Something went wrong in the window ({0}). Your experiment is kept; details are in {1}.")
        actions = ((window.tr("Save as…"), window.ask_save),)
        window.notices.show_notice(Notice("error", sentence.format(text, settings.log_file), actions))

    teller.happened.connect(tell)
