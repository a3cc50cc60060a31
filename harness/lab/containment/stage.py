"""The stage: the folder that becomes the device's file system, put together by the daemon in its own mount namespace.

    app-root/      skeleton of every app process's root: /system read-only from the host, /dev, /etc, /proc, /tmp, /data
    service-root/  the same for the Frida service, with Python in it
    device/        the system server's: state/ and root/, the device's file system; a tmpfs of limited size
    device/root/data/data/   the apps' own data: another, so that an app that fills it cannot stop the system server
    device/root/storage/emulated/0/   the shared storage, for the same reason
    shared/        files of the host that processes are to see later (translated jars)
    views/         one folder for each app process, made by the init
    init-root/, proc/   mount points for the init

Everything mounted here by the daemon appears in the device too (shared to slave), nothing the other way round.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from harness.lab.containment import kernel

DEVICES = ("null", "zero", "random", "urandom")
_SAFE = kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC
SERVICE_SCRATCH = "/lab-scratch"  # not /tmp: below that Python itself may be installed
APPS_DATA = "root/data/data"
SHARED_STORAGE = "root/storage/emulated/0"
APPS_STORAGE = "data/media/0"  # where a process sees what it may of it; /storage/emulated/0 leads there


class Stage:
    """`owner`: the uid, as this process counts, of the device's processes."""

    def __init__(self, folder: Path, owner: int) -> None:
        self.folder = folder
        self.owner = owner
        self._shared: dict[Path, tuple[tuple[int, int], str]] = {}
        self._shows = 0

    @property
    def device(self) -> Path:
        return self.folder / "device"

    def build(self, *, data_size: int, apps_size: int) -> None:
        """Mounts the empty stage on the folder. Sizes in bytes."""
        self.folder.mkdir(parents=True, exist_ok=True)
        kernel.mount("tmpfs", str(self.folder), "tmpfs", _SAFE, "size=16m,nr_inodes=100000,mode=755")
        kernel.mount("none", str(self.folder), "", kernel.MS_SHARED)
        for name in ("app-root", "service-root", "device", "shared", "views", "init-root", "proc"):
            (self.folder / name).mkdir()
        self.give(self.folder / "views")
        apps, storage = self.device / APPS_DATA, self.device / SHARED_STORAGE
        for place, size, mode in ((self.device, data_size, 755), (apps, apps_size, 711), (storage, apps_size, 711)):
            place.mkdir(parents=True, exist_ok=True)
            kernel.mount("tmpfs", str(place), "tmpfs", _SAFE, f"size={size},nr_inodes=100000,mode={mode}")

    def build_root(self, name: str, seen: Mapping[str, Path], texts: Mapping[str, str]) -> None:
        """`seen`: path in the root -> file or folder of the host shown there read-only; `texts`: small files."""
        root = self.folder / name
        for target in ("dev", "proc", "tmp", "data", "etc", SERVICE_SCRATCH.lstrip("/")):
            (root / target).mkdir(exist_ok=True)
        for device in DEVICES:
            place = root / "dev" / device
            place.touch()
            kernel.bind(f"/dev/{device}", str(place), read_only=False)
        for target, source in sorted(seen.items()):
            self._show(source, root / target.lstrip("/"))
        for target, text in texts.items():
            place = root / target.lstrip("/")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)

    def link_storage(self, name: str) -> None:
        """Where a process looks for the shared storage; what it may see of it is mounted below its /data."""
        root = self.folder / name
        (root / "storage" / "emulated").mkdir(parents=True)
        (root / "storage" / "emulated" / "0").symlink_to(f"/{APPS_STORAGE}")
        (root / "sdcard").symlink_to("/storage/emulated/0")

    def share(self, source: Path) -> str:
        """Makes a file or folder of the host reachable for the init; returns its path relative to the stage.

        A file that was deleted and made anew is shown anew: what has lost its name cannot be mounted. Raises FileNotFoundError
        where nothing has that name.
        """
        source = source.resolve()
        if source.is_relative_to(self.folder):
            return str(source.relative_to(self.folder))
        state = source.stat()
        identity, name = self._shared.get(source, (None, ""))
        if identity != (state.st_dev, state.st_ino):
            name = f"shared/{self._shows}"
            self._shows += 1
            self._show(source, self.folder / name)
            self._shared[source] = ((state.st_dev, state.st_ino), name)
        return name

    def give(self, path: Path) -> None:
        """Makes the device's processes owners of `path` and all below that is still ours."""
        if self.owner == os.geteuid():
            return
        os.chown(path, self.owner, self.owner, follow_symlinks=False)
        for _folder, folders, files, handle in os.fwalk(path):
            for name in (*folders, *files):
                if os.stat(name, dir_fd=handle, follow_symlinks=False).st_uid == os.geteuid():
                    os.chown(name, self.owner, self.owner, dir_fd=handle, follow_symlinks=False)

    def remove(self) -> None:
        kernel.unmount(str(self.folder))
        self.folder.rmdir()

    @staticmethod
    def _show(source: Path, place: Path) -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            place.mkdir(exist_ok=True)
        else:
            place.touch()
        kernel.bind(str(source), str(place), read_only=True)
