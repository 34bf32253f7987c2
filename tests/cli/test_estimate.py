from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ganpipe.files import read_json, write_json
from ganpipe.provenance import cpu_name
from tests.cli.conftest import EXPERIMENT, Program, Said

RESULTS = Path("results")
HEADINGS = ["experiment", "runs", "to train", "measured", "timed", "to evaluate", "core-hours", "disk, GB", "wall time"]


def table(said: Said) -> dict[str, dict[str, str]]:
    """The printed table: columns by heading, rows by their first cell."""
    assert said.status == 0, said.err
    lines = said.out.splitlines()
    starts = [lines[1].index("-", end) for end in _ends(lines[1])]
    cut = [slice(start, end) for start, end in zip(starts, [*starts[1:], None], strict=True)]
    rows = [[line[each].strip() for each in cut] for line in lines if line]
    assert rows[0] == HEADINGS
    body = rows[2 : 2 + next(index for index, line in enumerate(lines[2:]) if line.startswith("On "))]
    return {row[0]: dict(zip(HEADINGS, row, strict=True)) for row in body}


def _ends(rule: str) -> list[int]:
    return [0, *(index for index in range(1, len(rule)) if rule[index - 1] == "-" and rule[index] == " ")]


@pytest.fixture
def timed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The judges of the runs whose steps were timed; each step takes 100 s."""
    found: list[str] = []

    def seconds_a_step(spec: Any, device: Any) -> float:
        found.append(spec.method.judge.kind)
        return 100.0

    monkeypatch.setattr("ganpipe.training.pace.seconds_a_step", seconds_a_step)
    return found


def took(run: str, seconds: float) -> None:
    path = RESULTS / "runs" / run / "result.json"
    write_json(path, read_json(path) | {"train_seconds": seconds})


def test_what_finished_runs_tell(ganpipe: Program, project: Path, runs: list[str], timed: list[str]) -> None:
    took(runs[0], 7200.0)
    said = ganpipe("plan", "--estimate", "--device", "cpu")
    found = table(said)
    assert list(found) == ["one", "in all, at scale quick"]
    for row in found.values():
        assert [row[name] for name in HEADINGS[1:6]] == ["2", "1", "1", "0", "1"]
        assert (row["core-hours"], row["wall time"]) == ("2", "2.0 h")
        # Two snapshots: the generator of 17,282 weights twice, the discriminator once; and two checkpoints.
        assert float(row["disk, GB"]) == pytest.approx(0.001, abs=0.0005)
    assert "On one core; every experiment by itself, then all together." in said.out
    assert f"Seconds a step: from finished runs ({cpu_name()}) for 1.\n" in said.out
    assert "Not counted" not in said.out
    assert timed == []


def test_what_no_finished_run_tells_is_timed(
    ganpipe: Program, project: Path, runs: list[str], timed: list[str]
) -> None:
    two = EXPERIMENT.replace("GAN: gan", "GAN: gan, PacGAN2: pacgan2").replace("[mixture-500]", "[mixture-2500]")
    Path("config/experiments/two.yaml").write_text(two)
    took(runs[0], 7200.0)
    said = ganpipe("plan", "two", "--estimate", "--workers", "2", "--device", "cpu")
    found = table(said)
    assert list(found) == ["two", "in all, at scale quick"]
    # Of four runs GAN's first is trained, GAN's second is as fast, and PacGAN's do the same work.
    assert [found["two"][name] for name in HEADINGS[1:6]] == ["4", "3", "1", "2", "4"]
    assert timed == ["packed"]
    # Two hours, and twice 20 steps of 100 s: two on two cores, then the third.
    assert found["two"]["core-hours"] == "> 3.1"
    assert found["two"]["wall time"] == "> 2.0 h"
    assert "On 2 cores at once" in said.out
    assert f"from finished runs ({cpu_name()}) for 1; timed now ({cpu_name()}) for 2.\n" in said.out
    assert "Not counted:\n  evaluations of a kind never made here: 4 mixture-2500\n" in said.out
    assert "steps to be timed, as no finished run tells: 1;" in said.err


def test_whoever_stops_the_timing_gets_what_is_known(
    ganpipe: Program, project: Path, runs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(spec: Any, device: Any) -> float:
        raise KeyboardInterrupt

    monkeypatch.setattr("ganpipe.training.pace.seconds_a_step", stopped)
    (RESULTS / "runs" / runs[0] / "result.json").unlink()
    said = ganpipe("plan", "one", "--estimate", "--device", "cpu")
    assert table(said)["one"]["core-hours"] == "> 0"
    assert (
        "Not counted:\n  trainings not timed: 2\n  evaluations of a kind never made here: 2 mixture-500\n" in said.out
    )
    assert "timed 0 of 1" in said.err


def test_preemptions_and_checkpoints_count(ganpipe: Program, project: Path, runs: list[str], timed: list[str]) -> None:
    took(runs[0], 36_000.0)
    Path("config/config.yaml").write_text("experiments: [one]\ncheckpoint_every: 3600\n")
    said = ganpipe("plan", "--estimate", "--device", "cpu", "--preemptions", "24")
    # One an hour, in pieces of an hour: e - 1 times the work.
    assert table(said)["one"]["core-hours"] == "17"
    assert "On one core, each preempted 24 times a day; " in said.out


def test_datasets_and_classifiers_that_are_to_be_made_are_named(
    ganpipe: Program, project: Path, timed: list[str]
) -> None:
    content = EXPERIMENT.replace(
        "ring8_pacgan, dataset.train_samples: 1000, networks: mlp", "digits, networks: small_conv"
    )
    content = content.replace("[mixture-500]", "[modes-1k]\nclassifier: digits")
    Path("config/experiments/two.yaml").write_text(content)
    said = ganpipe("plan", "two", "--estimate", "--device", "cpu")
    assert "\n  datasets to prepare: 1\n  classifiers to train: 1\n" in said.out


def test_a_device_that_is_not_here(ganpipe: Program, project: Path, runs: list[str], timed: list[str]) -> None:
    result = RESULTS / "runs" / runs[0] / "result.json"
    content = read_json(result)
    said = ganpipe("plan", "--estimate", "--device", "cuda")
    assert (said.status, said.err.count("ganpipe: --device cuda: PyTorch sees no GPU here")) == (1, 1)
    # It is not needed where finished runs tell.
    content["provenance"]["device"] = "NVIDIA H200"
    result.write_text(json.dumps(content))
    said = ganpipe("plan", "--estimate", "--device", "cuda")
    assert said.status == 0
    assert "GPU-hours" in said.out
    assert "from finished runs (NVIDIA H200) for 1." in said.out


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ("onne --estimate", "onne: not in config/experiments; did you mean one?"),
        ("onne", "onne: not in config/experiments; did you mean one?"),
        ("--workers 2", "--workers: says how --estimate reckons; give both or none"),
        ("--device cpu", "--device: says how --estimate reckons; give both or none"),
        ("--preemptions 0", "--preemptions: says how --estimate reckons; give both or none"),
        ("--quiet --estimate", "--quiet: prints nothing, and --estimate is there to be read; keep one of the two"),
        ("--estimate --device cpu --preemptions 1e6", "--preemptions 1e+06: one every 0 s, where "),
    ],
)
def test_bad_input_is_one_line(ganpipe: Program, project: Path, arguments: str, problem: str) -> None:
    said = ganpipe("plan", *arguments.split())
    assert said.status == 1
    assert said.err.startswith(f"ganpipe: {problem}")
    assert said.err.count("\n") == 1


def test_the_program_starts_without_pytorch(project: Path) -> None:
    code = "import sys, ganpipe.cli, ganpipe.cli.estimate; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
