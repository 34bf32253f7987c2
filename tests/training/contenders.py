"""Several processes that want one lease at once; some die holding it. Run by test_lease.py.

Every holder writes a line when it enters and one when it leaves; a line of a holder who dies says so.
"""

from __future__ import annotations

import os
import random
import sys
import time
from pathlib import Path

from ganpipe.training import lease

folder, log, count, rounds = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
lease.POLL_EVERY = 0.002


def note(event: str) -> None:
    with log.open("a") as handle:
        handle.write(f"{event} {os.getpid()}\n")


def contend(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(rounds):
        with lease.holding(folder) as held:
            note("enter")
            held.beat({"step": 1}, now=True)
            time.sleep(rng.uniform(0, 0.004))
            held.beat({"step": 2}, now=True)
            if rng.random() < 0.25:
                note("die")
                os._exit(0)
            note("leave")


children = []
for seed in range(count):
    if (child := os.fork()) == 0:
        contend(seed)
        os._exit(0)
    children.append(child)
# Not waited for one by one: a dead process stays a zombie until the end, and must not seem alive.
sys.exit(max(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children))
