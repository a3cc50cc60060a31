"""How pinned artefacts reach the cache: from a repository on loopback, in pieces, once, and only with the right hash."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from harness.errors import HarnessError
from harness.lab.artefacts import Artefact, ArtefactStore, NotToBeHad, read_lock

CONTENT = bytes(range(256)) * 4096
PINNED = Artefact("org.example.lab:thing:1.0", hashlib.sha256(CONTENT).hexdigest(), len(CONTENT), frozenset({"app"}))


class Repository:
    """A Maven repository with one artefact, which can break off a transfer."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.break_after: int | None = None
        repository = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                wanted = self.headers.get("Range")
                repository.requests.append(f"{self.path} {wanted}")
                if self.path not in (f"/org/example/lab/thing/1.0/thing-1.0.{kind}" for kind in ("jar", "aar")):
                    self.send_error(404)
                    return
                start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
                self.send_response(206 if wanted else 200)
                self.send_header("Content-Length", str(len(CONTENT) - start))
                self.end_headers()
                end = len(CONTENT) if repository.break_after is None else repository.break_after
                self.wfile.write(CONTENT[start:end])
                self.close_connection = True

            def log_message(self, format: str, *arguments: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def store(self, folder: Path, artefact: Artefact = PINNED) -> ArtefactStore:
        address = f"http://127.0.0.1:{self.server.server_address[1]}"
        return ArtefactStore(folder, (artefact,), {"local": address})


@pytest.fixture
def repository(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Repository]:
    monkeypatch.setenv("M2_REPO", str(tmp_path / "m2"))
    repository = Repository()
    yield repository
    repository.server.shutdown()
    repository.server.server_close()


def test_a_second_fetch_asks_the_repository_for_nothing(repository: Repository, tmp_path: Path) -> None:
    first = repository.store(tmp_path / "cache").artefact("org.example.lab:thing")
    asked = len(repository.requests)
    second = repository.store(tmp_path / "cache").artefact("org.example.lab:thing:1.0")
    assert first == second
    assert first.read_bytes() == CONTENT
    assert (asked, len(repository.requests)) == (1, 1)


def test_a_broken_transfer_is_an_error_and_the_next_try_goes_on_from_there(repository: Repository, tmp_path: Path) -> None:
    store = repository.store(tmp_path / "cache")
    repository.break_after = 300_000
    with pytest.raises(HarnessError, match="Could not download") as failure:
        store.artefact("org.example.lab:thing")
    assert failure.value.fix
    repository.break_after = None
    assert store.artefact("org.example.lab:thing").read_bytes() == CONTENT
    resumed = repository.requests[-1].rsplit("bytes=", 1)
    assert len(resumed) == 2
    assert int(resumed[1].rstrip("-")) > 0


def test_a_file_with_another_hash_is_refused_and_not_kept(repository: Repository, tmp_path: Path) -> None:
    store = repository.store(tmp_path / "cache", replace(PINNED, sha256="0" * 64))
    with pytest.raises(HarnessError, match="not the file that was pinned"):
        store.artefact("org.example.lab:thing")
    assert [path.name for path in (tmp_path / "cache").iterdir()] == [".lock"]


def test_offline_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("M2_REPO", str(tmp_path / "m2"))
    store = ArtefactStore(tmp_path / "cache", (PINNED,), {"gone": "http://127.0.0.1:9"})
    with pytest.raises(HarnessError) as failure:
        store.artefact("org.example.lab:thing")
    assert "thing:1.0" in failure.value.what
    assert "ConnectionError" in failure.value.why
    assert "jgo.conf" in failure.value.fix


def test_the_users_maven_repository_is_used_when_its_file_is_right(repository: Repository, tmp_path: Path) -> None:
    local = tmp_path / "m2" / "org/example/lab/thing/1.0/thing-1.0.jar"
    local.parent.mkdir(parents=True)
    local.write_bytes(CONTENT)
    assert repository.store(tmp_path / "cache").artefact("org.example.lab:thing").read_bytes() == CONTENT
    local.write_bytes(b"not it")
    assert repository.store(tmp_path / "other").artefact("org.example.lab:thing").read_bytes() == CONTENT
    assert len(repository.requests) == 1


def test_a_name_that_is_not_pinned_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match="pinned"):
        ArtefactStore(tmp_path, (PINNED,)).artefact("org.example.lab:other")


def test_every_locked_artefact_has_a_whole_coordinate_a_hash_and_a_set() -> None:
    lock = read_lock()
    assert len({artefact.file_name for artefact in lock}) == len(lock)
    for artefact in lock:
        assert len(artefact.coordinate.split(":")) == 3
        assert len(bytes.fromhex(artefact.sha256)) == 32
        assert artefact.size > 0
        assert artefact.sets <= {"app", "browser", "emulator", "native", "compile", "compiler", "apk", "translate"}
        assert artefact.sets


def test_an_android_library_is_fetched_by_its_own_name(repository: Repository, tmp_path: Path) -> None:
    library = replace(PINNED, coordinate=f"{PINNED.coordinate}@aar")
    assert library.name == "org.example.lab:thing"
    [path] = repository.store(tmp_path / "cache", library).fetch([library])
    assert path.name == "thing-1.0.aar"
    assert path.read_bytes() == CONTENT


def test_what_no_repository_has_is_told_apart_from_what_is_wrong(repository: Repository, tmp_path: Path) -> None:
    other = replace(PINNED, coordinate="org.example.lab:other:1.0")
    with pytest.raises(NotToBeHad, match="HTTP 404"):
        repository.store(tmp_path / "cache", other).fetch([other])
    wrong = replace(PINNED, sha256="0" * 64)
    with pytest.raises(HarnessError) as told:
        repository.store(tmp_path / "cache", wrong).fetch([wrong])
    assert not isinstance(told.value, NotToBeHad)
