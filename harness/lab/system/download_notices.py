"""What the user and the app see of a download: notifications (AOSP DownloadNotifier), observers, ACTION_DOWNLOAD_COMPLETE."""

from __future__ import annotations

import time

from harness.lab.system.content_observers import ContentObservers
from harness.lab.system.downloads import HIDDEN, PENDING, PROVIDER, RUNNING, WAITING, Download
from harness.lab.system.identity import AppIdentity
from harness.lab.system.intents import Intent
from harness.lab.system.notifications import AUTO_CANCEL, ONGOING, Notification, Notifications
from harness.lab.system.pending_intents import ACTIVITY, BROADCAST, PendingIntents
from harness.lab.system.system_broadcasts import SystemBroadcasts
from harness.lab.ui.strings import Texts

_PROVIDER = AppIdentity(PROVIDER, 10_041)
_IMMUTABLE = 1 << 26
_ONLY_WHILE_RUNNING, _ALSO_AFTER, _ONLY_AFTER = 0, 1, 3  # Request.VISIBILITY_*
CLICKED = "android.intent.action.DOWNLOAD_NOTIFICATION_CLICKED"


class DownloadNotices:
    """One notification for each download, under its number."""

    def __init__(
        self, notifications: Notifications, pending: PendingIntents, broadcasts: SystemBroadcasts, texts: Texts,
        observers: ContentObservers,
    ) -> None:  # fmt: skip
        self._notifications = notifications
        self._pending = pending
        self._broadcasts = broadcasts
        self._texts = texts
        self._observers = observers

    def completed(self, one: Download) -> None:
        self._broadcasts.download_complete(one.package, one.id)

    def changed(self, one: Download, gone: bool) -> None:
        """Shows what is to be shown of it now, and tells who observes it."""
        uris = [f"content://downloads/{kind}/{one.id}" for kind in ("my_downloads", "all_downloads")]
        self._observers.changed(uris, one.package)
        running = one.status == RUNNING or (one.status in WAITING and one.status != PENDING)
        shown = one.visibility in ((_ONLY_WHILE_RUNNING, _ALSO_AFTER) if running else (_ALSO_AFTER, _ONLY_AFTER))
        if gone or one.visibility == HIDDEN or not shown or not (running or one.completed):
            self._notifications.cancel(PROVIDER, one.id, None, by_app=False)
            return
        now = time.time_ns() // 1_000_000
        text = "download_running" if running else "download_complete" if one.status == 200 else "download_unsuccessful"
        before = self._notifications.find(f"0|{PROVIDER}|{one.id}|null|{_PROVIDER.uid}")
        made = Notification(
            _PROVIDER, one.id, None, ONGOING if running else AUTO_CANCEL, 0, 2 if running else 3, now, now,
            title=one.title or self._texts("download_unknown_title"), text=self._texts(text),
            channel="active" if running else "complete", content=self._touched(one, running),
        )  # fmt: skip
        if before is None or (before.title, before.text) != (made.title, made.text):
            self._notifications.show(made)

    def _touched(self, one: Download, running: bool) -> str:
        """The app hears of a touch while it runs; afterwards the file is opened."""
        owner = AppIdentity(one.package, one.uid)
        if running:
            extras = {"extra_click_download_ids": {"longs": [one.id]}}
            intent, kind = Intent(action=CLICKED, package=one.package, extras=extras), BROADCAST
        else:
            data = f"content://downloads/all_downloads/{one.id}"
            intent, kind = Intent(action="android.intent.action.VIEW", data=data, type=one.mimetype, flags=0x10000001), ACTIVITY
        try:
            found = self._pending.get(owner, kind, one.id, [intent], _IMMUTABLE)
        except ValueError:  # the app has as many as one may have: a touch does nothing
            return ""
        return found.id if found else ""
