"""Which recorded kinds are personal information whose reading is judged, and their names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import yaml

from harness.resources import resource

# Every app reads these of its own device to draw a page; reading them alone is no offence, and where they are
# sent with an identifier, the identifier shows it.
READ_FREELY = frozenset(
    {
        "device_model",
        "os_version",
        "device_info_other",
        "app_info",
        "network_type",
        "region",
        "permission_request",
        "user_content",
        "service_log",
        "crash_log",
        "system_property",
        "sensors",
    }
)


@dataclass(frozen=True)
class Kind:
    id: str
    zh: str
    en: str
    sensitive: bool


@cache
def kinds() -> Mapping[str, Kind]:
    """hooks/kinds.yaml, by id."""
    groups: dict[str, dict[str, dict[str, object]]] = yaml.safe_load(resource("hooks", "kinds.yaml").read_text("utf-8"))
    return {
        i: Kind(i, str(k["zh"]), str(k["en"]), bool(k.get("s", False)))
        for group in groups.values()
        for i, k in group.items()
    }


def name(kind: str, language: str = "en") -> str:
    """The kind's name for a reader; an id that the vocabulary lacks stays as it is."""
    known = kinds().get(kind)
    if known is None and kind.startswith("android.permission"):
        return kind.rpartition(".")[2]
    return kind if known is None else known.zh if language == "zh" else known.en


def judged() -> frozenset[str]:
    """Kinds whose reading before consent is judged."""
    return frozenset(kinds()) - READ_FREELY
