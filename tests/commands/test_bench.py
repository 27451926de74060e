import json
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from playground.cell.check import check_cell
from playground.commands.bench import cases, cells, compare, peers
from playground.commands.bench.cases import GRID, ODD, VARIANTS, Case, Size
from playground.commands.bench.contestants import Built
from playground.commands.bench.summary import summarise
from playground.timing.operations import Operations
from playground.timing.process import Ended

KEYS = [
    "engine", "cell", "inputs", "units", "outputs", "steps", "batch", "layers", "step_ms", "gflops", "of_limit",
    "compile_ms", "peak_mb",
]  # fmt: skip
SMALL = ["--inputs", 2, "--units", 4, "--outputs", 3, "--steps", 6, "--batch", 5]
TINY = Size(2, 4, 3, 6, 5)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playground.commands.bench.SECONDS", 0.02)
    monkeypatch.setattr("playground.commands.bench.ROUNDS", 2)


def test_a_row_of_one_size(call: Callable) -> None:
    done = call("bench", *SMALL, "--cell", "gru", "--engine", "numpy", "--json")
    assert done.code == 0
    (row,) = done.data["rows"]
    assert list(row) == KEYS
    assert [row[key] for key in KEYS[:8]] == ["numpy", "gru", 2, 4, 3, 6, 5, 1]
    assert row["step_ms"] > 0 and row["gflops"] >= 0 and row["compile_ms"] >= 0
    assert row["of_limit"] > 0 and 0 <= row["peak_mb"] < 50
    assert done.data["limit_gflops"] > 0
    assert done.data.get("others_share", 0.0) <= 1.0


def test_a_machine_that_is_busy_is_named(call: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    for share, said in ((0.4, True), (0.02, False), (None, False)):
        monkeypatch.setattr("playground.timing.machine.OtherPrograms.share", lambda _, share=share: share)
        done = call("bench", *SMALL, "--engine", "numpy", "--json")
        assert ("other programs took 40% of this machine" in done.err) == said
        assert done.data.get("others_share") == share


def test_engines_side_by_side_for_a_person(call: Callable) -> None:
    done = call("bench", *SMALL, "--layers", 2)
    heads, *lines, foot = done.out.splitlines()
    assert heads.split() == [*KEYS, "vs_native"]
    assert [line.split()[0] for line in lines][:2] == ["native", "numpy"]
    assert [line.split()[7] for line in lines] == ["2"] * len(lines)
    assert lines[0].split()[-1] == "1" and float(lines[1].split()[-1]) > 0
    assert foot.startswith("matrix products of this machine")


def test_a_bigger_network_needs_more(call: Callable) -> None:
    def peak(units: int) -> float:
        size = ["--units", units, "--steps", 50, "--engine", "numpy"]
        return call("bench", *size, "--json").data["rows"][0]["peak_mb"]

    assert peak(256) > peak(8) + 20  # four gates and two memories of 50 · 32 · 256 float32, forward and back


def test_the_grid_is_every_size_and_then_other_cells(call: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [size.units for size in GRID] == [8, 16, 32, 64, 128, 256]
    assert {(case.cell, case.layers) for case in VARIANTS} == {("lstm", 2), ("gru", 1), ("peephole", 1), ("odd", 1)}
    seen: list[Case] = []

    def measure(case: Case, names: list[str], *_: object) -> tuple[list, float]:
        seen.append(case)
        return [{"engine": name, "cell": case.cell, **case.size._asdict(), "layers": 1} for name in names], 2e11

    monkeypatch.setattr(compare, "measure", measure)
    monkeypatch.setattr(compare, "start_limit", compare.ExitStack)
    done = call("bench", "--grid", "--json")
    assert [case.size for case in seen[:6]] == list(GRID) and tuple(seen[6:]) == VARIANTS
    assert done.data["limit_gflops"] == 200.0
    assert {row["engine"] for row in done.data["rows"]} >= {"native", "numpy"}


def test_the_own_cell_is_whole() -> None:
    assert check_cell(ODD) == []


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["--units", "0"], "--units"),
        (["--batch", "x"], "--batch"),
        (["--layers", "65"], "--layers"),
        (["--seconds", "-1"], "--seconds"),
        (["--cell", "lstn"], 'did you mean "lstm"'),
        (["--grid", "--cells"], "not allowed with"),
    ],
)
def test_bad_sizes(call: Callable, arguments: list[str], part: str) -> None:
    done = call("bench", *arguments)
    assert done.code == 2 and part in done.err


def test_what_is_kept_names_the_machine_and_no_place_on_it(call: Callable, tmp_path: Path) -> None:
    out = tmp_path / "kept" / "figures.json"
    done = call("bench", *SMALL, "--engine", "numpy", "--out", out, "--json")
    kept = json.loads(out.read_text())
    assert kept["rows"] == done.data["rows"] and kept["limit_gflops"] == done.data["limit_gflops"]
    assert kept["cores"] >= 1 and kept["processor"] and kept["versions"]["numpy"]
    assert platform.node() not in out.read_text().split('"') and str(Path.home()) not in out.read_text()


