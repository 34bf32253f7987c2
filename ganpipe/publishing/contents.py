"""``results/published/README.md``: what is published, how far it goes, what it cost and what came of the claims."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from ganpipe.duration import duration
from ganpipe.files import write_text
from ganpipe.parquet import read_parquet
from ganpipe.publishing.summary import SUMMARY, Summary, read_summary
from ganpipe.reporting.renderers.markdown import escape

CONTENTS = "README.md"
HEAD = """# Published results

Written by `ganpipe publish`, from the `published.json` of each. How rows are restored and added is said in
[docs/published.md](../../docs/published.md).

| Experiment | Scale | Runs | Training in all | On | Commits | Claims |
| :-- | :-- | --: | --: | :-- | :-- | :-- |
"""


def write_contents(published: Path) -> None:
    """List all publications below a folder, by scale and name, and the figures of the theory.

    Raises:
        GanpipeError: a summary, or a file of verdicts, is damaged.
    """
    folders = sorted(path.parent for path in published.glob(f"*/*/{SUMMARY}"))
    rows = [_row(folder, read_summary(folder)) for folder in folders]
    theory = sorted((published / "theory").glob("*.svg"))
    links = ", ".join(f"[{path.stem}](theory/{path.name})" for path in theory)
    last = f"\nTheory, without any run: {links}.\n" if theory else ""
    write_text(published / CONTENTS, HEAD + "".join(rows) + last)


def _row(folder: Path, summary: Summary) -> str:
    place = f"{summary.scale}/{summary.experiment}"
    whole = summary.finished == summary.planned
    cells = (
        f"[{summary.experiment}]({place}/table.md): {escape(summary.title)}",
        summary.scale,
        str(summary.planned) if whole else f"{summary.finished} of {summary.planned}",
        duration(summary.train_seconds),
        ", ".join(sorted({str(place.cpu if place.device == "cpu" else place.device) for place in summary.made})),
        ", ".join(f"`{str(place.commit)[:7]}`{'+' if place.dirty else ''}" for place in summary.made),
        _verdicts(folder, place),
    )
    return f"| {' | '.join(cells)} |\n"


def _verdicts(folder: Path, place: str) -> str:
    """How many claims came out how, with the way to the evidence; nothing without claims or before the last run."""
    path = folder / "claims.parquet"
    if not path.is_file():
        return ""
    claims = read_parquet(path).select(["claim", "verdict"]).to_pandas().drop_duplicates("claim")
    counts = Counter(claims["verdict"])
    return f"[{', '.join(f'{number} {verdict}' for verdict, number in counts.most_common())}]({place}/claims.md)"
