"""Reads a file of traffic of whichever kind it is."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from pathlib import Path

from harness.errors import UsageError
from harness.traffic.exchange import Exchange
from harness.traffic.har_file import GZIP, is_har
from harness.traffic.har_reader import read_har
from harness.traffic.limits import Limits
from harness.traffic.mitm_reader import is_mitm, read_mitm

_PACKED = {
    b"PK\x03\x04": "a ZIP archive",
    b"\x28\xb5\x2f\xfd": "packed with Zstandard",
    b"\xfd7zXZ": "packed with xz",
    b"BZh": "packed with bzip2",
}


def read_exchanges(path: Path, limits: Limits | None = None) -> Iterable[Exchange]:
    """Also of a file that gzip packed. Raises UsageError where the file is not there, of no kind that is known, or larger than
    the memory allows."""
    limits = limits or Limits()
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read.", str(error.strerror), "Name a HAR, or a file that mitmdump -w wrote."
        ) from error
    if not head:
        raise UsageError(f"{path} is empty.", "", "Name a HAR, or a file that mitmdump -w wrote.")
    packed = head.startswith(GZIP)
    begins = _unpacked(head) if packed else head
    if is_mitm(begins[:64]):
        return read_mitm(path, limits, packed=packed)
    if is_har(begins[:64]):
        return read_har(path, limits)
    if kind := next((name for mark, name in _PACKED.items() if head.startswith(mark)), ""):
        raise UsageError(f"{path} is {kind}.", "Only what gzip packed is unpacked here.", "Unpack it.")
    raise UsageError(
        f"{path} is neither a HAR nor a file of mitmproxy's.",
        f"It begins with {begins[:16]!r}{' once it is unpacked' if packed else ''}.",
        "Export the traffic as HAR 1.2, or with mitmdump -w.",
    )


def _unpacked(head: bytes) -> bytes:
    try:
        return zlib.decompressobj(31).decompress(head, 64)
    except zlib.error:
        return b""
