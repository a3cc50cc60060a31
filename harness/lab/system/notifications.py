"""Notifications and their channels, held for the apps (AOSP NotificationManagerService)."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from harness.lab.system.device_state import DeviceState
from harness.lab.system.identity import AppIdentity, Caller
from harness.lab.system.logs import LogBuffer
from harness.lab.system.packages import Packages
from harness.lab.system.permission_table import POST_NOTIFICATIONS
from harness.lab.system.permissions import Permissions

ONGOING, AUTO_CANCEL, NO_CLEAR, FOREGROUND_SERVICE, GROUP_SUMMARY = 0x2, 0x10, 0x20, 0x40, 0x200
"""Notification.FLAG_*"""
IMPORTANCE_NONE, IMPORTANCE_DEFAULT = 0, 3
_SHELL = AppIdentity("com.android.shell", 2000)
_SHELL_ID, SHELL_CHANNEL = 2020, "shellcmd"  # NotificationShellCmd.NOTIFICATION_ID, CHANNEL_ID
_MOST = 50  # NotificationManagerService.MAX_PACKAGE_NOTIFICATIONS
_MOST_CHANNELS = 5000  # NOTIFICATION_CHANNEL_COUNT_LIMIT
_MAX_ID = 1000  # characters of a channel's or group's id: NotificationChannel.MAX_TEXT_LENGTH
_MAX_TEXT = 5 * 1024  # Notification.safeCharSequence
_MAX_PARCEL = 200_000
_TEXTS = ("title", "text", "big_text", "sub_text", "ticker", "channel", "group", "category")
_INTENTS = ("content", "delete", "full_screen")


@dataclass(frozen=True)
class Action:
    """A button. `intent`: a pending intent's number, "" for none."""

    title: str
    intent: str


@dataclass(frozen=True)
class Notification:
    """What is shown. `content`, `delete`, `full_screen`: numbers of pending intents, "" for none. Texts "" where unset."""

    owner: AppIdentity
    id: int
    tag: str | None
    flags: int
    priority: int
    importance: int
    when_ms: int
    posted_ms: int
    title: str = ""
    text: str = ""
    big_text: str = ""
    sub_text: str = ""
    ticker: str = ""
    channel: str = ""
    group: str = ""
    category: str = ""
    lines: tuple[str, ...] = ()
    content: str = ""
    delete: str = ""
    full_screen: str = ""
    actions: tuple[Action, ...] = ()

    @property
    def key(self) -> str:
        """As StatusBarNotification.getKey."""
        return f"0|{self.owner.package}|{self.id}|{self.tag or 'null'}|{self.owner.uid}"

    @property
    def clearable(self) -> bool:
        """By "clear all"."""
        return not self.flags & (ONGOING | NO_CLEAR)

    @property
    def body(self) -> str:
        """What stands below the title when it is expanded, as the shade shows it."""
        return "\n".join(self.lines) or self.big_text or self.text


