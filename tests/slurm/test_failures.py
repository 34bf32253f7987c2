"""What goes wrong on a cluster, done to a real one: the message says what it was, and nothing is lost or run twice."""

from __future__ import annotations

import os
import re
import signal
import stat
from pathlib import Path

import pytest

from tests.executor.workflows import Workflow, processes_in, wait_until
from tests.slurm.cluster import Cluster

pytestmark = pytest.mark.slurm

WAITS_FOR_GO = """
rule job:
    output:
        "made/{i}",
    resources:
        mem_mb=400,
    shell:
        "echo {wildcards.i} $$ >> started; for k in $(seq 600); do test -e go && break; sleep 0.1; done;"
        " echo {wildcards.i} >> ended; touch {output}"
"""


def tasks(cluster: Cluster, *states: str) -> list[str]:
    """The tasks in the queue."""
    chosen = ["-t", ",".join(states)] if states else []
    return cluster.call("squeue", "-h", "-r", "-o", "%i", *chosen).split()


def started(workflow: Workflow, count: int) -> None:
    wait_until(lambda: len(workflow.lines("started")) == count, f"{count} job(s) started")


def test_a_job_that_is_cancelled_from_outside_is_told_and_tried_again(workflow: Workflow, cluster: Cluster) -> None:
    workflow.write(WAITS_FOR_GO)
    main = workflow.start("--retries", "1")
    started(workflow, 1)
    (task,) = tasks(cluster)
    cluster.call("scancel", task)
    started(workflow, 2)
    (workflow.folder / "go").touch()
    said = workflow.said(main, 90)
    assert main.returncode == 0, said
    assert re.search(rf"Task {task} was cancelled, by a person or an administrator", said)


def test_without_accounting_a_cancelled_job_is_noticed_too(workflow: Workflow, cluster: Cluster) -> None:
    broken = workflow.folder / "bin" / "sacct"
    broken.parent.mkdir()
    broken.write_text("#!/bin/sh\necho Slurm accounting storage is disabled >&2; exit 1\n")
    broken.chmod(broken.stat().st_mode | stat.S_IXUSR)
    workflow.environment["PATH"] = f"{broken.parent}:{workflow.environment['PATH']}"
    workflow.write(WAITS_FOR_GO)
    main = workflow.start()
    started(workflow, 1)
    (task,) = tasks(cluster)
    cluster.call("scancel", task)
    said = workflow.said(main, 90)
    assert main.returncode != 0
    assert "sacct does not answer; asking squeue instead" in said
    assert re.search(rf"Task {task} was cancelled", said)


def test_a_job_that_needs_more_memory_is_told_and_gets_it_with_the_next_attempt(workflow: Workflow) -> None:
    workflow.write("""
    rule job:
        output:
            "made/{i}",
        resources:
            mem_mb=lambda wildcards, attempt: 500 * attempt,
        shell:
            "echo x >> started; python3 -c 'import time; hog = bytearray(500 * 2**20); time.sleep(4)'; touch {output}"
    """)
    said = workflow.run("--retries", "1")
    assert re.search(r"Task \d+ ran out of memory", said)
    assert len(workflow.lines("started")) == 2


def test_a_task_that_is_killed_is_told(workflow: Workflow) -> None:
    workflow.write(WAITS_FOR_GO)
    main = workflow.start()
    started(workflow, 1)
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_text()
        except OSError:
            continue
        if "submitit.core._submit" in command and str(workflow.folder) in command and "srun" not in command:
            os.kill(int(process.name), signal.SIGKILL)
    said = workflow.said(main, 90)
    assert main.returncode != 0
    assert re.search(r"Task \d+ was killed \(SIGKILL\) from outside", said)
    wait_until(lambda: processes_in(workflow.folder) == [], "everything has ended", 20)


def test_a_node_that_slurm_loses_sight_of_does_not_make_a_job_run_twice(workflow: Workflow, cluster: Cluster) -> None:
    workflow.write(WAITS_FOR_GO)
    main = workflow.start()
    started(workflow, 1)
    (task,) = tasks(cluster)
    node = cluster.call("squeue", "-h", "-o", "%N").strip()
    cluster.stop_node(node)
    try:
        # Slurm starts the task again on the other node, while it still runs on this one.
        wait_until(
            lambda: cluster.call("squeue", "-h", "-t", "RUNNING", "-o", "%N").strip() not in ("", node),
            "the task has moved to the other node",
        )
        (workflow.folder / "go").touch()
        said = workflow.said(main, 120)
        assert main.returncode == 0, said
        assert len(workflow.lines("started")) == len(workflow.lines("ended")) == 1
        assert task in said
    finally:
        cluster.start_node(node)


def test_ctrl_c_cancels_what_waits_and_what_runs(workflow: Workflow, cluster: Cluster) -> None:
    workflow.write(WAITS_FOR_GO)
    main = workflow.start("--submitit-array-parallelism", "2", wanted=4)
    started(workflow, 2)
    assert len(tasks(cluster, "PENDING")) == 2
    said = workflow.interrupt(main)
    assert main.returncode != 0
    assert "Terminating processes on user request" in said
    wait_until(lambda: not tasks(cluster), "the queue is empty", 20)
    wait_until(lambda: processes_in(workflow.folder) == [], "everything has ended", 20)
    assert workflow.made() == set()


def test_jobs_of_a_killed_main_process_are_taken_over(workflow: Workflow, cluster: Cluster) -> None:
    workflow.write(WAITS_FOR_GO)
    main = workflow.start("--submitit-array-parallelism", "2", wanted=3)
    started(workflow, 2)
    assert len(tasks(cluster)) == 3
    main.kill()
    main.wait()
    workflow.run("--unlock", wanted=3)
    again = workflow.start("--rerun-incomplete", wanted=4)
    started(workflow, 3)
    (workflow.folder / "go").touch()
    said = workflow.said(again, 120)
    assert again.returncode == 0, said
    assert said.count("taken over from an earlier Snakemake process") == 3
    assert sorted(line.split()[0] for line in workflow.lines("started")) == ["0", "1", "2", "3"]


def test_what_sbatch_refuses_is_told_in_its_words(workflow: Workflow) -> None:
    workflow.write(WAITS_FOR_GO)
    said = workflow.run("--default-resources", "slurm_partition=nowhere", succeeds=False)
    assert re.search(r"sbatch refuses it: .*invalid partition specified: nowhere", said)
