"""The Linux calls that Python 3.11 has no function for: namespaces, mounts, capabilities, exact process ids.

Each wrapper raises OSError with the kernel's errno. Numbers and structures are those of the kernel's
uapi headers (sched.h, mount.h, prctl.h, capability.h), the same on x86-64 and arm64 but for the two in `_NUMBERS`.
"""

from __future__ import annotations

import ctypes
import os
import platform
import socket
import struct
import sys
from collections.abc import Iterable, Sequence

if sys.platform != "win32":
    import fcntl

CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY = 0x1
MS_NOSUID = 0x2
MS_NODEV = 0x4
MS_NOEXEC = 0x8
MS_REMOUNT = 0x20
MS_BIND = 0x1000
MS_REC = 0x4000
MS_PRIVATE = 0x40000
MS_SLAVE = 0x80000
MS_SHARED = 0x100000
MNT_DETACH = 2

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_CAPBSET_DROP = 24
PR_SET_NO_NEW_PRIVS = 38

PR_SET_PTRACER = 0x59616D61
PR_SET_PTRACER_ANY = (1 << 64) - 1

CAP_KILL = 5
CAP_SYS_PTRACE = 19

_SYS_CLONE3 = 435
_SYS_MOUNT_SETATTR = 442
_NUMBERS = {"x86_64": {"pivot_root": 155, "seccomp": 317}, "aarch64": {"pivot_root": 41, "seccomp": 277}}
_AT_FDCWD = -100
_AT_RECURSIVE = 0x8000
_MOUNT_ATTR_RDONLY = 1
_SIGCHLD = 17
_SIOCSIFFLAGS = 0x8914
_IFF_UP_RUNNING = 0x41
_CAPABILITY_VERSION_3 = 0x20080522

MACHINE = platform.machine()


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


_LIBC = _libc() if sys.platform == "linux" else None


def supported() -> bool:
    """Whether this module knows the machine: Linux on x86-64 or arm64."""
    return _LIBC is not None and MACHINE in _NUMBERS


