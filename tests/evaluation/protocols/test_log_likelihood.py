from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch

from ganpipe.data.prepare import prepare
from ganpipe.errors import GanpipeError
from ganpipe.evaluation.evaluate import evaluate
from ganpipe.evaluation.likelihood import points as module
from ganpipe.evaluation.likelihood.importance import LogLikelihoodEstimate, importance_estimate
from ganpipe.evaluation.presets import PROTOCOLS
from ganpipe.evaluation.protocols.log_likelihood import PredictiveLogLikelihood
from ganpipe.evaluation.protocols.protocol import Context, Measurement
from ganpipe.methods.regularisers.entropy import Entropy
from ganpipe.networks.network import GeneratorNetwork
from ganpipe.presets import DATASETS, METHODS, NETWORKS
from ganpipe.spec.method import Method
from ganpipe.spec.regularisers import Regularisers
from ganpipe.spec.run import RunSpec
from ganpipe.spec.training import Training
from ganpipe.training.run import FinishedRun
from ganpipe.training.train import train
from tests.evaluation.likelihood.linear import drawn, linear_model, noise

CPU = torch.device("cpu")
Make = Callable[..., Context]
QUICK = PredictiveLogLikelihood(samples=20, points=30, encoder_steps=10, mode_steps=5)


def test_rows_say_mean_interval_and_effective_sample_size(
    linear_context: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [LogLikelihoodEstimate(-value, size) for value, size in ((1.0, 5.0), (2.0, 7.0), (6.0, 300.0))]
    monkeypatch.setattr(module, "estimates", lambda *_: found)
    mean, low, high, size = QUICK.measure(linear_context(), 10)
    error = np.std([1, 2, 6], ddof=1) / math.sqrt(3)
    assert mean == Measurement("negative_log_likelihood", 10, pytest.approx(3.0), 30, error=pytest.approx(error))
    assert (low.metric, high.metric) == ("negative_log_likelihood_low", "negative_log_likelihood_high")
    assert low.value is not None
    assert high.value is not None
    assert 0.999 < low.value < 3 < high.value < 6.001
    assert size == Measurement("effective_sample_size", 10, 7.0, 30)


def test_training_points_have_metrics_of_their_own(linear_context: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        module, "estimates", lambda *_: [LogLikelihoodEstimate(-1.0, 5.0), LogLikelihoodEstimate(-2.0, 5.0)]
    )
    test, train = (
        QUICK.model_copy(update={"split": split}).measure(linear_context(), 10) for split in ("test", "train")
    )
    assert [row.metric for row in train] == [f"{row.metric}_train" for row in test]
    assert [(row.value, row.error) for row in train] == [(row.value, row.error) for row in test]
    assert train[0].error == pytest.approx(0.5)


def test_the_interval_covers_the_truth_at_its_rate(linear_context: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """The truth is -E log p(x) over the model's own samples, its entropy; every repeat has other points and noise."""
    model, covered, repeats = linear_model(3, 6), 0, 100
    truth = float(model.marginal.entropy())
    for repeat in range(repeats):
        points = drawn(model, 40, seed=repeat)
        found = [
            importance_estimate(model.joint, x, model.proposal(x), noise(100, 3, seed=1000 * repeat + index))
            for index, x in enumerate(points)
        ]
        monkeypatch.setattr(module, "estimates", lambda *_, found=found: found)
        _, low, high, _ = QUICK.measure(linear_context(), 10)
        assert low.value is not None
        assert high.value is not None
        covered += low.value <= truth <= high.value
    # 95 % is promised; three standard deviations of a hundred repeats are 6.5.
    assert 89 <= covered <= 99


@pytest.mark.parametrize("broken", [math.nan, math.inf, -math.inf])
def test_one_point_that_is_not_finite_leaves_all_undefined(
    linear_context: Make, monkeypatch: pytest.MonkeyPatch, broken: float
) -> None:
    found = [LogLikelihoodEstimate(-1.0, 5.0), LogLikelihoodEstimate(broken, 1.0), LogLikelihoodEstimate(-2.0, 7.0)]
    monkeypatch.setattr(module, "estimates", lambda *_: found)
    assert QUICK.measure(linear_context(), 10) == [Measurement(metric, 10, None, 30) for metric in QUICK.metrics]


def test_only_the_last_snapshots_are_measured(linear_context: Make) -> None:
    rows = QUICK.evaluate(linear_context(steps=(10, 20, 30)))
    assert [row.step for row in rows] == [None] * 4 + [30] * 4
    late = QUICK.model_copy(update={"late": 2}).evaluate(linear_context(steps=(10, 20, 30)))
    assert [row.step for row in late] == [None] * 4 + [20] * 4 + [30] * 4


def run_of(method: Method, dataset: str = "digits") -> RunSpec:
    training = Training(steps=3, batch_size=8)
    networks = NETWORKS["mlp" if dataset.startswith("ring") else "small_conv"]
    return RunSpec(dataset=DATASETS[dataset], networks=networks, method=method, training=training)


@pytest.mark.parametrize("method", METHODS)
def test_only_methods_that_learn_a_density_have_likelihoods(method: str) -> None:
    reason = QUICK.refuses(run_of(METHODS[method]))
    if method in ("presgan", "presgan_ring", "vae"):
        assert reason is None
    else:
        assert str(reason).startswith("needs noise on the generator's output (the network sigma)")


def test_generators_with_noise_of_their_own_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def noisy(self: GeneratorNetwork, latent_dim: int, sample_shape: tuple[int, ...], *, training: bool) -> int:
        return 0 if training else 5

    monkeypatch.setattr(GeneratorNetwork, "noise_dim", noisy)
    assert "takes noise beside" in str(QUICK.refuses(run_of(METHODS["vae"])))


@pytest.mark.parametrize(
    ("method", "dataset"),
    [
        (METHODS["vae"], "digits"),
        (METHODS["presgan"], "digits"),
        (Method(regularisers=Regularisers(entropy=Entropy(weight=0.0))), "stacked_digits"),
        (METHODS["presgan_ring"], "ring10_presgan"),
    ],
    ids=["vae", "presgan", "lambda 0", "points"],
)
def test_trained_runs_are_evaluated_and_nothing_is_left_behind(method: Method, dataset: str, tmp_path: Path) -> None:
    spec = run_of(method, dataset)
    prepare(spec.dataset, tmp_path / "data", None)
    train(spec, tmp_path / "run", tmp_path / "data", CPU)
    finished, target = FinishedRun.open(tmp_path / "run"), tmp_path / "out" / "abc.parquet"
    evaluate(finished, "nll-s50-n20", "abc", target, CPU, data_folder=tmp_path / "data")
    assert [path.name for path in target.parent.iterdir()] == ["abc.parquet"]
    rows = pq.ParquetFile(target).read().to_pylist()
    assert [row["metric"] for row in rows[:4]] == list(PROTOCOLS["nll-s50-n20"].metrics)
    assert [row["step"] for row in rows] == [None] * 4 + [3] * 4
    values = [row["value"] for row in rows[:4]]
    assert all(math.isfinite(value) for value in values)
    assert values[1] < values[0] < values[2]
    assert 1 <= values[3] <= 50


def test_what_was_computed_outlives_an_interruption(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = run_of(METHODS["vae"])
    prepare(spec.dataset, tmp_path / "data", None)
    train(spec, tmp_path / "run", tmp_path / "data", CPU)
    finished, target = FinishedRun.open(tmp_path / "run"), tmp_path / "abc.parquet"
    monkeypatch.setattr(module, "GROUP", 5)
    calls = 0

    def interrupted(*arguments):
        nonlocal calls
        calls += 1
        if calls == 8:
            raise RuntimeError("killed")
        return importance_estimate(*arguments)

    monkeypatch.setattr(module, "importance_estimate", interrupted)
    with pytest.raises(RuntimeError, match="killed"):
        evaluate(finished, "nll-s50-n20", "abc", target, CPU, data_folder=tmp_path / "data")
    assert not target.exists()
    assert len(list((tmp_path / "abc.partial").glob("*-points-00000003.json"))) == 1
    evaluate(finished, "nll-s50-n20", "abc", target, CPU, data_folder=tmp_path / "data")
    assert calls == 8 + 15
    assert not (tmp_path / "abc.partial").exists()
    again = tmp_path / "again.parquet"
    evaluate(finished, "nll-s50-n20", "abc", again, CPU, data_folder=tmp_path / "data")
    assert pq.ParquetFile(target).read().to_pylist() == pq.ParquetFile(again).read().to_pylist()


def test_other_runs_are_refused_by_name(tmp_path: Path) -> None:
    spec = run_of(METHODS["gan"])
    prepare(spec.dataset, tmp_path / "data", None)
    train(spec, tmp_path / "run", tmp_path / "data", CPU)
    finished = FinishedRun.open(tmp_path / "run")
    with pytest.raises(GanpipeError, match=f"run {spec.run_id}: nll-s50-n20 needs noise on the generator's output"):
        evaluate(finished, "nll-s50-n20", "abc", tmp_path / "x.parquet", CPU, data_folder=tmp_path / "data")
