from __future__ import annotations

import logging

import pytest
from snakemake_executor_plugin_submitit import backlog as module
from snakemake_executor_plugin_submitit.backlog import Backlog
from snakemake_executor_plugin_submitit.packing import Array
from snakemake_executor_plugin_submitit.parameters import Request
from snakemake_executor_plugin_submitit.refusals import SubmissionError, refusal

LIMIT = "sbatch: error: QOSMaxSubmitJobPerUserLimit sbatch: error: Batch job submission failed: Job violates policy"


class Queue:
    """A cluster's queue that takes so many tasks, of which others hold some."""

    def __init__(self, limit: int, others: int = 0) -> None:
        self.limit, self.others = limit, others
        self.live: list[int] = []
        self.ended: list[int] = []
        self.refused: list[int] = []
        self.calls = 0
        self.reasons: list[str] = []
        self.backlog = Backlog(self.send, self.refuse, lambda: len(self.live), logging.getLogger("test"))

    def send(self, array: Array[int]) -> None:
        self.calls += 1
        if len(self.live) + self.others + len(array.tasks) > self.limit:
            raise refusal(LIMIT)
        self.live += [job for task in array.tasks for job in task]

    def refuse(self, array: Array[int], reason: SubmissionError) -> None:
        self.refused += [job for task in array.tasks for job in task]
        self.reasons.append(str(reason))

    def end(self, count: int) -> None:
        """Have the first tasks end, as a look at their results finds out."""
        self.ended += self.live[:count]
        del self.live[:count]
        self.backlog.go_on(count)


def array(jobs: range, **flags: str) -> Array[int]:
    return Array(Request(minutes=10, flags=tuple(flags.items())), 1, tuple((job,) for job in jobs))


def test_what_does_not_fit_leaves_when_others_have_ended(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    queue = Queue(limit=100, others=20)
    queue.backlog.submit(array(range(1000)))
    queue.backlog.submit(array(range(1000, 1010)))
    most = 0
    while queue.live:
        most = max(most, len(queue.live))
        queue.end(10)
    assert sorted(queue.ended) == list(range(1010))
    assert most > 60
    # Two calls for each look that finds tasks ended, and a few in the beginning and at the end.
    assert queue.calls <= 2 * 101 + 20
    assert caplog.messages == [
        "QOSMaxSubmitJobPerUserLimit: the cluster's queue takes no more tasks. 938 wait here until others have ended."
    ]


def test_nothing_is_tried_while_nothing_changes() -> None:
    queue = Queue(limit=4)
    queue.backlog.submit(array(range(9)))
    before = queue.calls
    for _ in range(10):
        queue.backlog.go_on(0)
        queue.backlog.submit(array(range(9, 10)))
    assert queue.calls == before


def test_room_that_others_have_made_is_used() -> None:
    queue = Queue(limit=100, others=98)
    queue.backlog.submit(array(range(100)))
    queue.others = 0
    queue.end(1)
    assert len(queue.live) > 60
    assert queue.calls < 20


def test_tasks_that_ask_for_something_else_need_not_wait() -> None:
    queue = Queue(limit=4)
    queue.backlog.submit(array(range(10), qos="small"))
    queue.limit = 20
    queue.backlog.submit(array(range(10, 20), qos="large"))
    assert set(range(10, 20)) <= {*queue.live}


def test_a_limit_that_can_never_be_met_is_an_error_at_once() -> None:
    queue = Queue(limit=0)
    queue.backlog.submit(array(range(10)))
    assert queue.refused == list(range(10))
    assert len(queue.reasons) == 1
    assert "QOSMaxSubmitJobPerUserLimit" in queue.reasons[0]
    assert "lower jobs in the profile" in queue.reasons[0]


def test_a_task_may_leave_the_queue_a_while_after_its_jobs_have_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    queue = Queue(limit=1)
    queue.backlog.submit(array(range(2)))
    queue.others = 1
    queue.end(1)
    queue.backlog.go_on(0)
    assert not queue.refused
    queue.others = 0
    queue.backlog.go_on(0)
    assert queue.live == [1]
    # But not for ever.
    queue.backlog.submit(array(range(2, 3)))
    queue.others = 1
    queue.end(1)
    assert not queue.refused
    monkeypatch.setattr(module, "LEAVES_WITHIN", -1.0)
    queue.backlog.go_on(0)
    assert queue.refused == [2]


def test_after_ctrl_c_nothing_leaves() -> None:
    queue = Queue(limit=1)
    queue.backlog.submit(array(range(3)))
    queue.backlog.close()
    calls = queue.calls
    queue.end(1)
    queue.backlog.submit(array(range(3, 4)))
    assert queue.calls == calls
    assert not queue.refused
