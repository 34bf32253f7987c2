"""Trains one run in processes that are killed (SIGKILL) again and again, and at last to its end. Run by test_kill.py.

    python killer.py SPECIFICATION RUN_FOLDER DATASET_FOLDER KILLS

Most are killed after a random time; some kill themselves at the most delicate moments of writing a file. Processes are
forked from this one, which has imported everything, so a life costs no start-up. Prints, as JSON, how each life ended.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch

from ganpipe.data.prepare import open_prepared
from ganpipe.layout import CHECKPOINT
from ganpipe.spec.run import read_run_spec
from ganpipe.training import checkpoint
from ganpipe.training.train import train
from ganpipe.training.trainer import Trainer

CPU = torch.device("cpu")
LONGEST_LIFE = 0.25
"""Seconds."""


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def before_flushing(calls: int) -> None:
    """The bytes of a file are on their way to the disk, and half of them have arrived."""
    fsync, left = os.fsync, calls

    def patched(handle: int) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.truncate(f"/proc/self/fd/{handle}", os.fstat(handle).st_size // 2)
            die()
        fsync(handle)

    checkpoint.os.fsync = patched  # type: ignore[assignment]


def before_renaming(prefix: str) -> Callable[[int], None]:
    """A file with such a name is written under its temporary one, and a checkpoint has just become the previous one."""

    def arrange(calls: int) -> None:
        replace, left = Path.replace, calls

        def patched(self: Path, target: Path) -> Path:
            nonlocal left
            left -= target.name.startswith(prefix)
            if left == 0:
                die()
            return replace(self, target)

        Path.replace = patched  # type: ignore[assignment, method-assign]

    return arrange


DELICATE: dict[str, Callable[[int], None]] = {
    "file half written": before_flushing,
    "checkpoint not renamed": before_renaming(CHECKPOINT),
    "snapshot not renamed": before_renaming("snapshot-"),
}


def main(specification: Path, folder: Path, dataset_folder: Path, kills: int) -> None:
    torch.set_num_threads(1)
    spec = read_run_spec(specification)
    # PyTorch imports a second's worth of modules when the first optimiser is made; lives are shorter than that.
    Trainer(spec, open_prepared(spec.dataset, dataset_folder, "train", CPU), CPU).advance()
    rng = random.Random(0)
    ends: dict[str, int] = {}
    for life in range(kills):
        delicate = rng.choice(sorted(DELICATE)) if life % 4 == 3 else None
        calls = 1 if delicate == "snapshot not renamed" else rng.randint(1, 5)
        if (child := os.fork()) == 0:
            if delicate is not None:
                DELICATE[delicate](calls)
            train(spec, folder, dataset_folder, CPU, checkpoint_every=0.0)
            os._exit(0)
        if delicate is None:
            time.sleep(rng.uniform(0.0, LONGEST_LIFE))
            os.kill(child, signal.SIGKILL)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if code != -signal.SIGKILL:
            sys.exit(f"life {life} ended by itself ({code}): the run is too short to be killed {kills} times")
        writing = delicate or ("writing" if list(folder.glob(".checkpoint.*")) else "elsewhere")
        ends[writing] = ends.get(writing, 0) + 1
    train(spec, folder, dataset_folder, CPU)
    print(json.dumps(ends))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))
