"""STL-10: photographs of 96x96 pixels, most of them without labels."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import IO, ClassVar, Literal

import numpy as np

from ganpipe.data.archive import read_exactly, tar_members
from ganpipe.data.colour_images import ColourImages
from ganpipe.data.dataset import Piece
from ganpipe.data.origin import Origin
from ganpipe.data.parallel import PIECE, Counted, in_order
from ganpipe.data.pictures import resized
from ganpipe.errors import GanpipeError

ARCHIVE = "stl10_binary.tar.gz"
ORIGIN = Origin(
    name="stl10",
    files={ARCHIVE: "md5:91f7769df0f17e558f3565bffb0c7dfb"},
    mirrors=("http://ai.stanford.edu/~acoates/stl10/", "https://cs.stanford.edu/~acoates/stl10/"),
    terms="STL-10, by A. Coates, H. Lee and A. Ng, from ImageNet, whose terms hold for the images: non-commercial "
    "research (cs.stanford.edu/~acoates/stl10)",
)
CLASSES = 10
_FOLDER = "stl10_binary"
_SIDE = 96
_BYTES = 3 * _SIDE**2


class Stl10(ColourImages):
    """5,000 training images, with 100,000 without labels added or not, and 8,000 test images; shrunk bilinearly.

    Attributes:
        size: 32 or 48, the sizes at which generators are trained on it, or its own 96.
        unlabeled: train on the images without labels too; then no training image has a label. They come in the order
            in which the archive stores the files.
    """

    kind: Literal["stl10"] = "stl10"
    source: ClassVar[str] = "Coates, Lee and Ng, STL-10; InvertGAN, images"

    size: Literal[32, 48, 96] = 48
    unlabeled: bool = True

    @property
    def published(self) -> Origin:
        return ORIGIN

    @property
    def sample_shape(self) -> tuple[int, ...]:
        return (3, self.size, self.size)

    @property
    def mode_count(self) -> int:
        return CLASSES

    @property
    def label_dataset(self) -> Stl10:
        return self.model_copy(update={"pixel_range": (0.0, 1.0), "unlabeled": False})

    def stream(self, raw: Path | None) -> Iterator[Piece]:
        path = self.origin.verified(ARCHIVE, raw)
        splits = {"train": "train", "test": "test"} | ({"unlabeled": "train"} if self.unlabeled else {})
        images = {f"{_FOLDER}/{part}_X.bin": split for part, split in splits.items()}
        labels = {f"{_FOLDER}/{part}_y.bin": part for part in ("train", "test")}
        counts: dict[str, set[int]] = {"train": set(), "test": set()}
        with tar_members(path, [*images, *labels]) as members, Counted(self.kind) as counted:
            for name, handle in members:
                where = f"{path}: {name}"
                if name in labels:
                    values = _labels(handle, where)
                    counts[labels[name]].add(len(values))
                    if labels[name] == "test" or not self.unlabeled:
                        yield f"{labels[name]}_labels", values
                    continue
                before = counted.done
                for piece in in_order(partial(resized, size=self.size), _photographs(handle, where)):
                    yield f"{images[name]}_images", piece
                    counted.add(len(piece))
                if (part := name.removeprefix(f"{_FOLDER}/").removesuffix("_X.bin")) in counts:
                    counts[part].add(counted.done - before)
        for part, numbers in counts.items():
            if len(numbers) != 1:
                raise GanpipeError(f"{path}: its numbers of {part} images and labels differ ({sorted(numbers)})")


def _photographs(handle: IO[bytes], where: str) -> Iterator[np.ndarray]:
    """Pieces uint8 [n, height, width, 3] of a file that stores the columns of each colour one after the other."""
    while content := handle.read(PIECE * _BYTES):
        if missing := -len(content) % _BYTES:
            content += read_exactly(handle, missing, where)
        columns = np.frombuffer(content, np.uint8).reshape(-1, 3, _SIDE, _SIDE)
        yield np.ascontiguousarray(columns.transpose(0, 3, 2, 1))


def _labels(handle: IO[bytes], where: str) -> np.ndarray:
    """uint8 [n], counted from 0; in the file from 1."""
    labels = np.frombuffer(handle.read(), np.uint8)
    if not 1 <= labels.min(initial=1) <= labels.max(initial=1) <= CLASSES:
        raise GanpipeError(f"{where}: expected labels 1..{CLASSES}, got {labels.min()}..{labels.max()}")
    return labels - np.uint8(1)
