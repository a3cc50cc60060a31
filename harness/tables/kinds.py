"""The ids of hooks/kinds.yaml: the kinds of personal information that there are names for."""

from __future__ import annotations

from functools import cache

import yaml

from harness.resources import resource


@cache
def known_kinds() -> frozenset[str]:
    groups: dict[str, dict[str, object]] = yaml.safe_load(resource("hooks", "kinds.yaml").read_text("utf-8"))
    return frozenset(kind for group in groups.values() for kind in group)
