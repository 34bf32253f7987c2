from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from ganpipe.errors import GanpipeError
from ganpipe.plan.index import PlanIndex, read_spec


@pytest.mark.parametrize("whole", [True, False])
def test_the_whole_plan_and_single_specifications_say_the_same(project: Any, whole: bool) -> None:
    project.write(
        runs={**project.runs, "dataset": "stacked_mnist_pacgan", "networks": "dcgan_pacgan"},
        protocols=["modes-1k"],
        classifier="mnist",
        seeds=1,
        methods={"GAN": "gan"},
    )
    plan = project.plan()
    index = PlanIndex(project.results, whole=whole)
    ((run, evaluation),) = plan["experiments"]["one"]["evaluations"]
    assert index.origin_of_dataset(index.dataset_of_run(run)) == "mnist"
    assert index.classifier_of_evaluation(evaluation) in plan["classifiers"]
    assert index.origin_of_dataset(index.dataset_of_classifier(index.classifier_of_evaluation(evaluation))) == "mnist"


@pytest.mark.parametrize("whole", [True, False])
def test_evaluations_say_which_weights_they_read(project: Any, whole: bool) -> None:
    project.write(
        runs={**project.runs, "dataset": "stacked_digits", "networks": "small_conv"},
        protocols=["fid-10k-inception", "modes-1k"],
        classifier="digits",
        seeds=1,
        methods={"GAN": "gan"},
    )
    ((_, fid), (_, modes)) = project.plan()["experiments"]["one"]["evaluations"]
    index = PlanIndex(project.results, whole=whole)
    assert index.origin_of_evaluation(fid) == "inception"
    assert index.origin_of_evaluation(modes) is None


def test_a_job_of_yesterday_finds_its_specification_after_todays_plan(project: Any) -> None:
    ((run, evaluation), *_) = project.plan()["experiments"]["one"]["evaluations"]
    project.planned(methods={"MD": "md"})
    for whole in (True, False):
        index = PlanIndex(project.results, whole=whole)
        assert index.dataset_of_run(run)
        assert index.classifier_of_evaluation(evaluation) is None


def test_what_is_in_no_plan_is_one_line(project: Any) -> None:
    project.plan()
    with pytest.raises(GanpipeError, match=r"run 000000000000: in no plan of results; `ganpipe plan` plans"):
        read_spec(project.results, "runs", "000000000000")


def test_every_job_parses_the_snakefile_so_reading_imports_nothing_heavy() -> None:
    code = "import sys, ganpipe.plan.index; sys.exit(len({'torch', 'numpy', 'pydantic', 'yaml'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
