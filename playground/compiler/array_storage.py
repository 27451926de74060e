"""Where the values of emitted array code live, and what they are called there."""

import keyword
from dataclasses import dataclass, field

from playground.compiler.plan import Assign, Plan

FUNCTIONS = (
    "add", "subtract", "multiply", "divide", "maximum", "minimum", "negative", "exp", "expm1", "tanh", "sigmoid",
    "softplus", "positive", "at_least", "select", "matmul", "copyto", "total",
)  # fmt: skip


@dataclass(frozen=True)
class View:
    """What a name of the time loop shows at step t: rows start:stop of storage[t + late] (late: 0 or 1)."""

    storage: str
    late: int
    start: int
    stop: int


@dataclass
class ArrayCode:
    """The source of both directions and what has to be allocated for it.

    stored: name → (slots beyond T, size): arrays [T + slots, size, B]. scratch: name → size: arrays [size, B].
    flat: name → size: arrays [size, T, B]. views: name → View, in the order of `forward_steps` and `backward_steps`.
    series: value → (storage, first slot, start, stop): where [T, size, B] of any stored value lies.
    """

    forward: str = ""
    backward: str = ""
    stored: dict[str, tuple[int, int]] = field(default_factory=dict)
    scratch: dict[str, int] = field(default_factory=dict)
    flat: dict[str, int] = field(default_factory=dict)
    views: dict[str, View] = field(default_factory=dict)
    forward_steps: list[str] = field(default_factory=list)
    backward_steps: list[str] = field(default_factory=list)
    series: dict[str, tuple[str, int, int, int]] = field(default_factory=dict)
    weights: dict[str, str] = field(default_factory=dict)


class Storage:
    """Gives every value of a plan a home and a name; notes what the code at hand reads.

    lines: the statements so far. reads: the views they need, one per time step. globals: the arrays they need.
    """

    def __init__(self, plan: Plan, want_input_gradient: bool, keep_all: bool) -> None:
        self.plan, self.want_x, self.keep_all = plan, want_input_gradient, keep_all
        self.code = ArrayCode()
        self.taken: dict[str, str] = {}
        self.used: set[str] = {*FUNCTIONS, "reversed", "steps", "x", "gates", "delta", "d_x", "d_out", "bias"}
        self.pool: dict[int, int] = {}
        self.lines: list[str] = []
        self.reads: list[str] = []
        self.globals: list[str] = []

    # -- names and where they live -----------------------------------------------------------------------------

    def python(self, name: str, prefer: str = "") -> str:
        """A valid, unused identifier that resembles the name."""
        if name not in self.taken:
            text = prefer or name.replace(".", "_")
            if ":" in name and not prefer:
                head, *tail = name.split(":")
                text = (
                    f"{head}_{'_'.join(tail)}"
                    if head in ("d", "delta", "carry", "back", "next", "fold")
                    else "_".join([*tail, head])
                )
            while text in self.used or keyword.iskeyword(text):
                text += "_"
            self.used.add(text)
            self.taken[name] = text
        return self.taken[name]

    def weight(self, packed: str) -> str:
        """A weight array as a global of the functions."""
        text = self.python(f"weight:{packed}", packed.replace(".", "_") if packed != "bias" else "bias_")
        self.code.weights[text] = packed
        return self.need(text)

    def need(self, text: str) -> str:
        if text not in self.globals:
            self.globals.append(text)
        return text

    def scratch(self, name: str, size: int) -> str:
        text = self.python(name)
        self.code.scratch[text] = size
        return self.need(text)

    def place(self) -> None:
        """Decide where every value of a step lives."""
        plan, code = self.plan, self.code
        code.stored["gates"] = (1, max(plan.bank_size, 1))
        code.stored["delta"] = (0, max(plan.bank_size, 1))
        code.stored["x"] = (0, plan.inputs)
        self.home: dict[str, View] = {}
        for gate, (start, stop) in plan.bank.items():
            raw = f"raw:{gate}" if f"raw:{gate}" in plan.sizes else gate
            self.home[raw] = View("gates", 1, start, stop)
            self.home[f"delta:{gate}"] = View("delta", 0, start, stop)
        self.home[plan.input] = View("x", 0, 0, plan.inputs)
        slots = {slot.name: slot for slot in plan.memories}
        stored = {slot.source for slot in plan.memories} | plan.kept
        for name, size in plan.sizes.items():
            if name in self.home or name in slots:
                continue
            if self.keep_all or name in stored:
                storage = self.python(f"all:{name}")
                code.stored[storage] = (1, size)
                self.home[name] = View(storage, 1, 0, size)
        for slot in plan.memories:
            if slot.direct:
                source = self.home[slot.source]
                self.home[slot.name] = View(source.storage, 0, source.start, source.stop)
            else:
                storage = self.python(f"all:{slot.name}")
                code.stored[storage] = (1, slot.size)
                self.home[slot.name] = View(storage, 0, 0, slot.size)
        for index, output in enumerate(plan.outputs):
            start = sum(plan.sizes[name] for name in plan.outputs[:index])
            self.home[f"d:out:{index}"] = View("d_out", 0, start, start + plan.sizes[output])
        code.stored["d_out"] = (0, plan.output_size)
        if self.want_x or any(isinstance(s, Assign) and s.target == "d:x" for s in plan.backward):
            code.stored["d_x"] = (0, plan.inputs)
            self.home["d:x"] = View("d_x", 0, 0, plan.inputs)
        if self.keep_all:
            for name in [s.target for s in plan.backward if isinstance(s, Assign) and s.target.startswith("d:")]:
                node = name[2:]
                if name not in self.home and node in plan.sizes:
                    storage = self.python(f"all:{name}")
                    code.stored[storage] = (0, plan.sizes[node])
                    self.home[name] = View(storage, 0, 0, plan.sizes[node])
        for name, view in self.home.items():
            code.series[name] = (view.storage, view.late, view.start, view.stop)

    def size(self, name: str) -> int:
        if name in self.home:
            return self.home[name].stop - self.home[name].start
        head, _, rest = name.partition(":")
        if head in ("d", "back", "carry", "next"):
            return self.plan.sizes[rest]
        if head == "fold":
            return self.plan.sizes[rest] // int(rest.rpartition(":")[2])
        return self.plan.sizes[name]

    def ref(self, name: str) -> str:
        """The variable for a value inside the loop."""
        if name.startswith("weight:"):
            # a vector of weights beside [size, B]
            return self.column(name[7:])
        if name in self.home:
            text = self.python(name)
            if text not in self.code.views:
                self.code.views[text] = self.home[name]
            if text not in self.reads:
                self.reads.append(text)
            return text
        return self.scratch(name, self.size(name))

    def column(self, packed: str) -> str:
        text = self.weight(packed)
        return f"{text}[:, None]"

    def run(self, storage: str, late: int, start: int, stop: int) -> str:
        """A view of several neighbouring gates, or of the whole bank."""
        name = f"run:{storage}:{start}:{stop}"
        gates = [g for g, (a, b) in self.plan.bank.items() if start <= a and b <= stop]
        if len(gates) == 1:
            raw = f"raw:{gates[0]}" if f"raw:{gates[0]}" in self.plan.sizes else gates[0]
            return self.ref(raw if storage == "gates" else f"delta:{gates[0]}")
        whole = (start, stop) == (0, self.plan.bank_size)
        text = self.python(name, f"{storage}_t" if whole else f"{storage}_" + "_".join(g[:12] for g in gates[:4]))
        self.code.views[text] = View(storage, late, start, stop)
        if text not in self.reads:
            self.reads.append(text)
        return text
