"""Runs a piece of a test in a process that may make a lab device: in namespaces of its own, as root or as an ordinary user.

pytest's own process has threads and must stay where it is, so the piece runs in a fork of it.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import sys
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from harness.lab.containment import kernel
from harness.lab.containment.ownspace import OwnSpace, enter_own_space, why_no_containment

ORDINARY_UID = 12345
NO_CONTAINMENT = why_no_containment()
needs_containment = pytest.mark.skipif(bool(NO_CONTAINMENT), reason=f"no containment here: {NO_CONTAINMENT}")


def in_own_space(
    piece: Callable[[OwnSpace], Awaitable[Any]], *, ordinary_user: bool = False, readable: list[Path] | None = None
) -> Any:
    """What `piece` returns. Its failure, an AssertionError too, is raised here with its traceback as text.

    `ordinary_user`: give up root first; `readable`: files and folders that user must be able to read.
    """
    answer, told = os.pipe()
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        os.close(answer)
        try:
            if ordinary_user and os.geteuid() == 0:
                become_ordinary([Path(sys.base_prefix), Path(sys.prefix), Path(__file__).parents[2], *(readable or [])])
            space = enter_own_space(os.getpid() % 60000)
            result = (True, asyncio.run(_awaited(piece, space)))
        except BaseException:  # noqa: BLE001 - it is carried over to the test
            result = (False, traceback.format_exc())
        with os.fdopen(told, "wb") as pipe:
            pipe.write(pickle.dumps(result))
        os._exit(0)
    os.close(told)
    with os.fdopen(answer, "rb") as pipe:
        data = pipe.read()
    os.waitpid(child, 0)
    assert data, "the process of the test died"
    fine, value = pickle.loads(data)
    if not fine:
        raise AssertionError(value)
    return value


async def _awaited(piece: Callable[[OwnSpace], Awaitable[Any]], space: OwnSpace) -> Any:
    return await piece(space)


def become_ordinary(readable: list[Path]) -> None:
    """Gives root up for good. What lies below a closed folder, such as root's home, is shown at the same path in a
    mount namespace of this process only."""
    kernel.unshare(kernel.CLONE_NEWNS)
    kernel.mount("none", "/", "", kernel.MS_REC | kernel.MS_PRIVATE)
    closed: dict[Path, list[tuple[Path, int]]] = {}
    for path in readable:
        shut = next((folder for folder in reversed(path.parents) if not folder.stat().st_mode & 0o001), None)
        if shut is not None:
            closed.setdefault(shut, []).append((path, os.open(path, os.O_PATH)))
    for shut, kept in closed.items():
        kernel.mount("tmpfs", str(shut), "tmpfs", 0, "mode=755")
        for path, handle in kept:
            if not path.exists():
                path.mkdir(parents=True)
                kernel.mount(f"/proc/self/fd/{handle}", str(path), "", kernel.MS_BIND | kernel.MS_REC)
            os.close(handle)
    os.setgroups([])
    os.setresgid(ORDINARY_UID, ORDINARY_UID, ORDINARY_UID)
    os.setresuid(ORDINARY_UID, ORDINARY_UID, ORDINARY_UID)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 1)  # as after a log-in; without it /proc/self belongs to root
