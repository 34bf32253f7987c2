from __future__ import annotations

import logging
import math
from pathlib import Path

import pytest

from ganpipe.evaluation.likelihood.importance import LogLikelihoodEstimate
from ganpipe.evaluation.likelihood.ledger import Ledger


def test_what_was_added_is_there_to_the_last_bit(tmp_path: Path) -> None:
    path = tmp_path / "kept" / "points.json"
    ledger = Ledger(path)
    assert 3 not in ledger
    ledger.add({3: LogLikelihoodEstimate(-1 / 3, 1e-17), 40: LogLikelihoodEstimate(math.inf, 2.0)})
    ledger.add({5: LogLikelihoodEstimate(-1e6 / 7, 1234.5)})
    again = Ledger(path)
    assert again[3] == LogLikelihoodEstimate(-1 / 3, 1e-17)
    assert again[40] == LogLikelihoodEstimate(math.inf, 2.0)
    assert again[5] == LogLikelihoodEstimate(-1e6 / 7, 1234.5)
    assert 4 not in again
    assert [path.name for path in path.parent.iterdir()] == ["points.json"]


def test_without_a_file_it_lasts_as_long_as_it_lasts() -> None:
    ledger = Ledger(None)
    ledger.add({1: LogLikelihoodEstimate(0.0, 1.0)})
    assert 1 in ledger


@pytest.mark.parametrize("content", ["", "{", "[]", '{"1": 2}', '{"a": [1, 2]}', '{"1": [1]}', '{"1": [1, 2, 3]}'])
def test_a_damaged_file_is_named_and_passed_over(
    tmp_path: Path, content: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "points.json"
    path.write_text(content)
    with caplog.at_level(logging.WARNING):
        ledger = Ledger(path)
    assert 1 not in ledger
    assert "points.json: cannot be read, its points are computed again" in caplog.text
    ledger.add({1: LogLikelihoodEstimate(0.0, 1.0)})
    assert 1 in Ledger(path)
