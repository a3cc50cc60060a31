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


# Groups of android.Manifest.permission_group, as a permission dialog names what it asks for.
PERMISSION_GROUPS: Mapping[str, tuple[str, str]] = {
    "ACTIVITY_RECOGNITION": ("健身运动权限", "physical activity permission"),
    "CALENDAR": ("日历权限", "calendar permission"),
    "CALL_LOG": ("通话记录权限", "call log permission"),
    "CAMERA": ("相机权限", "camera permission"),
    "CONTACTS": ("通讯录权限", "contacts permission"),
    "LOCATION": ("位置权限", "location permission"),
    "MICROPHONE": ("麦克风权限", "microphone permission"),
    "NEARBY_DEVICES": ("附近设备权限", "nearby devices permission"),
    "NOTIFICATIONS": ("通知权限", "notifications permission"),
    "PHONE": ("电话权限", "phone permission"),
    "READ_MEDIA_AURAL": ("音频权限", "music and audio permission"),
    "READ_MEDIA_VISUAL": ("照片和视频权限", "photos and videos permission"),
    "SENSORS": ("身体传感器权限", "body sensors permission"),
    "SMS": ("短信权限", "SMS permission"),
    "STORAGE": ("存储权限", "storage permission"),
}


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
    """The name of a kind or of a permission group for a reader; an id that is neither stays as it is."""
    group = kind.removeprefix("android.permission-group.")
    if group in PERMISSION_GROUPS:
        return PERMISSION_GROUPS[group][0 if language == "zh" else 1]
    known = kinds().get(kind)
    if known is None and kind.startswith("android.permission"):
        return kind.rpartition(".")[2]
    return kind if known is None else known.zh if language == "zh" else known.en


def judged() -> frozenset[str]:
    """Kinds whose reading before consent is judged."""
    return frozenset(kinds()) - READ_FREELY
