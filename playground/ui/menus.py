"""The menus of the window and its shortcuts. Every action has a name, so that tests and help can find it."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QWhatsThis

from playground.ui.engine.menu import EngineMenu
from playground.ui.interventions.menu import ReachMenu
from playground.ui.race.menus import RepeatsMenu

if TYPE_CHECKING:
    from playground.ui.main_window import MainWindow
    from playground.ui.plot_area import PlotArea

FORMATS = ("svg", "pdf", "png", "csv")
Keys = QKeySequence.StandardKey


class Menus(QObject):
    """Builds the menu bar. `actions` by name."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window, self._session = window, window.session
        self.actions: dict[str, QAction] = {}
        self._build_file()
        self._build_edit()
        self._build_cell()
        self._build_reach()
        self._build_train()
        self._build_view()
        self._build_help()
        self._session.document_changed.connect(lambda _: self.refresh())
        self._session.selection_changed.connect(lambda _: self.refresh())
        self._session.phase_changed.connect(self.refresh)
        self._session.weights.intervened.connect(self.refresh)
        self._session.workshop.inside_changed.connect(lambda _: self.refresh())
        self._session.workshop.chosen_changed.connect(self.refresh)
        self._session.reaching.changed.connect(self.refresh)
        self.refresh()
        self._refresh_moments()

    def refresh(self) -> None:
        """What can be done now, in words of now."""
        session, history = self._session, self._session.history
        undo, redo = self.actions["edit.undo"], self.actions["edit.redo"]
        undo.setEnabled(history.can_undo)
        undo.setText(self.tr("Undo {0}").format(history.undo_label).strip())
        redo.setEnabled(history.can_redo)
        redo.setText(self.tr("Redo {0}").format(history.redo_label).strip())
        self.actions["edit.remove"].setEnabled(self._window.can_remove())
        inside = session.workshop.inside is not None
        for name in ("code", "keep", "save", "version"):
            self.actions[f"cell.{name}"].setEnabled(inside)
        self.actions["cell.explain"].setEnabled(inside and len(session.workshop.nodes) == 1)
        for name, on in self._reach.can().items():
            self.actions[name].setEnabled(on)
        active, dead = session.run_state.active, session.run_state.state == "dead"
        play = self.actions["train.play"]
        play.setText(self.tr("Pause") if active else self.tr("Play"))
        for name in ("train.play", "train.step", "train.reset"):
            usable = not dead or name == "train.reset"
            self.actions[name].setEnabled(usable and bool(session.experiment.networks))

    def _build_file(self) -> None:
        window, menu = self._window, self._menu("file", self.tr("&File"))
        self._new = menu.addMenu(self.tr("New from example"))
        self._new.aboutToShow.connect(self._list_examples)
        self._list_examples()
        self._add(menu, "file.open", self.tr("Open…"), window.ask_open, Keys.Open)
        self._recent = menu.addMenu(self.tr("Open recent"))
        self._recent.aboutToShow.connect(self._list_recent)
        menu.addSeparator()
        self._add(menu, "file.save", self.tr("Save"), lambda: self._session.save(), Keys.Save)
        self._add(menu, "file.save_as", self.tr("Save as…"), window.ask_save, Keys.SaveAs)
        menu.addSeparator()
        self._add(menu, "file.feed", self.tr("Feed a CSV or text file…"), window.ask_feed, "Ctrl+Shift+O")
        self._export = menu.addMenu(self.tr("Export"))
        self._export.aboutToShow.connect(self._list_exports)
        menu.addSeparator()
        self._add(menu, "file.quit", self.tr("Quit"), window.close, Keys.Quit)

    def _build_edit(self) -> None:
        menu = self._menu("edit", self.tr("&Edit"))
        self._add(menu, "edit.undo", self.tr("Undo"), self._session.undo, Keys.Undo)
        self._add(menu, "edit.redo", self.tr("Redo"), self._session.redo, Keys.Redo)
        menu.addSeparator()
        self._add(menu, "edit.remove", self.tr("Remove what is selected"), self._window.remove_selected, Keys.Delete)
        self._add(menu, "edit.deselect", self.tr("Select nothing"), self._window.deselect, "Escape")

    def _build_cell(self) -> None:
        """About the open cell."""
        acts, menu = self._window.inspector.cell_pages.actions, self._menu("cell", self.tr("&Cell"))
        self._add(menu, "cell.explain", self.tr("Explain this number"), acts.explain_chosen, "Ctrl+E")
        self._add(menu, "cell.code", self.tr("Show the code…"), acts.show_code, "Ctrl+Shift+C")
        menu.addSeparator()
        self._add(menu, "cell.keep", self.tr("Save to my cells"), acts.keep)
        self._add(menu, "cell.save", self.tr("Save the cell to a file…"), acts.save_file)
        self._add(menu, "cell.version", self.tr("New version of the cell"), acts.new_version)
        menu.addSeparator()
        self._add(menu, "cell.add", self.tr("Add a cell from a file…"), acts.ask_cell)

    def _build_reach(self) -> None:
        """Interventions: what is chosen in the open cell, the chosen network, and the whole list."""
        window = self._window
        self._reach = ReachMenu(self._session, window.centre, window.interventions, self)
        self._reach.fill(self._menu("reach", self.tr("&Reach in")), self._add)

    def _build_train(self) -> None:
        menu = self._menu("train", self.tr("&Train"))
        self._add(menu, "train.play", self.tr("Play"), self._session.toggle, "Space")
        self._add(menu, "train.step", self.tr("One step"), self._session.step, "Right")
        self._add(menu, "train.slow", self.tr("Slow motion"), self._window.slow.start, "M")
        self._add(menu, "train.reset", self.tr("Reset to the same initial weights"), self._session.reset, "R")
        menu.addSeparator()
        moments = self._session.moments
        self._add(menu, "train.earlier", self.tr("Look at an earlier moment"), partial(moments.go, -1), "[")
        self._add(menu, "train.later", self.tr("Look at a later moment"), partial(moments.go, 1), "]")
        self._add(menu, "train.live", self.tr("Back to live"), moments.live, "Ctrl+]")
        self._add(menu, "train.branch", self.tr("Branch from the moment that is looked at"), moments.branch, "Ctrl+B")
        self._add(menu, "train.other", self.tr("Back to the other branch"), self._session.other_branch)
        moments.listed.connect(self._refresh_moments)
        moments.looked.connect(self._refresh_moments)
        menu.addSeparator()
        menu.addMenu(EngineMenu(self._session, False, menu))
        menu.addMenu(RepeatsMenu(self._session, menu))
        self._add(menu, "train.lab", self.tr("Power lab…"), self._window.show_power_lab, "Ctrl+L")

    def _refresh_moments(self) -> None:
        moments = self._session.moments
        place = moments.steps.index(moments.at) if moments.at in moments.steps else len(moments.steps)
        self.actions["train.earlier"].setEnabled(place > 0)
        for name in ("later", "live", "branch"):
            self.actions[f"train.{name}"].setEnabled(moments.back)
        self.actions["train.other"].setEnabled(moments.other is not None)

    def _build_view(self) -> None:
        window, menu = self._window, self._menu("view", self.tr("&View"))
        self._plots = menu.addMenu(self.tr("Plots"))
        window.place.came.connect(self._add_plots)
        self._log_y = self._add(menu, "view.log_y", self.tr("Logarithmic loss"), self._set_log_y, "L")
        self._log_y.setCheckable(True)
        menu.aboutToShow.connect(lambda: self._log_y.setChecked(window.plots.plots()["loss"].log_y))
        self._add(menu, "view.arrange", self.tr("Arrange the window as at first"), window.arrange)
        menu.addSeparator()
        group = QActionGroup(self)
        for name, text in (("light", self.tr("Light")), ("dark", self.tr("Dark"))):
            action = self._add(menu, f"view.{name}", text, partial(self._session.set_theme, name))
            action.setCheckable(True)
            action.setChecked(self._session.theme.name == name)
            group.addAction(action)
        self._session.theme_changed.connect(lambda theme: self.actions[f"view.{theme.name}"].setChecked(True))

    def _add_plots(self, plots: "PlotArea") -> None:
        """One action for each kind, once they are there."""
        from playground.ui.plot_menu import PlotMenu

        self.plot_menu = PlotMenu(self._plots, plots, self._session.settings, self._window.arrange)
        self.actions |= self.plot_menu.lasting()

    def _build_help(self) -> None:
        menu = self._menu("help", self.tr("&Help"))
        self._add(menu, "help.what", self.tr("What is this?"), QWhatsThis.enterWhatsThisMode, Keys.WhatsThis)
        self.actions["help.what"].setShortcuts([QKeySequence("F1"), QKeySequence("Shift+F1")])
        self._add(menu, "help.keys", self.tr("Keys"), self._window.show_keys, "Ctrl+K")
        self._add(menu, "help.about", self.tr("About RNN Playground"), self._window.show_about)

    def _set_log_y(self) -> None:
        loss = self._window.plots.plots()["loss"]
        loss.set_log_y(not loss.log_y)
        self._log_y.setChecked(loss.log_y)

    def _list_examples(self) -> None:
        from playground.experiment.files import examples

        self._new.clear()
        for name in examples():
            text = name.replace("-", " ").capitalize()
            action = self._add(self._new, f"new.{name}", text, partial(self._window.new_from_example, name))
            if name == "delayed-recall":
                action.setShortcut(QKeySequence(Keys.New))

    def _list_recent(self) -> None:
        self._recent.clear()
        paths = self._session.settings.recent
        for path in paths:
            action = self._add(self._recent, f"recent.{path.name}", path.name, self._opener(path))
            action.setToolTip(str(path))
        if not paths:
            self._recent.addAction(self.tr("nothing yet")).setEnabled(False)
        else:
            self._recent.addSeparator()
            self._add(self._recent, "recent.forget", self.tr("Forget these"), self._session.settings.forget_recent)

    def _opener(self, path: Path) -> Callable[[], object]:
        return lambda: self._window.open(path)

    def _list_exports(self) -> None:
        self._export.clear()
        for name, title, part in self._window.exportable():
            menu = self._export.addMenu(title)
            menu.setObjectName(f"export.{name}")
            for format in FORMATS:
                self._add(menu, f"export.{name}.{format}", f"{format.upper()}…", self._exporter(part, format))

        self._export.addSeparator()
        menu = self._export.addMenu(self.tr("Everything"))
        for format in FORMATS:
            every = partial(self._window.export_all, format)
            self._add(menu, f"export.all.{format}", f"{format.upper()}…", every)

    def _exporter(self, part: object, format: str) -> Callable[[], object]:
        def run() -> None:
            from playground.ui.figures.dialog import export_dialog

            export_dialog(self._window, part, format)

        return run

    def _menu(self, name: str, text: str) -> QMenu:
        menu = self._window.menuBar().addMenu(text)
        menu.setObjectName(f"menu.{name}")
        menu.setToolTipsVisible(True)
        return menu

    def _add(
        self, menu: QMenu, name: str, text: str, act: Callable[[], object], keys: QKeySequence.StandardKey | str = ""
    ) -> QAction:
        action = QAction(text, self._window)
        action.setObjectName(name)
        if isinstance(keys, str):
            action.setShortcut(QKeySequence(keys))
        else:
            action.setShortcuts(keys)
        action.triggered.connect(lambda _=False: act())
        menu.addAction(action)
        self.actions[name] = action
        return action
