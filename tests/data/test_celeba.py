from __future__ import annotations

import io
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import torch

from ganpipe.data import celeba, parallel
from ganpipe.data.celeba import ORIGIN, CelebA
from ganpipe.data.prepare import open_prepared, prepare, read_manifest
from ganpipe.errors import GanpipeError
from ganpipe.spec.part import canonical, digest
from tests.data.official import encoded, matching, pictures, write_celeba

PARTS = [0] * 70 + [1] * 3 + [2] * 5 + [0] * 2
CPU = torch.device("cpu")


@pytest.fixture
def raw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "raw"
    folder.mkdir()
    write_celeba(folder, PARTS)
    monkeypatch.setattr(celeba, "ORIGIN", matching(ORIGIN, folder))
    return folder


def original(raw: Path, number: int) -> PIL.Image.Image:
    with zipfile.ZipFile(raw / "img_align_celeba.zip") as archive:
        return PIL.Image.open(io.BytesIO(archive.read(f"img_align_celeba/{number:06}.jpg")))


def test_official_splits_in_the_order_of_the_list(raw: Path, tmp_path: Path) -> None:
    prepare(CelebA(), tmp_path / "d", raw)
    splits = read_manifest(CelebA(), tmp_path / "d").splits
    assert (splits["train"].count, splits["test"].count, splits["train"].classes) == (72, 5, None)
    samples = open_prepared(CelebA(), tmp_path / "d", "train", CPU)
    assert samples.labels is None
    assert samples[:].shape == (72, 3, 64, 64)
    assert (tmp_path / "d" / "train_images.npy").stat().st_size == 128 + 72 * 3 * 64 * 64


