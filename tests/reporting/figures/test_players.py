from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ganpipe.reporting.experiment import FigureRequest
from ganpipe.reporting.figures import draw

REQUEST = FigureRequest(kind="players", file="players")


def write(study: Any, experiment: Any, **losses: Any) -> None:
    """The history of every run; a loss is a function of the run."""
    for run in experiment.rows:
        path = study.results / "runs" / run.run_id / "history.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        columns = {f"loss_{player}": loss(run) for player, loss in losses.items()}
        pq.write_table(pa.table({"step": [50, 100, 150][: len(next(iter(columns.values())))], **columns}), path)


def test_one_panel_a_player_and_one_line_a_variant(study: Any, scores: Any, histories: Any) -> None:
    experiment = study.plan()
    histories(study.results, experiment)
    figure: Any = draw(REQUEST, experiment, study.measure(experiment, scores), study.results)
    assert [axes.get_ylabel() for axes in figure.axes] == ["Loss of the discriminator", "Loss of the generator"]
    assert [len(axes.lines) for axes in figure.axes] == [2, 2]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["GAN", "PacGAN2"]


def test_a_line_is_the_mean_of_the_seeds_within_their_band(study: Any, scores: Any) -> None:
    experiment = study.plan()
    write(study, experiment, generator=lambda run: [1.0 + 3 * run.seed, 2.0, 10.0 * (run.variant == "GAN")])
    panel: Any = draw(REQUEST, experiment, study.measure(experiment, scores), study.results).axes[0]
    first, second = (line.get_ydata() for line in panel.lines)
    np.testing.assert_allclose(first, [4.0, 2.0, 10.0])
    np.testing.assert_allclose(second, [4.0, 2.0, 0.0])
    band = panel.collections[0].get_paths()[0].vertices
    at_first_step = band[band[:, 0] == 50][:, 1]
    assert (at_first_step.min(), at_first_step.max()) == (1.0, 7.0)


def test_a_run_that_ended_early_counts_as_far_as_it_came_and_does_not_scale_the_panel(study: Any, scores: Any) -> None:
    experiment = study.plan()
    lost = experiment.rows[0]
    write(study, experiment, generator=lambda run: [1.0, 1e6] if run == lost else [1.0, 2.0, 3.0])
    metrics = study.measure(
        experiment, lambda *cell: None if cell[1::2] == (lost.variant, lost.seed) else scores(*cell)
    )
    panel: Any = draw(REQUEST, experiment, metrics, study.results).axes[0]
    np.testing.assert_allclose(panel.lines[0].get_ydata(), [1.0, (1e6 + 4) / 3, 3.0])
    assert panel.get_ylim()[1] < 5


def test_a_player_that_only_one_method_has_is_one_line(study: Any, scores: Any) -> None:
    experiment = study.plan()
    write(study, experiment, generator=lambda run: [1.0, 2.0, 3.0])
    for run in experiment.rows:
        if run.variant == "GAN":
            path = study.results / "runs" / run.run_id / "history.parquet"
            pq.write_table(pa.table({"step": [50], "loss_generator": [1.0], "loss_encoder": [2.0]}), path)
    figure: Any = draw(REQUEST, experiment, study.measure(experiment, scores), study.results)
    assert [len(axes.lines) for axes in figure.axes] == [2, 1]
