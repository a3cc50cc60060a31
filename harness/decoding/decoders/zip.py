"""A ZIP archive: its files."""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from collections.abc import Iterable

from harness.decoding.budget import Broken, Budget
from harness.decoding.decoder import Decoder
from harness.decoding.layer import Found, Layer
from harness.decoding.streams import LARGEST

_MOST_FILES = 200
_BAD = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, RuntimeError, OSError, EOFError, ValueError,
    OverflowError,
)  # fmt: skip


def find(layer: Layer, budget: Budget) -> Iterable[Found]:
    if layer.data[:4] != b"PK\x03\x04":
        return
    try:
        with zipfile.ZipFile(io.BytesIO(layer.data)) as archive:
            for entry in archive.infolist()[:_MOST_FILES]:
                budget.check_time()
                most = min(LARGEST, budget.room)
                with archive.open(entry) as file:
                    out = file.read(most + 1)
                if len(out) > most:
                    raise Broken(f"{entry.filename!r} grows beyond {most} bytes")
                if out:
                    yield Found(out, path=entry.filename)
            if len(archive.infolist()) > _MOST_FILES:
                raise Broken(f"it has {len(archive.infolist())} files; the first {_MOST_FILES} were looked at")
    except _BAD as bad:
        if isinstance(bad, Broken):
            raise
        raise Broken(f"damaged or locked: {bad}") from bad


decoder = Decoder(
    id="zip",
    title="ZIP archive",
    title_zh="ZIP 压缩包",
    of="binary",
    find=find,
    begins=(b"PK\x03\x04",),
    source="PKWARE APPNOTE.TXT",
    order=14,
    claims=True,
)
