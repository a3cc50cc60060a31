"""Memory and task limits for a device as a whole, where this machine lets us set them.

Every app process has limits of its own (`limits`); these hold for all of a device together, shared memory and the
files in its tmpfs included. Only root, or whoever was given a cgroup with these controllers, may set them.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

_ROOT = Path("/sys/fs/cgroup")
_PREFIX = "privacy-harness-"
TASKS = 4096
_MEMORY_SHARE = 0.6  # of the machine's memory


@dataclass(frozen=True)
class ControlGroup:
    """The folders made for one device: one in the unified hierarchy, or one in each of the old ones."""

    folders: tuple[Path, ...]

    def remove(self) -> None:
        """After the device's last process; one that the kernel is still burying leaves an empty folder behind."""
        for folder in self.folders:
            with contextlib.suppress(OSError):
                folder.rmdir()


def confine(pid: int, daemon: int, *, memory: int | None = None, tasks: int = TASKS, root: Path = _ROOT) -> ControlGroup | None:
    """Puts a process, and so all it starts, under limits. `daemon`: the pid that the folders are named after;
    `memory` in bytes. None where that is not ours to do."""
    name = f"{_PREFIX}{daemon}"
    limit = memory or machine_memory()
    unified = (("memory.max", limit), ("pids.max", tasks))
    places = (
        [(root / name, unified)]
        if (root / "cgroup.controllers").exists()
        else [(root / "memory" / name, (("memory.limit_in_bytes", limit),)), (root / "pids" / name, (("pids.max", tasks),))]
    )
    made: list[Path] = []
    for folder, settings in places:
        _clear_away(folder.parent)
        try:
            folder.mkdir()
            made.append(folder)
            for file, value in settings:
                # Never created: without the controller the file is not there, and the limit would be none.
                with (folder / file).open("r+") as setting:
                    setting.write(str(value))
            (folder / "cgroup.procs").write_text(str(pid))
        except OSError:
            ControlGroup(tuple(made)).remove()
            return None
    return ControlGroup(tuple(made))


def _clear_away(parent: Path) -> None:
    """Folders of devices whose daemon was killed. One that is in use cannot be removed."""
    for folder in parent.glob(f"{_PREFIX}*"):
        if not Path("/proc", folder.name.removeprefix(_PREFIX)).exists():
            with contextlib.suppress(OSError):
                folder.rmdir()


def machine_memory() -> int:
    return int(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * _MEMORY_SHARE)
