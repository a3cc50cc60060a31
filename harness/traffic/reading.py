"""Reads a file of traffic of whichever kind it is."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from harness.errors import UsageError
from harness.traffic.exchange import Exchange
from harness.traffic.har_reader import is_har, read_har
from harness.traffic.mitm_reader import is_mitm, read_mitm


def read_exchanges(path: Path) -> Iterable[Exchange]:
    """Raises UsageError where the file is not there, or of no kind that is known."""
    try:
        with path.open("rb") as file:
            head = file.read(64)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read.", str(error.strerror), "Name a HAR, or a file that mitmdump -w wrote."
        ) from error
    if not head:
        raise UsageError(f"{path} is empty.", "", "Name a HAR, or a file that mitmdump -w wrote.")
    if is_mitm(head):
        return read_mitm(path)
    if is_har(head) or head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return read_har(path)
    raise UsageError(
        f"{path} is neither a HAR nor a file of mitmproxy's.",
        f"It begins with {head[:16]!r}.",
        "Export the traffic as HAR 1.2, or with mitmdump -w.",
    )
