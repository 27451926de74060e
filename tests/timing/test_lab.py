"""What the power lab measures, and what it makes of the numbers."""

import pytest
from msgspec.structs import replace

from playground.errors import BadInput
from playground.network.spec import Layer, Net, Training
from playground.timing import lab
from playground.timing.lab import (
    GRIDS,
    LONGEST,
    PASSES,
    PLAIN,
    Lab,
    Point,
    Results,
    Timed,
    crossings,
    points,
    value_of,
    varied,
)
from playground.timing.work import Work

WORK = Work(
    Net("net", (Layer("layer1", "lstm", 6), Layer("layer2", "gru", 10))), {}, Training(batch=3), 2, 2, 7
)  # fmt: skip


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lab, "SECONDS", 0.005)


def test_sizes_vary_one_at_a_time() -> None:
    assert [value_of(WORK, against) for against in GRIDS] == [10, 3, 7]
    assert varied(WORK, "units", 10) is WORK  # as it is, though its layers differ
    assert [layer.units for layer in varied(WORK, "units", 4).net.layers] == [4, 4]
    assert varied(WORK, "batch", 8) == replace(WORK, training=Training(batch=8))
    assert varied(WORK, "length", 20) == replace(WORK, steps=20)


def test_the_experiments_own_size_is_among_the_points() -> None:
    once = points(WORK, "batch", ("native", PLAIN))
    assert len(once) == PASSES * 2 * (len(GRIDS["batch"]) + 1)
    assert once[:6] == [Point(engine, value) for value in (1, 2, 3) for engine in ("native", PLAIN)]


@pytest.mark.parametrize("engine", ["numpy", PLAIN])
def test_a_step_is_timed(engine: str) -> None:
    found = Lab().measure(WORK, engine)
    assert 1e-5 < found.seconds < 5 and found.rows == 3 and found.operations > 0
    assert found.operations == Lab().measure(WORK, "numpy").operations


def test_the_loop_is_slower_and_grows_with_the_batch() -> None:
    def best(batch: int, engine: str) -> float:
        """Of several, since a shared machine stalls now and then."""
        return min(Lab().measure(varied(WORK, "batch", batch), engine).seconds for _ in range(5))

    small, large = best(1, PLAIN), best(40, PLAIN)
    assert large > 8 * small
    assert large > 8 * best(40, "numpy")


def test_a_size_that_cannot_be_is_a_sentence() -> None:
    blocks = replace(WORK, net=Net("net", (Layer("layer1", "lstm_1997_blocks", 4),)))
    with pytest.raises(BadInput):
        Lab().measure(varied(blocks, "units", 3), "numpy")
    results = Results(blocks, "units")
    results.refuse(Point("numpy", 3), BadInput("units", "odd", "take two"))
    assert not results.worth(Point(PLAIN, 3)) and results.worth(Point(PLAIN, 4))


def filled(**seconds: dict[int, float]) -> Results:
    results = Results(WORK, "units")
    for engine, found in seconds.items():
        for value, time in found.items():
            results.add(Point(engine, value), Timed(time, 1e6 * value, 3))
    return results


def test_several_visits_give_their_median() -> None:
    results = Results(WORK, "units")
    for seconds in (0.001, 0.009, 0.002):
        results.add(Point("numpy", 8), Timed(seconds, 1e6, 3))
    assert results.seconds(Point("numpy", 8)) == 0.002
    assert results.curve("numpy", lambda timed: timed.rows / timed.seconds) == ([8], [1500.0])
    with pytest.raises(KeyError):
        results.seconds(Point("native", 8))


def test_what_would_take_too_long_is_left_out() -> None:
    results = filled(numpy={8: LONGEST / 3})
    assert results.worth(Point("numpy", 16)) and results.worth(Point("native", 512))
    assert not results.worth(Point("numpy", 64))
    assert results.worth(Point("numpy", 8))
    own = filled(numpy={2: LONGEST})
    assert own.worth(Point("numpy", 10))  # the experiment's own size is what it is about


def test_of_the_loop_only_a_few_sequences_are_timed() -> None:
    many = replace(WORK, training=Training(batch=100))
    results = Results(many, "units")
    results.add(Point(PLAIN, 8), Timed(20.0, 1.0, 100))  # 0.2 s for each sequence
    assert results.worth(Point(PLAIN, 16)) and not results.worth(Point(PLAIN, 512))
    against_batch = Results(many, "batch")
    against_batch.add(Point(PLAIN, 128), Timed(25.6, 1.0, 128))
    assert against_batch.worth(Point(PLAIN, 256))


def test_where_two_engines_cross() -> None:
    results = filled(native={2: 1.0, 8: 1.0, 32: 1.0}, numpy={2: 0.5, 8: 0.5, 32: 2.0})
    ((value, faster),) = crossings(results, "native", "numpy")
    assert value == pytest.approx(16.0) and faster == "native"  # the middle of 8 … 32 on a logarithmic axis
    assert crossings(filled(native={2: 1.0, 8: 1.0}, numpy={2: 2.0, 8: 3.0}), "native", "numpy") == []
    assert crossings(filled(native={2: 1.0}), "native", "numpy") == []
