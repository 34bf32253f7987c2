"""How long a run takes to its first step: PyTorch's import, the networks and their optimisers, and the step itself.

    OMP_NUM_THREADS=1 python -m benchmarks.start

Each start is a process of its own, on eight Gaussians in 2-D. The least of five: others on the machine only add to it.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from benchmarks.clock import children_seconds

FIRST_STEP = """
from benchmarks.steps import CASES, trainer
import torch
torch.set_num_threads(1)
trainer(CASES["ring"], "gan").advance()
"""
REPETITIONS = 5


def main() -> None:
    """Measure and print."""
    measured = [start() for _ in range(REPETITIONS)]
    clock, processor = (min(each) for each in zip(*measured, strict=True))
    print(f"To the first step: {clock:.2f} s by the clock, {processor:.2f} s on the processor; best of {REPETITIONS}")


def start() -> tuple[float, float]:
    """Seconds of one start, by the clock and on the processor."""
    began, before = time.perf_counter(), children_seconds()
    subprocess.run([sys.executable, "-c", FIRST_STEP], cwd=Path(__file__).parents[1], check=True)
    return time.perf_counter() - began, children_seconds() - before


if __name__ == "__main__":
    main()
