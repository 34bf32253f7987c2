"""Downloads from a server on this machine that behaves as the first part of the address says."""

import gzip
import hashlib
import logging
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import numpy as np
import pytest

from ganpipe.data import download as download_module
from ganpipe.data import mnist
from ganpipe.data.download import download, fetch
from ganpipe.data.mnist import Mnist
from ganpipe.data.origin import Origin
from ganpipe.errors import GanpipeError

CONTENT = np.random.default_rng(0).bytes(900_000)
COMPRESSED = gzip.compress(CONTENT, mtime=0)
CHECKSUM = "md5:" + hashlib.md5(CONTENT).hexdigest()
OTHERWISE_COMPRESSED = gzip.compress(CONTENT, compresslevel=1, mtime=1)


class Server(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: list[tuple[str, str | None]] = []
        self.url = f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    bodies: ClassVar[dict[str, bytes]] = {
        "wrong": gzip.compress(b"something else"),
        "garbage": b"<html>Please log in</html>",
        "other": OTHERWISE_COMPRESSED,
    }

    def do_GET(self) -> None:
        assert isinstance(self.server, Server)
        behaviour = self.path.split("/")[1]
        wanted = self.headers["Range"]
        self.server.requests.append((behaviour, wanted))
        if behaviour == "missing":
            return self.send_error(404)
        body = self.bodies.get(behaviour, COMPRESSED)
        start = (
            int(wanted.removeprefix("bytes=").removesuffix("-"))
            if wanted and not behaviour.startswith("norange")
            else 0
        )
        if start >= len(body):
            return self.send_error(416)
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        limit = 400_000 if behaviour.endswith("truncated") else len(body)
        self.wfile.write(body[start : start + limit])
        return None

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "new" / "file.gz"


@pytest.fixture
def part(target: Path) -> Path:
    target.parent.mkdir()
    return target.with_name("file.part.gz")


def dead() -> str:
    """An address on which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/file.gz"


def test_whole(server: Server, target: Path) -> None:
    download([f"{server.url}/whole/file.gz"], target, CHECKSUM)
    assert target.read_bytes() == COMPRESSED
    assert [path.name for path in target.parent.iterdir()] == ["file.gz"]
    download([f"{server.url}/whole/file.gz"], target, CHECKSUM)
    assert len(server.requests) == 1


def test_an_interrupted_download_goes_on_where_it_stopped(server: Server, target: Path, part: Path) -> None:
    part.write_bytes(COMPRESSED[:300_000])
    download([f"{server.url}/whole/file.gz"], target, CHECKSUM)
    assert target.read_bytes() == COMPRESSED
    assert server.requests == [("whole", "bytes=300000-")]


def test_a_server_without_ranges_starts_again(server: Server, target: Path, part: Path) -> None:
    part.write_bytes(b"x" * 300_000)
    download([f"{server.url}/norange/file.gz"], target, CHECKSUM)
    assert target.read_bytes() == COMPRESSED
    assert server.requests == [("norange", "bytes=300000-")]


def test_broken_transfers_are_resumed_while_they_bring_bytes(server: Server, target: Path) -> None:
    download([f"{server.url}/truncated/file.gz"], target, CHECKSUM)
    assert target.read_bytes() == COMPRESSED
    assert server.requests == [("truncated", None), ("truncated", "bytes=400000-"), ("truncated", "bytes=800000-")]


def test_what_has_arrived_waits_for_the_next_call(server: Server, target: Path, part: Path) -> None:
    # A server that neither continues nor finishes is given up, not asked for ever.
    with pytest.raises(GanpipeError, match=f"closed after 400000 of {len(COMPRESSED)} bytes"):
        download([f"{server.url}/norange-truncated/file.gz"], target, CHECKSUM)
    assert part.read_bytes() == COMPRESSED[:400_000]
    assert not target.exists()
    download([f"{server.url}/whole/file.gz"], target, CHECKSUM)
    assert target.read_bytes() == COMPRESSED
    assert server.requests[-1] == ("whole", "bytes=400000-")


def test_a_silent_mirror_is_left_after_a_while(server: Server, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download_module, "_TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/file.gz"
        download([url, f"{server.url}/whole/file.gz"], target, CHECKSUM)
    assert target.read_bytes() == COMPRESSED


def test_a_part_that_is_whole_is_only_verified(server: Server, target: Path, part: Path) -> None:
    part.write_bytes(COMPRESSED)
    download([f"{server.url}/whole/file.gz"], target, CHECKSUM)
    assert target.read_bytes() == COMPRESSED


@pytest.mark.parametrize("beginning", [b"x" * 1000, b"x" * 2_000_000], ids=["shorter", "longer"])
def test_a_wrong_part_is_thrown_away_and_the_same_mirror_asked_again(
    server: Server, target: Path, part: Path, beginning: bytes
) -> None:
    part.write_bytes(beginning)
    download([f"{server.url}/whole/file.gz"], target, CHECKSUM)
    assert target.read_bytes() == COMPRESSED
    assert server.requests == [("whole", f"bytes={len(beginning)}-"), ("whole", None)]


def test_a_mirror_that_compressed_the_file_differently(server: Server, target: Path, part: Path) -> None:
    part.write_bytes(COMPRESSED[:1000])
    download([f"{server.url}/other/file.gz"], target, CHECKSUM)
    assert target.read_bytes() == OTHERWISE_COMPRESSED


@pytest.mark.parametrize("first", ["wrong", "garbage", "missing"])
def test_the_next_mirror_serves_after_a_bad_one(server: Server, target: Path, first: str) -> None:
    download([f"{server.url}/{first}/file.gz", f"{server.url}/whole/file.gz"], target, CHECKSUM)
    assert target.read_bytes() == COMPRESSED
    assert server.requests == [(first, None), ("whole", None)]


def test_the_next_mirror_serves_after_a_dead_one(server: Server, target: Path) -> None:
    download([dead(), f"{server.url}/whole/file.gz"], target, CHECKSUM)
    assert target.read_bytes() == COMPRESSED


def test_a_damaged_target_is_downloaded_again(server: Server, target: Path) -> None:
    target.parent.mkdir()
    target.write_bytes(COMPRESSED[:1000])
    download([f"{server.url}/whole/file.gz"], target, CHECKSUM)
    assert target.read_bytes() == COMPRESSED


def test_when_all_fail_each_reason_is_given_and_nothing_wrong_stays(server: Server, target: Path) -> None:
    with pytest.raises(GanpipeError) as error:
        download([dead(), f"{server.url}/missing/file.gz", f"{server.url}/wrong/file.gz"], target, CHECKSUM)
    message = str(error.value)
    assert "\n" not in message
    for reason in ("Connection refused", "404", "not the expected file"):
        assert reason in message
    assert not list(target.parent.iterdir())


def test_long_downloads_are_logged(
    server: Server, target: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download_module, "_LOG_INTERVAL", 0.0)
    with caplog.at_level(logging.INFO):
        download([f"{server.url}/whole/file.gz"], target, CHECKSUM)
    assert caplog.messages[-1].endswith("/whole/file.gz: 0.9 of 0.9 MB")


def test_fetch_takes_every_source(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"a.gz": CHECKSUM, "b.gz": CHECKSUM}
    monkeypatch.setattr(mnist, "ORIGIN", Origin("mnist", files, (f"{server.url}/missing/", f"{server.url}/whole/")))
    fetch(Mnist().origin, tmp_path / "raw")
    assert sorted(path.name for path in (tmp_path / "raw").iterdir()) == ["a.gz", "b.gz"]


def test_fetch_shows_the_terms_first(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    url = (f"{server.url}/whole/a.gz",)
    origin = Origin("mnist", {"a.gz": CHECKSUM}, addresses={"a.gz": url}, terms="for reading only")
    monkeypatch.setattr(mnist, "ORIGIN", origin)
    with caplog.at_level(logging.INFO):
        fetch(Mnist().origin, tmp_path)
    assert caplog.messages[0] == "mnist: for reading only"
    assert (tmp_path / "a.gz").read_bytes() == COMPRESSED


def test_single_files_have_addresses_after_the_mirrors() -> None:
    origin = Origin("x", {"a": "", "b": ""}, ("http://one/", "http://two/"), {"b": ("http://three/?id=b",)})
    assert origin.urls("a") == ["http://one/a", "http://two/a"]
    assert origin.urls("b") == ["http://one/b", "http://two/b", "http://three/?id=b"]


def test_an_archive_is_compared_as_it_is(server: Server, tmp_path: Path) -> None:
    target = tmp_path / "a.tar.gz"
    (tmp_path / "a.part.tar.gz").write_bytes(COMPRESSED[:1000])
    with pytest.raises(GanpipeError, match="not the expected file"):
        download([f"{server.url}/whole/"], target, CHECKSUM)
    (tmp_path / "a.part.tar.gz").write_bytes(COMPRESSED[:1000])
    download([f"{server.url}/whole/"], target, "md5:" + hashlib.md5(COMPRESSED).hexdigest())
    assert target.read_bytes() == COMPRESSED
    assert server.requests[-1] == ("whole", "bytes=1000-")


def test_fetch_says_how_to_do_without(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mnist, "ORIGIN", Origin("mnist", {"a.gz": CHECKSUM}, (f"{server.url}/missing/",)))
    with pytest.raises(
        GanpipeError, match=r"a\.gz: could not be downloaded .*404.*set raw: \{mnist: FOLDER\}"
    ) as error:
        fetch(Mnist().origin, tmp_path)
    assert "\n" not in str(error.value)
