"""One lab device's walls, and the app processes started inside them (docs/containment.md)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.lab.appprocess import AppProcess, Callbacks
from harness.lab.containment.limits import MIB, Limits
from harness.lab.containment.ownspace import OwnSpace
from harness.lab.containment.plain import NoWalls
from harness.lab.containment.process import Blocked, ContainedProcess, Container, OnBlocked, OnLost
from harness.lab.runtime import Runtime

__all__ = ["AppStarter", "Blocked", "ContainedProcess", "Container", "show_runtime", "start_container"]

_TEMPORARY = "/tmp"
_LINE_LIMIT = 4096  # bytes of a line of the process's own output; the rest follows as lines of its own
_LINES_A_SECOND = 500

OnOutput = Callable[[int, str], None]
"""(pid, line): what an app process wrote to its standard output or error."""


async def start_container(
    folder: Path, space: OwnSpace, runtime: Runtime, *, on_blocked: OnBlocked, on_lost: OnLost
) -> Container:
    """Walls where `space` says this machine has them, none otherwise. Raises RigError."""
    if space.why_not:
        return NoWalls(folder, space.why_not)
    from harness.lab.containment.walls import Walls  # only where there are namespaces can it be imported

    return await Walls.start(
        folder,
        space,
        java=runtime.java,
        system=_system_folders(runtime),
        on_blocked=on_blocked,
        on_lost=on_lost,
    )


def _system_folders(runtime: Runtime) -> dict[str, Path]:
    """Where an app process sees what it is made of: path in its root -> folder of the host."""
    folders = {"/system/java": runtime.java.parents[1], "/system/natives": runtime.natives}
    folders["/system/processor"] = runtime.processor
    files = [*runtime.class_path, *runtime.browser, *runtime.emulator, runtime.framework]
    jars = dict.fromkeys(path.parent for path in files if path.is_file())
    classes = [path for path in runtime.class_path if path.is_dir()]
    folders |= {f"/system/jars/{number}": folder for number, folder in enumerate(jars)}
    return folders | {f"/system/classes/{number}": folder for number, folder in enumerate(classes)}


def show_runtime(runtime: Runtime, inside: Callable[[Path], str]) -> Runtime:
    """The same runtime with the paths at which app processes see it."""

    def seen(path: Path) -> Path:
        return Path(inside(path))

    return replace(
        runtime,
        java=seen(runtime.java),
        class_path=tuple(seen(path) for path in runtime.class_path),
        natives=seen(runtime.natives),
        browser=tuple(seen(path) for path in runtime.browser),
        emulator=tuple(seen(path) for path in runtime.emulator),
        processor=seen(runtime.processor),
        framework=seen(runtime.framework),
    )


class AppStarter:
    """Starts warm app processes in a container; `start` is the system server's `Spawn`.

    `entered` is awaited for each process once it is warm (Frida goes in ahead of time).
    """

    def __init__(
        self,
        container: Container,
        runtime: Runtime,
        *,
        qualifiers: str,
        on_output: OnOutput,
        entered: Callable[[AppProcess], Any] | None = None,
        heap_mib: int = 256,
    ) -> None:
        self._container = container
        self._on_output = on_output
        self._entered = entered
        self._limits = Limits(memory=(heap_mib + 1792) * MIB)
        scratch = _TEMPORARY if container.contained else None
        self._argv = show_runtime(runtime, container.inside).command(qualifiers=qualifiers, scratch=scratch, heap_mib=heap_mib)
        self._next_uid = 10000
        self._readers: set[asyncio.Task[None]] = set()

    async def start(self, callbacks: Callbacks) -> AppProcess:
        """A warm process. Raises RigError."""
        output_read, output_write = os.pipe()
        started: list[ContainedProcess] = []

        async def spawn(argv: Sequence[str], env: Mapping[str, str], fd0: int, log: int | None) -> ContainedProcess:
            assert log is not None
            self._next_uid = 10000 + (self._next_uid - 9999) % 9999
            process = await self._container.spawn(argv, env=env, fds=[fd0, log, log], limits=self._limits, uid=self._next_uid)
            started.append(process)
            self._follow(output_read, process)
            return process

        try:
            process = await ContainedApp.start(spawn, self._argv, callbacks, log=output_write)
        finally:
            os.close(output_write)
            if not started:
                os.close(output_read)
        assert isinstance(process, ContainedApp)
        process.walls = self._container
        process.child = started[0]
        if self._entered:
            await self._entered(process)
        return process

    def _follow(self, output: int, process: ContainedProcess) -> None:
        task = asyncio.create_task(self._read_output(output, process))
        self._readers.add(task)
        task.add_done_callback(self._readers.discard)

    async def _read_output(self, output: int, process: ContainedProcess) -> None:
        """Takes no more than `_LINES_A_SECOND`: a process that writes faster waits, and fills nothing."""
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=_LINE_LIMIT)
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(output, "rb"))
        rest = b""
        while chunk := await reader.read(_LINE_LIMIT):
            *lines, rest = (rest + chunk).split(b"\n")
            if len(rest) >= _LINE_LIMIT:
                lines, rest = [*lines, rest], b""
            for line in lines:
                self._on_output(process.pid, line.decode("utf-8", "replace"))
            await asyncio.sleep(len(lines) / _LINES_A_SECOND)
        if rest:
            self._on_output(process.pid, rest.decode("utf-8", "replace"))


class ContainedApp(AppProcess):
    """An app process whose walls open for what `bind` names: its APKs, its classes, its own data and no other's."""

    walls: Container
    child: ContainedProcess

    @property
    def host_pid(self) -> int:
        return self.child.host_pid

    async def call(self, op: str, *, timeout: float | None = None, **arguments: Any) -> dict[str, Any]:
        if op == "bind":
            files = [*arguments.get("apks", ()), *arguments.get("classes", ()), *map(arguments.get, ("libraries", "trust"))]
            for path in files:
                if path:
                    await self._show(path, read_only=True)
            for path in (arguments.get("data"), arguments.get("external")):
                if path:
                    await self._show(path, read_only=False)
        return await super().call(op, timeout=timeout, **arguments)

    async def show(self, path: str) -> None:
        await self._show(path, read_only=True)

    async def _show(self, path: str, *, read_only: bool) -> None:
        if self.walls.contained:
            await self.walls.expose(self.child, self.walls.outside(path), path, read_only=read_only)
