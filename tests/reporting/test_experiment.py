from __future__ import annotations

from typing import Any

import pytest

from ganpipe.errors import GanpipeError
from ganpipe.reporting.experiment import read_description, text_of


def test_what_the_planner_writes_is_read_back(study: Any) -> None:
    experiment = study.plan()
    assert experiment.name == "tiny"
    assert str(experiment.paper) == "PacGAN, Table 1 (section 4.2)"
    assert list(experiment.cells) == [("ring8_pacgan", "GAN"), ("ring8_pacgan", "PacGAN2")]
    assert [run.seed for run in experiment.cells["ring8_pacgan", "GAN"]] == [0, 1, 2]


def test_cells_come_in_display_order_whatever_the_order_of_the_rows(study: Any) -> None:
    rows = [study.row(variant, seed) for variant in ("PacGAN2", "GAN") for seed in (2, 0, 1)]
    experiment = study.plan(rows=rows)
    assert list(experiment.cells) == [("ring8_pacgan", "GAN"), ("ring8_pacgan", "PacGAN2")]
    assert [run.seed for run in experiment.cells["ring8_pacgan", "GAN"]] == [0, 1, 2]


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"schema": 2}, "schema: this version of ganpipe reads schema 1, the file has 2"),
        ({"titel": "x"}, "titel: unknown key"),
        ({"seeds": ["zero"]}, "seeds.0: "),
        ({"metrics": []}, "metrics: "),
        ({"metrics": [{"metric": "beauty", "protocol": "mixture-2500"}]}, "unknown metric 'beauty'"),
        ({"figures": [{"kind": "pie", "file": "pie"}]}, "figures.0.kind: unknown kind 'pie', known are comparison, "),
        ({"variants": ["GAN"]}, "rows.3.variant: 'PacGAN2' is not in variants"),
        ({"datasets": ["grid"]}, "rows.0.dataset: 'ring8_pacgan' is not in datasets"),
        ({"seeds": [0, 1]}, "rows.2.seed: 2 is not in seeds"),
    ],
)
def test_a_bad_file_is_refused_in_one_line(study: Any, changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(GanpipeError) as refused:
        study.plan(**changes)
    assert str(study.folder / "experiment.json") in str(refused.value)
    assert complaint in str(refused.value)
    assert "\n" not in str(refused.value)


def test_one_seed_twice_in_a_cell_is_refused(study: Any) -> None:
    with pytest.raises(GanpipeError, match="'GAN' on 'ring8_pacgan' has seed 0 twice"):
        study.plan(rows=[study.row("GAN", 0), study.row("GAN", 0)])


def test_a_run_that_no_column_looks_at_is_refused(study: Any) -> None:
    with pytest.raises(GanpipeError, match=r"rows.0.evaluations: none is under a protocol of metrics \(mixture-2500\)"):
        study.plan(rows=[study.row("GAN", 0, evaluations={"fid-10k": "e"})])


def test_something_that_is_no_object_is_refused(study: Any) -> None:
    study.folder.mkdir(parents=True)
    path = study.folder / "experiment.json"
    path.write_text("[1, 2]", encoding="utf-8")
    with pytest.raises(GanpipeError, match="schema"):
        read_description(path)


def test_a_dataset_has_only_the_columns_that_were_measured_on_it(study: Any) -> None:
    experiment = study.plan(
        datasets=["ring8_pacgan", "digits"],
        metrics=[{"metric": "modes", "protocol": "mixture-2500"}, {"metric": "modes", "protocol": "modes-10k"}],
        rows=[study.row("GAN", 0), study.row("GAN", 0, "digits", evaluations={"modes-10k": "e"})],
    )
    assert [column.protocol for column in experiment.columns("ring8_pacgan")] == ["mixture-2500"]
    assert [column.protocol for column in experiment.columns("digits")] == ["modes-10k"]


def test_variants_of_the_paper_follow_ours_and_numbers_that_nobody_knows_make_no_row(study: Any) -> None:
    experiment = study.plan(
        reported=[
            study.reported("ALI", "modes", 5.0),
            study.reported("VEEGAN", "modes", None, confidence="missing"),
            study.reported("BiGAN", "fid", 30.0),
            study.reported("PacGAN2", "modes", 8.0),
        ]
    )
    assert experiment.shown_variants("ring8_pacgan") == ["GAN", "PacGAN2", "ALI"]


def test_factors_are_the_method_and_every_axis_within_a_dataset(study: Any) -> None:
    axes = [
        {"field": "dataset", "label": "dataset", "values": ["ring8_pacgan"]},
        {"field": "training.learning_rate", "label": "learning rate", "values": [0.001]},
    ]
    experiment = study.plan(axes=axes)
    assert [factor.field for factor in experiment.factors] == ["method", "training.learning_rate"]
    alone = study.plan(axes=axes, rows=[study.row("GAN", 0)])
    assert [factor.field for factor in alone.factors] == ["training.learning_rate"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0003, "0.0003"),
        (2, "2"),
        (True, "true"),
        (None, "none"),
        ("non_saturating", "non saturating"),
        ({"kind": "packed", "size": 2}, "packed (size 2)"),
        ({"kind": "single"}, "single"),
        ([1, 2], "[1, 2]"),
    ],
)
def test_axis_levels_are_written_for_people(value: Any, text: str) -> None:
    assert text_of(value) == text
