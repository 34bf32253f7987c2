"""Many jobs through few calls, and none of them lost or doubled."""

from __future__ import annotations

import re
import time

import pytest

from tests.executor.workflows import Workflow
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
    allowed = cluster.conf.read_text()
    try:
        cluster.conf.write_text(allowed.replace("MaxArraySize=1001", "MaxArraySize=5"))
        cluster.call("scontrol", "reconfigure")
        assert re.search(r"MaxArraySize\s*= 5\b", cluster.call("scontrol", "show", "config"))
        workflow.write(COUNTED)
        assert submissions(workflow.run(wanted=12)) == [5, 5, 2]
        check(workflow, 12)
    finally:
        cluster.conf.write_text(allowed)
        cluster.call("scontrol", "reconfigure")


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
