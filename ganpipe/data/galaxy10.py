"""Galaxy10 SDSS: galaxies in ten shapes, one of them with 17 images in 21,785."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from ganpipe.data.colour_images import ColourImages
from ganpipe.data.dataset import Arrays, Piece, Split
from ganpipe.data.digit_images import shuffled_classes
from ganpipe.data.origin import Origin
from ganpipe.data.parallel import PIECE, Counted, in_order
from ganpipe.data.pictures import resized
from ganpipe.data.samples import ImageSamples
from ganpipe.errors import GanpipeError

if TYPE_CHECKING:
    import torch

FILE = "Galaxy10.h5"
ORIGIN = Origin(
    name="galaxy10",
    files={FILE: "sha256:969a6b1cefcc36e09fffa86febd2f699a4aa19b837ba0427f01b0bc6ded458af"},
    mirrors=("https://zenodo.org/records/10844811/files/", "http://astro.utoronto.ca/~bovy/Galaxy10/"),
    terms="Galaxy10 SDSS, by H. Leung and J. Bovy; images of the Sloan Digital Sky Survey, labels of Galaxy Zoo: "
    "cite both (sdss.org/collaboration/#acknowledgements, data.galaxyzoo.org)",
)
CLASSES = 10


class Galaxy10(ColourImages):
    """Galaxies of 69x69 pixels (bands g, r, i), shrunk to 64x64.

    There is no official split. Both splits are the whole file, for a generator shall see all of it; with ``held_out``,
    a tenth of every class, at least one image, is the test split.
    """

    kind: Literal["galaxy10"] = "galaxy10"
    source: ClassVar[str] = "Leung and Bovy, Galaxy10 SDSS; SetGAN, section 3.2"

    held_out: bool = False
    seed: int = Field(0, ge=0)
    """Chooses what is held out."""

    @property
    def published(self) -> Origin:
        return ORIGIN

    @property
    def sample_shape(self) -> tuple[int, ...]:
        return (3, 64, 64)

    @property
    def mode_count(self) -> int:
        return CLASSES

    @property
    def label_dataset(self) -> Galaxy10:
        return self.model_copy(update={"pixel_range": (0.0, 1.0), "held_out": True})

    def stream(self, raw: Path | None) -> Iterator[Piece]:
        import h5py

        path = self.origin.verified(FILE, raw)
        try:
            with h5py.File(path) as file:
                labels = _labels(file, path)
                yield from self._pieces(_images(file, path, len(labels)), labels)
        except OSError as error:
            reason = str(error).splitlines()[0]
            raise GanpipeError(f"{path}: not a whole HDF5 file ({reason})") from None

    def _pieces(self, images: Any, labels: np.ndarray) -> Iterator[Piece]:
        in_test = np.zeros(len(labels), bool)
        for indices in shuffled_classes(labels, self.seed):
            in_test[indices[: max(1, len(indices) // 10)]] = True
        parts = {"train": ~in_test, "test": in_test} if self.held_out else {"all": np.ones(len(labels), bool)}
        for part, chosen in parts.items():
            yield f"{part}_labels", labels[chosen]
        starts = range(0, len(labels), PIECE)
        # Read here, one piece after the other: the HDF5 library lets only one thread in at a time.
        pieces = in_order(lambda piece: resized(piece, 64), (images[start : start + PIECE] for start in starts))
        with Counted(self.kind, len(labels)) as counted:
            for start, piece in zip(starts, pieces, strict=True):
                for part, chosen in parts.items():
                    yield f"{part}_images", piece[chosen[start : start + PIECE]]
                counted.add(len(piece))

    def open(self, arrays: Arrays, split: Split, device: torch.device) -> ImageSamples:
        part = split if self.held_out else "all"
        return ImageSamples(arrays[f"{part}_images"], arrays[f"{part}_labels"], self.value_range, device)


def _labels(file: Any, path: Path) -> np.ndarray:
    """uint8 [n]."""
    labels = _array(file, "ans", path)[()]
    if labels.ndim != 1 or labels.dtype.kind not in "iu" or not set(np.unique(labels)) <= set(range(CLASSES)):
        raise GanpipeError(f"{path}: ans: expected whole numbers 0..9, got {labels.dtype}{list(labels.shape)}")
    return labels.astype(np.uint8)  # type: ignore[no-any-return]


def _images(file: Any, path: Path, count: int) -> Any:
    images = _array(file, "images", path)
    if images.shape != (count, 69, 69, 3) or images.dtype != np.uint8:
        expected = f"uint8{[count, 69, 69, 3]}"
        raise GanpipeError(f"{path}: images: expected {expected}, got {images.dtype}{list(images.shape)}")
    return images


def _array(file: Any, key: str, path: Path) -> Any:
    if not hasattr(file.get(key), "dtype"):
        raise GanpipeError(f"{path}: has no array {key!r}; it holds {', '.join(sorted(file)) or 'nothing'}")
    return file[key]
