from __future__ import annotations

from pathlib import Path

import pytest

from ganpipe import layout

RESULTS = Path("results")
RULES = Path(__file__).parents[1] / "workflow/rules"


@pytest.mark.parametrize(
    ("path", "rules"),
    [
        (layout.dataset_folder(RESULTS, "{dataset}") / layout.MANIFEST, "data"),
        (layout.download_folder(RESULTS, "{origin}"), "data"),
        (layout.classifier_folder(RESULTS, "{classifier}") / layout.RESULT, "classifiers"),
        (layout.run_folder(RESULTS, "{run}") / layout.RESULT, "training"),
        (layout.evaluation_path(RESULTS, "{run}", "{evaluation}"), "evaluation"),
        (layout.experiment_folder(RESULTS, "{scale}", "{experiment}") / layout.EXPERIMENT, "aggregation"),
        (layout.experiment_folder(RESULTS, "{scale}", "{experiment}") / layout.CLAIMS, "claims"),
    ],
    ids=lambda value: str(value),
)
def test_the_package_and_the_rules_of_the_workflow_name_the_same_places(path: Path, rules: str) -> None:
    assert f'"{path}' in (RULES / f"{rules}.smk").read_text(encoding="utf-8")


def test_a_job_that_is_preempted_comes_back_to_the_checkpoint_that_training_writes() -> None:
    assert f'checkpoint="{layout.CHECKPOINT}"' in (RULES / "training.smk").read_text(encoding="utf-8")
