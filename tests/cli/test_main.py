from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from tests.cli.conftest import Program


def test_a_mistake_is_one_line_and_no_traceback(
    ganpipe: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = ganpipe("plan")
    assert (said.status, said.out, said.err) == (1, "", "ganpipe: config/config.yaml: no such file\n")
    assert list(tmp_path.iterdir()) == []


def test_what_the_system_refuses_is_one_line_too(ganpipe: Program, project: Path) -> None:
    said = ganpipe("plan", "--results", "config/config.yaml/here")
    assert (said.status, said.out) == (1, "")
    assert said.err.startswith("ganpipe: config/config.yaml/here")
    assert said.err.endswith("Not a directory\n")
    assert said.err.count("\n") == 1


@pytest.mark.parametrize(
    "error",
    [
        MemoryError("Unable to allocate 8 EiB"),
        torch.OutOfMemoryError("CUDA out of memory.\nTried to allocate 8 EiB"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 EiB"),
    ],
)
def test_short_memory_is_one_line_that_says_what_needs_less(
    ganpipe: Program, project: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("ganpipe.plan.plan.plan", fail)
    said = ganpipe("plan")
    assert (said.status, said.out) == (1, "")
    assert re.fullmatch(r"ganpipe: out of memory \(.*8 EiB\); a smaller training\.batch_size .*\n", said.err)


def test_what_is_wrong_in_the_program_is_not_hidden(
    ganpipe: Program, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr("ganpipe.plan.plan.plan", fail)
    with pytest.raises(RuntimeError, match="a mistake of ours"):
        ganpipe("plan")


def test_an_unknown_command_or_option_says_so(ganpipe: Program) -> None:
    assert ganpipe("plann").status == 2
    said = ganpipe("train", "x", "--device", "gpu")
    assert said.status == 2
    assert "--device" in said.err
    assert "auto" in said.err


def test_help_comes_quickly() -> None:
    code = (
        "import sys; from ganpipe.cli import app; sys.exit(len({'torch', 'pandas', 'matplotlib'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_the_package_is_the_program() -> None:
    done = subprocess.run([sys.executable, "-m", "ganpipe", "--help"], capture_output=True, text=True)
    assert done.returncode == 0
    for command in (
        "plan",
        "prepare",
        "train",
        "evaluate",
        "status",
        "show",
        "sample",
        "forget",
        "datasets",
        "methods",
    ):
        assert command in done.stdout
