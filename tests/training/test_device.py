from __future__ import annotations

import os
import threading
import time
from contextlib import ExitStack

import pytest
import torch

from ganpipe.errors import GanpipeError
from ganpipe.training import device as module
from ganpipe.training.device import device_for_one_run


@pytest.fixture
def gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two GPUs seem to be here, which no other process on this machine knows of."""
    monkeypatch.delenv("SLURM_JOB_ID", raising=False)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", f"GPU-{os.getpid()}-a, GPU-{os.getpid()}-b")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)


def test_a_cpu_gets_the_threads_that_were_asked_for() -> None:
    before = torch.get_num_threads()
    with device_for_one_run("cpu") as device:
        assert device == torch.device("cpu")
        assert torch.get_num_threads() == 1
    with device_for_one_run("cpu", threads=2):
        assert torch.get_num_threads() == 2
    torch.set_num_threads(before)


def test_auto_takes_the_cpu_where_there_is_no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with device_for_one_run("auto") as device:
        assert device == torch.device("cpu")
    with pytest.raises(GanpipeError, match="sees no GPU"), device_for_one_run("cuda"):
        pass


@pytest.mark.usefixtures("gpus")
def test_runs_beside_each_other_get_different_gpus_and_free_them() -> None:
    with device_for_one_run("auto") as first, device_for_one_run("cuda") as second:
        assert (first, second) == (torch.device("cuda", 0), torch.device("cuda", 1))
    with device_for_one_run("auto") as again:
        assert again == torch.device("cuda", 0)
        assert not torch.backends.cudnn.allow_tf32


@pytest.mark.usefixtures("gpus")
def test_a_third_run_waits_for_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    sleep = time.sleep
    monkeypatch.setattr(module.time, "sleep", lambda _: sleep(0.01))
    got: list[torch.device] = []

    def third() -> None:
        with device_for_one_run("auto") as device:
            got.append(device)

    with device_for_one_run("auto"):
        with device_for_one_run("auto"):
            waiting = threading.Thread(target=third)
            waiting.start()
            sleep(0.1)
            assert got == []
        waiting.join(timeout=5)
        assert got == [torch.device("cuda", 1)]


@pytest.mark.usefixtures("gpus")
def test_runs_share_gpus_as_far_as_they_may_and_evenly() -> None:
    with ExitStack() as stack:
        got = [stack.enter_context(device_for_one_run("auto", runs_per_gpu=2)).index for _ in range(4)]
    assert got == [0, 1, 0, 1]


@pytest.mark.usefixtures("gpus")
def test_processes_that_see_different_gpus_do_not_wait_for_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    with device_for_one_run("auto"), device_for_one_run("auto"):
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", f"GPU-{os.getpid()}-b, GPU-{os.getpid()}-c")
        with device_for_one_run("auto") as third:
            assert third == torch.device("cuda", 1)


@pytest.mark.usefixtures("gpus")
def test_jobs_of_slurm_count_their_own_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    with device_for_one_run("auto") as outside:
        monkeypatch.setenv("SLURM_JOB_ID", "7")
        with device_for_one_run("auto") as first, device_for_one_run("auto") as second:
            assert [outside.index, first.index, second.index] == [0, 0, 1]


@pytest.mark.usefixtures("gpus")
def test_the_only_gpu_of_a_task_is_shared_as_the_task_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setenv("SNAKEMAKE_SUBMITIT_TASK", "1")
    with device_for_one_run("auto") as first, device_for_one_run("auto") as second:
        assert first == second == torch.device("cuda", 0)


@pytest.mark.usefixtures("gpus")
def test_the_only_gpu_of_an_interactive_job_is_shared_as_far_as_runs_may(monkeypatch: pytest.MonkeyPatch) -> None:
    def sleep(_: float) -> None:
        raise TimeoutError

    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setenv("SLURM_JOB_ID", "7")
    monkeypatch.setattr(module.time, "sleep", sleep)
    with ExitStack() as stack:
        shared = [stack.enter_context(device_for_one_run("auto", runs_per_gpu=2)) for _ in range(2)]
        assert shared == [torch.device("cuda", 0)] * 2
        with pytest.raises(TimeoutError):
            stack.enter_context(device_for_one_run("auto", runs_per_gpu=2))


@pytest.mark.usefixtures("gpus")
def test_kernels_on_a_gpu_are_deterministic(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.backends.cudnn, "deterministic", False)
    monkeypatch.setattr(torch.backends.cudnn, "benchmark", True)
    with device_for_one_run("auto"):
        assert torch.backends.cudnn.deterministic
        assert not torch.backends.cudnn.benchmark
