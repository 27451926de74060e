"""Where threads run: one is kept off a processor and let go again, and the work is shared by two processors."""

import os
import sys
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from playground.engine import processors

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux says where a thread runs")


@linux
def test_the_processor_is_one_that_this_thread_may_run_on() -> None:
    assert processors.current() in os.sched_getaffinity(0)


@linux
@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="there is only one processor")
def test_a_thread_is_kept_off_a_processor_and_let_go() -> None:
    go, ready, done = threading.Event(), threading.Event(), threading.Event()
    seen: list[int] = []

    def run() -> None:
        ready.set()
        go.wait()
        seen.append(processors.current())
        done.wait()

    thread = threading.Thread(target=run)
    thread.start()
    ready.wait()
    assert thread.native_id is not None
    everywhere = os.sched_getaffinity(thread.native_id)
    here = min(everywhere)
    before = processors.keep_off(thread.native_id, here)
    assert before == everywhere and os.sched_getaffinity(thread.native_id) == everywhere - {here}
    go.set()
    while not seen:
        pass
    assert seen[0] != here
    processors.let_run(thread.native_id, before)
    assert os.sched_getaffinity(thread.native_id) == everywhere
    done.set()
    thread.join()


@linux
def test_a_thread_that_may_run_nowhere_else_stays_and_one_that_is_gone_is_no_error() -> None:
    own = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(own)})
        assert processors.keep_off(0, min(own)) == frozenset()
        assert os.sched_getaffinity(0) == {min(own)}
    finally:
        os.sched_setaffinity(0, own)
    gone = 2**22 + 1  # no thread has so large a number
    assert processors.keep_off(gone, min(own)) == frozenset()
    processors.let_run(gone, frozenset(own))


def test_where_nothing_is_known_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "elsewhere")
    assert processors._asks()() == -1
    assert processors.keep_off(0, 0) == frozenset()
    processors.let_run(0, frozenset({0}))


def works_until(happened: Callable[[], bool]) -> None:
    """Give helpers work, for which they may wake too late, until something is so. The test fails where it never is."""
    from playground.engine import native_team

    end = time.monotonic() + 10.0
    while not happened():
        assert time.monotonic() < end
        native_team.Team.run([(0, 0), (0, 0)])
        time.sleep(0.001)


@linux
@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="there is only one processor")
def test_helpers_run_everywhere_again_after_they_were_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    from playground.engine import native_team

    everywhere = os.sched_getaffinity(0)
    monkeypatch.setattr(native_team, "LOOKS", 0)  # it sleeps after every work
    monkeypatch.setattr(native_team, "MOST_LOOKS", 0)
    monkeypatch.setattr(processors, "current", lambda: min(everywhere))  # every waking looks like the bad one
    native_team.Team.run([(0, 0), (0, 0)])
    helper = native_team.Team._helpers[0]
    works_until(lambda: helper._processor == min(everywhere))
    works_until(lambda: not helper._everywhere and os.sched_getaffinity(helper._thread) == everywhere)


@linux
@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="there is only one processor")
def test_a_thread_is_brought_to_a_processor() -> None:
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    assert thread.native_id is not None
    everywhere = os.sched_getaffinity(thread.native_id)
    assert processors.bring_to(thread.native_id, max(everywhere)) == everywhere
    assert os.sched_getaffinity(thread.native_id) == {max(everywhere)}
    processors.let_run(thread.native_id, frozenset(everywhere))
    done.set()
    thread.join()


@linux
@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="there is only one processor")
def test_a_helper_that_was_brought_here_is_sent_off_with_its_next_work(monkeypatch: pytest.MonkeyPatch) -> None:
    from playground.engine import native_team

    native_team.Team.run([(0, 0), (0, 0)])
    helper = native_team.Team._helpers[0]
    everywhere = os.sched_getaffinity(helper._thread)
    kept_off: list[int] = []
    keep_off = processors.keep_off

    def watched(thread: int, processor: int) -> frozenset[int]:
        kept_off.append(thread)
        return keep_off(thread, processor)

    monkeypatch.setattr(processors, "keep_off", watched)
    awake = SimpleNamespace(post=lambda *work: 0, serve=helper._functions.serve)
    monkeypatch.setattr(helper, "_functions", awake)
    helper.start(0, 0)
    assert not kept_off  # it is where it wants to be
    helper._brought = True
    helper.start(0, 0)
    helper.start(0, 0)
    assert kept_off == [helper._thread]
    assert os.sched_getaffinity(helper._thread) == everywhere


@linux
@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="there is only one processor")
def test_a_helper_that_is_kept_from_its_processor_is_brought_here(monkeypatch: pytest.MonkeyPatch) -> None:
    from playground.engine import native_team

    monkeypatch.setattr(native_team, "LOOKS", 0)
    monkeypatch.setattr(native_team, "WAIT_LOOKS", 0)
    native_team.Team.run([(0, 0), (0, 0)])
    helper = native_team.Team._helpers[0]
    brought: list[int] = []

    class Standing:  # time of a processor that does not go on: the helper does not run
        clock_gettime = staticmethod(lambda clock: 0.0)
        perf_counter = staticmethod(lambda: 0.0)

    def bring_to(thread: int, processor: int) -> frozenset[int]:
        brought.append(thread)
        helper._done.release()
        return frozenset()

    monkeypatch.setattr(native_team, "time", Standing)
    monkeypatch.setattr(processors, "bring_to", bring_to)
    helper._sleep()
    assert brought == [helper._thread]
    monkeypatch.undo()
    works_until(lambda: os.sched_getaffinity(helper._thread) == os.sched_getaffinity(0))
