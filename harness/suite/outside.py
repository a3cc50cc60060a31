"""What happens to the device while the app is under test: screen, network, restart, other apps, force-stop, movement.

Each act is a step and a fact `outside`: what was done, how the device was before and after it, and which processes of the app
started then, with the reason that the system's own log gives. An act that the device does not do raises NotReached, with a gap.
"""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import adbutils

from harness.device.device import Shell
from harness.errors import BadApk, HarnessError, RigError
from harness.model import GapKind, Stage
from harness.suite.driver import NotReached
from harness.suite.limits import Limits
from harness.suite.steps import Steps

EARTH = 9.81
_START = re.compile(r"^\s*(\d+\.\d+) .*ActivityManager: Start proc (\d+):(\S+?)/\S+ for (.+)$", re.MULTILINE)
_AWAKE = re.compile(r"mWakefulness=(\w+)")
_ACTION = re.compile(r'^\s+(\S+):\n\s+[0-9a-f]+ (\S+)/(\S+) filter', re.MULTILINE)
_SYSTEM = ("android", "com.android.", "com.google.android.", "system", "webview_zygote")
_PACE = 0.25
_SLEEP, _WAKEUP = "223", "224"
_ACCELEROMETER = "1"


class Phone(Protocol):
    """What is asked of the device here."""

    def shell(self, *words: str, seconds: float = 30.0) -> Shell: ...
    def install(self, apk: Path) -> None: ...
    def uninstall(self, package: str) -> None: ...
    def packages(self) -> list[str]: ...
    def processes(self) -> list[tuple[int, str]]: ...
    def stop(self, package: str) -> None: ...


class Rig(Protocol):
    """The equipment as far as it is needed here (harness.suite.equipment)."""

    @property
    def serial(self) -> str: ...
    @property
    def hooked(self) -> Any: ...

    def device_facts(self) -> dict[str, Any]: ...

    def again(self, seconds: float) -> None:
        """After a restart of the device: waits for it, and sets up anew what the restart has ended."""


@dataclass(frozen=True)
class Started:
    """A process of the app that started. `reason`: in the words of the system's log, "" where it has none, such as
    "broadcast {example.shop/.BootReceiver}"."""

    process: str
    pid: int
    reason: str

    def as_data(self) -> dict[str, Any]:
        """`kind`: broadcast, service, content provider, top-activity, ...; `component`: what was started for, "" where the log
        does not say."""
        kind, _, rest = self.reason.partition(" {")
        component = rest.rstrip("}").rpartition("/")[2].split(" ")[0]
        return {"process": self.process, "pid": self.pid, "reason": self.reason, "kind": kind, "component": component}


@dataclass(frozen=True)
class Happened:
    """`started`: what started of the app while it was waited for; `others`: what started of other apps, the system's left out."""

    act: str
    started: tuple[Started, ...] = ()
    others: tuple[Started, ...] = ()


class Asked(Protocol):
    """A device that is asked what ran."""

    def shell(self, *words: str, seconds: float = 30.0) -> Shell: ...
    def processes(self) -> list[tuple[int, str]]: ...


def logged_starts(device: Asked) -> list[tuple[float, Started]]:
    """Every start of a process that the system's log has, with its time by the device's clock."""
    said = device.shell("logcat", "-d", "-v", "epoch", "-s", "ActivityManager:I").output
    return [(float(at), Started(name, int(pid), reason.strip())) for at, pid, name, reason in _START.findall(said)]


def device_time(device: Asked) -> float:
    """Seconds since 1970 by the device's clock; its whole seconds where it knows no parts."""
    said = device.shell("date", "+%s.%N").output.strip()
    try:
        return float(said)
    except ValueError:
        return float(said.partition(".")[0] or 0)


def has_run(device: Asked, package: str, since: float) -> bool:
    """Whether a process of the package is there, or one was started since then by the device's clock."""
    names = [name for _, name in device.processes()] + [one.process for at, one in logged_starts(device) if at >= since]
    return any(name.partition(":")[0] == package for name in names)


class _RefusedError(Exception):
    """The device does not do what it was told."""


