from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ganpipe.errors import GanpipeError
from ganpipe.files import (
    read_json,
    read_object,
    remove_leftovers,
    replacing,
    sha256_of,
    write_if_changed,
    write_json,
    write_text,
)


def test_a_file_appears_whole_in_a_folder_that_did_not_exist(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "c.json"
    write_json(path, {"x": [1, 2.5, None]})
    assert read_json(path) == {"x": [1, 2.5, None]}
    assert [entry.name for entry in path.parent.iterdir()] == ["c.json"]


@pytest.mark.parametrize("durable", [False, True])
def test_an_error_while_writing_leaves_the_old_file_and_nothing_else(tmp_path: Path, durable: bool) -> None:
    path = tmp_path / "file.txt"
    write_text(path, "old")

    def write_half() -> None:
        with replacing(path, durable=durable) as temporary:
            temporary.write_text("half")
            assert path.read_text() == "old"
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_half()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_temporary_name_is_hidden_and_keeps_the_suffix(tmp_path: Path) -> None:
    with replacing(tmp_path / "picture.png") as temporary:
        assert temporary.name.startswith(".picture.")
        assert temporary.suffix == ".png"
        assert temporary.parent == tmp_path
        temporary.touch()


def test_leftovers_of_killed_writers_are_removed_and_nothing_else(tmp_path: Path) -> None:
    kept = [".lease.json.lock", ".lease.json.0123456789abcdef", "checkpoint.pt", ".gitignore", "snapshot-1.safetensors"]
    for name in kept:
        (tmp_path / name).touch()
    for name in ("checkpoint.pt", "result.json", "snapshot-1.safetensors", "no_suffix"):
        with replacing(tmp_path / "elsewhere" / name) as temporary:
            temporary.touch()
        (tmp_path / temporary.name).touch()
    assert len(list(tmp_path.iterdir())) == len(kept) + 5
    remove_leftovers(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*kept, "elsewhere"])


def test_an_unchanged_text_is_not_written_again(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    assert write_if_changed(path, "Grüße")
    os.utime(path, (0, 0))
    assert not write_if_changed(path, "Grüße")
    assert path.stat().st_mtime == 0
    assert write_if_changed(path, "other")
    assert path.read_text() == "other"
    path.write_bytes(b"\xff\xfe")
    assert write_if_changed(path, "other")


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "no such file"), (b"{", "not valid JSON"), (b"\xff", "cannot be read")],
)
def test_unreadable_json_is_one_line_that_names_the_file(tmp_path: Path, content: bytes | None, message: str) -> None:
    path = tmp_path / "file.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(GanpipeError, match=message) as caught:
        read_json(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_is_not_json(tmp_path: Path) -> None:
    with pytest.raises(GanpipeError, match="cannot be read"):
        read_json(tmp_path)


def test_sha256_of_the_empty_file(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert sha256_of(tmp_path / "empty") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_json_ends_with_a_newline_and_can_be_compact(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"a": [1]}, indent=None)
    assert (tmp_path / "a.json").read_text() == json.dumps({"a": [1]}) + "\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [("[1]", "expected a JSON object, found list"), ("{}", "status: missing"), ('"{"', "found str")],
)
def test_json_that_holds_something_else_is_one_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "result.json"
    path.write_text(text)
    with pytest.raises(GanpipeError, match=message) as caught:
        read_object(path, "status")
    assert str(caught.value).startswith(f"{path}: ")
    path.write_text('{"status": null}')
    assert read_object(path, "status") == {"status": None}
