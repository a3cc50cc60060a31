"""One writer at a time. The lock is the kernel's (flock): it is free when its holder has died, however that was."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: no advisory locks
    fcntl = None  # type: ignore[assignment]

_NO_LOCKS = frozenset({errno.EBADF, errno.EISDIR, errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS})
"""What a file system answers that has no locks of folders: some of a network."""


def hold(fd: int, *, wait: bool) -> None:
    """Until `fd` is closed. Raises BlockingIOError where another has it, and `wait` is not said."""
    if fcntl is not None:
        fcntl.flock(fd, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def folder_locked(folder: Path) -> Iterator[None]:
    """Waits for the folder. Leaves no file in it. Where there are no locks of folders, it is as if nobody else wrote. Raises
    OSError for what is no folder."""
    if fcntl is None:
        yield
        return
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            hold(fd, wait=True)
        except OSError as bad:
            if bad.errno not in _NO_LOCKS:
                raise
        yield
    finally:
        os.close(fd)
