from __future__ import annotations

import pytest

from benchmarks import gpu
from tests.training.test_every_method import run


def test_the_runs_of_the_table_are_those_of_its_file_at_paper_scale() -> None:
    runs = gpu.table_runs()
    assert set(runs) == {"gan", "md", "pacgan2", "pacgan3", "pacgan4"}
    assert {len(each) for each in runs.values()} == {10}
    assert {spec.training.steps for each in runs.values() for spec in each} == {100_000}


def test_the_pace_of_runs_beside_each_other_is_that_of_all_of_them() -> None:
    spec = run("gan", "ring8_pacgan")
    assert gpu.pace(spec, "cpu", 2, replayed=False, seconds=0.05) > 0
    assert gpu.step_gflop(spec, "cpu") > 0


def test_runs_that_do_not_fit_beside_each_other_have_no_pace() -> None:
    assert gpu.pace(run("gan", "ring8_pacgan"), "no such device", 2, replayed=False, seconds=0.05) == 0.0


def test_runs_that_are_made_plainly_have_no_pace_as_replayed_ones() -> None:
    assert gpu.pace(run("gan", "ring8_pacgan"), "cpu", 1, replayed=True, seconds=0.05) == 0.0


def test_without_a_gpu_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu.torch.cuda, "is_available", lambda: False)
    with pytest.raises(SystemExit, match="PyTorch sees no GPU"):
        gpu.main()
