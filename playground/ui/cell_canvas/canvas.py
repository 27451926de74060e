"""The cell canvas: follows the workshop, and hands what a person does to gestures, keys and menus."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QGuiApplication
from PySide6.QtWidgets import QFrame, QGraphicsView, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from playground.cell.graph import Cell, Gate, Memory, Operation, Place, WireKind
from playground.errors import BadInput
from playground.export.tables import Table
from playground.ui.canvas.editors import Field
from playground.ui.canvas.style import interface_scale, make_style
from playground.ui.cell_canvas import tell
from playground.ui.cell_canvas.align import aligned
from playground.ui.cell_canvas.clipboard import from_mime, middle, to_mime
from playground.ui.cell_canvas.edits import CellEdits
from playground.ui.cell_canvas.gestures.connect import Pull, TakeOff
from playground.ui.cell_canvas.gestures.drops import DropNode, DropOtherCell
from playground.ui.cell_canvas.gestures.pan import Pan
from playground.ui.cell_canvas.gestures.rename import Rename
from playground.ui.cell_canvas.gestures.select import Band, Move
from playground.ui.cell_canvas.header import CellHeader
from playground.ui.cell_canvas.keys import CellKeys
from playground.ui.cell_canvas.listing import NodeList, NodeModel
from playground.ui.cell_canvas.menus import CellMenus
from playground.ui.cell_canvas.minimap import Minimap
from playground.ui.cell_canvas.picture import Picture
from playground.ui.cell_canvas.problems import Bubble, Strip
from playground.ui.cell_canvas.stage import Stage
from playground.ui.cell_canvas.values import Readings, fill
from playground.ui.cell_canvas.view import CellView
