"""Fixed points that are known beforehand."""

import numpy as np
import pytest

from playground.cell.graph import Cell, Gate, Init, Input, Memory, Output, Wire
from playground.errors import BadInput
from playground.network.fixed_points import FIXED, find_fixed_points, kind_of
from playground.network.inspections.inspect import inspect
from playground.network.inspections.spec import FixedPoints
from playground.network.network import Network

from .conftest import LINEAR, network, sequence

TANH = Cell(
    "one",
    (
        Input("x"),
        Memory("h_prev", source="h"),
        Gate("h", wires=(Wire("x"), Wire("h_prev")), activation="tanh", bias=Init("zeros")),
        Output("out", sources=("h",)),
    ),
)


def look(net: Network, input: str = "zero", layer: str = "layer1", t: int = 0) -> dict[str, np.ndarray]:
    return inspect(net, sequence(), FixedPoints("net", layer, input, t))  # type: ignore[arg-type]


def kinds(shown: dict[str, np.ndarray]) -> list[str]:
    values = shown["eigenvalues"] @ np.array([1, 1j])
    return [kind_of(speed, row) for speed, row in zip(shown["speeds"], values, strict=True)]


def latch(weight: float = 2.0, units: int = 1, engine: str = "numpy") -> Network:
    net = network(TANH, units, engine=engine)
    net.parameters.view("layer1.h.weight.x")[...] = 0
    net.parameters.view("layer1.h.weight.h_prev")[...] = weight * np.eye(units)
    return net


def test_a_latch_of_one_unit_has_three(engine: str) -> None:
    """h = tanh(2h): 0, where the slope is 2, and ±0.95750402, where it is 2·(1 − h²) = 0.166."""
    shown = look(latch(engine=engine))
    order = np.argsort(shown["points"][:, 0])
    assert np.abs(shown["points"][order, 0] - [-0.9575040240772687, 0, 0.9575040240772687]).max() <= 1e-12
    assert (shown["speeds"] <= FIXED).all()
    slope = 2 * (1 - 0.9575040240772687**2)
    np.testing.assert_allclose(shown["eigenvalues"][order, 0], [[slope, 0], [2, 0], [slope, 0]], atol=1e-10)
    assert [kinds(shown)[i] for i in order] == ["stable", "unstable", "stable"]
    assert shown["searched"][0] == shown["searched"][1] == 48 and shown["layout"].tolist() == [[0, 0]]


def test_two_latches_side_by_side_have_nine_with_four_saddles() -> None:
    shown = look(latch(units=2))
    root = 0.9575040240772687
    found = {tuple(int(v) for v in np.rint(point / root)) for point in shown["points"]}
    assert found == {(a, b) for a in (-1, 0, 1) for b in (-1, 0, 1)} and len(shown["points"]) == 9
    for point, kind in zip(shown["points"], kinds(shown), strict=True):
        zeros = int((np.abs(point) < 0.5).sum())
        assert kind == ("stable", "saddle", "unstable")[zeros]


def test_a_weak_loop_has_one() -> None:
    shown = look(latch(0.9))
    np.testing.assert_allclose(shown["points"], [[0]], atol=1e-9)
    assert kinds(shown) == ["stable"] and shown["eigenvalues"][0, 0].tolist() == pytest.approx([0.9, 0])


