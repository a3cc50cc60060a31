"""An APK's resource table as aapt wrote it up to 2014: the head of a package without its last field, typeIdOffset."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

from harness.lab.apps.archive import pack

_TABLE, _POOL, _PACKAGE = 0x0002, 0x0001, 0x0200
_NEW, _OLD = 288, 284


def with_old_resources(apk: Path, target: Path) -> Path:
    """`apk` with its resources.arsc rewritten, unsigned."""
    with zipfile.ZipFile(apk) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files["resources.arsc"] = _older(files["resources.arsc"])
    target.write_bytes(pack(files))
    return target


def _older(table: bytes) -> bytes:
    kind, head, size = struct.unpack_from("<HHI", table)
    assert (kind, size) == (_TABLE, len(table))
    out = bytearray(table[:head])
    at = head
    packages = 0
    while at < size:
        kind, own, length = struct.unpack_from("<HHI", table, at)
        chunk = bytearray(table[at : at + length])
        if kind == _PACKAGE:
            packages += 1
            assert own == _NEW
            struct.pack_into("<HI", chunk, 2, _OLD, length - 4)
            for field in (268, 276):    # where the pools of types and keys begin
                struct.pack_into("<I", chunk, field, struct.unpack_from("<I", chunk, field)[0] - 4)
            del chunk[_OLD:_NEW]
        else:
            assert kind == _POOL
        out += chunk
        at += length
    assert packages == 1
    struct.pack_into("<I", out, 4, len(out))
    return bytes(out)
