"""The lab devices of this machine: start, stop, list. Connects nothing to an adb server.

Each device has a folder below the state folder: `device.json` (who it is), `log.txt` (its daemon's log), `stage` (its
files, which only its daemon sees). An entry whose daemon is gone is cleared away whenever devices are listed; its
serial is kept until somebody has made adb forget it, too (`gone`, `forget`).
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from harness.errors import HarnessError, RigError, UsageError
from harness.resources import state_dir

OnProgress = Callable[[str], None]
"""Told in words what the start is doing."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,40}")
_STOP_SECONDS = 30.0
_LOG_TAIL = 2000
_POLL_SECONDS = 0.05


@dataclass(frozen=True)
class LabDeviceHandle:
    """A running lab device. `serial` is what adb connects to; `why_not`: why it is not contained, "" if it is.

    `started`: the daemon's start time as the kernel counts it, which tells it from a later process of that number.
    `ends_with`: the process that it was started for and ends with; None: it stays until it is stopped.
    """

    serial: str
    name: str
    pid: int
    profile: str
    seed: int
    contained: bool
    why_not: str
    started: str
    folder: str
    ends_with: int | None = None

    @property
    def log(self) -> Path:
        return Path(self.folder) / "log.txt"


def start(
    name: str | None = None,
    profile: str | None = None,
    *,
    seed: int | None = None,
    port: int = 0,
    trust_apk: bool = False,
    no_frida: bool = False,
    die_with: int | None = None,
    warm: int = 1,
    progress: OnProgress = lambda text: None,
) -> LabDeviceHandle:
    """Starts a device and returns when adb can connect to it.

    `die_with`: a process with which the device is to end, e.g. `os.getpid()`; without it the device stays until
    `stop`. `no_frida`: no Frida answers until a frida-server has been started there. Raises UsageError for a name in
    use, RigError with the end of the device's log when it does not start.
    """
    device = _begin(
        name, profile, seed=seed, port=port, trust_apk=trust_apk, no_frida=no_frida, die_with=die_with, warm=warm)
    return _finish(device, progress)


def start_several(count: int, *, progress: OnProgress = lambda text: None, **options: Any) -> list[LabDeviceHandle]:
    """As many devices at once, each with its own port, data and profile values; all or, after an error, none.

    `options`: those of `start` but name, port and seed.
    """
    begun: list[_Starting] = []
    done: list[LabDeviceHandle] = []
    try:
        begun = [_begin(None, **options) for _ in range(count)]
        for device in begun:
            done.append(_finish(device, progress))
    except BaseException:
        for device in begun[len(done) :]:
            _give_up(device)
        for handle in done:
            stop(handle.serial)
        raise
    return done


def running() -> list[LabDeviceHandle]:
    """The devices that are up, by name. Clears away what dead daemons left."""
    found = []
    for folder in sorted(_folder().iterdir()):
        handle = _read(folder)
        if handle and _is_alive(handle.pid, handle.started):
            found.append(handle)
        elif handle or not _is_starting(folder):
            if handle:
                _note_of(handle.serial).write_text(handle.serial)
            shutil.rmtree(folder, ignore_errors=True)
    return found


def gone() -> list[str]:
    """Serials of devices that ended without `stop`, their daemon killed or with the process it was started for, and have
    not been forgotten since."""
    here = {handle.serial for handle in running()}
    return [serial for serial in sorted(path.read_text() for path in _gone_folder().iterdir()) if serial not in here]


def forget(serial: str) -> None:
    """Nothing is left to be done about a device that is gone."""
    _note_of(serial).unlink(missing_ok=True)


def find(which: str) -> LabDeviceHandle:
    """By serial or name. Raises UsageError."""
    devices = running()
    for handle in devices:
        if which in (handle.serial, handle.name):
            return handle
    known = ", ".join(f"{handle.name} ({handle.serial})" for handle in devices) or "none is running"
    raise UsageError(f"There is no lab device {which}.", f"Running: {known}.", "`harness lab start` starts one.")


def stop(which: str) -> None:
    """Ends the device and all in it. Raises UsageError if there is no such device."""
    handle = find(which)
    _end(handle)
    shutil.rmtree(handle.folder, ignore_errors=True)


def stop_all() -> list[str]:
    """Ends every device; the serials of those that ran."""
    handles = running()
    for handle in handles:
        _end(handle)
        shutil.rmtree(handle.folder, ignore_errors=True)
    return [handle.serial for handle in handles]


@dataclass(frozen=True)
class _Starting:
    folder: Path
    daemon: subprocess.Popen[str]
    ends_with: int | None = None


def _begin(
    name: str | None,
    profile: str | None = None,
    *,
    seed: int | None = None,
    port: int = 0,
    trust_apk: bool = False,
    no_frida: bool = False,
    die_with: int | None = None,
    warm: int = 1,
) -> _Starting:
    folder = _claim_folder(name)
    command = [sys.executable, "-m", "harness.lab.daemon", "--data", str(folder / "stage"), "--name", folder.name]
    command += ["--serial-port", str(port), "--warm", str(warm)]
    for option, value in (("--profile", profile), ("--seed", seed), ("--die-with", die_with)):
        if value is not None:
            command += [option, str(value)]
    if trust_apk:
        command.append("--trust-apk")
    if no_frida:
        command.append("--no-frida")
    with (folder / "log.txt").open("w") as log:
        daemon = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,  # Ctrl-C in the starter's terminal is the starter's business
            env=_environment(),
        )
    _write(folder / "starting.json", {"pid": daemon.pid, "started": _start_time(daemon.pid)})
    return _Starting(folder, daemon, die_with)


