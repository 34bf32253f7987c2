"""What the executor itself costs: calls to Slurm, the main process, and the start of a job's own Snakemake.

    python -m benchmarks.submission [JOBS]          1000 by default

Slurm is a stand-in that answers at once and whose tasks succeed without running anything, so that only the executor and
Snakemake are measured; jobs end over some seconds, so that there is something to poll. The last line is a job for real.
"""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from textwrap import dedent

from snakemake_executor_plugin_submitit.result import Result
from tabulate import tabulate

from benchmarks.clock import children_seconds

SNAKEFILE = """\
onstart:
    workflow.scheduler.job_rate_limiter = None

rule all:
    input:
        expand("made/{i}", i=range(int(config["jobs_wanted"]))),

rule job:
    output:
        "made/{i}",
    resources:
        runtime=5,
        mem_mb=300,
    shell:
        "date +%s.%N > {output}"
"""
STAND_INS = {
    "sbatch": """
        #!{python} -S
        import os, sys, time
        count = open("calls/sbatch").read().count("x") + 1
        open("calls/sbatch", "a").write("x")
        print("Submitted batch job", 1000 * count)
    """,
    "sacct": """
        #!/bin/sh
        echo x >> calls/sacct
        for array in $(echo "$@" | sed 's/.*-j //; s/,/ /g'); do echo "${{array}}_[0-1000]|RUNNING|0:0|node1"; done
    """,
    "squeue": "#!/bin/sh\necho x >> calls/squeue",
    "scontrol": "#!/bin/sh\necho 'MaxArraySize = 1001'",
    "srun": "#!/bin/sh",
}
SECONDS = 10
"""Over which the jobs end."""


def main() -> None:
    """Measure and print."""
    jobs = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    rows = [measure(jobs, jobs), measure(jobs, jobs // 10), measure(jobs // 10, jobs // 10)]
    heads = ["jobs", "at once", "sbatch calls", "CPU of the main process, ms a job", "questions to Slurm a minute"]
    print(tabulate(rows, heads, tablefmt="github", disable_numparse=True))
    clock, processor = start_up()
    print(
        f"\nA job's own Snakemake: {clock:.2f} s to its shell command, {processor:.2f} s on the processor; best of five"
    )


def measure(jobs: int, at_once: int) -> list[str]:
    """A row of the table: ``at_once`` is how many Snakemake hands over before one has ended (`--jobs`)."""
    with tempfile.TemporaryDirectory(prefix="ganpipe-bench-") as name:
        folder = Path(name)
        (folder / "Snakefile").write_text(SNAKEFILE)
        (folder / "calls").mkdir()
        (folder / "made").mkdir()
        (folder / "bin").mkdir()
        for command, text in STAND_INS.items():
            script = folder / "bin" / command
            script.write_text(dedent(text).strip().format(python=sys.executable) + "\n")
            script.chmod(script.stat().st_mode | stat.S_IXUSR)
            (folder / "calls" / command).touch()
        base = dry_run_seconds(folder, 1)
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "snakemake", "--executor", "submitit", "--submitit-cluster", "slurm"),
                *("--jobs", str(at_once), "--scheduler", "greedy"),
                *("--scheduler-subsample", "500", "--seconds-between-status-checks", "2", "--quiet", "all"),
                *("--submitit-state-interval", "5", "--config", f"jobs_wanted={jobs}"),
            ],
            cwd=folder,
            env={**os.environ, "PATH": f"{folder / 'bin'}:{os.environ['PATH']}"},
        )
        before, began = children_seconds(), time.monotonic()
        pretend(folder, jobs, process)
        process.wait()
        if process.returncode:
            sys.exit("Snakemake failed")
        spent, minutes = children_seconds() - before - base, (time.monotonic() - began) / 60
        calls = {command: len((folder / "calls" / command).read_text().split()) for command in ("sacct", "squeue")}
        submitted = len((folder / "calls" / "sbatch").read_text())
        return [
            str(jobs),
            str(at_once),
            str(submitted),
            f"{1000 * spent / jobs:.1f}",
            f"{sum(calls.values()) / minutes:.0f}",
        ]


def pretend(folder: Path, jobs: int, process: subprocess.Popen[bytes]) -> None:
    """Have the jobs end, evenly over ``SECONDS``."""
    done = 0
    while done < jobs and process.poll() is None:
        time.sleep(0.5)
        journals = list(folder.glob(".snakemake/submitit/*/journal.jsonl"))
        if journals:
            entries = journals[0].read_text().splitlines()
            for entry in entries[done : done + max(jobs // (2 * SECONDS), 1)]:
                finish(entry)
                done += 1


def finish(line: str) -> None:
    """Do what a task does at the end of a job."""
    entry = json.loads(line)
    number = entry["label"].rpartition("=")[2]
    session = Path(entry["folder"])
    (session.parents[2] / "made" / number).touch()
    Result("done", 0, "node1", 1.0).write(session, entry["token"])


def dry_run_seconds(folder: Path, jobs: int) -> float:
    """Processor seconds of a dry run: for one job, what it costs to start Snakemake at all."""
    before = children_seconds()
    command = [sys.executable, "-m", "snakemake", "-n", "-q", "all", "--config", f"jobs_wanted={jobs}"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return children_seconds() - before


def start_up() -> tuple[float, float]:
    """From the start of a job's own Snakemake to its shell command by the clock, and all it uses on the processor."""
    with tempfile.TemporaryDirectory(prefix="ganpipe-bench-") as name:
        folder = Path(name)
        (folder / "Snakefile").write_text(SNAKEFILE)
        clock, processor = [], []
        for number in range(5):
            command = [
                *(sys.executable, "-m", "snakemake", "--target-jobs", f"job:i={number}", "--allowed-rules", "job"),
                *("--cores", "all", "--attempt", "1", "--force-use-threads", "--force", "--nolock"),
                *("--ignore-incomplete", "--retries", "0", "--no-hooks", "--config", "jobs_wanted=5"),
                *("--scheduler", "greedy", "--max-jobs-per-timespan", "100/0s", "--mode", "remote"),
            ]
            began, used = time.time(), children_seconds()
            subprocess.run(command, cwd=folder, check=True, capture_output=True)
            clock.append(float((folder / "made" / str(number)).read_text()) - began)
            processor.append(children_seconds() - used)
        return min(clock), min(processor)


if __name__ == "__main__":
    main()
