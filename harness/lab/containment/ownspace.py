"""The daemon's own namespaces, and whether this machine allows what a lab device needs.

The daemon stays in the host's network and pid namespaces, but gets a mount namespace in which it may mount: as
root one of its own, as an ordinary user one inside a user namespace in which it appears as uid 0.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from harness.lab.containment import kernel

_ROOT_DEVICE_UID = 0x70000000  # above what systemd hands out to containers (UIDS-GIDS.md), so nobody's
_PROBE_SECONDS = 20


@dataclass(frozen=True)
class OwnSpace:
    """Where the daemon stands. `why_not`: why there is no containment; empty if there is.

    `device_uid`: the uid, as this process counts, that the device's processes run under. For root it is an
    unprivileged one that owns nothing, since root itself is exempt from RLIMIT_NPROC and owns the host's files.
    """

    why_not: str
    device_uid: int = 0


def enter_own_space(port: int) -> OwnSpace:
    """Moves this process, which must have one thread only, into namespaces of its own. `port`: different for each
    device, and so is then the uid of its processes when started by root."""
    why_not = why_no_containment()
    if why_not:
        return OwnSpace(why_not)
    as_root = _is_capable_root()
    _unshare_mounts(as_root)
    return OwnSpace("", _device_uid(port) if as_root else 0)


def why_no_containment() -> str:
    """Tries in a child all that a device will need; "" when it works."""
    if sys.platform != "linux":
        return f"{sys.platform} has no namespaces"
    if not kernel.supported():
        return f"the lab's containment does not know the machine type {kernel.MACHINE}"
    report, told = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(report)
        try:
            signal.alarm(_PROBE_SECONDS)
            _probe()
            os.write(told, b"+")
        except OSError as error:
            os.write(told, (error.strerror or str(error)).encode())
        finally:
            os._exit(0)
    os.close(told)
    with os.fdopen(report, "rb") as reader:
        said = reader.read().decode(errors="replace")
    os.waitpid(pid, 0)
    return "" if said == "+" else _explain(said or "the attempt hung")


def _explain(said: str) -> str:
    switches = {
        "/proc/sys/kernel/apparmor_restrict_unprivileged_userns": "1",
        "/proc/sys/kernel/unprivileged_userns_clone": "0",
        "/proc/sys/user/max_user_namespaces": "0",
    }
    for path, value in switches.items():
        if Path(path).is_file() and Path(path).read_text().strip() == value and os.geteuid() != 0:
            name = path.removeprefix("/proc/sys/").replace("/", ".")
            return f"this kernel forbids ordinary users their own namespaces ({name} = {value}): {said}"
    return f"this machine does not allow namespaces: {said}"


def _probe() -> None:
    _unshare_mounts(_is_capable_root())
    with tempfile.TemporaryDirectory() as folder:
        kernel.mount("tmpfs", folder, "tmpfs", kernel.MS_NOSUID, "size=64k")
        try:
            child = os.fork()
            if child == 0:
                _probe_nested(folder)
            _, status = os.waitpid(child, 0)
            number = os.waitstatus_to_exitcode(status)
            if number:
                raise OSError(abs(number), f"{os.strerror(abs(number))} (namespaces within namespaces)")
        finally:
            kernel.unmount(folder)


def _probe_nested(folder: str) -> None:
    """Never returns; the exit status is an errno."""
    number = 1
    try:
        uid, gid = os.geteuid(), os.getegid()
        os.mkdir(f"{folder}/proc")
        kernel.unshare(
            kernel.CLONE_NEWUSER
            | kernel.CLONE_NEWNS
            | kernel.CLONE_NEWPID
            | kernel.CLONE_NEWNET
            | kernel.CLONE_NEWIPC
            | kernel.CLONE_NEWUTS
        )
        kernel.write_maps("self", [(0, uid, 1)], [(0, gid, 1)])
        if os.fork() == 0:
            number = 1
            kernel.mount("proc", f"{folder}/proc", "proc", kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC)
            number = 0
        else:
            number = os.waitstatus_to_exitcode(os.wait()[1])
    except OSError as error:
        number = error.errno or 1
    finally:
        os._exit(number)


def _unshare_mounts(as_root: bool) -> None:
    if as_root:
        kernel.unshare(kernel.CLONE_NEWNS)
    else:
        uid, gid = os.geteuid(), os.getegid()
        kernel.unshare(kernel.CLONE_NEWUSER | kernel.CLONE_NEWNS)
        kernel.write_maps("self", [(0, uid, 1)], [(0, gid, 1)])
    kernel.mount("none", "/", "", kernel.MS_REC | kernel.MS_PRIVATE)


def _is_capable_root() -> bool:
    """Root that may mount and hand out uids, and has another uid to hand out."""
    if os.geteuid() != 0:
        return False
    effective = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("CapEff"))
    held = int(effective.split()[1], 16)
    needed = (6, 7, 21)  # CAP_SETGID, CAP_SETUID, CAP_SYS_ADMIN
    return all(held >> capability & 1 for capability in needed) and _device_uid(0) > 0


def _device_uid(port: int) -> int:
    """An unused uid that this user namespace knows; 0 if it knows only one."""
    spans = [tuple(map(int, line.split())) for line in Path("/proc/self/uid_map").read_text().splitlines()]
    first, _outside, count = max(spans, key=lambda span: span[0] + span[2])
    if first + count > _ROOT_DEVICE_UID + 65536:
        return _ROOT_DEVICE_UID + port
    return first + count - 2 - port % (count // 2) if count > 1000 else 0
