"""How long a training step takes here, found out by making some."""

from __future__ import annotations

import time
from statistics import median

import torch

from ganpipe.data.made_up import made_up
from ganpipe.spec.run import RunSpec
from ganpipe.training.trainer import Trainer

ENOUGH = 0.5
"""Seconds of steps after which the pace is known."""
BLOCK = 0.05
"""Seconds of steps between two looks at the clock, which waits for a GPU."""
LEAST = 2
"""Measurements, however long each takes."""


def seconds_a_step(spec: RunSpec, device: torch.device) -> float:
    """The median time of a step of a run at its start, on made-up samples of its dataset's shape.

    The first step is dropped: it allocates memory and chooses kernels. On a CPU these are seconds of the processor,
    which are those of the clock when nothing else is at work.
    """
    trainer = Trainer(spec, made_up(spec.dataset, device), device)
    _seconds(trainer, 1)
    first = _seconds(trainer, 1)
    count = max(1, round(BLOCK / max(first, 1e-6)))
    # A step as long as a block is a measurement; a shorter one only said how many make one.
    found = [first] if count == 1 else []
    while len(found) < LEAST or count * sum(found) < ENOUGH:
        found.append(_seconds(trainer, count) / count)
    return median(found)


def _seconds(trainer: Trainer, steps: int) -> float:
    on_gpu = trainer.device.type == "cuda"
    clock = time.perf_counter if on_gpu else time.process_time
    started = clock()
    for _ in range(steps):
        trainer.advance()
    if on_gpu:
        torch.cuda.synchronize(trainer.device)
    return clock() - started
