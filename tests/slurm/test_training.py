"""The repository's own workflow on a real Slurm: the same numbers as on one machine, preempted or not."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from ganpipe.files import read_json, sha256_of
from tests.executor.workflows import wait_until
from tests.slurm.cluster import Cluster

pytestmark = pytest.mark.slurm

REPOSITORY = Path(__file__).parents[2]
QUICKLY = ["--seconds-between-status-checks", "1", "--submitit-state-interval", "1", "--latency-wait", "5"]
STEPS = 2500


def clone(folder: Path) -> Path:
    """What a fresh clone has, as far as a workflow needs it."""
    folder.mkdir()
    for name in ("workflow", "profiles", "config", "slurm"):
        shutil.copytree(REPOSITORY / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy2(REPOSITORY / "Snakefile", folder)
    return folder


def snakemake(folder: Path, cluster: Cluster, *arguments: str) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SNAKEMAKE_")}
    with (folder / "said").open("w") as said:
        return subprocess.Popen(
            [sys.executable, "-m", "snakemake", *arguments],
            cwd=folder,
            env=environment | {"SLURM_CONF": str(cluster.conf)},
            stdout=said,
            stderr=said,
            text=True,
        )


def finish(process: subprocess.Popen[str], folder: Path) -> str:
    process.wait(timeout=1500)
    said = (folder / "said").read_text()
    assert process.returncode == 0, said
    return said


def test_profile_slurm_makes_what_one_machine_makes(tmp_path: Path, cluster: Cluster) -> None:
    smoke = ["demo_ring", "--config", "scale=smoke"]
    local, remote = clone(tmp_path / "local"), clone(tmp_path / "remote")
    finish(snakemake(local, cluster, "--cores", "2", *smoke), local)
    said = finish(snakemake(remote, cluster, "--profile", "slurm", *QUICKLY, *smoke), remote)
    assert re.search(r"Submitted 12 job\(s\) as 12 task\(s\) of train", said)
    # All but what says where and when a row was made.
    ours, theirs = (
        pd.read_parquet(folder / "results" / "smoke" / "demo_ring" / "metrics.parquet").drop(columns="provenance")
        for folder in (remote, local)
    )
    assert len(ours) > 12
    pd.testing.assert_frame_equal(ours, theirs)


def test_preempted_runs_end_with_the_weights_of_undisturbed_ones(tmp_path: Path, cluster: Cluster) -> None:
    experiment = f"""
title: Preempted
runs:
  dataset: ring8_pacgan
  networks: mlp
  training.steps: {STEPS}
  training.batch_size: 64
  training.snapshots: 4
methods: {{GAN: gan, PacGAN2: pacgan2}}
seeds: 2
protocols: [mixture-500]
figures: []
"""
    target = ["preempted", "--until", "train", "--config", "checkpoint_every=2"]
    quiet, disturbed = clone(tmp_path / "quiet"), clone(tmp_path / "disturbed")
    for folder in (quiet, disturbed):
        (folder / "config" / "experiments" / "preempted.yaml").write_text(experiment)
    finish(snakemake(quiet, cluster, "--cores", "2", *target), quiet)

    main = snakemake(disturbed, cluster, "--profile", "slurm", *QUICKLY, *target)
    runs = disturbed / "results" / "runs"
    wait_until(lambda: len(list(runs.glob("*/lease.json"))) >= 2, "training has started", 90)
    rng, disturbances = random.Random(0), 0
    while main.poll() is None and disturbances < 8:
        time.sleep(rng.uniform(1, 4))
        running = cluster.call("squeue", "-h", "-r", "-t", "RUNNING", "-o", "%i").split()
        if not running:
            continue
        task = rng.choice(running)
        # As a partition does that asks first, and as one does that does not.
        how = rng.choice([("scancel", "--signal=USR2", task), ("scontrol", "requeue", task)])
        disturbances += cluster.succeeds(*how)
    said = finish(main, disturbed)
    assert disturbances >= 4
    assert "Error in rule" not in said
    assert said.count("Finished jobid") == said.count("steps (") != 0

    expected = weights(quiet)
    assert len(expected) == 4 * 4
    assert weights(disturbed) == expected
    sessions = [read_json(path)["sessions"] for path in runs.glob("*/result.json")]
    assert max(sessions) > 1
    for path in runs.glob("*/result.json"):
        assert read_json(path)["steps"] == STEPS
    assert not list(runs.glob("*/checkpoint*"))


def weights(folder: Path) -> dict[str, str]:
    """Checksums of all snapshots."""
    runs = folder / "results" / "runs"
    return {str(path.relative_to(runs)): sha256_of(path) for path in runs.glob("*/*.safetensors")}
