"""Starting, leaving and finishing activities: the tasks' state carried out in the app processes.

One transition at a time: everything that calls into an app to change a lifecycle holds the same lock.
What an app asks for is answered at once and carried out after the transition that is under way.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from harness.lab.appprocess import AppProcessError, ProcessGone
from harness.lab.system.activity_resolution import ActivityRefused as ActivityRefused
from harness.lab.system.activity_resolution import resolve_activity
from harness.lab.system.binders import ROOM, Binders, NoSuchBinder
from harness.lab.system.facts import Component
from harness.lab.system.identity import Caller
from harness.lab.system.intents import CATEGORY_HOME, Intent, short_component
from harness.lab.system.logs import LogBuffer
from harness.lab.system.packages import Package, Packages
from harness.lab.system.permissions import Permissions
from harness.lab.system.processes import Processes, RunningProcess, StartFailed
from harness.lab.system.tasks import Activity, Placement, Tasks

_GRACE_NS = 10 * 10**9  # how long after leaving the front an app may still start activities (BAL grace period)
_CRASH_WINDOW_NS = 60 * 10**9  # ActivityManagerConstants.MIN_CRASH_INTERVAL is 2 min; a second one ends the task


@dataclass(frozen=True)
class StartResult:
    """The outcome of starting an activity, as `am start -W` needs it. Times in milliseconds.

    `why` is Android's message where it was not started, and `code` ActivityManager's START_* number then.
    `timed_out`: it is not up yet, and may never be.
    """

    started: bool
    component: str = ""
    why: str = ""
    code: int = 0
    state: str = "COLD"
    total_ms: int = 0
    wait_ms: int = 0
    brought_to_front: bool = False
    delivered: bool = False
    timed_out: bool = False


class Activities:
    """The activities of the device. `changed` is called after whatever is on the screen may have changed."""

    def __init__(
        self,
        packages: Packages,
        processes: Processes,
        permissions: Permissions,
        logs: LogBuffer,
        binders: Binders,
        changed: Callable[[], None] = lambda: None,
        now_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._packages = packages
        self._processes = processes
        self._permissions = permissions
        self._logs = logs
        self._binders = binders
        self._changed = changed
        self._now_ns = now_ns
        self._lock = asyncio.Lock()
        self._hurry = asyncio.Event()
        self._left_front: dict[str, int] = {}
        self._crashes: dict[str, int] = {}
        self.tasks = Tasks()

    # --- what is in front

    @property
    def top(self) -> Activity | None:
        """The activity in front; None: the launcher."""
        return self.tasks.top

    def is_foreground(self, package: str) -> bool:
        """Has the resumed activity, or had it until a moment ago."""
        return self.was_foreground(package, _GRACE_NS)

    def was_foreground(self, package: str, within_ns: int) -> bool:
        """Has the resumed activity, or had it within that time. 0: has it now."""
        if any(one is not None and one.package == package for one in (self.tasks.top, self.tasks.resumed)):
            return True
        left = self._left_front.get(package)
        return left is not None and self._now_ns() - left < within_ns

    # --- starting

    def resolve(self, intent: Intent, caller: Caller | None) -> tuple[Package, Component, Component]:
        """Package, the component that was meant, and the activity that runs. Raises ActivityRefused."""
        return resolve_activity(intent, self._packages, self._permissions, caller)

    async def start(
        self,
        intent: Intent,
        *,
        caller: Caller | None = None,
        caller_token: str | None = None,
        request_code: int = -1,
        placed: asyncio.Event | None = None,
    ) -> StartResult:
        """Starts and waits until the activity is resumed, at most `Patience.activity`. Raises ActivityRefused.

        `placed` is set as soon as the activity has its place in front.
        """
        if CATEGORY_HOME in intent.categories and not intent.component:
            await self.go_home()
            return StartResult(True, self.tasks.home.affinity)
        package, declared, target = self.resolve(intent, caller)
        began = self._now_ns()
        cold = self._processes.find(package.name, target.process) is None
        async with self._at_once() if caller is None else self._lock:
            result = await self._perform(
                intent, package, declared, target, caller, caller_token, request_code, placed or asyncio.Event()
            )
        total = (self._now_ns() - began) // 1_000_000
        state = "COLD" if cold else ("HOT" if result.brought_to_front or result.delivered else "WARM")
        return StartResult(
            started=result.started,
            component=declared.component,
            why=result.why,
            state=state,
            total_ms=total,
            wait_ms=total + 1,
            brought_to_front=result.brought_to_front,
            delivered=result.delivered,
            timed_out=result.timed_out,
        )

    async def _perform(
        self,
        intent: Intent,
        package: Package,
        declared: Component,
        target: Component,
        caller: Caller | None,
        caller_token: str | None,
        request_code: int,
        placed: asyncio.Event,
    ) -> StartResult:
        calling = self.tasks.find(caller_token)
        self._logs.system(
            "ActivityTaskManager",
            f"START u0 {intent.with_component(declared.component).describe()} with LAUNCH_SINGLE_TOP "
            f"from uid {caller.uid if caller else 2000} (BAL_ALLOW_VISIBLE_WINDOW) result code=0",
        )
        before = self.tasks.resumed
        place = self.tasks.place(declared, target, intent, calling)
        if place.only_front:
            placed.set()
            await self._settle(before)
            return StartResult(True, brought_to_front=True)
        record = place.activity
        if record is None:
            for gone in place.finish:
                self.tasks.remove(gone)
            record = self.tasks.push(
                place.task,
                declared,
                target,
                intent,
                caller=calling,
                caller_package=caller.package if caller else "",
                request_code=request_code,
            )
        placed.set()
        began = self._now_ns()
        why = await self._show(record, before, intent if place.deliver else None)
        await self._drop(place)
        if not why and not place.deliver and record.state == "resumed":
            self._tell_displayed(record, began)
        return StartResult(not why, why=why, delivered=place.deliver, timed_out=not why and record.state == "starting")

    def _tell_displayed(self, record: Activity, began: int) -> None:
        spent = (self._now_ns() - began) // 1_000_000
        self._logs.system("ActivityTaskManager", f"Displayed {short_component(record.component)} for user 0: +{spent}ms")

    async def _drop(self, place: Placement) -> None:
        for gone in place.finish:
            self.tasks.remove(gone)
            await self._destroy(gone)

    # --- carrying out

    async def _show(self, record: Activity, before: Activity | None, new_intent: Intent | None = None) -> str:
        """Resumes `record`, pausing and stopping what was resumed. Gives why it failed, or ""."""
        if before is not None and before is not record:
            await self._move(before, "paused")
        why = ""
        try:
            await self._resume(record, new_intent)
        except (StartFailed, ProcessGone, AppProcessError) as fault:
            why = str(fault)
            self._logs.system("ActivityTaskManager", f"{record.component} did not start: {why}", priority="W")
            self.tasks.remove(record)
            self._left_front[record.package] = self._now_ns()
            await self._settle(None)
        if before is not None and before is not record and before.state == "paused":
            await self._leave(before)
        self._changed()
        return why

    async def _resume(self, record: Activity, new_intent: Intent | None) -> None:
        """Waits for the activity to be up; when it takes long, the system goes on and it comes up later.

        Raises StartFailed, ProcessGone, AppProcessError.
        """
        began = None if record.alive else self._now_ns()
        await self._processes.spare(record.package, record.target.process)
        coming = asyncio.ensure_future(self._bring_up(record, new_intent))
        if await self._is_up(coming):
            await coming
            record.state = "resumed"
            return
        # as ActivityTaskSupervisor after its launch timeout
        self._logs.system(
            "ActivityTaskManager", f"Launch timeout has expired, giving up wake lock! {record.component}", priority="W"
        )
        record.state = "starting"
        self._processes.run(self._come_up_late(record, coming, began), f"late start of {record.component}")

    async def _bring_up(self, record: Activity, new_intent: Intent | None) -> None:
        package = self._packages.get(record.package)
        process = await self._processes.obtain(
            package, record.target.process, f"top-activity {{{short_component(record.component)}}}"
        )
        self._packages.set_stopped(package.name, False)
        record.drawn = record.drawn and record.state == "resumed"
        if record.alive and new_intent is None:
            await self._processes.call(process, "lifecycle", token=record.token, state="resumed")
        else:
            intent = (new_intent or record.intent).with_component(record.component)
            await self._processes.call(
                process,
                "launch",
                within=self._processes.patience.launch,
                intent=intent.to_json(),
                token=record.token,
                request_code=record.request_code,
                caller_token=record.caller_token,
                caller_package=record.caller_package or None,
                root=record.task.root is record,
                state=record.saved if record.state == "lost" else None,
            )
        if process.ended:
            raise ProcessGone(f"{process.name} ended while {record.component} was starting")

    def note_drawn(self, token: str) -> None:
        """Its first frame is on the screen."""
        record = self.tasks.find(token)
        if record is not None:
            record.drawn = True

    async def _is_up(self, coming: asyncio.Future[None]) -> bool:
        """Waits for the app, but neither for ever nor when the user wants something else."""
        hurry: asyncio.Future[Any] = asyncio.ensure_future(self._hurry.wait())
        try:
            await asyncio.wait({coming, hurry}, timeout=self._processes.patience.activity, return_when=asyncio.FIRST_COMPLETED)
        finally:
            hurry.cancel()
        return coming.done()

    @asynccontextmanager
    async def _at_once(self) -> AsyncIterator[None]:
        """The lock for what the user wants now: a start that is being waited for goes on without us."""
        self._hurry.set()
        try:
            async with self._lock:
                self._hurry.clear()
                yield
        finally:
            self._hurry.clear()

    async def _come_up_late(self, record: Activity, coming: asyncio.Future[None], began: int | None) -> None:
        """The activity that took too long is up at last: resumed if it is still in front, else put away."""
        fault: Exception | None = None
        try:
            await coming
        except (StartFailed, ProcessGone, AppProcessError) as caught:
            fault = caught
            self._logs.system("ActivityTaskManager", f"{record.component} did not start: {fault}", priority="W")
        async with self._lock:
            if fault is not None:
                self._left_front[record.package] = self._now_ns()
                if record.state == "starting" and self._process_of(record) is None:
                    self.tasks.remove(record)
                    await self._settle(self.tasks.resumed)
            elif record not in self.tasks.activities():
                record.state = "resumed"
                await self._destroy(record)
            elif record.state == "starting":
                record.state = "resumed"
                if record is not self.tasks.top:
                    await self._move(record, "paused")
                    await self._leave(record)
                elif began is not None:
                    self._tell_displayed(record, began)
            self._changed()

    async def _leave(self, record: Activity) -> None:
        """What was in front is out of sight now."""
        self._left_front[record.package] = self._now_ns()
        record.covered = False
        if record.target.no_history:
            self.tasks.remove(record)
            await self._destroy(record)
        else:
            await self._move(record, "stopped")

    async def _move(self, record: Activity, state: str) -> None:
        """A lifecycle call to an activity that exists; that its process is gone or dies of it is no fault here."""
        process = self._process_of(record)
        if process is None or not record.alive:
            return
        try:
            answer = await self._processes.call(process, "lifecycle", token=record.token, state=state)
            if answer.get("state") is not None:
                saved = self._binders.accept_parcel(process, answer["state"])
                record.saved = saved if saved.size <= ROOM else None  # the app itself dies of more
        except (ProcessGone, AppProcessError, NoSuchBinder) as fault:
            self._logs.system("ActivityTaskManager", f"{record.component} to {state}: {fault}", priority="W")
        if record.alive:
            record.state = state

    async def _destroy(self, record: Activity) -> None:
        await self._move(record, "destroyed")
        record.state = "finishing"

    async def _settle(self, before: Activity | None) -> None:
        """Makes what lies in front be what is resumed: after a finish, a death, a change of order."""
        for _ in range(len(self.tasks.activities()) + 1):
            record = self.tasks.top
            if record is None or (record is before and (before.state == "resumed" or before.covered)):
                break
            if not await self._show(record, before if before and before.alive else None):
                self._changed()
                return
        else:
            return
        if self.tasks.top is None and before is not None and before.state in ("resumed", "paused"):
            await self._move(before, "paused")
            await self._leave(before)
        self._changed()

    def _process_of(self, record: Activity) -> RunningProcess | None:
        return self._processes.find(record.package, record.target.process)

    # --- leaving and coming back

    async def go_home(self) -> None:
        """The launcher in front."""
        async with self._at_once():
            before = self.tasks.resumed
            self.tasks.bring_to_front(self.tasks.home)
            await self._settle(before)

    async def move_to_back(self, token: object) -> None:
        """Activity.moveTaskToBack"""
        async with self._lock:
            record = self.tasks.find(token)
            if record is None:
                return
            before = self.tasks.resumed
            self.tasks.send_to_back(record.task)
            await self._settle(before)

    async def bring_task_to_front(self, task_id: int) -> None:
        """From the recents screen."""
        async with self._at_once():
            task = next((one for one in self.tasks.order if one.id == task_id), None)
            if task is not None:
                before = self.tasks.resumed
                self.tasks.bring_to_front(task)
                await self._settle(before)

    async def cover(self, token: object) -> None:
        """A window of the system lies over the activity: it is paused, once it is up."""
        async with self._lock:
            record = self.tasks.find(token)
            if record is not None and record.state == "resumed":
                await self._move(record, "paused")
                record.covered = True

    async def uncover(self, token: object) -> None:
        """The window is gone: the activity is resumed, if it is still in front."""
        async with self._lock:
            record = self.tasks.find(token)
            if record is not None and record.covered:
                record.covered = False
                if record is self.tasks.top and record.state == "paused":
                    await self._move(record, "resumed")
                self._changed()

    async def finish(self, token: object, result_code: int, result: Intent | None) -> None:
        """The app has finished the activity: its result goes to the caller, what lay below comes back."""
        async with self._lock:
            record = self.tasks.find(token)
            if record is None:
                return
            was_resumed = record is self.tasks.resumed or record is self.tasks.top
            if was_resumed:
                await self._move(record, "paused")
            self.tasks.remove(record)
            await self._send_result(record, result_code, result)
            if was_resumed or self.tasks.resumed is None:
                await self._settle(None)
            await self._destroy(record)
            self._left_front[record.package] = self._now_ns()
            self._changed()

    async def _send_result(self, record: Activity, code: int, result: Intent | None) -> None:
        caller = self.tasks.find(record.caller_token)
        if caller is None or record.request_code < 0 or not caller.alive:
            return
        process = self._process_of(caller)
        if process is None:
            return
        fields: dict[str, Any] = {"intent": result.to_json()} if result else {"intent": None}
        try:
            await self._processes.call(
                process,
                "result",
                token=caller.token,
                request_code=record.request_code,
                result_code=code,
                **fields,
            )
        except (ProcessGone, AppProcessError) as fault:
            self._logs.system("ActivityTaskManager", f"result for {caller.component}: {fault}", priority="W")

    def forget_package(self, package: str) -> None:
        """All its activities are gone (force-stop, uninstall) and will not come back when its processes end."""
        for record in [one for one in self.tasks.activities() if one.package == package]:
            record.state = "finishing"
            self.tasks.remove(record)

    async def settle_without(self, package: str) -> None:
        """After forget_package: what lay below comes back."""
        async with self._at_once():
            self.forget_package(package)    # what was being started meanwhile
            self._left_front.pop(package, None)
            await self._settle(self.tasks.resumed)

    async def remove_task(self, task_id: int) -> str:
        """Swiped away in recents. Gives the package whose task it was, or ""."""
        async with self._at_once():
            task = next((one for one in self.tasks.order if one.id == task_id and not one.is_home), None)
            if task is None or task.root is None:
                return ""
            package = task.root.package
            before = self.tasks.resumed
            for record in list(task.activities):
                self.tasks.remove(record)
                await self._destroy(record)
            await self._settle(before if before and before.alive else None)
            return package

    # --- processes that end

    def process_ended(self, process: RunningProcess) -> bool:
        """Notes what the end of a process means for its activities; True when the screen must be settled.

        What was in front is gone. What was stopped has been saved and comes back when its turn comes,
        unless the app crashed a second time within a minute.
        """
        again = False
        if process.crashed:
            last = self._crashes.get(process.name)
            self._crashes[process.name] = self._now_ns()
            again = last is not None and self._now_ns() - last < _CRASH_WINDOW_NS
        touched = False
        for record in self.tasks.activities():
            if record.package != process.package or record.target.process != process.name:
                continue
            if not record.alive and record.state != "starting":
                continue
            touched = True
            if record.state == "stopped" and not again:
                record.state = "lost"
            else:
                record.state = "finishing"
                self.tasks.remove(record)
        return touched

    async def settle(self) -> None:
        """After process_ended."""
        async with self._lock:
            if self.tasks.resumed is None or self.tasks.resumed is not self.tasks.top:
                await self._settle(self.tasks.resumed)
