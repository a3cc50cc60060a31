"""The device's file system: a folder of the host, from which no path leads out.

Apps write into this folder and an adb client names any path, so a path is never handed to the host as a
whole. It is walked name by name over folder descriptors with O_NOFOLLOW; symbolic links are read and
followed here, their absolute targets counted from the device's root. A link planted while the walk is
under way is refused by the kernel, not followed.

Only regular files are opened (a FIFO would hold up the daemon); what a phone shows below /proc and in
/dev comes from `virtual`.
"""

from __future__ import annotations

import errno
import os
import stat
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from harness.lab.adbd.ownership import Credentials, Ownership, check_read, check_search, check_write

MAX_LINKS = 40  # the kernel's MAXSYMLINKS
NAME_MAX = 255
DEVICES = {"/dev/null": os.devnull, "/dev/zero": "/dev/zero", "/dev/urandom": "/dev/urandom",
           "/dev/random": "/dev/urandom"}  # fmt: skip

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True)
class FileStat:
    """What stat(2) says, as the device shows it. Times in ns."""

    mode: int
    size: int
    mtime_ns: int
    atime_ns: int = 0
    ctime_ns: int = 0
    ino: int = 0
    dev: int = 0
    nlink: int = 1
    uid: int = 0
    gid: int = 0
    blocks: int = 0

    @property
    def is_folder(self) -> bool:
        return stat.S_ISDIR(self.mode)

    @property
    def is_link(self) -> bool:
        return stat.S_ISLNK(self.mode)

    @property
    def is_file(self) -> bool:
        return stat.S_ISREG(self.mode)


@dataclass(frozen=True)
class Place:
    """A name in an open folder. `path` is canonical: no links, no "..", "/" for the root."""

    folder: int
    name: str
    path: str


class VirtualFiles:
    """Files that exist only when read: path -> what makes their content, and folders that list them."""

    def __init__(
        self,
        fixed: Mapping[str, Callable[[], bytes]],
        find: Callable[[str], bytes | None] = lambda path: None,
        link: Callable[[str], str | None] = lambda path: None,
        more: Callable[[str], Iterable[str]] = lambda folder: (),
    ) -> None:
        """`find` answers for paths that come and go, such as /proc/PID/cmdline, `link` with the target of such links, `more`
        with their names in a folder."""
        self._fixed = dict(fixed)
        self._find = find
        self.link = link
        self._more = more

    def read(self, path: str) -> bytes | None:
        make = self._fixed.get(path)
        return make() if make is not None else self._find(path)

    def names(self, folder: str) -> set[str]:
        prefix = folder.rstrip("/") + "/"
        below = (path[len(prefix) :] for path in (*self._fixed, *DEVICES) if path.startswith(prefix))
        return {rest.split("/")[0] for rest in below} | set(self._more(folder))


@dataclass(frozen=True)
class DeviceTree:
    """Where the device's files lie on the host. `mounts`: canonical device path -> host folder."""

    root: Path
    mounts: Mapping[str, Path] = field(default_factory=dict)
    ownership: Ownership = field(default_factory=Ownership)
    virtual: VirtualFiles = field(default_factory=lambda: VirtualFiles({}))

    def seen_by(self, who: Credentials) -> Files:
        return Files(self, who)


