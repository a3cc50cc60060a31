"""dex -> class files: the app's code as the lab's JVM reads it, once for each APK."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from enjarify.main import enjarify

from harness.resources import cache_dir

_TRANSLATOR_VERSION = "interim"


def translate(apk: Path, *, progress: Callable[[str], None] | None = None) -> Path:
    """The jar of the APK's classes, cached by the APK's SHA-256 and the translator's version."""
    digest = hashlib.sha256(apk.read_bytes()).hexdigest()
    jar = cache_dir("translated", _TRANSLATOR_VERSION) / f"{digest}.jar"
    if not jar.is_file():
        if progress:
            progress(f"translating {apk.name}")
        part = jar.with_suffix(".part")
        enjarify(apk, part, overwrite=True)
        part.replace(jar)
    return jar
