"""Plots as citizens: any number, docked, tabbed, floating, on the whole screen; linked; layouts kept."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from playground.ui.figures import render
from playground.ui.plot_area import FIRST
from playground.ui.plots import PLOTS
from playground.ui.state import Selection

NONE = Qt.KeyboardModifier.NoModifier
LEFT = Qt.MouseButton.LeftButton


def wheel(chart, modifiers=NONE, notches: int = 2) -> None:
    at = QPointF(chart.mapping().rect.center())
    view = chart.viewport()
    turn, none = QPoint(0, 120 * notches), Qt.MouseButton.NoButton
    phase = Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(at, view.mapToGlobal(at), QPoint(), turn, none, modifiers, phase, False)
    QApplication.sendEvent(view, event)


def place(chart, x: float) -> QPoint:
    mapping = chart.mapping()
    return QPoint(round(float(mapping.x(np.array([x]))[0])), round(mapping.rect.center().y()))


# -- the menu -----------------------------------------------------------------------------------------------------


def test_the_menu_has_every_plot_in_its_group(quiet, plots):
    menu = quiet.menus.plot_menu
    assert {name for name in menu.lasting() if name != "view.full_screen"} == {f"view.{name}" for name in PLOTS}
    assert {kind.group for kind in PLOTS.values()} <= set(menu.groups)
    assert all(action.toolTip() and action.text() for action in menu.lasting().values())
    assert {name for name in PLOTS if menu.actions[f"view.{name}"].isChecked()} == set(FIRST)


def test_a_plot_that_was_never_asked_for_does_not_exist(plots):
    assert set(plots.docks) == set(FIRST)


@pytest.mark.parametrize("name", sorted(set(PLOTS) - set(FIRST)))
def test_opened_from_the_menu_it_is_a_tab_in_front(name, quiet, plots):
    quiet.menus.actions[f"view.{name}"].trigger()
    dock = plots.docks[name]
    QApplication.processEvents()
    assert dock.isVisible() and dock.plot.seen and plots.tabifiedDockWidgets(dock)
    dock.plot.refresh()
    quiet.menus.actions[f"view.{name}"].trigger()
    assert dock.isHidden() and not quiet.menus.actions[f"view.{name}"].isChecked()


def test_a_tab_that_is_brought_forward_shows_what_is_new(quiet, plots, qtbot):
    plots.arrange_all()
    behind = next(dock for dock in plots.docks.values() if dock.isVisible() and not dock.plot.seen)
    qtbot.waitUntil(lambda: not plots.refresher.awake)
    behind.plot.make_stale()
    qtbot.waitUntil(lambda: not plots.refresher.awake)
    drawn = behind.plot.refreshes
    assert behind.plot.stale and not behind.plot.seen
    behind.raise_()
    qtbot.waitUntil(lambda: not behind.plot.stale)
    assert behind.plot.seen and behind.plot.refreshes == drawn + 1


def test_two_of_a_kind_look_at_different_layers(quiet, plots):
    first = plots.docks["gates"].plot
    first.refresh()
    quiet.menus.plot_menu._list_kinds()
    quiet.menus.plot_menu.actions["another.gates"].trigger()
    second = plots.docks["gates-2"].plot
    second.refresh()
    assert second.title == "Gates 2" and second.objectName() == "plot.gates-2"
    second.chooser("layer").choose(("RNN", "layer1"))
    first.chooser("layer").choose(("LSTM", "layer1"))
    for plot in (first, second):
        plot.refresh()
    assert "forget" in first.chart.curves and "forget" not in second.chart.curves
    quiet.session.select(Selection("layer", "LSTM", "layer1"))
    assert second.chooser("layer").currentData() == ("RNN", "layer1"), "it keeps its own"
    first.chooser("layer").choose(("RNN", "layer1"))
    quiet.session.select(None)
    quiet.session.select(Selection("layer", "LSTM", "layer1"))
    assert first.chooser("layer").currentData() == ("LSTM", "layer1"), "it follows"


def test_a_second_one_is_gone_when_it_is_closed_and_the_first_stays(qtbot, plots):
    dock = plots.another("hidden")
    QApplication.processEvents()
    corner = dock._corner.close_button
    assert corner.accessibleName() and corner.toolTip()
    with qtbot.waitSignal(dock.destroyed):
        QTest.mouseClick(corner, LEFT)
    assert "hidden-2" not in plots.docks
    plots.docks["hidden"].close()
    assert "hidden" in plots.docks and not plots.is_open("hidden")
    assert plots.open_plot("hidden").isVisible()


def test_the_three_dots_open_the_menu_of_the_plot(qtbot, plots):
    dock = plots.docks["loss"]
    QTest.mouseClick(dock._corner.menu, LEFT)
    menu = next(w for w in QApplication.topLevelWidgets() if isinstance(w, QMenu) and w.isVisible())
    names = {action.objectName() for action in menu.actions()}
    assert {"plot.loss.screen", "plot.loss.float", "plot.loss.another", "plot.loss.close", "log_x", "linked"} <= names
    menu.close()


# -- floating and the whole screen --------------------------------------------------------------------------------


def test_a_plot_floats_and_comes_back(quiet, plots, tmp_path):
    dock = plots.docks["gradient"]
    next(action for action in dock.plot.acts if action.objectName().endswith("float")).trigger()
    QApplication.processEvents()
    assert dock.isFloating() and dock.isVisible() and dock.plot.seen
    dock.resize(500, 320)
    QApplication.processEvents()
    picture = render(dock.plot, tmp_path / "floating.png", "png", 1.0)
    assert QImage(str(picture)).size() == dock.plot.chart.size()
    dock.toggle_floating()
    assert not dock.isFloating() and dock.isVisible()


@pytest.mark.parametrize("way", ["menu", "title", "escape"])
def test_the_whole_screen_and_back(way, quiet, plots):
    dock = plots.docks["loss"]
    dock.plot.setFocus()
    if way == "title":
        QTest.mouseDClick(dock.plot.chart.viewport(), LEFT, NONE, QPoint(20, 14))
    else:
        quiet.menus.actions["view.full_screen"].trigger()
    QApplication.processEvents()
    screen = dock.screen_window
    assert dock.on_screen and screen.isFullScreen() and dock.plot.window() is screen and dock.plot.seen
    if way == "title":
        QTest.mouseDClick(dock.plot.chart.viewport(), LEFT, NONE, QPoint(20, 14))
    else:
        QTest.keyClick(screen, Qt.Key.Key_Escape if way == "escape" else Qt.Key.Key_F11)
    QApplication.processEvents()
    assert not dock.on_screen and dock.plot.window() is quiet and dock.plot.isVisible()


def test_a_plot_that_is_closed_on_the_whole_screen_goes_home(quiet, plots):
    dock = plots.docks["loss"]
    dock.toggle_full_screen()
    dock.screen_window.close()
    assert dock.plot.window() is quiet and dock.isVisible()


# -- linked -------------------------------------------------------------------------------------------------------


def test_zoomed_in_one_all_follow_and_an_unlinked_one_does_not(plots):
    gates, gradient, hidden = (plots.docks[name].plot for name in ("gates", "gradient", "hidden"))
    loss = plots.docks["loss"].plot
    before = loss.chart.area.viewRange()
    hidden.set_linked(False)
    wheel(gates.chart)
    x = gates.chart.x_range()
    assert x[1] - x[0] < 10 and gates.chart.following_y
    assert gradient.chart.x_range() == pytest.approx(x) and loss.chart.area.viewRange() == before
    assert hidden.chart.following
    hidden.set_linked(True)
    assert hidden.chart.x_range() == pytest.approx(x)
    gates.session.traces_changed.emit(gates.session.traces)
    for plot in (gates, gradient, hidden):
        plot.refresh()
        assert plot.chart.x_range() == pytest.approx(x), "new data must not undo a person's zoom"
    gradient.chart.reset_zoom()
    assert gates.chart.following and hidden.chart.following


def test_a_plot_that_is_opened_later_shows_the_same_stretch(plots):
    wheel(plots.docks["gates"].plot.chart)
    x = plots.docks["gates"].plot.chart.x_range()
    later = plots.another("gradient").plot
    later.refresh()
    assert later.chart.x_range() == pytest.approx(x)
    plots._session.opened.emit(plots._session.experiment)
    assert later.chart.following and plots.docks["gates"].plot.chart.following


def test_the_hair_line_is_in_every_plot_with_the_same_axis(qtbot, plots):
    gates, gradient, hidden, loss = (plots.docks[name].plot for name in ("gates", "gradient", "hidden", "loss"))
    QTest.mouseMove(gates.chart.viewport(), place(gates.chart, 6.0))
    QApplication.processEvents()
    qtbot.waitUntil(lambda: gradient.chart.readout.isVisible())
    assert gates.chart.readout.head == gradient.chart.readout.head == hidden.chart.readout.head == "t 6"
    values = plots._session.traces.networks[1].gradients["layer1/h"]
    told = {reading.name: reading.value for reading in gradient.chart.readout.readings}
    assert told["LSTM h"].startswith(f"{values[6]:.3g}"[:3])
    assert not loss.chart.readout.isVisible() and not hidden.chart.readout.readings
    QApplication.sendEvent(gates.chart, QEvent(QEvent.Type.Leave))
    qtbot.waitUntil(lambda: not gradient.chart.readout.isVisible())


def test_a_unit_that_is_clicked_in_the_heatmap_is_shown_by_the_gates(plots):
    hidden, gates = plots.docks["hidden"].plot, plots.docks["gates"].plot
    plots.docks["hidden"].raise_()
    QApplication.processEvents()
    for plot in (hidden, gates):
        plot.chooser("layer").choose(("LSTM", "layer1"))
        plot.refresh()
    mapping = hidden.chart.mapping()
    row = QPoint(place(hidden.chart, 5.0).x(), round(float(mapping.y(np.array([2.0]))[0])))
    QTest.mouseClick(hidden.chart.viewport(), LEFT, NONE, row)
    assert gates.chooser("unit").currentData() == 2 and plots._session.time == 5


def test_a_node_and_a_unit_chosen_inside_the_cell_are_shown(plots):
    session, hidden, gates = plots._session, plots.docks["hidden"].plot, plots.docks["gates"].plot
    session.workshop.enter("LSTM", "layer1")
    session.workshop.choose("forget")
    session.workshop.set_unit(1)
    assert hidden.chooser("node").currentData() == "forget" and gates.chooser("unit").currentData() == 1
    gates.set_follows(False)
    session.workshop.set_unit(2)
    assert gates.chooser("unit").currentData() == 1
    session.workshop.leave()


# -- zoom and axes ------------------------------------------------------------------------------------------------


def test_a_box_is_zoomed_into_and_ctrl_wheel_zooms_y(plots):
    chart = plots.docks["loss"].plot.chart
    (x0, x1), (y0, y1) = chart.area.viewRange()
    wheel(chart, Qt.KeyboardModifier.ControlModifier)
    assert chart.area.viewRange()[0] == [x0, x1] and chart.area.viewRange()[1] != [y0, y1]
    chart.reset_zoom()
    rect = chart.mapping().rect
    begin, end = rect.topLeft().toPoint() + QPoint(40, 12), rect.topLeft().toPoint() + QPoint(140, 50)
    low, high = chart.mapping().value_x(begin.x()), chart.mapping().value_x(end.x())
    top, bottom = chart.mapping().value_y(begin.y()), chart.mapping().value_y(end.y())
    chart.area.boxed.emit(QRectF(QPointF(begin), QPointF(end)))
    assert chart.area.viewRange()[0] == pytest.approx([low, high]) and not chart.following
    assert chart.area.viewRange()[1] == pytest.approx([bottom, top])
    plots.docks["loss"].plot.setFocus()
    QTest.keyClick(plots.docks["loss"].plot, Qt.Key.Key_0)
    assert chart.following and chart.area.viewRange() == [[x0, x1], [y0, y1]]


def test_shift_and_a_drag_draw_the_box(plots):
    from pyqtgraph.GraphicsScene.mouseEvents import MouseDragEvent

    chart = plots.docks["loss"].plot.chart
    heard, shown = [], []
    chart.area.boxed.connect(heard.append)
    chart.area.box_drawn.connect(shown.append)

    class Move:  # what pyqtgraph's scene hands on of a mouse move
        def __init__(self, at: QPointF) -> None:
            self.at = at

        def scenePos(self) -> QPointF:
            return self.at

        def screenPos(self) -> QPoint:
            return self.at.toPoint()

        def buttons(self):
            return LEFT

        def modifiers(self):
            return Qt.KeyboardModifier.ShiftModifier

        def buttonDownScenePos(self, button=LEFT) -> QPointF:
            return start

        def buttonDownScreenPos(self, button=LEFT) -> QPoint:
            return start.toPoint()

        def button(self):
            return LEFT

    rect = chart.mapping().rect
    start = rect.topLeft() + QPointF(30, 10)
    press, move = Move(start), Move(start + QPointF(80, 30))
    for finish in (False, True):
        event = MouseDragEvent(move, press, press, start=not finish, finish=finish)
        event.currentItem = chart.area
        chart.area.mouseDragEvent(event)
    assert len(heard) == 1 and heard[0].width() == pytest.approx(80) and heard[0].height() == pytest.approx(30)
    assert not shown[0].isEmpty() and shown[-1].isEmpty()


def test_the_keyboard_zooms_and_pans(plots):
    plot = plots.docks["loss"].plot
    plot.setFocus()
    low, high = plot.chart.x_range()
    QTest.keyClick(plot, Qt.Key.Key_Plus)
    near = plot.chart.x_range()
    assert near[1] - near[0] == pytest.approx(0.8 * (high - low))
    QTest.keyClick(plot, Qt.Key.Key_Period)
    assert plot.chart.x_range()[0] > near[0]
    for _ in range(4):
        QTest.keyClick(plot, Qt.Key.Key_Minus)
    assert plot.chart.following, "zoomed out beyond everything, it shows everything again"


def test_a_logarithmic_training_step(plots):
    plot = plots.docks["loss"].plot
    assert plot.can_log_x and not plots.docks["gates"].plot.can_log_x
    plot.set_log_x(True)
    plot.refresh()
    mapping = plot.chart.mapping()
    assert mapping.low == pytest.approx(1.0) and mapping.high == pytest.approx(30.0)
    middle = mapping.value_x(mapping.rect.center().x())
    assert middle == pytest.approx((mapping.low * mapping.high) ** 0.5)
    assert "10" in [text for _, text in plot.chart.frame._x_ticks]
    assert plot.chart.read_at(10.0).startswith("step 10")
    metric = plots.docks["metric"].plot
    plot.chart.show_x((2.0, 20.0))
    assert plot.chart.x_range() == pytest.approx((2.0, 20.0))
    plot.chart.x_zoomed.emit((2.0, 20.0))
    assert metric.chart.area.viewRange()[0] == pytest.approx([2.0, 20.0]), "linked in values, not in positions"
    assert plot.settings()["log_x"] is True


def test_a_double_click_in_the_legend_shows_only_this(plots):
    plot = plots.docks["loss"].plot
    entry = next(item for item in plot.chart._legend.items if item.entry.group == "LSTM")
    at = plot.chart.mapFromScene(entry.mapToScene(entry.boundingRect().center()))
    view = plot.chart.viewport()

    def double() -> None:
        QTest.mouseClick(view, LEFT, NONE, at)
        QTest.mouseDClick(view, LEFT, NONE, at)

    double()
    assert plot.chart.hidden == {"RNN"}, "train and test are no rivals of a network"
    double()
    assert plot.chart.hidden == set()
