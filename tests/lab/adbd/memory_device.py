"""A lab device without apps: the real adb daemon, files, shell, settings and log; packages are JSON files."""

from __future__ import annotations

import asyncio
import io
import json
import socket
import threading
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from dataclasses import replace as replace_fields
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from PIL import Image

from harness.lab.adbd.device import FRIDA_PORT, UIAUTOMATOR_PORT, Handler
from harness.lab.adbd.files import DeviceTree
from harness.lab.adbd.ownership import Ownership
from harness.lab.adbd.properties import Properties
from harness.lab.adbd.server import AdbDaemon
from harness.lab.shell.proc import device_files
from harness.lab.shell.processes import ShellProcesses
from harness.lab.system import install_errors
from harness.lab.system.activities import ActivityRefused, StartResult
from harness.lab.system.broadcasts import BroadcastResult
from harness.lab.system.conditions import Conditions
from harness.lab.system.device_state import DeviceState
from harness.lab.system.facts import (
    Component,
    IntentFilter,
    PackageFacts,
    RequestedPermission,
    Signer,
    SplitFacts,
)
from harness.lab.system.install_errors import InstallFailed
from harness.lab.system.intents import Intent
from harness.lab.system.logs import LogBuffer
from harness.lab.system.packages import Package, UnknownPackage
from harness.lab.system.permissions import Permissions
from harness.lab.system.process_list import ProcessInfo
from harness.lab.system.settings import Settings
from harness.lab.system.tasks import Tasks
from harness.lab.ui.hierarchy import Display, write_hierarchy
from harness.lab.ui.nodes import Node

LAUNCHER = "com.android.launcher3/com.android.launcher3.uioverrides.QuickstepLauncher"
PROFILE: Mapping[str, Any] = {
    "display": {"width": 822, "height": 1462, "density_dpi": 320, "qualifiers": "en-w411dp-h731dp-xhdpi"},
    "battery": {"level": 81, "scale": 100, "status": 3, "health": 2, "plugged": 0, "temperature_dc": 253},
    "wifi": {"ip": "192.0.2.17", "netmask": "255.255.255.0", "mac": "02:11:22:33:44:55", "dns": ["192.0.2.1"]},
    "installed_apps": [
        {"package": "com.example.notes", "label": "Notes", "version_name": "2", "version_code": 2, "system": False,
         "first_install_ms": 1_700_000_000_000},
    ],
    "sms": [{"id": 1, "address": "5550100", "body": "hi", "date_ms": 1, "type": "inbox", "read": True}],
}  # fmt: skip
PROPERTIES = {
    "ro.product.name": "lab_phone", "ro.product.model": "Lab: Phone; One", "ro.product.device": "lab",
    "ro.build.version.sdk": "35", "ro.serialno": "LABSERIAL1", "init.svc.adbd": "running",
    "persist.sys.timezone": "Asia/Shanghai", "ro.debuggable": "1", "ro.product.cpu.abilist": "arm64-v8a,armeabi-v7a",
}  # fmt: skip


def apk_bytes(package: str = "com.example.shop", **facts: Any) -> bytes:
    """What this device's `install` takes for an APK."""
    return json.dumps({"package": package, **facts}).encode() + b"\n" * 1000


def _facts(text: bytes) -> PackageFacts:
    try:
        fields = json.loads(text)
        name = fields["package"]
    except (ValueError, KeyError, TypeError) as fault:
        raise InstallFailed(install_errors.NOT_APK, f"Failed to parse: {fault}") from fault
    main = Component(
        "activity", name, f"{name}.MainActivity", name, True,
        filters=(IntentFilter(("android.intent.action.MAIN",), ("android.intent.category.LAUNCHER",)),),
    )  # fmt: skip
    return PackageFacts(
        package=name, version_code=fields.get("version_code", 7), version_name=fields.get("version_name", "1.2.3"),
        min_sdk=24, target_sdk=34, label=name, application_class="", process=name, sha256="0" * 64, size=len(text),
        signer=Signer((3, 2), ("ab12cd34" * 8,)), components=(main,),
        requested=(RequestedPermission("android.permission.CAMERA"), RequestedPermission("android.permission.INTERNET")),
        test_only=fields.get("test_only", False), debuggable=fields.get("debuggable", False),
    )  # fmt: skip


