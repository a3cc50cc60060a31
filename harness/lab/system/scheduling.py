"""JobScheduler: holds the jobs, starts each when what it waits for holds, and hears how it went (AOSP JobSchedulerService)."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.lab.appprocess import AppProcessError, ProcessGone
from harness.lab.system.conditions import Conditions
from harness.lab.system.device_state import DeviceState
from harness.lab.system.intents import short_component
from harness.lab.system.jobs import MAX_PARCEL, Job, JobSpec
from harness.lab.system.logs import LogBuffer
from harness.lab.system.packages import Packages
from harness.lab.system.permissions import Permissions
from harness.lab.system.processes import Processes, RunningProcess, StartFailed

BIND_JOB_SERVICE = "android.permission.BIND_JOB_SERVICE"
_BOOT_COMPLETED = "android.permission.RECEIVE_BOOT_COMPLETED"
_NETWORK_STATE = "android.permission.ACCESS_NETWORK_STATE"
_MOST = 150  # JobSchedulerService.MAX_JOBS_PER_APP
_MOST_WORK = 1000  # items that wait for one job
_RUNNING_AT_ONCE = 16  # JobConcurrencyManager.DEFAULT_CONCURRENCY_LIMIT
_ARGUMENT = "java.lang.IllegalArgumentException"
STOP_CANCELLED, STOP_TIMEOUT, STOP_CONNECTIVITY, STOP_CHARGING = 1, 3, 7, 6
"""JobParameters.STOP_REASON_*"""
_INTERNAL = {STOP_CANCELLED: 0, STOP_TIMEOUT: 3, STOP_CONNECTIVITY: 1, STOP_CHARGING: 1}
REASONS = {
    "TIMING_DELAY": 12, "CHARGING": 5, "BATTERY_NOT_LOW": 4, "IDLE": 8, "CONNECTIVITY": 6, "CONTENT_TRIGGER": 7,
}  # fmt: skip
"""JobScheduler.PENDING_JOB_REASON_CONSTRAINT_*"""
_EXECUTING, _UNDEFINED, _NONE = -1, 0, -2


class JobRefused(Exception):
    """What JobScheduler.schedule throws: "class: message"."""


@dataclass(eq=False)
class Run:
    """One execution. `done` is set when the app has said that it is over, or is gone. `forced`: it runs without what it
    waits for."""

    id: str
    job: Job
    process: RunningProcess | None = None
    done: asyncio.Event = field(default_factory=asyncio.Event)
    again: bool | None = None
    stopping: int = 0
    cancelled: bool = False
    forced: bool = False


class Scheduling:
    """All jobs of the device, kept where they are persisted. `limit_s`: how long one may run."""

    def __init__(
        self,
        packages: Packages,
        permissions: Permissions,
        processes: Processes,
        conditions: Conditions,
        logs: LogBuffer,
        state: DeviceState,
        *,
        limit_s: float = 600.0,
        now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._packages = packages
        self._permissions = permissions
        self._processes = processes
        self._conditions = conditions
        self._logs = logs
        self._state = state
        self._limit_s = limit_s
        self.now_ms = now_ms
        self._jobs: dict[tuple[str, str | None, int], Job] = {}
        self._runs: dict[str, Run] = {}
        self._numbers = itertools.count(1)
        self._timer: asyncio.TimerHandle | None = None
        self._stopped = False

    # --- life

    def load(self) -> None:
        """Takes up the persisted jobs of those packages that are still installed."""
        for kept in self._state.load().get("jobs", []):
            job = Job.from_json(kept)
            if self._packages.find(job.package) is not None:
                self._jobs[job.key] = job
        self.look()

    def stop(self) -> None:
        """The system goes down; the state is on disk already."""
        self._stopped = True
        if self._timer is not None:
            self._timer.cancel()

    def _store(self) -> None:
        kept = [job.to_json() for job in self._jobs.values() if job.spec.persisted]
        if kept or self._state.path.exists():
            self._state.store({"jobs": kept})

    # --- what apps and the shell ask

    def all(self) -> list[Job]:
        return sorted(self._jobs.values(), key=lambda job: (job.package, job.namespace or "", job.spec.id))

    def of(self, package: str) -> list[Job]:
        return [job for job in self.all() if job.package == package]

    def find(self, package: str, namespace: str | None, number: int) -> Job | None:
        return self._jobs.get((package, namespace, number))

    def missing(self, job: Job) -> list[str]:
        """What it waits for now."""
        return job.missing(self.now_ms(), self._conditions)

    def reason(self, package: str, namespace: str | None, number: int) -> int:
        """JobScheduler.getPendingJobReason"""
        job = self.find(package, namespace, number)
        if job is None:
            return _NONE
        if job.run:
            return _EXECUTING
        missing = self.missing(job)
        return REASONS.get(missing[0], _UNDEFINED) if missing else _UNDEFINED

    def schedule(
        self, process: RunningProcess, namespace: str | None, written: Mapping[str, Any], work: str | None = None
    ) -> None:
        """One job in place of any of the same id; with `work` it keeps what is queued. Raises JobRefused, ValueError."""
        spec = JobSpec.read(written)
        self._check(process.package, spec)
        if work is not None and len(work) > MAX_PARCEL:
            raise ValueError("a work item is too long")
        job = Job.schedule(process.package, process.uid, namespace, spec, self.now_ms())
        before = self._jobs.get(job.key)
        if work is not None:
            if before is not None and before.spec.service == spec.service:
                if len(before.work) >= _MOST_WORK:
                    raise JobRefused(f"java.lang.IllegalStateException: More than {_MOST_WORK} work items wait for one job")
                before.work.append((before.next_work, work))
                before.next_work += 1
                if before.spec == spec or before.run:
                    self.look()
                    return
                job.work, job.next_work = before.work, before.next_work
            else:
                job.work, job.next_work = [(1, work)], 2
        if before is not None:
            self._forget(before, STOP_CANCELLED)
        elif len(self.of(process.package)) >= _MOST:
            raise JobRefused(f"java.lang.IllegalStateException: Apps may not schedule more than {_MOST} distinct jobs")
        self._jobs[job.key] = job
        self._store()
        self.look()

    def _check(self, package: str, spec: JobSpec) -> None:
        found = self._packages.find_component(spec.service)
        short = short_component(spec.service)
        if found is None or found[1].kind != "service" or found[0].name != package:
            raise JobRefused(f"{_ARGUMENT}: No such service ComponentInfo{{{spec.service}}}")
        if found[1].permission != BIND_JOB_SERVICE:
            raise JobRefused(f"{_ARGUMENT}: Scheduled service ComponentInfo{{{spec.service}}} does not require "
                             f"{BIND_JOB_SERVICE} permission")  # fmt: skip
        if spec.persisted and not self._permissions.is_granted(package, _BOOT_COMPLETED):
            raise JobRefused(f"{_ARGUMENT}: Requested job cannot be persisted without holding {_BOOT_COMPLETED} permission")
        needs_network_state = spec.network and found[0].facts.target_sdk >= 34
        if needs_network_state and not self._permissions.is_granted(package, _NETWORK_STATE):
            raise JobRefused(f"java.lang.SecurityException: {_NETWORK_STATE} required for jobs with a connectivity constraint")
        self._logs.system("JobScheduler", f"scheduled {short} #{spec.id}", priority="D")

    def cancel(self, package: str, namespace: str | None, number: int) -> bool:
        """Whether there was one; a running one is stopped."""
        job = self._jobs.get((package, namespace, number))
        if job is not None:
            self._forget(job, STOP_CANCELLED)
            self._store()
        return job is not None

    def cancel_all(self, package: str, namespace: str | None = None, *, within: bool = False) -> None:
        """All of a package, `within` one namespace only: JobScheduler.cancelAll, force-stop, uninstall."""
        for job in self.of(package):
            if not within or job.namespace == namespace:
                self._forget(job, STOP_CANCELLED)
        self._store()

    def _forget(self, job: Job, reason: int) -> None:
        del self._jobs[job.key]
        run = self._runs.get(job.run)
        if run is not None:
            run.cancelled = True
            self._processes.run(self._ask_to_stop(run, reason, "cancelled"), f"stopping job {job.spec.id}")

    def force(self, job: Job, *, even_if_not_ready: bool) -> bool:
        """`cmd jobscheduler run [-f]`. False: it waits for something, and is not forced."""
        if job.run or (not even_if_not_ready and self.missing(job)):
            return False
        self._begin(job, forced=True)
        return True

    def time_out(self, package: str = "", number: int | None = None) -> int:
        """`cmd jobscheduler timeout`: ends the running ones that are meant as their time limit would; how many."""
        meant = [
            one for one in self._runs.values()
            if package in ("", one.job.package) and number in (None, one.job.spec.id)
        ]  # fmt: skip
        for run in meant:
            self._processes.run(self._ask_to_stop(run, STOP_TIMEOUT, "timeout"), f"stopping job {run.job.spec.id}")
        return len(meant)

    # --- running

    def look(self) -> None:
        """Starts what is ready, stops what has lost what it needs, and sets the timer for what only waits for time."""
        if self._stopped:
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        now, moments = self.now_ms(), []
        for job in self.all():
            if job.run:
                self._check_still(job, now)
                continue
            if not job.missing(now, self._conditions) and len(self._runs) < _RUNNING_AT_ONCE:
                self._begin(job)
                continue
            moments += [one for one in (job.earliest_ms, -1 if job.spec.periodic else job.latest_ms) if one > now]
        if moments:
            wait = (min(moments) - now) / 1000 + 0.001
            self._timer = asyncio.get_running_loop().call_later(wait, self.look)

    def _check_still(self, job: Job, now: int) -> None:
        lost = {"CHARGING": STOP_CHARGING, "CONNECTIVITY": STOP_CONNECTIVITY}
        reason = next((lost[one] for one in job.missing(now, self._conditions) if one in lost), 0)
        run = self._runs.get(job.run)
        if reason and run is not None and not run.stopping and not run.forced:
            self._processes.run(self._ask_to_stop(run, reason, "constraints not satisfied"), f"stopping job {job.spec.id}")

    def _begin(self, job: Job, *, forced: bool = False) -> None:
        run = Run(f"j{next(self._numbers)}", job, forced=forced)
        job.run = run.id
        self._runs[run.id] = run
        self._processes.run(self._execute(run), f"job {job.package} #{job.spec.id}")

    async def _execute(self, run: Run) -> None:
        job = run.job
        found = self._packages.find_component(job.spec.service)
        try:
            if found is None or not found[0].is_enabled(found[1]):
                run.again = False
                return
            package, service = found
            run.process = await self._processes.obtain(package, service.process, f"job {{{short_component(service.component)}}}")
            self._logs.system("JobScheduler", f"executing {short_component(service.component)} #{job.spec.id}", priority="D")
            expired = job.expired(self.now_ms())
            await self._processes.call(
                run.process, "job", verb="start", run=run.id, namespace=job.namespace, parcel=job.spec.parcel, expired=expired
            )
            try:
                async with asyncio.timeout(self._limit_s):
                    await run.done.wait()
            except TimeoutError:
                await self._ask_to_stop(run, STOP_TIMEOUT, "timeout")
                async with asyncio.timeout(self._processes.patience.other):
                    await run.done.wait()
        except (StartFailed, ProcessGone, AppProcessError, TimeoutError) as fault:
            self._logs.system("JobScheduler", f"job {job.package} #{job.spec.id}: {fault}", priority="W")
        finally:
            self._finish(run)

    def _finish(self, run: Run) -> None:
        """What becomes of the job; an app that died or did not answer is one that failed."""
        job = run.job
        self._runs.pop(run.id, None)
        job.run = ""
        if run.process is not None and not run.process.ended:
            self._processes.run(self._processes.call(run.process, "job", verb="end", run=run.id), "the end of a job")
        if run.cancelled or self._jobs.get(job.key) is not job or self._stopped:
            self.look()  # another may run in its place
            return
        again = run.again is None or run.again or bool(job.work)
        if again:
            job.again(self.now_ms())
        elif job.spec.periodic:
            job.next_period(self.now_ms())
        else:
            del self._jobs[job.key]
        self._store()
        self.look()

    async def _ask_to_stop(self, run: Run, reason: int, why: str) -> None:
        run.stopping = reason
        if run.process is not None and not run.process.ended:
            await self._processes.call(
                run.process, "job", verb="stop", run=run.id, reason=reason, internal_reason=_INTERNAL[reason], why=why
            )

    # --- what the running job says

    def hear(self, process: RunningProcess, verb: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        """started, stopped, finished, dequeue, complete. A run that is none of the process's own is no fault: it is over."""
        run = self._runs.get(str(fields.get("run")))
        if run is None or run.process is not process:
            return {}
        if verb == "started":
            if fields.get("ongoing") is not True:
                self._over(run, again=False)
        elif verb in ("stopped", "finished"):
            self._over(run, again=fields.get("again") is True)
        elif verb == "dequeue":
            return self._dequeue(run)
        elif verb == "complete":
            number = int(fields["work_id"])
            before = len(run.job.work)
            run.job.work = [one for one in run.job.work if one[0] != number]
            return {"known": len(run.job.work) < before}
        return {}

    def _over(self, run: Run, *, again: bool) -> None:
        if run.again is None:
            run.again = again
        run.done.set()

    def _dequeue(self, run: Run) -> dict[str, Any]:
        job = run.job
        for number, parcel in job.work:
            if number not in job.delivered:
                job.delivered.add(number)
                return {"work": parcel, "work_id": number}
        if not job.work:
            self._over(run, again=False)  # JobServiceContext.doDequeueWork: all of it is completed
        return {}

    def process_ended(self, process: RunningProcess) -> None:
        """Its runs have failed."""
        for run in [one for one in self._runs.values() if one.process is process]:
            run.done.set()
