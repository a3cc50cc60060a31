"""The platform's permissions: protection levels, groups, and which permission was split into which.

Levels: the manifest of Android 15's framework-res (lab/platform/permissions.json). Groups and one-time
groups: packages/modules/Permission, PermissionMapping.kt. Split permissions: frameworks/base
data/etc/platform.xml.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from harness.resources import resource

LOCATION, CAMERA, MICROPHONE = "LOCATION", "CAMERA", "MICROPHONE"
STORAGE, MEDIA_VISUAL, MEDIA_AURAL = "STORAGE", "READ_MEDIA_VISUAL", "READ_MEDIA_AURAL"
NOTIFICATIONS = "NOTIFICATIONS"
FINE = "android.permission.ACCESS_FINE_LOCATION"
COARSE = "android.permission.ACCESS_COARSE_LOCATION"
BACKGROUND_LOCATION = "android.permission.ACCESS_BACKGROUND_LOCATION"
USER_SELECTED = "android.permission.READ_MEDIA_VISUAL_USER_SELECTED"
POST_NOTIFICATIONS = "android.permission.POST_NOTIFICATIONS"
ACCESS_MEDIA_LOCATION = "android.permission.ACCESS_MEDIA_LOCATION"

STORAGE_SUPERGROUP = (STORAGE, MEDIA_VISUAL, MEDIA_AURAL)
ONE_TIME_GROUPS = frozenset((LOCATION, CAMERA, MICROPHONE))
BACKGROUND = {
    FINE: BACKGROUND_LOCATION,
    COARSE: BACKGROUND_LOCATION,
    "android.permission.BODY_SENSORS": "android.permission.BODY_SENSORS_BACKGROUND",
}
BACKGROUND_PERMISSIONS = frozenset(BACKGROUND.values())

_GROUPS = {
    "CONTACTS": "READ_CONTACTS WRITE_CONTACTS GET_ACCOUNTS",
    "CALENDAR": "READ_CALENDAR WRITE_CALENDAR",
    "SMS": "SEND_SMS RECEIVE_SMS READ_SMS RECEIVE_MMS RECEIVE_WAP_PUSH READ_CELL_BROADCASTS",
    STORAGE: "READ_EXTERNAL_STORAGE WRITE_EXTERNAL_STORAGE",
    MEDIA_AURAL: "READ_MEDIA_AUDIO",
    MEDIA_VISUAL: "READ_MEDIA_IMAGES READ_MEDIA_VIDEO ACCESS_MEDIA_LOCATION READ_MEDIA_VISUAL_USER_SELECTED",
    LOCATION: "ACCESS_FINE_LOCATION ACCESS_COARSE_LOCATION ACCESS_BACKGROUND_LOCATION",
    "NEARBY_DEVICES": "BLUETOOTH_ADVERTISE BLUETOOTH_CONNECT BLUETOOTH_SCAN UWB_RANGING NEARBY_WIFI_DEVICES",
    "CALL_LOG": "READ_CALL_LOG WRITE_CALL_LOG PROCESS_OUTGOING_CALLS",
    "PHONE": "READ_PHONE_STATE READ_PHONE_NUMBERS CALL_PHONE USE_SIP ANSWER_PHONE_CALLS ACCEPT_HANDOVER",
    MICROPHONE: "RECORD_AUDIO",
    "ACTIVITY_RECOGNITION": "ACTIVITY_RECOGNITION",
    CAMERA: "CAMERA",
    "SENSORS": "BODY_SENSORS BODY_SENSORS_BACKGROUND",
    NOTIFICATIONS: "POST_NOTIFICATIONS",
}

# (permission, what it brings along, for apps that target less than)
SPLITS: tuple[tuple[str, tuple[str, ...], int], ...] = (
    ("WRITE_EXTERNAL_STORAGE", ("READ_EXTERNAL_STORAGE",), 10001),
    ("READ_CONTACTS", ("READ_CALL_LOG",), 16),
    ("WRITE_CONTACTS", ("WRITE_CALL_LOG",), 16),
    ("ACCESS_FINE_LOCATION", ("ACCESS_COARSE_LOCATION",), 10001),
    ("ACCESS_FINE_LOCATION", ("ACCESS_BACKGROUND_LOCATION",), 29),
    ("ACCESS_COARSE_LOCATION", ("ACCESS_BACKGROUND_LOCATION",), 29),
    ("READ_EXTERNAL_STORAGE", ("ACCESS_MEDIA_LOCATION",), 29),
    ("READ_EXTERNAL_STORAGE", ("READ_MEDIA_AUDIO", "READ_MEDIA_VIDEO", "READ_MEDIA_IMAGES"), 33),
    ("READ_MEDIA_IMAGES", ("READ_MEDIA_VISUAL_USER_SELECTED",), 10001),
    ("READ_MEDIA_VIDEO", ("READ_MEDIA_VISUAL_USER_SELECTED",), 10001),
    ("BLUETOOTH", ("BLUETOOTH_SCAN", "BLUETOOTH_CONNECT", "BLUETOOTH_ADVERTISE"), 31),
    ("BLUETOOTH_ADMIN", ("BLUETOOTH_SCAN", "BLUETOOTH_CONNECT", "BLUETOOTH_ADVERTISE"), 31),
    ("BODY_SENSORS", ("BODY_SENSORS_BACKGROUND",), 33),
)


@dataclass(frozen=True)
class PermissionTable:
    """Level and group of each known permission. `declared` are those of installed apps."""

    levels: Mapping[str, str]
    groups: Mapping[str, str] = field(default_factory=dict)

    def is_runtime(self, permission: str) -> bool:
        """Protection level dangerous: the user is asked."""
        return self.levels.get(permission, "").startswith("dangerous")

    def granted_at_install(self, permission: str) -> bool:
        """Protection level normal. Signature permissions of the platform are never granted to an app here."""
        return self.levels.get(permission, "").startswith("normal")

    def is_development(self, permission: str) -> bool:
        """Protection flag development: not given with the package, but `pm grant` may give it for good."""
        return "development" in self.levels.get(permission, "").split("|")[1:]

    def group(self, permission: str) -> str:
        """The group's short name ("LOCATION"); a permission without group is a group of its own."""
        return self.groups.get(permission, permission)

    def members(self, group: str) -> list[str]:
        """All permissions of the group."""
        return [name for name, one in self.groups.items() if one == group]


def split_from(permission: str, target_sdk: int) -> list[str]:
    """What a request for `permission` by an app of that level means besides it."""
    added: list[str] = []
    for name, new, below in SPLITS:
        if f"android.permission.{name}" == permission and target_sdk < below:
            added.extend(f"android.permission.{one}" for one in new)
    return added


@cache
def platform_table() -> PermissionTable:
    """The platform's own permissions, Android 15."""
    levels = json.loads(resource("lab", "platform", "permissions.json").read_text(encoding="utf-8"))
    groups = {f"android.permission.{name}": group for group, names in _GROUPS.items() for name in names.split()}
    groups["com.android.voicemail.permission.ADD_VOICEMAIL"] = "PHONE"
    return PermissionTable(levels, groups)
