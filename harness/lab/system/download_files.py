"""Where a download's file lies. Folders of an app's own are full of whatever the app likes, links to elsewhere among it:
each step down is taken from the folder above, and no link is followed."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

CACHE = "/data/data/com.android.providers.downloads/cache"
STORAGE = "/storage/emulated/0"
_PUBLIC = (
    "Alarms", "Audiobooks", "DCIM", "Documents", "Download", "Movies", "Music", "Notifications", "Pictures", "Podcasts",
    "Recordings", "Ringtones",
)  # fmt: skip
_MAX_NAMES = 10_000
_MAX_PATH, _MAX_STEPS, _MAX_STEP = 1024, 32, 255  # characters, folders, bytes of a name


class PlaceRefused(Exception):
    """The text is that of Android's SecurityException."""


def check_place(path: str, package: str) -> str:
    """The path an app may name, tidied: DownloadProvider's checkFileUriDestination. Raises PlaceRefused."""
    if len(path) > _MAX_PATH or not _can_be_written(path):
        raise PlaceRefused("Unsupported path: too long, or no text")
    if path.startswith("/sdcard/"):
        path = f"{STORAGE}/{path.removeprefix('/sdcard/')}"
    parts = PurePosixPath(path).parts
    tidy = path.startswith("/") and ".." not in parts and "\0" not in path and len(parts) <= _MAX_STEPS
    steps = list(parts)[4:] if tidy else []
    if tidy and not PurePosixPath(path).is_relative_to(STORAGE):
        raise PlaceRefused(f"Unsupported path {path}")
    own = steps[:3] == ["Android", "data", package] and len(steps) > 3
    public = len(steps) > 1 and steps[0] in _PUBLIC
    if not own and not public:
        raise PlaceRefused(f"Unsupported path {path}")
    return str(PurePosixPath(STORAGE, *steps))


def _can_be_written(path: str) -> bool:
    try:
        return all(len(os.fsencode(step)) <= _MAX_STEP for step in path.split("/"))
    except UnicodeEncodeError:
        return False


class DownloadFiles:
    """`root`: the device's file system on the host."""

    def __init__(self, root: Path) -> None:
        self._root = root
        (root / CACHE.lstrip("/")).mkdir(parents=True, exist_ok=True)

    def host_path(self, path: str) -> Path:
        return self._root / path.lstrip("/")

    def claim(self, path: str) -> str:
        """Makes an empty file there, under the next free name, and gives its path. Raises OSError."""
        wanted = PurePosixPath(path)
        with self._folder(wanted.parent, make=True) as folder:
            for name in _names(wanted.name):
                try:
                    handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644, dir_fd=folder)
                except FileExistsError:
                    continue
                _own_as(handle, folder)
                os.close(handle)
                return str(wanted.with_name(name))
        raise FileExistsError(errno.EEXIST, "no free name", path)

    def open(self, path: str) -> int:
        """A descriptor to write to the file that was claimed. Raises OSError where it is no plain file any more."""
        place = PurePosixPath(path)
        with self._folder(place.parent) as folder:
            handle = os.open(place.name, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise OSError(errno.EINVAL, "no plain file", path)
        return handle

    def exists(self, path: str) -> bool:
        try:
            os.close(self.open(path))
        except OSError:
            return False
        return True

    def remove(self, path: str) -> None:
        """Nothing where there is none, or where the app has put something else in its way."""
        place = PurePosixPath(path)
        try:
            with self._folder(place.parent) as folder:
                os.unlink(place.name, dir_fd=folder)
        except OSError:
            return

    @contextmanager
    def _folder(self, path: PurePosixPath, *, make: bool = False) -> Iterator[int]:
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
        handle = os.open(self._root, flags)
        try:
            for step in path.parts[1:]:
                if make:
                    try:
                        os.mkdir(step, 0o755, dir_fd=handle)
                    except FileExistsError:
                        pass
                    else:
                        made = os.open(step, flags, dir_fd=handle)
                        _own_as(made, handle)
                        os.close(made)
                below = os.open(step, flags, dir_fd=handle)
                os.close(handle)
                handle = below
            yield handle
        finally:
            os.close(handle)


def _own_as(handle: int, folder: int) -> None:
    """What is made in an app's folder is the app's."""
    owner = os.fstat(folder)
    if os.geteuid() == 0 and owner.st_uid != 0:
        os.fchown(handle, owner.st_uid, owner.st_gid)


def _names(name: str) -> Iterator[str]:
    """a.txt, a-1.txt, a-2.txt ... as Helpers.generateAvailableFilenameLocked."""
    stem, dot, ending = name.rpartition(".")
    prefix, suffix = (stem, dot + ending) if stem else (name, "")
    yield name
    for number in range(1, _MAX_NAMES):
        yield f"{prefix}-{number}{suffix}"
