"""Preparing a dataset once, and opening what was prepared.

A prepared dataset is a folder of ``.npy`` arrays and ``manifest.json``, which is written last: where it is, the arrays
are whole. Nothing in it depends on when or where it was made, so preparing twice gives the same bytes.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from ganpipe.data.array_files import array_files
from ganpipe.data.dataset import Arrays, Dataset, Samples, Split
from ganpipe.errors import GanpipeError
from ganpipe.files import read_json, remove_leftovers, sha256_of, write_json
from ganpipe.late import torch
from ganpipe.layout import MANIFEST
from ganpipe.spec.explain import validated
from ganpipe.spec.part import Spec, canonical, digest

log = logging.getLogger(__name__)


class ArrayEntry(Spec):
    """What the manifest says of one array, stored as ``<name>.npy``."""

    shape: list[int]
    dtype: str
    sha256: str


class SplitEntry(Spec):
    """What the manifest says of one split."""

    count: int
    """Number of fixed samples, or the nominal size of an epoch when samples are drawn on the fly."""

    classes: list[int] | None
    """Samples of each mode; None when samples are drawn on the fly or have no labels."""


class Manifest(Spec):
    """The content of ``manifest.json``."""

    schema_version: Literal[1] = 1
    dataset_id: str

    dataset: dict[str, Any]
    """The recipe's canonical form: its kind, versions, non-default settings and sources."""

    sources: dict[str, str]
    """Name of each source file -> checksum, verified while preparing."""

    splits: dict[str, SplitEntry]
    arrays: dict[str, ArrayEntry]


def prepare(dataset: Dataset, folder: Path, raw: Path | None) -> None:
    """Write the arrays of ``dataset`` and their manifest to ``folder``, unless they are there, whole and unaltered.

    Args:
        raw: folder of the source files; None for a dataset without sources.

    Raises:
        GanpipeError: a source file is missing, damaged or not the expected one.
    """
    if _is_prepared(dataset, folder):
        log.info("%s: already prepared", folder)
        return
    (folder / MANIFEST).unlink(missing_ok=True)
    remove_leftovers(folder)
    with array_files(folder) as files:
        for name, piece in dataset.stream(raw):
            files.append(name, piece)
        arrays = files.finish()
        manifest = Manifest(
            dataset_id=digest(canonical(dataset)),
            dataset=canonical(dataset),
            sources=dict(dataset.sources),
            splits={split: _describe(dataset, arrays, split) for split in get_args(Split)},
            arrays={
                name: ArrayEntry(shape=list(array.shape), dtype=str(array.dtype), sha256=sha256_of(files.paths[name]))
                for name, array in arrays.items()
            },
        )
    write_json(folder / MANIFEST, manifest.model_dump(mode="json"))


def open_prepared(dataset: Dataset, folder: Path, split: Split, device: torch.device) -> Samples:
    """Put one split of a prepared dataset on a device.

    On a CPU the samples are the files themselves, mapped into memory: processes on one machine share them.

    Raises:
        GanpipeError: ``folder`` holds no manifest, that of another dataset, or arrays that contradict it.
    """
    manifest = read_manifest(dataset, folder)
    arrays = {name: _load(folder / f"{name}.npy", entry) for name, entry in manifest.arrays.items()}
    return dataset.open(arrays, split, device)


def read_manifest(dataset: Dataset, folder: Path) -> Manifest:
    """The manifest of a prepared dataset.

    Raises:
        GanpipeError: there is none, it is malformed, or it belongs to another dataset.
    """
    path = folder / MANIFEST
    manifest = validated(Manifest, read_json(path), str(path))
    if manifest.dataset_id != digest(canonical(dataset)):
        raise GanpipeError(f"{path}: dataset_id: {manifest.dataset_id} is not {digest(canonical(dataset))} as expected")
    return manifest


def _is_prepared(dataset: Dataset, folder: Path) -> bool:
    try:
        manifest = read_manifest(dataset, folder)
        return all(sha256_of(folder / f"{name}.npy") == entry.sha256 for name, entry in manifest.arrays.items())
    except (GanpipeError, OSError):
        return False


def _describe(dataset: Dataset, arrays: Arrays, split: Split) -> SplitEntry:
    try:
        samples = dataset.open(arrays, split, torch.device("cpu"))
    except KeyError as error:
        raise GanpipeError(f"{dataset.kind}: its source files hold nothing for {error}") from None
    classes = None if samples.labels is None else samples.labels.bincount(minlength=dataset.mode_count).tolist()
    return SplitEntry(count=len(samples), classes=classes)


def _load(path: Path, entry: ArrayEntry) -> np.ndarray:
    try:
        # Copy on write, because torch wants memory that it could write to.
        array: np.ndarray = np.load(path, mmap_mode="c", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise GanpipeError(f"{path}: cannot be read; prepare the dataset again ({error})") from None
    if list(array.shape) != entry.shape or str(array.dtype) != entry.dtype:
        raise GanpipeError(
            f"{path}: {array.dtype}{list(array.shape)} where the manifest says {entry.dtype}{entry.shape}; "
            "prepare the dataset again"
        )
    return array
