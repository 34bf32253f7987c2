"""What the workflow itself costs, without any training: planning, a dry run, and a run with nothing to do.

    python -m benchmarks.orchestration [RUNS ...]          1000 by default; ten seeds a cell, two jobs a run

Results are faked as empty files, and ``snakemake --touch`` records them, so that the last measurement reads as much
metadata as after a real run.
"""

from __future__ import annotations

import json
import math
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

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
    counts = [int(text) for text in sys.argv[1:]] or [1000]
    rows = [[runs, *(f"{wall:.1f} ({cpu:.1f})" for wall, cpu in measure(runs))] for runs in counts]
    print("Seconds by the clock (on the processor):")
    print(tabulate(rows, ["runs", *MEASURED], tablefmt="github", disable_numparse=True))


MEASURED = ("first plan", "plan again", "dry run, with planning", "nothing to do")
Seconds = tuple[float, float]


def measure(runs: int) -> list[Seconds]:
    """The time of each of ``MEASURED``."""
    with tempfile.TemporaryDirectory(prefix="ganpipe-bench-") as name:
        project = Path(name)
        make_project(project, runs)
        ganpipe, snakemake = ([sys.executable, "-m", module] for module in ("ganpipe", "snakemake"))
        seconds = [timed([*ganpipe, "plan", "--quiet"], project) for _ in range(2)]
        shutil.rmtree(project / "results")
        seconds.append(timed([*snakemake, "-n", "-q", "all"], project))
        fake_results(project)
        timed([*snakemake, "--touch", "-c", "1", "-q", "all"], project)
        seconds.append(timed([*snakemake, "-c", "1"], project, expected="Nothing to be done"))
        return seconds


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
    """Every file that the workflow declares, empty, in the order in which they would be made."""
    results = project / "results"
    plan = json.loads((results / "plan.json").read_text())
    ((_, experiment),) = plan["experiments"].items()
    folder = results / "quick" / "large"
    for path in (
        *(results / "datasets" / name / "manifest.json" for name in plan["datasets"]),
        *(results / "runs" / name / "result.json" for name in plan["runs"]),
        *(results / "evaluations" / run / f"{name}.parquet" for run, name in experiment["evaluations"]),
        *(folder / name for name in ("metrics.parquet", "table.html", "table.md", "table.csv", "table.tex")),
        *(folder / f"{name}.{suffix}" for name in experiment["figures"] for suffix in ("png", "svg")),
        results / "quick" / "index.html",
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def timed(command: list[str], folder: Path, expected: str = "") -> Seconds:
    """The time of a command, which must succeed and say what is expected."""
    started, used = time.perf_counter(), processor_seconds()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    seconds = time.perf_counter() - started, processor_seconds() - used
    if done.returncode or expected not in done.stdout + done.stderr:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return seconds


def processor_seconds() -> float:
    """What all children so far have used, for comparisons on a busy machine."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
