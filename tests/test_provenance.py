from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
import torch

import ganpipe
from ganpipe import provenance as module
from ganpipe.provenance import commit, commits_text, cpu_name, of_run, provenance


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"]
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A git checkout in which the package seems to lie."""
    root = tmp_path / "checkout"
    (root / "ganpipe").mkdir(parents=True)
    (root / "ganpipe" / "__init__.py").touch()
    git(root, "init")
    git(root, "add", ".")
    git(root, "commit", "-m", "first")
    monkeypatch.setattr(ganpipe, "__file__", str(root / "ganpipe" / "__init__.py"))
    return root


def test_is_plain_data_that_json_can_hold() -> None:
    content = provenance(torch.device("cpu"), commit())
    assert json.loads(json.dumps(content)) == content
    assert content["torch"] == torch.__version__
    assert content["device"] == "cpu"
    assert content["cpu"] == cpu_name() != ""


def test_names_the_commit_and_whether_the_package_was_changed(checkout: Path) -> None:
    assert commit() == {"commit": git(checkout, "rev-parse", "HEAD"), "dirty": False}
    (checkout / "ganpipe" / "__init__.py").write_text("changed = True\n")
    assert commit() == {"commit": git(checkout, "rev-parse", "HEAD"), "dirty": True}


def test_a_method_of_ones_own_is_a_change(checkout: Path) -> None:
    (checkout / "ganpipe" / "mine.py").touch()
    assert commit()["dirty"] is True


def test_configuration_and_published_results_are_no_changes_of_the_source(checkout: Path) -> None:
    (checkout / "config.yaml").touch()
    git(checkout, "add", ".")
    git(checkout, "commit", "-m", "second")
    (checkout / "config.yaml").write_text("scale: paper\n")
    (checkout / "results").mkdir()
    (checkout / "results" / "table.md").touch()
    assert commit() == {"commit": git(checkout, "rev-parse", "HEAD"), "dirty": False}


def test_somebody_elses_checkout_around_the_package_is_not_named(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = checkout / ".venv" / "lib" / "ganpipe"
    installed.mkdir(parents=True)
    monkeypatch.setattr(ganpipe, "__file__", str(installed / "__init__.py"))
    assert commit() == {"commit": None, "dirty": None}


def test_outside_a_checkout_or_without_git_there_is_no_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ganpipe, "__file__", str(tmp_path / "ganpipe" / "__init__.py"))
    assert commit() == {"commit": None, "dirty": None}

    def no_git(*arguments: object, **settings: object) -> None:
        raise FileNotFoundError("git")

    monkeypatch.setattr(module.subprocess, "run", no_git)
    assert commit() == {"commit": None, "dirty": None}


def test_all_commits_that_made_a_result_are_said_in_their_order() -> None:
    first, second = {"commit": "a" * 40, "dirty": True}, {"commit": "b" * 40, "dirty": False}
    assert commits_text(second) == "b" * 10
    assert commits_text({**second, "earlier_sessions": [first]}) == f"{'a' * 10}+, {'b' * 10}"
    assert commits_text({**second, "earlier_sessions": [second | {"device": "cpu"}]}) == "b" * 10
    assert commits_text({"commit": None, "dirty": None}) == commits_text({}) == ""
    assert of_run({**second, "run": first}) == first
    assert of_run({**second, "run": None}) == {**second, "run": None}
