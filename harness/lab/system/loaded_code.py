"""Code that an app loads while it runs (DexClassLoader and its kin): translated when it is loaded.

The app process reads the file itself, with its own rights, and sends what is in it; the daemon opens no path that an app names.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from harness.errors import HarnessError
from harness.lab.appprocess import AppProcess, AppProcessError
from harness.lab.system.process_link import Translate

MAX_BYTES = 20 << 20
"""Of one file: what a line of the wire holds as base64."""
_MAX_FILES = 200
_MAX_SECONDS = 120.0
"""Of translating for one process, after which it loads no more: what fails is not kept, and could be sent again for ever."""


class LoadedCode:
    """One device's. A file is translated once, whoever loads it; no more than one at a time."""

    def __init__(
        self,
        translate: Translate | None,
        folder: Path,
        inside: Callable[[Path], str],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`translate`: None where code of strangers must not run. `folder`: the daemon's own."""
        self._translate = translate
        self._folder = folder
        self._inside = inside
        self._now = now
        self._one = asyncio.Lock()
        self._shown: dict[AppProcess, set[str]] = {}
        self._spent: dict[AppProcess, float] = {}

    async def show(self, process: AppProcess, content: bytes) -> str:
        """The path at which the process sees the translated classes. Raises AppProcessError, whose text the app is told."""
        if self._translate is None:
            raise AppProcessError("this device is not contained, so it runs no code that is loaded later")
        if len(content) > MAX_BYTES:
            raise AppProcessError(f"{len(content)} bytes of code are more than the {MAX_BYTES} that the lab device translates")
        async with self._one:
            spent = self._spent.setdefault(process, 0.0)
            if spent > _MAX_SECONDS:
                raise AppProcessError(f"{spent:.0f} s were spent on translating code for this process already")
            begun = self._now()
            try:
                classes = await asyncio.to_thread(self._translated, content)
            except HarnessError as fault:
                raise AppProcessError(f"{fault.what} {fault.why}".strip()) from fault
            finally:
                if process in self._spent:
                    self._spent[process] += self._now() - begun
            path = self._inside(classes)
            shown = self._shown.setdefault(process, set())
            if path not in shown:
                if len(shown) >= _MAX_FILES:
                    raise AppProcessError(f"the app has loaded {_MAX_FILES} files of code already")
                await process.show(path)
                shown.add(path)
            return path

    def forget(self, process: AppProcess) -> None:
        """The process is gone."""
        self._shown.pop(process, None)
        self._spent.pop(process, None)

    def _translated(self, content: bytes) -> Path:
        assert self._translate is not None
        self._folder.mkdir(parents=True, exist_ok=True)
        file = self._folder / f"{hashlib.sha256(content).hexdigest()}.zip"
        try:
            file.write_bytes(_as_zip(content))
            return self._translate(file)
        finally:
            file.unlink(missing_ok=True)


def _as_zip(content: bytes) -> bytes:
    """A bare dex file becomes the classes.dex of an archive; anything else is the translator's to judge."""
    if not content.startswith(b"dex\n"):
        return content
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo("classes.dex"), content)
    return packed.getvalue()
