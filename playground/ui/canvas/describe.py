"""The graph as text, for people who listen to it."""

from PySide6.QtCore import QCoreApplication

from playground.ui.canvas.content import Content, LayerContent, NetContent
from playground.ui.state import Selection


def describe(content: Content, selection: Selection | None = None) -> str:
    """One line for the sequence, one for each network and layer; what is selected comes first."""
    translate = QCoreApplication.translate
    lines = [describe_task(content)]
    if not content.nets:
        lines.append(translate("Describe", "No network yet. Press Insert to add one."))
    for number, net in enumerate(content.nets, start=1):
        layers = "; ".join(describe_layer(layer) for layer in net.layers)
        head = translate("Describe", "Network {0} of {1}, {2}").format(number, len(content.nets), net.name)
        lines.append(f"{head}: {layers}; {describe_readout(net)}.")
        if net.problem:
            lines.append(net.problem)
    if content.problem:
        lines.append(content.problem)
    chosen = describe_selection(content, selection)
    return "\n".join([translate("Describe", "Selected: {0}.").format(chosen), *lines] if chosen else lines)


def describe_task(content: Content) -> str:
    translate = QCoreApplication.translate
    facts = content.facts
    if facts is None:
        return translate("Describe", "Sequence: {0}").format(content.task_problem)
    return translate("Describe", "Sequence {0}, {1} inputs, {2} steps.").format(facts.name, facts.inputs, facts.length)


def describe_layer(layer: LayerContent) -> str:
    words = QCoreApplication.translate("Describe", "layer {0} with {1} units").format(layer.label, layer.units)
    return f"{words} ({layer.problem})" if layer.problem else words


def describe_readout(net: NetContent) -> str:
    words = QCoreApplication.translate("Describe", "dense readout {0} to {1}")
    return words.format(net.inputs or "?", net.outputs or "?")


def describe_selection(content: Content, selection: Selection | None) -> str:
    """What is selected, in a few words; "" for nothing."""
    if selection is None:
        return ""
    if selection.kind == "task":
        return describe_task(content).rstrip(".")
    index = content.net_index(selection.net)
    if index < 0:
        return ""
    net = content.nets[index]
    if selection.kind == "readout":
        return f"{net.name}: {describe_readout(net)}"
    if selection.kind == "layer" and net.layer_index(selection.layer) >= 0:
        return f"{net.name}: {describe_layer(net.layers[net.layer_index(selection.layer)])}"
    return QCoreApplication.translate("Describe", "network {0}").format(net.name)
