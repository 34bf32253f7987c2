"""Which device a process computes on."""

from __future__ import annotations

import fcntl
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Literal

import torch

from ganpipe.errors import GanpipeError

DeviceChoice = Literal["auto", "cpu", "cuda"]


@contextmanager
def device_for_one_run(choice: DeviceChoice, threads: int = 1, runs_per_gpu: int = 1) -> Iterator[torch.device]:
    """A device that no other ganpipe run of this workstation uses, or a GPU that few do.

    On a CPU, PyTorch is held to ``threads`` threads: runs beside each other with one thread each are faster than one
    run with many, and results stay the same whatever the machine's size. Under a scheduler the GPU is the one it gave
    (``CUDA_VISIBLE_DEVICES``); else the GPU that fewest runs have locked, waiting for one while all of them have
    ``runs_per_gpu``.

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
    if "CUDA_VISIBLE_DEVICES" in os.environ:
        yield torch.device("cuda", 0)
        return
    with _locked_gpu(torch.cuda.device_count(), runs_per_gpu) as index:
        yield torch.device("cuda", index)


@contextmanager
def _locked_gpu(count: int, runs: int) -> Iterator[int]:
    folder = Path(tempfile.gettempdir())
    # A second run is put on a GPU when every GPU has a first one.
    places = [
        (index, folder / f"ganpipe-{os.getuid()}-gpu{index}-{run}.lock")
        for run, index in product(range(runs), range(count))
    ]
    while True:
        for index, path in places:
            with path.open("w") as handle:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                yield index
                return
        time.sleep(1.0)
