"""CelebA, aligned: 202,599 faces of celebrities."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from ganpipe.data.archive import Files, FolderFiles, zip_files
from ganpipe.data.celeba_lists import read_attributes, read_partition
from ganpipe.data.colour_images import ColourImages
from ganpipe.data.dataset import Piece
from ganpipe.data.origin import Origin
from ganpipe.data.parallel import PIECE, Counted, in_order
from ganpipe.data.pictures import channels_first, decoded, shrunk
from ganpipe.errors import GanpipeError

if TYPE_CHECKING:
    from PIL.Image import Image

log = logging.getLogger(__name__)

FOLDER = "img_align_celeba"
IMAGES, PARTITION, ATTRIBUTES = f"{FOLDER}.zip", "list_eval_partition.txt", "list_attr_celeba.txt"
SIZE = (178, 218)
"""Width and height of an aligned image."""

_DRIVE = "https://drive.usercontent.google.com/download?export=download&confirm=t&id="
ORIGIN = Origin(
    name="celeba",
    files={
        IMAGES: "md5:00d2c5bc6d35e252742224ab0c1e8fcb",
        PARTITION: "md5:d32c9cbf5e040fd4025c592c306e6668",
        ATTRIBUTES: "md5:75e246fa4810816ffd6ee81facbd244c",
    },
    addresses={
        IMAGES: (_DRIVE + "0B7EVK8r0v71pZjFTYXZWM3FlRnM",),
        PARTITION: (_DRIVE + "0B7EVK8r0v71pY0NSMzRuSXJEVkk",),
        ATTRIBUTES: (_DRIVE + "0B7EVK8r0v71pblRyaVFSWGxPY0U",),
    },
    terms="CelebA, by Z. Liu, P. Luo, X. Wang and X. Tang: for non-commercial research only, images not to be "
    "passed on (mmlab.ie.cuhk.edu.hk/projects/CelebA.html)",
)


class CelebA(ColourImages):
    """Faces cropped and shrunk to 64x64; the official training and test images (the validation images are not used).

    FIDs of the two crops cannot be compared: ``center108`` shows the face, ``short_side`` hair and background too.

    Attributes:
        crop: ``center108`` takes the central 108x108 pixels and shrinks them; ``short_side`` shrinks the width to 64
            and takes the central square.
        attributes: binary attributes by which images are labelled, the first one counting 1, the second 2, and so on.
    """

    kind: Literal["celeba"] = "celeba"
    source: ClassVar[str] = "Liu, Luo, Wang and Tang, CelebA; crops of PacGAN, table 2, and of PyTorch's DCGAN"

    crop: Literal["center108", "short_side"] = "center108"
    attributes: tuple[str, ...] = ()

    @property
    def published(self) -> Origin:
        return ORIGIN

    @property
    def sources(self) -> Mapping[str, str]:
        return {name: sum for name, sum in self.origin.files.items() if name != ATTRIBUTES or self.attributes}

    @property
    def sample_shape(self) -> tuple[int, ...]:
        return (3, 64, 64)

    @property
    def mode_count(self) -> int:
        return int(2 ** len(self.attributes))

    @property
    def label_dataset(self) -> CelebA | None:
        return self.model_copy(update={"pixel_range": (0.0, 1.0)}) if self.attributes else None

    def stream(self, raw: Path | None) -> Iterator[Piece]:
        origin = self.origin
        parts = read_partition(origin.verified(PARTITION, raw))
        if self.attributes:
            labels = read_attributes(origin.verified(ATTRIBUTES, raw), self.attributes)
            for split, names in parts.items():
                missing = [name for name in names if name not in labels]
                if missing:
                    raise GanpipeError(f"{origin.locate(ATTRIBUTES, raw)}: has no line for {missing[0]}")
                yield f"{split}_labels", np.array([labels[name] for name in names], np.uint8)
        with _files(origin, raw) as files, Counted(self.kind, sum(map(len, parts.values()))) as counted:
            work = partial(_piece, files, CROPS[self.crop])
            for split, names in parts.items():
                for piece in in_order(work, [names[start : start + PIECE] for start in range(0, len(names), PIECE)]):
                    yield f"{split}_images", piece
                    counted.add(len(piece))


def center108(image: Image) -> Image:
    """DCGAN's crop for CelebA, which PacGAN took over: the central 108x108 of 178x218 pixels, shrunk to 64x64."""
    return shrunk(image.crop((35, 55, 143, 163)), 64, 64)


def short_side(image: Image) -> Image:
    """PyTorch's DCGAN example: ``Resize(64)``, which gives 64x78, and ``CenterCrop(64)``."""
    return shrunk(image, 64, 78).crop((0, 7, 64, 71))


CROPS = {"center108": center108, "short_side": short_side}


def _piece(files: Files, crop: Callable[[Image], Image], names: list[str]) -> np.ndarray:
    images = [decoded(files.read(f"{FOLDER}/{name}"), "JPEG", SIZE, f"{FOLDER}/{name}") for name in names]
    return np.stack([channels_first(crop(image)) for image in images])


def _files(origin: Origin, raw: Path | None) -> AbstractContextManager[Files]:
    """The zip archive, or the folder that it unpacks to, for which no checksum is published."""
    folder = origin.folder(raw)
    if not (folder / IMAGES).is_file() and (folder / FOLDER).is_dir():
        log.warning("%s: unpacked images are taken as they are; only %s has a checksum", folder / FOLDER, IMAGES)
        return nullcontext(FolderFiles(folder))
    return zip_files(origin.verified(IMAGES, raw), FOLDER)
