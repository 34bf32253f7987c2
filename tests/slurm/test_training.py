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
from ganpipe.training.lease import read_lease
from tests.executor.workflows import wait_until
from tests.slurm.cluster import Cluster

pytestmark = pytest.mark.slurm

REPOSITORY = Path(__file__).parents[2]
QUICKLY = ["--seconds-between-status-checks", "1", "--submitit-state-interval", "1", "--latency-wait", "5"]
STEPS = 2500
EXPERIMENT = f"""
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
TARGET = ["preempted", "--until", "train", "--config"]


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


def with_experiment(folder: Path) -> Path:
    """A clone with a few short training runs to be disturbed."""
    (clone(folder) / "config" / "experiments" / "preempted.yaml").write_text(EXPERIMENT)
    return folder


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, cluster: Cluster) -> dict[str, str]:
    """The weights of runs that nobody has disturbed."""
    folder = with_experiment(tmp_path_factory.mktemp("undisturbed") / "quiet")
    finish(snakemake(folder, cluster, "--cores", "2", *TARGET, "checkpoint_every=60"), folder)
    return weights(folder)


def check(folder: Path, said: str, undisturbed: dict[str, str]) -> None:
    """No run was lost, none was trained twice, and all go on from where they were, to the same end."""
    assert "Error in rule" not in said
    assert said.count("Finished jobid") == said.count("steps (") != 0
    assert len(undisturbed) == 4 * 4
    assert weights(folder) == undisturbed
    runs = folder / "results" / "runs"
    results = [read_json(path) for path in runs.glob("*/result.json")]
    assert max(result["sessions"] for result in results) > 1
    assert {result["steps"] for result in results} == {STEPS}
    assert not list(runs.glob("*/checkpoint*"))


def test_preempted_runs_end_with_the_weights_of_undisturbed_ones(
    tmp_path: Path, cluster: Cluster, undisturbed: dict[str, str]
) -> None:
    folder = with_experiment(tmp_path / "disturbed")
    main = snakemake(folder, cluster, "--profile", "slurm", *QUICKLY, *TARGET, "checkpoint_every=2")
    training_has_started(folder)
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
    said = finish(main, folder)
    assert disturbances >= 4
    check(folder, said, undisturbed)


@pytest.mark.parametrize(
    ("setting", "instead"),
    [
        pytest.param("GraceTime=120", "GraceTime=120", id="SIGTERM"),
        pytest.param("enable_configless", "enable_configless,preempt_send_user_signal", id="user signal"),
        pytest.param("GraceTime=120", "GraceTime=0", id="no grace", marks=pytest.mark.soak),
    ],
)
def test_a_partition_that_preempts_costs_nothing_but_time(
    tmp_path: Path, cluster: Cluster, undisturbed: dict[str, str], setting: str, instead: str
) -> None:
    folder = with_experiment(tmp_path / "low")
    with cluster.changed(setting, instead):
        low = ["--default-resources", "slurm_partition=low", "mem_mb=1000", "--retries", "0"]
        # Whoever goes on from a checkpoint has written it because of the signal.
        main = snakemake(folder, cluster, "--profile", "slurm", *QUICKLY, *low, *TARGET, "checkpoint_every=1000")
        training_has_started(folder)
        wanted = ["--exclusive", "--output=/dev/null", "--wrap=sleep 5"]
        more_urgent = cluster.call("sbatch", "--parsable", "--partition=high", *wanted).strip()
        # Room is made when all has been saved, not at the end of the grace time.
        wait_until(lambda: state_of(more_urgent, cluster) in ("RUNNING", "COMPLETED"), "there is room", 60)
        said = finish(main, folder)
    preempted = "PREEMPTED" if instead == "GraceTime=0" else "REQUEUED"
    history = cluster.call("sacct", "-X", "-D", "-n", "-P", "-o", "State", "--partition=low", "-S", "now-1hour")
    assert preempted in history
    check(folder, said, undisturbed)


def training_has_started(folder: Path) -> None:
    wait_until(lambda: training_in(folder) >= 2, "training has started", 90)


def training_in(folder: Path) -> int:
    """How many runs are beyond their set-up, so that they save when they are told to stop."""
    leases = [read_lease(path) for path in folder.glob("results/runs/*/lease.json")]
    return sum(lease is not None and "step" in lease for lease in leases)


def state_of(job: str, cluster: Cluster) -> str:
    return cluster.call("squeue", "-h", "-t", "all", "-j", job, "-o", "%T").strip()


def weights(folder: Path) -> dict[str, str]:
    """Checksums of all snapshots."""
    runs = folder / "results" / "runs"
    return {str(path.relative_to(runs)): sha256_of(path) for path in runs.glob("*/*.safetensors")}
