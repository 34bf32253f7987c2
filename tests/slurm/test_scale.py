"""Many jobs through few calls, and none of them lost or doubled."""

from __future__ import annotations

import re
import time

import pytest

from tests.executor.workflows import Workflow, wait_until
from tests.slurm.cluster import Cluster

pytestmark = pytest.mark.slurm

COUNTED = """
rule job:
    output:
        "made/{i}",
    resources:
        mem_mb=300,
        runtime=5,
    shell:
        "echo {wildcards.i} >> started; touch {output}"
"""


def check(workflow: Workflow, wanted: int) -> None:
    numbers = [str(number) for number in range(wanted)]
    assert sorted(workflow.lines("started")) == sorted(numbers)
    assert workflow.made() == set(numbers)


def submissions(said: str) -> list[int]:
    """Tasks in each submission."""
    return [int(count) for count in re.findall(r"Submitted \d+ job\(s\) as (\d+) task\(s\)", said)]


def test_arrays_are_as_long_as_the_cluster_allows(workflow: Workflow, cluster: Cluster) -> None:
    with cluster.changed("MaxArraySize=1001", "MaxArraySize=5"):
        assert re.search(r"MaxArraySize\s*= 5\b", cluster.call("scontrol", "show", "config"))
        workflow.write(COUNTED)
        assert submissions(workflow.run(wanted=12)) == [5, 5, 2]
        check(workflow, 12)


def test_what_the_queue_has_no_room_for_leaves_later(workflow: Workflow, cluster: Cluster) -> None:
    workflow.write(COUNTED)
    try:
        limit_queue(cluster, 4)
        said = workflow.run(wanted=10)
        check(workflow, 10)
        assert sum(submissions(said)) == 10
        assert max(submissions(said)) <= 4
        assert said.count("AssocMaxSubmitJobLimit: the cluster's queue takes no more tasks.") == 1
        limit_queue(cluster, 0)
        said = workflow.run(wanted=11, succeeds=False)
        assert re.search(r"sbatch refuses it: .*AssocMaxSubmitJobLimit.*lower jobs in the profile", said)
    finally:
        limit_queue(cluster, -1)


def limit_queue(cluster: Cluster, tasks: int) -> None:
    """Let root have so many tasks in the queue, all of them with -1."""
    cluster.call("sacctmgr", "-i", "modify", "user", "root", "set", f"MaxSubmitJobs={tasks}")
    known = ["scontrol", "show", "assoc_mgr", "users=root", "flags=assoc"]
    wanted = [] if tasks < 0 else [str(tasks)]
    wait_until(
        lambda: re.findall(r"MaxSubmitJobs=(\d+)", cluster.call(*known)) == wanted, "Slurm knows of the limit", 20
    )


def test_packed_jobs_share_a_task_and_run_beside_each_other(workflow: Workflow, cluster: Cluster) -> None:
    workflow.write("""
    rule job:
        output:
            "made/{i}",
        resources:
            mem_mb=400,
            gpus=1,
            pack=4,
            pack_beside=2,
        shell:
            "echo $SLURM_JOB_ID $CUDA_VISIBLE_DEVICES >> started; date +%s.%N > {output}; sleep 2"
    """)
    said = workflow.run(wanted=6)
    assert submissions(said) == [1, 1] or submissions(said) == [2]
    assert len(set(workflow.lines("started"))) == 2
    assert all(re.fullmatch(r"\d+ [01]", line) for line in workflow.lines("started"))
    assert workflow.made() == {str(number) for number in range(6)}


@pytest.mark.parametrize("wanted", [100, pytest.param(1000, marks=pytest.mark.soak)])
def test_short_jobs_are_neither_lost_nor_doubled(workflow: Workflow, wanted: int) -> None:
    workflow.write(COUNTED)
    began = time.monotonic()
    said = workflow.run("--submitit-pack", "5", wanted=wanted)
    print(f"{wanted} jobs in {time.monotonic() - began:.0f} s")
    check(workflow, wanted)
    assert len(submissions(said)) <= 3
