"""One run's bundle from its folder's making to its sealing."""

from __future__ import annotations

import datetime
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from harness import __version__
from harness.bundle.format import FORMAT, SAMPLE, BundleError
from harness.bundle.journal import JournalWriter
from harness.bundle.keys import SigningKey, signing_key, tried
from harness.bundle.objects import ObjectStore, hash_file
from harness.bundle.sealing import seal
from harness.errors import UsageError
from harness.model import Event, Fact, Gap, GapKind

E = TypeVar("E", bound=Event)
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


class Bundle:
    """The bundle of a run that is going on. Safe to use from several threads.

    `path` is its folder: readable by its owner only, for it holds what the app knew. The proxy process
    writes its own journals in it.
    """

    def __init__(self, path: Path, clock: Callable[[], int], key: SigningKey | None = None) -> None:
        self.path = path
        self._key = key
        self.objects = ObjectStore(path)
        self._journals = JournalWriter(path)
        self._clock = clock

    @classmethod
    def create(cls, out_dir: Path | str, package: str, *, clock: Callable[[], int] = time.time_ns) -> Bundle:
        """A new folder `<UTC time>-<package>-<6 hex digits>` in `out_dir`, and the link `latest` to it."""
        out = Path(out_dir)
        at = datetime.datetime.fromtimestamp(clock() / 1e9, datetime.UTC).strftime("%Y%m%dT%H%M%SZ")
        name = f"{at}-{_UNSAFE.sub('_', package)[:100]}-{secrets.token_hex(3)}"
        bundle = cls.at(out / name, package, clock=clock)
        link_latest(bundle.path)
        return bundle

    @classmethod
    def at(cls, path: Path | str, package: str, *, clock: Callable[[], int] = time.time_ns) -> Bundle:
        """A new bundle in just this folder, which must be empty or not there. Raises HarnessError, also where nothing could
        sign the bundle at its end."""
        folder = Path(path)
        key = tried(signing_key())
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            folder.mkdir(mode=0o700, exist_ok=True)
            if any(folder.iterdir()):
                raise UsageError(
                    f"{folder} is not empty.", "A bundle is never overwritten or added to.", "Name another folder.")
        except OSError as bad:
            raise UsageError(
                f"{folder} cannot be made: {bad.strerror}.", "", "Name another folder with --out.") from bad
        bundle = cls(folder, clock, key)
        bundle.append(Fact(host_ns=clock(), type="bundle", data={
            "format": FORMAT, "tool": "privacy-harness", "version": __version__, "package": package}))
        return bundle

    def append(self, event: E) -> E:
        """Journals the event, and returns it with its id. It is on its way to the disk when this returns."""
        return self._journals.append(event)

    def put_object(self, content: bytes) -> str:
        """Keeps the content, and returns its SHA-256."""
        return self.objects.put(content)

    def get_object(self, sha256: str) -> bytes:
        """What was kept under that name."""
        return self.objects.path(sha256).read_bytes()

    def put_file(self, source: Path) -> str:
        """Keeps a file of any size as an object, and returns its SHA-256."""
        return self.objects.put_file(source)

    def put_sample(self, apk: Path) -> str:
        """Keeps the app that was tested as sample/<SHA-256>.apk, and returns the SHA-256."""
        folder = self.path / SAMPLE
        folder.mkdir(exist_ok=True)
        unfinished = folder / ".unfinished"
        try:
            shutil.copyfile(apk, unfinished)
            sha256 = hash_file(unfinished)
            unfinished.replace(folder / f"{sha256}.apk")
        except OSError as bad:
            unfinished.unlink(missing_ok=True)
            raise BundleError(
                f"{apk} could not be copied into the bundle: {bad.strerror}.",
                "The bundle keeps the app that was tested.",
                "Free some space, or choose another folder with --out, and run again.") from bad
        return sha256

    def sync(self) -> None:
        """Forces what was journalled to the disk, so that it survives the loss of power too."""
        self._journals.sync()

    def seal(self, complete: bool, reason: str = "", key: SigningKey | None = None) -> None:
        """Ends the run: fact `end`, and where it is not complete a gap `interrupted`; manifest; signature.

        The proxy must have ended before: while it writes, this raises BundleError.
        """
        self.hold()
        now = self._clock()
        for lost in self.objects.adopt():
            self.append(Gap(
                host_ns=now, kind=GapKind.CAPTURE_LOST, subject=lost.label, to_ns=now,
                detail=f"The object {lost.label} was cut off; "
                       f"the {lost.size} bytes that came are kept as {lost.sha256}.",
            ))
        if not complete:
            self.append(Gap(
                host_ns=now, kind=GapKind.INTERRUPTED, detail=reason or "The run was interrupted.", from_ns=now))
        self.append(Fact(host_ns=now, type="end", data={"complete": complete, "reason": reason}))
        self._journals.close()
        seal(self.path, key or self._key or signing_key())

    def hold(self) -> None:
        """Opens, and so locks and mends, every journal that exists. Raises BundleError while a process writes to one."""
        self._journals.open_all()

    def close(self) -> None:
        """Lets the journals go without sealing: for what comes after a failure. Journalled events stay."""
        self._journals.close()


def link_latest(bundle: Path) -> None:
    """`latest` beside a run's folder -> that run. A convenience: a file system without links goes without."""
    new = bundle.parent / f".latest-{secrets.token_hex(3)}"
    try:
        new.symlink_to(bundle.name, target_is_directory=True)
        os.replace(new, bundle.parent / "latest")
    except OSError:
        new.unlink(missing_ok=True)
