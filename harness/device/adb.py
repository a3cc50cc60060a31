"""A device over adb, by adbutils."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import adbutils

from harness.device.choosing import adb_errors, choose
from harness.device.device import DeviceFacts, Permission, Shell, quote
from harness.device.staging import STAGING
from harness.errors import BadApk, RigError, UsageError

_PACKAGE = re.compile(r"[A-Za-z][\w]*(\.[A-Za-z_][\w]*)+")
_PROPERTY = re.compile(r"^\[(.+?)\]: \[(.*)\]$", re.MULTILINE)
_PERMISSION = re.compile(r"^\s+([\w.]+): granted=(true|false)(?:, flags=\[ ?(.*?) ?\])?", re.MULTILINE)
_RESUMED = re.compile(
    r"(?:topResumedActivity|mResumedActivity|ResumedActivity)[=:]\s*ActivityRecord\{\S+ \S+ ([\w.$]+/[\w.$]+)"
)
_EMULATORS = {"goldfish", "ranchu", "cuttlefish", "vbox86", "cutf_cvm"}
_NOT_FOR_IT = {
    "INSTALL_FAILED_NO_MATCHING_ABIS": "It has native code for another processor only.",
    "INSTALL_FAILED_OLDER_SDK": "It needs a newer Android.",
    "INSTALL_PARSE_FAILED_NO_CERTIFICATES": "It is not signed.",
    "INSTALL_PARSE_FAILED_NOT_APK": "It is not an APK.",
    "INSTALL_FAILED_INVALID_APK": "It is not a valid APK.",
    "INSTALL_FAILED_MISSING_SPLIT": "It is a part of a split app.",
    "INSTALL_FAILED_UPDATE_INCOMPATIBLE": "Another app of this name, signed by someone else, is installed.",
    "INSTALL_FAILED_VERSION_DOWNGRADE": "A newer version is installed.",
    "INSTALL_FAILED_MISSING_SHARED_LIBRARY": "It needs a shared library that this device lacks.",
    "INSTALL_FAILED_TEST_ONLY": "It is a test-only build.",
}


class AdbDevice:
    """One device. Every call opens its own connection, so it may be used from several threads."""

    def __init__(self, serial: str, client: adbutils.AdbClient | None = None) -> None:
        self.client = client or adbutils.AdbClient()
        self._serial = serial
        self.adb = self.client.device(serial)
        self._root: str | None = None
        self._forwarded: dict[int, int] = {}
        self._lock = threading.Lock()

    @classmethod
    def open(cls, serial: str | None = None, client: adbutils.AdbClient | None = None) -> AdbDevice:
        """The device named, or named by ANDROID_SERIAL, or the only one."""
        client = client or adbutils.AdbClient()
        return cls(choose(client, serial), client)

    @property
    def serial(self) -> str:
        return self._serial

    def await_start(self, seconds: float) -> None:
        """Waits for a device that was started again: until adb has it and its system is up. What was forwarded to it is
        gone then. Raises RigError where it does not come back in time."""
        until = time.monotonic() + seconds
        with self._lock:
            self._forwarded.clear()
        self._root = None
        while True:
            try:
                if ":" in self._serial:
                    self.client.connect(self._serial, timeout=5)
                if self._run("getprop sys.boot_completed", 10.0).output.strip() == "1":
                    return
            except (RigError, adbutils.AdbError, OSError):
                pass    # it is not there yet
            if time.monotonic() > until:
                raise RigError(f"{self.serial} did not come back within {seconds:g} s of its restart.", "",
                               "Look at the device: it may ask for its code before it starts.")
            time.sleep(0.5)

    # -- shell ----------------------------------------------------------------------------------

    def shell(self, *words: str, seconds: float = 30.0) -> Shell:
        """One command; each word arrives as it is. Its exit status is in the answer, not raised."""
        return self._run(quote(words), seconds)

    def _run(self, line: str, seconds: float) -> Shell:
        with adb_errors(f"Running `{line[:80]}` on {self.serial}"):
            said = self.adb.shell2(line, timeout=seconds, v2=True)
        told_apart = bool(said.stdout or said.stderr)  # an old adbd has one stream for both
        return Shell(said.returncode, said.stdout if told_apart else said.output, said.stderr)

    def _must(self, what: str, *words: str, seconds: float = 30.0) -> str:
        said = self.shell(*words, seconds=seconds)
        if said.status != 0:
            why = (said.error or said.output).strip()
            fix = "Do what the reason says, or restart the device; then run again."
            raise RigError(f"{what} failed on {self.serial}.", why, fix)
        return said.output

    def root_shell(self, script: str, seconds: float = 30.0) -> Shell:
        way = self.root()
        if not way:
            raise RigError(
                f"{self.serial} gives no root.",
                "The shell is not root and there is no su that lets it be.",
                "Use a rooted phone, an emulator without Google Play, or the lab; adb root may do.",
            )
        if way == "shell":
            return self._run(script, seconds)
        return self._run(f"{way} {quote([script])}", seconds)

    def root(self) -> str:
        """How root is had: "shell" (adbd runs as root), "su -c" or "su 0 sh -c"; "" where it is not."""
        if self._root is None:
            self._root = ""
            for way, probe in (("shell", "id -u"), ("su -c", "su -c 'id -u'"), ("su 0 sh -c", "su 0 sh -c 'id -u'")):
                if self._run(probe, 10.0).output.strip() == "0":
                    self._root = way
                    break
        return self._root

    @contextmanager
    def clock(self) -> Iterator[Callable[[], int]]:
        """A function that asks the device for its time, ns since 1970, over one connection that stays open: so
        an answer takes 2 ms and not the 20 of a new one."""
        what = f"Reading the clock of {self.serial}"
        with adb_errors(what):
            stream = self.adb.open_transport()
            stream.send_command("exec:while read x; do date '+%s %N'; done")
            stream.check_okay()
            stream.conn.settimeout(10)

        def ask() -> int:
            with adb_errors(what):
                stream.conn.sendall(b"\n")
                said = stream.conn.recv(256).decode(errors="replace").split()
            if len(said) != 2 or not said[0].isdigit():
                raise RigError(f"{what} failed.", f"date answered {' '.join(said)!r}.", "Run again.")
            if not said[1].isdigit():
                raise RigError(f"{what} failed.", "Its date knows no nanoseconds.", "Use a newer device.")
            return int(said[0]) * 10**9 + int(said[1])

        try:
            yield ask
        finally:
            stream.close()

    # -- facts ----------------------------------------------------------------------------------

    def facts(self) -> DeviceFacts:
        properties = dict(_PROPERTY.findall(self._must("Reading the properties", "getprop")))
        get = properties.get
        abis = get("ro.product.cpu.abilist") or get("ro.product.cpu.abi", "")
        return DeviceFacts(
            serial=self.serial,
            kind=_kind(properties),
            model=get("ro.product.model", ""),
            brand=get("ro.product.brand", ""),
            release=get("ro.build.version.release", ""),
            sdk=int(get("ro.build.version.sdk", "0") or 0),
            abis=tuple(a for a in abis.split(",") if a),
            fingerprint=get("ro.build.fingerprint", ""),
            patch=get("ro.build.version.security_patch", ""),
            root=self.root(),
            locale=get("persist.sys.locale") or get("ro.product.locale", ""),
            timezone=get("persist.sys.timezone", ""),
            properties=properties,
        )

    def packages(self) -> list[str]:
        lines = self._must("Listing the packages", "pm", "list", "packages").splitlines()
        return sorted(line.removeprefix("package:").strip() for line in lines if line.startswith("package:"))

    def permissions(self, package: str) -> list[Permission]:
        """As dumpsys tells them; a package that is not there raises UsageError."""
        dump = self._must("Reading the permissions", "dumpsys", "package", _checked(package))
        if f"Package [{package}]" not in dump:
            raise _missing(package, self.serial)
        block = dump[dump.index(f"Package [{package}]") :]
        found: dict[str, Permission] = {}
        for heading, runtime in (("install permissions:", False), ("runtime permissions:", True)):
            for section in _sections(block, heading):
                for name, granted, flags in _PERMISSION.findall(section):
                    words = tuple(f for f in re.split(r"[|\s]+", flags) if f)
                    found[name] = Permission(name, granted == "true", runtime, words)
        for section in _sections(block, "requested permissions:"):
            for line in section.splitlines():
                name = line.split(":")[0].strip()
                if name:
                    found.setdefault(name, Permission(name, False, True))
        return [found[name] for name in sorted(found)]

    def revoke(self, package: str, permission: str) -> None:
        """As the user does in the system's settings. Raises RigError where the system refuses."""
        self._must(f"Revoking {permission}", "pm", "revoke", _checked(package), permission)

    def density(self) -> int | None:
        """Dots per inch of the screen as apps see it, None where the device does not tell."""
        found = re.findall(r"density: *(\d+)", self.shell("wm", "density").output)
        return int(found[-1]) if found else None

    def foreground(self) -> str:
        found = _RESUMED.search(self._must("Reading the activities", "dumpsys", "activity", "activities"))
        if found is None:
            return ""
        package, _, name = found.group(1).partition("/")
        return f"{package}/{package}{name}" if name.startswith(".") else found.group(1)

    def processes(self) -> list[tuple[int, str]]:
        lines = self._must("Listing the processes", "ps", "-A").splitlines()
        if not lines:
            return []
        pid = lines[0].split().index("PID")
        rows = [line.split() for line in lines[1:]]
        return [(int(row[pid]), row[-1]) for row in rows if len(row) > pid and row[pid].isdigit()]

    def pids(self, package: str) -> list[int]:
        return [pid for pid, name in self.processes() if name == package or name.startswith(f"{package}:")]

    # -- apps -----------------------------------------------------------------------------------

    def install(self, apk: Path) -> None:
        """No permission is granted on the way."""
        if not apk.is_file():
            raise BadApk(f"There is no file {apk}.", "", "Give the path of an APK.")
        remote = f"{STAGING}/harness-{time.time_ns():x}.apk"
        with adb_errors(f"Copying {apk.name} to {self.serial}"):
            self.adb.sync.push(apk, remote)
        try:
            said = self.shell("pm", "install", "-r", "-t", remote, seconds=300)
        finally:
            self.shell("rm", "-f", remote)
        text = f"{said.output}\n{said.error}".strip()
        if said.status == 0 and "Success" in text:
            return
        reason = re.search(r"(INSTALL_\w+)", text)
        why = _NOT_FOR_IT.get(reason.group(1)) if reason else None
        if why is not None:
            raise BadApk(f"{apk.name} cannot be installed on {self.serial}.", f"{why} ({text})", "Check the APK.")
        raise RigError(f"{apk.name} could not be installed on {self.serial}.", text, "Free space there; run again.")

    def uninstall(self, package: str) -> None:
        said = self.shell("pm", "uninstall", _checked(package), seconds=120)
        if "Success" not in said.output:
            if package not in self.packages():
                raise _missing(package, self.serial)
            raise RigError(f"{package} could not be removed.", (said.output + said.error).strip(), "Remove it by hand.")

    def clear(self, package: str) -> None:
        said = self.shell("pm", "clear", _checked(package), seconds=60)
        if "Success" not in said.output:
            if package not in self.packages():
                raise _missing(package, self.serial)
            why = (said.output + said.error).strip()
            raise RigError(f"The data of {package} could not be cleared.", why, "Run again.")

    def launch(self, package: str) -> None:
        activity = self._launcher(package)
        said = self.shell(
            "am", "start", "-W", "-a", "android.intent.action.MAIN", "-c", "android.intent.category.LAUNCHER",
            "-f", "0x10200000", "-n", activity, seconds=180,
        )  # fmt: skip
        if said.status != 0 or "Error" in said.output + said.error:
            raise RigError(f"{package} could not be started.", (said.error or said.output).strip(), "Run again.")

    def _launcher(self, package: str) -> str:
        said = self.shell(
            "cmd", "package", "resolve-activity", "--brief", "-a", "android.intent.action.MAIN",
            "-c", "android.intent.category.LAUNCHER", _checked(package),
        )  # fmt: skip
        lines = [line.strip() for line in said.output.splitlines() if "/" in line]
        if lines:
            return lines[-1]
        if package not in self.packages():
            raise _missing(package, self.serial)
        raise UsageError(
            f"{package} has nothing to launch.",
            "It has no activity for the launcher.",
            "Name an app that a user can start, or start its activity by hand.",
        )

    def stop(self, package: str) -> None:
        self._must(f"Stopping {package}", "am", "force-stop", _checked(package))

    def home(self) -> None:
        self._must("The home key", "input", "keyevent", "KEYCODE_HOME")

    def back(self) -> None:
        self._must("The back key", "input", "keyevent", "KEYCODE_BACK")

    # -- files, settings, log -------------------------------------------------------------------

    def push(self, data: bytes, remote: str, mode: int = 0o644) -> None:
        with adb_errors(f"Writing {remote} on {self.serial}"):
            self.adb.sync.push(data, remote, mode)

    def pull(self, remote: str) -> bytes:
        with adb_errors(f"Reading {remote} on {self.serial}"):
            content: bytes = self.adb.sync.read_bytes(remote)
        return content

    def get_setting(self, namespace: str, key: str) -> str | None:
        value = self._must(f"Reading the setting {key}", "settings", "get", namespace, key).rstrip("\r\n")
        return None if value == "null" else value

    def put_setting(self, namespace: str, key: str, value: str | None) -> None:
        if value is None:
            self._must(f"Removing the setting {key}", "settings", "delete", namespace, key)
        else:
            self._must(f"Writing the setting {key}", "settings", "put", namespace, key, value)

    @contextmanager
    def log(self, into: Path) -> Iterator[None]:
        """From now on; the device's times are seconds since 1970."""
        with adb_errors(f"Reading the log of {self.serial}"):
            stream = self.adb.shell("logcat -v epoch -T 1", stream=True, timeout=None)
        follower = threading.Thread(target=_copy, args=(stream.conn, into), name=f"log-{self.serial}", daemon=True)
        follower.start()
        try:
            yield
        finally:
            stream.close()
            follower.join(5)

    # -- ports ----------------------------------------------------------------------------------

    def forward(self, remote_port: int) -> int:
        with self._lock, adb_errors(f"Forwarding port {remote_port} of {self.serial}"):
            if remote_port not in self._forwarded:
                self._forwarded[remote_port] = self.adb.forward_port(remote_port)
            return self._forwarded[remote_port]

    def forwards(self) -> set[str]:
        """The ends on this machine ("tcp:40001") of all that is forwarded to the device, by whoever."""
        with adb_errors(f"Listing adb forward on {self.serial}"):
            return {item.local for item in self.adb.forward_list() if item.serial == self.serial}

    def unforward(self, local: str) -> None:
        with self._lock, adb_errors(f"Ending adb forward {local} of {self.serial}"):
            self.adb.forward_remove(local, raise_non_found=False)
            self._forwarded = {remote: port for remote, port in self._forwarded.items() if f"tcp:{port}" != local}

    def reverse(self, device_port: int, host_port: int) -> None:
        with adb_errors(f"adb reverse on {self.serial}"):
            self.adb.reverse(f"tcp:{device_port}", f"tcp:{host_port}")

    def reversed(self) -> list[tuple[int, int]]:
        with adb_errors(f"Listing adb reverse on {self.serial}"):
            items = self.adb.reverse_list()
        pairs = [(i.remote, i.local) for i in items]
        return [(int(r[4:]), int(v[4:])) for r, v in pairs if r.startswith("tcp:") and v.startswith("tcp:")]

    def unreverse(self, device_port: int) -> None:
        with adb_errors(f"Ending adb reverse on {self.serial}"):
            self.adb.reverse_remove(f"tcp:{device_port}")


