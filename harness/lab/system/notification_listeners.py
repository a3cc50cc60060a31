"""Apps that the user lets read all notifications: bound while they may, and told of each (AOSP ManagedServices)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from harness.lab.appprocess import AppProcessError, ProcessGone
from harness.lab.system.components import Components
from harness.lab.system.facts import Component
from harness.lab.system.intents import full_class
from harness.lab.system.logs import LogBuffer
from harness.lab.system.notifications import Notification, Notifications
from harness.lab.system.packages import Package, Packages
from harness.lab.system.processes import Processes, RunningProcess, StartFailed
from harness.lab.system.settings import Settings

SETTING = ("secure", "enabled_notification_listeners")
_PERMISSION = "android.permission.BIND_NOTIFICATION_LISTENER_SERVICE"
_AGAIN_SECONDS = 1.0  # ActivityManagerConstants.SERVICE_RESTART_DURATION
_TAG = "NotificationListeners"


class NotificationListeners:
    """Which ones may is in the setting `enabled_notification_listeners`, components with colons between."""

    def __init__(
        self,
        packages: Packages,
        processes: Processes,
        components: Components,
        notifications: Notifications,
        settings: Settings,
        logs: LogBuffer,
    ) -> None:
        self._packages = packages
        self._processes = processes
        self._components = components
        self._notifications = notifications
        self._settings = settings
        self._logs = logs
        self._bound: dict[str, RunningProcess] = {}
        self._binding: set[str] = set()
        self._told: dict[str, Notification] = {}

    @property
    def allowed(self) -> list[str]:
        """Components, "package/full.Class"."""
        value = self._settings.get(*SETTING) or ""
        parts = [one.partition("/") for one in value.split(":") if "/" in one]
        return [f"{package}/{full_class(package, name)}" for package, _, name in parts]

    def allow(self, component: str, may: bool = True) -> None:
        """`cmd notification allow_listener`, `disallow_listener`. What is no listener is kept, and never bound, as on a phone."""
        rest = [one for one in self.allowed if one != component]
        self._settings.put(*SETTING, ":".join([*rest, component] if may else rest))

    def look(self) -> None:
        """The setting or the installed apps have changed."""
        allowed = self.allowed
        for component in allowed:
            found = self._find(component)
            if component not in self._bound and component not in self._binding and found is not None:
                self._binding.add(component)
                self._processes.run(self._bind(component, *found), f"binding of {component}")
        for component in [one for one in self._bound if one not in allowed]:
            self._send(component, self._bound.pop(component), "disconnect", self._shown())

    def _find(self, component: str) -> tuple[Package, Component] | None:
        found = self._packages.find_component(component)
        if found is None or found[1].kind != "service" or not found[0].is_enabled(found[1]):
            return None
        if found[1].permission != _PERMISSION:
            self._logs.system(
                _TAG, f"Skipping notification listener service {component}: it does not require the permission {_PERMISSION}",
                priority="W",
            )  # fmt: skip
            return None
        return found

    async def _bind(self, component: str, package: Package, declared: Component) -> None:
        try:
            process = await self._components.process_for(package, declared)
            if component not in self.allowed:
                return
            self._bound[component] = process
            await self._processes.call(process, "listener", verb="connect", component=component, shown=self._shown())
            process.services.add(declared.name)
        except (StartFailed, AppProcessError, ProcessGone):
            self._bound.pop(component, None)
            raise
        finally:
            self._binding.discard(component)

    def process_ended(self, process: RunningProcess) -> None:
        """Its listeners are bound again, unless the app was stopped."""
        lost = [component for component, one in self._bound.items() if one is process]
        for component in lost:
            del self._bound[component]
        if lost:
            self._processes.run(self._again(process.package), f"binding of {lost[0]}")

    async def _again(self, package: str) -> None:
        await asyncio.sleep(_AGAIN_SECONDS)
        found = self._packages.find(package)
        if found is not None and not found.stopped:
            self.look()

    def tell(self) -> None:
        """What is shown may have changed: the bound listeners hear of each that came, changed or went."""
        now = {one.key: one for one in self._notifications.all()}
        before, self._told = self._told, now
        if not self._bound:
            return
        shown = [written(one) for one in now.values()]
        for component, process in self._bound.items():
            for key, one in before.items():
                if key not in now:
                    self._send(component, process, "removed", shown, one)
            for key, one in now.items():
                if before.get(key) is not one:
                    self._send(component, process, "posted", shown, one)

    def _shown(self) -> list[dict[str, Any]]:
        return [written(one) for one in self._notifications.all()]

    def _send(
        self, component: str, process: RunningProcess, verb: str, shown: list[dict[str, Any]], one: Notification | None = None
    ) -> None:
        told: dict[str, Any] = {"notification": written(one)} if one is not None else {}
        work = self._processes.call(process, "listener", verb=verb, component=component, shown=shown, **told)
        self._processes.run(work, f"{verb} to {component}")

    # --- what a listener asks

    def shown_to(self, process: RunningProcess, component: object) -> list[dict[str, Any]]:
        """NotificationListenerService.getActiveNotifications. Raises AppProcessError for one that is not bound."""
        self._check(process, component)
        return [written(one) for one in self._notifications.all()]

    def find_for(self, process: RunningProcess, fields: Mapping[str, Any]) -> Notification | None:
        """The one that a listener wants to cancel, None where it is gone or cannot be. Raises AppProcessError."""
        self._check(process, fields["component"])
        one = self._notifications.find(str(fields["key"]))
        return one if one is not None and one.clearable else None

    def _check(self, process: RunningProcess, component: object) -> None:
        if not isinstance(component, str) or self._bound.get(component) is not process:
            raise AppProcessError("java.lang.SecurityException: Disallowed call from unknown notification listener")


def written(one: Notification) -> dict[str, Any]:
    """As the protocol has it."""
    return {
        "package": one.owner.package, "uid": one.owner.uid, "id": one.id, "tag": one.tag, "key": one.key, "flags": one.flags,
        "priority": one.priority, "importance": one.importance, "when_ms": one.when_ms, "posted_ms": one.posted_ms,
        "title": one.title, "text": one.text, "big_text": one.big_text, "sub_text": one.sub_text, "ticker": one.ticker,
        "channel": one.channel, "group": one.group, "category": one.category, "content": one.content, "delete": one.delete,
    }  # fmt: skip
