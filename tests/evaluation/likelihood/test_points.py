from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest
import torch

from ganpipe.data.prepare import open_prepared, prepare
from ganpipe.data.presets import PRESETS
from ganpipe.errors import GanpipeError
from ganpipe.evaluation.likelihood import points as module
from ganpipe.evaluation.likelihood.encoder import Schedule, fit
from ganpipe.evaluation.likelihood.importance import importance_estimate
from ganpipe.evaluation.likelihood.points import estimates
from ganpipe.evaluation.likelihood.points import test_points as chosen_points
from ganpipe.evaluation.likelihood.proposal import propose
from ganpipe.evaluation.protocols.log_likelihood import PredictiveLogLikelihood
from ganpipe.evaluation.protocols.protocol import Context

EXACT = PredictiveLogLikelihood(samples=300, points=45, encoder_steps=400, encoder_learning_rate=0.02, mode_steps=60)
QUICK = PredictiveLogLikelihood(samples=20, points=45, encoder_steps=20, encoder_learning_rate=0.02, mode_steps=5)
Make = Callable[..., Context]


def values(context: Context, protocol: PredictiveLogLikelihood = QUICK, step: int = 10) -> list[float]:
    return [estimate.log_likelihood for estimate in estimates(protocol, context, step)]


def test_every_point_has_its_exact_likelihood(linear_context: Make) -> None:
    """From the encoder's first step to the last weight: the generator is linear, the points are not its own."""
    made = linear_context()
    found = estimates(EXACT, made, 10)
    _, points = chosen_points(made, "test", 45)
    exact = made.run.density(10, made.device).marginal.log_prob(points)  # type: ignore[attr-defined]
    differences = np.array([each.log_likelihood for each in found]) - exact.numpy()
    errors = np.sqrt([1 / each.effective_sample_size - 1 / 300 for each in found])
    assert np.abs(differences / errors).max() < 4.5
    assert np.median(errors) < 0.05
    assert exact.std() > 0.3


def test_points_are_different_ones_and_the_same_for_every_run(linear_context: Make) -> None:
    chosen, points = chosen_points(linear_context(seed=1), "test", 45)
    again, _ = chosen_points(linear_context(seed=2), "test", 45)
    fewer, _ = chosen_points(linear_context(seed=2), "test", 10)
    assert chosen == again
    assert chosen[:10] == fewer
    assert len(set(chosen)) == 45
    made = linear_context()
    samples = open_prepared(made.dataset, made.data_folder, "test", made.device)
    assert torch.equal(points, samples[torch.tensor(chosen)])
    training, _ = chosen_points(made, "train", 45)
    assert max(training) > 60


def test_too_few_samples_are_one_line(linear_context: Make) -> None:
    with pytest.raises(GanpipeError, match="needs 61 samples of the split test, which has 60"):
        chosen_points(linear_context(), "test", 61)


def test_samples_drawn_on_the_fly_are_counted(fake_run, tmp_path: Path) -> None:
    from ganpipe.data.digits import Digits
    from ganpipe.data.stacked import Stacked

    dataset = Stacked(base=Digits())
    prepare(dataset, tmp_path, None)
    made = Context(fake_run(dataset, None), tmp_path, None, torch.device("cpu"))
    (first, points), (_, again) = chosen_points(made, "train", 7), chosen_points(made, "train", 7)
    assert first == list(range(7))
    assert torch.equal(points, again)
    assert dataset == PRESETS["stacked_digits"]


def test_noise_belongs_to_the_point(linear_context: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the order of the points nor their number changes what one of them gets; the seed of the run does."""
    seen: dict[str, dict[bytes, np.ndarray]] = {}

    def look(name: str, made: Context, protocol: PredictiveLogLikelihood) -> None:
        def note(joint, sample, proposal, noise):
            seen.setdefault(name, {})[sample.numpy().tobytes()] = noise.numpy()
            return importance_estimate(joint, sample, proposal, noise)

        monkeypatch.setattr(module, "importance_estimate", note)
        estimates(protocol, made, 10)

    look("all", linear_context(), QUICK)
    look("few", linear_context(), QUICK.model_copy(update={"points": 7}))
    look("other seed", linear_context(seed=1), QUICK)
    order = np.random.Generator(np.random.Philox(9))
    monkeypatch.setattr(module, "_chooser", lambda: order)
    look("other order", linear_context(), QUICK.model_copy(update={"points": 60}))
    assert len({noise.tobytes() for noise in seen["all"].values()}) == 45
    for name, same in (("few", True), ("other order", True), ("other seed", False)):
        shared = seen["all"].keys() & seen[name].keys()
        assert len(shared) >= 7
        assert all(np.array_equal(seen["all"][point], seen[name][point]) == same for point in shared)


def test_settings_reach_what_they_are_for(linear_context: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the encoder learns from training samples, whichever split is measured."""
    fitted, proposed = Mock(wraps=fit), Mock(wraps=propose)
    monkeypatch.setattr(module, "fit", fitted)
    monkeypatch.setattr(module, "propose", proposed)
    values(linear_context(), QUICK.model_copy(update={"mode_learning_rate": 0.03, "overdispersion": 1.5}))
    _, _, samples, schedule, seed, keep = fitted.call_args.args
    assert len(samples) == 500
    assert (schedule, seed, keep) == (Schedule(steps=20, batch_size=64, learning_rate=0.02), 0, None)
    assert proposed.call_count == 3
    assert proposed.call_args.kwargs == {"steps": 5, "learning_rate": 0.03, "overdispersion": 1.5}


def test_groups_do_not_change_the_values(linear_context: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = values(linear_context())
    for size in (1, 7, 100):
        monkeypatch.setattr(module, "GROUP", size)
        assert values(linear_context()) == pytest.approx(whole, rel=1e-5)


def test_an_interrupted_evaluation_goes_on_to_the_same_values(
    linear_context: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    undisturbed = values(linear_context())
    calls = 0

    def interrupted(*arguments):
        nonlocal calls
        calls += 1
        if calls == 33:
            raise RuntimeError("killed")
        return importance_estimate(*arguments)

    monkeypatch.setattr(module, "importance_estimate", interrupted)
    with pytest.raises(RuntimeError, match="killed"):
        values(linear_context(tmp_path))
    # Twenty points are written down, the thirteen after them are not.
    kept = [path.name.partition("-")[2] for path in tmp_path.iterdir()]
    assert sorted(kept) == ["encoder-00000010", "points-00000010.json"]
    assert values(linear_context(tmp_path)) == undisturbed
    assert calls == 33 + 25


def test_a_finished_evaluation_computes_nothing(linear_context: Make, tmp_path: Path) -> None:
    first = values(linear_context(tmp_path))
    again = linear_context(tmp_path)
    assert values(again) == first
    assert again.run.opened == []  # type: ignore[attr-defined]
    assert values(again, step=20) != first


def test_snapshots_do_not_share_what_is_kept(linear_context: Make, tmp_path: Path) -> None:
    made = linear_context(tmp_path)
    values(made, step=10)
    assert values(made, step=20) == values(linear_context(), step=20)
