"""Small files in the exact formats in which the datasets are published."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import struct
import tarfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import PIL.Image

from ganpipe.data.origin import Origin
from ganpipe.data.stand_ins import checksums_in

ATTRIBUTES = ["5_o_Clock_Shadow", "Male", "Smiling", "Young"]
"""Four of CelebA's forty, under which a list has the same form."""


def pictures(count: int, height: int, width: int, seed: int = 0) -> Iterator[np.ndarray]:
    """uint8 [height, width, 3]: coarse noise, which photographs resemble more than fine noise does."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        coarse = rng.integers(256, size=(1 + height // 8, 1 + width // 8, 3), dtype=np.uint8)
        yield coarse.repeat(8, 0).repeat(8, 1)[:height, :width]


def matching(origin: Origin, folder: Path) -> Origin:
    """``origin`` with the checksums of the files that are in ``folder``."""
    return replace(origin, files=checksums_in(origin, folder))


def encoded(picture: np.ndarray, form: str) -> bytes:
    buffer = io.BytesIO()
    PIL.Image.fromarray(picture).save(buffer, form)
    return buffer.getvalue()


def idx(array: np.ndarray) -> bytes:
    """The idx form of an array of unsigned bytes."""
    return bytes((0, 0, 8, array.ndim)) + np.array(array.shape, ">u4").tobytes() + array.tobytes()


def write_mnist(folder: Path, parts: Mapping[str, tuple[np.ndarray, np.ndarray]], *, zipped: bool) -> None:
    """Images [n, 28, 28] and labels [n] of both parts, ``train`` and ``t10k``, in four files."""
    for prefix, arrays in parts.items():
        for name, array in zip(("images-idx3", "labels-idx1"), arrays, strict=True):
            path = folder / f"{prefix}-{name}-ubyte"
            if zipped:
                path.with_suffix(".gz").write_bytes(gzip.compress(idx(array)))
            else:
                path.write_bytes(idx(array))


def write_galaxy10(folder: Path, counts: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """Galaxy10.h5 with so many images of each class, shuffled; its images and labels."""
    labels = np.random.default_rng(0).permutation(np.repeat(np.arange(10, dtype=np.uint8), counts))
    images = np.stack(list(pictures(len(labels), 69, 69)))
    with h5py.File(folder / "Galaxy10.h5", "w") as file:
        file["images"], file["ans"] = images, labels
    return images, labels


def write_celeba(folder: Path, parts: Sequence[int]) -> None:
    """Zip, partition and attributes of images in the given parts (0 train, 1 validation, 2 test)."""
    names = [f"{number:06}.jpg" for number in range(1, len(parts) + 1)]
    with zipfile.ZipFile(folder / "img_align_celeba.zip", "w") as archive:
        archive.writestr("img_align_celeba/", b"")
        for name, picture in zip(names, pictures(len(parts), 218, 178), strict=True):
            archive.writestr(f"img_align_celeba/{name}", encoded(picture, "JPEG"))
    rows = [f"{name} {part}" for name, part in zip(names, parts, strict=True)]
    (folder / "list_eval_partition.txt").write_text("\n".join(rows) + "\n")
    signs = [[1 if number >> bit & 1 else -1 for bit in range(4)] for number in range(1, len(parts) + 1)]
    rows = [f"{name} " + " ".join(f"{sign:2}" for sign in row) for name, row in zip(names, signs, strict=True)]
    text = "\n".join([str(len(parts)), " ".join(ATTRIBUTES) + " ", *rows]) + "\n"
    (folder / "list_attr_celeba.txt").write_text(text)


def python2_pickle(content: Mapping[str, object]) -> bytes:
    """What cPickle of Python 2 writes for a dictionary of strings, lists and arrays of bytes, with protocol 2."""
    memo = 0

    def put() -> bytes:
        nonlocal memo
        memo += 1
        return b"q" + bytes([memo]) if memo < 256 else b"r" + struct.pack("<I", memo)

    def string(value: str | bytes) -> bytes:
        raw = value.encode() if isinstance(value, str) else value
        short = len(raw) < 256
        return (b"U" + bytes([len(raw)]) if short else b"T" + struct.pack("<I", len(raw))) + raw + put()

    def whole(value: int) -> bytes:
        if 0 <= value < 1 << 8:
            return b"K" + bytes([value])
        return b"M" + struct.pack("<H", value) if 0 <= value < 1 << 16 else b"J" + struct.pack("<i", value)

    def array(value: np.ndarray) -> bytes:
        return b"".join(
            [
                *(b"cnumpy.core.multiarray\n_reconstruct\n", put(), b"cnumpy\nndarray\n", put()),
                *(b"K\x00\x85", put(), string("b"), b"\x87", put(), b"R", put()),
                *(b"(K\x01", whole(value.shape[0]), whole(value.shape[1]), b"\x86", put()),
                *(b"cnumpy\ndtype\n", put(), string("u1"), b"K\x00K\x01\x87", put(), b"R", put()),
                *(b"(K\x03", string("|"), b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00t", put(), b"b"),
                *(b"\x89", string(value.tobytes()), b"t", put(), b"b"),
            ]
        )

    def any_value(value: object) -> bytes:
        if isinstance(value, np.ndarray):
            return array(value)
        if isinstance(value, list):
            items = b"".join(any_value(item) for item in value)
            return b"]" + put() + (b"(" + items + b"e" if len(value) > 1 else items + b"a" * len(value))
        assert isinstance(value, str | int)
        return string(value) if isinstance(value, str) else whole(value)

    opening = b"\x80\x02}" + put() + b"("
    return opening + b"".join(string(key) + any_value(value) for key, value in content.items()) + b"u."


def write_tar(path: Path, files: Mapping[str, bytes]) -> None:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))


def batch(pixels: np.ndarray, **labels: list[int]) -> bytes:
    names = [f"thing_s_{index:06}.png" for index in range(len(pixels))]
    return python2_pickle({"batch_label": "a batch", **labels, "data": pixels, "filenames": names})


def write_cifar10(folder: Path, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Six batches of ``size`` images, stored out of order as in the official archive; all pixels and labels."""
    rng = np.random.default_rng(1)
    pixels = rng.integers(256, size=(6, size, 3072), dtype=np.uint8)
    labels = rng.integers(10, size=(6, size))
    names = ["data_batch_4", "test_batch", "data_batch_3", "data_batch_2", "data_batch_5", "data_batch_1"]
    files = {"cifar-10-batches-py/readme.html": b"<html>"}
    for index, name in enumerate(names):
        files[f"cifar-10-batches-py/{name}"] = batch(pixels[index], labels=labels[index].tolist())
    write_tar(folder / "cifar-10-python.tar.gz", files)
    return pixels, labels


