"""Plots that were closed: nothing keeps them, and nothing is told to them."""

import gc
import weakref

import pytest
from PySide6.QtCore import QCoreApplication, QEvent

from playground.ui.plots import PLOTS, make_plot
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
def test_the_collector_may_take_a_plot_at_any_moment(name: str, session) -> None:
    """Without `deleteLater`, as at the end of a script: everything in it goes in any order."""
    for _ in range(2):
        plot = make_plot(name, session)
        plot.resize(400, 200)
        plot.refresh()
        plot.grab()
        plot.loop = plot  # so that only the collector can take it
        kept = weakref.ref(plot)
        del plot
        gc.collect()
        assert kept() is None
