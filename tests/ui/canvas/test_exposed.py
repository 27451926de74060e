"""What is painted again while it trains looks like the whole picture painted anew."""

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage, QRegion
from PySide6.QtWidgets import QGraphicsView

from playground.training.run import Run
from playground.ui.canvas.items import layer
from playground.ui.canvas.items.exposed import exposed_of
from playground.ui.state import Selection


def painted(viewport, region):
    """The pixels of a view when just this region is painted."""
    image = QImage(viewport.size(), QImage.Format.Format_RGB32)
    image.fill(QColor("magenta"))
    viewport.render(image, region.boundingRect().topLeft(), region)
    return np.array(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)


@pytest.mark.parametrize("scale", [1.0, 0.83, 0.7, 1.31])
def test_only_the_heatmaps_again(hands, scale, monkeypatch):
    canvas = hands.canvas
    traces = Run(canvas.session.experiment, engine="numpy").traces()
    canvas.session.record.traces = traces
    canvas.session.traces_changed.emit(traces)
    canvas.view.scale(scale, scale)
    viewport, region, known = canvas.view.viewport(), QRegion(), []
    for item in canvas.picture.layers.values():
        place = canvas.view.viewportTransform().mapRect(item.heat.sceneBoundingRect())
        region += place.toAlignedRect().adjusted(-2, -2, 2, 2) & viewport.rect()

    def watched(item, widget):
        known.append(item._ground.contains(exposed_of(item, widget)))
        return exposed_of(item, widget)

    monkeypatch.setattr(layer, "exposed_of", watched)
    again = painted(viewport, region)
    monkeypatch.setattr(layer, "exposed_of", lambda item, widget: None)
    whole = painted(viewport, region)
    assert known and all(known) and (again == whole).all()
    assert (whole != (255, 0, 255, 255)).any(axis=2).sum() > 1000


def test_nothing_is_known_in_a_figure(hands):
    item = hands.canvas.item_for("Deep", "layer1")
    assert exposed_of(item, None) is None and exposed_of(item, hands.canvas.view.viewport()) is None


def test_every_item_sets_what_it_paints_with(hands):
    """The view puts nothing back between two items: the picture is the same as if it did."""
    canvas, seen = hands.canvas, []
    canvas.session.select(Selection("layer", "Deep", "layer2"))
    canvas.picture.layers[0, 0].set_lit("words")
    canvas.picture.race.set_lit("words")
    for gap in canvas.picture.gaps.values():
        gap.set_lit(True)
    for saved in (True, False):
        canvas.view.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontSavePainterState, not saved)
        seen.append(canvas.view.viewport().grab().toImage())
    assert seen[0] == seen[1]
