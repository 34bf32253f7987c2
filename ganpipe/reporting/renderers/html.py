"""A table as a small page that needs nothing else: readable on a screen, on a phone and on paper."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from ganpipe.reporting.table import Table


@cache
def environment() -> Environment:
    """The templates of this room; everything that is printed is escaped."""
    loader = PackageLoader("ganpipe.reporting")
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.filters["with_code"] = _with_code
    return made


def _with_code(text: str) -> Markup:
    """Escaped, and as code what stands between backticks, as in Markdown."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def page(template: str, **content: Any) -> str:
    """Render one template of ``ganpipe/reporting/templates``."""
    return environment().get_template(template).render(**content)


def render(table: Table) -> str:
    """The whole page."""
    return page("table.html.j2", table=table)
