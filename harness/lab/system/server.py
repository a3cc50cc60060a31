"""The system server of one lab device: the facade that adb's shell, uiautomator and the daemon call."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from harness.lab.system.activities import Activities, ActivityRefused, StartResult
from harness.lab.system.app_services import AppServices
from harness.lab.system.app_speech import AppSpeech
from harness.lab.system.bind_arguments import bind_arguments
from harness.lab.system.binders import Binders
from harness.lab.system.bindings import Bindings
from harness.lab.system.broadcasts import BroadcastResult, Broadcasts
from harness.lab.system.components import ComponentRefused, Components
from harness.lab.system.device_state import DeviceState
from harness.lab.system.errors_shown import AppErrors
from harness.lab.system.input_method import type_for
from harness.lab.system.install_errors import INVALID_APK, InstallFailed
from harness.lab.system.intents import CATEGORY_HOME, Intent, launcher_intent
from harness.lab.system.loaded_code import LoadedCode
from harness.lab.system.logs import LogBuffer
from harness.lab.system.packages import Package, Packages, UnknownPackage
from harness.lab.system.permission_flow import PermissionFlow
from harness.lab.system.permissions import Permissions, SecurityRefusal
from harness.lab.system.process_link import Gate, Spawn, Translate, open_gate
from harness.lab.system.process_list import ProcessInfo, list_processes
from harness.lab.system.processes import Patience, Processes, RunningProcess
from harness.lab.system.profile import Profile
from harness.lab.system.providers import Providers
from harness.lab.system.settings import Settings
from harness.lab.system.tasks import Tasks
from harness.lab.system.visibility import Visibility
from harness.lab.ui.automator import AutomatorServer
from harness.lab.ui.drawing import Pen, find_font
from harness.lab.ui.hierarchy import Display, write_hierarchy
from harness.lab.ui.screen import Screen
from harness.lab.ui.strings import Texts
from harness.lab.ui.system_pages import Icon, Launcher, Recents, SettingsPage
from harness.lab.ui.window import Look

__all__ = [
    "ActivityRefused",
    "BroadcastResult",
    "ComponentRefused",
    "ProcessInfo",
    "SecurityRefusal",
    "StartResult",
    "SystemServer",
    "UnknownPackage",
]

INPUT_METHODS = ("com.android.inputmethod.latin/.LatinIME", "com.github.uiautomator/.AdbKeyboard")


class SystemServer:
    """One device. All methods run on the daemon's event loop.

    Parts (each has its own module): `packages`, `permissions`, `settings`, `logs`, `activities`, `processes`,
    `components`, `screen`, `profile`, `automator`. The methods here are the operations that touch more
    than one of them.
    """

    def __init__(
        self,
        *,
        data_root: Path,
        profile: Profile,
        spawn: Spawn,
        translate: Translate,
        translate_code: Translate | None = None,
        gate: Gate = open_gate,
        inside: Callable[[Path], str] = str,
        fonts: Path | None = None,
        warm_processes: int = 1,
        patience: Patience | None = None,
        connect: Callable[[int], Awaitable[socket.socket]] | None = None,
    ) -> None:
        """`data_root` holds `root/`, the device's file system, and `state/`, which no app sees.

        `translate_code` is for code that an app loads while it runs; None: it may load none. `inside` turns a path of the
        host into the path at which app processes see the same file; `fonts` is a folder with Android's
        NotoSansCJK-Regular.ttc, without which pictures have no Chinese. `connect` leads to a port of the device's own network.
        """
        self.profile = profile
        self.root = data_root / "root"
        self._state = data_root / "state"
        self._inside = inside
        self._texts = Texts(profile.locale)
        self.logs = LogBuffer()
        self.settings = Settings(DeviceState(self._state / "settings.json"), profile.settings, self._setting_changed)
        self.packages = Packages(
            self.root, DeviceState(self._state / "packages.json"), locale=profile.locale, translate=translate
        )
        self.permissions = Permissions(DeviceState(self._state / "permissions.json"), self._permission_changed)
        self.loaded_code = LoadedCode(translate_code, self._state / "loaded-code", inside)
        speech = AppSpeech(self)
        self.processes = Processes(speech, spawn, gate, self.logs, warm=warm_processes, patience=patience)
        self.binders = Binders(self.processes, self.logs)
        self.processes.localise = self.binders.localised
        self.activities = Activities(self.packages, self.processes, self.permissions, self.logs, self.binders)
        self.components = Components(self.packages, self.processes, self.permissions, self.logs)
        self.bindings = Bindings(self.packages, self.processes, self.components, self.binders)
        self.components.started = self.bindings.started
        self.broadcasts = Broadcasts(self.packages, self.processes, self.permissions, self.binders, self.logs)
        shown = profile["display"]
        self.display = Display(shown["width"], shown["height"], shown["density_dpi"])
        self.screen = Screen(
            Look(self.display, Pen(find_font(fonts), self.display.scale)),
            self.activities,
            self.processes,
            self.logs,
            launcher=self._make_launcher,
            recents=self.recents,
        )
        self.permission_flow = PermissionFlow(
            self.permissions, self.packages, self.processes, self.activities, self.screen, self._texts, self.logs
        )
        self.app_errors = AppErrors(
            self.packages, self.processes, self.screen, self._texts, self.logs, self.activities.is_foreground
        )
        self.visibility = Visibility(self.packages, self.permissions, profile["installed_apps"])
        self.providers = Providers(self.packages, self.processes, self.permissions, self.binders, self.visibility.sees)
        self.automator = AutomatorServer(self)
        self.connect = connect
        self.app_services = AppServices(self, lambda name: DeviceState(self._state / f"{name}.json"))
        self._installing = asyncio.Lock()

    # --- life

    async def start(self) -> None:
        """Takes up the kept state, makes the device's folders, warms the first process."""
        for folder in ("data/app", "data/data", "data/local/tmp", "storage/emulated/0", "system/etc/security/cacerts"):
            (self.root / folder).mkdir(parents=True, exist_ok=True)
        await asyncio.to_thread(self.packages.load)
        for package in self.packages:
            self.permissions.install(package.facts)
            self.permissions.end_one_time(package.name)
        self.logs.system("SystemServer", "Entered the Android system server!")
        self.app_services.start()
        self.processes.keep_warm()

    async def stop(self) -> None:
        """Ends all processes; the state is on disk already."""
        self.app_services.stop()
        await self.processes.close()

    # --- packages

    async def install(
        self,
        *apks: Path,
        replace: bool = True,
        grant: bool = False,
        downgrade: bool = False,
        test_only: bool = False,
        inherit: str = "",
        without: Collection[str] = (),
    ) -> Package:
        """Installs or updates from a base APK and its splits, in any order. Raises InstallFailed.

        `inherit`: an installed package, whose files stay as far as none of `apks` takes their place, `without` these splits.
        """
        async with self._installing:
            files = await asyncio.to_thread(self.packages.joined, apks, inherit, without)
            facts, before = await asyncio.to_thread(
                self.packages.check, files, replace=replace, downgrade=downgrade, test_only=test_only
            )
            if before is not None:
                await self._stop_package(facts.package, "update")
            package = await asyncio.to_thread(self.packages.add, files, facts, before)
            self.permissions.install(facts, grant_all=grant)
        self.app_services.installed(package, update=before is not None)
        self.logs.system(
            "PackageManager", f"Package {facts.package} codePath /{package.apk.parent.relative_to(self.root)} installed"
        )
        return package

    async def uninstall(self, package: str, *, keep_data: bool = False) -> None:
        """Raises UnknownPackage."""
        uid = self.packages.get(package).uid
        await self._stop_package(package, "uninstall")
        self.providers.uninstalled(uid)
        await asyncio.to_thread(self.packages.remove, package, keep_data=keep_data)
        self.permissions.uninstall(package)
        self.app_services.broadcasts.removed(package, uid, data_kept=keep_data)
        self.app_services.uninstalled(package)

    async def remove_splits(self, package: str, splits: Collection[str]) -> None:
        """`pm uninstall PACKAGE SPLIT...`: what is left is installed anew. Raises UnknownPackage, InstallFailed."""
        unknown = sorted(set(splits) - set(self.packages.get(package).splits))
        if unknown:
            raise InstallFailed(INVALID_APK, f"Split not found: {unknown[0]}")
        await self.install(inherit=package, without=splits, test_only=True)

    async def clear_data(self, package: str) -> None:
        """`pm clear`: data, permissions and processes. Raises UnknownPackage."""
        uid = self.packages.get(package).uid
        await self._stop_package(package, "clear data")
        await asyncio.to_thread(self.packages.clear_data, package)
        self.permissions.reset(package)
        self.app_services.broadcasts.data_cleared(package, uid)
        self.app_services.data_gone(package)

    async def set_enabled(self, target: str, state: str) -> None:
        """`target`: package or package/class; `state`: enabled, disabled, disabled-user, default.

        Raises UnknownPackage or ValueError.
        """
        new = self.packages.set_enabled(target, state)
        if new.startswith("disabled") and "/" not in target:
            await self._stop_package(target, "disabled")

    # --- permissions

    async def grant(self, package: str, permission: str) -> None:
        """`pm grant`. Raises SecurityRefusal."""
        self.permissions.grant(package, permission)

    async def revoke(self, package: str, permission: str) -> None:
        """`pm revoke`: a permission that was held takes the app's processes with it. Raises SecurityRefusal."""
        held = self.permissions.is_granted(package, permission)
        self.permissions.revoke(package, permission)
        if held:
            await self.kill_package(package, "permissions revoked")

    async def reset_permissions(self, package: str | None = None) -> None:
        """`pm reset-permissions`: as freshly installed. Raises UnknownPackage."""
        for one in [self.packages.get(package)] if package else list(self.packages):
            self.permissions.reset(one.name)
            await self.kill_package(one.name, "permissions revoked")

    # --- activities and processes

    async def start_activity(self, intent: Intent, *, wait: bool = False, stop: bool = False) -> StartResult:
        """`am start [-W] [-S]`. Raises ActivityRefused, whose text `am` prints after "Error: ".

        Without `wait` it returns when the activity has its place in front, as `am` does, not when it is drawn.
        """
        if stop and intent.component:
            await self.force_stop(intent.component.partition("/")[0])
        if self.open_settings(intent):
            return StartResult(True, "com.android.settings/.Settings")
        return await self._start(intent, wait or CATEGORY_HOME in intent.categories)

    async def _start(self, intent: Intent, wait: bool) -> StartResult:
        if wait:
            return await self.activities.start(intent)
        package, declared, target = self.activities.resolve(intent, None)
        placed = asyncio.Event()
        start = self.processes.run(self.activities.start(intent, placed=placed), f"start of {declared.component}")
        waiting = asyncio.ensure_future(placed.wait())
        await asyncio.wait({start, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        while self.processes.find(package.name, target.process) is None and not start.done():
            await asyncio.sleep(0.01)  # a phone's zygote has forked it before anybody can ask `ps`
        return StartResult(True, declared.component)

    async def launch(self, package: str, *, wait: bool = False) -> StartResult:
        """As a tap on its icon (monkey -p PACKAGE -c LAUNCHER 1). Raises UnknownPackage, ActivityRefused.

        Without `wait` it returns when the app has its place in front.
        """
        component = self.packages.get(package).launcher
        if component is None:
            raise ActivityRefused(f"{package} has no launcher activity", -91)
        return await self._start(launcher_intent(component.component), wait)

    async def force_stop(self, package: str) -> None:
        """`am force-stop`; an unknown package is no fault, as there."""
        if package in self.packages:
            self.logs.system(
                "ActivityManager", f"Force stopping {package} appid={self.packages.get(package).uid} user=0: from pid 0"
            )
            await self._stop_package(package, "force stop")

    async def _stop_package(self, package: str, why: str) -> None:
        """The processes die first: an app that hangs must not keep the device from stopping it."""
        self.activities.forget_package(package)
        self.app_services.forget(package, update=why == "update")
        for process in self.processes.of_package(package):
            self.logs.system("ActivityManager", f"Killing {process.pid}:{process.name}/{process.uid} (adj 0): {why}")
            process.link.kill()
        await self.activities.settle_without(package)
        for process in self.processes.of_package(package):
            await self.processes.end(process)
        self.app_errors.forget(package)
        if why != "update":
            self.packages.set_stopped(package, True)

    async def kill_package(self, package: str, why: str) -> None:
        """Ends the package's processes; its stopped activities come back when they are opened again."""
        for process in self.processes.of_package(package):
            self.logs.system("ActivityManager", f"Killing {process.pid}:{process.name}/{process.uid} (adj 0): {why}")
            await self.processes.end(process)

    async def kill_background(self, package: str) -> None:
        """`am kill`: only what is not in front and runs no service."""
        if not self.activities.was_foreground(package, 0):
            for process in self.processes.of_package(package):
                if not process.services:
                    await self.processes.end(process)

    async def kill_process(self, pid: int) -> None:
        """SIGKILL to one app process, as `kill -9` by root. Nothing where there is none of that pid."""
        for process in self.processes.running():
            if process.pid == pid:
                await self.processes.end(process)

    async def crash(self, package: str) -> None:
        """`am crash`: the app dies as of an exception of its own."""
        for process in self.processes.of_package(package):
            self.app_errors.crashed(
                process, "main", "android.app.RemoteServiceException$CrashedByAdbException: shell-induced crash"
            )
            await self.processes.end(process)

    async def broadcast(self, intent: Intent) -> BroadcastResult:
        """`am broadcast`. The keyboard that uiautomator2 types with is the device's own."""
        if intent.action.startswith("ADB_KEYBOARD_"):
            return await type_for(self, intent)
        return await self.broadcasts.send_ordered(intent, None, "", BroadcastResult())

    async def start_service(self, intent: Intent, *, foreground: bool = False) -> str:
        """The component, "" where there is none. Raises ComponentRefused, StartFailed."""
        return await self.components.service("start", intent, foreground=foreground)

    async def stop_service(self, intent: Intent) -> bool:
        """Whether there is such a service. Raises ComponentRefused."""
        return bool(await self.components.service("stop", intent))

    async def home(self) -> None:
        await self.screen.key(3)

    async def back(self) -> None:
        await self.screen.key(4)

    async def recents(self) -> None:
        """The recents screen; again, and it closes."""
        shown = [one for one in self.screen.all_system_windows if isinstance(one, Recents)]
        if shown:
            self.screen.close(shown[0])
            return
        tasks = [
            Icon(str(one.id), self._task_label(one.root.package if one.root else "")) for one in self.activities.tasks.recent()
        ]

        async def open_task(key: str) -> None:
            self.screen.close(window)
            await self.activities.bring_task_to_front(int(key))

        async def clear_all() -> None:
            self.screen.close(window)
            for task in tasks:
                root = next((one.root for one in self.tasks.order if str(one.id) == task.key), None)
                package = await self.activities.remove_task(int(task.key))
                if package and await self.app_services.task_removed(package, root.intent if root else Intent()):
                    await self.kill_package(package, "remove task")
            await self.activities.go_home()

        async def close() -> None:
            self.screen.close(window)

        window = Recents(self.screen.look, self._texts, tasks, open_task, clear_all, close)
        self.screen.show(window)

    def _task_label(self, package: str) -> str:
        found = self.packages.find(package)
        return found.facts.label if found else package

    def running(self) -> list[ProcessInfo]:
        """What `ps -A` shows: the system's processes and the apps'."""
        return list_processes(self.processes.running(), self.processes.warm)

    # --- settings

    async def put_setting(self, namespace: str, key: str, value: str | None) -> None:
        """None deletes. `global http_proxy` HOST:PORT or ":0" reaches running apps at once. KeyError: no such table."""
        self.settings.put(namespace, key, value)

    def _setting_changed(self, namespace: str, key: str, value: str | None) -> None:
        for process in self.processes.running():
            self.processes.run(
                self.processes.call(process, "set", settings={namespace: {key: value}}), f"setting to {process.name}"
            )
            if (namespace, key) == ("global", "http_proxy"):
                self.processes.run(self.processes.call(process, "set", proxy=self.proxy()), f"proxy to {process.name}")
        self.app_services.setting_changed(namespace, key)  # last: what runs because of it finds it set

    def proxy(self) -> dict[str, Any] | None:
        """The proxy of the settings, as the protocol has it."""
        proxy = self.settings.proxy
        return {"host": proxy[0], "port": proxy[1]} if proxy else None

    def _permission_changed(self, package: str, states: Mapping[str, str]) -> None:
        self.processes.tell_all(package, "set", permissions=dict(states))

    # --- screen

    @property
    def tasks(self) -> Tasks:
        return self.activities.tasks

    @property
    def display_on(self) -> bool:
        return self.screen.on

    def focused_window(self) -> str:
        """package/class of the window that has the focus, system windows included."""
        focus = self.screen.focus
        return f"{focus.package}/{focus.activity}" if focus.activity else focus.title

    async def tap(self, x: int, y: int, *, ms: int = 0) -> None:
        await self.screen.tap(x, y, ms)

    async def swipe(self, x: int, y: int, x2: int, y2: int, *, ms: int = 300) -> None:
        await self.screen.swipe(x, y, x2, y2, ms)

    async def key(self, code: int, *, meta: int = 0, long: bool = False) -> None:
        await self.screen.key(code, meta, long=long)

    async def text(self, text: str) -> None:
        await self.screen.text(text)

    async def dump_hierarchy(self, *, compressed: bool = False) -> str:
        """The windows' XML."""
        return write_hierarchy(await self.screen.roots(), self.display, compressed=compressed)

    async def screenshot(self) -> bytes:
        """The whole screen as PNG."""
        return await self.screen.png()

    async def handle_uiautomator(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection to the uiautomator server (HTTP/1.1); ends when the peer closes."""
        await self.automator.handle(reader, writer)

    def _make_launcher(self, page: int) -> Launcher:
        icons = [Icon(one.name, one.launcher.label or one.facts.label) for one in self.packages if one.launcher is not None]

        async def open_app(package: str) -> None:
            self.processes.run(self._open(package), f"opening {package}")

        return Launcher(self.screen.look, icons, open_app, page)

    async def _open(self, package: str) -> None:
        try:
            await self.launch(package, wait=True)
        except (ActivityRefused, UnknownPackage) as fault:
            self.logs.system("Launcher", f"{package}: {fault}", priority="W")

    def open_settings(self, intent: Intent) -> bool:
        """Pages of the system settings are stood in for; True when `intent` means one."""
        if not intent.action.startswith("android.settings.") or intent.component:
            return False

        async def close() -> None:
            self.screen.close(window)

        package = intent.data.removeprefix("package:")
        window = SettingsPage(
            self.screen.look,
            f"{self._texts('app_info_title')} {self._task_label(package)}".strip(),
            f"{intent.action}\n{self._texts('storage_none')}",
            close,
        )
        self.screen.show(window)
        return True

    # --- processes

    def bind_arguments(self, package: Package, process: RunningProcess) -> dict[str, Any]:
        """The arguments of `bind`: docs/lab-protocol.md."""
        return bind_arguments(self, package, process, self._inside)

    async def show_file(self, process: RunningProcess, file: Path) -> str:
        """A file of the device's to a process that may read it; the path it has there."""
        path = self._inside(file)
        if path not in process.shown:
            await process.link.show(path)
            process.shown.add(path)
        return path

    def process_ended(self, process: RunningProcess) -> None:
        """What follows from the end of a process: windows, one-time grants, what is in front."""
        self.loaded_code.forget(process.link)
        self.permission_flow.forget(process)
        self.app_errors.ended(process)
        self.app_services.process_ended(process)
        self.binders.process_ended(process)
        self.bindings.process_ended(process)
        self.providers.process_ended(process)
        if not self.processes.of_package(process.package):
            self.permissions.end_one_time(process.package)
        if self.activities.process_ended(process):
            self.processes.run(self.activities.settle(), "what is in front")
