"""Plots that look at the same axis look together: zoomed in one, zoomed in all; read in one, read in all."""

from PySide6.QtCore import QObject, QTimer

from playground.ui.plots.base import Plot

PAUSE = 15  # ms between two moves of the hair lines elsewhere: a mouse tells more often than a screen shows


class Links(QObject):
    """Holds the plots of a window together. Sequence time and training step are axes of their own; a plot that is not
    `linked` keeps to itself."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._plots: list[Plot] = []
        self._zooms: dict[str, tuple[float, float]] = {}
        self._pointed: tuple[Plot, float | None] | None = None
        self._later = QTimer(self, singleShot=True, interval=PAUSE)
        self._later.timeout.connect(self._point)

    def add(self, plot: Plot) -> None:
        """From now on `plot` is one of them, and shows what they show."""
        self._plots.append(plot)
        plot.chart.x_zoomed.connect(lambda wanted: self._zoom(plot, wanted))
        plot.chart.pointed.connect(lambda x: self._hear(plot, x))
        plot.unit_picked.connect(lambda layer, unit: self._pick(plot, layer, unit))
        plot.link_changed.connect(lambda on: self._link(plot, on))
        plot.destroyed.connect(lambda: self.remove(plot))
        self._link(plot, plot.linked)

    def remove(self, plot: Plot) -> None:
        """It goes."""
        self._plots = [other for other in self._plots if other is not plot]
        if self._pointed is not None and self._pointed[0] is plot:
            self._pointed = None

    def _link(self, plot: Plot, on: bool) -> None:
        wanted = self._zooms.get(plot.chart.x_kind)
        if on and wanted is not None:
            plot.chart.show_x(wanted)
        elif not on:
            plot.chart.point_at(None)

    def reset(self) -> None:
        """Everything is shown again, in all plots."""
        self._zooms.clear()
        for plot in self._plots:
            plot.chart.following = True
            plot.chart.show_x(None)

    def _others(self, plot: Plot) -> list[Plot]:
        kind = plot.chart.x_kind
        if not plot.linked or not kind:
            return []
        return [other for other in self._plots if other is not plot and other.linked and other.chart.x_kind == kind]

    def _zoom(self, plot: Plot, wanted: tuple[float, float] | None) -> None:
        if plot.linked and plot.chart.x_kind:
            if wanted is None:
                self._zooms.pop(plot.chart.x_kind, None)
            else:
                self._zooms[plot.chart.x_kind] = wanted
        for other in self._others(plot):
            other.chart.show_x(wanted)

    def _hear(self, plot: Plot, x: float | None) -> None:
        self._pointed = (plot, x)
        if not self._later.isActive():
            self._later.start()

    def _point(self) -> None:
        if self._pointed is None:
            return
        plot, x = self._pointed
        for other in self._others(plot):
            other.chart.point_at(x if other.seen else None)

    def _pick(self, plot: Plot, layer: object, unit: int) -> None:
        for other in self._plots:
            if other is not plot:
                other.take_unit(layer, unit)