def test_the_state_of_an_lstm_is_h_and_c() -> None:
    """An LSTM made by hand: i = o = 1, f = ½, candidate tanh(4 h₋): c = c/2 + tanh(4h) and h = tanh(c): 0 and ±."""
    net = network("lstm", 1)
    for name in net.parameters.names:
        if name.startswith("layer1"):
            net.parameters.view(name)[...] = 0
    net.parameters.view("layer1.input.bias")[...] = 40
    net.parameters.view("layer1.output.bias")[...] = 40
    net.parameters.view("layer1.candidate.weight.h_prev")[...] = 4
    shown = look(net)
    c = 2.0
    for _ in range(200):
        c = 2 * np.tanh(4 * np.tanh(c))  # what stands still: c = c/2 + tanh(4 tanh(c))
    memories = [node.id for node in net.layer_cell("layer1")[0].nodes if isinstance(node, Memory)]
    h_at, c_at = memories.index("h_prev"), memories.index("c_prev")
    points = shown["points"][np.argsort(shown["points"][:, c_at])]
    np.testing.assert_allclose(points[:, c_at], [-c, 0, c], atol=1e-10)
    np.testing.assert_allclose(points[:, h_at], np.tanh([-c, 0, c]), atol=1e-10)
    # at 0 the map is (h, c) → (a, a) with a = c/2 + 4h: eigenvalues 0 and 4.5
    middle = int(np.abs(shown["points"][:, c_at]).argmin())
    np.testing.assert_allclose(shown["eigenvalues"][middle], [[4.5, 0], [0, 0]], atol=1e-9)
    assert kinds(shown)[middle] == "saddle" and sorted(kinds(shown)) == ["saddle", "stable", "stable"]
    assert shown["layout"].tolist() == [[0, 0], [1, 0]]


def test_eigenvalues_of_a_linear_map_are_those_of_its_matrix() -> None:
    net = network(LINEAR, 5)
    W = np.random.default_rng(3).normal(size=(5, 5)) * 0.6
    net.parameters.view("layer1.h.weight.h_prev")[...] = W
    shown = look(net, "mean")
    x = sequence().inputs[:, 0].mean(axis=0)
    rest = np.linalg.solve(np.eye(5) - W, net.parameters.view("layer1.h.weight.x") @ x)
    np.testing.assert_allclose(shown["points"], rest[None], atol=1e-10)
    values = shown["eigenvalues"][0] @ np.array([1, 1j])
    np.testing.assert_allclose(np.sort_complex(values), np.sort_complex(np.linalg.eigvals(W)), atol=1e-10)
    np.testing.assert_array_equal(shown["x"], x)


@pytest.mark.parametrize("cell", ["lstm", "gru", "gru_2014", "scrn"])
@pytest.mark.parametrize("layer", ["layer1", "layer2", "layer2.back"])
def test_what_is_found_stands_still_when_the_network_itself_runs(cell: str, layer: str) -> None:
    net = network(cell, 5, layers=2, bidirectional=True)
    for name in net.parameters.names:
        net.parameters.view(name)[...] *= 2
    shown = look(net, "now", layer, t=3)
    fixed = shown["speeds"] <= FIXED
    assert fixed.any()
    with net.watched(sequence()) as (run, _):
        part = run.layers[int(layer[5]) - 1]
        runner = part.back if layer.endswith("back") else part.ahead
        np.testing.assert_allclose(shown["x"], part.x[3, :, 0])
        runner.x[...] = shown["x"][:, None]
        slots = [node.id for node in net.layer_cell(layer[:6])[0].nodes if isinstance(node, Memory)]
        point = shown["points"][fixed][0]
        start = {slots[m]: point[shown["layout"][:, 0] == m][:, None] for m in range(len(slots))}
        runner.forward(start)
        for name, value in runner.final().items():
            np.testing.assert_allclose(value, start[name], atol=1e-6)


def test_a_ring_of_slow_points_is_not_called_fixed() -> None:
    """A step of 0.001 everywhere but at one far point: nothing stands still, yet hardly moves."""

    def step(states: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return states + 1e-3, np.tile(np.eye(2), (len(states), 1, 1))

    found = find_fixed_points(step, np.random.default_rng(0).normal(size=(6, 2)))
    assert len(found.points) == 6 and found.speeds == pytest.approx(1e-6)
    assert kind_of(found.speeds[0], found.eigenvalues[0]) == "slow"


def test_what_runs_away_is_left_out() -> None:
    def step(states: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return states * np.inf, np.full((len(states), 1, 1), np.nan)

    assert find_fixed_points(step, np.ones((3, 1))).points.shape == (0, 1)


def test_bad_questions_say_what_to_do() -> None:
    net = network("lstm")
    for layer in ("layer9", "layer1.back"):
        with pytest.raises(BadInput, match="no such layer"):
            look(net, layer=layer)
    with pytest.raises(BadInput, match="has no memory"):
        look(network("dense_tanh"))
    with pytest.raises(BadInput, match="takes too long"):
        look(network("lstm", 130))
