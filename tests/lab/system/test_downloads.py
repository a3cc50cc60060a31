"""What an app may ask of the download manager, and what a far end may do to it; without an app runtime."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from device_bench import Bench
from example_shop import launched

from harness.lab.appprocess import AppProcessError
from harness.lab.system import download_transfer as http
from harness.lab.system.download_files import DownloadFiles, PlaceRefused, check_place
from harness.lab.system.downloads import _headers

OnDevice = Callable[..., None]
OWN = "/storage/emulated/0/Android/data/an.app"


@pytest.mark.parametrize(
    ("path", "tidy"),
    [
        (f"{OWN}/files/x", f"{OWN}/files/x"),
        ("/sdcard/Download/a/x", "/storage/emulated/0/Download/a/x"),
        ("/storage/emulated/0//Music/./x", "/storage/emulated/0/Music/x"),
        ("/storage/emulated/0/Download/sdcard/x", "/storage/emulated/0/Download/sdcard/x"),
    ],
)
def test_places_of_the_apps_own_and_public_ones_are_taken(path: str, tidy: str) -> None:
    assert check_place(path, "an.app") == tidy


@pytest.mark.parametrize(
    "path",
    ["", "x", "/data/data/an.app/x", OWN, "/storage/emulated/0/Download", "/storage/emulated/0/x", "/storage/emulated/0",
     f"{OWN}/{'a/' * 40}x", f"{OWN}/{'a' * 300}", f"{OWN}/{'a/b' * 600}", f"{OWN}/\ud800", f"{OWN}/{'é' * 130}",
     f"{OWN}2/x", f"{OWN}/../other/x", f"{OWN}/x\0", "/storage/emulated/0/Android/obb/an.app/x", "/sdcardx/Download/x"],
)  # fmt: skip
def test_no_other_place_is(path: str) -> None:
    with pytest.raises(PlaceRefused):
        check_place(path, "an.app")


def test_names_that_are_taken_are_counted_on(tmp_path: Path) -> None:
    files = DownloadFiles(tmp_path)
    assert [files.claim(f"{OWN}/a.txt") for _ in range(3)] == [f"{OWN}/a.txt", f"{OWN}/a-1.txt", f"{OWN}/a-2.txt"]
    assert files.claim(f"{OWN}/.hidden") == f"{OWN}/.hidden"
    files.remove(f"{OWN}/a.txt")
    assert not files.exists(f"{OWN}/a.txt")
    assert files.claim(f"{OWN}/a.txt") == f"{OWN}/a.txt"


def test_links_and_what_is_no_file_lead_nowhere(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("kept")
    files = DownloadFiles(root)
    own = root / OWN.lstrip("/")
    own.mkdir(parents=True)
    (own / "away").symlink_to(outside)
    (own / "file").symlink_to(outside / "kept")
    os.mkfifo(own / "pipe")
    with pytest.raises(OSError, match="away"):
        files.claim(f"{OWN}/away/x")
    assert files.claim(f"{OWN}/file") == f"{OWN}/file-1"
    for name in ("file", "pipe"):
        with pytest.raises(OSError, match=name):
            files.open(f"{OWN}/{name}")
        assert not files.exists(f"{OWN}/{name}")
    files.remove(f"{OWN}/away/kept")
    assert os.listdir(outside) == ["kept"]


@pytest.mark.parametrize(
    ("url", "hint", "disposition", "name"),
    [
        ("https://a/b/c.txt?x=1", "", "", "c.txt"),
        ("https://a/", "", "", "downloadfile"),
        ("https://a/b", "", 'attachment; filename="../../etc/pass wd"', "pass_wd"),
        ("https://a/b", "", "Attachment; filename = plain.pdf ", "plain.pdf"),
        ("https://a/b", "", 'attachment; filename="a"b"', "b"),
        ("https://a/b", "", "attachment; filename=" + " " * 60_000 + 'x"y', "b"),
        ("https://a/%2e%2e%2fx", "", "", "x"),
        ("https://a/..", "", "", "downloadfile"),
        ("https://a/b", "file:///x/given", "", "given"),
    ],
)
def test_a_name_is_one_step_of_a_path(url: str, hint: str, disposition: str, name: str) -> None:
    assert http.file_name(url, hint, disposition) == name


@pytest.mark.parametrize("line", ["X: a\r\nHost: other", "no colon", ": nameless", "ü: x"])
def test_a_header_cannot_forge_a_request(line: str) -> None:
    with pytest.raises(AppProcessError, match="IllegalArgumentException"):
        _headers({"http_header_0": line})


def attempt(said: bytes, target: Callable[[], int], **fields: object) -> http.Progress:
    """A transfer from a far end that says this, whatever it is asked."""
    ours, theirs = socket.socketpair()

    def speak() -> None:
        with theirs:
            theirs.recv(65_536)
            theirs.sendall(said)

    speaker = threading.Thread(target=speak)
    speaker.start()
    request = http.Request(**{
        "url": "http://a.example/x", "headers": [], "user_agent": "x", "cleartext": True, "trust": [],
        "connect": lambda: ours, "room": 1000, **fields,
    })  # fmt: skip
    progress = http.Progress()
    try:
        http.transfer(request, progress, target)
    finally:
        speaker.join()
    return progress


def test_what_comes_is_written(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.touch()
    said = b'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Type: Text/Plain; x\r\nETag: "e"\r\n\r\nhello'
    progress = attempt(said, lambda: os.open(file, os.O_RDWR))
    assert file.read_bytes() == b"hello"
    assert (progress.current, progress.total, progress.mime, progress.etag) == (5, 5, "text/plain", '"e"')


@pytest.mark.parametrize(
    ("said", "fields", "status"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n", {}, http.INSUFFICIENT_SPACE),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + bytes(2000), {}, http.INSUFFICIENT_SPACE),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", {}, http.HTTP_DATA_ERROR),
        (b"HTTP/1.1 206 Partial\r\nContent-Length: 1\r\n\r\nx", {}, http.CANNOT_RESUME),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", {"have": 1}, http.CANNOT_RESUME),
        (b"HTTP/1.1 200 OK\r\n\r\nx", {}, http.CANNOT_RESUME),
        (b"HTTP/1.1 304 Not Modified\r\n\r\n", {}, http.UNHANDLED_REDIRECT),
        (b"HTTP/1.1 410 Gone\r\n\r\n", {}, 410),
        (b"nonsense\r\n\r\n", {}, http.UNHANDLED_HTTP_CODE),
        (b"", {}, http.HTTP_DATA_ERROR),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n", {}, http.HTTP_DATA_ERROR),
    ],
)
def test_what_is_not_as_it_should_be_has_its_reason(
    tmp_path: Path, said: bytes, fields: dict[str, object], status: int
) -> None:
    file = tmp_path / "x"
    file.touch()
    with pytest.raises(http.Stopped) as stopped:
        attempt(said, lambda: os.open(file, os.O_RDWR), **fields)
    assert stopped.value.status == status
    assert file.stat().st_size <= 1000


def test_clear_text_is_not_even_tried() -> None:
    request = http.Request("http://a.example/x", [], "x", False, [], lambda: pytest.fail("it was tried"), 1000)
    with pytest.raises(http.Stopped, match="Cleartext") as stopped:
        http.transfer(request, http.Progress(), lambda: pytest.fail("no file"))
    assert stopped.value.status == http.BAD_REQUEST


def test_a_file_of_others_is_neither_shown_nor_removed_by_an_app_that_says_it_is_its_own(on_device: OnDevice) -> None:
    """DESTINATION_NON_DOWNLOADMANAGER_DOWNLOAD: addCompletedDownload of a file that another app has put into a public folder."""
    async def work(made: Bench) -> None:
        app = await launched(made)
        public, own = "/storage/emulated/0/Download/others.txt", "/storage/emulated/0/Android/data/com.example.shop/files/own.txt"
        numbers = {}
        for path in (public, own):
            there = made.server.root / path.lstrip("/")
            there.parent.mkdir(parents=True, exist_ok=True)
            there.write_text("kept")
            values = {"destination": 6, "_data": path, "total_bytes": 1 << 60, "title": "x"}
            numbers[path] = (await app.ask("download", verb="insert", values=values))["id"]
        opened = {path: (await app.ask("download", verb="open", id=number))["path"] for path, number in numbers.items()}
        assert opened == {public: "", own: own}
        rows = (await app.ask("download", verb="list"))["rows"]
        assert all(row["total_bytes"] == 1 << 50 and row["status"] == http.SUCCESS for row in rows)
        for number in numbers.values():
            await app.ask("download", verb="remove", id=number)
        assert (made.server.root / public.lstrip("/")).read_text() == "kept"
        assert not (made.server.root / own.lstrip("/")).exists()

    on_device(work)


def test_downloads_of_an_app_that_is_gone_are_gone_and_those_of_one_whose_data_is_cleared_are_not(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        app = await launched(made)
        number = (await app.ask("download", verb="insert", values={"destination": 2, "uri": "https://far.example/x"}))["id"]
        downloads = made.server.app_services.downloads
        await made.server.clear_data("com.example.shop")
        assert [one.id for one in downloads.of("com.example.shop")] == [number]
        await made.server.uninstall("com.example.shop")
        assert downloads.of("com.example.shop") == []

    on_device(work)
