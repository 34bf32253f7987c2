from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ganpipe.errors import GanpipeError
from ganpipe.files import sha256_of, write_json
from ganpipe.layout import RESTORED
from ganpipe.publishing.sample_pictures import holes, published_picture, shown
from ganpipe.publishing.summary import SUMMARY
from ganpipe.reporting.experiment import Experiment, FigureRequest
from tests.reporting.conftest import Study

REQUEST = FigureRequest(kind="samples", file="samples")
FIRST, SECOND = "ring8_pacgan-GAN-0", "ring8_pacgan-PacGAN2-0"


@pytest.fixture
def experiment(tmp_path: Path) -> Experiment:
    return Study(tmp_path / "results").plan(figures=[{"kind": "samples", "file": "samples"}])


@pytest.fixture
def published(tmp_path: Path) -> Path:
    (tmp_path / "published").mkdir()
    (tmp_path / "published" / "samples.png").write_bytes(b"a picture")
    return tmp_path / "published"


def summarise(published: Path, experiment: Experiment, **changes: Any) -> None:
    content = {
        **{"schema": 1, "experiment": "tiny", "title": "t", "scale": "quick", "finished": 6, "planned": 6},
        **{"seeds": [0], "dates": [], "train_seconds": 1.0, "made": []},
        "pictures": {"samples": shown(REQUEST, experiment)},
        "files": {"samples.png": sha256_of(published / "samples.png")},
    }
    write_json(published / SUMMARY, {**content, **changes})


def restore(results: Path, *runs: str) -> None:
    for run in runs:
        write_json(results / "runs" / run / RESTORED, {})


def test_a_picture_is_drawn_where_all_generators_are(experiment: Experiment, published: Path, tmp_path: Path) -> None:
    summarise(published, experiment)
    assert published_picture(REQUEST, experiment, tmp_path / "results", published) is None
    assert holes(REQUEST, experiment, tmp_path / "results", published) == ()


def test_the_published_picture_stands_for_one_that_cannot_be_drawn(
    experiment: Experiment, published: Path, tmp_path: Path
) -> None:
    results = tmp_path / "results"
    restore(results, FIRST)
    assert published_picture(REQUEST, experiment, results, published) is None
    assert holes(REQUEST, experiment, results, published) == (FIRST,)
    summarise(published, experiment)
    assert published_picture(REQUEST, experiment, results, published) == published / "samples.png"
    assert holes(REQUEST, experiment, results, published) == ()
    # Of other runs it says nothing.
    summarise(published, experiment, pictures={"samples": "another"})
    assert published_picture(REQUEST, experiment, results, published) is None
    summarise(published, experiment, files={"samples.png": "another"})
    with pytest.raises(GanpipeError, match=r"samples\.png: missing or damaged"):
        published_picture(REQUEST, experiment, results, published)


def test_a_published_picture_with_holes_replaces_none_that_shows_more(
    experiment: Experiment, published: Path, tmp_path: Path
) -> None:
    results = tmp_path / "results"
    restore(results, FIRST)
    summarise(published, experiment, holes={"samples": [SECOND]})
    assert published_picture(REQUEST, experiment, results, published) is None
    assert holes(REQUEST, experiment, results, published) == (FIRST,)
    restore(results, SECOND)
    assert published_picture(REQUEST, experiment, results, published) == published / "samples.png"
    assert holes(REQUEST, experiment, results, published) == (SECOND,)