def test_a_place_that_cannot_be_written_is_a_sentence(call: Callable, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = call("bench", *SMALL, "--engine", "numpy", "--out", tmp_path / "file" / "x.json")
    assert done.code == 2 and "cannot be written" in done.err and done.err.count("\n") == 1


@pytest.fixture
def three_cells(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    from playground.cell.library import LIBRARY

    names = ["rnn", "lstm", "indrnn"]
    monkeypatch.setattr("playground.commands.bench.cells.LIBRARY", {name: LIBRARY[name] for name in names})
    return names


def test_every_cell_has_a_row(call: Callable, three_cells: list[str]) -> None:
    rows = call("bench", "--cells", *SMALL, "--engine", "numpy", "--json").data["rows"]
    assert [row["cell"] for row in rows] == [*three_cells, "odd"]
    assert all(row["vs_lstm"] > 0 and row["step_ms"] > 0 and row["all_gflops"] >= row["gflops"] for row in rows)


class ThreeCells:
    """Stands in for the process: cells with known operations, whose steps take known times."""

    def __init__(self, *_: object) -> None:
        self.rounds = {"rnn": [(1.0, 4.0), (3.0, 4.0), (2.0, 2.0)], "lstm": [(4.0, 4.0), (4.0, 5.0), (2.0, 2.0)]}

    def __enter__(self) -> "ThreeCells":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def call(self, method: str, cell: str, *_: object) -> object:
        if method == "build":
            total = {"rnn": 2_000_000_000, "lstm": 8_000_000_000}.get(cell, 1_000_000_000)
            return {"compile_ms": 1.0, "operations": Operations(total // 2, total // 2)}
        return self.rounds[cell].pop(0) if cell in self.rounds else (1.0, 1.0)


def test_the_cost_of_an_operation_beside_the_lstm(monkeypatch: pytest.MonkeyPatch, three_cells: list[str]) -> None:
    monkeypatch.setattr(cells, "Measuring", ThreeCells)
    rnn, lstm, indrnn, _ = cells.measure_cells("numpy", TINY, 1.0, 3, lambda *_: None)
    assert lstm["vs_lstm"] == 1.0  # of 4/4, 4/5 and 2/2 the middle one
    assert rnn["vs_lstm"] == 3.0  # of 1/4, 3/4 and 2/2 the middle one, for a quarter of the operations
    assert (rnn["step_ms"], rnn["all_gflops"], rnn["gflops"]) == (2000.0, 1.0, 0.5) and indrnn["vs_lstm"] == 8.0


class Scripted:
    """Stands in for a process: every call is answered from a list."""

    log: list[tuple[str, str]] = []
    turns = {
        "native": [[0.001] * 3, [0.002] * 3, [0.001] * 3],
        "numpy": [[0.004] * 3, [0.004] * 3, [0.003] * 3],
        "torch.nn": [[0.002] * 3, [0.006] * 3, [0.004] * 3],
        "jax scan": [[0.1], [0.1], [0.1]],
    }

    def __init__(self, _: object, name: str) -> None:
        self.name, self.left = name, [list(turn) for turn in self.turns[name]]

    def __enter__(self) -> "Scripted":
        return self

    def __exit__(self, *_: object) -> None:
        self.log.append((self.name, "close"))

    def ask(self, method: str) -> None:
        self.log.append((self.name, method))

    def answer(self) -> None:
        pass

    def call(self, method: str, *_: object) -> object:
        self.log.append((self.name, method))
        if method == "build":
            if self.name == "jax scan":
                raise Ended("its process has ended")
            return Built(120.0, 8.0)
        return self.left.pop(0)


class Rates:
    def call(self, *_: object) -> float:
        return 2e9


def test_turns_ratios_and_a_peer_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare, "Measuring", Scripted)
    Scripted.log = []
    told: list[str] = []
    names = list(Scripted.turns)
    rows, best = compare.measure(Case("lstm", TINY), names, Rates(), 0.3, 3, told.append)  # type: ignore[arg-type]
    assert best == 2e9 and told == ["jax scan is left out here: its process has ended"]
    asked = [name for name, method in Scripted.log if method == "turn"]
    assert asked == ["native", "numpy", "torch.nn"] * 3
    assert {name for name, method in Scripted.log if method == "close"} == set(names)
    native, numpy, torch = rows
    assert (native["engine"], torch["engine"]) == ("native", "torch.nn.LSTM")
    assert (native["step_ms"], numpy["step_ms"], torch["step_ms"]) == (1.0, 4.0, 4.0)
    assert numpy["vs_native"] == 0.333  # of 1/4, 2/4 and 1/3 the middle one
    assert native["vs_torch_nn"] == 3.0 and numpy["vs_torch_nn"] == 1.33
    # products: LSTM 4·4·(2 + 4) weights, of which 4·4·2 meet the input, and 3·4 of the readout, over 6 · 5 columns
    operations = 2 * 30 * (3 * (96 + 12) - 32)
    assert native["gflops"] == round(operations / 0.001 / 1e9, 2)
    assert native["of_limit"] == float(f"{operations / 0.001 / 2e9:.3g}")


def test_an_engine_of_ours_that_fails_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def call(self: Scripted, method: str, *_: object) -> object:
        raise MemoryError

    monkeypatch.setattr(compare, "Measuring", Scripted)
    monkeypatch.setattr(Scripted, "call", call)
    with pytest.raises(ValueError, match="engine native: the memory is full; try smaller sizes"):
        compare.measure(Case("lstm", TINY), ["native"], None, 0.3, 3, print)


def test_means_are_geometric_and_over_one_cell() -> None:
    def row(engine: str, ratio: float, cell: str = "lstm", layers: int = 1) -> dict[str, object]:
        return {"engine": engine, "cell": cell, "layers": layers, "vs_native": ratio}

    rows = [row("native", 1), row("numpy", 0.5), row("native", 1), row("numpy", 0.125), row("numpy", 9, "gru")]
    rows.append(row("numpy", 7, layers=2))
    (found,) = summarise(rows)
    assert found == {
        "cell": "lstm", "engine": "native", "against": "numpy", "sizes": 2, "geometric_mean": 4.0, "least": 2.0
    }  # fmt: skip


def test_a_library_that_is_not_there_is_left_out_calmly(
    call: Callable, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(peers, "find_spec", lambda _: None)
    done = call("bench", *SMALL, "--engine", "numpy", "--peers", "--json")
    assert done.code == 0 and [row["engine"] for row in done.data["rows"]] == ["numpy"]
    assert "torch is not installed, so it is left out" in done.err
    assert "jax is not installed" in done.err and done.err.count("torch") == 2


@pytest.mark.peers
def test_peers_at_a_small_size(call: Callable) -> None:
    here = [peer for peer in peers.PEERS if peers.installed(peer)]
    if not here:
        pytest.skip("neither PyTorch nor JAX is installed")
    rows = call("bench", *SMALL, "--peers", "--json").data["rows"]
    assert [row["engine"] for row in rows][2:] == [peers.peer_name(peer, Case("lstm", TINY)) for peer in here]


@pytest.mark.peers
@pytest.mark.parametrize("cell", sorted(peers.RECURRENCES))
def test_a_cell_written_twice_computes_the_same(cell: str) -> None:
    """PyTorch's functions and NumPy's give what our interpreter gives: the peers train the very same cell."""
    torch = pytest.importorskip("torch")
    import numpy as np

    from playground.commands.bench.recurrence import RECURRENCES, Functions
    from playground.engine import choose
    from playground.timing.work import TrainingStep

    T, B, D, H = 7, 3, 2, 5
    network = TrainingStep(cases.work(Case(cell, Size(D, H, 2, T, B))), choose("numpy")).network
    rng = np.random.default_rng(1)
    for name in network.parameters.names:
        view = network.parameters.view(name)
        view[...] = rng.normal(size=view.shape)
    w = {name.removeprefix("layer1."): torch.tensor(network.parameters.view(name)) for name in network.parameters.names}
    gates = {
        "lstm": ("input", "forget", "candidate", "output"),
        "peephole": ("input", "forget", "candidate", "output"),
        "gru": ("reset", "update", "candidate"),
        "odd": ("keep", "look", "candidate", "output"),
    }[cell]
    recurrent = {"gru": ("reset", "update", "past"), "odd": ("keep", "look")}.get(cell, gates)
    given = {"h": torch.cat([w[f"{gate}.weight.h_prev"] for gate in recurrent]).T}
    if cell == "peephole":
        given |= {
            gate: w[f"{gate}.weight.{'c' if gate == 'output' else 'c_prev'}"]
            for gate in recurrent
            if gate != "candidate"
        }
    elif cell == "gru":
        given["past"] = w["past.bias"]
    elif cell == "odd":
        given |= {"keep": w["keep.weight.keep_prev"], "seen": w["candidate.weight.seen"].T, "c": w["output.weight.c"].T}
    inputs = rng.normal(size=(T, B, D)).astype(np.float32)
    recurrence = RECURRENCES[cell]
    functions = Functions(torch.sigmoid, torch.tanh, lambda array, parts: array.chunk(parts, -1))
    ahead, bias = torch.cat([w[f"{gate}.weight.x"] for gate in gates]), torch.cat([w[f"{gate}.bias"] for gate in gates])
    states = tuple(torch.zeros(B, H) for _ in range(recurrence.states))
    outputs = []
    for row in torch.tensor(inputs):
        states = recurrence.step(functions, row @ ahead.T + bias, states, given)
        outputs.append(states[0] @ w["readout.weight"].T + w["readout.bias"])
    assert np.allclose(network.forward(inputs)[0], torch.stack(outputs).numpy(), atol=1e-5)


def test_measures_of_the_window_are_printed(call: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    measure = ModuleType("measure")
    measure.measure_window = lambda: {"start_ms": 640.0, "plots_per_second": 31.5}  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "playground.ui.measure", measure)
    assert call("bench", "--window", "--json").data == {"window": {"start_ms": 640.0, "plots_per_second": 31.5}}
    assert "plots per second" in call("bench", "--window").out
