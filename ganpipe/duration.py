"""How long something took or will take, in words."""

from __future__ import annotations


def duration(seconds: float) -> str:
    """Seconds as people say them: ``42 s``, ``7.5 min``, ``12.3 h``."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.1f} min" if seconds < 3600 else f"{seconds / 3600:.1f} h"
