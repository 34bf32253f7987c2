from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
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


def change(folder: Path, **changes: object) -> None:
    summary = folder / CLAIMED / "published.json"
    summary.write_text(json.dumps(read_json(summary) | changes))


def test_a_line_says_how_far_it_goes_what_it_cost_and_where_it_was_made(copy: Path) -> None:
    made = {"cpu": "a CPU", "device": "cpu", "runs": 1}
    places = [{**made, "commit": "a" * 40, "dirty": False}, {**made, "commit": "b" * 40, "dirty": True}]
    change(copy, finished=20, planned=20, train_seconds=450, made=places)
    assert "| paper | 20 | 7.5 min | a CPU | `aaaaaaa`, `bbbbbbb`+ |" in line_of(copy, "presgan_figure1")
    change(copy, finished=19, made=[{**places[0], "device": "a GPU"}])
    assert "| paper | 19 of 20 | 7.5 min | a GPU | `aaaaaaa` |" in line_of(copy, "presgan_figure1")


def test_claims_are_counted_by_verdict_and_without_claims_there_are_none(copy: Path) -> None:
    claims = pd.DataFrame({"claim": [0, 0, 1, 2], "verdict": ["supported", "supported", "inconclusive", "supported"]})
    claims.to_parquet(copy / CLAIMED / "claims.parquet")
    counted = f"| [2 supported, 1 inconclusive]({CLAIMED}/claims.md) |"
    assert line_of(copy, "presgan_figure1").endswith(counted)
    (copy / CLAIMED / "claims.parquet").unlink()
    assert line_of(copy, "presgan_figure1").endswith("|  |")


def test_a_damaged_summary_is_named_and_the_list_kept(copy: Path) -> None:
    summary = copy / CLAIMED / "published.json"
    summary.write_text("{")
    with pytest.raises(GanpipeError, match=str(summary)):
        write_contents(copy)
    assert (copy / CONTENTS).read_bytes() == (PUBLISHED / CONTENTS).read_bytes()