class Outside:
    """What happens to one device. `watch`: seconds in which a start of the app is waited for after an act; 0: it is not."""

    def __init__(
        self, rig: Rig, phone: Phone, steps: Steps, package: str, limits: Limits, *,
        monotonic: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep,
    ) -> None:  # fmt: skip
        self._rig = rig
        self._phone = phone
        self._steps = steps
        self._package = package
        self._limits = limits
        self._monotonic = monotonic
        self._sleep = sleep

    # -- acts -------------------------------------------------------------------------------------------------------

    def screen_off(self, watch: float = 0.0) -> Happened:
        """The stage background begins."""
        with self._act("screen_off", watch, opens=Stage.BACKGROUND) as done:
            self._must("input", "keyevent", _SLEEP)
        return done()

    def screen_on(self, watch: float = 0.0) -> Happened:
        """Switches it on, and takes a lock away that wants no code."""
        with self._act("screen_on", watch) as done:
            self._must("input", "keyevent", _WAKEUP)
            self._phone.shell("wm", "dismiss-keyguard")
        return done()

    def unlock(self, watch: float = 0.0) -> Happened:
        """Off and on again, as a user who takes up the phone."""
        with self._act("unlock", watch) as done:
            self._must("input", "keyevent", _SLEEP)
            self._must("input", "keyevent", _WAKEUP)
            self._phone.shell("wm", "dismiss-keyguard")
        return done()

    def network(self, on: bool, watch: float = 0.0) -> Happened:
        """Wi-Fi and mobile data. A phone that is reached over its network cannot be cut off from it."""
        act = "network_on" if on else "network_off"
        if ":" in self._rig.serial and self._rig.device_facts().get("kind") != "lab":
            raise self._unable(act, "adb reaches the device over its network")
        with self._act(act, watch) as done:
            for what in ("wifi", "data"):
                self._must("svc", what, "enable" if on else "disable")
        return done()

    def install_other(self, apk: Path, watch: float = 0.0) -> str:
        """Another app is installed; its package. Raises NotReached where the device has it already: it is not taken away."""
        there = set(self._phone.packages())
        with self._act("install_other", watch, target=apk.name):
            self._phone.install(apk)
        added = sorted(set(self._phone.packages()) - there)
        if not added:
            raise self._unable("install_other", f"{apk.name} was there already")
        return added[0]

    def remove_other(self, package: str, watch: float = 0.0) -> Happened:
        if package == self._package:
            raise RigError(f"{package} is the app under test.", "", "Name another app.")
        with self._act("remove_other", watch, target=package) as done:
            self._phone.uninstall(package)
        return done()

    def broadcast(self, action: str, watch: float = 0.0) -> Happened:
        """A broadcast to the app, as another app sends it: it reaches one that was stopped, too, since who wants to wake
        another says so (FLAG_INCLUDE_STOPPED_PACKAGES)."""
        with self._act("broadcast", watch, target=action) as done:
            self._must("am", "broadcast", "--include-stopped-packages", "-a", action, "-p", self._package)
        return done()

    def force_stop(self, watch: float = 0.0) -> Happened:
        """As in the system's settings. What the app starts by itself afterwards is what is watched for."""
        with self._act("force_stop", watch) as done, self._rig.hooked.stopping():
            self._phone.stop(self._package)
        return done()

    def end_processes(self, watch: float = 0.0) -> Happened:
        """As the system does when memory is short: the processes end, and the app is not held for stopped."""
        with self._act("end_processes", watch) as done, self._rig.hooked.stopping():
            self._must("am", "kill", self._package)
        return done()

    def reboot(self, watch: float = 0.0) -> Happened:
        """The device starts again; captures are set up anew when it is there. What ran until then ran unseen, so that a
        start is told by the system alone."""
        with self._act("reboot", watch) as done:
            with self._rig.hooked.stopping():       # while the device can still hand over what they hold
                self._must("am", "kill", self._package)
            self._restart()
            self._rig.again(self._limits.reboot)
        return done()

    def shake(self, amplitude: float) -> bool:
        """Moves the device by that many m/s2 beside the earth's, to and fro. Whether it could: a phone takes no events but
        those of its own sensors, which is a gap."""
        kind = str(self._rig.device_facts().get("kind", ""))
        way = {"lab": self._lab_sensor, "emulator": self._emulator_sensor}.get(kind)
        if way is None:
            self._tell_unable("shake", "this device takes events of its own sensors only", amplitude=amplitude)
            return False
        try:
            with self._act("shake", 0.0, target=f"{amplitude:g} m/s2", amplitude=amplitude) as done:
                for force in (EARTH + amplitude, EARTH, EARTH - amplitude, EARTH):
                    way(force)
        except NotReached:      # told by its gap
            return False
        done()
        return True

    # -- what the device tells --------------------------------------------------------------------------------------

    def processes(self) -> list[tuple[int, str]]:
        """Of the app."""
        mine = self._package
        return [(pid, name) for pid, name in self._phone.processes() if name == mine or name.startswith(f"{mine}:")]

    def state(self) -> dict[str, Any]:
        """Screen, network and the app's processes, as the device tells them."""
        awake = _AWAKE.search(self._phone.shell("dumpsys", "power").output)
        wifi, data = (self._phone.shell("settings", "get", "global", key).output.strip() for key in ("wifi_on", "mobile_data"))
        return {"screen": awake.group(1) if awake else "", "wifi": wifi, "mobile_data": data,
                "processes": [name for _, name in self.processes()]}

    def other_actions(self) -> list[str]:
        """Actions that receivers of the app wait for and that are none of the system's: who else would send them?"""
        dump = self._phone.shell("dumpsys", "package", self._package).output
        table = dump.partition("Receiver Resolver Table:")[2].partition("\n\n")[0]
        found = [action for action, package, _ in _ACTION.findall(table) if package == self._package]
        return [action for action in dict.fromkeys(found) if not action.startswith(("android.", "com.android."))]

    # -- inside -----------------------------------------------------------------------------------------------------

    @contextmanager
    def _act(
        self, act: str, watch: float, *, target: str = "", opens: Stage | None = None, **more: Any
    ) -> Iterator[Callable[[], Happened]]:
        before = self.state()
        there = {pid for pid, _ in self.processes()}
        since = self._device_time()
        happened: list[Happened] = []

        def done() -> Happened:
            return happened[0]

        with self._steps.act("outside", f"{act} {target}".strip(), opens=opens, detail={"act": act, **more}) as step:
            try:
                yield done
            except (_RefusedError, BadApk, subprocess.SubprocessError) as refused:
                raise self._unable(act, str(refused), target=target, before=before, **more) from refused
            except HarnessError as bad:
                self._tell(act, target, before, {}, (), outcome="failed", why=str(bad), **more)
                raise
            started = self._await_start(there, since, watch)
            happened.append(Happened(act, started, self._starts_of_others(since)))
            step.detail["started"] = [one.process for one in started]
        others = [one.as_data() for one in happened[0].others]
        self._tell(act, target, before, self.state(), happened[0].started, outcome="done", watched_s=watch, others=others, **more)

    def _tell(
        self, act: str, target: str, before: dict[str, Any], after: dict[str, Any], started: tuple[Started, ...], **more: Any
    ) -> None:
        self._steps.fact(
            "outside", scenario=self._steps.scenario, act=act, target=target, before=before, after=after,
            started=[one.as_data() for one in started], **more)  # fmt: skip

    def _await_start(self, there: set[int], since: float, watch: float) -> tuple[Started, ...]:
        """What started of the app since then. With a `watch` a start is waited for that long, and then for its end: whoever
        starts a process may start another at once."""
        until = self._monotonic() + watch
        while watch > 0 and self._monotonic() < until:
            if any(pid not in there for pid, _ in self.processes()):
                break
            self._sleep(_PACE)
        told = self._starts(since)
        seen = {one.pid for one in told}
        untold = [Started(name, pid, "") for pid, name in self.processes() if pid not in there and pid not in seen]
        return (*told, *untold)

    def _starts(self, since: float) -> tuple[Started, ...]:
        """As the system's log has them: it names what a process was started for."""
        return tuple(one for one in self._all_starts(since) if one.process.partition(":")[0] == self._package)

    def _starts_of_others(self, since: float) -> tuple[Started, ...]:
        return tuple(one for one in self._all_starts(since)
                     if one.process.partition(":")[0] != self._package and not one.process.startswith(_SYSTEM))

    def _all_starts(self, since: float) -> tuple[Started, ...]:
        return tuple(one for at, one in logged_starts(self._phone) if at >= since)

    def _device_time(self) -> float:
        return device_time(self._phone)

    def _must(self, *words: str) -> None:
        said = self._phone.shell(*words)
        if said.status != 0:
            raise _RefusedError(f"`{' '.join(words)}` failed: {(said.error or said.output).strip()}")

    def _restart(self) -> None:
        try:
            self._phone.shell("reboot", seconds=15.0)
        except RigError:
            return      # the connection goes with the device

    def _lab_sensor(self, force: float) -> None:
        self._must("cmd", "sensorservice", "inject", _ACCELEROMETER, "0", "0", f"{force:g}")

    def _emulator_sensor(self, force: float) -> None:
        command = [adbutils.adb_path(), "-s", self._rig.serial, "emu", "sensor", "set", "acceleration", f"0:0:{force:g}"]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
        if ended.returncode != 0 or "KO" in ended.stdout:
            raise _RefusedError(f"the emulator's console took no event of a sensor: {(ended.stderr or ended.stdout).strip()}")

    def _tell_unable(self, act: str, why: str, **more: Any) -> str:
        detail = f"{act} was not done in scenario {self._steps.scenario}: {why.rstrip('.')}."
        about = {"target": "", **more}
        self._steps.fact("outside", scenario=self._steps.scenario, act=act, outcome="not_done", why=why, **about)
        self._steps.gap(GapKind.DEVICE_LIMIT, detail, subject=f"{act} {self._steps.scenario}")
        return detail

    def _unable(self, act: str, why: str, **more: Any) -> NotReached:
        return NotReached(self._tell_unable(act, why, **more), "", "Use another device for this scenario.")
