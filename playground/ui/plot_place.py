"""The place of the plots below the canvas: empty ground until they are made."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from playground.ui.session import Session

if TYPE_CHECKING:
    from playground.ui.plot_area import PlotArea

LOW = 800  # px: a window of less height has one row of plots


class PlotPlace(QWidget):
    """`came`: the plots were made. `kept`: their layout when the window was last closed, if that is to be restored."""

    came = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("plots.place")
        self._session = session
        self._plots: PlotArea | None = None
        self.kept: QByteArray | None = None
        self._inside = QVBoxLayout(self)
        self._inside.setContentsMargins(0, 0, 0, 0)

    @property
    def plots(self) -> "PlotArea":
        """Made when first asked for, at the latest after the window's first paint, which does not wait for them: with
        pyqtgraph they take half as long again as all the rest of the window."""
        return self._plots or self.bring()

    def bring(self) -> "PlotArea":
        """Make them, unless they are there: as they were left, and as the document wants them."""
        if self._plots is not None:
            return self._plots
        from playground.ui.plot_area import PlotArea

        self._plots = plots = PlotArea(self._session)
        self.arrange()
        if self.kept is not None:
            plots.restore(self.kept)
        plots.take_view(self._session.experiment.view.get("plots"))
        self._session.opened.connect(lambda experiment: plots.take_view(experiment.view.get("plots")))
        self._inside.addWidget(plots)
        plots.show()  # a layout would do it one turn later
        self.came.emit(plots)
        return plots

    def arrange(self) -> None:
        """As at the first launch."""
        self.plots.arrange(low=self.window().height() < LOW)

    def state(self) -> QByteArray | None:
        """What to keep of them; what was kept, if they never came."""
        return self.kept if self._plots is None else self._plots.state()
