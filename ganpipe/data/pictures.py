"""Decoding and resizing with Pillow, in integers and so the same on every machine."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np

from ganpipe.errors import GanpipeError

if TYPE_CHECKING:
    from PIL.Image import Image


def decoded(content: bytes, form: str, size: tuple[int, int], where: str) -> Image:
    """Decode one image.

    Args:
        content: the bytes of its file.
        form: the only format that is accepted, as Pillow calls it.
        size: the width and height that it must have.
        where: named in errors.

    Raises:
        GanpipeError: it is no such image, damaged, or of another size.
    """
    import PIL.Image

    try:
        with PIL.Image.open(BytesIO(content), formats=(form,)) as image:
            if image.size == size:
                return image.convert("RGB")
            found = f"{image.width}x{image.height} pixels"
    except PIL.UnidentifiedImageError:
        found = f"{len(content)} bytes that are none"
    except (OSError, SyntaxError, ValueError, PIL.Image.DecompressionBombError) as error:
        found = str(error)
    raise GanpipeError(f"{where}: not a {form} image of {size[0]}x{size[1]} pixels ({found})")


def shrunk(image: Image, width: int, height: int) -> Image:
    """Resize bilinearly, as ``torchvision.transforms.Resize`` and DCGAN's original code do (both through Pillow)."""
    from PIL.Image import Resampling

    return image.resize((width, height), Resampling.BILINEAR)


def channels_first(image: Image) -> np.ndarray:
    """uint8 [3, height, width]."""
    return np.asarray(image).transpose(2, 0, 1)


def resized(images: np.ndarray, size: int) -> np.ndarray:
    """Resize several images bilinearly; those of the right size are returned as they are.

    Args:
        images: uint8 [n, height, width, 3].

    Returns:
        uint8 [n, 3, size, size].
    """
    from PIL.Image import fromarray

    if images.shape[1:3] == (size, size):
        return images.transpose(0, 3, 1, 2)
    new = np.empty((len(images), 3, size, size), np.uint8)
    for image, target in zip(images, new, strict=True):
        target[:] = channels_first(shrunk(fromarray(image), size, size))
    return new