def _check(result: int, doing: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{os.strerror(number)} ({doing})")
    return result


def _call(name: str, *arguments: object) -> int:
    if _LIBC is None:
        raise OSError(38, f"{name}: not Linux")
    return int(_LIBC[name](*arguments))


def system_call(number: int, *arguments: object) -> int:
    """A call that libc may have no function for."""
    return _call("syscall", ctypes.c_long(number), *arguments)


def number_of(name: str) -> int:
    return _NUMBERS[MACHINE][name]


def unshare(flags: int) -> None:
    _check(_call("unshare", ctypes.c_int(flags)), f"unshare {flags:#x}")


def setns(fd: int, kind: int) -> None:
    _check(_call("setns", ctypes.c_int(fd), ctypes.c_int(kind)), f"setns {kind:#x}")


def mount(source: str, target: str, filesystem: str = "", flags: int = 0, data: str = "") -> None:
    _check(
        _call(
            "mount",
            source.encode(),
            target.encode(),
            filesystem.encode() or None,
            ctypes.c_ulong(flags),
            data.encode() or None,
        ),
        f"mount {filesystem or source} on {target}",
    )


def unmount(target: str) -> None:
    """Takes the mount out of the tree at once; what still uses it keeps it."""
    _check(_call("umount2", target.encode(), ctypes.c_int(MNT_DETACH)), f"unmount {target}")


class _MountAttr(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("attr_set", "attr_clr", "propagation", "userns_fd")]


def make_read_only(target: str) -> None:
    """The mount at `target` and every mount below it, so that nobody in a nested namespace can undo it.

    Before Linux 5.12 (no mount_setattr) only the top mount; its flags are then given again, because a remount that
    would clear a locked one (nosuid, nodev, ...) is refused.
    """
    attributes = _MountAttr(_MOUNT_ATTR_RDONLY, 0, 0, 0)
    result = system_call(
        _SYS_MOUNT_SETATTR,
        ctypes.c_int(_AT_FDCWD),
        target.encode(),
        ctypes.c_uint(_AT_RECURSIVE),
        ctypes.byref(attributes),
        ctypes.c_size_t(ctypes.sizeof(attributes)),
    )
    if result == 0:
        return
    if ctypes.get_errno() != 38:
        _check(result, f"mount_setattr {target}")
    mount("none", target, "", MS_REMOUNT | MS_BIND | MS_RDONLY | kept_flags(target))


def kept_flags(target: str) -> int:
    """The flags of the mount at `target` that a remount must give again, but for read-only.

    statvfs and mount agree on nosuid, nodev, noexec; the access-time flags differ (statvfs(3), mount.h).
    """
    statvfs_flags = os.statvfs(target).f_flag
    flags = statvfs_flags & (MS_NOSUID | MS_NODEV | MS_NOEXEC)
    for statvfs_flag, mount_flag in ((0x400, 1 << 10), (0x800, 1 << 11), (0x1000, 1 << 21)):
        if statvfs_flags & statvfs_flag:
            flags |= mount_flag
    return flags


def bind(source: str, target: str, *, read_only: bool) -> None:
    """`source` (file or folder, mounts below it included) seen at `target` too."""
    mount(source, target, "", MS_BIND | MS_REC)
    if read_only:
        make_read_only(target)


def pivot_into(new_root: str) -> None:
    """Makes `new_root`, a mount point, the root of this mount namespace and forgets the old one."""
    os.chdir(new_root)
    _check(system_call(number_of("pivot_root"), b".", b"."), f"pivot_root {new_root}")
    unmount(".")
    os.chdir("/")


class _CloneArgs(ctypes.Structure):
    _fields_ = [
        (name, ctypes.c_uint64)
        for name in (
            *("flags", "pidfd", "child_tid", "parent_tid", "exit_signal", "stack", "stack_size", "tls"),
            *("set_tid", "set_tid_size", "cgroup"),
        )
    ]


def fork_with_pid(pid: int, levels: int) -> int:
    """Forks a child that has `pid` in its own pid namespace and in the `levels - 1` above it.

    The caller must be single-threaded and the child must exec or _exit: Python's own after-fork work is left out.
    Raises FileExistsError where the number is taken. Since Linux 5.5; needs CAP_SYS_ADMIN over these namespaces.
    """
    numbers = (ctypes.c_int * levels)(*([pid] * levels))
    arguments = _CloneArgs(exit_signal=_SIGCHLD, set_tid=ctypes.addressof(numbers), set_tid_size=levels)
    return _check(
        system_call(_SYS_CLONE3, ctypes.byref(arguments), ctypes.c_size_t(ctypes.sizeof(arguments))),
        f"clone3 as {pid}",
    )


def prctl(option: int, value: int) -> None:
    zero = ctypes.c_ulong(0)
    _check(_call("prctl", ctypes.c_int(option), ctypes.c_ulong(value), zero, zero, zero), f"prctl {option}")


def keep_capabilities(kept: Iterable[int]) -> None:
    """Drops every other capability for good: bounding set, permitted, effective and inheritable."""
    kept = set(kept)
    for capability in range(64):
        if capability not in kept:
            try:
                prctl(PR_CAPBSET_DROP, capability)
            except OSError as error:
                if error.errno != 22:  # EINVAL: this kernel has no capability of that number
                    raise
                break
    low = sum(1 << capability for capability in kept if capability < 32)
    high = sum(1 << (capability - 32) for capability in kept if capability >= 32)
    header = struct.pack("Ii", _CAPABILITY_VERSION_3, 0)
    data = struct.pack("6I", low, low, 0, high, high, 0)
    _check(_call("capset", header, data), "capset")


def raise_loopback() -> None:
    """Sets `lo` up in this network namespace: 127.0.0.1 and ::1 answer, nothing else does."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        fcntl.ioctl(sock, _SIOCSIFFLAGS, struct.pack("16sH14s", b"lo", _IFF_UP_RUNNING, b""))


def rename_process(name: str) -> None:
    """What ps shows instead of the command line, which holds paths of the host; children forked later take it on.

    The arguments lie in memory of our own (proc(5), stat fields 48 and 49), which may be overwritten.
    """
    with open("/proc/self/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    start, end = int(fields[45]), int(fields[46])
    ctypes.memset(start, 0, end - start)
    ctypes.memmove(start, name.encode()[: end - start - 1], min(len(name.encode()), end - start - 1))


def write_maps(pid: int | str, uids: Sequence[tuple[int, int, int]], gids: Sequence[tuple[int, int, int]]) -> None:
    """Writes uid_map and gid_map (inside, outside, count) of a new user namespace; setgroups is denied first,
    without which an ordinary user may write no gid_map (user_namespaces(7))."""
    folder = f"/proc/{pid}"
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", "".join(f"{inside} {outside} {count}\n" for inside, outside, count in uids)),
        ("gid_map", "".join(f"{inside} {outside} {count}\n" for inside, outside, count in gids)),
    ):
        fd = os.open(f"{folder}/{name}", os.O_WRONLY)
        try:
            os.write(fd, text.encode())
        finally:
            os.close(fd)
