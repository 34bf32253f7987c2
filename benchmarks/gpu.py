"""PacGAN's Table 1 on a GPU: updates a second of runs alone and beside each other, plain and replayed.

Steps are those of `pacgan_table1` at paper scale, on made-up images.

* `GFLOP`: matrix products and convolutions of a step, gradients included.
* `alone`, `2 beside`, ...: steps a second of so many runs together on the GPU, in processes of their own.
* `replayed`: by CUDA graphs (`cuda_graphs: true`), where a recording did the same to the last bit.
* `TFLOP/s`: at the best of these; `hours`: all of the table's runs of the method at that rate, extrapolated.
"""

from __future__ import annotations

import math
import multiprocessing
import queue
import sys
import time
from contextlib import suppress
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path

import torch
from tabulate import tabulate

from benchmarks.products import Products
from ganpipe.data.made_up import made_up
from ganpipe.plan.experiment import read_experiment
from ganpipe.plan.resolve import resolve
from ganpipe.presets import METHODS
from ganpipe.spec.run import RunSpec
from ganpipe.training.graph import PLAIN_STEPS, CudaGraphs
from ganpipe.training.trainer import Trainer

EXPERIMENT = Path(__file__).parents[1] / "config" / "experiments" / "pacgan_table1.yaml"
BESIDE = (1, 2, 4, 8)
WARM_UP = PLAIN_STEPS + 5
SECONDS = 5.0
"""For which runs are counted."""
BLOCK = 10
"""Steps between two looks at the clock."""


def main() -> None:
    """Measure and print."""
    if not torch.cuda.is_available():
        sys.exit("PyTorch sees no GPU")
    rows = [row(label, runs) for label, runs in table_runs().items()]
    counts = ["alone", *(f"{count} beside" for count in BESIDE[1:])]
    heads = ["method", "GFLOP", *counts, *(f"{count}, replayed" for count in counts), "TFLOP/s", "hours"]
    print(f"{torch.cuda.get_device_name()}; steps a second:\n")
    print(tabulate(rows, heads, tablefmt="github", disable_numparse=True))


def table_runs() -> dict[str, list[RunSpec]]:
    """The runs of the table by method."""
    runs: dict[str, list[RunSpec]] = {}
    labels = {method: label for label, method in METHODS.items()}
    for spec in resolve(EXPERIMENT.stem, read_experiment(EXPERIMENT), "paper", [], str(EXPERIMENT), {}).runs.values():
        runs.setdefault(labels[spec.method], []).append(spec)
    return runs


def row(label: str, runs: list[RunSpec]) -> list[str]:
    """A row of the table."""
    spec = runs[0]
    gflop = step_gflop(spec, "cuda")
    rates = [pace(spec, "cuda", count, replayed=replayed) for replayed in (False, True) for count in BESIDE]
    best = max(rates)
    hours = sum(run.training.steps for run in runs) / best / 3600 if best else math.inf
    return [label, f"{gflop:.0f}", *(f"{rate:.1f}" for rate in rates), f"{gflop * best / 1000:.1f}", f"{hours:.1f}"]


def step_gflop(spec: RunSpec, kind: str) -> float:
    """GFLOP of one step."""
    trainer = make_trainer(spec, kind, replayed=False)
    with Products() as products:
        trainer.advance()
    return products.flops / 1e9


def pace(spec: RunSpec, kind: str, count: int, *, replayed: bool, seconds: float = SECONDS) -> float:
    """Steps a second of ``count`` runs together; 0 where one fails: memory ends, or steps are not replayed."""
    context = multiprocessing.get_context("spawn")
    barrier, answers = context.Barrier(count), context.Queue()
    processes = [
        context.Process(target=work, args=(spec, kind, replayed, seconds, barrier, answers)) for _ in range(count)
    ]
    for process in processes:
        process.start()
    rates: list[float] = []
    while len(rates) < count and not any(process.exitcode for process in processes):
        with suppress(queue.Empty):
            rates.append(answers.get(timeout=0.5))
    whole = len(rates) == count
    for process in processes:
        if not whole:
            process.kill()
        process.join()
    return sum(rates) if whole else 0.0


def work(spec: RunSpec, kind: str, replayed: bool, seconds: float, barrier: Barrier, answers: Queue[float]) -> None:
    """One of the runs: steps a second, counted while all of them are at work."""
    torch.set_num_threads(1)
    trainer = make_trainer(spec, kind, replayed=replayed)
    for _ in range(WARM_UP):
        trainer.advance()
    wait(trainer.device)
    if replayed and not trainer.replays:
        sys.exit("steps are not replayed")
    barrier.wait()
    began, steps = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        for _ in range(BLOCK):
            trainer.advance()
        # Now and then only, as in a run: the host prepares the next step while the device is at this one.
        wait(trainer.device)
        steps += BLOCK
    answers.put(steps / (time.perf_counter() - began))
    # No run leaves the others to themselves before all are counted.
    barrier.wait()


def make_trainer(spec: RunSpec, kind: str, *, replayed: bool) -> Trainer:
    """A run at its start, on made-up samples."""
    torch.backends.cudnn.deterministic = True
    device = torch.device(kind)
    recorder = CudaGraphs(device) if replayed and kind == "cuda" else None
    return Trainer(spec, made_up(spec.dataset, device), device, recorder)


def wait(device: torch.device) -> None:
    """Until the device has done all that it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


if __name__ == "__main__":
    main()
