from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from ganpipe.data import prepare as preparing
from ganpipe.data.mixtures import Ring
from ganpipe.reporting.experiment import FigureRequest
from ganpipe.reporting.figures import draw, samples

REQUEST = FigureRequest(kind="samples", file="samples")
PICTURES = SimpleNamespace(sample_shape=(3, 4, 4), value_range=(-1.0, 1.0))


def test_the_real_data_come_first_and_then_one_run_of_each_variant(
    study: Any, scores: Any, generated_runs: Any
) -> None:
    experiment = study.plan(
        seeds=[3, 5], rows=[study.row(name, seed) for name in ("GAN", "PacGAN2") for seed in (5, 3)]
    )
    figure = draw(REQUEST, experiment, study.measure(experiment, scores), study.results)
    assert [axes.get_title("left") for axes in figure.axes] == ["real data", "GAN", "PacGAN2"]
    assert set(generated_runs) == {"ring8_pacgan-GAN-3", "ring8_pacgan-PacGAN2-3"}  # the lowest seed
    assert all(run.asked == [200] for run in generated_runs.values())  # the last snapshot


def test_points_that_leave_the_frame_are_admitted(study: Any, scores: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    points = np.zeros((1000, 2), dtype=np.float32)
    points[:250] = 50
    monkeypatch.setattr(samples, "generated_samples", lambda run: points)
    monkeypatch.setattr(
        samples, "open_run", lambda *args: SimpleNamespace(spec=SimpleNamespace(dataset=Ring()), status="complete")
    )
    experiment = study.plan()
    figure = draw(REQUEST, experiment, study.measure(experiment, scores), study.results)
    assert figure.axes[1].get_xlabel() == "25 % outside the frame"
    assert figure.axes[0].get_xlabel() == ""


def test_a_run_that_diverged_before_its_first_snapshot_is_an_empty_panel(
    study: Any, scores: Any, generated_runs: Any
) -> None:
    experiment = study.plan()
    metrics = study.measure(experiment, scores)
    draw(REQUEST, experiment, metrics, study.results)
    lost = generated_runs["ring8_pacgan-GAN-0"]
    lost.steps, lost.status = [], "diverged"
    panel = draw(REQUEST, experiment, metrics, study.results).axes[1]
    assert panel.get_title("left") == "GAN (diverged)"
    assert [text.get_text() for text in panel.texts] == ["no snapshot"]


def test_pictures_are_shown_in_their_range_with_white_between_them() -> None:
    images = np.full((4, 3, 2, 2), -1.0, dtype=np.float32)
    images[1, 0] = 1.0  # red
    images[2] = 5.0  # out of range
    shown = samples.mosaic(images, (-1.0, 1.0))
    assert shown.shape == (5, 5, 3)
    np.testing.assert_array_equal(shown[:2, :2], 0)
    np.testing.assert_array_equal(shown[0, 3], [1, 0, 0])
    np.testing.assert_array_equal(shown[3:, :2], 1)
    np.testing.assert_array_equal(shown[2], 1)
    np.testing.assert_array_equal(shown[:, 2], 1)


@pytest.mark.parametrize("channels", [1, 2])
def test_pictures_without_three_channels_are_grey(channels: int) -> None:
    images = np.random.default_rng(0).random((1, channels, 3, 3)).astype(np.float32)
    shown = samples.mosaic(images, (0.0, 1.0))
    for channel in range(3):
        np.testing.assert_allclose(shown[..., channel], images[0, 0])


def test_real_pictures_are_shown_where_the_dataset_is_prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run: Any = SimpleNamespace(spec=SimpleNamespace(dataset=PICTURES, dataset_id="0123456789ab"))
    assert samples.real_samples(run, tmp_path) is None
    folder = tmp_path / "datasets" / "0123456789ab"
    folder.mkdir(parents=True)

    def open_prepared(dataset: Any, at: Path, split: str, on: torch.device) -> Any:
        assert (dataset, at, split) == (PICTURES, folder, "train")
        return SimpleNamespace(draw=lambda rng, count: torch.zeros(count, 3, 4, 4))

    monkeypatch.setattr(preparing, "open_prepared", open_prepared)
    found = samples.real_samples(run, tmp_path)
    assert found is not None
    assert found.shape == (64, 3, 4, 4)


def test_a_mixture_needs_no_preparation(tmp_path: Path) -> None:
    run: Any = SimpleNamespace(spec=SimpleNamespace(dataset=Ring(), dataset_id="0123456789ab"))
    points = samples.real_samples(run, tmp_path)
    assert points is not None
    distances = np.linalg.norm(points[:, None] - Ring().centres(), axis=2)
    assert set(distances.argmin(axis=1)) == set(range(8))
    assert distances.min(axis=1).max() < 0.06


@pytest.mark.parametrize(("size", "side"), [(8, 8), (28, 8), (32, 8), (64, 6), (128, 3), (1000, 1)])
def test_large_pictures_are_fewer_so_that_every_pixel_is_shown(size: int, side: int) -> None:
    assert samples.pictures_along((3, size, size)) == side
