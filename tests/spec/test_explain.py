from __future__ import annotations

from typing import Any

import pytest

from ganpipe.errors import GanpipeError
from ganpipe.plan.settings import Settings
from ganpipe.spec.explain import fields_at, number_in, validated
from ganpipe.spec.run import RunSpec
from ganpipe.spec.training import Training


def said(model: Any, content: Any) -> str:
    with pytest.raises(GanpipeError) as caught:
        validated(model, content, "here")
    return str(caught.value)


def test_the_path_is_the_files_own_and_not_the_models() -> None:
    run = {
        "dataset": {"kind": "ring"},
        "networks": {"generator": {"kind": "mlp"}, "discriminator": {"kind": "mlp"}},
        "method": {"judge": {"kind": "packed", "size": "two"}},
        "training": {"steps": 1, "batch_size": 1},
    }
    assert said(RunSpec, run) == "here: method.judge.size: should be an integer, got 'two'"


def test_a_mistyped_key_is_told_before_the_one_that_is_missing_for_it() -> None:
    assert said(Training, {"step": 1, "batch_size": 1}) == "here: step: unknown key; did you mean steps?"
    assert said(Training, {"batch_size": 1}) == "here: steps: missing"


def test_no_near_miss_lists_what_there_is() -> None:
    assert said(Settings, {"zzz": 1}).startswith("here: zzz: unknown key; known are checkpoint_every, cuda_graphs")


@pytest.mark.parametrize(
    ("path", "known"),
    [
        ([], {"dataset", "networks", "method", "training", "seed"}),
        (["method", "judge", "packed"], {"kind", "size"}),
        (["training", "players", "generator"], {"updates", "learning_rate", "betas"}),
        (["nowhere"], set()),
    ],
)
def test_the_settings_of_a_group(path: list[str], known: set[str]) -> None:
    assert fields_at(RunSpec, path) == known


def test_where_no_kind_is_chosen_every_kind_counts() -> None:
    assert {"size", "kernels", "bins"} <= fields_at(RunSpec, ["method", "judge"])


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("1e-3", "0.001"),
        ("1e-5", "1.0e-05"),
        ("2.5e-07", "2.5e-07"),
        ("1e3", "1000"),
        ("20", "20"),
        ("two", None),
        ("inf", None),
        ("", None),
    ],
)
def test_a_number_that_became_text_is_written_so_that_yaml_reads_it(text: str, written: str | None) -> None:
    import yaml

    assert number_in(text) == written
    if written is not None:
        assert yaml.safe_load(written) == float(text)
