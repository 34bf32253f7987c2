"""MNIST, read from its four official idx files."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal

import numpy as np

from ganpipe.data.digit_images import DigitImages
from ganpipe.data.origin import Origin, uncompressed, verify
from ganpipe.data.pixel_range import PixelRange
from ganpipe.data.resize import resize
from ganpipe.data.stand_ins import FromFiles
from ganpipe.errors import GanpipeError

ORIGIN = Origin(
    name="mnist",
    files={
        "train-images-idx3-ubyte.gz": "md5:6bbc9ace898e44ae57da46a324031adb",
        "train-labels-idx1-ubyte.gz": "md5:a25bea736e30d166cdddb491f175f624",
        "t10k-images-idx3-ubyte.gz": "md5:2646ac647ad5339dbf082846283269ea",
        "t10k-labels-idx1-ubyte.gz": "md5:27ae3e4e09519cfbb04c329615203637",
    },
    mirrors=(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ),
    terms="MNIST, made by LeCun, Cortes and Burges from NIST's Special Databases 1 and 3",
)


class Mnist(FromFiles, DigitImages):
    """60,000 training and 10,000 test digits, at their own size or enlarged bilinearly."""

    kind: Literal["mnist"] = "mnist"
    source: ClassVar[str] = "LeCun, Cortes and Burges, the MNIST database"

    size: Literal[28, 64] = 28
    pixel_range: PixelRange = (-1.0, 1.0)

    @property
    def published(self) -> Origin:
        return ORIGIN

    @property
    def sample_shape(self) -> tuple[int, ...]:
        return (1, self.size, self.size)

    @property
    def value_range(self) -> tuple[float, float]:
        return self.pixel_range

    @property
    def label_dataset(self) -> Mnist:
        return self.model_copy(update={"pixel_range": (0.0, 1.0), "size": 28})

    def prepare(self, raw: Path | None) -> dict[str, np.ndarray]:
        arrays = {}
        for split, prefix in (("train", "train"), ("test", "t10k")):
            images = _read(self.origin, f"{prefix}-images-idx3-ubyte.gz", raw, dimensions=3)
            labels = _read(self.origin, f"{prefix}-labels-idx1-ubyte.gz", raw, dimensions=1)
            if images.shape[1:] != (28, 28) or len(images) != len(labels) or labels.max(initial=0) > 9:
                found = f"{len(images)} images of {images.shape[1]}x{images.shape[2]} and {len(labels)} labels"
                raise GanpipeError(
                    f"{raw}: {prefix}: {found} up to {labels.max(initial=0)}; expected images of 28x28 pixels and as "
                    "many labels from 0 to 9"
                )
            arrays[f"{split}_images"] = images if self.size == 28 else resize(images, self.size)
            arrays[f"{split}_labels"] = labels
        return arrays


def _read(origin: Origin, name: str, folder: Path | None, dimensions: int) -> np.ndarray:
    path = origin.locate(name, folder)
    with uncompressed(path) as handle:
        array = parse_idx(handle.read(), dimensions, str(path))
    # Only now, because "truncated" says more than "not the expected file".
    verify(path, origin.files[name])
    return array


def parse_idx(content: bytes, dimensions: int, where: str) -> np.ndarray:
    """Parse an uncompressed idx file of unsigned bytes.

    Its header is 0, 0, 8 (unsigned bytes), the number of dimensions, and each dimension as a big-endian 32-bit number.

    Args:
        dimensions: how many the file must have: 3 for images, 1 for labels.
        where: named in errors.

    Returns:
        uint8 array with that many dimensions.

    Raises:
        GanpipeError: wrong header, or more or fewer values than it announces.
    """
    magic = bytes((0, 0, 8, dimensions))
    start = 4 + 4 * dimensions
    if content[:4] != magic or len(content) < start:
        raise GanpipeError(f"{where}: not an idx{dimensions} file of bytes (starts with {content[:4].hex()})")
    shape = tuple(int(size) for size in np.frombuffer(content, ">u4", dimensions, offset=4))
    values = np.frombuffer(content, np.uint8, offset=start)
    if len(values) != np.prod(shape, dtype=object):
        raise GanpipeError(f"{where}: holds {len(values)} values where its header announces {shape}")
    return values.reshape(shape).copy()
