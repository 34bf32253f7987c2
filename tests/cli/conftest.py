"""The program, called in this process, and a small project that it has been through once."""

from __future__ import annotations

import logging
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from ganpipe.cli import main

EXPERIMENT = """\
title: A test
runs: {dataset: ring8_pacgan, dataset.train_samples: 1000, networks: mlp, training.steps: 20, training.batch_size: 16,
  training.snapshots: 2}
methods: {GAN: gan}
seeds: 2
protocols: [mixture-500]
figures: [{kind: comparison}]
"""


@dataclass(frozen=True)
class Said:
    """What the program said and how it ended."""

    status: int
    out: str
    err: str


class Program(Protocol):
    def __call__(self, *arguments: str) -> Said: ...


@pytest.fixture
def ganpipe(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Program:
    """``ganpipe("plan", "--quiet")`` calls the program as a shell would."""

    def call(*arguments: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["ganpipe", *arguments])
        capsys.readouterr()
        # Every call is a process of its own for a user, with standard streams of its own.
        monkeypatch.setattr(logging.root, "handlers", [])
        with pytest.raises(SystemExit) as ended:
            main()
        code = ended.value.code
        return Said(code if isinstance(code, int) else 0, *capsys.readouterr())

    return call


@pytest.fixture(scope="session")
def finished_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose first run is trained and evaluated, and whose second run is only planned."""
    import torch

    from ganpipe.data.prepare import prepare
    from ganpipe.evaluation.evaluate import evaluate
    from ganpipe.files import read_json
    from ganpipe.plan.index import read_spec
    from ganpipe.plan.plan import plan
    from ganpipe.spec.run import RunSpec
    from ganpipe.training.run import FinishedRun
    from ganpipe.training.train import train

    folder = tmp_path_factory.mktemp("finished")
    (folder / "config" / "experiments").mkdir(parents=True)
    (folder / "config" / "config.yaml").write_text("experiments: [one]\n")
    (folder / "config" / "experiments" / "one.yaml").write_text(EXPERIMENT)
    results = folder / "results"
    index = read_json(plan({}, results, folder / "config"))
    run, evaluation = index["experiments"]["one"]["evaluations"][0]
    spec = RunSpec.parse(read_spec(results, "runs", run)["spec"])
    data, cpu = results / "datasets" / spec.dataset_id, torch.device("cpu")
    prepare(spec.dataset, data, None)
    train(spec, results / "runs" / run, data, cpu)
    finished = FinishedRun.open(results / "runs" / run)
    target = results / "evaluations" / run / f"{evaluation}.parquet"
    evaluate(finished, "mixture-500", evaluation, target, cpu, data_folder=data)
    return folder


@pytest.fixture
def project(finished_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the finished project, as the current folder."""
    folder = tmp_path / "project"
    shutil.copytree(finished_project, folder)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def runs(project: Path) -> list[str]:
    """The planned runs: the trained one, then the other."""
    from ganpipe.files import read_json

    return [run for run, _ in read_json(project / "results" / "plan.json")["experiments"]["one"]["evaluations"]]
