from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ganpipe.errors import GanpipeError
from ganpipe.reporting.experiment import FigureRequest
from ganpipe.reporting.figures import draw

REQUEST = FigureRequest(kind="losses", file="losses")


def test_each_seed_and_player_is_a_line(study: Any, scores: Any, histories: Any) -> None:
    experiment = study.plan()
    histories(study.results, experiment)
    figure = draw(REQUEST, experiment, study.measure(experiment, scores), study.results)
    assert [len(axes.lines) for axes in figure.axes] == [6, 6]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["discriminator", "generator"]


def test_a_run_that_blew_up_leaves_a_panel_scaled_to_the_others(study: Any, scores: Any, histories: Any) -> None:
    experiment = study.plan()
    histories(study.results, experiment)
    lost = experiment.rows[1]
    path = study.results / "runs" / lost.run_id / "history.parquet"
    pq.write_table(pa.table({"step": [0, 50, 100], "loss_generator": [1.0, 1e6, float("nan")]}), path)
    metrics = study.measure(experiment, lambda *cell: None if cell[1::2] == ("GAN", 1) else scores(*cell))
    panel = draw(REQUEST, experiment, metrics, study.results).axes[0]
    assert panel.get_ylim()[1] < 5
    assert len(panel.lines) == 5


def test_a_missing_history_is_named(study: Any, scores: Any) -> None:
    experiment = study.plan()
    path = study.results / "runs" / experiment.rows[0].run_id / "history.parquet"
    with pytest.raises(GanpipeError, match=f"{path}: no such file"):
        draw(REQUEST, experiment, study.measure(experiment, scores), study.results)
