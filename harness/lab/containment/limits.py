"""How much of the machine one process of a lab device may use."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass

if os.name == "posix":
    import resource

MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Sizes in bytes. `memory` counts private writable memory (RLIMIT_DATA: heap, stacks, native allocations),
    `address_space` all mappings, shared ones included; a JVM reserves far more of it than it uses."""

    memory: int = 2048 * MIB
    address_space: int = 12288 * MIB
    tasks: int = 512
    open_files: int = 4096
    file_size: int = 512 * MIB
    temporary: int = 256 * MIB

    def as_message(self) -> dict[str, int]:
        return asdict(self)

    def apply(self) -> None:
        """To this process and all it starts. Never raises a limit above the one it already has.

        `tasks` counts processes and threads of this user namespace since Linux 5.14; before, of the whole user,
        so that it would refuse an ordinary desktop its first thread: it is left out there.
        """
        wanted = [
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_DATA, self.memory),
            (resource.RLIMIT_AS, self.address_space),
            (resource.RLIMIT_NOFILE, self.open_files),
            (resource.RLIMIT_FSIZE, self.file_size),
        ]
        if counts_tasks_by_namespace():
            wanted.append((resource.RLIMIT_NPROC, self.tasks))
        for kind, value in wanted:
            hard = resource.getrlimit(kind)[1]
            allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(kind, (allowed, allowed))


APP_LIMITS = Limits()


def counts_tasks_by_namespace() -> bool:
    """Linux 5.14 made RLIMIT_NPROC a count of the user namespace (getrlimit(2))."""
    if not hasattr(os, "uname"):
        return False
    release = os.uname().release.split("-")[0].split(".")
    return (int(release[0]), int(release[1])) >= (5, 14)
