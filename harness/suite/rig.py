"""The real equipment: an adb device with proxy, hooks and uiautomator2, set up and taken back.

A phone, an emulator and the lab are the same to it.
"""

from __future__ import annotations

import logging
import platform
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any

import adbutils
import uiautomator2
from uiautomator2 import exceptions as u2

import harness
from harness.bundle import Bundle
from harness.capture import device_limits, device_log
from harness.capture.catalogue import load_catalogue
from harness.capture.clock import measure, measure_device
from harness.capture.hooks import HookCapture
from harness.capture.proxy_settings import KEEP_RESPONSES, Way
from harness.capture.screen import ScreenSource, U2Source
from harness.capture.traffic import TrafficCapture
from harness.capture.wireguard import Tunnel, endpoint, own_address
from harness.device import proxy_setup
from harness.device.adb import AdbDevice
from harness.device.agent_rings import AgentRings
from harness.device.apk import ApkFacts, check_device
from harness.device.frida_link import FridaLink
from harness.device.frida_server import USUAL_PORT, FridaServer
from harness.device.restore_file import RestoreFile
from harness.device.staging import STAGING
from harness.device.tools import TOOLS, installed
from harness.errors import HarnessError, RigError, UsageError
from harness.model import Fact, Gap, GapKind
from harness.suite.outside import Outside, device_time, has_run

LOG = "device.log"
LOG_END_SECONDS = 5.0
"""How long the log's last line may take to arrive once the app has been ended."""
_LOG_END_TAG = "harness"
UI_SERVER = f"{STAGING}/u2.jar"
"""Where uiautomator2 puts its server."""
LED_SECONDS = 10.0
"""Between two looks whether the device still goes through the proxy: adb's reverse ports are lost with the cable."""
_UI_ERRORS = (u2.BaseException, adbutils.AdbError, OSError)


@contextmanager
def _ui_errors(what: str) -> Iterator[None]:
    try:
        yield
    except _UI_ERRORS as bad:
        raise RigError(f"{what} failed.", f"{type(bad).__name__}: {bad}",
                       "Look whether the device is still connected and unlocked, then run again.") from bad


class UiHands:
    """Taps through uiautomator2."""

    def __init__(self, device: Any) -> None:
        self._device = device

    def tap(self, x: int, y: int) -> None:
        with _ui_errors(f"A tap at {x},{y}"):
            self._device.click(x, y)

    def swipe(self, x: int, y: int, x2: int, y2: int, seconds: float) -> None:
        with _ui_errors("A swipe"):
            self._device.swipe(x, y, x2, y2, duration=seconds)

    def press(self, key: str) -> None:
        with _ui_errors(f"The key {key}"):
            self._device.press(key)

    def type(self, text: str) -> None:
        with _ui_errors("Typing"):
            self._device(focused=True).set_text(text)

    def long_tap(self, x: int, y: int, seconds: float) -> None:
        with _ui_errors(f"A long tap at {x},{y}"):
            self._device.long_click(x, y, seconds)


def _connected(serial: str) -> Any:
    logging.getLogger("uiautomator2").setLevel(logging.WARNING)
    with _ui_errors("Connecting uiautomator2"):
        # Of a serial alone it would ask the adb server that the environment named when it was imported.
        ui = uiautomator2.connect(adbutils.AdbClient().device(serial))
        ui.screen_on()
    return ui


def screen_and_hands(serial: str) -> tuple[ScreenSource, UiHands]:
    """A device's screen, and what touches it, without hooks and proxy. Raises RigError."""
    ui = _connected(serial)
    return U2Source(ui), UiHands(ui)


class Hooking:
    """Stands for the hooks before they are set up, so that an app can hold on to it from the beginning."""

    def __init__(self, rig: DeviceRig) -> None:
        self._rig = rig

    def stopping(self) -> AbstractContextManager[None]:
        return self._rig.hooks.stopping()

    def leaving_alone(self) -> AbstractContextManager[None]:
        return self._rig.hooks.leaving_alone()

    def prove(self, where: str) -> None:
        self._rig.hooks.prove(where)

    def holding(self) -> bool:
        return self._rig.hooks.holding()


