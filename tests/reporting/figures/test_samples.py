from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from ganpipe.data.mixtures import Ring
from ganpipe.reporting.experiment import FigureRequest
from ganpipe.reporting.figures import draw, samples
from ganpipe.training.run import FinishedRun

REQUEST = FigureRequest(kind="samples", file="samples")


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
    run = SimpleNamespace(spec=SimpleNamespace(dataset=Ring()), status="complete")
    monkeypatch.setattr(FinishedRun, "open", lambda folder, restored: run)
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
