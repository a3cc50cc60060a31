"""Where a bundle is read from: its folder, or a zip of it."""

from __future__ import annotations

import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from harness.bundle.format import MANIFEST
from harness.errors import UsageError

START = "run.jsonl"
MOST = 1 << 28
"""Bytes of a line, or of a file that is read as one: far above what is ever written."""


class Unreadable(Exception):
    """A file of the bundle cannot be read; the message says why, without the file's name."""


class Source(Protocol):
    """A bundle's files by their paths inside it, with forward slashes."""

    name: str

    def names(self) -> list[str]:
        """All files, sorted. Raises nothing for what is no plain file: `open` does."""

    def has(self, name: str) -> bool: ...

    def open(self, name: str) -> BinaryIO: ...


def lines_of(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file of a bundle, each with its line feed; the last one may be without. Raises Unreadable, also for a line
    that no harness wrote: a small zip can hold one that fills the memory."""
    parts: list[bytes] = []
    size = 0
    while chunk := file.read(1 << 20):
        first, *others = chunk.split(b"\n")
        parts.append(first)
        size += len(first)
        if size > MOST:
            raise Unreadable(f"has a line of more than {MOST >> 20} MiB")
        if others:
            *whole, last = others
            yield b"".join(parts) + b"\n"
            for line in whole:
                yield line + b"\n"
            parts, size = [last], len(last)
    if rest := b"".join(parts):
        yield rest


def read_whole(source: Source, name: str) -> bytes:
    """A file that is small in every bundle: a manifest, a signature. Raises Unreadable, also where it is not."""
    with source.open(name) as file:
        content = file.read(MOST + 1)
    if len(content) > MOST:
        raise Unreadable(f"has more than {MOST >> 20} MiB")
    return content


def source_of(path: Path) -> Source:
    if path.is_dir():
        return FolderSource(path)
    if path.is_file():
        if not zipfile.is_zipfile(path):
            with path.open("rb") as file:
                if file.read(4) == b"PK\x03\x04":
                    raise UsageError(f"{path} cannot be read.", "Not a whole zip: its end is missing.", "Copy it again.")
            raise UsageError(
                f"{path} is no bundle.", "It is a file, and not a zip of a bundle.", "Name a run's folder.")
        return ZipSource(path)
    raise UsageError(f"{path} does not exist.", "", "Name the folder of a run; `latest` is a link to the newest one.")


class FolderSource:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = str(path)

    def names(self) -> list[str]:
        found = []
        for folder, folders, files in os.walk(self.path):
            inside = Path(folder).relative_to(self.path)
            links = [name for name in folders if (Path(folder) / name).is_symlink()]
            found += [(inside / name).as_posix() for name in (*files, *links)]
        return sorted(found)

    def has(self, name: str) -> bool:
        return os.path.lexists(self.path / name)

    def open(self, name: str) -> BinaryIO:
        path = self.path / name
        try:
            if not stat.S_ISREG(path.lstat().st_mode):
                raise Unreadable("is a link or a special file")
            return path.open("rb")
        except OSError as bad:
            raise Unreadable(f"cannot be read: {bad.strerror}") from bad


class ZipSource:
    """A zip that holds a bundle, at its top or in one folder. Nothing is unpacked to the disk."""

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        try:
            self._zip = zipfile.ZipFile(path)
        except zipfile.BadZipFile as bad:
            raise UsageError(f"{path} cannot be read.", f"Not a whole zip: {bad}", "Copy it again.") from bad
        self._members: dict[str, zipfile.ZipInfo] = {}
        self._twice: set[str] = set()
        files = [info for info in self._zip.infolist() if not info.is_dir()]
        prefix = _folder_of(info.filename for info in files)
        for info in files:
            name = info.filename.removeprefix(prefix)
            if name in self._members:
                self._twice.add(name)
            self._members[name] = info

    def names(self) -> list[str]:
        return sorted(self._members)

    def has(self, name: str) -> bool:
        return name in self._members

    def open(self, name: str) -> BinaryIO:
        if name in self._twice:
            raise Unreadable("is in the zip twice")
        try:
            return _Checked(self._zip.open(self._members[name]))  # type: ignore[return-value]
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as bad:
            raise Unreadable(f"cannot be unpacked: {bad}") from bad


class _Checked:
    """A zip member whose damage is told as `Unreadable`, whatever layer notices it."""

    def __init__(self, file: object) -> None:
        self._file: BinaryIO = file  # type: ignore[assignment]

    def read(self, size: int = -1) -> bytes:
        try:
            return self._file.read(size)
        except (zipfile.BadZipFile, zlib.error, EOFError) as bad:
            raise Unreadable(f"cannot be unpacked: {bad}") from bad

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> _Checked:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _folder_of(names: object) -> str:
    """The folder that the run's files are in: "" or "20261122T...-com.example.shop-1a2b3c/"."""
    for name in sorted(names, key=len):  # type: ignore[call-overload]
        for start in (START, MANIFEST):
            if name == start or (name.endswith(f"/{start}") and name.count("/") == 1):
                return str(name.removesuffix(start))
    return ""
