"""The inspector: the settings of whatever is selected."""

from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from playground.experiment.edits import net_of
from playground.ui.inspector.experiment_page import ExperimentPage
from playground.ui.inspector.form import Form
from playground.ui.inspector.layer_page import LayerPage
from playground.ui.inspector.net_page import NetPage, ReadoutPage, cell_of_or_name
from playground.ui.inspector.task_page import TaskPage
from playground.ui.sequences import title_of
from playground.ui.session import Session
from playground.ui.state import Selection
from playground.ui.widgets.card import Card

LARGE = 80  # nodes of a cell


class Inspector(Card):
    """Builds a page when its subject changes, and only refreshes it while the subject stays."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("inspector", " ", scroll=True, parent=parent)
        self._session = session
        self.setMinimumHeight(150)
        self._key: Any = "nothing built yet"
        self._page: Form = Form(session)
        from playground.ui.cell_panels.pages import (
            CellPages,  # here, because those pages build on the forms of this package
        )

        self.cell_pages = CellPages(session, self)
        self.body.addWidget(self._page)
        self.body.addStretch(1)
        self._late = QTimer(self, singleShot=True, interval=0)
        self._late.timeout.connect(self.refresh)
        session.document_changed.connect(lambda _: self._document_changed())
        session.selection_changed.connect(lambda _: self.refresh())
        session.started.connect(lambda _: self._page.refresh())
        session.theme_changed.connect(lambda _: self._show_title())
        session.workshop.inside_changed.connect(lambda _: self.refresh())
        session.workshop.chosen_changed.connect(self.refresh)
        self.refresh()

    def _document_changed(self) -> None:
        """The formulas of a large cell take a moment: the canvas shows the edit first."""
        cell = self._session.workshop.cell
        if cell is not None and len(cell.nodes) > LARGE:
            self._late.start()
        else:
            self.refresh()

    def refresh(self) -> None:
        """Show what is selected."""
        key = self._subject()
        if key != self._key:
            self._key = key
            focused = self._page.focusWidget() if self.isAncestorOf(self.window().focusWidget() or self) else None
            old, self._page = self._page, self._build()
            self.body.replaceWidget(old, self._page)
            old.hide()  # else one that was to be shown with the next event would become a window of its own
            old.setParent(None)
            old.deleteLater()
            self._give_focus(focused.objectName() if focused is not None else "")
        else:
            self._page.refresh()
        self._show_title()

    def _give_focus(self, name: str) -> None:
        """A page that was built again because of what was done in it goes on where it was."""
        again = self._page.findChild(QWidget, name) if name else None
        if again is None:
            self.area.verticalScrollBar().setValue(0)
        else:
            again.setFocus()

    def _subject(self) -> Any:
        """What a page is built for; when this stays, the page can stay."""
        if self._session.workshop.inside is not None:
            return self.cell_pages.subject()
        chosen, experiment = self._session.selection, self._session.experiment
        if chosen is None:
            return None
        if chosen.kind == "task":
            return chosen, type(experiment.task)
        net = net_of(experiment, chosen.net)
        layers = tuple((layer.id, layer.cell, layer.units) for layer in net.layers)
        if chosen.kind == "layer":
            own = next(layer.cell for layer in net.layers if layer.id == chosen.layer)
            return chosen, own, len(layers), experiment.cells
        return chosen, layers if chosen.kind == "net" else ()

    def _build(self) -> Form:
        chosen, session = self._session.selection, self._session
        inside = session.workshop.inside is not None
        if inside:
            return self.cell_pages.build()
        if chosen is None:
            return ExperimentPage(session)
        if chosen.kind == "task":
            return TaskPage(session)
        if chosen.kind == "layer":
            return LayerPage(session, chosen.net, chosen.layer)
        return NetPage(session, chosen.net) if chosen.kind == "net" else ReadoutPage(session, chosen.net)

    def _show_title(self) -> None:
        inside = self._session.workshop.inside is not None
        title, note, colour = self.cell_pages.title() if inside else self._title(self._session.selection)
        self.set_title(title, note)
        self.title.setStyleSheet(f"color: {colour};" if colour else "")

    def _title(self, chosen: Selection | None) -> tuple[str, str, str]:
        experiment = self._session.experiment
        if chosen is None:
            return self.tr("Experiment"), "", ""
        if chosen.kind == "task":
            return title_of(experiment.task), self.tr("sequence"), ""
        names = [net.name for net in experiment.networks]
        colour = self._session.theme.contestant(names.index(chosen.net))
        if chosen.kind == "net":
            return chosen.net, self.tr("network"), colour
        if chosen.kind == "readout":
            return self.tr("Dense readout"), chosen.net, colour
        layers = list(net_of(experiment, chosen.net).layers)
        index = next(index for index, layer in enumerate(layers) if layer.id == chosen.layer)
        title = cell_of_or_name(self._session, layers[index].cell)
        return title, self.tr("layer {0} of {1}").format(index + 1, chosen.net), colour
