from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "module",
    [
        "ganpipe.plan.everything",
        "ganpipe.plan.settings",
        "ganpipe.presets",
        "ganpipe.progress.remaining",
        "ganpipe.progress.timings",
    ],
)
def test_planning_does_not_import_pytorch(module: str) -> None:
    """It would take longer than planning a thousand runs."""
    code = f"import sys, {module}; sys.exit('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=False)
    assert done.returncode == 0, "a file of a part imports torch when it is read; use ganpipe.late or ganpipe.layers"
