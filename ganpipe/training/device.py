"""Which device a process computes on."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count, product
from socket import AF_UNIX, socket
from typing import Literal

from ganpipe.errors import GanpipeError
from ganpipe.late import torch

DeviceChoice = Literal["auto", "cpu", "cuda"]
TASK = "SNAKEMAKE_SUBMITIT_TASK"
"""Set by the workflow's executor in its tasks, and not in any other job of Slurm, as an interactive one."""

log = logging.getLogger(__name__)


@contextmanager
def device_for_one_run(choice: DeviceChoice, threads: int = 1, runs_per_gpu: int = 1) -> Iterator[torch.device]:
    """A device that no other ganpipe run of this workstation uses, or a GPU that few do.

    On a CPU, PyTorch is held to ``threads`` threads: runs beside each other with one thread each are faster than one
    run with many, and results stay the same whatever the machine's size. Of the GPUs that ``CUDA_VISIBLE_DEVICES``
    leaves, it is the one that fewest runs hold, and while all of them have ``runs_per_gpu`` this waits. The only GPU
    of a task that the executor submitted is taken at once: how many share it was decided when the task was made.

    Raises:
        GanpipeError: a GPU is asked for and there is none.
    """
    torch.set_num_threads(threads)
    if choice == "cpu" or (choice == "auto" and not torch.cuda.is_available()):
        yield torch.device("cpu")
        return
    if not torch.cuda.is_available():
        raise GanpipeError("--device cuda: PyTorch sees no GPU here (torch.cuda.is_available() is False)")
    # The same kernels in the same order, or a resumed run would not end where an undisturbed one does.
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.benchmark = False
    # Evaluations are made in float32; a run says itself what its training may round.
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = False
    gpus = torch.cuda.device_count()
    if gpus == 1 and os.environ.get(TASK):
        yield torch.device("cuda", 0)
        return
    with _held_gpu(_names(gpus), runs_per_gpu) as index:
        yield torch.device("cuda", index)


def _names(gpus: int) -> list[str]:
    """What other processes of this machine call the GPUs that this one counts from 0."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",")
    # Every job of Slurm may count its own from 0.
    job = os.environ.get("SLURM_JOB_ID", "")
    names = visible if len(visible) == gpus else map(str, range(gpus))
    return [f"ganpipe-{os.getuid()}-{job}-gpu{name.strip()}" for name in names]


@contextmanager
def _held_gpu(names: list[str], runs: int) -> Iterator[int]:
    # A second run is put on a GPU when every GPU has a first one.
    places = list(product(range(runs), enumerate(names)))
    for turn in count():
        for run, (index, name) in places:
            # An address that begins with a zero byte is no file: it is free again however its process ends.
            with closing(socket(AF_UNIX)) as hold:
                try:
                    hold.bind(f"\0{name}-{run}")
                except OSError:
                    continue
                yield index
                return
        if turn == 0:
            log.info("every GPU has as many runs as may share it (%d); waits for one", runs)
        time.sleep(1.0)
