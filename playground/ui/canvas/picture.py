"""The items of one plan: built together, replaced together, found by the places of their network and layer."""

from PySide6.QtCore import QCoreApplication, QRectF
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene

from playground.network.traces import Traces
from playground.tasks.base import Probe
from playground.training.curves import Curves
from playground.ui.canvas.answers import write_answers
from playground.ui.canvas.content import Content, LayerContent, NetContent
from playground.ui.canvas.items.card import Card
from playground.ui.canvas.items.layer import LayerItem
from playground.ui.canvas.items.readout import AnswerItem, CaptionItem, ReadoutItem
from playground.ui.canvas.items.task import TaskItem
from playground.ui.canvas.items.wire import GapItem, WireItem
from playground.ui.canvas.items.zone import ZoneItem
from playground.ui.canvas.layout import Hit, Plan
from playground.ui.canvas.style import Style
from playground.ui.canvas.values import layer_values
from playground.ui.state import Selection


class Picture:
    """Keeps a Python reference to every item (Qt's scene alone would lose them)."""

    def __init__(self, content: Content, plan: Plan, style: Style) -> None:
        self.content, self.plan, self.style = content, plan, style
        self.task = TaskItem(content.task, content.facts, content.task_problem, plan.task, style)
        self.race = ZoneItem(plan.race, not content.nets, style)
        self.layers: dict[tuple[int, int], LayerItem] = {}
        self.gaps: dict[tuple[int, int], GapItem] = {}
        self.readouts: list[ReadoutItem] = []
        self.answers: list[AnswerItem] = []
        self.captions: list[CaptionItem] = []
        self.wires: list[WireItem] = []
        for number, net in enumerate(content.nets):
            self._build_row(number, net)

    def _build_row(self, number: int, net: NetContent) -> None:
        row, style = self.plan.rows[number], self.style
        theme, colour = style.theme, style.contestant(number)
        for place, (layer, rect) in enumerate(zip(net.layers, row.layers, strict=True)):
            title = net.name if len(net.layers) == 1 else layer.label
            self.layers[number, place] = LayerItem(net, layer, title, note_on(layer, title), colour, rect, style)
        for gap in row.gaps:
            name = f"{net.name}.{gap.index}"
            wire = (theme.hidden, 2.5) if gap.index else (theme.input, 2.0)
            self.wires.append(WireItem(f"canvas.wire.{name}", gap.points, *wire))
            self.gaps[number, gap.index] = GapItem(f"canvas.gap.{name}", gap, style, not gap.index and bool(net.layers))
        self.wires.append(WireItem(f"canvas.wire.{net.name}.out", row.out, theme.muted, 1.6))
        self.readouts.append(ReadoutItem(net, row.readout, style))
        self.answers.append(AnswerItem(net, row.answer, style))
        if row.caption:
            self.captions.append(CaptionItem(net, colour, row.caption, style))

    def items(self) -> list[QGraphicsItem]:
        """All top-level items."""
        boxes = [*self.layers.values(), *self.gaps.values(), *self.readouts, *self.answers, *self.captions]
        return [self.task, self.race, *self.wires, *boxes]

    def enter(self, scene: QGraphicsScene) -> None:
        for item in self.items():
            scene.addItem(item)

    def leave(self, scene: QGraphicsScene) -> None:
        for item in self.items():
            scene.removeItem(item)

    def bounds(self) -> QRectF:
        """Everything with the margins around it."""
        return QRectF(*self.plan.bounds)

    def cards(self) -> QRectF:
        """Everything without the margins."""
        bounds = self.task.sceneBoundingRect()
        for item in (self.race, *self.layers.values(), *self.answers):
            bounds = bounds.united(item.sceneBoundingRect())
        return bounds

    # -- what changes while it trains -----------------------------------------------------------------------------

    def set_probe(self, probe: Probe | None) -> None:
        self.task.set_probe(None if probe is None else probe.batch.inputs[:, 0])

    def set_traces(self, traces: Traces | None) -> None:
        """New heatmaps; a layer whose values are not there, or not of the size the document says, shows none."""
        found = {net.name: net for net in traces.networks} if traces else {}
        for (number, _), item in self.layers.items():
            item.set_values(layer_values(found.get(self.content.nets[number].name), item.layer))

    def set_time(self, time: int) -> None:
        self.task.set_time(time)
        for item in self.layers.values():
            item.set_time(time)

    def set_answers(self, curves: Curves, step: int | None = None) -> None:
        """The latest test, or the latest one up to a training step."""
        write_answers(self.answers, self.content, curves, self.style.theme, step)

    # -- pointing -------------------------------------------------------------------------------------------------

    def card(self, selection: Selection | None) -> Card | None:
        """The card a selection means: of a whole network, its answer."""
        if selection is None or selection.kind == "task":
            return self.task if selection else None
        number = self.content.net_index(selection.net)
        if number < 0:
            return None
        if selection.kind == "layer":
            return self.layers.get((number, self.content.nets[number].layer_index(selection.layer)))
        return self.readouts[number] if selection.kind == "readout" else self.answers[number]

    def set_selection(self, selection: Selection | None) -> None:
        """A ring around what is selected; around all cards of a whole network."""
        chosen = {self.card(selection)}
        if selection and selection.kind == "net":
            number = self.content.net_index(selection.net)
            chosen.update(item for (net, _), item in self.layers.items() if net == number)
        for item in [self.task, *self.layers.values(), *self.readouts, *self.answers]:
            item.set_chosen(item in chosen)

    def selection_at(self, hit: Hit) -> Selection | None:
        """What a click there selects."""
        if hit.kind == "task":
            return Selection("task")
        if hit.net < 0:
            return None
        net = self.content.nets[hit.net]
        if hit.kind == "layer":
            return Selection("layer", net.name, net.layers[hit.index].id)
        if hit.kind == "readout":
            return Selection("readout", net.name)
        return Selection("net", net.name) if hit.kind in ("answer", "caption") else None

    def set_hot(self, hit: Hit | None) -> None:
        """The button below the pointer shows itself."""
        place = (hit.net, hit.index) if hit else (-1, -1)
        for key, layer in self.layers.items():
            layer.remove.set_hot(hit is not None and hit.kind == "remove" and key == place)
            layer.open.set_hot(hit is not None and hit.kind == "open" and key == place)
        for key, gap in self.gaps.items():
            gap.plus.set_hot(hit is not None and hit.kind in ("insert", "gap") and key == place)

    def clear_lights(self) -> None:
        """Nothing is dragged any more."""
        for gap in self.gaps.values():
            gap.set_lit(False)
        for card in (self.task, self.race, *self.layers.values()):
            card.set_lit("")


def note_on(layer: LayerContent, title: str) -> str:
    """The line below a heatmap: the cell, unless the title says it already, and how it starts."""
    parts = [] if layer.label == title else [layer.label]
    if layer.chrono:
        parts.append(QCoreApplication.translate("Picture", "chrono biases"))
    return " · ".join(parts)
