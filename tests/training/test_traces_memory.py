"""Traces come out of the shared memory as they went in."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from playground.network.traces import NetTraces, Traces
from playground.training.traces_memory import SLOTS, TooLarge, TracesMemory

NAMES = st.text(max_size=6)
ARRAYS = arrays(st.sampled_from([np.float32, np.float64]), array_shapes(min_dims=1, max_dims=2, min_side=0, max_side=6))


@st.composite
def traces(draw: st.DrawFn) -> Traces:
    networks = tuple(
        NetTraces(
            draw(NAMES), draw(ARRAYS), draw(st.dictionaries(NAMES, ARRAYS, max_size=3)),
            draw(st.dictionaries(NAMES, ARRAYS, max_size=2)), draw(st.floats()),
        )
        for _ in range(draw(st.integers(0, 2)))
    )  # fmt: skip
    return Traces(draw(st.integers(0, 2**40)), draw(ARRAYS), draw(ARRAYS), networks)


def same(one: np.ndarray, other: np.ndarray) -> bool:
    return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()


def equal(one: Traces, other: Traces) -> bool:
    if one.step != other.step or len(one.networks) != len(other.networks):
        return False
    pairs = [(one.inputs, other.inputs), (one.targets, other.targets)]
    for a, b in zip(one.networks, other.networks, strict=True):
        if a.name != b.name or list(a.nodes) != list(b.nodes) or list(a.gradients) != list(b.gradients):
            return False
        pairs += [(a.output, b.output), (np.array(a.loss), np.array(b.loss))]
        pairs += [(a.nodes[name], b.nodes[name]) for name in a.nodes]
        pairs += [(a.gradients[name], b.gradients[name]) for name in a.gradients]
    return all(same(a, b) for a, b in pairs)


@pytest.fixture(scope="module")
def memory() -> Iterator[TracesMemory]:
    memory = TracesMemory.create(20_000)
    yield memory
    memory.close()
    memory.unlink()


@given(traces(), traces())
def test_round_trip(memory: TracesMemory, first: Traces, second: Traces) -> None:
    there = TracesMemory.attach(memory.name)
    assert there.slot_size == memory.slot_size
    for slot, one in enumerate((first, second)):
        assert there.write(slot, one) <= memory.slot_size
    there.close()
    assert equal(memory.read(0), first) and equal(memory.read(1), second)


def test_a_copy_stays_when_the_slot_is_written_again(memory: TracesMemory) -> None:
    memory.write(0, Traces(1, np.ones((3, 1)), np.ones((3, 1))))
    copy = memory.read(0)
    memory.write(0, Traces(2, np.zeros((3, 1)), np.zeros((3, 1))))
    assert copy.step == 1 and (copy.inputs == 1).all()
    copy.inputs[...] = 5  # it belongs to the reader
    assert (memory.read(0).inputs == 0).all()


def test_what_does_not_fit_is_refused_and_writes_nothing(memory: TracesMemory) -> None:
    small = Traces(1, np.ones((3, 1)), np.ones((3, 1)))
    for slot in range(SLOTS):
        memory.write(slot, small)
    with pytest.raises(TooLarge) as caught:
        memory.write(0, Traces(2, np.ones(memory.slot_size), np.ones(1)))
    assert caught.value.wanted > memory.slot_size
    assert all(equal(memory.read(slot), small) for slot in range(SLOTS))


def test_the_largest_that_fits(memory: TracesMemory) -> None:
    big = Traces(1, np.arange((memory.slot_size - 1024) // 8, dtype=float), np.ones(1))
    memory.write(1, big)
    memory.write(0, Traces(1, np.ones(3), np.ones(1)))
    assert equal(memory.read(1), big)


def test_memory_that_is_gone_cannot_be_attached() -> None:
    memory = TracesMemory.create(10)
    memory.close()
    memory.unlink()
    with pytest.raises(OSError):
        TracesMemory.attach(memory.name)