def write_cifar100(folder: Path, train: int, test: int) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Two batches with both kinds of labels; split -> pixels and fine labels. A group is the fine label // 5."""
    rng = np.random.default_rng(2)
    made, files = {}, {}
    for split, count in (("test", test), ("train", train)):
        pixels = rng.integers(256, size=(count, 3072), dtype=np.uint8)
        fine = rng.integers(100, size=count)
        made[split] = pixels, fine
        files[f"cifar-100-python/{split}"] = batch(
            pixels, fine_labels=fine.tolist(), coarse_labels=(fine // 5).tolist()
        )
    write_tar(folder / "cifar-100-python.tar.gz", files)
    return made


def write_stl10(folder: Path, train: int, test: int, unlabeled: int) -> dict[str, np.ndarray]:
    """Column-major images and labels counted from 1; part -> pixels [n, height, width, 3]."""
    made = {}
    files = {"stl10_binary/class_names.txt": b"airplane\n"}
    for seed, (part, count) in enumerate((("test", test), ("train", train), ("unlabeled", unlabeled))):
        made[part] = np.stack(list(pictures(count, 96, 96, seed)))
        files[f"stl10_binary/{part}_X.bin"] = made[part].transpose(0, 3, 2, 1).tobytes()
        if part != "unlabeled":
            files[f"stl10_binary/{part}_y.bin"] = (1 + np.arange(count, dtype=np.uint8) % 10).tobytes()
    write_tar(folder / "stl10_binary.tar.gz", files)
    return made


def write_ffhq(folder: Path, train: int, test: int, *, zipped: bool) -> np.ndarray:
    """The list and the thumbnails, in a folder or a zip; the pixels [n, 128, 128, 3]."""
    listed, files = {}, {}
    images = np.stack(list(pictures(train + test, 128, 128)))
    for number, picture in enumerate(images):
        path = f"thumbnails128x128/{number // 1000 * 1000:05}/{number:05}.png"
        files[path] = encoded(picture, "PNG")
        digest = hashlib.md5(files[path]).hexdigest()
        listed[str(number)] = {
            "category": "training" if number < train else "validation",
            "metadata": {"photo_title": 'a "quoted" {title}', "author": "Zo\u00eb", "license": "Public Domain Mark"},
            "image": {"file_path": "images1024x1024/0.png", "file_md5": "0" * 32, "face_landmarks": [[1.5, 2.5]] * 68},
            "thumbnail": {
                "file_path": path,
                "file_size": len(files[path]),
                "file_md5": digest,
                "pixel_size": [128] * 2,
            },
            "in_the_wild": {"file_md5": "1" * 32, "face_rect": [1, 2, 3, 4]},
        }
    (folder / "ffhq-dataset-v2.json").write_text(json.dumps(listed))
    if zipped:
        with zipfile.ZipFile(folder / "thumbnails128x128.zip", "w") as archive:
            for path, content in files.items():
                archive.writestr(path, content)
    else:
        for path, content in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
    return images
