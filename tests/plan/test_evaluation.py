"""How an evaluation is found that a person or a job asks for."""

from __future__ import annotations

from typing import Any

import pytest

from ganpipe.errors import GanpipeError
from ganpipe.evaluation.presets import CLASSIFIERS
from ganpipe.files import write_json
from ganpipe.plan.evaluation import FoundEvaluation, PlannedEvaluation, find_evaluation
from ganpipe.plan.index import read_spec, spec_path

DIGITS = {
    "runs": {"dataset": "digits", "networks": "small_conv", "training.steps": 20, "training.batch_size": 16},
    "methods": {"GAN": "gan"},
    "seeds": 1,
    "protocols": ["modes-1k"],
    "classifier": "digits_smoke",
}


def test_by_its_id_it_is_as_the_plan_says(project: Any) -> None:
    (row,) = project.planned(**DIGITS)["rows"]
    planned = row["evaluations"]["modes-1k"]
    found = find_evaluation(project.results, row["run_id"], planned)
    classifier = CLASSIFIERS["digits_smoke"].classifier_id
    assert found == FoundEvaluation(planned, "modes-1k", classifier, {})
    assert found.classifier_folder(project.results) == project.results / "classifiers" / classifier
    assert found.weights_folder(project.results) is None


def test_by_its_protocol_and_classifier_it_has_the_id_that_a_plan_would_give_it(project: Any) -> None:
    (row,) = project.planned(**DIGITS)["rows"]
    found = find_evaluation(project.results, row["run_id"], "modes-1k", "digits_smoke")
    assert found == find_evaluation(project.results, row["run_id"], row["evaluations"]["modes-1k"])


def test_by_a_protocol_alone_it_needs_no_plan(project: Any) -> None:
    found = find_evaluation(project.results, "0123456789ab", "fid-10k-inception")
    planned = PlannedEvaluation("0123456789ab", "fid-10k-inception", None)
    assert found == FoundEvaluation(planned.evaluation_id, "fid-10k-inception", None, {})
    assert found.classifier_folder(project.results) is None
    assert found.weights_folder(project.results) == project.results / "downloads" / "inception"


def test_a_protocol_that_is_no_more_is_for_who_evaluates_to_refuse(project: Any) -> None:
    (row,) = project.planned(**DIGITS)["rows"]
    planned = row["evaluations"]["modes-1k"]
    path = spec_path(project.results, "evaluations", planned)
    write_json(path, {planned: read_spec(project.results, "evaluations", planned) | {"protocol": "modes-7"}})
    found = find_evaluation(project.results, row["run_id"], planned)
    assert (found.protocol, found.weights_folder(project.results)) == ("modes-7", None)


@pytest.mark.parametrize(
    ("asked", "classifier", "problem"),
    [
        ("modes-7", None, "evaluation modes-7: in no plan of "),
        ("mixture-500", "digits", "--classifier digits: mixture-500 needs none"),
        ("modes-1k", "digit", r"--classifier digit: not known; did you mean digits\?"),
    ],
)
def test_what_cannot_be_found_is_one_line(project: Any, asked: str, classifier: str | None, problem: str) -> None:
    with pytest.raises(GanpipeError, match=f"^{problem}"):
        find_evaluation(project.results, "0123456789ab", asked, classifier)


def test_an_evaluation_of_another_run_is_refused(project: Any) -> None:
    (row,) = project.planned(**DIGITS)["rows"]
    planned = row["evaluations"]["modes-1k"]
    with pytest.raises(GanpipeError, match=f"evaluation {planned}: is of run {row['run_id']}, not of 0123456789ab"):
        find_evaluation(project.results, "0123456789ab", planned)
