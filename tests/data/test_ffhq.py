from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from ganpipe.data import ffhq, ffhq_list
from ganpipe.data.download import fetch
from ganpipe.data.ffhq import ORIGIN, Ffhq
from ganpipe.data.ffhq_list import read_thumbnails
from ganpipe.data.prepare import open_prepared, prepare, read_manifest
from ganpipe.errors import GanpipeError
from tests.data.official import encoded, matching, pictures, write_ffhq

CPU = torch.device("cpu")
LIST = "ffhq-dataset-v2.json"
FIRST = "thumbnails128x128/00000/00000.png"


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "raw"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("zipped", [False, True])
def test_the_lists_split_in_its_order(raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zipped: bool) -> None:
    images = write_ffhq(raw, train=70, test=6, zipped=zipped)
    monkeypatch.setattr(ffhq, "ORIGIN", matching(ORIGIN, raw))
    prepare(Ffhq(), tmp_path / "d", raw)
    manifest = read_manifest(Ffhq(), tmp_path / "d")
    assert (manifest.splits["train"].count, manifest.splits["test"].classes) == (70, None)
    for split, expected in (("train", images[:70]), ("test", images[70:])):
        pixels = ((open_prepared(Ffhq(), tmp_path / "d", split, CPU)[:] + 1) * 127.5).round().to(torch.uint8)
        np.testing.assert_array_equal(pixels.permute(0, 2, 3, 1), expected)


def test_the_zip_may_leave_out_the_folder(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    images = write_ffhq(raw, train=2, test=1, zipped=False)
    monkeypatch.setattr(ffhq, "ORIGIN", matching(ORIGIN, raw))
    shutil.make_archive(str(raw / "thumbnails128x128"), "zip", raw / "thumbnails128x128")
    shutil.rmtree(raw / "thumbnails128x128")
    np.testing.assert_array_equal(Ffhq().prepare(raw)["train_images"].transpose(0, 2, 3, 1), images[:2])


def test_every_file_is_compared_with_the_list(raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_ffhq(raw, train=3, test=2, zipped=False)
    monkeypatch.setattr(ffhq, "ORIGIN", matching(ORIGIN, raw))
    other = encoded(next(pictures(1, 128, 128, seed=9)), "PNG")
    (raw / FIRST).write_bytes(other)
    digest = hashlib.md5(other).hexdigest()
    with pytest.raises(GanpipeError, match=rf"^{FIRST}: not the expected file \(md5 {digest}, {LIST} says"):
        prepare(Ffhq(), tmp_path / "d", raw)
    (raw / FIRST).unlink()
    with pytest.raises(GanpipeError, match=rf"{FIRST}: no such file"):
        prepare(Ffhq(), tmp_path / "d", raw)
    assert list((tmp_path / "d").glob("*")) == []


def test_a_file_that_is_no_thumbnail(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_ffhq(raw, train=3, test=2, zipped=False)
    small = encoded(next(pictures(1, 64, 64)), "PNG")
    (raw / FIRST).write_bytes(small)
    listed = json.loads((raw / LIST).read_text())
    listed["0"]["thumbnail"]["file_md5"] = hashlib.md5(small).hexdigest()
    (raw / LIST).write_text(json.dumps(listed))
    monkeypatch.setattr(ffhq, "ORIGIN", matching(ORIGIN, raw))
    with pytest.raises(GanpipeError, match=rf"{FIRST}: not a PNG image of 128x128 pixels \(64x64 pixels\)"):
        Ffhq().prepare(raw)


@pytest.mark.parametrize("chunk", [1, 7, 5000])
def test_the_list_may_be_cut_anywhere(raw: Path, monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    write_ffhq(raw, train=2, test=1, zipped=False)
    text = (raw / LIST).read_text()
    monkeypatch.setattr(ffhq_list, "_CHUNK", chunk)
    for form in (text, json.dumps(json.loads(text), indent=1) + "\n"):
        (raw / LIST).write_text(form)
        thumbnails = list(read_thumbnails(raw / LIST))
        assert [thumbnail.split for thumbnail in thumbnails] == ["train", "train", "test"]
        assert [thumbnail.path[-9:] for thumbnail in thumbnails] == ["00000.png", "00001.png", "00002.png"]
        assert thumbnails[0].md5 == hashlib.md5((raw / FIRST).read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"0": {"category": "training"', "it ends too early or is damaged"),
        ('["0"]', r"expected '\{', found '\[\"0\"\]'"),
        ('{"0": {"category": "training"}}', "image 0: has no 'thumbnail'"),
        ('{"0": {"category": "other", "thumbnail": {"file_path": "x", "file_md5": "y"}}}', "image 0: has no 'other'"),
        (
            '{"0": {"category": "training", "thumbnail": {"file_path": "../x.png", "file_md5": "y"}}}',
            r"image 0: '\.\./x\.png' is not a thumbnail's path",
        ),
        ('{"0": 3}', "not a list of FFHQ's images"),
        ("", "it ends too early"),
    ],
)
def test_a_damaged_list_is_one_line(raw: Path, text: str, message: str) -> None:
    (raw / LIST).write_text(text)
    with pytest.raises(GanpipeError, match=message) as caught:
        list(read_thumbnails(raw / LIST))
    assert str(caught.value).startswith(str(raw / LIST))
    assert "\n" not in str(caught.value)


def test_what_is_missing_and_how_to_get_it(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(GanpipeError, match=r"ffhq-dataset-v2\.json: no such file \(see raw: \{ffhq: FOLDER\}\)"):
        Ffhq().prepare(raw)
    write_ffhq(raw, train=1, test=1, zipped=True)
    (raw / "thumbnails128x128.zip").unlink()
    monkeypatch.setattr(ffhq, "ORIGIN", matching(ORIGIN, raw))
    with pytest.raises(GanpipeError, match=r"thumbnails128x128: no such folder, nor thumbnails128x128\.zip"):
        Ffhq().prepare(raw)
    write_ffhq(raw, train=1, test=0, zipped=True)
    monkeypatch.setattr(ffhq, "ORIGIN", matching(ORIGIN, raw))
    with pytest.raises(GanpipeError, match=r"v2\.json: names no training or no validation images"):
        Ffhq().prepare(raw)
    with pytest.raises(GanpipeError, match=r"download_ffhq\.py .*; then set raw: \{ffhq: FOLDER\}"):
        fetch(Ffhq().origin, raw)
