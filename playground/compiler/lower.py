"""Cell → plan: which nodes count, what can be one product, in which order a step runs."""

from itertools import pairwise, permutations

from playground.cell.check import check_cell, reached
from playground.cell.graph import Cell, Gate, Input, Memory, Operation, Output
from playground.cell.sizes import in_numbers, infer_sizes
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
    Statement,
)
from playground.errors import BadInput

MOST_PERMUTED = 6  # classes of gates whose best order is searched; beyond that, sorted order is good enough


def compile_cell(cell: Cell, inputs: int, units: int, watch: bool = False) -> Plan:
    """The plan of `cell` for D = `inputs` and H = `units`; with `watch`, one that also shows every node's gradient.

    Raises BadInput, with the node as the place, for a cell that `check_cell` objects to.
    """
    errors = check_cell(cell, inputs, units)
    if errors:
        first = errors[0]
        raise BadInput(
            f"cell {cell.name!r}" + (f", node {first.node}" if first.node else ""), first.message, first.remedy
        )
    return _Lowering(cell, inputs, units).plan(watch)


class _Lowering:
    def __init__(self, cell: Cell, inputs: int, units: int) -> None:
        self.cell, self.inputs, self.units = cell, inputs, units
        used = reached(cell)
        self.removed = tuple(node.id for node in cell.nodes if node.id not in used and not isinstance(node, Output))
        # sorted by id: the same graph gives the same bits, however it was drawn
        nodes = sorted((node for node in cell.nodes if node.id in used), key=lambda node: node.id)
        self.input = next(node for node in cell.nodes if isinstance(node, Input))
        self.output = next(node for node in nodes if isinstance(node, Output))
        self.gates = [node for node in nodes if isinstance(node, Gate)]
        self.memories = [node for node in nodes if isinstance(node, Memory)]
        self.operations = [node for node in nodes if isinstance(node, Operation)]
        shares = infer_sizes(cell)
        self.sizes = {id: in_numbers(share, inputs, units) or 0 for id, share in shares.items()}
        self.value = self._share_equals()
        self.forward: list[Statement] = []

    # -- what is computed once ---------------------------------------------------------------------------------

    def _share_equals(self) -> dict[str, str]:
        """node → the node that computes its value; operations and memories that are equal share one."""
        value = {node.id: node.id for node in (self.input, *self.gates, *self.memories, *self.operations)}
        while True:
            seen: dict[object, str] = {}
            before = dict(value)
            for memory in self.memories:
                if not memory.learned:
                    start = memory.start.value if memory.start.kind == "constant" else 0.0
                    value[memory.id] = seen.setdefault(("memory", value[memory.source], start), memory.id)
            for operation in self.operations:
                sources = tuple(value[source] for source in operation.sources)
                key = (operation.operation, sources, operation.value, self.sizes[operation.id])
                value[operation.id] = seen.setdefault(key, operation.id)
            if value == before:
                return value

    # -- the bank ----------------------------------------------------------------------------------------------

    def _bank_order(self) -> list[Gate]:
        """Gates in an order in which products from one source and calls of one activation cover neighbouring rows."""
        classes: dict[tuple[tuple[str, ...], str], list[Gate]] = {}
        for gate in self.gates:
            full = tuple(sorted({self.value[wire.source] for wire in gate.wires if wire.kind == "full"}))
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
        diagonals = self._diagonals(order, parameters, packed)
        memories = self._memory_slots(parameters, packed)
        x = products.pop(self.input.id, None)
        self._schedule(order, products)
        sizes = {**{id: self.sizes[id] for id in set(self.value.values())}, **self._extra}
        outputs = tuple(self.value[source] for source in self.output.sources)
        forward = tuple(self.forward)
        backward, kept = differentiate(
            forward, self.input.id, products, memories, outputs, {gate.id: self._raw(gate) for gate in order}, watch
        )
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
            nodes={node.id: self.value[node.id] for node in self.cell.nodes if node.id in self.value},
        )

    def _products(
        self,
        order: list[Gate],
        bank: dict[str, tuple[int, int]],
        parameters: list[ParameterSpec],
        packed: dict[str, tuple[int, ...]],
    ) -> dict[str, SourceProduct]:
        products: dict[str, SourceProduct] = {}
        sources = sorted({self.value[w.source] for g in order for w in g.wires if w.kind == "full"})
        for source in sources:
            weight, row = f"weight_{source}", 0
            rows: list[Rows] = []
            back: list[Rows] = []
            for gate in order:
                for wire in gate.wires:
                    if wire.kind != "full" or self.value[wire.source] != source:
                        continue
                    size = self.sizes[gate.id]
                    shape = (size, self.sizes[source])
                    name = f"{gate.id}.weight.{wire.source}"
                    parameters.append(ParameterSpec(name, shape, wire.init, weight, row, wire.freeze))
                    start, stop = bank[gate.id]
                    _extend(rows, Rows(start, stop, row))
                    if not wire.stop_gradient:
                        _extend(back, Rows(start, stop, row))
                    row += size
            packed[weight] = (row, self.sizes[source])
            products[source] = SourceProduct(source, weight, self.sizes[source], tuple(rows), tuple(back))
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
                source = self.value[wire.source]
                name = f"{gate.id}.weight.{wire.source}"
                if wire.kind == "diagonal":
                    packed[name] = (self.sizes[gate.id],)
                    parameters.append(ParameterSpec(name, (self.sizes[gate.id],), wire.init, name, 0, wire.freeze))
                found.append(Add(gate.id, source, name if wire.kind == "diagonal" else None, wire.stop_gradient))
        return tuple(found)

    def _memory_slots(
        self, parameters: list[ParameterSpec], packed: dict[str, tuple[int, ...]]
    ) -> tuple[MemorySlot, ...]:
        slots = []
        seen: set[str] = set()
        computed = {node.id for node in (*self.gates, *self.operations)}
        for memory in self.memories:
            if self.value[memory.id] != memory.id:
                continue
            source, size = self.value[memory.source], self.sizes[memory.id]
            start: float | str = memory.start.value if memory.start.kind == "constant" else 0.0
            if memory.learned:
                start = f"{memory.id}.start"
                packed[start] = (size,)
                parameters.append(ParameterSpec(start, (size,), memory.start, start, 0))
            slots.append(MemorySlot(memory.id, source, size, start, source in computed and source not in seen))
            seen.add(source)
        return tuple(slots)

    # -- the order of a step -----------------------------------------------------------------------------------

    def _raw(self, gate: Gate) -> str:
        """The name of what stands in the bank: the gate itself unless it is scaled afterwards."""
        return gate.id if gate.scale == 1.0 and gate.shift == 0.0 else f"raw:{gate.id}"

    def _schedule(self, order: list[Gate], products: dict[str, SourceProduct]) -> None:
        """List scheduling: products as soon as their source is there, then whole waves of gates, then operations."""
        self._extra: dict[str, int] = {}
        ready = {self.input.id, *(memory.id for memory in self.memories)}
        waiting_products = dict(products)
        waiting_adds = list(self._adds(order))
        waiting_gates = list(order)
        waiting_operations = [op for op in self.operations if self.value[op.id] == op.id]
        while waiting_gates or waiting_operations:
            for source in [source for source in waiting_products if source in ready]:
                self.forward.append(Product(source))
                del waiting_products[source]
            for add in [add for add in waiting_adds if add.source in ready]:
                self.forward.append(self._widened(add))
                waiting_adds.remove(add)
            wave = [gate for gate in waiting_gates if all(self.value[wire.source] in ready for wire in gate.wires)]
            self._activate(wave, order)
            for gate in wave:
                ready.add(gate.id)
                waiting_gates.remove(gate)
            moved = bool(wave)
            for operation in list(waiting_operations):
                if all(self.value[source] in ready for source in operation.sources):
                    self._operation(operation)
                    ready.add(operation.id)
                    waiting_operations.remove(operation)
                    moved = True
            assert moved, "check_cell lets no loop without a memory through"

    def _adds(self, order: list[Gate]) -> tuple[Add, ...]:
        return tuple(
            Add(
                gate.id,
                self.value[wire.source],
                f"{gate.id}.weight.{wire.source}" if wire.kind == "diagonal" else None,
                wire.stop_gradient,
            )
            for gate in order
            for wire in gate.wires
            if wire.kind != "full"
        )

    def _widened(self, add: Add) -> Add:
        source = self._wide(add.source, self.sizes[add.gate])
        return Add(add.gate, source, add.weight, add.stop_gradient)

    def _wide(self, source: str, size: int) -> str:
        """The source, repeated where it serves blocks."""
        own = self.sizes.get(source, size)
        if own == size:
            return source
        name = f"wide:{source}:{size // own}"
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
        sources = [self._wide(self.value[source], size) for source in operation.sources]
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
