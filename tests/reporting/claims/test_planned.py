from __future__ import annotations

from typing import Any

import pytest

from ganpipe.errors import GanpipeError
from ganpipe.files import write_json
from ganpipe.reporting.claims.planned import read_claims


def test_what_the_planner_writes_is_read_back(trial: Any) -> None:
    path = trial.study.folder / "claims.json"
    experiment = trial.study.plan()
    write_json(path, {"schema": 1, "claims": [trial.claim("PacGAN2", "GAN", margin=0.5)]})
    (claim,) = read_claims(path, experiment)
    assert (claim.text, claim.margin, claim.form) == ("It works.", 0.5, "better")
    assert claim.comparisons[0].column.protocol == "mixture-2500"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ([], "schema: this version of ganpipe reads schema 1, the file has None"),
        ({"schema": 2, "claims": []}, "schema: this version of ganpipe reads schema 1, the file has 2"),
        ({"schema": 1, "claims": [{}]}, "missing"),
    ],
)
def test_a_bad_file_is_refused_in_one_line(trial: Any, content: Any, complaint: str) -> None:
    path = trial.study.folder / "claims.json"
    experiment = trial.study.plan()
    write_json(path, content)
    with pytest.raises(GanpipeError) as refused:
        read_claims(path, experiment)
    assert str(refused.value).startswith(f"{path}: ")
    assert complaint in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_row_without_runs_is_refused(trial: Any) -> None:
    path = trial.study.folder / "claims.json"
    experiment = trial.study.plan()
    write_json(path, {"schema": 1, "claims": [trial.claim("ALI", "GAN")]})
    with pytest.raises(GanpipeError, match=r"claims\.0: 'ALI' has no run on 'ring8_pacgan' under 'mixture-2500'"):
        read_claims(path, experiment)


def test_a_row_that_the_protocol_does_not_fit_is_refused(trial: Any) -> None:
    path = trial.study.folder / "claims.json"
    both = [{"metric": "modes", "protocol": "mixture-2500"}, {"metric": "reverse_kl", "protocol": "modes-10k"}]
    rows = [trial.study.row("GAN", 0), trial.study.row("PacGAN2", 0, evaluations={"modes-10k": "e"})]
    experiment = trial.study.plan(metrics=both, rows=rows)
    write_json(path, {"schema": 1, "claims": [trial.claim("PacGAN2", "GAN", "modes")]})
    with pytest.raises(GanpipeError, match="'PacGAN2' has no run"):
        read_claims(path, experiment)