class DeviceRig:
    """One device with its captures. `resolve`, `upstream_ca`: as in TrafficCapture, for servers of one's own.

    `reach_private`: whether apps may reach private networks through the proxy; None: as the kind of device has it. A
    phone or an emulator is in the tester's network anyway; the lab device has none, and its apps are to have none.
    `keep_responses`, `read_quic`: as in TrafficCapture. `way`: how traffic is brought here; `wireguard_endpoint`: this
    machine's address for the tunnel, None: that of its default route.
    `frida_server`, `frida_name`, `frida_port`: as FridaServer's `file`, `name`, `port`. `spawn_gating`: as FridaLink's
    `gating`. `outside`: set by the session that uses it.
    """

    outside: Outside

    def __init__(
        self,
        device: AdbDevice,
        *,
        proxy_port: int = 0,
        resolve: Mapping[str, str] | None = None,
        upstream_ca: Path | None = None,
        reach_private: bool | None = None,
        keep_responses: int | None = KEEP_RESPONSES,
        way: Way = Way.PROXY,
        wireguard_endpoint: str | None = None,
        read_quic: bool = False,
        spawn_gating: bool = True,
        frida_server: Path | None = None,
        frida_name: str = "",
        frida_port: int = USUAL_PORT,
    ) -> None:
        self.device = device
        self._proxy_port = proxy_port
        self._resolve = resolve
        self._upstream_ca = upstream_ca
        self._reach_private = reach_private
        self._keep_responses = keep_responses
        self._way = way
        self._wireguard_endpoint = wireguard_endpoint
        self._read_quic = read_quic
        self._spawn_gating = spawn_gating
        self._frida = FridaServer(
            device, RestoreFile.of(device.serial), file=frida_server, name=frida_name, port=frida_port)
        self._bundle: Bundle | None = None
        self._traffic: TrafficCapture | None = None
        self._led = False             # traffic still goes through the proxy
        self._to_put_back = False     # set_up has begun, and put_back has not yet been tried
        self._forwards: set[str] | None = None
        self._link: FridaLink | None = None
        self._hooks: HookCapture | None = None
        self._package = ""
        self._processes: tuple[str, ...] = ()
        self._log: AbstractContextManager[None] | None = None
        self._ui: Any = None
        self._looked = 0.0
        self._losses: list[str] = []
        self._lock = threading.Lock()

    @property
    def serial(self) -> str:
        return self.device.serial

    @property
    def phone(self) -> AdbDevice:
        return self.device

    @property
    def ui(self) -> Any:
        if self._ui is None:
            raise RigError("uiautomator2 is not connected.", "The rig was not started.", "")
        return self._ui

    @property
    def screen(self) -> ScreenSource:
        return U2Source(self.ui)

    @property
    def hands(self) -> UiHands:
        return UiHands(self.ui)

    @property
    def hooks(self) -> HookCapture:
        if self._hooks is None:
            raise RigError("The hooks are not set up.", "The rig was not started.", "")
        return self._hooks

    @cached_property
    def hooked(self) -> Hooking:
        return Hooking(self)

    @cached_property
    def facts(self) -> Any:
        return self.device.facts()

    def check_app(self, app: ApkFacts) -> None:
        check_device(app, self.facts.abis, self.facts.sdk)
        self._processes = app.processes

    def start(self, bundle: Bundle, package: str, progress: Callable[[str], None]) -> None:
        self._bundle = bundle
        try:
            self._start(bundle, package, progress)
        except BaseException:
            self.stop()
            raise

    def _start(self, bundle: Bundle, package: str, progress: Callable[[str], None]) -> None:
        self._forwards = self.device.forwards()
        progress(f"{self.serial}: starting the proxy")
        tunnel = self._tunnel()
        self._traffic = TrafficCapture(
            bundle, port=self._proxy_port, resolve=self._resolve, upstream_ca=self._upstream_ca,
            reach_private=self._may_reach_private(), keep_responses=self._keep_responses, wireguard=tunnel,
            read_quic=self._read_quic, on_lost=self._proxy_lost)
        address = self._traffic.start()
        if tunnel is not None:
            self._tell_tunnel(tunnel, self._traffic.tunnel.port, package, progress)
        proxied = self._way is not Way.WIREGUARD
        progress(f"{self.serial}: leading the device through the proxy" if proxied else f"{self.serial}: installing the CA")
        self._to_put_back = True
        done = proxy_setup.set_up(self.device, address.port if proxied else None, self._traffic.ca_pem.read_bytes())
        self._led = proxied
        self._fact(bundle, "proxy", done)
        self._log = self.device.log(bundle.path / LOG)
        self._log.__enter__()
        progress(f"{self.serial}: connecting uiautomator2")
        proxy_setup.will_bring(self.device, UI_SERVER)
        self._ui = _connected(self.serial)
        progress(f"{self.serial}: gating the app's processes")
        if self.device.pids(package):
            self.device.stop(package)
        self._package = package
        proxy_setup.will_run(self.device, package)
        self._hook(bundle, package, progress)

    def _hook(self, bundle: Bundle, package: str, say: Callable[[str], None] = lambda text: None) -> None:
        self._link = self._frida.link(gating=self._spawn_gating, say=say)
        if brought := self._frida.facts():
            self._fact(bundle, "frida_server", brought)
        self._hooks = HookCapture(
            self._link, package, bundle, load_catalogue(), level=self.facts.sdk, rings=AgentRings(self.device),
            processes=self._processes)
        self._hooks.start()

    def again(self, seconds: float) -> None:
        """After a restart of the device: waits until it is up, leads it through the proxy again, and connects what ended with
        it. What ran of the app from the restart on until the hooks are back ran unseen: a gap says so, unless the system has
        neither a process of it nor the start of one in its log. Raises RigError."""
        bundle, hooks = self._bundle, self.hooks
        assert bundle is not None
        began = time.time_ns()
        self._hooks = self._link = None
        with suppress(RigError):        # its connection ended with the device
            hooks.stop()
        self.device.await_start(seconds)
        if self._traffic is not None:
            port = self._traffic.address.port if self._led else None
            proxy_setup.lead_again(self.device, port, self._traffic.ca_pem.read_bytes())
        if self._log is not None:
            self._log.__exit__(None, None, None)
        self._log = self.device.log(bundle.path / LOG)
        self._log.__enter__()
        self._ui = _connected(self.serial)
        self._hook_again(bundle, time.monotonic() + seconds)
        if not has_run(self.device, self._package, device_time(self.device) - (time.time_ns() - began) / 1e9):
            return
        why = "The device was started again: what the app did from then on until its hooks were back was not seen."
        bundle.append(Gap(host_ns=time.time_ns(), kind=GapKind.PROCESS_NOT_ATTACHED, detail=why, subject=self._package,
                          from_ns=began, to_ns=time.time_ns()))

    def _hook_again(self, bundle: Bundle, until: float) -> None:
        """A frida-server comes up some time after the system, or has to be started by hand."""
        while True:
            try:
                return self._hook(bundle, self._package)
            except RigError:
                if time.monotonic() > until:
                    raise
                time.sleep(2)

    def _tunnel(self) -> Tunnel | None:
        """Raises UsageError for a device that no WireGuard app can run on."""
        if self._way is Way.PROXY:
            return None
        if self.facts.kind == "lab":
            raise UsageError(
                "The lab device has no tunnel.",
                "The WireGuard app does not run there, and nothing leaves it but through the proxy.",
                "Leave --capture out.")
        return Tunnel.of(self.serial)

    def _tell_tunnel(self, tunnel: Tunnel, port: int, package: str, progress: Callable[[str], None]) -> None:
        here = endpoint(self._wireguard_endpoint or own_address(), port)
        path = tunnel.write_configuration(here, package)
        progress(f"{self.serial}: the tunnel's end is UDP {here}; device and machine must reach each other there")
        progress(f"{self.serial}: once for each app: install WireGuard on the device, import {path}, "
                 f"and remove the copy (`adb -s {self.serial} push` brings it to /sdcard/Download)")
        progress(f"{self.serial}: now switch that tunnel on; only {package} takes it")

    def _may_reach_private(self) -> bool:
        return self.facts.kind != "lab" if self._reach_private is None else self._reach_private

    def device_facts(self) -> dict[str, Any]:
        return asdict(self.facts)

    def tool_facts(self) -> dict[str, Any]:
        return {"harness": harness.__version__, "python": platform.python_version(), "host": platform.platform(),
                **{name: installed(name) or "not installed" for name in TOOLS}}

    def clock_facts(self) -> dict[str, Any]:
        try:
            with self.device.clock() as ask:
                offset = measure(ask, "date")
        except RigError:    # a `date` that knows no nanoseconds: to the half second, then
            offset = measure_device(lambda *words: self.device.shell(*words).output)
        self.hooks.device_offset = offset
        return asdict(offset)

    def permissions(self, package: str) -> dict[str, Any]:
        if package not in self.device.packages():
            return {}
        return {p.name: {"granted": p.granted, "runtime": p.runtime, "flags": list(p.flags)}
                for p in self.device.permissions(package)}

    def check(self) -> None:
        if self._hooks is not None:
            self._hooks.check()
        if self._link is not None:
            self._link.check()
        if self._led and self._traffic is not None and self._traffic.alive:
            now = time.monotonic()
            if now - self._looked >= LED_SECONDS:
                self._looked = now
                self._check_led(self._traffic.address.port)

    def _check_led(self, port: int) -> None:
        if proxy_setup.still_led(self.device, port):
            return
        self._led = False
        why = "The device's proxy setting was changed during the run; its traffic was not seen from then on."
        self._lose(why)
        if self._bundle is not None:
            now = time.time_ns()
            self._bundle.append(Gap(host_ns=now, kind=GapKind.CAPTURE_LOST, detail=why, subject="traffic", from_ns=now))

    def _proxy_lost(self, gap: Gap) -> None:
        self._lose(gap.detail)

    def _lose(self, why: str) -> None:
        with self._lock:
            self._losses.append(why)

    def losses(self) -> list[str]:
        with self._lock:
            return list(self._losses)

    def log(self) -> dict[str, Any]:
        path = self._bundle.path / LOG if self._bundle is not None else None
        return {"source": "logcat", "file": LOG, "size": path.stat().st_size if path and path.exists() else 0}

    def stop(self) -> list[str]:
        failures: list[str] = []
        bugs: list[Exception] = []

        def attempt(what: str, act: Callable[[], object]) -> None:
            try:
                act()
            except HarnessError as bad:
                failures.append(f"{what}: {bad}")
            except Exception as bug:  # noqa: BLE001 - raised below, once the device is as it was
                bugs.append(bug)

        hooks, self._hooks = self._hooks, None
        link, self._link = self._link, None
        traffic, self._traffic = self._traffic, None
        log, self._log = self._log, None
        if hooks is not None:
            attempt("the app", lambda: self._stop_app(hooks))
            attempt("hooks", hooks.stop)
        elif link is not None:
            attempt("Frida", link.close)
        if log is not None:
            attempt("the log's end", self._await_log_end)
            attempt("log", lambda: log.__exit__(None, None, None))
            attempt("what the log tells", self._read_log)
        self._led = False
        if self._to_put_back:
            self._to_put_back = False
            attempt("proxy settings", lambda: proxy_setup.put_back(self.device))
        if traffic is not None:
            attempt("proxy", traffic.stop)
        attempt("adb forward", self._unforward)
        if bugs:
            raise bugs[0]
        return failures

    def _stop_app(self, hooks: HookCapture) -> None:
        """An app goes on for long after its scenarios, and the next run's proxy would hear it."""
        if self.device.pids(self._package):
            with hooks.stopping():
                self.device.stop(self._package)

    def _await_log_end(self) -> None:
        """Writes a last line to the log and waits for it, so that all that came before has arrived, too."""
        assert self._bundle is not None
        mark = f"end of run {time.time_ns()}"
        self.device.shell("log", "-t", _LOG_END_TAG, mark)
        until = time.monotonic() + LOG_END_SECONDS
        while mark.encode() not in _tail(self._bundle.path / LOG):
            if time.monotonic() > until:
                now = time.time_ns()
                why = "The device's log was not read to its end: what the device refused to the app may be missing in it."
                self._bundle.append(Gap(host_ns=now, kind=GapKind.CAPTURE_LOST, detail=why, subject="log", from_ns=now))
                return
            time.sleep(0.05)

    def _read_log(self) -> None:
        assert self._bundle is not None
        path = self._bundle.path / LOG
        if self._package and path.exists():
            device_log.tell(self._bundle, path, self._package)
            device_limits.tell(self._bundle, path, self._package, load_catalogue())

    def _unforward(self) -> None:
        """Ends what uiautomator2 and Frida had forwarded since the start; neither of them does."""
        before, self._forwards = self._forwards, None
        if before is not None:
            for local in self.device.forwards() - before:
                self.device.unforward(local)

    @staticmethod
    def _fact(bundle: Bundle, kind: str, data: dict[str, Any]) -> None:
        bundle.append(Fact(host_ns=time.time_ns(), type=kind, data=data))


def _tail(path: Path, size: int = 1 << 16) -> bytes:
    if not path.exists():
        return b""
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - size, 0))
        return file.read()


def equip(serial: str | None, **options: Any) -> DeviceRig:
    """The device named, or named by ANDROID_SERIAL, or the only one, with DeviceRig's options. Raises UsageError, RigError."""
    return DeviceRig(AdbDevice.open(serial), **options)
