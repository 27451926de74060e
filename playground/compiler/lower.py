"""Cell → plan: which nodes count, what can be one product, in which order a step runs."""

from itertools import pairwise, permutations

from playground.cell.check import check_cell
from playground.cell.graph import Cell, Gate, Operation
from playground.compiler.differentiate import differentiate
from playground.compiler.plan import (
    Activate,
    Add,
    Apply,
    MemorySlot,
    ParameterSpec,
    Plan,
    Product,
    Repeat,
    Rows,
    SourceProduct,
    repeated,
)
from playground.compiler.reach import GIVEN, HELD, SEEN, UNTOUCHED, Reach
from playground.compiler.values import Values
from playground.errors import BadInput

MOST_PERMUTED = 6  # classes of gates whose best order is searched; beyond that, sorted order is good enough


def compile_cell(cell: Cell, inputs: int, units: int, watch: bool = False, reach: Reach = UNTOUCHED) -> Plan:
    """The plan of `cell` for D = `inputs` and H = `units`; with `watch`, one that also shows every node's gradient.
    reach: what is clamped and cut in it; the packed arrays are the same whatever it says.

    Raises BadInput, with the node as the place, for a cell that `check_cell` objects to.
    """
    errors = check_cell(cell, inputs, units)
    if errors:
        first = errors[0]
        raise BadInput(
            f"cell {cell.name!r}" + (f", node {first.node}" if first.node else ""), first.message, first.remedy
        )
    return _Lowering(cell, inputs, units, reach).plan(watch)


