"""A GPU that is full: a sentence, and a batch that really fits."""

import re

import numpy as np
import pytest
from cuda_shim import COMPILER, ShimCuda

from playground.cell.library import LIBRARY
from playground.compiler.lower import compile_cell
from playground.engine.cuda_engine import CudaEngine
from playground.engine.cuda_memory import bytes_of_sequence, in_words, memory_is_full
from playground.errors import BadInput
from playground.network.network import Network
from playground.network.spec import Layer, Net, Training
from playground.tasks.base import Batch, Facts

T, D, H = 20, 3, 8
LAYERS = (Layer("layer1", "lstm", H), Layer("layer2", "gru", H, bidirectional=True))


def network(memory: int) -> Network:
    facts = Facts("test", "", D, 2, T, "mse", ("mse",))
    made = CudaEngine(ShimCuda(memory=memory))  # type: ignore[arg-type]
    return Network(Net("net", LAYERS), {}, facts, Training(batch=64), made)


def batch_of(size: int) -> Batch:
    return Batch(np.zeros((T, size, D)), np.zeros((T, size, 2)), np.ones((T, size)))


@pytest.mark.skipif(COMPILER is None, reason="no C++ compiler (g++ or clang++) was found")
def test_the_batch_that_is_named_fits() -> None:
    net = network(1_000_000)
    with pytest.raises(BadInput) as told:
        net.train_step_gradient(batch_of(64))
    assert told.value.place == "training.batch"
    assert re.search(r"the GPU has 8\d\d KiB free, a batch of 64 takes about [\d.]+ MiB", told.value.problem)
    found = re.fullmatch(r"set it to (\d+) or less", told.value.remedy)
    assert found is not None and 16 < int(found[1]) < 64
    net.train_step_gradient(batch_of(int(found[1])))


def test_a_net_that_never_fits() -> None:
    with pytest.raises(BadInput, match="take fewer units, shorter sequences, or another engine"):
        network(70_000).train_step_gradient(batch_of(8))


def test_bytes_grow_with_the_sequence_and_what_is_watched() -> None:
    plan = compile_cell(LIBRARY["lstm"], D, H)
    short, long = (bytes_of_sequence([plan], steps, "float32", False) for steps in (T, 2 * T))
    assert 1.8 * short < long < 2 * short
    assert bytes_of_sequence([plan, plan], T, "float64", False) == 4 * short
    assert bytes_of_sequence([compile_cell(LIBRARY["lstm"], D, H, True)], T, "float32", True) > short


def test_sizes_in_words() -> None:
    assert [in_words(n) for n in (512, 3 * 2**20, int(1.5 * 2**30))] == ["0.5 KiB", "3 MiB", "1.5 GiB"]
    said = memory_is_full(2**20, 100, 10 * 2**20)
    assert str(said).endswith("set it to 9 or less")
