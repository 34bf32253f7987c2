from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import __main__ as main


def test_measured_sections_are_replaced_and_the_others_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = tmp_path / "performance.md"
    document.write_text(f"# Text\n\n{main.MARK}\n\n## `parts`: old\n\n| a |\n\n## `start`: old\n\nwords\n")
    monkeypatch.setattr(main, "DOCUMENT", document)
    monkeypatch.setattr(main, "section", lambda module: f"## `{module}`: new\n\nnumbers\n")
    monkeypatch.setattr("sys.argv", ["benchmarks", "start", "steps"])
    main.main()
    expected = (
        "# Text\n\n<!-- What follows is written by `make bench`. -->\n\n"
        "## `start`: new\n\nnumbers\n\n## `steps`: new\n\nnumbers\n\n## `parts`: old\n\n| a |\n"
    )
    assert document.read_text() == expected
    main.main()
    assert document.read_text() == expected


def test_a_benchmark_that_fails_says_so_in_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main.sys, "executable", "false")
    assert "Could not run here: " in main.section("start")
