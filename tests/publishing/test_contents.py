from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from ganpipe.errors import GanpipeError
from ganpipe.files import read_json
from ganpipe.publishing.contents import CONTENTS, write_contents

PUBLISHED = Path(__file__).parents[2] / "results" / "published"
CLAIMED = "paper/presgan_figure1"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PUBLISHED, tmp_path / "published"))


def line_of(folder: Path, experiment: str) -> str:
    write_contents(folder)
    (line,) = [line for line in (folder / CONTENTS).read_text().splitlines() if line.startswith(f"| [{experiment}]")]
    return line


def test_the_list_that_travels_with_the_repository_is_up_to_date(copy: Path) -> None:
    write_contents(copy)
    assert (copy / CONTENTS).read_bytes() == (PUBLISHED / CONTENTS).read_bytes()


def test_every_link_leads_to_a_file(copy: Path) -> None:
    write_contents(copy)
    links = [part.split(")")[0] for part in (copy / CONTENTS).read_text().split("](")[1:]]
    assert f"{CLAIMED}/claims.md" in links
    assert [link for link in links if not link.startswith("..") and not (copy / link).is_file()] == []


def test_claims_are_counted_by_verdict_and_an_unfinished_experiment_has_none(copy: Path) -> None:
    assert f"| 20 | 3.8 h | AMD EPYC | `23e0698`, `3b5194c` | [2 supported]({CLAIMED}/claims.md) |" in line_of(
        copy, "presgan_figure1"
    )
    for path in (copy / CLAIMED).glob("claims.*"):
        path.unlink()
    summary = copy / CLAIMED / "published.json"
    summary.write_text(json.dumps(read_json(summary) | {"finished": 19}))
    assert "| 19 of 20 | 3.8 h | AMD EPYC | `23e0698`, `3b5194c` |  |" in line_of(copy, "presgan_figure1")


def test_a_commit_whose_package_was_changed_has_a_mark(copy: Path) -> None:
    assert "`ad0f4b6`+, `ce065ad`+, `cf9f38d` |" in line_of(copy, "invertgan_table1")


def test_a_damaged_summary_is_named_and_the_list_kept(copy: Path) -> None:
    summary = copy / CLAIMED / "published.json"
    summary.write_text("{")
    with pytest.raises(GanpipeError, match=str(summary)):
        write_contents(copy)
    assert (copy / CONTENTS).read_bytes() == (PUBLISHED / CONTENTS).read_bytes()
