"""The range of pixel values that networks see."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError


def _unit_or_symmetric(value: tuple[float, float]) -> tuple[float, float]:
    if value not in ((0.0, 1.0), (-1.0, 1.0)):
        raise PydanticCustomError("pixel_range", "must be [0, 1] or [-1, 1]")
    return value


PixelRange = Annotated[tuple[float, float], AfterValidator(_unit_or_symmetric)]
"""What the darkest and the brightest pixel become: (0, 1) or (-1, 1)."""
