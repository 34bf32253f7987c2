"""What became of a task that left no result, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from snakemake_executor_plugin_submitit.result import Result


@dataclass(frozen=True)
class Ending:
    """A task's end as the cluster tells it.

    Attributes:
        state: Slurm's word for it, such as CANCELLED; ``VANISHED`` when the cluster does not know the task.
        detail: exit code, node, who cancelled it: whatever is known.
    """

    state: str
    detail: str = ""


MORE_MEMORY = "e.g. resource mem_mb=4000 * attempt and --retries 1."
WHAT_TO_DO = {
    "OUT_OF_MEMORY": f"ran out of memory. Ask for more, {MORE_MEMORY}",
    "TIMEOUT": "reached its time limit. Ask for more with resource runtime, or name the file in which the job saves "
    "its state in resource checkpoint, so that it is started again and goes on.",
    "DEADLINE": "reached its deadline. Ask for a shorter runtime or a later deadline.",
    "NODE_FAIL": "was lost with its node, and Slurm did not start it again. Run Snakemake again, or use --retries 1; "
    "if it is always the same node, leave it out with resource slurm_extra='--exclude=<node>'.",
    "BOOT_FAIL": "could not start: its node did not boot. Run Snakemake again, or use --retries 1.",
    "CANCELLED": "was cancelled, by a person or an administrator. Run Snakemake again to have it done.",
    "PREEMPTED": "was preempted, and Slurm did not start it again: the partition's PreemptMode is CANCEL. Use "
    "--retries, or ask for a partition with PreemptMode=REQUEUE.",
    "REVOKED": "was revoked: another cluster of the federation took it. Name one cluster.",
    "KILLED": "was killed (SIGKILL) from outside, which most often means that it ran out of memory. Look into the log; "
    f"ask for more memory, {MORE_MEMORY}",
    "FAILED": "ended before it could say how its jobs fared. Its log says more.",
    "COMPLETED": "ended well for Slurm, but its result did not appear. Does the file system reach every node? "
    "--latency-wait sets how long to wait for it.",
    "VANISHED": "is not known to Slurm any more, and left no result. Without accounting (slurmdbd) nothing else can be "
    "said. Its log may tell more; run Snakemake again to have it done.",
}

OUTCOMES = {
    "failed": "failed with exit status {status} on {node} after {seconds:.0f} s.",
    "out-of-memory": f"ran out of memory on {{node}} after {{seconds:.0f}} s. Ask for more, {MORE_MEMORY}",
    "timeout": "reached its time limit on {node}, and there is nothing new to go on from. Ask for more time with "
    "resource runtime; a job whose resource checkpoint names the file in which it saves is started again and goes on.",
}


def describe_ending(task: str, ending: Ending) -> str:
    """One line: what happened to the task, and what to do."""
    detail = f" ({ending.detail})" if ending.detail else ""
    return f"Task {task} {WHAT_TO_DO.get(ending.state, f'ended as {ending.state}.')}{detail} "


def describe_result(task: str, result: Result) -> str:
    """One line: how the job ended by its own account."""
    said = OUTCOMES[result.outcome].format(status=result.status, node=result.node, seconds=result.seconds)
    return f"The job in task {task} {said} "