class MemoryPackages:
    def __init__(self) -> None:
        self.by_name: dict[str, Package] = {}

    def __iter__(self) -> Iterator[Package]:
        return iter([self.by_name[name] for name in sorted(self.by_name)])

    def find(self, name: str) -> Package | None:
        return self.by_name.get(name)

    def find_component(self, component: str) -> tuple[Package, Component] | None:
        name, _, class_name = component.partition("/")
        package = self.by_name.get(name)
        found = package.facts.component(class_name) if package else None
        return (package, found) if package and found else None


class MemorySystem:
    """Enough of a system server for the shell's commands to be tried against. `inputs` records what was sent.

    `draw`: seconds after which an activity is drawn, None: it is at once.
    """

    def __init__(self, root: Path, state: Path) -> None:
        self._root = root
        self.packages = MemoryPackages()
        self.permissions = Permissions(DeviceState(state / "permissions.json"))
        self.settings = Settings(DeviceState(state / "settings.json"))
        self.logs = LogBuffer()
        self.tasks = Tasks()
        self.display = Display(822, 1462, 320)
        self.display_on = True
        self.profile = PROFILE
        self.app_services = SimpleNamespace(conditions=Conditions(self.settings, PROFILE["battery"]))
        self.inputs: list[tuple[Any, ...]] = []
        self.dialog = ""
        self.draw: float | None = None
        self._processes: dict[str, ProcessInfo] = {}
        self._uids = 10100

    def focused_window(self) -> str:
        top = self.tasks.top
        return self.dialog or (top.component if top else LAUNCHER)

    def running(self) -> list[ProcessInfo]:
        first = ProcessInfo(1, 0, "root", "init", vsz=10_800_000, rss=9000)
        launcher = ProcessInfo(1200, 300, "u0_a50", "com.android.launcher3", "com.android.launcher3", 15_000_000, 11_000)
        return [first, launcher, *self._processes.values()]

    async def install(
        self,
        *apks: Path,
        replace: bool = True,
        grant: bool = False,
        downgrade: bool = False,
        test_only: bool = False,
        inherit: str = "",
    ) -> Package:
        """A split is a file whose name ends in its name; the first file is the base. `inherit` keeps nothing."""
        apk, *more = apks
        facts = _facts(apk.read_bytes())
        splits = {path.stem.rpartition("-")[2]: path for path in more}
        facts = replace_fields(facts, splits=tuple(SplitFacts(name, "0" * 64) for name in sorted(splits)))
        before = self.packages.find(facts.package)
        if facts.test_only and not test_only:
            raise InstallFailed(install_errors.TEST_ONLY, "installPackageLI")
        if before and not replace:
            raise InstallFailed(install_errors.ALREADY_EXISTS, f"Attempt to re-install {facts.package}")
        if before and facts.version_code < before.facts.version_code and not downgrade:
            raise InstallFailed(install_errors.VERSION_DOWNGRADE, "Downgrade detected")
        folder = self._root / "data" / "app" / f"~~x==/{facts.package}-y=="
        folder.mkdir(parents=True, exist_ok=True)
        kept = [folder / "base.apk", *(folder / f"split_{name}.apk" for name in sorted(splits))]
        for path, source in zip(kept, [apk, *(splits[name] for name in sorted(splits))], strict=True):
            path.write_bytes(source.read_bytes())
        data = self._root / "data" / "data" / facts.package
        (data / "files").mkdir(parents=True, exist_ok=True)
        self._uids += 1
        now = time.time_ns() // 10**6
        uid = before.uid if before else self._uids
        package = Package(facts, uid, tuple(kept), (folder / "classes.jar",) * len(kept), data, now, now)
        self.packages.by_name[facts.package] = package
        self.permissions.install(facts, grant_all=grant)
        return package

    def _get(self, name: str) -> Package:
        package = self.packages.find(name)
        if package is None:
            raise UnknownPackage(name)
        return package

    async def uninstall(self, package: str, *, keep_data: bool = False) -> None:
        self._get(package)
        await self.force_stop(package)
        del self.packages.by_name[package]
        self.permissions.uninstall(package)

    async def remove_splits(self, package: str, splits: Collection[str]) -> None:
        unknown = sorted(set(splits) - set(self._get(package).splits))
        if unknown:
            raise InstallFailed(install_errors.INVALID_APK, f"Split not found: {unknown[0]}")
        facts = self._get(package).facts
        kept = [one for one in facts.splits if one.name not in splits]
        self.packages.by_name[package] = replace_fields(
            self._get(package), facts=replace_fields(facts, splits=tuple(kept)),
            apks=(self._get(package).apk, *(self._get(package).splits[one.name] for one in kept)),
        )  # fmt: skip

    async def clear_data(self, package: str) -> None:
        self._get(package)
        await self.force_stop(package)

    async def set_enabled(self, target: str, state: str) -> str:
        self._get(target.partition("/")[0]).enabled[target.partition("/")[0]] = state
        return state

    async def grant(self, package: str, permission: str) -> None:
        self.permissions.grant(package, permission)

    async def revoke(self, package: str, permission: str) -> None:
        self.permissions.revoke(package, permission)

    async def reset_permissions(self, package: str | None = None) -> None:
        for one in [self._get(package)] if package else list(self.packages):
            self.permissions.reset(one.name)

    async def start_activity(self, intent: Intent, *, wait: bool = False, stop: bool = False) -> StartResult:
        found = self.packages.find_component(intent.component)
        if intent.component and found is None:
            raise ActivityRefused(f"Activity class {{{intent.component}}} does not exist.", -92)
        if found is None:
            raise ActivityRefused(f"Activity not started, unable to resolve Intent {intent.describe()}", -91)
        package, component = found
        if stop:
            await self.force_stop(package.name)
        place = self.tasks.place(component, component, intent, None)
        if place.only_front:
            return StartResult(True, component.component, brought_to_front=True)
        record = self.tasks.push(place.task, component, component, intent, caller=None, caller_package="", request_code=-1)
        record.state = "resumed"
        record.drawn = self.draw is None
        if self.draw is not None:
            asyncio.get_running_loop().call_later(self.draw, setattr, record, "drawn", True)
        pid = 5000 + len(self._processes)
        self._processes[package.name] = ProcessInfo(pid, 300, package.user, package.name, package.name, 9_000, 1_000)
        return StartResult(True, component.component, total_ms=120, wait_ms=121)

    async def launch(self, package: str) -> StartResult:
        launcher = self._get(package).launcher
        assert launcher is not None
        return await self.start_activity(
            Intent("android.intent.action.MAIN", component=launcher.component, flags=0x10200000,
                   categories=("android.intent.category.LAUNCHER",))
        )  # fmt: skip

    async def force_stop(self, package: str) -> None:
        self._processes.pop(package, None)
        for record in self.tasks.activities():
            if record.package == package:
                self.tasks.remove(record)

    async def kill_background(self, package: str) -> None:
        self._processes.pop(package, None)

    async def crash(self, package: str) -> None:
        await self.force_stop(package)

    async def kill_process(self, pid: int) -> None:
        for name, one in list(self._processes.items()):
            if one.pid == pid:
                await self.force_stop(name)

    async def broadcast(self, intent: Intent) -> BroadcastResult:
        self.inputs.append(("broadcast", intent.action, dict(intent.extras)))
        return BroadcastResult(-1, "success") if intent.action.startswith("ADB_KEYBOARD_") else BroadcastResult()

    async def start_service(self, intent: Intent) -> str:
        return ""

    async def stop_service(self, intent: Intent) -> bool:
        return False

    async def put_setting(self, namespace: str, key: str, value: str | None) -> None:
        self.settings.put(namespace, key, value)

    async def home(self) -> None:
        self.inputs.append(("home",))

    async def tap(self, x: int, y: int, *, ms: int = 0) -> None:
        self.inputs.append(("tap", x, y, ms))

    async def swipe(self, x: int, y: int, x2: int, y2: int, *, ms: int = 300) -> None:
        self.inputs.append(("swipe", x, y, x2, y2, ms))

    async def key(self, code: int, *, meta: int = 0, long: bool = False) -> None:
        self.inputs.append(("key", code, meta, long))

    async def text(self, text: str) -> None:
        self.inputs.append(("text", text))

    async def screenshot(self) -> bytes:
        out = io.BytesIO()
        Image.new("RGB", (self.display.width, self.display.height), (10, 200, 30)).save(out, "PNG")
        return out.getvalue()

    async def dump_hierarchy(self, *, compressed: bool = False) -> str:
        root = Node("android.widget.FrameLayout", "com.android.launcher3", text="购物 & <b>")
        return write_hierarchy([root], self.display, compressed=compressed)


