"""Permissions, their groups, and the kinds of personal information that each lets an app read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

PREFIX = "android.permission-group."

GROUPS: Mapping[str, tuple[str, ...]] = {
    "ACTIVITY_RECOGNITION": ("ACTIVITY_RECOGNITION",),
    "CALENDAR": ("READ_CALENDAR", "WRITE_CALENDAR"),
    "CALL_LOG": ("READ_CALL_LOG", "WRITE_CALL_LOG", "PROCESS_OUTGOING_CALLS"),
    "CAMERA": ("CAMERA",),
    "CONTACTS": ("READ_CONTACTS", "WRITE_CONTACTS", "GET_ACCOUNTS"),
    "LOCATION": ("ACCESS_FINE_LOCATION", "ACCESS_COARSE_LOCATION", "ACCESS_BACKGROUND_LOCATION"),
    "MICROPHONE": ("RECORD_AUDIO",),
    "NEARBY_DEVICES": ("BLUETOOTH_SCAN", "BLUETOOTH_CONNECT", "BLUETOOTH_ADVERTISE", "NEARBY_WIFI_DEVICES", "UWB_RANGING"),
    "NOTIFICATIONS": ("POST_NOTIFICATIONS",),
    "PHONE": ("READ_PHONE_STATE", "READ_PHONE_NUMBERS", "CALL_PHONE", "ANSWER_PHONE_CALLS", "ADD_VOICEMAIL", "USE_SIP"),
    "READ_MEDIA_AURAL": ("READ_MEDIA_AUDIO",),
    "READ_MEDIA_VISUAL": ("READ_MEDIA_IMAGES", "READ_MEDIA_VIDEO", "READ_MEDIA_VISUAL_USER_SELECTED", "ACCESS_MEDIA_LOCATION"),
    "SENSORS": ("BODY_SENSORS", "BODY_SENSORS_BACKGROUND"),
    "SMS": ("READ_SMS", "RECEIVE_SMS", "SEND_SMS", "RECEIVE_MMS", "RECEIVE_WAP_PUSH"),
    "STORAGE": ("READ_EXTERNAL_STORAGE", "WRITE_EXTERNAL_STORAGE"),
}
"""Groups of android.Manifest.permission_group, with the dangerous permissions in each."""

KINDS: Mapping[str, frozenset[str]] = {
    "ACTIVITY_RECOGNITION": frozenset({"health", "sensors"}),
    "CALENDAR": frozenset({"calendar"}),
    "CALL_LOG": frozenset({"call_log"}),
    "CAMERA": frozenset({"camera", "face"}),
    "CONTACTS": frozenset({"contacts", "account", "third_party_account"}),
    "LOCATION": frozenset(
        {"location_precise", "location_coarse", "location_unspecified", "track", "base_station", "wifi_scan", "ssid_bssid"}
    ),
    "MICROPHONE": frozenset({"microphone"}),
    "NEARBY_DEVICES": frozenset({"bluetooth", "bluetooth_mac", "wifi_scan"}),
    "NOTIFICATIONS": frozenset(),
    "PHONE": frozenset({"imei", "imsi", "iccid", "phone", "device_serial", "carrier", "base_station"}),
    "READ_MEDIA_AURAL": frozenset({"photos", "storage_files"}),
    "READ_MEDIA_VISUAL": frozenset({"photos", "storage_files"}),
    "SENSORS": frozenset({"health", "sensors"}),
    "SMS": frozenset({"sms"}),
    "STORAGE": frozenset({"photos", "storage_files"}),
}
"""What is read with a permission of the group: a call that gave one of these has used it."""

OWN: Mapping[str, frozenset[str]] = {
    **{group: KINDS[group] for group in ("CALENDAR", "CALL_LOG", "CAMERA", "MICROPHONE", "SMS")},
    "CONTACTS": frozenset({"contacts"}),
    "LOCATION": frozenset({"location_precise", "location_coarse", "location_unspecified", "track"}),
    "PHONE": frozenset({"imei", "imsi", "iccid", "phone", "device_serial"}),
    "READ_MEDIA_VISUAL": frozenset({"photos"}),
    "STORAGE": frozenset({"photos", "storage_files"}),
    "SENSORS": frozenset({"health"}),
    "ACTIVITY_RECOGNITION": frozenset({"health"}),
}
"""The kinds that a group is there for, without what may as well be read for another reason."""

UNSEEN = frozenset({"NOTIFICATIONS", "NEARBY_DEVICES", "READ_MEDIA_AURAL"})
"""Groups whose use shows in no kind that is read: that they were not used cannot be said."""

_OF = {permission: group for group, listed in GROUPS.items() for permission in listed}


def group_of(permission: str) -> str:
    """The group of a permission or of a group's name in any form: `location`, android.permission.CAMERA. "" where it is none."""
    name = permission.removeprefix(PREFIX).removeprefix("android.permission.").upper()
    return name if name in GROUPS else _OF.get(name, "")


def groups_of(permissions: Iterable[str]) -> frozenset[str]:
    return frozenset(group for one in permissions if (group := group_of(one)))


def kinds_of(groups: Iterable[str]) -> frozenset[str]:
    return frozenset(kind for group in groups for kind in KINDS.get(group, ()))
