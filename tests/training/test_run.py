from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from ganpipe.errors import GanpipeError
from ganpipe.spec.run import RunSpec
from ganpipe.training.run import FinishedRun
from ganpipe.training.snapshot import snapshot_path

CPU = torch.device("cpu")


def test_a_finished_run_knows_what_it_is(finished: tuple[RunSpec, Path]) -> None:
    spec, folder = finished
    run = FinishedRun.open(folder)
    assert (run.run_id, run.spec, run.status, run.reason) == (spec.run_id, spec, "complete", None)
    assert run.steps == [6, 12]
    samples = [run.sampler(step, CPU).sample(np.random.default_rng(0), 3) for step in run.steps]
    assert not torch.equal(*samples)


def test_steps_are_in_the_order_of_numbers(finished: tuple[RunSpec, Path]) -> None:
    spec, folder = finished
    content = {"run_id": spec.run_id, "snapshots": {"1000": "x", "200": "x", "30": "x"}}
    assert FinishedRun(folder, spec, content).steps == [30, 200, 1000]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("result.json", None, "result.json: no such file"),
        ("result.json", "{", "result.json: not valid JSON"),
        ("result.json", "[]", "result.json: expected a JSON object"),
        ("result.json", '{"run_id": "0123456789ab"}', "result.json: status: missing"),
        (
            "result.json",
            '{"run_id": "0123456789ab", "status": "complete", "reason": null, "snapshots": {}}',
            "result.json: is not of run",
        ),
        ("spec.json", None, "spec.json: no such file"),
        ("spec.json", '{"seed": 1}', "spec.json: dataset"),
    ],
)
def test_a_run_that_has_not_ended_or_is_garbled_is_one_line(
    name: str, content: str | None, message: str, finished: tuple[RunSpec, Path]
) -> None:
    path = finished[1] / name
    path.unlink() if content is None else path.write_text(content)
    with pytest.raises(GanpipeError, match=message) as caught:
        FinishedRun.open(finished[1])
    assert "\n" not in str(caught.value)


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("damage", [Path.unlink, flip, lambda path: path.write_bytes(b"")])
def test_a_damaged_snapshot_is_noticed_before_it_is_used(
    damage: Callable[[Path], Any], finished: tuple[RunSpec, Path]
) -> None:
    run = FinishedRun.open(finished[1])
    damage(snapshot_path(finished[1], 12))
    with pytest.raises(GanpipeError, match=r"snapshot-00000012\.safetensors: missing or damaged"):
        run.sampler(12, CPU)
    run.sampler(6, CPU)


def test_a_step_without_snapshot_is_refused(finished: tuple[RunSpec, Path]) -> None:
    with pytest.raises(GanpipeError, match=r"snapshot-00000007\.safetensors: missing"):
        FinishedRun.open(finished[1]).sampler(7, CPU)
