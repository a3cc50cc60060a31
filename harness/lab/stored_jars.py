"""The jars of an app process without compression and without signatures, made once from the pinned ones.

An app process reads some 5,000 classes and a resource table of 15 MB when it starts. Inflating them,
and checking each class of a signed jar against its digest in a manifest of 0.9 MB, is the same work at each
start. It is done once here, after `ArtefactStore` has checked the jar as a whole.
"""

from __future__ import annotations

import os
import re
import zipfile
from pathlib import Path

from harness.lab.artefacts import exclusive
from harness.resources import cache_dir

_FORM = "stored-1"
"""Another name whenever what is written changes, so that no older jar is taken for it."""

_MANIFEST = "META-INF/MANIFEST.MF"
_SIGNATURE = re.compile(r"META-INF/[^/]+\.(SF|RSA|DSA|EC)")
_UNPACKED = "native/"
"""Android's graphics libraries for all systems: an app process loads the one in the folder of natives."""

_EPOCH = (1980, 1, 1, 0, 0, 0)


def stored(jar: Path) -> Path:
    """The stored form of `jar`, under the same name. Its file name must carry its version."""
    target = cache_dir("lab", "jars") / _FORM / jar.name
    if target.is_file():
        return target
    with exclusive(target.parent.with_name(f"{_FORM}.lock")):
        if not target.is_file():
            target.parent.mkdir(exist_ok=True)
            part = target.with_name(f"{target.name}.{os.getpid()}.part")
            try:
                _write(jar, part)
                part.chmod(0o644)
                part.replace(target)
            finally:
                part.unlink(missing_ok=True)
    return target


def _write(jar: Path, part: Path) -> None:
    with zipfile.ZipFile(jar) as source, zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as copy:
        entries = {entry.filename: entry for entry in source.infolist()}
        signed = any(_SIGNATURE.fullmatch(name) for name in entries)
        for name, entry in entries.items():
            if entry.is_dir() or name.startswith(_UNPACKED) or (signed and _SIGNATURE.fullmatch(name)):
                continue
            content = source.read(entry)
            if signed and name == _MANIFEST:
                content = re.split(rb"\r?\n\r?\n", content, maxsplit=1)[0] + b"\r\n\r\n"
            copy.writestr(zipfile.ZipInfo(name, _EPOCH), content)
