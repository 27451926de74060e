"""Streams of random numbers depend on seed, purpose and counter alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.tasks.random import stream


@given(st.integers(0, 2**53), st.integers(0, 10_000))
def test_same_keys_same_numbers(seed: int, step: int) -> None:
    first, second = stream(seed, "train", step), stream(seed, "train", step)
    assert (first.random(5) == second.random(5)).all()


def test_everything_counts() -> None:
    streams = [stream(s, p, *k) for s in (0, 1) for p in ("train", "test", "probe", "init") for k in ((), (0,), (1,))]
    numbers = [rng.integers(2**63) for rng in streams]
    assert len(set(numbers)) == len(numbers)


def test_a_stream_never_changes() -> None:
    """Runs of the past must stay repeatable: these numbers are for ever."""
    assert stream(7, "train", 3).integers(1000, size=4).tolist() == [267, 943, 84, 675]


def test_negative_seed_is_refused() -> None:
    with pytest.raises(ValueError):
        stream(-1, "train")


def test_generator_is_pcg64() -> None:
    assert isinstance(stream(0, "test").bit_generator, np.random.PCG64)