class Notifications:
    """All of the device. `changed` is called after what is shown may have changed. Channels are kept on disk."""

    def __init__(
        self,
        packages: Packages,
        permissions: Permissions,
        logs: LogBuffer,
        state: DeviceState,
        now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._packages = packages
        self._permissions = permissions
        self._logs = logs
        self._state = state
        self._now_ms = now_ms
        self._shown: dict[str, Notification] = {}
        kept = state.load()
        self._channels: dict[str, dict[str, dict[str, Any]]] = kept.get("channels", {})
        self._groups: dict[str, dict[str, dict[str, Any]]] = kept.get("groups", {})
        self.changed: Callable[[], None] = lambda: None

    def all(self) -> list[Notification]:
        """As the shade has them: by importance, the latest first."""
        return sorted(self._shown.values(), key=lambda one: (one.importance, one.posted_ms), reverse=True)

    def of(self, package: str) -> list[Notification]:
        return [one for one in self.all() if one.owner.package == package]

    def find(self, key: str) -> Notification | None:
        return self._shown.get(key)

    def enabled(self, package: str) -> bool:
        """Whether the app may show any: POST_NOTIFICATIONS, which apps that target less than 33 have without asking."""
        if self._permissions.is_granted(package, POST_NOTIFICATIONS):
            return True
        grant = self._permissions.of(package).runtime.get(POST_NOTIFICATIONS)
        legacy = self._packages.get(package).facts.target_sdk < 33
        return legacy and (grant is None or not grant.user_set)

    # --- showing

    def post(self, owner: Caller, number: int, tag: str | None, fields: Mapping[str, Any], more_flags: int = 0) -> bool:
        """Shows it or changes what is shown under that id and tag; False where it is dropped, which is logged.

        Raises ValueError for what is malformed.
        """
        channel, importance = self._importance(owner.package, fields)
        made = _read(owner, number, tag, fields, importance, self._now_ms(), more_flags)
        why = ""
        if not self.enabled(owner.package):
            why = f"Suppressing notification from package {owner.package} by user request."
        elif not channel:
            why = (
                f"No Channel found for pkg={owner.package}, channelId={made.channel or 'null'}, id={number}, "
                f"tag={tag}, opPkg={owner.package}, callingUid={owner.uid}, userId=0"
            )
        elif importance == IMPORTANCE_NONE:
            why = f"Suppressing notification from package {owner.package} by user request."
        elif made.key not in self._shown and len(self.of(owner.package)) >= _MOST:
            why = f"Package has already posted or enqueued {_MOST} notifications.  Not showing more.  package={owner.package}"
        if why:
            self._logs.system("NotificationService", why, priority="E")
            return False
        self._shown[made.key] = made
        self._logs.system("NotificationService", f"posted {made.key}", priority="D")
        self.changed()
        return True

    def post_as_shell(self, tag: str, title: str, text: str, big_text: str = "") -> None:
        """`cmd notification post`."""
        now = self._now_ms()
        made = Notification(
            _SHELL, _SHELL_ID, tag, 0, 0, IMPORTANCE_DEFAULT, now, now, title=title, text=text, big_text=big_text,
            channel=SHELL_CHANNEL,
        )  # fmt: skip
        self.show(made)

    def show(self, made: Notification) -> None:
        """One of the system's own."""
        self._shown[made.key] = made
        self._logs.system("NotificationService", f"posted {made.key}", priority="D")
        self.changed()

    def _importance(self, package: str, fields: Mapping[str, Any]) -> tuple[bool, int]:
        """Whether its channel exists, and how important it is. Apps that target less than 26 have one without asking."""
        channel = self._channels.get(package, {}).get(str(fields.get("channel") or ""))
        if channel is not None:
            return True, int(channel["importance"])
        legacy = self._packages.get(package).facts.target_sdk < 26
        return legacy, max(1, min(5, IMPORTANCE_DEFAULT + int(fields.get("priority") or 0)))

    def cancel(self, package: str, number: int, tag: str | None, *, by_app: bool = True) -> Notification | None:
        """What was shown; an app cannot take away that of its running foreground service."""
        for key, one in list(self._shown.items()):
            if (one.owner.package, one.id, one.tag) == (package, number, tag):
                if by_app and one.flags & FOREGROUND_SERVICE:
                    return None
                del self._shown[key]
                self.changed()
                return one
        return None

    def remove(self, key: str) -> Notification | None:
        """The user's doing."""
        one = self._shown.pop(key, None)
        if one is not None:
            self.changed()
        return one

    def cancel_all(self, package: str, *, by_app: bool = True) -> None:
        """NotificationManager.cancelAll; force-stop and uninstall with `by_app` false."""
        for one in self.of(package):
            if not by_app or not one.flags & FOREGROUND_SERVICE:
                del self._shown[one.key]
        self.changed()

    # --- channels

    def channels(self, package: str) -> dict[str, dict[str, Any]]:
        """id -> {name, importance, group, parcel}"""
        return self._channels.get(package, {})

    def groups(self, package: str) -> dict[str, dict[str, Any]]:
        """id -> {parcel}"""
        return self._groups.get(package, {})

    def create_channel(self, package: str, channel: str, fields: Mapping[str, Any]) -> None:
        """One that exists keeps its importance, unless the app lowers it. Raises ValueError."""
        _check_id(channel)
        known = self._channels.setdefault(package, {})
        importance = int(fields["importance"])
        before = known.get(channel)
        if before is not None:
            importance = min(importance, int(before["importance"]))
        elif len(known) >= _MOST_CHANNELS:
            raise ValueError(f"Limit exceed; cannot create more channels: {package}")
        made = {
            "name": str(fields.get("name") or "")[:_MAX_TEXT], "importance": importance,
            "group": fields.get("group") if isinstance(fields.get("group"), str) else None, "parcel": _parcel(fields),
        }  # fmt: skip
        if made != before:  # apps create all of theirs at each start
            known[channel] = made
            self._store()

    def delete_channel(self, package: str, channel: str) -> None:
        """With what is shown of it."""
        if self._channels.get(package, {}).pop(channel, None) is not None:
            for one in self.of(package):
                if one.channel == channel:
                    del self._shown[one.key]
            self._store()
            self.changed()

    def create_group(self, package: str, group: str, fields: Mapping[str, Any]) -> None:
        """Raises ValueError."""
        _check_id(group)
        known, made = self._groups.setdefault(package, {}), {"parcel": _parcel(fields)}
        if group not in known and len(known) >= _MOST_CHANNELS:
            raise ValueError(f"Limit exceed; cannot create more groups: {package}")
        if known.get(group) != made:
            known[group] = made
            self._store()

    def delete_group(self, package: str, group: str) -> None:
        """With its channels."""
        self._groups.get(package, {}).pop(group, None)
        for name, one in list(self.channels(package).items()):
            if one["group"] == group:
                self.delete_channel(package, name)
        self._store()

    def forget(self, package: str) -> None:
        """Uninstalled, or its data cleared: channels go too."""
        self.cancel_all(package, by_app=False)
        gone = (self._channels.pop(package, None), self._groups.pop(package, None))
        if gone != (None, None):
            self._store()

    def _store(self) -> None:
        self._state.store({"channels": self._channels, "groups": self._groups})


def _check_id(written: str) -> None:
    if len(written) > _MAX_ID:
        raise ValueError("the id of a channel or group is too long")


def _parcel(fields: Mapping[str, Any]) -> str:
    parcel = fields["parcel"]
    if not isinstance(parcel, str) or len(parcel) > _MAX_PARCEL:
        raise ValueError("a parcel is no text, or too long")
    return parcel


def _read(
    owner: Caller, number: int, tag: str | None, fields: Mapping[str, Any], importance: int, now_ms: int, more_flags: int
) -> Notification:
    """From the protocol's fields (lab.device.system.Notifications)."""
    actions = fields.get("actions") or []
    lines = fields.get("lines") or []
    if not isinstance(actions, list) or not isinstance(lines, list):
        raise ValueError("actions or lines is no list")
    texts = {name: str(fields.get(name) or "")[:_MAX_TEXT] for name in _TEXTS}
    intents = {name: str(fields.get(name) or "") for name in _INTENTS}
    return Notification(
        AppIdentity(owner.package, owner.uid),
        number,
        tag,
        int(fields.get("flags") or 0) | more_flags,
        int(fields.get("priority") or 0),
        importance,
        int(fields.get("when_ms") or now_ms),
        now_ms,
        lines=tuple(str(one)[:_MAX_TEXT] for one in lines[:6]),
        actions=tuple(Action(str(one["title"])[:_MAX_TEXT], str(one.get("intent") or "")) for one in actions[:3]),
        **texts,
        **intents,
    )
