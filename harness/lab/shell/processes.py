"""The processes that shells run. They are tasks of the daemon that wear a process id of the device."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from harness.lab.adbd.ownership import Credentials
from harness.lab.shell.install_sessions import InstallSessions

if TYPE_CHECKING:
    from harness.lab.adbd.device import Handler

FIRST_PID = 3_000_000
"""Below the kernel's 64-bit limit of 4194304 and far above what a device's own pid namespace hands out."""

MAX_PROCESSES = 512


@dataclass
class ShellProcess:
    pid: int
    ppid: int
    who: Credentials
    argv: tuple[str, ...]
    task: asyncio.Task[object] | None
    started_ns: int = field(default_factory=time.time_ns)
    ports: dict[int, Handler] = field(default_factory=dict)
    signal: int = 0
    program: str = ""
    """The path of a native program that it stands for; "" for a command of the shell."""

    @property
    def name(self) -> str:
        return self.argv[0].rpartition("/")[2] if self.argv else "sh"


class ShellProcesses:
    """All of one device's, and the install sessions that they opened."""

    def __init__(self) -> None:
        self._processes: dict[int, ShellProcess] = {}
        self._pids = count(FIRST_PID)
        self.install_sessions = InstallSessions()

    def start(
        self, argv: tuple[str, ...], who: Credentials, *, parent: int = 1,
        task: asyncio.Task[object] | None = None,
    ) -> ShellProcess:  # fmt: skip
        """Raises BlockingIOError (EAGAIN, as fork does) where there are too many."""
        if len(self._processes) >= MAX_PROCESSES:
            raise BlockingIOError(11, "Resource temporarily unavailable")
        process = ShellProcess(next(self._pids), parent, who, argv, task or asyncio.current_task())
        self._processes[process.pid] = process
        return process

    def end(self, process: ShellProcess) -> None:
        self._processes.pop(process.pid, None)

    def get(self, pid: int) -> ShellProcess | None:
        return self._processes.get(pid)

    def all(self) -> list[ShellProcess]:
        return list(self._processes.values())

    def listening(self, port: int) -> Handler | None:
        """What answers a port that one of these processes holds open."""
        for process in self._processes.values():
            if port in process.ports:
                return process.ports[port]
        return None

    def kill(self, process: ShellProcess, signal: int) -> None:
        """Ends it; the status its parent sees is 128 + `signal`."""
        process.signal = signal
        if process.task is not None:
            process.task.cancel()

    async def stop(self) -> None:
        """Ends all of them, background jobs included, and drops open install sessions."""
        self.install_sessions.end_all()
        tasks = {p.task for p in self.all() if p.task is not None and p.task is not asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
