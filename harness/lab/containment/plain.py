"""The container where the machine allows none: ordinary child processes, data on disk, the host's loopback.

Same interface as `Walls`, none of its protection: `contained` is False and `why_not` says why. Whoever starts a
device decides what may run in it (`harness.lab.trust`).
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.errors import RigError
from harness.lab.containment import kernel
from harness.lab.containment.limits import APP_LIMITS, Limits
from harness.lab.containment.process import ContainedProcess
from harness.lab.containment.stage import APPS_DATA

_YAMA = Path("/proc/sys/kernel/yama/ptrace_scope")
_TRACING_IS_RESTRICTED = _YAMA.exists()


def _allow_tracing() -> None:
    """In the child: with ptrace_scope 1 only a parent may trace, and Frida's endpoint is none. The permission stays
    with the process over exec (security/yama/yama_lsm.c)."""
    kernel.prctl(kernel.PR_SET_PTRACER, kernel.PR_SET_PTRACER_ANY)


class NoWalls:
    """See `harness.lab.containment.process.Container`."""

    contained = False

    def __init__(self, folder: Path, why_not: str) -> None:
        self.why_not = why_not
        self._folder = folder
        self._watches: set[asyncio.Task[None]] = set()
        self._processes: set[ContainedProcess] = set()
        (self.data_root / APPS_DATA).mkdir(parents=True, exist_ok=True)

    @property
    def data_root(self) -> Path:
        return self._folder / "device"

    def inside(self, path: Path) -> str:
        return str(path.resolve())

    async def spawn(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        fds: Sequence[int],
        limits: Limits = APP_LIMITS,
        uid: int = 10000,
        directory: str = "/data",
    ) -> ContainedProcess:
        """`limits`, `uid` and `directory` have no meaning here."""
        return await self._start(argv, env, fds, self.data_root)

    async def spawn_service(self, argv: Sequence[str], *, env: Mapping[str, str], fds: Sequence[int]) -> ContainedProcess:
        return await self._start(argv, dict(os.environ), fds, None)

    async def _start(
        self, argv: Sequence[str], env: Mapping[str, str], fds: Sequence[int], directory: Path | None
    ) -> ContainedProcess:
        if len(fds) != 3:
            raise ValueError("without containment a process gets exactly three descriptors")
        try:
            child = await asyncio.create_subprocess_exec(
                *argv,
                env=dict(env),
                stdin=fds[0],
                stdout=fds[1],
                stderr=fds[2],
                cwd=directory,
                start_new_session=True,
                preexec_fn=_allow_tracing if _TRACING_IS_RESTRICTED else None,
            )
        except OSError as error:
            raise RigError("A process of the lab device could not be started.", str(error)) from error
        process = ContainedProcess(child.pid, child.pid)
        self._processes.add(process)
        watch = asyncio.create_task(self._watch(child, process))
        self._watches.add(watch)
        watch.add_done_callback(self._watches.discard)
        return process

    async def _watch(self, child: asyncio.subprocess.Process, process: ContainedProcess) -> None:
        process.ended(await child.wait())
        self._processes.discard(process)

    async def add_wireless(self, mac: str, address: str, prefix: int) -> str:
        return "the device has no network namespace"

    async def expose(self, process: ContainedProcess, source: Path, target: str = "", *, read_only: bool = True) -> str:
        return self.inside(source)

    def outside(self, path: str) -> Path:
        return Path(path)

    async def listen(self, port: int, *, service: bool = False) -> socket.socket:
        sock = socket.create_server(("127.0.0.1", port), backlog=64)
        sock.setblocking(False)
        return sock

    async def connect(self, port: int, *, service: bool = False) -> socket.socket:
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.setblocking(False)
        try:
            await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", port))
        except OSError:
            sock.close()
            raise
        return sock

    async def close(self) -> None:
        for process in list(self._processes):
            process.kill()
        for watch in list(self._watches):
            await watch
        shutil.rmtree(self._folder, ignore_errors=True)
