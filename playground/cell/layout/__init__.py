"""The automatic layout of a cell for the canvas: boxes, wires, ports and the lines on which memories travel."""
from playground.cell.graph import Cell
from playground.cell.layout.assemble import assemble, bounds_of
from playground.cell.layout.channels import Channels
from playground.cell.layout.nudge import Nudger
from playground.cell.layout.shapes import Layout, Sizes
from playground.cell.layout.structure import analyse
from playground.cell.layout.textbook import place_textbook
from playground.cell.layout.wiring import Wiring

def lay_out(cell: Cell, sizes: Sizes = Sizes(), stretch=1.0) -> Layout:
    s = analyse(cell)
    z = [sizes.of(n) for n in s.nodes]
    if sum(map(s.is_inner, range(len(s.nodes))))>32:
        c = Channels(s, z)
        return assemble(s, z, c.centres, c.exits, c.paths, 0)
    p = place_textbook(s, z, stretch)
    b = bounds_of(list(p.centres), z)
    w = Wiring(s, b, p.exits)
    links = list(w.paths)
    n = Nudger([w.paths[k] for k in links], b)
    strained = n.run()
    paths = dict(zip(links, n.moved()))
    return assemble(s, z, list(p.centres), p.exits, paths, strained)
