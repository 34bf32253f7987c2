from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from PIL import Image

from ganpipe.reporting.experiment import Experiment, FigureRequest
from ganpipe.reporting.figures.write import write_figures

AXES = [{"field": "a", "label": "a", "values": [1, 2]}, {"field": "b", "label": "b", "values": [1, 3]}]


@pytest.fixture
def experiment(study: Any) -> Experiment:
    planned: Experiment = study.plan(
        figures=[
            {"kind": "marginals", "file": "marginals", "metric": "modes"},
            {"kind": "sensitivity", "file": "along_a", "metric": "modes", "x": "a"},
        ],
        **study.grid(AXES),
    )
    return planned


def test_every_figure_is_a_drawing_and_a_picture_and_some_come_with_numbers(
    experiment: Experiment, study: Any, scores: Any, tmp_path: Path
) -> None:
    made = tmp_path / "made"
    write_figures(experiment, study.measure(experiment, scores), study.results, made, instead=lambda request: None)
    assert sorted(path.name for path in made.iterdir()) == [
        *("along_a.csv", "along_a.png", "along_a.svg"),
        *("marginals.png", "marginals.svg"),
    ]
    assert (made / "along_a.csv").read_text().startswith("dataset,panel,method,metric,")


def test_a_picture_that_stands_for_a_figure_is_copied_and_wrapped_in_its_size_in_print(
    experiment: Experiment, study: Any, scores: Any, tmp_path: Path
) -> None:
    picture, made = tmp_path / "published.png", tmp_path / "made"
    Image.new("RGB", (320, 160)).save(picture, dpi=(160, 160))

    def instead(request: FigureRequest) -> Path | None:
        return picture if request.kind == "marginals" else None

    write_figures(experiment, study.measure(experiment, scores), study.results, made, instead)
    assert (made / "marginals.png").read_bytes() == picture.read_bytes()
    drawing = ElementTree.parse(made / "marginals.svg").getroot()
    assert [float(drawing.attrib[side].removesuffix("pt")) for side in ("width", "height")] == pytest.approx(
        [144, 72], rel=1e-3
    )
    assert drawing[0].attrib["href"] == f"data:image/png;base64,{b64encode(picture.read_bytes()).decode()}"
    assert (made / "along_a.png").read_bytes() != picture.read_bytes()
