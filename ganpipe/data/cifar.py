"""CIFAR-10 and CIFAR-100: photographs of 32x32 pixels, from their archives of batches."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import ClassVar, Literal

from ganpipe.data.archive import tar_members
from ganpipe.data.cifar_batch import read_batch
from ganpipe.data.colour_images import ColourImages
from ganpipe.data.dataset import Dataset, Piece
from ganpipe.data.origin import Origin
from ganpipe.data.parallel import PIECE, Counted, in_order
from ganpipe.data.pictures import resized
from ganpipe.errors import GanpipeError

_MIRRORS = ("https://www.cs.toronto.edu/~kriz/",)
_TERMS = (
    "by A. Krizhevsky, V. Nair and G. Hinton, from the Tiny Images; no licence is stated, cite the technical report"
)

ARCHIVE10, ARCHIVE100 = "cifar-10-python.tar.gz", "cifar-100-python.tar.gz"
ORIGIN10 = Origin(
    name="cifar10",
    files={ARCHIVE10: "md5:c58f30108f718f92721af3b95e74349a"},
    mirrors=_MIRRORS,
    terms=f"CIFAR-10, {_TERMS} (www.cs.toronto.edu/~kriz/cifar.html)",
)
ORIGIN100 = Origin(
    name="cifar100",
    files={ARCHIVE100: "md5:eb9058c3a382ffc7106e4002c42a8d85"},
    mirrors=_MIRRORS,
    terms=f"CIFAR-100, {_TERMS} (www.cs.toronto.edu/~kriz/cifar.html)",
)


class Cifar(ColourImages):
    """50,000 training and 10,000 test images, in the order of the archive's batches.

    Attributes:
        size: 32, or 64 for networks that make nothing smaller.
    """

    archive: ClassVar[str]
    batches: ClassVar[Mapping[str, str]]
    """Name of each batch in the archive -> its split."""

    size: Literal[32, 64] = 32

    @property
    @abstractmethod
    def label_key(self) -> str:
        """Where a batch holds the labels."""

    @property
    def sample_shape(self) -> tuple[int, ...]:
        return (3, self.size, self.size)

    @property
    def label_dataset(self) -> Dataset:
        # At their own size, for all sizes share one classifier.
        return self.model_copy(update={"pixel_range": (0.0, 1.0), "size": 32})

    def stream(self, raw: Path | None) -> Iterator[Piece]:
        path = self.origin.verified(self.archive, raw)
        with tar_members(path, self.batches) as members, Counted(self.kind) as counted:
            for name, handle in members:
                images, labels = read_batch(handle, self.label_key.encode(), f"{path}: {name}")
                if max(labels, default=0) >= self.mode_count:
                    raise GanpipeError(f"{path}: {name}: has label {max(labels)} among {self.mode_count} classes")
                split = self.batches[name]
                yield f"{split}_labels", labels
                photographs = images.transpose(0, 2, 3, 1)
                starts = range(0, len(images), PIECE)
                work = partial(resized, size=self.size)
                for piece in in_order(work, (photographs[start : start + PIECE] for start in starts)):
                    yield f"{split}_images", piece
                    counted.add(len(piece))


class Cifar10(Cifar):
    """Ten classes of vehicles and animals."""

    kind: Literal["cifar10"] = "cifar10"
    source: ClassVar[str] = "Krizhevsky, Learning Multiple Layers of Features from Tiny Images"
    archive: ClassVar[str] = ARCHIVE10
    batches: ClassVar[Mapping[str, str]] = {
        **{f"cifar-10-batches-py/data_batch_{number}": "train" for number in range(1, 6)},
        "cifar-10-batches-py/test_batch": "test",
    }

    @property
    def published(self) -> Origin:
        return ORIGIN10

    @property
    def label_key(self) -> str:
        return "labels"

    @property
    def mode_count(self) -> int:
        return 10


class Cifar100(Cifar):
    """A hundred classes in twenty groups.

    Attributes:
        labels: the hundred classes (``fine``) or the twenty groups (``coarse``).
    """

    kind: Literal["cifar100"] = "cifar100"
    source: ClassVar[str] = "Krizhevsky, Learning Multiple Layers of Features from Tiny Images"
    archive: ClassVar[str] = ARCHIVE100
    batches: ClassVar[Mapping[str, str]] = {"cifar-100-python/train": "train", "cifar-100-python/test": "test"}

    labels: Literal["fine", "coarse"] = "fine"

    @property
    def published(self) -> Origin:
        return ORIGIN100

    @property
    def label_key(self) -> str:
        return f"{self.labels}_labels"

    @property
    def mode_count(self) -> int:
        return 100 if self.labels == "fine" else 20
