"""What every test needs: no real display, no real settings of the person at the keyboard, steady examples."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings

# Before anything imports Qt or platformdirs. A test run must never open a window or touch a person's own settings.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
_home = Path(tempfile.mkdtemp(prefix="rnn-playground-tests-"))
atexit.register(shutil.rmtree, _home, ignore_errors=True)
for _name in ("CONFIG", "DATA", "STATE", "CACHE"):
    os.environ[f"XDG_{_name}_HOME"] = str(_home / _name.lower())

# A shared machine stalls now and then: time is no reason to fail. The same examples every time: a red test stays red.
settings.register_profile(
    "project",
    deadline=None,
    derandomize=True,
    max_examples=40,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("project")
