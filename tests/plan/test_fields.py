from __future__ import annotations

import pytest

from ganpipe.errors import GanpipeError
from ganpipe.plan.fields import ABSENT, lay, resolve_preset, setting_at


def test_groups_come_before_their_parts_whatever_the_order() -> None:
    expected = {"training": {"steps": 1, "players": {"generator": {"updates": 2}}}}
    layer = {"training.players.generator.updates": 2, "training.steps": 1, "training": {"steps": 5}}
    assert lay({}, layer, "runs") == expected
    assert lay({}, dict(reversed(layer.items())), "runs") == expected


def test_a_group_given_whole_replaces_the_group_and_a_path_changes_one_setting() -> None:
    content = {"training": {"steps": 1, "batch_size": 2}}
    assert lay(content, {"training": {"steps": 3}}, "row") == {"training": {"steps": 3}}
    assert lay(content, {"training.steps": 3}, "row") == {"training": {"steps": 3, "batch_size": 2}}
    assert content == {"training": {"steps": 1, "batch_size": 2}}


def test_a_preset_is_a_group_that_can_be_changed() -> None:
    laid = lay({}, {"dataset.sigma": 0.5, "dataset": "ring8_pacgan"}, "runs")
    assert laid["dataset"]["kind"] == "ring"
    assert laid["dataset"]["sigma"] == 0.5
    assert resolve_preset("training.steps", "mlp", "runs") == "mlp"


def test_setting_at() -> None:
    content = {"a": {"b": None}}
    assert setting_at(content, "a.b") is None
    assert setting_at(content, "a.c") is ABSENT
    assert setting_at(content, "a.b.c") is ABSENT


def test_a_path_through_a_setting_is_refused() -> None:
    with pytest.raises(GanpipeError, match=r"runs: a\.b: 1 is not a group of settings"):
        lay({"a": 1}, {"a.b": 2}, "runs")
