"""Who owns what on the device, and who may do what.

The files on the host all belong to the user who runs the lab, so owners are a matter of the path, as
Android's fs_config and installd lay them out. Modes are the host's, but for the folders that Android
keeps closed to the shell.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass

ROOT_UID = 0
SYSTEM_UID = 1000
MEDIA_RW_GID = 1023
SHELL_UID = 2000
EVERYBODY_GID = 9997

# android_filesystem_config.h
NAMES = {
    0: "root", 1000: "system", 1001: "radio", 1007: "log", 1013: "media", 1015: "sdcard_rw",
    1023: "media_rw", 1028: "sdcard_r", 1078: "ext_data_rw", 2000: "shell", 3003: "inet", 9997: "everybody",
}  # fmt: skip

_SHELL_GROUPS = frozenset({SHELL_UID, 1004, 1007, 1011, 1015, 1028, 1078, 3001, 3002, 3003, 3006, 3009, 3011})

# canonical prefix -> (uid, gid); the longest one counts
_OWNERS = {
    "/": (0, 0),
    "/data": (SYSTEM_UID, SYSTEM_UID),
    "/data/local": (0, 0),
    "/data/local/tmp": (SHELL_UID, SHELL_UID),
    "/data/media": (1023, 1023),
    "/storage": (0, 1015),
    "/storage/emulated": (0, 1015),
    "/storage/emulated/0": (SHELL_UID, 1015),
    "/system/bin": (0, SHELL_UID),
}  # fmt: skip
_OWN_ONLY = frozenset({"/storage", "/storage/emulated", "/data/local"})

# what Android sets whatever the host's folder says
_MODES = {
    "/data": 0o771, "/data/data": 0o771, "/data/app": 0o771, "/data/user": 0o711, "/data/user_de": 0o711,
    "/data/local": 0o751, "/data/local/tmp": 0o771, "/data/system": 0o775, "/data/misc": 0o1771,
    "/data/media": 0o770, "/storage": 0o755, "/storage/emulated": 0o755,
}  # fmt: skip

# The CA store lies on a tmpfs, as a rooted phone has it once certificates are to be added.
_WRITABLE = ("/data", "/storage", "/mnt", "/cache", "/metadata", "/dev", "/system/etc/security/cacerts")


@dataclass(frozen=True)
class Credentials:
    uid: int
    gid: int
    groups: frozenset[int]

    @property
    def name(self) -> str:
        return user_name(self.uid)


ROOT = Credentials(ROOT_UID, ROOT_UID, frozenset({ROOT_UID}))
SHELL = Credentials(SHELL_UID, SHELL_UID, _SHELL_GROUPS)


def app_credentials(uid: int) -> Credentials:
    """What `run-as` gives."""
    return Credentials(uid, uid, frozenset({uid, 3003, EVERYBODY_GID}))


def user_name(uid: int) -> str:
    """As bionic's getpwuid names it: "shell", "u0_a101"."""
    if uid >= 10000:
        return f"u{uid // 100000}_a{uid % 100000 - 10000}"
    return NAMES.get(uid, str(uid))


def user_id(name: str) -> int | None:
    """The number of a user's name or of a number written out."""
    if name.isascii() and name.isdigit():
        return int(name)
    for uid, known in NAMES.items():
        if known == name:
            return uid
    user, marker, app = name.partition("_a")
    if marker and user[:1] == "u" and user[1:].isdigit() and app.isdigit():
        return int(user[1:]) * 100000 + 10000 + int(app)
    return None


@dataclass(frozen=True)
class Ownership:
    """`uid_of`: a package's uid, None where it is not installed."""

    uid_of: Callable[[str], int | None] = lambda package: None

    def of(self, path: str) -> tuple[int, int]:
        """(uid, gid) of a canonical path."""
        parts = path.split("/")
        if len(parts) > 3 and (parts[1:3] == ["data", "data"] or parts[1:4] == ["data", "user_de", "0"]):
            package = parts[3] if parts[2] == "data" else (parts[4] if len(parts) > 4 else "")
            uid = self.uid_of(package) if package else None
            if uid is not None:
                return uid, uid
        while path not in _OWNERS or (path in _OWN_ONLY and "/".join(parts) != path):
            path = path.rpartition("/")[0] or "/"
        return _OWNERS[path]

    def mode(self, path: str, host_mode: int) -> int:
        fixed = _MODES.get(path)
        if fixed is not None and stat.S_ISDIR(host_mode):
            return stat.S_IFDIR | fixed
        if path.startswith(("/data/data/", "/data/user_de/0/")) and stat.S_ISDIR(host_mode):
            if path.count("/") == (3 if path.startswith("/data/data/") else 4):
                return stat.S_IFDIR | 0o700
        elif path.startswith("/storage/emulated/0"):
            return stat.S_IFMT(host_mode) | (0o770 if stat.S_ISDIR(host_mode) else 0o660)
        return host_mode

    def check_writable(self, path: str, shown: str) -> None:
        """Partitions other than the user's are mounted read-only. Raises OSError(EROFS)."""
        if not any(path == top or path.startswith(top + "/") for top in _WRITABLE):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), shown)


def check_read(who: Credentials, mode: int, uid: int, gid: int, path: str) -> None:
    _check(who, mode, uid, gid, path, 4)


def check_write(who: Credentials, mode: int, uid: int, gid: int, path: str) -> None:
    _check(who, mode, uid, gid, path, 2)


def check_search(who: Credentials, mode: int, uid: int, gid: int, path: str) -> None:
    _check(who, mode, uid, gid, path, 1)


def _check(who: Credentials, mode: int, uid: int, gid: int, path: str, bit: int) -> None:
    """The kernel's rule: the owner's bits, else the group's, else the others'. Root passes."""
    if who.uid == ROOT_UID:
        return
    shift = 6 if who.uid == uid else 3 if gid in who.groups else 0
    if not mode >> shift & bit:
        raise OSError(errno.EACCES, os.strerror(errno.EACCES), path)
