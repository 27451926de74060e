"""Inside a cell: its graph of gates, what each of them does at this moment, and the hands to build another one."""

from playground.ui.cell_canvas.canvas import CellCanvas

__all__ = ["CellCanvas"]
