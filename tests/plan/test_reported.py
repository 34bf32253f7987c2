from __future__ import annotations

from typing import Any

import pytest
import yaml

from ganpipe.errors import GanpipeError

NUMBER = {"table": "Table 1", "dataset": "ring", "method": "GAN", "metric": "modes", "value": 7, "confidence": "read"}


def write(project: Any, *numbers: dict[str, Any]) -> None:
    folder = project.config / "reported"
    folder.mkdir(exist_ok=True)
    (folder / "paper.yaml").write_text(yaml.safe_dump(list(numbers)))


def test_numbers_take_the_names_of_this_experiment(project: Any) -> None:
    write(
        project,
        NUMBER,
        {**NUMBER, "method": "Unrolled", "setting": "5 steps", "value": None, "confidence": "missing"},
        {**NUMBER, "table": "Table 2"},
        {**NUMBER, "dataset": "grid"},
    )
    wanted = {"file": "paper", "table": "Table 1", "datasets": {"ring8_pacgan": "ring"}}
    numbers = project.planned(reported=wanted)["reported"]
    assert [(number["dataset"], number["variant"], number["value"]) for number in numbers] == [
        *(("ring8_pacgan", "GAN", 7.0), ("ring8_pacgan", "Unrolled, 5 steps", None), ("grid", "GAN", 7.0))
    ]


@pytest.mark.parametrize(
    ("number", "wanted", "message"),
    [
        (
            {},
            {"file": "papr"},
            "one.yaml: reported.file: config/reported/papr.yaml does not exist; did you mean paper?",
        ),
        (
            {},
            {"table": "Table 9"},
            "reported.table: config/reported/paper.yaml has no 'Table 9'; did you mean Table 1?",
        ),
        (
            {},
            {"datasets": {"ring8_pacgam": "ring"}},
            "reported.datasets: 'ring8_pacgam' is not a dataset of this experiment; did you mean ring8_pacgan?",
        ),
        (
            {"metric": "mods"},
            {},
            "config/reported/paper.yaml: entry 1: metric: 'mods' is not known; did you mean modes?",
        ),
        ({"value": "99"}, {}, "config/reported/paper.yaml: entry 1: value: '99' is text in YAML; write 99"),
        (
            {"confidence": "sure"},
            {},
            "config/reported/paper.yaml: entry 1: confidence: should be 'read', 'corroborated'",
        ),
        ({"trails": 3}, {}, "config/reported/paper.yaml: entry 1: trails: unknown key; did you mean trials?"),
    ],
)
def test_a_mistake_is_one_line(project: Any, number: dict[str, Any], wanted: dict[str, Any], message: str) -> None:
    write(project, {**NUMBER, **number})
    with pytest.raises(GanpipeError) as caught:
        project.planned(reported={"file": "paper", "table": "Table 1", **wanted})
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_two_numbers_for_one_place_in_the_paper(project: Any) -> None:
    write(project, NUMBER, {**NUMBER, "dataset": "grid"}, {**NUMBER, "value": 8})
    with pytest.raises(GanpipeError, match=r"paper\.yaml: entry 3: is the same place in the paper as entry 1"):
        project.planned(reported={"file": "paper", "table": "Table 1"})


def test_a_file_that_is_no_list(project: Any) -> None:
    write(project)
    (project.config / "reported" / "paper.yaml").write_text("a: 1\n")
    with pytest.raises(GanpipeError, match=r"config/reported/paper\.yaml: should be a list of numbers"):
        project.planned(reported={"file": "paper", "table": "Table 1"})
