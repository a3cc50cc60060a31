"""Objects: bodies, screenshots, hierarchies. A file's name is the SHA-256 of what is in it.

An object is written to objects/.partial and moved to its name in one step when it is whole, so
that whatever lies under a hash is complete. What a killed process leaves in .partial is evidence
too: `adopt` gives it the name of its hash.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from harness.bundle.format import OBJECTS, PARTIAL, BundleError
from harness.resources import as_file_name

CHUNK = 1 << 20
HASH = re.compile(r"[0-9a-f]{64}")


def object_name(sha256: str) -> str:
    """The object's path inside the bundle. Raises ValueError for what is no SHA-256 in lower-case hex."""
    if not HASH.fullmatch(sha256):
        raise ValueError(f"{sha256!r} is no SHA-256")
    return f"{OBJECTS}/{sha256[:2]}/{sha256}"


class ObjectWriter:
    """One object while it arrives in pieces: bounded memory, however long it grows.

    `label` is part of the name of the unfinished file, so that a body that a killed process leaves
    can be told: "f12-request".
    """

    def __init__(self, store: ObjectStore, path: Path, file: BinaryIO) -> None:
        self._store = store
        self._path = path
        self._file = file
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, piece: bytes) -> None:
        try:
            self._file.write(piece)
        except OSError as bad:
            raise self._store.refusal(bad) from bad
        self._hash.update(piece)
        self.size += len(piece)

    def finish(self) -> str:
        """The object's SHA-256; the file now has its name."""
        sha256 = self._hash.hexdigest()
        try:
            self._file.close()
            self._store.place(self._path, sha256)
        except OSError as bad:
            raise self._store.refusal(bad) from bad
        return sha256

    def abandon(self) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)

    def forget(self) -> hashlib._Hash:
        """`abandon`; what was hashed so far goes on with the caller."""
        self.abandon()
        return self._hash


@dataclass(frozen=True)
class Adopted:
    """An unfinished object that was found: `label` of its writer, its hash and size in bytes."""

    label: str
    sha256: str
    size: int


class ObjectStore:
    """The objects of one bundle. Several processes may put into it at once."""

    def __init__(self, bundle: Path) -> None:
        self._bundle = bundle
        self._partial = bundle / PARTIAL
        self._root, self._parts = str(bundle), str(self._partial)
        self._numbers = itertools.count(1)

    def begin(self, label: str = "object") -> ObjectWriter:
        name = f"{as_file_name(label)[:80]}.{os.getpid()}.{next(self._numbers)}"
        path = self._partial / name
        try:
            try:
                # Unbuffered: what was written before a kill is in the file.
                file = path.open("xb", buffering=0)
            except FileNotFoundError:
                self._partial.mkdir(parents=True, exist_ok=True)
                file = path.open("xb", buffering=0)
        except OSError as bad:
            raise self.refusal(bad) from bad
        return ObjectWriter(self, path, _Whole(file))  # type: ignore[arg-type]

    def put(self, content: bytes) -> str:
        """Cheap, as the proxy does it for each small body: paths are texts, and one write is all."""
        sha256 = hashlib.sha256(content).hexdigest()
        target = f"{self._root}/{object_name(sha256)}"
        if os.path.exists(target):
            return sha256
        part = f"{self._parts}/object.{os.getpid()}.{next(self._numbers)}"
        try:
            self._write(part, content)
            self._place(part, target)
        except OSError as bad:
            with contextlib.suppress(OSError):
                os.unlink(part)
            raise self.refusal(bad) from bad
        return sha256

    def put_chunks(self, chunks: Iterable[bytes], label: str = "object") -> str:
        writer = self.begin(label)
        try:
            for chunk in chunks:
                writer.write(chunk)
            return writer.finish()
        except BaseException:
            writer.abandon()
            raise

    def put_file(self, source: Path) -> str:
        with source.open("rb") as file:
            return self.put_chunks(iter(lambda: file.read(CHUNK), b""))

    def path(self, sha256: str) -> Path:
        return self._bundle / object_name(sha256)

    def place(self, unfinished: Path, sha256: str) -> None:
        self._place(str(unfinished), str(self.path(sha256)))

    @staticmethod
    def _place(unfinished: str, target: str) -> None:
        try:
            os.replace(unfinished, target)
        except FileNotFoundError:
            os.makedirs(os.path.dirname(target), exist_ok=True)
            os.replace(unfinished, target)

    def _write(self, path: str, content: bytes) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        try:
            fd = os.open(path, flags, 0o666)
        except FileNotFoundError:
            os.makedirs(self._parts, exist_ok=True)
            fd = os.open(path, flags, 0o666)
        try:
            rest = memoryview(content)
            while rest:
                rest = rest[os.write(fd, rest) :]
        finally:
            os.close(fd)

    def adopt(self) -> list[Adopted]:
        """Gives every unfinished object its name. Only right when no process writes to the bundle any more."""
        adopted = []
        if self._partial.is_dir():
            for path in sorted(self._partial.iterdir()):
                size = path.stat().st_size
                if size:
                    sha256 = hash_file(path)
                    self.place(path, sha256)
                    adopted.append(Adopted(path.name.split(".")[0], sha256, size))
                else:
                    path.unlink()
            self._partial.rmdir()
        return adopted

    def refusal(self, bad: OSError) -> BundleError:
        return BundleError(
            f"An object could not be written to {self._bundle}: {bad.strerror or bad}.",
            "Everything that was journalled before is kept.",
            "Free some space, or choose another folder with --out, and run again.",
        )


class _Whole:
    """An unbuffered file whose `write` writes all or raises: a plain one may stop half-way on a full disk."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, piece: bytes) -> None:
        rest = memoryview(piece)
        while rest:
            rest = rest[self._file.write(rest) :]

    def close(self) -> None:
        self._file.close()


def hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
