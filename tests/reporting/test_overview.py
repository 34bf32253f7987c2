from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from ganpipe.errors import GanpipeError
from ganpipe.files import write_json
from ganpipe.reporting.overview import read_section, write_overview


@pytest.fixture
def built(study: Any, scores: Any) -> Any:
    """An experiment with its metrics, one diverged run, a figure, and the results of all runs but one."""
    experiment = study.plan()
    study.measure(experiment, lambda *cell: None if cell[1::2] == ("GAN", 1) else scores(*cell))
    Image.new("RGB", (320, 160)).save(study.folder / "comparison.png", dpi=(160, 160))
    (study.folder / "table.csv").touch()
    for run in experiment.rows[:-1]:
        lost = (run.variant, run.seed) == ("GAN", 1)
        result = {
            "run_id": run.run_id,
            "status": "diverged" if lost else "complete",
            "reason": "loss_generator is nan at step 30" if lost else None,
            "steps": 30 if lost else 4000,
            "train_seconds": 90.0,
            "provenance": {
                "commit": "3f9c2ab8d1e04c55aa01b7",
                "dirty": run.seed == 0,
                "device": "cpu",
                "cpu": "Xeon",
                "date": f"2026-11-{20 + run.seed}T10:00:00+00:00",
            },
        }
        write_json(study.results / "runs" / run.run_id / "result.json", result)
    return study


def test_the_page_says_what_was_run_and_what_came_out(built: Any) -> None:
    write_overview(built.results / "quick", ["tiny"], built.results)
    page = (built.results / "quick" / "index.html").read_text(encoding="utf-8")
    assert "results at quick scale" in page
    assert "<dt>Runs</dt><dd>6, 1 of them diverged</dd>" in page
    assert "<dt>Training steps</dt><dd>4,000</dd>" in page
    assert "<dt>Training time</dt><dd>7.5 min (of the 5 runs whose folders are here)</dd>" in page
    assert "<dt>Hardware</dt><dd>Xeon</dd>" in page
    assert "<dd>3f9c2ab8d1; 3f9c2ab8d1+; abc1234 (+: with uncommitted changes)</dd>" in page
    assert "<dt>Trained</dt><dd>2026-11-20 to 2026-11-22</dd>" in page
    assert "GAN on ring8_pacgan, seed 1 (<code>ring8_pacgan-GAN-1</code>): loss_generator is nan at step 30" in page
    assert '<img src="data:image/png;base64,' in page
    assert 'style="width: 2.0in"' in page
    assert '<a href="tiny/table.csv">table.csv</a>' in page
    assert "6.5" in page
    assert "<script" not in page
    assert "http" not in page


def test_a_restored_run_is_known_by_its_evaluation(built: Any) -> None:
    (run,) = [run for run in read_section(built.folder, built.results).runs if not run.result]
    assert run.provenance == {"commit": "abc1234"}
    assert run.reason == "diverged"


def test_experiments_come_in_the_order_asked_for_and_runs_shared_by_two_count_once(built: Any) -> None:
    other = built.results / "quick" / "other"
    other.mkdir()
    for name in ("experiment.json", "metrics.parquet"):
        text = (built.folder / name).read_bytes()
        (other / name).write_bytes(text.replace(b"A tiny comparison", b"The other one"))
    write_overview(built.results / "quick", ["other", "tiny"], built.results)
    page = (built.results / "quick" / "index.html").read_text(encoding="utf-8")
    assert page.index("<h2>The other one") < page.index("<h2>A tiny comparison")
    assert page.split("<nav")[0].count("6, 1 of them diverged") == 1


def test_an_experiment_that_was_not_built_is_named(study: Any) -> None:
    missing: Path = study.results / "quick" / "absent" / "experiment.json"
    with pytest.raises(GanpipeError, match=f"{missing}: no such file"):
        write_overview(study.results / "quick", ["absent"], study.results)
