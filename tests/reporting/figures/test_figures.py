from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest
from PIL import Image
from pydantic import TypeAdapter

from ganpipe.errors import GanpipeError
from ganpipe.plan.figures import FIGURE_KINDS, AnyFigure
from ganpipe.reporting.experiment import FigureRequest
from ganpipe.reporting.figures import DRAW, NUMBERS, draw, save

CAPTIONS = Path(__file__).parents[3] / "workflow" / "report"
AXES = [
    {"field": "training.learning_rate", "label": "learning rate", "values": [0.0003, 0.001]},
    {"field": "method.objective.kind", "label": "objective", "values": ["minimax", "non_saturating"]},
]
HEATMAP = {"metric": "reverse_kl", "x": "training.learning_rate", "y": "method.objective.kind"}


def pairs(study: Any) -> dict[str, Any]:
    rows = ["A", "B", "A + B"]
    return {"variants": rows, "rows": [study.row(row, seed) for row in rows for seed in (0, 1, 2)], "paper": None}


@pytest.mark.parametrize("kind", FIGURE_KINDS)
def test_a_figure_is_written_as_svg_and_png_and_is_the_same_bytes_each_time(
    kind: str, study: Any, scores: Any, histories: Any, generated_runs: Any, tmp_path: Path
) -> None:
    experiment = study.plan(**(pairs(study) if kind == "pairs" else study.grid(AXES)))
    lost = ("GAN 0.001 minimax", 1)
    metrics = study.measure(experiment, lambda *cell: None if cell[1::2] == lost else scores(*cell), steps=(100, 200))
    histories(study.results, experiment)
    along = {"x": "training.learning_rate"}
    needed = {"heatmap": HEATMAP, "lines": along, "sensitivity": along}.get(kind, {})
    request = FigureRequest(kind=kind, file=kind, **needed)
    for name in ("first", "second"):
        save(draw(request, experiment, metrics, study.results), tmp_path / name / kind)
    assert sorted(path.name for path in (tmp_path / "first").iterdir()) == [f"{kind}.png", f"{kind}.svg"]
    for form in ("png", "svg"):
        first, second = (tmp_path / name / f"{kind}.{form}" for name in ("first", "second"))
        assert first.read_bytes() == second.read_bytes()
    with Image.open(tmp_path / "first" / f"{kind}.png") as image:
        assert 800 < image.width < 4000
        assert round(image.info["dpi"][0]) == 160


def test_every_kind_can_be_asked_for_drawn_and_captioned() -> None:
    schema: dict[str, Any] = TypeAdapter[Any](AnyFigure).json_schema()
    assert set(schema["discriminator"]["mapping"]) == set(FIGURE_KINDS) == set(DRAW)
    assert {kind for kind, about in FIGURE_KINDS.items() if about.has_numbers} == set(NUMBERS)
    for kind in FIGURE_KINDS:
        assert (CAPTIONS / f"{kind}.rst").is_file()


def test_drawing_leaves_the_settings_of_matplotlib_alone(study: Any, scores: Any) -> None:
    before = dict(mpl.rcParams)
    experiment = study.plan()
    draw(experiment.figures[0], experiment, study.measure(experiment, scores), study.results)
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"metric": "fid"}, "metric: 'fid' is not one of modes, reverse_kl"),
        (
            {"x": "training.steps"},
            "x: 'training.steps' is not an axis; axes: training.learning_rate, method.objective.kind",
        ),
        ({"y": None}, "y: None is not an axis"),
    ],
)
def test_a_heatmap_of_what_is_not_there_is_refused(
    study: Any, scores: Any, changes: dict[str, Any], complaint: str
) -> None:
    experiment = study.plan(**study.grid(AXES))
    metrics = study.measure(experiment, scores)
    with pytest.raises(GanpipeError, match=complaint):
        draw(FigureRequest(kind="heatmap", file="h", **HEATMAP | changes), experiment, metrics, study.results)


def test_marginals_of_one_cell_are_refused(study: Any, scores: Any) -> None:
    experiment = study.plan(rows=[study.row("GAN", 0)])
    with pytest.raises(GanpipeError, match="one method and no axis"):
        draw(FigureRequest(kind="marginals", file="m"), experiment, study.measure(experiment, scores), study.results)
