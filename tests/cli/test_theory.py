from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Program


def test_a_figure_needs_no_plan(ganpipe: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = ganpipe("theory", "pacgan_figure2")
    assert said.out.splitlines() == [f"results/theory/pacgan_figure2.{form}" for form in ("csv", "svg", "png")]
    assert ganpipe("theory", "pacgan_figure2", "-o", "elsewhere").status == 0
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {str(path.parent.relative_to(tmp_path)) for path in written} == {"results/theory", "elsewhere"}
    assert all(path.stat().st_size > 0 for path in written)


def test_a_name_that_is_none(ganpipe: Program) -> None:
    said = ganpipe("theory", "pacgan_figure33")
    assert said.status == 1
    assert said.err == "ganpipe: pacgan_figure33: no figure of the theory; did you mean pacgan_figure3?\n"
