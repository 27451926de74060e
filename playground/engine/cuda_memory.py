"""What a pass takes of a GPU's memory, and what to say when that is more than there is."""

import gc
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType

import numpy as np

from playground.compiler.cuda_program import Program
from playground.compiler.cuda_steps import emit_steps
from playground.compiler.plan import Plan
from playground.errors import BadInput

SPARE = 0.9  # share of the free memory that is counted on: what the library itself needs comes and goes


def bytes_of_sequence(plans: Sequence[Plan], steps: int, dtype: str, watch: bool) -> int:
    """Bytes that one sequence more takes of a pass through these layers (one plan for each direction): every stored
    value at every step, the scratch array, and as much again for what is handed over as input, output and gradient."""
    numbers = 0
    for plan in plans:
        program = Program(plan, True, watch)
        numbers += sum(rows * (steps + extra) for extra, rows in program.storage.code.stored.values())
        numbers += emit_steps(program, dtype, True).scratch_rows
        numbers += steps * (plan.inputs + 2 * plan.output_size)
    return numbers * np.dtype(dtype).itemsize


@contextmanager
def roomy(
    xp: ModuleType, plans: Sequence[Plan], steps: int, batch: int, dtype: str, watch: bool = False
) -> Iterator[None]:
    """Whatever takes memory for a pass. Raises BadInput with the batch that would fit where there is not enough."""
    try:
        yield
    except MemoryError as error:
        traceback.clear_frames(error.__traceback__)  # what was built so far lives in there
        gc.collect()
        pool = xp.get_default_memory_pool()
        pool.free_all_blocks()
        free = xp.cuda.Device().mem_info[0] + pool.free_bytes()
        each = bytes_of_sequence(plans, steps, dtype, watch)
        raise memory_is_full(each, batch, free) from None


def memory_is_full(each: int, batch: int, free: int) -> BadInput:
    """each: bytes of a sequence. free: bytes on the device."""
    fits = min(int(free * SPARE) // max(each, 1), batch - 1)
    problem = f"the GPU has {in_words(free)} free, a batch of {batch} takes about {in_words(each * batch)}"
    if fits < 1:
        return BadInput("training.batch", problem, "take fewer units, shorter sequences, or another engine")
    return BadInput("training.batch", problem, f"set it to {fits} or less")


def in_words(count: int) -> str:
    """Bytes as a person reads them."""
    for unit, size in (("GiB", 2**30), ("MiB", 2**20)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count / 2**10:.3g} KiB"
