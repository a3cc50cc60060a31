"""The ids of hooks/kinds.yaml: the kinds of personal information that there are names for."""

from __future__ import annotations

from functools import cache

import yaml

from harness.resources import resource


@cache
def _groups() -> dict[str, dict[str, dict[str, object]]]:
    groups: dict[str, dict[str, dict[str, object]]] = yaml.safe_load(resource("hooks", "kinds.yaml").read_text("utf-8"))
    return groups


@cache
def known_kinds() -> frozenset[str]:
    return frozenset(kind for group in _groups().values() for kind in group)


@cache
def sensitive_kinds() -> frozenset[str]:
    """Sensitive personal information (PIPL art. 28, GB/T 35273-2020 annex B)."""
    return frozenset(kind for group in _groups().values() for kind, about in group.items() if about.get("s"))
