"""A stand-in for training: counts to a hundred, saves when it is told to stop, and goes on from there.

The job whose number stands in the file ``long`` takes its time over it, so many seconds a step.
"""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path

name, output, seconds = (*sys.argv[1:], "0.05")[:3]
state, long = Path(f"state-{name}"), Path("long")
step = int(state.read_text()) if state.exists() else 0
told: list[int] = []
for number in (signal.SIGUSR2, signal.SIGTERM):
    signal.signal(number, lambda number, frame: told.append(number))


def note(text: str) -> None:
    with Path("diary").open("a") as diary:
        diary.write(f"{name} {text}\n")


note(f"starts at {step}")
while step < 100:
    if told:
        state.write_text(str(step))
        note(f"saves at {step}")
        sys.exit(75)
    step += 1
    if long.exists() and name in long.read_text().split():
        time.sleep(float(seconds))
note("ends")
Path(output).write_text("done\n")
