"""Traces that need more memory, have it refused, and fit again later."""

from collections.abc import Iterator

import msgspec
import pytest

from playground.errors import BadInput
from playground.network.spec import Layer, Net
from playground.training import messages, traces_writer
from playground.training.run import Run
from playground.training.traces_memory import TracesMemory
from playground.training.traces_writer import TracesWriter

SMALL = 1 << 14


@pytest.fixture
def memory() -> Iterator[TracesMemory]:
    made = TracesMemory.create(SMALL)
    yield made
    made.close()
    made.unlink()


@pytest.fixture
def writer(memory: TracesMemory) -> Iterator[TracesWriter]:
    made = TracesWriter()
    made.attach(memory.name)
    made.rebuilt()
    yield made
    made._detach()


def run_of(experiment, units: int) -> Run:
    return Run(msgspec.structs.replace(experiment, networks=(Net("LSTM", (Layer("layer1", "lstm", units),)),)))


def write(writer: TracesWriter, run: Run) -> list[messages.Event]:
    events: list[messages.Event] = []
    writer.send(run, 1, events.append)
    return events


def test_both_slots_are_used_and_no_third(writer, memory, experiment) -> None:
    run = run_of(experiment, 3)
    assert writer.ready
    (first,), (second,) = write(writer, run), write(writer, run)
    assert (first.slot, second.slot) == (0, 1) and not writer.due(1e9)
    writer.read(1)
    writer.read(1)
    writer.read(-1)
    writer.read(7)
    assert writer._free == [1] and memory.read(0).step == 0


def test_traces_that_are_too_large_are_said_once_and_smaller_ones_come_again(writer, experiment, monkeypatch) -> None:
    monkeypatch.setattr(traces_writer, "LARGEST", SMALL)
    with pytest.raises(BadInput, match="too much to show"):
        write(writer, run_of(experiment, 300))
    writer.wanted = True  # a pause, a weight set by hand
    assert not writer.ready and not writer.due(1e9)  # not again and again
    writer.rebuilt()
    assert writer.ready
    (event,) = write(writer, run_of(experiment, 3))
    assert isinstance(event, messages.TracesWritten)


def test_more_memory_is_asked_for_and_used(writer, experiment) -> None:
    run = run_of(experiment, 300)
    (wanted,) = write(writer, run)
    assert isinstance(wanted, messages.MemoryWanted) and wanted.slot_size > SMALL
    assert not writer.ready and not writer.due(1e9)  # until the answer
    larger = TracesMemory.create(wanted.slot_size)
    writer.use(larger.name)
    assert writer.ready
    (event,) = write(writer, run)
    assert isinstance(event, messages.TracesWritten) and larger.read(0).networks[0].nodes["layer1/c"].shape[1] == 300
    writer._detach()
    larger.close()
    larger.unlink()


def test_where_the_system_has_no_more_it_is_said_once(writer, memory, experiment) -> None:
    run = run_of(experiment, 300)
    write(writer, run)
    writer.use(memory.name)  # the old one again
    with pytest.raises(BadInput, match="too much to show"):
        write(writer, run)
    assert not writer.due(1e9)
    writer.rebuilt()
    (event,) = write(writer, run_of(experiment, 3))
    assert isinstance(event, messages.TracesWritten)


def test_what_was_being_read_while_more_was_asked_for_is_of_the_old_memory(writer, memory, experiment) -> None:
    write(writer, run_of(experiment, 3))  # in slot 0, which the window has not copied yet
    large = run_of(experiment, 300)
    writer.rebuilt()
    (wanted,) = write(writer, large)
    assert isinstance(wanted, messages.MemoryWanted)
    writer.read(0)
    assert not writer.ready and not writer.due(1e9)
    writer.use(memory.name)
    assert writer.ready and writer._free == [0, 1]