def _copy(connection: Any, into: Path) -> None:
    with into.open("ab", buffering=0) as file:
        while True:
            try:
                data = connection.recv(1 << 16)
            except (OSError, ValueError):
                return  # it was closed from our side
            if not data:
                return
            file.write(data)


def _kind(properties: dict[str, str]) -> str:
    if properties.get("ro.lab.device") or properties.get("ro.hardware", "").startswith("lab"):
        return "lab"
    if properties.get("ro.kernel.qemu") == "1" or properties.get("ro.boot.qemu") == "1":
        return "emulator"
    return "emulator" if properties.get("ro.hardware") in _EMULATORS else "phone"


def _sections(block: str, heading: str) -> Iterator[str]:
    """The lines below each such heading that are indented deeper than it."""
    lines = block.splitlines()
    for at, line in enumerate(lines):
        if line.strip() == heading or line.strip().startswith(heading):
            depth = len(line) - len(line.lstrip())
            inside = []
            for below in lines[at + 1 :]:
                if not below.strip() or len(below) - len(below.lstrip()) <= depth:
                    break
                inside.append(below)
            yield "\n".join(inside)


def _checked(package: str) -> str:
    if not _PACKAGE.fullmatch(package):
        raise UsageError(f"{package!r} is no package name.", "", "Give a name such as com.example.shop.")
    return package


def _missing(package: str, serial: str) -> UsageError:
    fix = "Give the APK instead, or a package that `adb shell pm list packages` shows."
    return UsageError(f"{package} is not installed on {serial}.", "", fix)
