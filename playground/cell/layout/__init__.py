"""The automatic layout of a cell for the canvas: boxes, wires, ports and the lines on which memories travel."""

from playground.cell.layout.arrange import lay_out, relayout
from playground.cell.layout.shapes import Lane, Layout, NodeBox, Point, Port, Rect, Sizes, WireRoute

__all__ = ["Lane", "Layout", "NodeBox", "Point", "Port", "Rect", "Sizes", "WireRoute", "lay_out", "relayout"]
