"""The context menu of a plot, the same actions for mouse and keyboard."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

if TYPE_CHECKING:
    from playground.ui.plots.base import Plot

FIGURES = (("svg", "SVG"), ("pdf", "PDF"), ("png", "PNG"), ("csv", "CSV"))


def _tr(text: str) -> str:
    return QCoreApplication.translate("PlotMenu", text)


def build_menu(plot: "Plot") -> QMenu:
    """A fresh menu for the plot as it is now."""
    from playground.ui.figures.clipboard import copy_picture
    from playground.ui.figures.dialog import export_dialog

    menu = QMenu(plot)
    menu.setObjectName(f"plot.{plot.id}.menu")
    for format, text in FIGURES:
        action = menu.addAction(_tr("Export {0}…").format(text))
        action.setObjectName(f"export.{format}")
        action.triggered.connect(lambda _=False, format=format: export_dialog(plot.window(), plot, format))
    copy = menu.addAction(_tr("Copy picture"))
    copy.setObjectName("copy")
    copy.triggered.connect(lambda: copy_picture(plot))
    menu.addSeparator()
    if plot.logarithmic:
        log = _checked(menu, "log_y", _tr("Logarithmic y axis"), plot.log_y)
        log.toggled.connect(plot.set_log_y)
    if plot.can_log_x:
        log_x = _checked(menu, "log_x", _tr("Logarithmic x axis"), plot.log_x)
        log_x.toggled.connect(plot.set_log_x)
    if plot.smoothed:
        _smoothing(menu, plot)
    if plot.chart.x_kind:
        link = _checked(menu, "linked", _tr("Zoom and read with the other plots"), plot.linked)
        link.toggled.connect(plot.set_linked)
    if any(chooser.part == "layer" for chooser in plot.choosers):
        follow = _checked(menu, "follows", _tr("Follow what is selected"), plot.follows)
        follow.toggled.connect(plot.set_follows)
    reset = menu.addAction(_tr("Show everything"))
    reset.setObjectName("reset_zoom")
    reset.setEnabled(not plot.chart.following)
    reset.triggered.connect(plot.chart.reset_zoom)
    if plot.chart.entries:
        curves = menu.addMenu(_tr("Curves"))
        curves.setObjectName("curves")
        for entry in plot.chart.entries:
            action = _checked(curves, f"curve.{entry.group}", entry.text, entry.group not in plot.chart.hidden)
            action.triggered.connect(lambda _=False, group=entry.group: plot.chart.switch(group))
    if plot.acts:
        menu.addSeparator()
        menu.addActions(plot.acts)
    return menu


def _checked(menu: QMenu, name: str, text: str, on: bool) -> QAction:
    action = menu.addAction(text)
    action.setObjectName(name)
    action.setCheckable(True)
    action.setChecked(on)
    return action


def _smoothing(menu: QMenu, plot: "Plot") -> None:
    from playground.ui.plots.smoothing import SPANS

    smoothing = menu.addMenu(_tr("Smoothing"))
    smoothing.setObjectName("smoothing")
    group = QActionGroup(smoothing)
    for span in SPANS:
        text = _tr("over {0} steps").format(span) if span > 1 else _tr("none")
        action = _checked(smoothing, f"smoothing.{span}", text, getattr(plot, "span", None) == span)
        group.addAction(action)
        action.triggered.connect(lambda _=False, span=span: plot.set_span(span))  # type: ignore[attr-defined]
