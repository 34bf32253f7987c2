"""Runs the benchmarks one after the other and writes what they print into docs/performance.md, below its mark.

    python -m benchmarks [MODULE ...]          all by default; others keep what stands there

One thread each. What is printed stands in the document as it is, with the machine, the commit and the time it took; a
benchmark that cannot run here says so in its place.
"""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
import time
from pathlib import Path

from ganpipe.provenance import commit, cpu_name

REPOSITORY = Path(__file__).parents[1]
DOCUMENT = REPOSITORY / "docs" / "performance.md"
MARK = "<!-- What follows is written by `make bench`. -->"
MODULES = ("start", "steps", "parts", "likelihood", "frechet", "preparation", "orchestration", "submission", "gpu")


def main() -> None:
    """Measure, print and write."""
    head, _, rest = DOCUMENT.read_text().partition(MARK)
    sections = kept(rest)
    for module in sys.argv[1:] or MODULES:
        sections[module] = section(module)
        print(sections[module], flush=True)
    text = "\n".join(sections[module] for module in MODULES if module in sections)
    DOCUMENT.write_text(f"{head}{MARK}\n\n{text}")


def kept(text: str) -> dict[str, str]:
    """The sections that stand in the document, by module."""
    parts = re.split(r"^(?=## `)", text, flags=re.MULTILINE)[1:]
    return {part.split("`")[1]: part.rstrip() + "\n" for part in parts}


def section(module: str) -> str:
    """The heading of a benchmark, where and when it ran, and what it printed."""
    document = importlib.import_module(f"benchmarks.{module}").__doc__ or ""
    title, _, rest = document.partition("\n")
    notes = "\n\n".join(part for part in rest.strip("\n").split("\n\n") if not part.startswith("    "))
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{module}"],
        cwd=REPOSITORY,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    lines = done.stderr.strip().splitlines()
    output = done.stdout.strip() if done.returncode == 0 else f"Could not run here: {lines[-1] if lines else 'no word'}"
    minutes = (time.monotonic() - began) / 60
    load = os.getloadavg()[0]
    made = f"{where()}; {minutes:.1f} minutes, load average {load:.1f} at the end."
    return f"## `{module}`: {title}\n\n{made}\n\n{notes}\n\n{output}\n"


def where() -> str:
    """The machine and the commit that is measured."""
    source = commit()
    changes = " with changes" if source["dirty"] else ""
    return f"{cpu_name()}, {os.cpu_count()} cores, no GPU used; commit {str(source['commit'])[:10]}{changes}"


if __name__ == "__main__":
    main()