class _Lowering(Values):
    # -- the bank ----------------------------------------------------------------------------------------------

    def _bank_order(self) -> list[Gate]:
        """Gates in an order in which products from one source and calls of one activation cover neighbouring rows."""
        classes: dict[tuple[tuple[str, ...], str], list[Gate]] = {}
        for gate in self.gates:
            full = tuple(sorted({self.packs[wire.source] for wire in gate.wires if wire.kind == "full"}))
            classes.setdefault((full, gate.activation), []).append(gate)
        keys = sorted(classes)
        if len(keys) > MOST_PERMUTED:
            return [gate for key in keys for gate in classes[key]]
        sources = sorted({source for key in keys for source in key[0]})

        def breaks(order: tuple[tuple[tuple[str, ...], str], ...]) -> int:
            runs = 0
            for source in sources:
                inside = [source in key[0] for key in order]
                runs += sum(now and not before for before, now in zip([False, *inside], inside, strict=False))
            activations = [key[1] for key in order]
            return 4 * runs + sum(a != b for a, b in pairwise(activations))

        best = min(permutations(keys), key=breaks)
        return [gate for key in best for gate in classes[key]]

    # -- the plan ----------------------------------------------------------------------------------------------

    def plan(self, watch: bool) -> Plan:
        order = self._bank_order()
        bank: dict[str, tuple[int, int]] = {}
        top = 0
        for gate in order:
            bank[gate.id] = (top, top + self.sizes[gate.id])
            top += self.sizes[gate.id]
        parameters: list[ParameterSpec] = []
        packed: dict[str, tuple[int, ...]] = {}
        products = self._products(order, bank, parameters, packed)
        biased = self._biases(order, bank, parameters, packed)
        self.diagonals = diagonals = self._diagonals(order, parameters, packed)
        memories = self._memory_slots(parameters, packed)
        x = products.pop(self.input.id, None)
        self._schedule(order, products)
        outputs = tuple(self._fetch(self.output, source) for source in self.output.sources)
        sizes = {**{id: self.sizes[id] for id in dict.fromkeys(self.value.values())}, **self._extra}
        forward = tuple(self.forward)
        raw = {gate.id: self._raw(gate) for gate in order}
        backward, kept = differentiate(
            forward, self.input.id, products, memories, outputs, raw, watch, self.reach.clamped
        )
        kept |= {name for name in self._extra if name.startswith(GIVEN)}
        return Plan(
            cell=self.cell.name,
            input=self.input.id,
            inputs=self.inputs,
            units=self.units,
            outputs=outputs,
            output_size=sum(sizes[name] for name in outputs),
            sizes=sizes,
            bank=bank,
            bank_size=top,
            parameters=tuple(parameters),
            packed=packed,
            biased=biased,
            x=x,
            products=products,
            diagonals=diagonals,
            memories=memories,
            forward=forward,
            backward=backward,
            kept=kept,
            removed=self.removed,
            nodes={node.id: self._seen(node.id) for node in self.cell.nodes if node.id in self.value},
        )

    def _products(
        self,
        order: list[Gate],
        bank: dict[str, tuple[int, int]],
        parameters: list[ParameterSpec],
        packed: dict[str, tuple[int, ...]],
    ) -> dict[str, SourceProduct]:
        products: dict[str, SourceProduct] = {}
        for pack in sorted({self.packs[w.source] for g in order for w in g.wires if w.kind == "full"}):
            weight, row = f"weight_{pack}", 0
            rows: dict[str, list[Rows]] = {}
            back: dict[str, list[Rows]] = {}
            for gate in order:
                for wire in gate.wires:
                    if wire.kind != "full" or self.packs[wire.source] != pack:
                        continue
                    size = self.sizes[gate.id]
                    name = f"{gate.id}.weight.{wire.source}"
                    shape = (size, self.sizes[pack])
                    parameters.append(ParameterSpec(name, shape, wire.init, weight, row, wire.freeze))
                    change, here = self.reach.changes(gate.id, wire.source), Rows(*bank[gate.id], row)
                    if change != "cut":
                        _extend(rows.setdefault(self._seen(wire.source), []), here)
                        if not wire.stop_gradient and not change:
                            _extend(back.setdefault(self._seen(wire.source), []), here)
                    row += size
            packed[weight] = (row, self.sizes[pack])
            for source, runs in rows.items():
                stops = tuple(back.get(source, ()))
                products[source] = SourceProduct(source, weight, self.sizes[pack], tuple(runs), stops)
        return products

    def _biases(
        self,
        order: list[Gate],
        bank: dict[str, tuple[int, int]],
        parameters: list[ParameterSpec],
        packed: dict[str, tuple[int, ...]],
    ) -> tuple[Rows, ...]:
        rows: list[Rows] = []
        row = 0
        for gate in order:
            if gate.bias is None:
                continue
            size = self.sizes[gate.id]
            parameters.append(ParameterSpec(f"{gate.id}.bias", (size,), gate.bias, "bias", row, gate.freeze_bias))
            _extend(rows, Rows(*bank[gate.id], row))
            row += size
        if row:
            packed["bias"] = (row,)
        return tuple(rows)

    def _diagonals(
        self, order: list[Gate], parameters: list[ParameterSpec], packed: dict[str, tuple[int, ...]]
    ) -> tuple[Add, ...]:
        found: list[Add] = []
        for gate in order:
            for wire in gate.wires:
                if wire.kind == "full":
                    continue
                name = f"{gate.id}.weight.{wire.source}"
                if wire.kind == "diagonal":
                    packed[name] = (self.sizes[gate.id],)
                    parameters.append(ParameterSpec(name, (self.sizes[gate.id],), wire.init, name, 0, wire.freeze))
                change = self.reach.changes(gate.id, wire.source)
                if change != "cut":
                    weight, stop = name if wire.kind == "diagonal" else None, wire.stop_gradient or bool(change)
                    found.append(Add(gate.id, self._seen(wire.source), weight, stop))
        return tuple(found)

    def _memory_slots(
        self, parameters: list[ParameterSpec], packed: dict[str, tuple[int, ...]]
    ) -> tuple[MemorySlot, ...]:
        slots = []
        seen = {self.input.id, *(memory.id for memory in self.memories)}  # what is not computed within a step
        for memory in self.memories:
            if self.value[memory.id] != memory.id:
                continue
            source, size = self._seen(memory.source), self.sizes[memory.id]
            start: float | str = memory.start.value if memory.start.kind == "constant" else 0.0
            if memory.learned:
                start = f"{memory.id}.start"
                packed[start] = (size,)
                parameters.append(ParameterSpec(start, (size,), memory.start, start, 0))
            slots.append(MemorySlot(memory.id, source, size, start, source not in seen))
            seen.add(source)
        for id in sorted(self.reach.held):
            slots.append(MemorySlot(HELD + id, SEEN + id, self.sizes[id], 0.0, SEEN + id not in seen))
        return tuple(slots)

    # -- the order of a step -----------------------------------------------------------------------------------

    def _raw(self, gate: Gate) -> str:
        """The name of what stands in the bank: the gate itself unless it is scaled afterwards."""
        return gate.id if gate.scale == 1.0 and gate.shift == 0.0 else f"raw:{gate.id}"

    def _schedule(self, order: list[Gate], products: dict[str, SourceProduct]) -> None:
        """List scheduling: products as soon as their source is there, then whole waves of gates, then operations."""
        late = self._made_late()
        ready = {
            self._seen(id) for id in (self.input.id, *(m.id for m in self.memories)) if self._seen(id) == self.value[id]
        }
        waiting_products = dict(products)
        waiting_adds = list(self.diagonals)
        waiting_gates = list(order)
        waiting_operations = [op for op in self.operations if self.value[op.id] == op.id]
        while waiting_gates or waiting_operations or late:
            for source in [source for source in waiting_products if source in ready]:
                self.forward.append(Product(source))
                del waiting_products[source]
            for add in [add for add in waiting_adds if add.source in ready]:
                self.forward.append(self._widened(add))
                waiting_adds.remove(add)
            for id in late:
                self._reach_into(id)
                ready.add(self._seen(id))
            wave = [gate for gate in waiting_gates if self._reads(gate) <= ready] if not late else []
            moved, late = bool(wave or late), []
            self._activate(wave, order)
            for gate in wave:
                self._reach_into(gate.id)
                ready.add(self._seen(gate.id))
                waiting_gates.remove(gate)
            for operation in list(waiting_operations):
                if self._reads(operation) <= ready:
                    self._operation(operation)
                    self._reach_into(operation.id)
                    ready.add(self._seen(operation.id))
                    waiting_operations.remove(operation)
                    moved = True
            assert moved, "check_cell lets no loop without a memory through"

    def _reads(self, node: Gate | Operation) -> set[str]:
        """What has to be there before the node can be computed."""
        sources = [wire.source for wire in node.wires] if isinstance(node, Gate) else list(node.sources)
        return {self._seen(source) for source in sources if (node.id, source) not in self.reach.cut}

    def _widened(self, add: Add) -> Add:
        source = self._wide(add.source, self.sizes[add.gate])
        return Add(add.gate, source, add.weight, add.stop_gradient)

    def _wide(self, source: str, size: int) -> str:
        """The source, repeated where it serves blocks."""
        own = self._extra.get(source) or self.sizes.get(source, size)
        if own == size:
            return source
        name = repeated(source, size // own)
        if name not in self._extra:
            self._extra[name] = size
            self.forward.append(Repeat(name, source, size // own))
        return name

    def _activate(self, wave: list[Gate], order: list[Gate]) -> None:
        inside = {gate.id for gate in wave}
        run: list[Gate] = []
        for gate in [*order, None]:
            if run and (gate is None or gate.id not in inside or gate.activation != run[0].activation):
                self.forward.append(Activate(tuple(g.id for g in run), run[0].activation))
                run = []
            if gate is not None and gate.id in inside:
                run.append(gate)
        for gate in wave:
            raw = self._raw(gate)
            if raw == gate.id:
                continue
            self._extra[raw] = self.sizes[gate.id]
            scaled = f"part:{gate.id}" if gate.shift else gate.id
            self.forward.append(Apply(scaled, "scale", (raw,), gate.scale))
            if gate.shift:
                self._extra[scaled] = self.sizes[gate.id]
                self.forward.append(Apply(gate.id, "shift", (scaled,), gate.shift))

    def _operation(self, operation: Operation) -> None:
        size = self.sizes[operation.id]
        sources = [self._wide(self._fetch(operation, source), size) for source in operation.sources]
        if len(sources) <= 2:
            self.forward.append(Apply(operation.id, operation.operation, tuple(sources), operation.value))
            return
        left = sources[0]
        for index, right in enumerate(sources[1:], start=1):
            last = index == len(sources) - 1
            name = operation.id if last else f"part:{operation.id}:{index}"
            if not last:
                self._extra[name] = size
            self.forward.append(Apply(name, operation.operation, (left, right)))
            left = name


def _extend(runs: list[Rows], rows: Rows) -> None:
    """Append rows, joined to the last run where both are neighbours."""
    if runs and runs[-1].stop == rows.start and runs[-1].weight + runs[-1].stop - runs[-1].start == rows.weight:
        runs[-1] = Rows(runs[-1].start, rows.stop, runs[-1].weight)
    else:
        runs.append(rows)
