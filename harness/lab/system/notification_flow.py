"""The shade on the screen: opened, kept up to date, and what a touch does to a notification."""

from __future__ import annotations

from harness.lab.system.notifications import AUTO_CANCEL, FOREGROUND_SERVICE, Notifications
from harness.lab.system.packages import Packages
from harness.lab.system.pending_intents import ACTIVITY, PendingIntents
from harness.lab.system.processes import Processes
from harness.lab.ui.screen import Screen
from harness.lab.ui.shade import Shade, ShadeActions
from harness.lab.ui.strings import Texts


class NotificationFlow:
    """At most one shade is open."""

    def __init__(
        self,
        notifications: Notifications,
        pending: PendingIntents,
        packages: Packages,
        processes: Processes,
        screen: Screen,
        texts: Texts,
    ) -> None:
        self._notifications = notifications
        self._pending = pending
        self._packages = packages
        self._processes = processes
        self._screen = screen
        self._texts = texts
        screen.open_shade = self.open

    @property
    def shade(self) -> Shade | None:
        """The one that is open."""
        return next((one for one in self._screen.all_system_windows if isinstance(one, Shade)), None)

    def open(self) -> None:
        """`cmd statusbar expand-notifications`, or a swipe from the top."""
        if self.shade is None:
            self._show(0)

    def close(self) -> None:
        """No fault if it is closed."""
        shade = self.shade
        if shade is not None:
            self._screen.close(shade)

    def _show(self, first: int) -> None:
        async def close() -> None:
            self.close()

        entries = [(self._label(one.owner.package), one) for one in self._notifications.all()]
        actions = ShadeActions(self._open, self._act, self.dismiss, self.clear_all, close)
        shade = Shade(self._screen.look, self._texts, entries, actions, first)
        shade.moved = self.refresh
        self._screen.show(shade)

    def refresh(self) -> None:
        """What is shown has changed."""
        shade = self.shade
        if shade is not None:
            self._screen.close(shade)
            self._show(shade.first)

    def _label(self, package: str) -> str:
        found = self._packages.find(package)
        return found.facts.label if found else package

    async def _open(self, key: str) -> None:
        one = self._notifications.find(key)
        if one is None:
            return
        self.close()
        self._send(one.content)
        if one.flags & AUTO_CANCEL and not one.flags & FOREGROUND_SERVICE:
            self._notifications.remove(key)

    async def _act(self, key: str, place: int) -> None:
        one = self._notifications.find(key)
        if one is None or place >= len(one.actions):
            return
        pending = self._pending.find(one.actions[place].intent)
        if pending is not None and pending.kind == ACTIVITY:
            self.close()
        self._send(one.actions[place].intent)

    async def dismiss(self, key: str) -> None:
        """Swiped away; one of a foreground service too, since Android 14, and the service goes on."""
        one = self._notifications.remove(key)
        if one is not None:
            self._send(one.delete)

    async def clear_all(self) -> None:
        """What can be cleared goes, and the shade with it."""
        for one in self._notifications.all():
            if one.clearable:
                await self.dismiss(one.key)
        self.close()

    def _send(self, number: str) -> None:
        """The user's touch: it may start anything."""
        pending = self._pending.find(number)
        if pending is not None:
            self._processes.run(self._pending.send(pending, allowed=True), f"a notification of {pending.owner.package}")