class Files:
    """The tree as one user sees it. Every method takes absolute device paths and raises OSError."""

    def __init__(self, tree: DeviceTree, who: Credentials) -> None:
        self.tree = tree
        self.who = who

    # looking

    def stat(self, path: str) -> FileStat:
        return self._stat(path, follow=True)

    def lstat(self, path: str) -> FileStat:
        return self._stat(path, follow=False)

    def exists(self, path: str) -> bool:
        try:
            self.stat(path)
        except OSError:
            return False
        return True

    def canonical(self, path: str) -> str:
        """As realpath: the last name need not exist."""
        with self._walk(path, follow=True) as place:
            return place.path

    def list(self, path: str) -> list[str]:
        """Names in a folder, sorted, without "." and ".."."""
        with self._walk(path, follow=True) as place:
            info = self._info(place)
            if not info.is_folder:
                raise _error(errno.ENOTDIR, path)
            check_read(self.who, info.mode, info.uid, info.gid, path)
            names = self.tree.virtual.names(place.path)
            folder = self._open_folder(place)
            if folder is not None:
                with _closing(folder):
                    names.update(os.listdir(folder))
            prefix = place.path.rstrip("/") + "/"
            names.update(
                mount[len(prefix) :] for mount in self.tree.mounts if mount.startswith(prefix) and "/" not in mount[len(prefix) :]
            )
            return sorted(names)

    def readlink(self, path: str) -> str:
        with self._walk(path, follow=False) as place:
            target = self.tree.virtual.link(place.path)
            return target if target is not None else os.readlink(place.name, dir_fd=place.folder)

    # opening

    def open(self, path: str, flags: int, mode: int = 0o666) -> int:
        """A descriptor of a regular file (or of /dev/null and its like); the caller closes it."""
        writing = flags & (os.O_WRONLY | os.O_RDWR)
        with self._walk(path, follow=True) as place:
            if place.path in DEVICES:
                return os.open(DEVICES[place.path], flags & ~(os.O_CREAT | os.O_EXCL | os.O_TRUNC) | os.O_CLOEXEC)
            content = self.tree.virtual.read(place.path)
            if content is not None:
                if writing:
                    raise _error(errno.EACCES, path)
                return holding(content)
            info = self._info_or_none(place)
            if path.endswith("/") and not (info is not None and info.is_folder):
                raise _error(errno.EISDIR if info is None and flags & os.O_CREAT else errno.ENOTDIR, path)
            if info is None:
                if not flags & os.O_CREAT:
                    raise _error(errno.ENOENT, path)
                self._check_change(place, path)
            elif info.is_folder:
                raise _error(errno.EISDIR, path)
            elif not info.is_file:
                raise _error(errno.ENXIO, path)
            elif writing:
                self.tree.ownership.check_writable(place.path, path)
                check_write(self.who, info.mode, info.uid, info.gid, path)
            else:
                check_read(self.who, info.mode, info.uid, info.gid, path)
            safe = flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            descriptor = self._open_here(place, path, safe & ~os.O_TRUNC, mode)
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                os.close(descriptor)
                raise _error(errno.ENXIO, path)
            if flags & os.O_TRUNC:
                os.ftruncate(descriptor, 0)
            return descriptor

    def read_bytes(self, path: str, limit: int = 64 * 1024 * 1024) -> bytes:
        """A whole file; raises OSError(EFBIG) where it is longer than `limit` bytes."""
        with os.fdopen(self.open(path, os.O_RDONLY), "rb") as file:
            content = file.read(limit + 1)
        if len(content) > limit:
            raise _error(errno.EFBIG, path)
        return content

    def write_bytes(self, path: str, content: bytes, mode: int = 0o644) -> None:
        with os.fdopen(self.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
            file.write(content)

    # changing

    def mkdir(self, path: str, mode: int = 0o777) -> None:
        with self._changing(path) as place:
            os.mkdir(place.name, mode, dir_fd=place.folder)
            os.chmod(place.name, mode, dir_fd=place.folder)

    def make_folders(self, path: str, mode: int = 0o775) -> None:
        """Every missing folder of `path`; those that are there stay as they are."""
        done = ""
        for name in path.strip("/").split("/"):
            done += "/" + name
            try:
                self.mkdir(done, mode)
            except OSError as error:
                if not self.exists(done):
                    raise
                if not self.stat(done).is_folder:
                    raise _error(errno.ENOTDIR, path) from error

    def unlink(self, path: str) -> None:
        with self._changing(path, existing=True) as place:
            os.unlink(place.name, dir_fd=place.folder)

    def rmdir(self, path: str) -> None:
        with self._changing(path, existing=True) as place:
            os.rmdir(place.name, dir_fd=place.folder)

    def rename(self, old: str, new: str) -> None:
        with self._changing(old, existing=True) as source, self._changing(new) as target:
            os.rename(source.name, target.name, src_dir_fd=source.folder, dst_dir_fd=target.folder)

    def symlink(self, target: str, path: str) -> None:
        with self._changing(path) as place:
            os.symlink(target, place.name, dir_fd=place.folder)

    def chmod(self, path: str, mode: int) -> None:
        """Of what `path` leads to. The host's user keeps reading it: only `who` is held to the mode."""
        with self._walk(path, follow=True) as place:
            info = self._info(place)
            self.tree.ownership.check_writable(place.path, path)
            if self.who.uid not in (0, info.uid):
                raise _error(errno.EPERM, path)
            descriptor = self._open_here(place, path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with _closing(descriptor):
                os.fchmod(descriptor, stat.S_IMODE(mode) & 0o1777)

    def utime(self, path: str, mtime_ns: int, atime_ns: int | None = None) -> None:
        """Of the link itself where `path` is one."""
        with self._walk(path, follow=False) as place:
            self.tree.ownership.check_writable(place.path, path)
            times = (mtime_ns if atime_ns is None else atime_ns, mtime_ns)
            os.utime(place.name, ns=times, dir_fd=place.folder, follow_symlinks=False)

    def host_path(self, path: str) -> Path:
        """Where a file lies on the host; for parts of the daemon that must hand a path on."""
        with self._walk(path, follow=True) as place:
            if self._info_or_none(place) is None:
                raise _error(errno.ENOENT, path)
            mount = max((m for m in self.tree.mounts if _is_below(place.path, m)), key=len, default="")
            base = self.tree.mounts[mount] if mount else self.tree.root
            return base / place.path[len(mount) :].lstrip("/")

    # the walk

    @contextmanager
    def _walk(self, path: str, *, follow: bool) -> Iterator[Place]:
        if not path.startswith("/"):
            raise _error(errno.ENOENT, path)
        if "\0" in path:
            raise _error(errno.EINVAL, path)
        names = deque(name for name in path.split("/") if name not in ("", "."))
        folders = [os.open(self.tree.root, _FOLDER & ~os.O_NOFOLLOW)]
        done: list[str] = []
        links = 0
        try:
            while names:
                name = names.popleft()
                if name == "..":
                    if done:
                        done.pop()
                        os.close(folders.pop())
                    continue
                if len(name.encode()) > NAME_MAX:
                    raise _error(errno.ENAMETOOLONG, path)
                here = "/" + "/".join([*done, name])
                link = _link_target(name, folders[-1]) if (names or follow) else None
                if link is not None and here not in self.tree.mounts:
                    links += 1
                    if links > MAX_LINKS:
                        raise _error(errno.ELOOP, path)
                    names.extendleft(reversed([n for n in link.split("/") if n not in ("", ".")]))
                    if link.startswith("/"):
                        while len(folders) > 1:
                            os.close(folders.pop())
                        done.clear()
                    continue
                if not names:
                    yield Place(folders[-1], name, here)
                    return
                info = self._info_or_none(Place(folders[-1], name, here))
                if info is None:
                    yield from self._walk_virtual(here, names, path)
                    return
                if not info.is_folder:
                    raise _error(errno.ENOTDIR, path)
                check_search(self.who, info.mode, info.uid, info.gid, path)
                folder = self._open_folder(Place(folders[-1], name, here))
                if folder is None:
                    yield from self._walk_virtual(here, names, path)
                    return
                folders.append(folder)
                done.append(name)
            last = "/" + "/".join(done)
            yield Place(folders[-1], ".", last)
        finally:
            for folder in folders:
                os.close(folder)

    def _walk_virtual(self, here: str, names: deque[str], path: str) -> Iterator[Place]:
        """What lies in a folder that exists only virtually."""
        rest = "/".join([here, *names])
        if rest not in DEVICES and self._virtual_info(rest) is None:
            raise _error(errno.ENOENT, path)
        yield Place(-1, names[-1], rest)

    @contextmanager
    def _changing(self, path: str, *, existing: bool = False) -> Iterator[Place]:
        with self._walk(path, follow=False) as place:
            if place.name == "." or place.folder < 0 or place.path in self.tree.mounts:
                raise _error(errno.EBUSY, path)
            if existing and self._info_or_none(place) is None:
                raise _error(errno.ENOENT, path)
            self._check_change(place, path)
            yield place

    def _check_change(self, place: Place, path: str) -> None:
        """May `who` add or remove a name in the folder?"""
        parent = place.path.rpartition("/")[0] or "/"
        self.tree.ownership.check_writable(parent, path)
        info = os.fstat(place.folder)
        uid, gid = self.tree.ownership.of(parent)
        mode = self.tree.ownership.mode(parent, info.st_mode)
        check_write(self.who, mode, uid, gid, path)

    def _stat(self, path: str, *, follow: bool) -> FileStat:
        as_folder = path.endswith("/")
        with self._walk(path, follow=follow or as_folder) as place:
            info = self._info(place)
        if as_folder and not info.is_folder:
            raise _error(errno.ENOTDIR, path)
        return info

    def _info(self, place: Place) -> FileStat:
        info = self._info_or_none(place)
        if info is None:
            raise _error(errno.ENOENT, place.path)
        return info

    def _info_or_none(self, place: Place) -> FileStat | None:
        if place.path in DEVICES:
            return FileStat(stat.S_IFCHR | 0o666, 0, 0)
        try:
            if place.path in self.tree.mounts:
                raw = os.stat(self.tree.mounts[place.path])
            elif place.folder < 0:
                return self._virtual_info(place.path)
            else:
                raw = os.stat(place.name, dir_fd=place.folder, follow_symlinks=False)
        except (FileNotFoundError, NotADirectoryError):
            return self._virtual_info(place.path)
        uid, gid = self.tree.ownership.of(place.path)
        return FileStat(
            mode=self.tree.ownership.mode(place.path, raw.st_mode),
            size=raw.st_size,
            mtime_ns=raw.st_mtime_ns,
            atime_ns=raw.st_atime_ns,
            ctime_ns=raw.st_ctime_ns,
            ino=raw.st_ino,
            dev=raw.st_dev,
            nlink=raw.st_nlink,
            uid=uid,
            gid=gid,
            blocks=raw.st_blocks,
        )

    def _virtual_info(self, path: str) -> FileStat | None:
        now = time.time_ns()
        if self.tree.virtual.link(path) is not None:
            return FileStat(stat.S_IFLNK | 0o777, 0, now, now, now)
        if self.tree.virtual.read(path) is not None:
            return FileStat(stat.S_IFREG | 0o444, 0, now, now, now)
        if self.tree.virtual.names(path):
            return FileStat(stat.S_IFDIR | 0o555, 0, now, now, now, nlink=2)
        return None

    def _open_folder(self, place: Place) -> int | None:
        if place.path in self.tree.mounts:
            return os.open(self.tree.mounts[place.path], _FOLDER & ~os.O_NOFOLLOW)
        if place.folder < 0:
            return None
        try:
            return os.open(place.name, _FOLDER, dir_fd=place.folder)
        except FileNotFoundError:
            return None

    def _open_here(self, place: Place, path: str, flags: int, mode: int = 0) -> int:
        if place.folder < 0:
            raise _error(errno.EACCES, path)
        try:
            return os.open(place.name, flags, mode, dir_fd=place.folder)
        except OSError as error:
            raise _error(error.errno or errno.EIO, path) from None


def resolve(cwd: str, path: str) -> str:
    """`path` as an absolute path, seen from `cwd`; links and ".." are the walk's business."""
    return path if path.startswith("/") else cwd.rstrip("/") + "/" + path


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder + "/")


def _link_target(name: str, folder: int) -> str | None:
    try:
        return os.readlink(name, dir_fd=folder)
    except OSError as error:
        if error.errno in (errno.EINVAL, errno.ENOENT):
            return None
        raise


def holding(content: bytes) -> int:
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        file.seek(0)
        return os.dup(file.fileno())


@contextmanager
def _closing(descriptor: int) -> Iterator[None]:
    try:
        yield
    finally:
        os.close(descriptor)


def _error(number: int, path: str) -> OSError:
    return OSError(number, os.strerror(number), path)
