"""Finds the files that travel with the code: hooks, lab, scenarios, reports, clauses.

In a checkout they lie beside the package, in an installed wheel inside it (`harness/_data`).
Both answer through `resource`, so that no other module knows which of the two it is.
"""

from __future__ import annotations

import os
import re
import sys
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_INSTALLED = _PACKAGE / "_data"
_CHECKOUT = _PACKAGE.parent

FOLDERS = ("hooks", "lab", "scenarios", "reports", "clauses")


def resource(*parts: str) -> Path:
    """The path of a shipped file or folder, e.g. `resource("hooks", "catalogue")`.

    The first part is one of `FOLDERS`. Raises FileNotFoundError where the file is not there.
    """
    if parts[0] not in FOLDERS:
        raise ValueError(f"{parts[0]!r} is none of {FOLDERS}")
    base = _INSTALLED if _INSTALLED.is_dir() else _CHECKOUT
    path = base.joinpath(*parts)
    if not path.exists():
        raise FileNotFoundError(path)
    return path


@cache
def framework_packages() -> frozenset[str]:
    """The packages that the Android framework has under `android` and `com.android`, of every level. A class of another
    package there is not the framework's, whatever it calls itself."""
    lines = resource("hooks", "framework-packages.txt").read_text("utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def cache_dir(*parts: str) -> Path:
    """A folder under the user's cache folder, made if need be.

    `HARNESS_CACHE` overrides it; else `XDG_CACHE_HOME`, else the platform's usual place.
    """
    named = os.environ.get("HARNESS_CACHE")
    if named:
        base = Path(named)
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches" / "privacy-harness"
    elif sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home())) / "privacy-harness" / "cache"
    else:
        xdg = os.environ.get("XDG_CACHE_HOME")
        base = (Path(xdg) if xdg else Path.home() / ".cache") / "privacy-harness"
    path = base.joinpath(*parts)
    path.mkdir(parents=True, exist_ok=True)
    return path


def as_file_name(text: str) -> str:
    """A device's serial, say, as a part of a file's name."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", text)


def state_dir(*parts: str) -> Path:
    """A folder for what must outlive a run (keys, running lab devices), made if need be."""
    named = os.environ.get("HARNESS_STATE")
    path = (Path(named) if named else _usual_state()).joinpath(*parts)
    path.mkdir(parents=True, exist_ok=True)
    return path


def lease_dir() -> Path:
    """Where it is kept who has which device; made if need be.

    Beside the state folder's usual place, whatever `HARNESS_STATE` says: two runs with different states must not take
    one device either. `HARNESS_LEASES` overrides it.
    """
    named = os.environ.get("HARNESS_LEASES")
    usual = _usual_state()
    path = Path(named) if named else usual.with_name(f"{usual.name}-leases")
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def _usual_state() -> Path:
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "privacy-harness"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "privacy-harness" / "state"
    xdg = os.environ.get("XDG_STATE_HOME")
    return (Path(xdg) if xdg else Path.home() / ".local" / "state") / "privacy-harness"
