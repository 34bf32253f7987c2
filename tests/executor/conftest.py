from __future__ import annotations

from pathlib import Path

import pytest

from tests.executor.commands import Commands


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Commands:
    """Stand-ins for Slurm's commands that come before real ones."""
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    return Commands(tmp_path)
