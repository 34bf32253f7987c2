from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ganpipe.reporting.experiment import FigureRequest
from ganpipe.reporting.figures import draw, evolution
from ganpipe.reporting.figures.evolution import columns
from ganpipe.spec.training import Training

REQUEST = FigureRequest(kind="evolution", file="evolution")


@pytest.mark.parametrize(
    ("steps", "shown"),
    [
        ([10, 100, 1000, 10000, 16000, 17000, 18000, 19000, 20000], [10, 100, 1000, 10000, 20000]),
        ([1, 2, 3, 4, 5], [1, 2, 5]),
        ([50, 100], [50, 100]),
        ([7], [7]),
        ([2**power for power in range(10)], [16, 32, 64, 128, 256, 512]),
    ],
)
def test_each_column_is_at_least_twice_as_late_as_the_one_before(steps: list[int], shown: list[int]) -> None:
    assert columns(steps) == shown


def test_rows_are_runs_of_the_lowest_seed_and_columns_their_snapshots(
    study: Any, scores: Any, generated_runs: Any
) -> None:
    experiment = study.plan(
        seeds=[3, 5], rows=[study.row(name, seed) for name in ("GAN", "PacGAN2") for seed in (5, 3)]
    )
    figure: Any = draw(REQUEST, experiment, study.measure(experiment, scores), study.results)
    assert set(generated_runs) == {"ring8_pacgan-GAN-3", "ring8_pacgan-PacGAN2-3"}
    assert all(run.asked == [100, 200] for run in generated_runs.values())
    assert [axes.get_ylabel() for axes in figure.axes] == ["GAN", "", "PacGAN2", ""]
    assert [axes.get_title("left") for axes in figure.axes] == ["step 100", "step 200", "", ""]


def test_other_steps_than_the_first_rows_stand_above_the_panels(study: Any, scores: Any, generated_runs: Any) -> None:
    experiment = study.plan()
    metrics = study.measure(experiment, scores)
    draw(REQUEST, experiment, metrics, study.results)
    other = generated_runs["ring8_pacgan-PacGAN2-0"]
    other.steps = [1000, 10000]
    other.spec.training = Training(steps=10000, batch_size=10, snapshots=(1000, 10000))
    figure: Any = draw(REQUEST, experiment, metrics, study.results)
    assert [axes.get_title("left") for axes in figure.axes] == ["step 100", "step 200", "step 1,000", "step 10,000"]


def test_a_run_that_diverged_leaves_the_places_of_its_missing_snapshots_empty(
    study: Any, scores: Any, generated_runs: Any
) -> None:
    experiment = study.plan()
    metrics = study.measure(experiment, scores)
    draw(REQUEST, experiment, metrics, study.results)
    lost = generated_runs["ring8_pacgan-GAN-0"]
    lost.steps, lost.status = [100], "diverged"
    figure: Any = draw(REQUEST, experiment, metrics, study.results)
    assert figure.axes[0].get_ylabel() == "GAN (diverged)"
    assert [[text.get_text() for text in axes.texts] for axes in figure.axes[1:]] == [["no snapshot"], [], []]


def test_a_panel_shows_what_its_snapshot_makes(
    study: Any, scores: Any, generated_runs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evolution, "samples_at", lambda run, step, side: np.full((1, 2), step / 1000, dtype=np.float32))
    experiment = study.plan()
    figure: Any = draw(REQUEST, experiment, study.measure(experiment, scores), study.results)
    drawn = [np.asarray(axes.collections[0].get_offsets())[0, 0] for axes in figure.axes]
    assert drawn == pytest.approx([0.1, 0.2, 0.1, 0.2])
