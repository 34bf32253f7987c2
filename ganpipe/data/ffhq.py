"""FFHQ at 128x128: 70,000 portraits from Flickr."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np

from ganpipe.data.archive import Files, FolderFiles, zip_files
from ganpipe.data.colour_images import ColourImages
from ganpipe.data.dataset import Piece
from ganpipe.data.ffhq_list import Thumbnail, read_thumbnails
from ganpipe.data.origin import Origin
from ganpipe.data.parallel import PIECE, Counted, in_order
from ganpipe.data.pictures import channels_first, decoded
from ganpipe.errors import GanpipeError

LIST, FOLDER = "ffhq-dataset-v2.json", "thumbnails128x128"
SIDE = 128
ORIGIN = Origin(
    name="ffhq",
    files={LIST: "md5:425ae20f06a4da1d4dc0f46d40ba5fd6"},
    terms="FFHQ, by T. Karras, S. Laine and T. Aila (NVIDIA): CC BY-NC-SA 4.0, each photograph under its own licence",
    by_hand="get ffhq-dataset-v2.json and thumbnails128x128 (the folder or its zip) with "
    "`python download_ffhq.py --json --thumbs` of github.com/NVlabs/ffhq-dataset (CC BY-NC-SA 4.0, non-commercial)",
)


class Ffhq(ColourImages):
    """The thumbnails of 128x128 pixels: 60,000 for training and 10,000 for testing, as the dataset's list divides them.

    Every file is compared with its checksum in that list, whose own checksum is known.
    """

    kind: Literal["ffhq"] = "ffhq"
    source: ClassVar[str] = "Karras, Laine and Aila, FFHQ; PresGAN, section 5"

    @property
    def published(self) -> Origin:
        return ORIGIN

    @property
    def sample_shape(self) -> tuple[int, ...]:
        return (3, SIDE, SIDE)

    @property
    def mode_count(self) -> int:
        return 1

    def stream(self, raw: Path | None) -> Iterator[Piece]:
        splits: dict[str, list[Thumbnail]] = {"train": [], "test": []}
        origin = self.origin
        for thumbnail in read_thumbnails(origin.verified(LIST, raw)):
            splits[thumbnail.split].append(thumbnail)
        if not all(splits.values()):
            raise GanpipeError(f"{origin.locate(LIST, raw)}: names no training or no validation images")
        with _files(origin, raw) as files, Counted(self.kind, sum(map(len, splits.values()))) as counted:
            for split, listed in splits.items():
                groups = [listed[start : start + PIECE] for start in range(0, len(listed), PIECE)]
                for piece in in_order(partial(_piece, files), groups):
                    yield f"{split}_images", piece
                    counted.add(len(piece))


def _piece(files: Files, thumbnails: list[Thumbnail]) -> np.ndarray:
    images = []
    for thumbnail in thumbnails:
        content = files.read(thumbnail.path)
        found = hashlib.md5(content, usedforsecurity=False).hexdigest()
        if found != thumbnail.md5:
            raise GanpipeError(f"{thumbnail.path}: not the expected file (md5 {found}, {LIST} says {thumbnail.md5})")
        images.append(channels_first(decoded(content, "PNG", (SIDE, SIDE), thumbnail.path)))
    return np.stack(images)


def _files(origin: Origin, raw: Path | None) -> AbstractContextManager[Files]:
    folder = origin.folder(raw)
    if (archive := folder / f"{FOLDER}.zip").is_file():
        return zip_files(archive, FOLDER)
    if (folder / FOLDER).is_dir():
        return nullcontext(FolderFiles(folder))
    raise GanpipeError(f"{folder / FOLDER}: no such folder, nor {archive.name} (see {origin.setting})")
