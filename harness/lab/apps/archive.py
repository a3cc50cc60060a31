"""Packs files into an APK's ZIP: the same bytes for the same files, stored entries on 4-byte bounds."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping

_DATE = (1981, 1, 1, 1, 1, 2)
_ALIGNMENT = 4
_ALIGNMENT_FIELD = 0xD935  # the extra field zipalign uses: alignment, then zeros
_LOCAL_HEADER_SIZE = 30
# Android maps these in place, and refuses a compressed resources.arsc from targetSdk 30 on.
_STORED = (".arsc", ".png", ".jpg", ".webp", ".ogg", ".so")


def _padding(offset: int, name: str) -> bytes:
    """An extra field after which an entry's data, whose header is at `offset`, is aligned."""
    data_at = offset + _LOCAL_HEADER_SIZE + len(name.encode()) + 6
    return struct.pack("<HHH", _ALIGNMENT_FIELD, 2 + -data_at % _ALIGNMENT, _ALIGNMENT) + bytes(-data_at % _ALIGNMENT)


def pack(files: Mapping[str, bytes]) -> bytes:
    """A ZIP of `files` (name -> content), in the order given."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _DATE)
            entry.external_attr = 0o644 << 16
            entry.create_system = 3
            if name.endswith(_STORED):
                entry.compress_type = zipfile.ZIP_STORED
                entry.extra = _padding(out.tell(), name)
            else:
                entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content, compresslevel=6)
    return out.getvalue()
