# ruff: noqa: RUF001 (a minus sign is the point)
from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

from ganpipe.reporting.renderers import RENDERERS, html, write_table
from ganpipe.reporting.table import Table

VOID = {"meta", "link", "br", "img", "hr"}


class Outline(HTMLParser):
    """Checks that tags nest, and keeps what is referred to."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href", "data")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_well_formed_and_needs_nothing_else(full_table: Table) -> None:
    outline = Outline()
    text = html.render(full_table)
    outline.feed(text)
    assert outline.open == []
    assert outline.links == []
    assert not {"script", "link", "img"} & outline.tags
    assert "url(" not in text


def test_names_are_escaped(full_table: Table) -> None:
    text = html.render(full_table)
    assert "<h1>Modes &amp; &lt;collapse&gt;</h1>" in text
    assert "GAN_base &amp; 50%" in text


def test_lost_runs_marks_floors_and_the_best_can_be_seen(full_table: Table) -> None:
    text = html.render(full_table)
    assert '<td class="runs lost">5/6</td>' in text
    assert '<strong>8.0<span class="error"> ± 0.0</span></strong>' in text
    assert "<sup>†‡</sup>" in text
    assert '<tr class="floor"><td>ideal sampler</td>' in text


def test_a_negative_number_has_a_minus_sign_also_of_an_ideal_sampler(full_table: Table) -> None:
    group = full_table.groups[0]
    below = replace(full_table, groups=(replace(group, floors=("8.0", "-0.011")),))
    assert "<td>−0.011</td>" in html.render(below)


def test_all_forms_are_written_and_are_the_same_bytes_each_time(full_table: Table, tmp_path: Path) -> None:
    for name in ("first", "second"):
        write_table(full_table, tmp_path / name)
    written = sorted(path.name for path in (tmp_path / "first").iterdir())
    assert written == sorted(f"table.{suffix}" for suffix in RENDERERS)
    for name in written:
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()


def test_what_stands_between_backticks_is_code(full_table: Table) -> None:
    noted = replace(full_table, notes=("see `a <b>`",))
    assert "<li>see <code>a &lt;b&gt;</code></li>" in html.render(noted)
