from __future__ import annotations

from typing import Any

import pytest
from snakemake_executor_plugin_submitit.parameters import Request, ResourceError, extra_flags, request


def test_standard_resources_become_a_request() -> None:
    resources = {
        "runtime": 90,
        "mem_mb": 3000,
        "gpus": 2,
        "slurm_partition": "long",
        "slurm_account": "vision",
        "qos": "low",
        "constraint": "a100",
        "gres": "shard:1",
        "tmpdir": "/somewhere",
        "slurm_extra": "--reservation=course --exclusive",
    }
    assert request(resources, threads=3, default_runtime=60) == Request(
        minutes=90,
        cpus=3,
        mem_mb=3000,
        gpus=2,
        flags=(
            ("account", "vision"),
            ("constraint", "a100"),
            ("exclusive", True),
            ("gres", "shard:1"),
            ("partition", "long"),
            ("qos", "low"),
            ("reservation", "course"),
        ),
    )


def test_a_job_without_resources_gets_defaults_and_leaves_memory_to_the_partition() -> None:
    assert request({}, threads=1, default_runtime=45) == Request(minutes=45)


def test_cores_of_a_task_come_before_threads_and_memory_per_core_before_memory() -> None:
    asked = request({"cpus_per_task": 4, "mem_mb_per_cpu": 500, "mem_mb": 9000}, threads=2, default_runtime=1)
    assert (asked.cpus, asked.mem_mb_per_cpu, asked.mem_mb) == (4, 500, None)


def test_a_task_asks_for_the_memory_that_it_needs_itself() -> None:
    assert request({"mem_mb": 5}, threads=1, default_runtime=1).mem_mb == 400


@pytest.mark.parametrize("value", ["<TBD>", -1, 1.5, True])
def test_a_resource_that_is_no_number_is_named(value: Any) -> None:
    with pytest.raises(ResourceError, match=r"resource mem_mb=.*: expected a whole number"):
        request({"mem_mb": value}, threads=1, default_runtime=1)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("-p long", "expected --name=value"),
        ("--output=x", "is set by the executor"),
        ("--cpus-per-task=8", "is set by the executor"),
        ("--ntasks=2", "is set by the executor"),
        ("--", "expected --name=value"),
    ],
)
def test_extra_flags_that_cannot_be_are_refused(text: str, reason: str) -> None:
    with pytest.raises(ResourceError, match=reason):
        extra_flags(text)


def test_no_memory_is_a_mistake_and_not_all_of_it() -> None:
    with pytest.raises(ResourceError, match=r"resource mem_mb=0: expected a positive number"):
        request({"mem_mb": 0}, threads=1, default_runtime=60)


def test_extra_flags_may_be_quoted() -> None:
    assert extra_flags("--comment-like='two words' --exclude=node[1-2]") == {
        "comment-like": "two words",
        "exclude": "node[1-2]",
    }


def test_a_pack_asks_for_the_time_of_its_rows_and_the_cores_of_its_columns_but_shares_gpus() -> None:
    one = Request(minutes=10, cpus=2, mem_mb=1000, gpus=1)
    assert one.for_pack(1, 1) == one
    assert one.for_pack(4, 1) == Request(minutes=40, cpus=2, mem_mb=1000, gpus=1)
    assert one.for_pack(5, 2) == Request(minutes=30, cpus=4, mem_mb=2000, gpus=1)
    assert one.for_pack(2, 4) == Request(minutes=10, cpus=4, mem_mb=2000, gpus=1)


def test_submitit_is_told_everything_in_its_units() -> None:
    asked = Request(minutes=10, cpus=2, mem_mb=1536, gpus=1, flags=(("partition", "gpu"),))
    assert asked.submitit(grace=60, array_parallelism=8) == {
        "timeout_min": 10,
        "cpus_per_task": 2,
        "nodes": 1,
        "mem_gb": 1.5,
        "gpus_per_node": 1,
        "slurm_signal_delay_s": 60,
        "slurm_array_parallelism": 8,
        "slurm_additional_parameters": {"requeue": True, "partition": "gpu"},
    }