def test_bytes_do_not_depend_on_the_number_of_threads(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    for threads in (1, 5):
        monkeypatch.setattr(parallel, "workers", lambda threads=threads: threads)
        made.append(CelebA().prepare(raw)["train_images"].tobytes())
    assert made[0] == made[1]


def test_centre_crop_is_that_of_dcgan(raw: Path) -> None:
    images = CelebA().prepare(raw)
    for split, index, number in (("train", 0, 1), ("train", 71, 80), ("test", 1, 75)):
        # h = 218, w = 178: the crop of 108 begins at round((h - 108) / 2) and round((w - 108) / 2).
        pixels = np.asarray(original(raw, number))[55 : 55 + 108, 35 : 35 + 108]
        expected = np.asarray(PIL.Image.fromarray(pixels).resize((64, 64), PIL.Image.Resampling.BILINEAR))
        np.testing.assert_array_equal(images[f"{split}_images"][index].transpose(1, 2, 0), expected)


def test_short_side_is_that_of_pytorchs_example(raw: Path) -> None:
    images = CelebA(crop="short_side").prepare(raw)
    # Resize(64) keeps the proportions, int(64 * 218 / 178) = 78, and CenterCrop(64) begins at (78 - 64) / 2.
    shrunk = np.asarray(original(raw, 2).resize((64, 78), PIL.Image.Resampling.BILINEAR))
    np.testing.assert_array_equal(images["train_images"][1].transpose(1, 2, 0), shrunk[7:71])
    assert digest(canonical(CelebA(crop="short_side"))) != digest(canonical(CelebA()))


def test_attributes_make_classes(raw: Path) -> None:
    dataset = CelebA(attributes=("Smiling", "Male"))
    labels = dataset.prepare(raw)["train_labels"]
    # In the generated list attribute k of image n holds when bit k of n is set; Male is the second, Smiling the third.
    numbers = np.array([number for number, part in enumerate(PARTS, start=1) if part == 0])
    np.testing.assert_array_equal(labels, (numbers >> 2 & 1) + 2 * (numbers >> 1 & 1))
    assert dataset.mode_count == 4
    assert dataset.label_dataset == CelebA(attributes=("Smiling", "Male"), pixel_range=(0.0, 1.0))
    assert (CelebA().mode_count, CelebA().label_dataset) == (1, None)
    with pytest.raises(GanpipeError, match=r"list_attr_celeba\.txt: has no attribute 'Smilling'; did you mean Smiling"):
        CelebA(attributes=("Smilling",)).prepare(raw)


def test_attributes_are_a_source_only_where_they_are_used(raw: Path) -> None:
    (raw / "list_attr_celeba.txt").unlink()
    CelebA().prepare(raw)
    assert "list_attr_celeba.txt" not in CelebA().sources
    assert "list_attr_celeba.txt" in CelebA(attributes=("Male",)).sources
    with pytest.raises(GanpipeError, match=r"list_attr_celeba\.txt: no such file \(see raw: \{celeba: FOLDER\}\)"):
        CelebA(attributes=("Male",)).prepare(raw)


def test_a_folder_gives_the_same_bytes_and_says_what_cannot_be_checked(
    raw: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    expected = CelebA().prepare(raw)
    assert not caplog.messages
    shutil.unpack_archive(raw / "img_align_celeba.zip", raw)
    (raw / "img_align_celeba.zip").unlink()
    for name, array in CelebA().prepare(raw).items():
        np.testing.assert_array_equal(array, expected[name])
    assert "taken as they are" in caplog.text
    (raw / "img_align_celeba" / "000071.jpg").unlink()
    CelebA().prepare(raw)  # a validation image
    (raw / "img_align_celeba" / "000070.jpg").unlink()
    with pytest.raises(GanpipeError, match=r"000070\.jpg: no such file"):
        CelebA().prepare(raw)


def exchange(raw: Path, new: bytes | None) -> None:
    """Write the zip archive again with another 000075.jpg, or none."""
    path = raw / "img_align_celeba.zip"
    with zipfile.ZipFile(path) as archive:
        content: dict[str, bytes | None] = {name: archive.read(name) for name in archive.namelist()}
    content["img_align_celeba/000075.jpg"] = new
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in content.items():
            if data is not None:
                archive.writestr(name, data)


JPEG = encoded(next(pictures(1, 218, 178)), "JPEG")


def outside(raw: Path) -> None:
    with zipfile.ZipFile(raw / "img_align_celeba.zip", "a") as archive:
        archive.writestr("img_align_celeba/../../evil.jpg", JPEG)


def absolute(raw: Path) -> None:
    with zipfile.ZipFile(raw / "img_align_celeba.zip", "a") as archive:
        archive.writestr("/etc/evil.jpg", JPEG)


def truncated(raw: Path) -> None:
    path = raw / "img_align_celeba.zip"
    path.write_bytes(path.read_bytes()[:-2000])


def flipped(raw: Path) -> None:
    path = raw / "img_align_celeba.zip"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    path.write_bytes(content)


def encrypted(raw: Path) -> None:
    """Set the flag that says so in the headers of all files, local (at 6 after the mark) and central (at 8)."""
    path = raw / "img_align_celeba.zip"
    content = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for match in re.finditer(re.escape(mark), bytes(content)):
            content[match.start() + offset] |= 1
    path.write_bytes(content)


DAMAGES: list[tuple[Callable[[Path], None], str]] = [
    (outside, r"holds 'img_align_celeba/../../evil\.jpg', which leads outside"),
    (absolute, r"holds '/etc/evil\.jpg', which leads outside"),
    (truncated, r"img_align_celeba\.zip: not a whole zip archive"),
    (flipped, r"img_align_celeba\.zip: img_align_celeba/\d{6}\.jpg cannot be read \(Bad CRC"),
    (encrypted, r"img_align_celeba\.zip: img_align_celeba/\d{6}\.jpg cannot be read \(.* is encrypted"),
    (lambda raw: exchange(raw, None), r"img_align_celeba\.zip: img_align_celeba/000075\.jpg is not in it"),
    (
        lambda raw: exchange(raw, b"<html>"),
        r"000075\.jpg: not a JPEG image of 178x218 pixels \(6 bytes that are none\)",
    ),
    (lambda raw: exchange(raw, JPEG[:-500]), r"000075\.jpg: not a JPEG image of .*truncated"),
    (
        lambda raw: exchange(raw, encoded(next(pictures(1, 178, 218)), "JPEG")),
        r"000075\.jpg: not a JPEG image of 178x218 pixels \(218x178 pixels\)",
    ),
    (
        lambda raw: exchange(raw, encoded(next(pictures(1, 218, 178)), "PNG")),
        r"000075\.jpg: not a JPEG image",
    ),
    (
        lambda raw: (raw / "list_eval_partition.txt").write_text("000001.jpg 0\n000002.jpg 3\n") and None,
        r"list_eval_partition\.txt, line 2: expected an image and 0, 1 or 2, got '000002\.jpg 3'",
    ),
    (
        lambda raw: (raw / "list_eval_partition.txt").write_text("../../x.jpg 0\n") and None,
        r"list_eval_partition\.txt, line 1: expected an image",
    ),
    (
        lambda raw: (raw / "list_eval_partition.txt").write_text("000001.jpg 0\n") and None,
        r"list_eval_partition\.txt: names no test images",
    ),
    (lambda raw: (raw / "list_eval_partition.txt").write_bytes(b"\xff") and None, "not a text file"),
]


@pytest.mark.parametrize(("damage", "message"), DAMAGES)
def test_damage_is_one_line_and_nothing_is_half_prepared(
    raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: Callable[[Path], None], message: str
) -> None:
    damage(raw)
    with pytest.raises(GanpipeError, match="not the expected file, or not all of it"):
        prepare(CelebA(), tmp_path / "d", raw)
    # Also where checksums do not help: the published ones could be of a damaged file.
    monkeypatch.setattr(celeba, "ORIGIN", matching(ORIGIN, raw))
    with pytest.raises(GanpipeError, match=message) as caught:
        prepare(CelebA(), tmp_path / "d", raw)
    assert "\n" not in str(caught.value)
    assert list((tmp_path / "d").glob("*")) == []


def test_a_malformed_list_of_attributes(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = raw / "list_attr_celeba.txt"
    lines = path.read_text().splitlines()
    for text, message in (
        ([*lines[:4], lines[4].replace("-1", "0"), *lines[5:]], "line 5: expected an image and 4 times 1 or -1"),
        (lines[:5], r"has no line for 000004\.jpg"),
    ):
        path.write_text("\n".join(text))
        monkeypatch.setattr(celeba, "ORIGIN", matching(ORIGIN, raw))
        with pytest.raises(GanpipeError, match=message):
            CelebA(attributes=("Male",)).prepare(raw)
