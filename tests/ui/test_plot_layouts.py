"""Layouts of the plots: kept under a name, in the document, for the next launch; and back to the first."""

import json

import pytest
from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QApplication, QInputDialog, QTabBar

from playground.experiment import files
from playground.ui.plot_area import FIRST, kind_of
from playground.ui.plots import PLOTS


def test_a_layout_is_kept_under_a_name_and_comes_back(quiet, plots):
    menu = quiet.menus.plot_menu
    plots.another("gates").plot.chooser("layer").want(("RNN", "layer1"))
    plots.docks["loss"].plot.set_log_x(True)
    plots.docks["prediction"].close()
    menu.actions["layout.keep"].trigger()
    dialog = next(w for w in quiet.findChildren(QInputDialog) if w.isVisible())
    dialog.setTextValue("mine")
    dialog.accept()
    assert menu.layouts.names() == ["mine"]
    menu._list_layouts()
    menu.actions["layout.first"].trigger()
    assert "gates-2" not in plots.docks and plots.is_open("prediction")
    plots.docks["loss"].plot.set_log_x(False)
    menu.actions["layout.own.mine"].trigger()
    assert plots.is_open("gates-2") and not plots.is_open("prediction") and plots.docks["loss"].plot.log_x
    again = plots.docks["gates-2"].plot
    again.refresh()
    assert again.chooser("layer").currentData() == ("RNN", "layer1") and not again.follows
    menu._list_layouts()
    menu.actions["layout.forget.mine"].trigger()
    assert menu.layouts.names() == []


@pytest.mark.parametrize("group", ["training", "sequence", "memory", "gradient"])
def test_the_layout_of_a_group(group, quiet, plots):
    quiet.menus.plot_menu.actions[f"layout.{group}"].trigger()
    assert {id for id in plots.docks if plots.is_open(id)} == {n for n, kind in PLOTS.items() if kind.group == group}


def test_every_plot_at_once_and_back_to_the_first_layout(quiet, plots):
    quiet.menus.plot_menu.actions["layout.all"].trigger()
    QApplication.processEvents()
    assert {id for id in plots.docks if plots.is_open(id)} == set(PLOTS)
    bars = [bar for bar in plots.findChildren(QTabBar) if bar.isVisible()]
    assert bars and all(bar.usesScrollButtons() and bar.accessibleName() for bar in bars)
    assert (quiet.width(), quiet.height()) == (1280, 800), "the window does not grow"
    quiet.menus.actions["view.arrange"].trigger()
    assert {id for id in plots.docks if plots.is_open(id)} == set(FIRST)


def test_the_document_has_the_layout(quiet, plots, tmp_path):
    plots.another("gates").plot.chooser("layer").want(("RNN", "layer1"))
    plots.docks["metric"].setFloating(True)
    session = quiet.session
    assert session.save(tmp_path / "mine")
    view = files.load(session.path).view["plots"]
    assert "gates-2" in view["open"] and view["settings"]["gates-2"]["chosen"]["layer"] == ["RNN", "layer1"]
    plots.arrange()
    session.history.saved()
    session.new_from_example("adding")
    session.open(tmp_path / "mine.experiment.json")
    assert plots.is_open("gates-2") and plots.docks["metric"].isFloating()
    plots.docks["gates-2"].plot.refresh()
    assert plots.docks["gates-2"].plot.chooser("layer").currentData() == ("RNN", "layer1")


def test_nonsense_in_a_layout_does_no_harm(plots):
    assert not plots.restore(QByteArray(b"\x00no layout"))
    for view in (3, {"open": ["nonsense", 7, "gates-1", "loss-x"]}, {"open": ["loss"], "docks": "%%%"},
                 {"open": FIRST, "settings": {"gates": {"chosen": {"layer": 4}, "linked": "yes"}}}):  # fmt: skip
        plots.take_view(json.loads(json.dumps(view)))
    assert kind_of("gates-12") == "gates" and kind_of("gates-1") == kind_of("nonsense-2") == ""
    plots.arrange()
    plots.docks["gates"].plot.refresh()
    assert plots.is_open("gates")


@pytest.mark.parametrize(
    "widths", [[2**40, 2], [10**25], [1e308, 1], [float("nan"), -5], ["a", None, []], [True] * 300]
)
def test_widths_of_a_stranger_do_no_harm(plots, widths):
    plots.take_view({"open": [{}, [1], "loss", "loss", "gates-2", 7], "widths": widths})
    QApplication.processEvents()
    assert {id for id in plots.docks if plots.is_open(id)} == {"loss", "gates-2"}
    plots.arrange()


def test_every_plot_stands_with_its_group(quiet, plots):
    from playground.ui.plot_area import HOSTS

    for low in (False, True):
        plots._low = low
        plots.arrange_all()
        for group in HOSTS:
            names = [name for name, kind in PLOTS.items() if kind.group == group]
            beside = plots.tabifiedDockWidgets(plots.docks[names[0]])
            assert {plots.docks[name] for name in names[1:]} <= set(beside)


def test_the_menu_says_of_each_plot_what_it_shows_in_one_line(quiet, plots):
    for name in PLOTS:
        action = quiet.menus.plot_menu.actions[f"view.{name}"]
        assert 20 < len(action.toolTip()) < 130 and action.toolTip()[0].isupper()
        assert len(action.text()) <= 36 and action.whatsThis()
