"""The app processes: warm ones in waiting, bound ones by name, their start and end."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from harness.errors import RigError
from harness.lab.appprocess import AppProcess, AppProcessError, Callbacks, ProcessGone
from harness.lab.system.logs import LONGEST, LogBuffer, one_line
from harness.lab.system.packages import Package
from harness.lab.system.process_link import Gate, Spawn


@dataclass(frozen=True)
class Patience:
    """How long the system waits for an app, in seconds.

    `activity` is ActivityTaskSupervisor's LAUNCH_TIMEOUT: after it other things go on, after `launch` the app counts
    as not responding. `input`: Android's own 5 s plus the lab's slowness. `settle`: what a touch has opened, before the
    screen is read or touched again.
    """

    bind: float = 120.0
    gate: float = 600.0
    activity: float = 10.0
    launch: float = 60.0
    input: float = 10.0
    settle: float = 3.0
    dump: float = 15.0
    other: float = 30.0


FIRST_ISOLATED_UID = 99000  # android.os.Process.FIRST_ISOLATED_UID, LAST_ISOLATED_UID 99999
_ISOLATED_UIDS = 1000


class StartFailed(Exception):
    """A process did not come up; the text says at which step and why."""


@dataclass(eq=False)
class RunningProcess:
    """A bound process. `services`: classes of running services, which keep it alive. `shown`: files it was let see.

    `isolated`: runs one service and nothing else, with a uid of its own and no permission.
    """

    link: AppProcess
    package: str
    name: str
    uid: int
    started_ns: int
    services: set[str] = field(default_factory=set)
    shown: set[str] = field(default_factory=set)
    isolated: bool = False
    ended: bool = False
    crashed: bool = False

    @property
    def pid(self) -> int:
        return self.link.pid


class ProcessOwner(Protocol):
    """What the system server does with what processes say."""

    async def answer(self, process: RunningProcess, op: str, arguments: Mapping[str, Any]) -> dict[str, Any]: ...

    def note(self, process: RunningProcess | None, pid: int, name: str, fields: Mapping[str, Any]) -> None: ...

    def process_ended(self, process: RunningProcess, why: str) -> None: ...

    def bind_arguments(self, package: Package, process: RunningProcess) -> dict[str, Any]: ...

    def not_responding(self, process: RunningProcess, why: str) -> None: ...


class Processes:
    """Starts, finds and ends processes, and hears what they say."""

    def __init__(
        self,
        owner: ProcessOwner,
        spawn: Spawn,
        gate: Gate,
        logs: LogBuffer,
        *,
        warm: int = 1,
        patience: Patience | None = None,
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self._owner = owner
        self._spawn = spawn
        self._gate = gate
        self._logs = logs
        self._wanted_warm = warm
        self.patience = patience or Patience()
        self._now_ns = now_ns
        self._callbacks = Callbacks(event=self._event, ask=self._asked, ended=self._ended)
        self._warm: list[AppProcess] = []
        self._warming = 0
        self._warmed = asyncio.Event()
        self._first = asyncio.Event()
        self._waiting: list[asyncio.Future[AppProcess]] = []
        self._bound: dict[AppProcess, RunningProcess] = {}
        self._starting: dict[tuple[str, str], asyncio.Task[RunningProcess]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._closed = False
        self._isolated = itertools.count()
        self.localise: Callable[[RunningProcess, Any], Any] = lambda process, value: value

    # --- finding and starting

    def running(self) -> list[RunningProcess]:
        """All bound processes, oldest first."""
        return sorted(self._bound.values(), key=lambda one: one.started_ns)

    @property
    def warm(self) -> list[AppProcess]:
        """Those that have no app yet."""
        return list(self._warm)

    @property
    def warm_pids(self) -> list[int]:
        return [one.pid for one in self._warm]

    def of_package(self, package: str) -> list[RunningProcess]:
        """The package's processes."""
        return [one for one in self.running() if one.package == package]

    def find(self, package: str, name: str) -> RunningProcess | None:
        """By package and process name."""
        return next((one for one in self.running() if one.package == package and one.name == name), None)

    async def obtain(self, package: Package, name: str, reason: str) -> RunningProcess:
        """The running process of that name, started if need be. `reason` as ActivityManager logs it.

        Raises StartFailed.
        """
        found = self.find(package.name, name)
        key = (package.name, name)
        if found is not None and key not in self._starting:
            return found
        task = self._starting.get(key)
        if task is None:
            task = asyncio.create_task(self._start(package, name, reason))
            self._starting[key] = task
            task.add_done_callback(lambda _: self._starting.pop(key, None))
        return await asyncio.shield(task)

    async def spare(self, package: str, name: str) -> None:
        """Until a process of that name could start at once. Android forks one in no time: what the lab needs to warm one is no
        app's, and no time-out of an app's begins before."""
        self.keep_warm()
        while self.find(package, name) is None and not self._warm and self._warming > len(self._waiting):
            await self._warmed.wait()

    async def ready(self) -> None:
        """Until the first process was warmed: from then on an app starts as fast as it ever does."""
        if self._wanted_warm:
            await self._first.wait()

    def keep_warm(self) -> None:
        """Fills the pool in the background; what is being warmed counts."""
        while not self._closed and len(self._warm) + self._warming < self._wanted_warm:
            self._warming += 1
            self.run(self._add_warm(), "warming a process")

    async def _add_warm(self) -> None:
        try:
            link = await self._spawn(self._callbacks)
        except RigError as fault:
            self._logs.system("LabDevice", f"no warm process: {fault}", priority="W")
            if waiting := self._next_waiting():
                waiting.set_exception(fault)
            return
        finally:
            self._warming -= 1
            self._first.set()
            self._warmed.set()      # who waits looks again once this has come to its end
            self._warmed.clear()
        if self._closed:
            link.kill()
        elif waiting := self._next_waiting():
            waiting.set_result(link)
        else:
            self._warm.append(link)

    def _next_waiting(self) -> asyncio.Future[AppProcess] | None:
        while self._waiting:
            one = self._waiting.pop(0)
            if not one.done():
                return one
        return None

    async def _take(self) -> AppProcess:
        """A warm process; else the next that is being warmed and nobody waits for; else a new one. Raises RigError."""
        if self._warm:
            return self._warm.pop()
        if self._warming > len(self._waiting):
            waiting: asyncio.Future[AppProcess] = asyncio.get_running_loop().create_future()
            self._waiting.append(waiting)
            return await waiting
        return await self._spawn(self._callbacks)

    async def _start(self, package: Package, name: str, reason: str) -> RunningProcess:
        try:
            link = await self._take()
        except RigError as fault:
            raise StartFailed(f"no process for {name}: {fault}") from fault
        isolated = any(one.isolated and one.process == name for one in package.facts.components)
        uid = FIRST_ISOLATED_UID + next(self._isolated) % _ISOLATED_UIDS if isolated else package.uid
        process = RunningProcess(link, package.name, name, uid, self._now_ns(), isolated=isolated)
        self._bound[link] = process
        self._logs.system("ActivityManager", f"Start proc {process.pid}:{name}/{user_name(uid)} for {reason}")
        step = "bind"
        try:
            async with asyncio.timeout(self.patience.bind):
                await link.call("bind", **self._owner.bind_arguments(package, process))
            step = "gate"
            async with asyncio.timeout(self.patience.gate):
                await self._gate(link, package.name, name)
            step = "release"
            async with asyncio.timeout(self.patience.launch):
                await link.call("release")
        except (AppProcessError, ProcessGone, TimeoutError) as fault:
            why = "it did not answer in time" if isinstance(fault, TimeoutError) else str(fault)
            if step == "release" and isinstance(fault, TimeoutError):
                self._owner.not_responding(process, "Application.onCreate takes too long")
            link.kill()
            raise StartFailed(f"{name} ({process.pid}) failed at {step}: {why}") from fault
        finally:
            self.keep_warm()
        return process

    # --- talking

    async def call(self, process: RunningProcess, op: str, *, within: float = 0, **arguments: Any) -> dict[str, Any]:
        """A call that ends in ANR when the app does not answer. Raises AppProcessError, ProcessGone.

        Binders in the arguments are put into the process's own numbers on the way (`localise`).
        """
        if process.ended:
            raise ProcessGone(f"{process.name} has ended")
        arguments = self.localise(process, arguments)
        try:
            async with asyncio.timeout(within or self.patience.other):
                return await process.link.call(op, **arguments)
        except TimeoutError as fault:
            self._owner.not_responding(process, f"{op} was not answered")
            raise ProcessGone(f"{process.name} did not answer {op}") from fault

    def tell_all(self, package: str, op: str, **arguments: Any) -> None:
        """The same call to all of a package's processes, without waiting for the answers."""
        for process in self.of_package(package):
            self.run(self.call(process, op, **arguments), f"{op} to {process.name}")

    # --- ending

    async def end(self, process: RunningProcess) -> None:
        """SIGKILL, and until it is gone."""
        process.link.kill()
        while not process.ended:
            await asyncio.sleep(0.01)

    async def close(self) -> None:
        """Ends every process, warm ones included, and all that was under way."""
        self._closed = True
        for task in [*self._tasks, *self._starting.values()]:
            task.cancel()
        for link in [*self._warm, *self._bound]:
            link.kill()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(5):
                while self._bound or self._warm:
                    await asyncio.sleep(0.01)

    def run(self, work: Coroutine[Any, Any, Any], what: str) -> asyncio.Task[Any]:
        """Runs `work` beside; that the app is gone or refuses is logged, any other fault is a bug and raised."""
        task: asyncio.Task[Any] = asyncio.create_task(self._guard(work, what))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: work.close())  # one that was cancelled before it began
        return task

    async def _guard(self, work: Coroutine[Any, Any, Any], what: str) -> None:
        try:
            await work
        except (ProcessGone, AppProcessError, StartFailed) as fault:
            self._logs.system("ActivityManager", one_line(f"{what}: {fault}"[:LONGEST]), priority="W")

    # --- what processes say

    async def _asked(self, link: AppProcess, op: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        process = self._bound.get(link)
        if process is None:
            raise AppProcessError("a process without an app asks nothing")
        return await self._owner.answer(process, op, arguments)

    def _event(self, link: AppProcess, name: str, fields: Mapping[str, Any]) -> None:
        self._owner.note(self._bound.get(link), link.pid, name, fields)

    def _ended(self, link: AppProcess, why: str) -> None:
        if link in self._warm:
            self._warm.remove(link)
            self._logs.system("LabDevice", one_line(f"a warm process ended: {why}"), priority="W")
        process = self._bound.pop(link, None)
        if process is not None:
            process.ended = True
            if not self._closed:
                died = f"Process {process.name} (pid {process.pid}) has died: {why}"
                self._logs.system("ActivityManager", one_line(died[:LONGEST]))
                self._owner.process_ended(process, why)


def user_name(uid: int) -> str:
    """An app's uid as Android writes it: u0_a101, u0_i3 for an isolated one."""
    return f"u0_i{uid - FIRST_ISOLATED_UID}" if uid >= FIRST_ISOLATED_UID else f"u0_a{uid - 10000}"
