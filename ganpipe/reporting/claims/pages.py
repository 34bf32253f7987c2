"""Where claims are shown: a page beside an experiment's table, and one page a paper with all of its experiments."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ganpipe.files import write_text
from ganpipe.reporting.claims import latex, markdown
from ganpipe.reporting.claims.notes import notes
from ganpipe.reporting.claims.record import write_record
from ganpipe.reporting.claims.view import Section, read_section
from ganpipe.reporting.renderers.html import page


def write_claims(folder: Path, results: Path) -> None:
    """Judge the claims of an experiment and write ``claims.parquet``, ``.md``, ``.html`` and ``.tex`` into its folder.

    Args:
        folder: ``results/<scale>/<experiment>``, with experiment.json, claims.json and metrics.parquet.
        results: the folder of all results, where the specifications are.

    Raises:
        GanpipeError: a file is missing or malformed.
    """
    section, judgement = read_section(folder, results)
    write_record(judgement, folder / "claims.parquet")
    title = f"{section.experiment.title}: what is claimed"
    write_text(folder / "claims.md", markdown.render(title, [section]))
    write_text(folder / "claims.html", _html(title, [section]))
    write_text(folder / "claims.tex", latex.render(section))


def write_verdicts(folder: Path, paper: str, experiments: Sequence[str], results: Path) -> None:
    """Write a paper's page, ``<paper>_verdicts.html`` and ``.md``, into the folder of a scale.

    Args:
        folder: ``results/<scale>``.
        paper: its target's name, in small letters.
        experiments: those of the paper that have claims, in order.
        results: the folder of all results.

    Raises:
        GanpipeError: a file is missing or malformed.
    """
    sections = [read_section(folder / name, results)[0] for name in experiments]
    name = next((str(section.experiment.paper.name) for section in sections if section.experiment.paper), paper)
    title = f"{name}: its claims at {folder.name} scale"
    write_text(folder / f"{paper}_verdicts.md", markdown.render(title, sections))
    write_text(folder / f"{paper}_verdicts.html", _html(title, sections))


def _html(title: str, sections: Sequence[Section]) -> str:
    return page(
        "claims.html.j2", title=title, sections=sections, notes=notes(section.experiment for section in sections)
    )
