"""The shared memory through which traces reach the window: two slots, each a small header and then the arrays.

The window creates and unlinks it; the worker only attaches. A slot is written by the worker, announced, copied by the
window and given back; the worker never writes into a slot that was not given back.
"""

import os
import shutil
import struct
import sys
from multiprocessing.shared_memory import SharedMemory

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from playground.network.traces import NetTraces, Traces

SLOTS = 2
ALIGN = 64
GRAIN = 1 << 16  # sizes are multiples of this on every system, so that both sides compute the same slots
LARGEST = 128 << 20  # bytes of a slot; traces beyond that are not shown
LENGTH = struct.Struct("<I")


class ArrayPlace(Struct, frozen=True, array_like=True):
    """An array: where it begins, in bytes after the header."""

    shape: tuple[int, ...]
    dtype: str
    offset: int


class NetPlaces(Struct, frozen=True, array_like=True):
    name: str
    loss: float
    output: ArrayPlace
    nodes: dict[str, ArrayPlace]
    gradients: dict[str, ArrayPlace]


class Header(Struct, frozen=True, array_like=True):
    step: int
    size: int
    inputs: ArrayPlace
    targets: ArrayPlace
    networks: tuple[NetPlaces, ...]


_headers = msgspec.msgpack.Decoder(Header)


class TooLarge(ValueError):
    """The traces do not fit into a slot. wanted: bytes a slot must have."""

    def __init__(self, wanted: int) -> None:
        self.wanted = wanted
        super().__init__(f"the traces need {wanted} bytes")


class TracesMemory:
    """Both slots. `create` in the window, `attach` in the worker; every user calls `close`, the creator `unlink`."""

    def __init__(self, memory: SharedMemory) -> None:
        self._memory = memory
        self.slot_size = memory.size // SLOTS // ALIGN * ALIGN

    @classmethod
    def create(cls, slot_size: int) -> "TracesMemory":
        """New memory for slots of at least `slot_size` bytes. Raises OSError where the system has not that much."""
        size = -(-SLOTS * (slot_size + ALIGN) // GRAIN) * GRAIN
        if os.path.isdir("/dev/shm") and shutil.disk_usage("/dev/shm").free < size:
            # Linux would hand it out all the same and end the process with SIGBUS at the first write beyond the limit.
            raise OSError(f"shared memory has no {size} bytes left")
        return cls(SharedMemory(create=True, size=size))

    @classmethod
    def attach(cls, name: str) -> "TracesMemory":
        """Memory that another process made. Raises OSError when it is gone."""
        if sys.version_info >= (3, 13):
            return cls(SharedMemory(name=name, track=False))
        return cls(SharedMemory(name=name))  # the spawned child shares its parent's tracker: a set, so nothing doubles

    @property
    def _buffer(self) -> memoryview:
        buffer = self._memory.buf
        assert buffer is not None, "the shared memory is closed"
        return buffer

    @property
    def name(self) -> str:
        return self._memory.name

    def write(self, slot: int, traces: Traces) -> int:
        """Put `traces` into `slot`; returns the bytes used. Raises TooLarge and writes nothing when they do not fit."""
        arrays: list[tuple[NDArray, int]] = []
        header = _plan(traces, arrays)
        head = msgspec.msgpack.encode(header)
        begin = _aligned(LENGTH.size + len(head))
        if begin + header.size > self.slot_size:
            raise TooLarge(begin + header.size)
        base = slot * self.slot_size
        buffer = self._buffer
        LENGTH.pack_into(buffer, base, len(head))
        buffer[base + LENGTH.size : base + LENGTH.size + len(head)] = head
        for array, offset in arrays:
            target: NDArray = np.ndarray(array.shape, array.dtype, buffer=buffer, offset=base + begin + offset)
            target[...] = array
        return begin + header.size

    def read(self, slot: int) -> Traces:
        """A copy of what lies in `slot`."""
        base = slot * self.slot_size
        buffer = self._buffer
        (length,) = LENGTH.unpack_from(buffer, base)
        header = _headers.decode(buffer[base + LENGTH.size : base + LENGTH.size + length])
        begin = base + _aligned(LENGTH.size + length)
        data = bytearray(buffer[begin : begin + header.size])

        def array(place: ArrayPlace) -> NDArray:
            return np.ndarray(place.shape, place.dtype, data, place.offset)

        networks = tuple(
            NetTraces(
                name=net.name,
                output=array(net.output),
                nodes={name: array(place) for name, place in net.nodes.items()},
                gradients={name: array(place) for name, place in net.gradients.items()},
                loss=net.loss,
            )
            for net in header.networks
        )
        return Traces(header.step, array(header.inputs), array(header.targets), networks)

    def close(self) -> None:
        self._memory.close()

    def unlink(self) -> None:
        self._memory.unlink()


def _aligned(offset: int) -> int:
    return -(-offset // ALIGN) * ALIGN


def _plan(traces: Traces, arrays: list[tuple[NDArray, int]]) -> Header:
    """Give every array its place; fills `arrays` with (array, offset)."""
    end = 0

    def place(array: NDArray) -> ArrayPlace:
        nonlocal end
        array = np.asarray(array)
        spot = ArrayPlace(array.shape, array.dtype.str, end)
        arrays.append((array, end))
        end = _aligned(end + array.nbytes)
        return spot

    inputs, targets = place(traces.inputs), place(traces.targets)
    networks = tuple(
        NetPlaces(
            name=net.name,
            loss=float(net.loss),
            output=place(net.output),
            nodes={name: place(values) for name, values in net.nodes.items()},
            gradients={name: place(values) for name, values in net.gradients.items()},
        )
        for net in traces.networks
    )
    return Header(traces.step, end, inputs, targets, networks)
