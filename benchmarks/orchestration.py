"""What the workflow itself costs, without any training: planning, a dry run, a run with nothing to do, and collecting.

    python -m benchmarks.orchestration [RUNS ...]          1000 and 10000 by default; ten seeds a cell, two jobs a run

Runs are empty files, evaluations real ones with twenty metrics, and ``snakemake --touch`` records them all, so that a
run with nothing to do reads as much metadata as after a real one.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from multiprocessing import Process
from pathlib import Path
from typing import Any

from tabulate import tabulate

REPOSITORY = Path(__file__).parents[1]
SEEDS = 10

EXPERIMENT = """\
title: A large ablation
runs: {{dataset: ring8_pacgan, networks: mlp, training.steps: 1000, training.batch_size: 100}}
axes:
  grid:
    training.learning_rate: {rates}
    networks.generator.width: {widths}
seeds: {seeds}
protocols: [mixture-2500]
"""


def main() -> None:
    """Measure and print."""
    counts = [int(text) for text in sys.argv[1:]] or [1000, 10000]
    costs = [measure(runs) for runs in counts]
    rows = [[name, *(str(cost) for cost in row)] for name, *row in zip(MEASURED, *costs, strict=True)]
    print("Seconds by the clock (on the processor), and memory at the peak:\n")
    print(tabulate(rows, ["", *(f"{runs:,} runs" for runs in counts)], tablefmt="github", disable_numparse=True))


MEASURED = ("first plan", "plan again", "dry run, with planning", "nothing to do", "`ganpipe status`", "aggregate")


@dataclass(frozen=True)
class Cost:
    """What a command took."""

    clock: float
    processor: float
    megabytes: float

    def __str__(self) -> str:
        return f"{self.clock:.1f} ({self.processor:.1f}) s, {self.megabytes:.0f} MB"


def measure(runs: int) -> list[Cost]:
    """The cost of each of ``MEASURED``."""
    with tempfile.TemporaryDirectory(prefix="ganpipe-bench-") as name:
        project = Path(name)
        make_project(project, runs)
        ganpipe, snakemake = ([sys.executable, "-m", module] for module in ("ganpipe", "snakemake"))
        costs = [cost_of([*ganpipe, "plan", "--quiet"], project) for _ in range(2)]
        shutil.rmtree(project / "results")
        costs.append(cost_of([*snakemake, "-n", "-q", "all"], project))
        # Apart: what a child takes at its peak counts from its parent's memory, so this process stays small.
        fakes = Process(target=fake_results, args=[project])
        fakes.start()
        fakes.join()
        cost_of([*snakemake, "--touch", "-c", "1", "-q", "all"], project)
        costs.append(cost_of([*snakemake, "-c", "1"], project, expected="Nothing to be done"))
        for path in (project / "results" / "runs").glob("*/result.json"):
            path.write_text(json.dumps({"status": "complete", "reason": None, "train_seconds": 1.0}))
        costs.append(cost_of([*ganpipe, "status"], project, expected="complete"))
        costs.append(cost_of([*ganpipe, "aggregate", "results/quick/large"], project))
        return costs


def make_project(folder: Path, runs: int) -> None:
    """A project of one experiment: a square of cells with ``SEEDS`` seeds each."""
    for part in ("workflow", "profiles"):
        shutil.copytree(REPOSITORY / part, folder / part)
    shutil.copy(REPOSITORY / "Snakefile", folder)
    (folder / "config" / "experiments").mkdir(parents=True)
    (folder / "config" / "config.yaml").write_text("scale: quick\nexperiments: [large]\n")
    side = round(math.sqrt(runs / SEEDS))
    rates, widths = [0.0001 * (i + 1) for i in range(side)], [8 * (i + 1) for i in range(runs // SEEDS // side)]
    experiment = EXPERIMENT.format(rates=[round(rate, 6) for rate in rates], widths=widths, seeds=SEEDS)
    (folder / "config" / "experiments" / "large.yaml").write_text(experiment)


def fake_results(project: Path) -> None:
    """Every file that the workflow declares, in the order in which they would be made."""
    import pyarrow.parquet as pq

    from ganpipe.evaluation.schema import evaluation_table

    results = project / "results"
    plan = json.loads((results / "plan.json").read_text())
    ((_, experiment),) = plan["experiments"].items()
    folder = results / "quick" / "large"
    for path in (
        *(results / "datasets" / name / "manifest.json" for name in plan["datasets"]),
        *(results / "runs" / name / "result.json" for name in plan["runs"]),
    ):
        touch(path)
    for run, name in experiment["evaluations"]:
        path = results / "evaluations" / run / f"{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(evaluation_table(evaluation(run, name), {"commit": 40 * "0"}), path)
    for path in (
        *(folder / name for name in ("metrics.parquet", "table.html", "table.md", "table.csv", "table.tex")),
        *(folder / f"{name}.{suffix}" for name in experiment["figures"] for suffix in ("png", "svg")),
        results / "quick" / "index.html",
    ):
        touch(path)


def touch(path: Path) -> None:
    """An empty file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


def evaluation(run: str, name: str) -> list[dict[str, Any]]:
    """What ``ganpipe evaluate`` might find out about a run: twenty metrics."""
    shared = {"run_id": run, "evaluation_id": name, "protocol": "mixture-2500", "n": 2500, "status": "complete"}
    return [shared | {"metric": f"metric_{i}", "value": 0.1 * i} for i in range(20)]


def cost_of(command: list[str], folder: Path, expected: str = "") -> Cost:
    """The cost of a command with all that it starts; it must succeed and say what is expected."""
    with tempfile.TemporaryFile("w+") as said:
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdout=said, stderr=said)
        # Not Popen.wait, which does not tell what this one child used.
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - started
        said.seek(0)
        text = said.read()
    if process.returncode or expected not in text:
        sys.exit(f"{' '.join(command)} failed:\n{text}")
    return Cost(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / 1e6)


if __name__ == "__main__":
    main()
