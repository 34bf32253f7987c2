"""The captions of the Snakemake report: templates that fill in, and reStructuredText without a complaint."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from docutils.core import publish_parts
from jinja2 import Environment, StrictUndefined

CAPTIONS = sorted((Path(__file__).parents[2] / "workflow" / "report").glob("*.rst"))


@pytest.mark.parametrize("path", CAPTIONS, ids=lambda path: path.stem)
def test_a_caption_renders(path: Path) -> None:
    snakemake = SimpleNamespace(
        wildcards=SimpleNamespace(experiment="demo_ring", scale="quick"), config={"scale": "quick"}
    )
    text = (
        Environment(undefined=StrictUndefined).from_string(path.read_text(encoding="utf-8")).render(snakemake=snakemake)
    )
    html = publish_parts(text, writer="html", settings_overrides={"halt_level": 2, "report_level": 2})["html_body"]
    assert len(html) > 200


@pytest.mark.parametrize("name", ["workflow", "table", "metrics", "overview"])
def test_what_every_report_has_is_captioned(name: str) -> None:
    assert name in {path.stem for path in CAPTIONS}
