from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib.colors import to_rgba

from ganpipe.data.mixtures import Ring
from ganpipe.methods.games.invertgan import InvertGAN
from ganpipe.reporting.experiment import FigureRequest
from ganpipe.reporting.figures import draw, inverses
from ganpipe.spec.method import Method

REQUEST = FigureRequest(kind="inverses", file="inverses")
INVERTGAN = Method(game=InvertGAN())


@pytest.fixture
def figure(study: Any, scores: Any, generated_runs: Any) -> Any:
    """A GAN and an InvertGAN whose encoder leaves points where they are."""

    def of(**changes: Any) -> Any:
        experiment = study.plan(
            variants=["GAN", "InvertGAN"], rows=[study.row(name, 0) for name in ("GAN", "InvertGAN")]
        )
        metrics = study.measure(experiment, scores)
        draw(REQUEST, experiment, metrics, study.results)
        run = generated_runs["ring8_pacgan-InvertGAN-0"]
        run.spec.method = INVERTGAN
        for name, value in changes.items():
            setattr(run, name, value)
        return draw(REQUEST, experiment, metrics, study.results)

    return of


def test_a_row_of_three_panels_a_variant_at_the_last_snapshot(figure: Any, generated_runs: Any) -> None:
    drawn = figure()
    titles = [axes.get_title("left") for axes in drawn.axes]
    assert titles == ["GAN", "latents", "share of all samples", "InvertGAN", "", ""]
    assert {step for run in generated_runs.values() for step in run.asked} == {200}
    assert len(drawn.axes[3].collections[0].get_offsets()) == inverses.POINTS


def test_encodings_are_of_real_data_in_one_colour_a_mode(figure: Any) -> None:
    points = figure().axes[3].collections[0]
    places = np.asarray(points.get_offsets())
    nearest = np.linalg.norm(places[:, None] - Ring().centres(), axis=2)
    assert nearest.min(axis=1).max() < 0.06  # the identity leaves them on the ring
    colours = {mode: {tuple(c) for c in points.get_facecolors()[nearest.argmin(axis=1) == mode]} for mode in range(8)}
    assert all(len(of_mode) == 1 for of_mode in colours.values())
    assert len(set.union(*colours.values())) == 8


def test_shares_are_of_high_quality_samples_among_all(figure: Any) -> None:
    # The invented generator makes two modes with a deviation of 0.05: few of its samples lie within 3 x 0.01.
    axes = figure().axes[5]
    heights = [bar.get_height() for bar in axes.patches]
    quality = 100 * (1 - np.exp(-((3 * 0.01 / 0.05) ** 2) / 2))
    assert sum(heights) == pytest.approx(quality, abs=3)
    assert heights[2:] == [0.0] * 6
    assert heights[0] == pytest.approx(quality / 2, abs=2)
    assert axes.lines[0].get_ydata()[0] == 12.5
    assert axes.get_xlabel() == f"{sum(heights):.0f} % of high quality"


def test_latents_have_the_colour_of_what_they_become_and_none_where_quality_is_low(figure: Any) -> None:
    drawn = figure()
    colours = {tuple(colour[:3]) for colour in drawn.axes[4].collections[0].get_facecolors()}
    bars = [tuple(bar.get_facecolor()[:3]) for bar in drawn.axes[5].patches]
    grey = to_rgba(inverses.NO_MODE)[:3]
    np.testing.assert_allclose(sorted(colours), sorted([grey, bars[0], bars[1]]), atol=1e-6)


def test_a_run_without_an_encoder_still_shows_where_its_latents_go(figure: Any) -> None:
    drawn = figure()
    assert "no encoder" in [text.get_text() for text in drawn.axes[0].texts]
    assert len(drawn.axes[1].collections[0].get_offsets()) == inverses.POINTS


@pytest.mark.parametrize(
    ("status", "title"), [("diverged", "InvertGAN (diverged)"), ("complete", "InvertGAN (restored)")]
)
def test_a_run_without_snapshots_is_three_empty_panels(figure: Any, status: str, title: str) -> None:
    row = figure(steps=[], status=status).axes[3:]
    assert row[0].get_title("left") == title
    assert [[text.get_text() for text in axes.texts] for axes in row] == [["no snapshot"]] * 3


def test_moments_are_compared_with_those_of_the_standard_gaussian() -> None:
    latents = np.random.default_rng(0).standard_normal((100, 2))
    latents -= latents.mean(axis=0)
    white = latents @ np.linalg.inv(np.linalg.cholesky(np.cov(latents, rowvar=False))).T
    skewed = (white @ np.array([[2.0, 0.0], [0.6, 0.8]]).T + [3.0, 4.0]).astype(np.float32)
    # Covariance [[4, 1.2], [1.2, 1]]: less the identity, sqrt(9 + 2 * 1.44) = 3.45.
    assert inverses.moments_text(skewed) == "‖μ‖ 5.00 · ‖Σ - I‖ 3.45\nstd 2.00, 1.00 · correlation 0.60"
    assert "std" not in inverses.moments_text(np.random.default_rng(0).standard_normal((100, 3)).astype(np.float32))


def test_encodings_that_leave_the_frame_are_admitted(figure: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    points = np.zeros((2000, 2), dtype=np.float32)
    points[:500] = 9
    monkeypatch.setattr(inverses, "real_samples", lambda run, results, count: points)
    assert figure().axes[3].get_xlabel().endswith("25 % outside the frame")


def test_images_have_one_panel_a_variant_without_modes(
    study: Any, scores: Any, generated_runs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inverses, "_is_mixture", lambda run: False)
    experiment = study.plan()
    figure = draw(REQUEST, experiment, study.measure(experiment, scores), study.results)
    assert [axes.get_title("left") for axes in figure.axes] == ["GAN", "PacGAN2"]
