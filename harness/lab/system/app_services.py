"""The parts of the system that hold things for apps: pending intents, alarms, jobs, started services.

They are put together here, told of what ends them, and answer what app processes ask of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from inspect import isawaitable
from typing import TYPE_CHECKING, Any

from harness.lab.appprocess import AppProcessError, ProcessGone
from harness.lab.system.alarms import AlarmRefused, Alarms
from harness.lab.system.app_ops import AppOps
from harness.lab.system.biometrics import Biometrics
from harness.lab.system.cameras import Cameras, Microphone
from harness.lab.system.clipboard import Clipboard
from harness.lab.system.components import ComponentRefused
from harness.lab.system.conditions import Conditions
from harness.lab.system.content_observers import ContentObservers
from harness.lab.system.device_state import DeviceState
from harness.lab.system.download_notices import DownloadNotices
from harness.lab.system.downloads import Downloads
from harness.lab.system.facts import Component
from harness.lab.system.identity import Caller
from harness.lab.system.intents import Intent
from harness.lab.system.notification_flow import NotificationFlow
from harness.lab.system.notification_listeners import SETTING, NotificationListeners
from harness.lab.system.notifications import FOREGROUND_SERVICE, NO_CLEAR, ONGOING, Notifications
from harness.lab.system.packages import Package
from harness.lab.system.pending_intents import ACTIVITY, PendingIntents, read_intents
from harness.lab.system.processes import RunningProcess
from harness.lab.system.running_services import RunningServices, ServiceRefused
from harness.lab.system.scheduling import JobRefused, Scheduling
from harness.lab.system.system_broadcasts import SystemBroadcasts
from harness.lab.ui.strings import Texts

if TYPE_CHECKING:
    from harness.lab.system.server import SystemServer


class AppServices:
    """Made by the server after its other parts, whose names are the attributes used here."""

    def __init__(self, server: SystemServer, state: Callable[[str], DeviceState]) -> None:
        """`state`: the kept state of a part, by its name."""
        self._server = server
        self._texts = Texts(server.profile.locale)
        self.timezone: str = server.profile["timezone"]
        self.conditions = Conditions(server.settings, server.profile["battery"])
        self.pending = PendingIntents(server.activities, server.broadcasts.send, self._start_for, server.logs)
        self.alarms = Alarms(server.packages, server.permissions, server.processes, self.pending, server.logs)
        self.jobs = Scheduling(
            server.packages, server.permissions, server.processes, self.conditions, server.logs, state("jobs")
        )  # fmt: skip
        self.notifications = Notifications(server.packages, server.permissions, server.logs, state("notifications"))
        self.shade = NotificationFlow(
            self.notifications, self.pending, server.packages, server.processes, server.screen, self._texts
        )
        self.listeners = NotificationListeners(
            server.packages, server.processes, server.components, self.notifications, server.settings, server.logs
        )
        self.notifications.changed = self._notifications_changed
        self.services = RunningServices(
            server.packages,
            server.permissions,
            server.processes,
            server.logs,
            was_foreground=server.activities.was_foreground,
            show=self._show_foreground,
            hide=self._hide_foreground,
            restart=self._restart,
        )
        server.components.running = self.services
        self.broadcasts = SystemBroadcasts(
            server.broadcasts, server.packages, server.processes, self.services, self.conditions
        )
        server.screen.switched = self.broadcasts.screen
        self.conditions.changed = self._battery_changed
        self.clipboard = Clipboard(
            server.profile["clipboard"]["text"],
            server.logs,
            in_front=self._has_focus,
            accessed=self._clip_read,
            changed=self._clip_changed,
        )
        self.ops = AppOps(
            server.packages, server.permissions, self.services, was_foreground=server.activities.was_foreground
        )  # fmt: skip
        self.cameras = Cameras(
            server.profile["cameras"], self.ops, server.processes, server.logs, in_front=self._has_focus
        )  # fmt: skip
        self.microphone = Microphone(self.ops, server.processes, server.logs)
        self.observers = ContentObservers(server.packages, server.permissions, server.processes, server.providers)
        self.biometrics = Biometrics(
            server.permissions, server.processes, server.screen, self._texts, server.activities.is_foreground, time.monotonic,
            server.profile["biometrics"]["fingerprints"],
        )  # fmt: skip
        self.downloads = self._make_downloads(state("downloads"))
        self._asks: Mapping[str, Callable[..., Any]] = {
            "pending_intent": self._pending_intent, "alarm": self._alarm, "job": self._job, "foreground": self._foreground,
            "notification": self._notification, "clipboard": self.clipboard.answer,
            "download": self.downloads.answer, "biometric": self.biometrics.answer,
            "observe": self.observers.answer, "camera": self.cameras.answer, "microphone": self.microphone.answer,
        }  # fmt: skip

    def _make_downloads(self, state: DeviceState) -> Downloads:
        server = self._server
        build = server.profile["build"]
        notices = DownloadNotices(self.notifications, self.pending, self.broadcasts, self._texts, self.observers)
        return Downloads(
            server.packages, server.permissions, server.processes, self.conditions, server.logs, state, server.root,
            connect=server.connect, proxy=lambda: server.settings.proxy, show=server.show_file, changed=notices.changed,
            completed=notices.completed,
            user_agent=f"AndroidDownloadManager/{build['release']} (Linux; U; Android {build['release']}; {build['model']} "
            f"Build/{build['id']})",
        )  # fmt: skip

    # --- life

    def start(self) -> None:
        self.jobs.load()
        self.downloads.load()
        self.broadcasts.booted()
        self.listeners.look()

    def stop(self) -> None:
        self.jobs.stop()
        self.downloads.stop()
        self.alarms.stop()
        self.services.stop()
        self.ops.stop()

    def process_ended(self, process: RunningProcess) -> None:
        self.alarms.process_ended(process)
        self.jobs.process_ended(process)
        self.services.process_ended(process)
        self.listeners.process_ended(process)
        self.cameras.process_ended(process)
        self.microphone.process_ended(process)
        self.ops.process_ended(process)
        self.biometrics.process_ended(process)
        self.observers.process_ended(process)

    def forget(self, package: str, *, update: bool = False) -> None:
        """force-stop, uninstall: what it had asked the system to do later is not done. After an update it is."""
        self.services.forget(package)
        if update:
            return
        self.alarms.forget(package)
        self.jobs.cancel_all(package)
        self.notifications.cancel_all(package, by_app=False)
        self.pending.forget(package)

    async def task_removed(self, package: str, root: Intent) -> bool:
        """The user swiped the task away: started services hear of it. Whether the processes are to go, too."""
        for process in [one for one in self._server.processes.of_package(package) if one.services]:
            try:
                await self._server.processes.call(process, "task_removed", intent=root.to_json())
            except (ProcessGone, AppProcessError) as fault:
                self._server.logs.system("ActivityManager", f"onTaskRemoved of {process.name}: {fault}", priority="W")
        return not self.services.has_foreground(package)

    def uninstalled(self, package: str) -> None:
        self.data_gone(package)
        self.downloads.uninstalled(package)

    def data_gone(self, package: str) -> None:
        """Uninstalled, or its data cleared: what was kept of it goes too."""
        self.notifications.forget(package)
        self.alarms.forget_settings(package)
        self.ops.forget(package)

    def _show_foreground(self, process: RunningProcess, number: int, fields: Mapping[str, Any]) -> None:
        self.notifications.post(process, number, None, fields, ONGOING | FOREGROUND_SERVICE | NO_CLEAR)

    def _hide_foreground(self, package: str, number: int) -> None:
        self.notifications.cancel(package, number, None, by_app=False)

    def _notifications_changed(self) -> None:
        self.shade.refresh()
        self.listeners.tell()

    def installed(self, package: Package, *, update: bool) -> None:
        """Others hear of it, and what was waiting for it finds it."""
        self.broadcasts.installed(package.name, package.uid, update=update)
        self.listeners.look()

    def setting_changed(self, namespace: str, key: str) -> None:
        if (namespace, key) == SETTING:
            self.listeners.look()
        if namespace == "global" and key in ("wifi_on", "airplane_mode_on", "mobile_data"):
            self.broadcasts.setting(key)
            self.jobs.look()
            self.downloads.look()

    def set_timezone(self, zone: str) -> None:
        """`cmd alarm set-timezone`: running apps have it at once, and are told."""
        self.timezone = zone
        for process in self._server.processes.running():
            self._server.processes.run(self._server.processes.call(process, "set", timezone=zone), "the time zone")
        self.broadcasts.timezone(zone)

    def feel(self, sensor: int, values: Sequence[float]) -> None:
        """A sensor (Sensor.TYPE_*) measures this, in its own unit: running apps that listen to it are told."""
        for process in self._server.processes.running():
            told = self._server.processes.call(process, "set", sensor=sensor, values=list(values))
            self._server.processes.run(told, "a sensor's event")

    def _battery_changed(self, before: Mapping[str, Any]) -> None:
        self.broadcasts.battery(before)
        self.jobs.look()
        self.downloads.look()

    def _has_focus(self, package: str) -> bool:
        top = self._server.activities.top
        return top is not None and top.package == package

    def _clip_read(self, package: str) -> None:
        """Android 12 and later say so on the screen."""
        found = self._server.packages.find(package)
        self._server.screen.note_toast(self._texts("pasted_from_clipboard", found.facts.label if found else package), "android")

    def _clip_changed(self) -> None:
        top = self._server.activities.top
        for process in self._server.processes.of_package(top.package) if top else []:
            self._server.processes.run(self._server.processes.call(process, "clipboard_changed"), "a new clip")

    async def _start_for(self, intent: Intent, owner: Caller, foreground: bool, allowed: bool) -> None:
        """A service that a pending intent starts. What Android would throw is logged: nobody is there to hear it."""
        components = self._server.components
        try:
            found = components.resolve_service(intent, owner)
            if found is None:
                return
            if not allowed:
                self.services.check_start(owner, *found, intent, foreground)
        except (ComponentRefused, ServiceRefused) as refused:
            self._server.logs.system("ActivityManager", f"Unable to start service {intent.describe()}: {refused}", priority="W")
            return
        self.services.starting(*found, foreground)
        with self.services.allow_for(owner.package):
            await components.carry_out_service("start", intent, *found)

    async def _restart(self, package: Package, component: Component, intent: Intent | None, flags: int) -> None:
        await self._server.components.start_again(package, component, intent, flags)

    # --- what apps ask

    def knows(self, op: str) -> bool:
        return op in self._asks

    async def answer(self, process: RunningProcess, arguments: Mapping[str, Any], *, op: str) -> dict[str, Any]:
        """Raises AppProcessError for what Android throws, ValueError and its like for what is malformed."""
        try:
            found = self._asks[op](process, str(arguments.get("verb", "")), arguments)
            return dict(await found if isawaitable(found) else found)
        except (AlarmRefused, JobRefused, ServiceRefused) as refused:
            raise AppProcessError(str(refused)) from refused

    def _pending_intent(self, process: RunningProcess, verb: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        if verb == "get":
            intents = read_intents(fields["intents"])
            made = self.pending.get(process, int(fields["type"]), int(fields["request_code"]), intents, int(fields["flags"]))
            return {"id": made.id if made else ""}
        one = self.pending.find(fields["id"])
        if verb == "send":
            if one is None:
                return {"sent": False}
            more = fields.get("fill_in")
            token = self._server.tasks.own_token(fields.get("caller_token"), process.package, process.name)
            allowed = self._server.activities.is_foreground(process.package)
            work = self.pending.send(
                one, more=Intent.from_json(more) if more and not one.immutable else None, allowed=allowed, token=token,
                request_code=int(fields.get("request_code", -1)) if one.kind == ACTIVITY else -1,
            )  # fmt: skip
            self._server.processes.run(work, f"a pending intent of {one.owner.package}")
            return {"sent": True}
        if one is None:
            return {"known": False, "package": process.package, "uid": process.uid, "intent": {}, "type": 0, "immutable": True}
        if verb == "cancel":
            if one.owner.uid != process.uid:
                raise AppProcessError(
                    f"java.lang.SecurityException: Permission Denial: cancelIntentSender() from pid={process.pid}, "
                    f"uid={process.uid} is not allowed to cancel package {one.owner.package}"
                )
            self.pending.cancel(one)
            return {}
        if verb == "info":
            own = one.owner.uid == process.uid  # getIntentForIntentSender is for the owner only
            return {"known": True, "package": one.owner.package, "uid": one.owner.uid, "immutable": one.immutable,
                    "type": one.kind, "intent": one.intent.to_json() if own else {}}  # fmt: skip
        raise ValueError(f"no verb {verb!r}")

    def _alarm(self, process: RunningProcess, verb: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        if verb == "set":
            self.alarms.set(process, fields)
        elif verb == "remove":
            self.alarms.remove(process, str(fields.get("operation") or ""), str(fields.get("listener") or ""))
        elif verb == "remove_all":
            self.alarms.forget(process.package)
        elif verb == "exact":
            return {"allowed": self.alarms.may_be_exact(process.package)}
        elif verb == "next_clock":
            found = self.alarms.next_clock()
            if found is not None and found.clock is not None:
                return {"trigger_ms": int(found.clock["trigger_ms"]), "show": str(found.clock.get("show") or "")}
        else:
            raise ValueError(f"no verb {verb!r}")
        return {}

    def _job(self, process: RunningProcess, verb: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        namespace = fields.get("namespace")
        if namespace is not None and not isinstance(namespace, str):
            raise ValueError("namespace is no text")
        if verb == "schedule":
            work = fields.get("work")
            if not isinstance(fields["job"], Mapping):
                raise ValueError("a job is no object")
            self.jobs.schedule(process, namespace, fields["job"], work if isinstance(work, str) else None)
        elif verb == "cancel":
            self.jobs.cancel(process.package, namespace, int(fields["id"]))
        elif verb == "cancel_all":
            self.jobs.cancel_all(process.package, namespace, within=fields.get("within") is True)
        elif verb == "list":
            jobs = self.jobs.of(process.package)
            return {"jobs": [{"id": job.spec.id, "namespace": job.namespace, "parcel": job.spec.parcel} for job in jobs]}
        elif verb == "reason":
            return {"reason": self.jobs.reason(process.package, namespace, int(fields["id"]))}
        else:
            return self.jobs.hear(process, verb, fields)
        return {}

    def _notification(self, process: RunningProcess, verb: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        held, package = self.notifications, process.package
        tag, channel, group = fields.get("tag"), str(fields.get("channel") or ""), str(fields.get("group") or "")
        if tag is not None and not isinstance(tag, str):
            raise ValueError("tag is no text")
        if verb == "post":
            if not isinstance(fields["notification"], Mapping):
                raise ValueError("a notification is no object")
            held.post(process, int(fields["id"]), tag, fields["notification"])
        elif verb == "cancel":
            held.cancel(package, int(fields["id"]), tag)
        elif verb == "cancel_all":
            held.cancel_all(package)
        elif verb == "shown":
            return {"notifications": self.listeners.shown_to(process, fields["component"])}
        elif verb == "dismiss":
            one = self.listeners.find_for(process, fields)
            if one is not None:
                self._server.processes.run(self.shade.dismiss(one.key), "a listener cancels")
        elif verb == "listeners":
            return {"components": [one for one in self.listeners.allowed if one.partition("/")[0] == package]}
        elif verb == "enabled":
            return {"enabled": held.enabled(package)}
        elif verb == "list":
            return {"notifications": [
                {"id": one.id, "tag": one.tag, "title": one.title, "text": one.text, "channel": one.channel,
                 "posted_ms": one.posted_ms} for one in held.of(package)
            ]}  # fmt: skip
        elif verb == "create_channel":
            held.create_channel(package, channel, fields)
        elif verb == "delete_channel":
            held.delete_channel(package, channel)
        elif verb == "channels":
            return {"channels": list(held.channels(package).values())}
        elif verb == "create_group":
            held.create_group(package, group, fields)
        elif verb == "delete_group":
            held.delete_group(package, group)
        elif verb == "groups":
            return {"groups": list(held.groups(package).values())}
        else:
            raise ValueError(f"no verb {verb!r}")
        return {}

    def _foreground(self, process: RunningProcess, verb: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        return {"type": self.services.come_forward(process, fields)}
