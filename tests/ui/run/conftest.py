"""A session whose worker runs."""

import pytest

WAIT = 20_000


@pytest.fixture
def running(qtbot, session):
    """The session, with its networks built and paused at step 0."""
    with qtbot.waitSignal(session.started, timeout=WAIT):
        session.start_worker()
    qtbot.waitUntil(lambda: session.run_state.state == "paused", timeout=WAIT)
    return session
