"""Plots that were closed: nothing keeps them, and nothing is told to them."""

import gc
import weakref

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from shiboken6 import isValid

from playground.ui.plots import PLOTS, make_plot
from playground.ui.plots.zoom import _living
from playground.ui.state import Selection


def make_and_delete(name: str, session) -> weakref.ref:
    plot = make_plot(name, session)
    plot.resize(400, 200)
    plot.show()
    QCoreApplication.processEvents()
    plot.refresh()
    kept = weakref.ref(plot)
    plot.close()
    plot.deleteLater()
    QCoreApplication.sendPostedEvents(plot, QEvent.Type.DeferredDelete)
    return kept


@pytest.mark.parametrize("name", PLOTS)
def test_a_deleted_plot_is_collected_and_hears_nothing_more(name: str, session, capsys, qtlog) -> None:
    kept = make_and_delete(name, session)
    gc.collect()
    assert kept() is None
    session.select(Selection("layer", "LSTM", "layer2"))
    session.traces_changed.emit(session.traces)
    session.theme_changed.emit(session.theme)
    assert "Error" not in capsys.readouterr().err


@pytest.mark.parametrize("name", PLOTS)
def test_the_collector_gets_no_view_that_qt_has_not_deleted(name: str, session) -> None:
    """It would take it apart in any order, and Qt would crash some time later."""
    plot = make_plot(name, session)
    plot.resize(400, 200)
    plot.refresh()
    plot.loop = plot  # so that only the collector can take it
    chart = plot.chart
    del plot
    gc.collect()
    assert isValid(chart) == (id(chart) in _living), "Qt still has it and it is held, or neither"
    if isValid(chart):
        chart.parent().deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert not isValid(chart) and id(chart) not in _living