class HostLoopback:
    """The device's network, which is the host's loopback in these tests."""

    async def connect(self, port: int) -> socket.socket:
        sock = socket.socket()
        sock.setblocking(False)
        try:
            await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", port))
        except OSError:
            sock.close()
            raise
        return sock

    async def listen(self, port: int) -> socket.socket:
        sock = socket.socket()
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind(("127.0.0.1", port))
            sock.listen(16)
        except OSError:
            sock.close()
            raise
        return sock


async def pong(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Stands for the uiautomator server."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\npong")
    await writer.drain()


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Stands for the Frida endpoint."""
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()


@dataclass
class MemoryDevice:
    root: Path
    state: Path
    serial: str = "LABSERIAL1"
    reboots: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name in ("data/local/tmp", "data/data", "data/app", "storage/emulated/0/Download", "storage/self", "system/bin"):
            (self.root / name).mkdir(parents=True, exist_ok=True)
        if not (self.root / "sdcard").is_symlink():
            (self.root / "sdcard").symlink_to("/storage/self/primary")
            (self.root / "storage/self/primary").symlink_to("/storage/emulated/0")
        self.system = MemorySystem(self.root, self.state)
        self.processes = ShellProcesses()
        self.properties = Properties(PROPERTIES)
        self.network = HostLoopback()
        self.services: Mapping[int, Handler] = {UIAUTOMATOR_PORT: pong, FRIDA_PORT: echo}
        self.tree = DeviceTree(
            self.root,
            ownership=Ownership(lambda name: getattr(self.system.packages.find(name), "uid", None)),
            virtual=device_files(self.properties, self.processes, self.system.running, lambda: 61.5,
                                 lambda: {FRIDA_PORT} & set(self.services)),
        )

    @property
    def frida(self) -> Handler:
        return echo

    async def reboot(self, reason: str) -> None:
        self.reboots.append(reason)
        await self.processes.stop()


class DaemonThread:
    """An AdbDaemon on an event loop of its own, for clients that block."""

    def __init__(self, device: MemoryDevice) -> None:
        self.device = device
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> DaemonThread:
        self._thread.start()
        self.daemon = self.call(self._make())
        self.port = self.daemon.port
        return self

    async def _make(self) -> AdbDaemon:
        daemon = AdbDaemon(self.device)
        await daemon.start()
        return daemon

    def call(self, work: Any) -> Any:
        """Runs a coroutine on the daemon's loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def __exit__(self, *_: object) -> None:
        self.call(self.daemon.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
