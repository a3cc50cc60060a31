"""What a bundle's manifest lists, for those who show it; whether it is right is said by `harness.bundle.verify`."""

from __future__ import annotations

from harness.bundle import BundleReader
from harness.bundle.format import MANIFEST
from harness.bundle.signed import listed_files, read_canonical
from harness.bundle.source import Unreadable, read_whole


def listed(bundle: BundleReader) -> dict[str, tuple[int, str]]:
    """Path -> size in bytes and SHA-256; {} where there is no manifest, or none as the harness writes it."""
    if not bundle.source.has(MANIFEST):
        return {}
    try:
        return listed_files(read_canonical(read_whole(bundle.source, MANIFEST)).get("resources"))
    except (ValueError, Unreadable):    # NotSigned, or a number that JSON does not have
        return {}
