"""The libraries that do the work, and which versions of them are here."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

TOOLS = ("frida", "mitmproxy", "uiautomator2", "adbutils", "pytest", "pandas")


def installed(distribution: str) -> str:
    """Its version, "" where it is not installed."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""
