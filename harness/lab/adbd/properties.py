"""System properties: `getprop`, `setprop`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

VALUE_MAX = 92  # PROP_VALUE_MAX of bionic's sys/system_properties.h; longer values only for ro.*


class PropertyRefused(Exception):
    """The property may not be set so; the text is setprop's."""


class Properties:
    """Name -> value. A `ro.` property is written once, at boot."""

    def __init__(self, initial: Mapping[str, str]) -> None:
        self._values = dict(initial)

    def get(self, name: str, default: str = "") -> str:
        return self._values.get(name, default)

    def items(self) -> Iterator[tuple[str, str]]:
        """Sorted by name."""
        return iter(sorted(self._values.items()))

    def set(self, name: str, value: str) -> None:
        """Raises PropertyRefused."""
        if name.startswith("ro.") and self._values.get(name):
            raise PropertyRefused(f"Failed to set property '{name}' to '{value}'.\nSee dmesg for error reason.")
        if not name or name.startswith(".") or name.endswith(".") or ".." in name:
            raise PropertyRefused(f"'{name}' is not a valid property name")
        if len(value.encode()) >= VALUE_MAX and not name.startswith("ro."):
            raise PropertyRefused(f"Value '{value}' is too long")
        self._values[name] = value
