"""Markers that say which device a test wants: it is skipped, with the reason, on any other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from harness.errors import UsageError


def skip_on_wrong_device(item: pytest.Item, device: Mapping[str, Any]) -> None:
    """`device`: the facts of the device. Skips, or raises UsageError for a marker that cannot be what was meant."""
    kind = str(device.get("kind", ""))
    for marker in item.iter_markers("only_device"):
        if kind not in marker.args:
            pytest.skip(f"only for devices of kind {', '.join(map(str, marker.args))}; this one is {kind}")
    for marker in item.iter_markers("skip_device"):
        if kind in marker.args:
            pytest.skip(f"not for devices of kind {kind}")
    for marker in item.iter_markers("requires_device"):
        if (why := _lacks(marker, device)) is not None:
            pytest.skip(f"needs a device {why}")


def _lacks(marker: pytest.Mark, device: Mapping[str, Any]) -> str | None:
    unknown = sorted(set(marker.kwargs) - {"kind", "sdk", "root"})
    if unknown or marker.args:
        raise UsageError(f"requires_device does not know {', '.join(unknown or map(repr, marker.args))}.", "",
                         "Known: kind=\"phone\" (or a tuple of kinds), sdk=30 (or newer), root=True.")
    kind, sdk, root = (marker.kwargs.get(name) for name in ("kind", "sdk", "root"))
    if kind is not None:
        kinds = (kind,) if isinstance(kind, str) else tuple(kind)
        if device.get("kind") not in kinds:
            return f"of kind {' or '.join(kinds)}; this one is {device.get('kind')}"
    if sdk is not None and int(device.get("sdk") or 0) < int(sdk):
        return f"with API level {sdk} or newer; this one has {device.get('sdk') or 'none that is known'}"
    if root is not None and bool(device.get("root")) is not bool(root):
        return "with root; this one gives none" if root else "without root; this one gives it"
    return None
