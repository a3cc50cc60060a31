"""The pinned Java artefacts of the lab: found in the lock file, downloaded once, checked by SHA-256.

`lab/runtime/artefacts.json` lists every artefact by Maven coordinate with its hash, its size and the
sets it belongs to. Which repositories they come from is jgo's own configuration (`jgo.conf`), so a
site with a mirror names it there and nowhere else. A file that is already in the user's local Maven
repository with the right hash is taken from there.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import requests
from jgo.config import GlobalSettings
from jgo.maven import MavenContext
from jgo.util import http
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from harness.errors import HarnessError
from harness.resources import cache_dir, resource

_CHUNK = 1 << 18
_TIMEOUT_SECONDS = 60.0

Advance = Callable[[int], None]


class NotToBeHad(HarnessError):
    """An artefact is neither here nor given by any repository: this machine may be offline."""


@dataclass(frozen=True)
class Artefact:
    """One line of the lock file. `sha256` is lower-case hexadecimal, `size` is in bytes. `coordinate`: group:artifact:version,
    with @aar behind it where it is an Android library and no jar."""

    coordinate: str
    sha256: str
    size: int
    sets: frozenset[str]

    @property
    def name(self) -> str:
        """group:artifact, without the version."""
        return ":".join(self.coordinate.split(":")[:2])

    @property
    def file_name(self) -> str:
        _, artifact, version, packaging = self.parts
        return f"{artifact}-{version}.{packaging}"

    @property
    def parts(self) -> tuple[str, str, str, str]:
        """Group, artifact, version, packaging."""
        rest, _, packaging = self.coordinate.partition("@")
        group, artifact, version = rest.split(":")
        return group, artifact, version, packaging or "jar"


def read_lock(path: Path | None = None) -> tuple[Artefact, ...]:
    """Every pinned artefact, in class-path order."""
    source = path or resource("lab", "runtime", "artefacts.json")
    return tuple(
        Artefact(entry["coordinate"], entry["sha256"], entry["bytes"], frozenset(entry["sets"]))
        for entry in json.loads(source.read_text(encoding="utf-8"))
    )


class ArtefactStore:
    """A folder of checked jars. Two processes may use the same folder at once.

    The folder is flat, because Robolectric's offline resolver looks its jars up by file name alone.
    """

    def __init__(
        self,
        folder: Path | None = None,
        lock: tuple[Artefact, ...] | None = None,
        repositories: dict[str, str] | None = None,
    ) -> None:
        self.folder = folder or cache_dir("lab", "artefacts")
        self.lock = lock or read_lock()
        self._repositories = repositories

    def artefact(self, name: str) -> Path:
        """The jar of `group:artifact` or `group:artifact:version`, downloaded if it is not here yet."""
        matching = [a for a in self.lock if name in (a.coordinate, a.name)]
        if len(matching) != 1:
            raise HarnessError(
                f"No single Java artefact is pinned as {name}.",
                f"lab/runtime/artefacts.json has {len(matching)} entries of that name.",
                "Name one that is pinned, with its version where there are several.",
            )
        return self.fetch(matching)[0]

    def artefacts(self, set_name: str) -> list[Path]:
        """All jars of a set (app, browser, emulator, native, compile, compiler, apk, translate), in class-path order."""
        return self.fetch(a for a in self.lock if set_name in a.sets)

    def fetch(self, wanted: Iterable[Artefact]) -> list[Path]:
        """Brings what is missing and returns the paths in the order asked."""
        asked = list(wanted)
        missing = [a for a in asked if not self._present(a)]
        if missing:
            self._download_all(missing)
        return [self.folder / a.file_name for a in asked]

    def _present(self, artefact: Artefact) -> bool:
        """A file gets its final name only after its hash was checked, so name and size are enough here."""
        path = self.folder / artefact.file_name
        return path.is_file() and path.stat().st_size == artefact.size

    def _download_all(self, missing: list[Artefact]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        columns = (
            TextColumn("[progress.description]{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
        )
        with (
            exclusive(self.folder / ".lock"),
            Progress(*columns, console=Console(file=sys.stderr), transient=True) as progress,
        ):
            task = progress.add_task("lab artefacts", total=sum(a.size for a in missing))
            for artefact in missing:
                progress.update(task, description=artefact.file_name)
                if self._present(artefact):
                    progress.advance(task, artefact.size)
                else:
                    self._bring(artefact, lambda count: progress.advance(task, count))

    def _bring(self, artefact: Artefact, advance: Advance) -> None:
        part = self.folder / f"{artefact.file_name}.part"
        context = self._context()
        local = context.repo_cache / _repository_path(artefact)
        if local.is_file() and sha256_of(local) == artefact.sha256:
            shutil.copyfile(local, part)
            advance(artefact.size)
        else:
            _download(artefact, list(context.remote_repos.values()), part, advance)
        found = sha256_of(part)
        if found != artefact.sha256:
            part.unlink()
            raise HarnessError(
                f"{artefact.file_name} is not the file that was pinned.",
                f"Its SHA-256 is {found}, the lock file says {artefact.sha256}.",
                "Check the repository that jgo is set up with (jgo.conf), then try again.",
            )
        part.replace(self.folder / artefact.file_name)

    def _context(self) -> MavenContext:
        settings = GlobalSettings.load()
        repositories = self._repositories or settings.repositories or None
        return MavenContext(repo_cache=settings.repo_cache, remote_repos=repositories)


def _repository_path(artefact: Artefact) -> str:
    group, artifact, version, _ = artefact.parts
    return f"{group.replace('.', '/')}/{artifact}/{version}/{artefact.file_name}"


def _download(artefact: Artefact, repositories: list[str], part: Path, advance: Advance) -> None:
    """Goes on where an earlier try stopped. Tries the repositories in the order configured."""
    reasons: list[str] = []
    for repository in repositories:
        reason = _download_from(f"{repository}/{_repository_path(artefact)}", artefact.size, part, advance)
        if reason is None:
            return
        reasons.append(reason)
    raise NotToBeHad(
        f"Could not download {artefact.coordinate}.",
        "; ".join(reasons) or "No repository is configured.",
        "Check the network, or name a reachable mirror in jgo's configuration (jgo.conf, [repositories]); "
        "what was already downloaded is kept and the next try goes on from there.",
    )


def _download_from(url: str, size: int, part: Path, advance: Advance) -> str | None:
    """None when `part` holds `size` bytes; else why it does not."""
    have = part.stat().st_size if part.exists() else 0
    if have > size:
        part.unlink()
        have = 0
    if have == size:
        advance(size)
        return None
    headers = {"Range": f"bytes={have}-"} if have else {}
    try:
        with http.get(url, stream=True, timeout=_TIMEOUT_SECONDS, headers=headers) as response:
            if response.status_code not in (200, 206):
                return f"the repository answered HTTP {response.status_code}"
            resumed = response.status_code == 206
            advance(have if resumed else 0)
            with part.open("ab" if resumed else "wb") as out:
                for block in response.iter_content(_CHUNK):
                    out.write(block)
                    advance(len(block))
    except requests.RequestException as error:
        return f"{type(error).__name__} from the repository"
    got = part.stat().st_size
    return None if got == size else f"the transfer ended after {got} of {size} bytes"


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as source:
        while block := source.read(_CHUNK):
            digest.update(block)
    return digest.hexdigest()


def publish(part: Path, target: Path) -> None:
    """Gives the finished file `part` the name `target`, on the same file system; a file that has that name already is kept.

    Never replaces: a device that runs shows its processes the file that it found, and a file that lost its name cannot be
    mounted any more. Both have the same content, because the name says what it was made from.
    """
    try:
        os.link(part, target)
    except FileExistsError:
        pass
    except OSError:  # a file system without hard links
        if not target.exists():
            part.replace(target)
    part.unlink(missing_ok=True)


@contextlib.contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Held by one process at a time; the system lets go of it when the process ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
