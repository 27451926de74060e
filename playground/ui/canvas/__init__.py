"""The network canvas: the experiment as cards and wires, and everything a hand can do with them."""

from playground.ui.canvas.canvas import NetworkCanvas

__all__ = ["NetworkCanvas"]