def _finish(device: _Starting, progress: OnProgress) -> LabDeviceHandle:
    """Reads the daemon's words until it is ready, or says why it is not."""
    assert device.daemon.stdout is not None
    try:
        for line in device.daemon.stdout:
            message = json.loads(line)
            if "progress" in message:
                progress(message["progress"])
            elif "ready" in message:
                return _record(device, message["ready"])
            else:
                raise HarnessError(**message["error"])
    except BaseException:
        _give_up(device)
        raise
    tail = device.folder.joinpath("log.txt").read_text(errors="replace")[-_LOG_TAIL:].strip()
    _give_up(device)
    raise RigError("The lab device did not start.", tail or "Its daemon ended without a word.",
                   "Run `harness lab start` alone: it tells each part as it starts.")


def _record(device: _Starting, facts: dict[str, Any]) -> LabDeviceHandle:
    handle = LabDeviceHandle(
        serial=facts["serial"],
        name=device.folder.name,
        pid=facts["pid"],
        profile=facts["profile"],
        seed=facts["seed"],
        contained=facts["contained"],
        why_not=facts["why_not"],
        started=_start_time(facts["pid"]),
        folder=str(device.folder),
        ends_with=device.ends_with,
    )
    forget(handle.serial)  # another device's, which had the same port
    _write(device.folder / "device.json", asdict(handle))
    (device.folder / "starting.json").unlink()
    assert device.daemon.stdout is not None
    device.daemon.stdout.close()
    device.daemon.returncode = 0  # the device goes on by itself: `Popen` is not to warn that nobody waits for it
    return handle


def _give_up(device: _Starting) -> None:
    device.daemon.terminate()
    try:
        device.daemon.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        device.daemon.kill()
        device.daemon.wait()
    if device.daemon.stdout:
        device.daemon.stdout.close()
    shutil.rmtree(device.folder, ignore_errors=True)


def _claim_folder(name: str | None) -> Path:
    """A new folder for a device; making it is what claims the name, so two starts cannot both have it."""
    running()
    names: Sequence[str] = [name] if name else [f"lab{number}" for number in range(1, 1000)]
    for candidate in names:
        if not _NAME.fullmatch(candidate):
            raise UsageError(f"{candidate} cannot be a lab device's name.", "Letters, digits, dot, dash and underscore.")
        folder = _folder() / candidate
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        return folder
    raise UsageError(f"There is a lab device {name} already.", "", "Stop it with `harness lab stop`, or take another name.")


def _folder() -> Path:
    return state_dir("lab", "devices")


def _gone_folder() -> Path:
    return state_dir("lab", "gone")


def _note_of(serial: str) -> Path:
    return _gone_folder() / serial.replace(":", "_")


def _environment() -> dict[str, str]:
    """The daemon is to run this very code, from a checkout as from an installation."""
    package_parent = str(Path(__file__).resolve().parents[2])
    path = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": f"{package_parent}{os.pathsep}{path}" if path else package_parent}


def _read(folder: Path) -> LabDeviceHandle | None:
    try:
        return LabDeviceHandle(**json.loads((folder / "device.json").read_text()))
    except (FileNotFoundError, NotADirectoryError, ValueError, TypeError):
        return None


def _is_starting(folder: Path) -> bool:
    """Whether a daemon is at work on it that has not reported yet; also one whose starter is between two steps."""
    try:
        claim = json.loads((folder / "starting.json").read_text())
    except FileNotFoundError:
        return folder.is_dir() and time.time() - folder.stat().st_mtime < _STOP_SECONDS
    except ValueError:
        return True
    return _is_alive(claim["pid"], claim["started"])


def _write(path: Path, content: dict[str, Any]) -> None:
    part = path.with_suffix(".part")
    part.write_text(json.dumps(content, ensure_ascii=False, indent=1))
    part.replace(path)


def _start_time(pid: int) -> str:
    """Clock ticks after boot (proc(5), stat field 22); "" where there is no /proc."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    return text.rpartition(")")[2].split()[19]


def _is_alive(pid: int, started: str) -> bool:
    """A zombie is dead: its starter has not looked yet."""
    if Path("/proc/self/stat").exists():
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return False
        return fields[0] not in ("Z", "X") and fields[19] == started
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _end(handle: LabDeviceHandle) -> None:
    for number in (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)):
        try:
            os.kill(handle.pid, number)
        except ProcessLookupError:
            return
        until = time.monotonic() + _STOP_SECONDS
        while time.monotonic() < until:
            if not _is_alive(handle.pid, handle.started):
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(handle.pid, os.WNOHANG)  # where this process started it
                return
            time.sleep(_POLL_SECONDS)
    raise RigError(f"The lab device {handle.name} does not end.", f"Its daemon is process {handle.pid}.")
