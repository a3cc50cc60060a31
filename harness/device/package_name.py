"""What can be the name of an Android package."""

from __future__ import annotations

import re

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)+")
FORM = "A package's name is two or more words of ASCII letters, digits and _, joined by dots."


def is_package(text: str) -> bool:
    """Whether an app's package can be called that (PackageParser's rules, which ask for a dot in an app's name)."""
    return _NAME.fullmatch(text) is not None
