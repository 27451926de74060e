"""What windows are measured against: the same training without any, in its own process; and what processes hold."""

import subprocess
import sys
from pathlib import Path

# Training steps, and a test whenever one is due.
HEADLESS = """
import sys, time
from playground.experiment.files import load
from playground.training.run import Run
run = Run(load(sys.argv[1]))
def step():
    run.step_once()
    if run.step % run.experiment.training.test_every == 0:
        run.test()
for _ in range(50):
    step()
began, first = time.perf_counter(), run.step
while time.perf_counter() - began < float(sys.argv[2]):
    step()
print((run.step - first) / (time.perf_counter() - began))
"""


def headless(experiment: Path, seconds: float) -> float:
    """Training steps per second of an experiment's file, once it is warm."""
    arguments = [sys.executable, "-c", HEADLESS, str(experiment), str(seconds)]
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        raise RuntimeError(f"the training without a window ended with {done.returncode}: {done.stderr[-2000:]}")
    return float(done.stdout)


def resident(process: int | None) -> float:
    """MiB of memory that a process holds; NaN where the system has no `ps` to ask."""
    try:
        done = subprocess.run(["ps", "-o", "rss=", "-p", str(process)], capture_output=True, text=True, check=True)
        return int(done.stdout) / 1024
    except (OSError, ValueError, subprocess.CalledProcessError):
        return float("nan")
