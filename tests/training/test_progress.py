from __future__ import annotations

import logging

import pytest

from ganpipe.training import progress as module
from ganpipe.training.progress import Progress


def test_a_log_gets_a_line_every_few_seconds_and_no_bar(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    now = 100.0
    monkeypatch.setattr(module.time, "monotonic", lambda: now)
    progress = Progress("0123456789ab", 100, 200)
    with caplog.at_level(logging.INFO):
        for step in range(101, 151):
            now += 1.0
            progress.update(step)
    progress.close()
    assert [record.getMessage() for record in caplog.records] == [
        "run 0123456789ab: step 116 of 200 (58 %), 1.0 steps/s",
        "run 0123456789ab: step 132 of 200 (66 %), 1.0 steps/s",
        "run 0123456789ab: step 148 of 200 (74 %), 1.0 steps/s",
    ]
    assert capsys.readouterr() == ("", "")


def test_speed_counts_only_the_steps_of_this_session(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(module.time, "monotonic", lambda: now)
    progress = Progress("0123456789ab", 1000, 2000)
    assert progress.as_dict() == {"step": 1000, "steps": 2000, "steps_per_second": 0.0}
    now = 10.0
    progress.update(1050)
    assert progress.as_dict() == {"step": 1050, "steps": 2000, "steps_per_second": 5.0}
    progress.close()
