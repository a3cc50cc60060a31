"""Hooked calls of every process of the app, from before its first line of code to its end.

The link says when a process is there and parked; here the agent is loaded, the hooks are waited for, and
only then is the process let go. What the agent sends is in the journals before the next message is read.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from harness.capture.agent_build import Agent, build
from harness.capture.agent_ring import BadRing
from harness.capture.catalogue import CALLS_PER_SECOND, Catalogue
from harness.capture.clock import Offset, agree, measure
from harness.capture.hooked_process import Ended, HookedProcess, Journal, Script
from harness.errors import ProcessGone, RigError
from harness.model import Fact, Gap, GapKind

AGENT_ROUNDS = 4
OnMessage = Callable[[Mapping[str, Any], bytes | None], None]
OnEnd = Callable[[str], None]


class Spawned(Protocol):
    """A process that is there. `late`: it ran before the gate was closed, so what it did until now is not known."""

    @property
    def pid(self) -> int: ...
    @property
    def identifier(self) -> str: ...
    @property
    def late(self) -> bool: ...
    @property
    def unreachable(self) -> str: ...


class Link(Protocol):
    """The way to the device's processes (harness.device.FridaLink)."""

    def gate(self, package: str, on_spawn: Callable[[Spawned], None], processes: Collection[str] = ()) -> None:
        """From now on each new process of the package is handed over, parked, and let go when `on_spawn` returns.
        `processes`: names that its manifest gives them beside its own and those that begin with it."""

    def load(self, pid: int, source: str, on_message: OnMessage, on_end: OnEnd) -> Script:
        """Raises ProcessGone where the process ends meanwhile, RigError where it cannot be entered."""

    def close(self) -> None: ...


class Rings(Protocol):
    """Where the agent keeps its own journal, file by file (docs/hook-journal.md)."""

    def path(self, package: str, pid: int) -> str:
        """A path on the device that processes of the package can write."""

    def fetch(self, path: str) -> bytes:
        """Raises RigError where it cannot be read."""

    def remove(self, path: str) -> None: ...


@dataclass(frozen=True)
class Limits:
    """Seconds. `hooks`: until all hooks of a process are in; `flush`: until it has sent what it holds; `canary`: until
    it has answered whether its hooks work."""

    hooks: float = 30.0
    flush: float = 5.0
    canary: float = 2.0


class HookCapture:
    """Watches the processes of one package.

    `level` is the device's API level: a method that the catalogue says must exist there and that does not
    is a gap. An error in writing journals is kept and raised by `check`, `flush` and `stop`, for the
    callbacks run on threads where nobody would see it.
    """

    def __init__(
        self,
        link: Link,
        package: str,
        journal: Journal,
        catalogue: Catalogue,
        *,
        level: int,
        agent: Agent | None = None,
        clock: Callable[[], int] = time.time_ns,
        limits: Limits | None = None,
        rings: Rings | None = None,
        per_second: int = CALLS_PER_SECOND,
        processes: Collection[str] = (),
    ) -> None:
        """`processes`: names of the app's processes that do not begin with its package. Without `rings` a killed process
        loses what it had not sent. `per_second`: calls from one call site of one method that are all kept; of those beyond,
        some are, and all are counted."""
        self.link = link
        self.package = package
        self.journal = journal
        self.catalogue = catalogue
        self.level = level
        self.agent = agent or build()
        self.clock = clock
        self.limits = limits or Limits()
        self.rings = rings
        self.per_second = per_second
        self.process_names = frozenset(processes)
        self.device_offset: Offset | None = None    # of the device's `date`, once somebody has measured it
        self._first_told: dict[str, Mapping[str, Any]] = {}
        self._looking: list[threading.Thread] = []
        self.processes: list[HookedProcess] = []
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._failure: BaseException | None = None
        self._stopped = False
        self._alone = False

    def start(self) -> None:
        self.journal.append(
            Fact(
                host_ns=self.clock(),
                type="agent",
                data={
                    "agent": self.agent.hash,
                    "catalogue": self.catalogue.version,
                    "hooks": len(self.catalogue.hooks),
                    "methods": len(self.catalogue.methods()),
                },
            )
        )
        self.link.gate(self.package, self._spawned, self.process_names)

    def alive(self) -> list[HookedProcess]:
        with self._lock:
            return [p for p in self.processes if p.ended is None and p.script is not None]

    def holding(self) -> bool:
        """Whether a process stands still until its hooks are in, or are known not to come."""
        with self._lock:
            return any(p.held and p.ended is None for p in self.processes)

    def wait_hooked(self, seconds: float) -> bool:
        """Whether a process of the app is hooked and let go by then."""
        with self._changed:
            return self._changed.wait_for(
                lambda: any(p.ready.is_set() and not p.failed for p in self.processes) or self._failure is not None,
                seconds,
            )

    def flush(self, seconds: float | None = None) -> bool:
        """Whether every living process has sent all it saw. Waits no longer than that in all."""
        deadline = time.monotonic() + (self.limits.flush if seconds is None else seconds)
        done = [p.flush(max(0.0, deadline - time.monotonic())) for p in self.alive()]
        self.check()
        return all(done)

    @contextmanager
    def leaving_alone(self) -> Iterator[None]:
        """Meanwhile, processes that start are let go without hooks: for what an app does where nothing watches it from
        inside. Each is told as a fact `process` in the state "left alone"; nothing of its calls is seen."""
        self._alone = True
        try:
            yield
        finally:
            self._alone = False

    @contextmanager
    def stopping(self) -> Iterator[None]:
        """Around an act that ends the app's processes (force-stop, clear, uninstall): what they saw is fetched
        before, what they still called until they ended after, and that they end is no gap. Nor is it one where a process
        ends that is still held: it has called nothing."""
        with self._lock:
            held = [p for p in self.processes if p.held and p.ended is None]
            for process in held:
                process.being_ended = True
        expected = [p for p in self.alive() if p not in held]
        fetched = {id(p): p.flush(self.limits.flush) for p in expected}
        for process in expected:
            process.expected_end = fetched[id(process)]
        try:
            yield
            with self._changed:
                self._changed.wait_for(
                    lambda: all(p.ended is not None for p in expected) and not any(p.held for p in held), self.limits.flush)
        except BaseException:
            for process in held:
                process.being_ended = False
            raise
        finally:
            for process in expected:
                if process.ended is None:
                    process.expected_end = False
        self._await_accounts()
        self.check()

    def _await_accounts(self) -> None:
        """Until what has ended is accounted for: the next act may take its journal away."""
        with self._lock:
            looking = list(self._looking)
        for thread in looking:
            thread.join()

    def _tell_clock(self, process: HookedProcess) -> None:
        """The clock that the times of a process's calls are of, against this machine's and the device's own word."""
        try:
            found = self.agent_clock(process)
        except RigError as bad:
            if process.ended is None and not process.being_ended:
                self._gap(process, GapKind.CLOCK_UNCERTAIN, f"The clock of {process.name} is not known: {bad}", None, None)
            return
        device = self.device_offset
        fits = device is None or agree(found, device)
        data = {"source": "agent", "pid": process.pid, "process": process.name, "agent_offset_ns": found.offset_ns,
                "agent_uncertainty_ns": found.uncertainty_ns, "agree": fits}
        self.journal.append(Fact(host_ns=self.clock(), type="clock", data=data))
        if not fits:
            self._gap(
                process, GapKind.CLOCK_UNCERTAIN,
                f"The clock of {process.name} ({process.pid}) is {found.offset_ns / 1e6:.1f} ms from this machine's, the "
                f"device's `date` {device.offset_ns / 1e6 if device else 0:.1f} ms: one of them is wrong.", None, None)

    def agent_clock(self, process: HookedProcess) -> Offset:
        """The agent's clock against this machine's. RigError where the process does not answer."""

        def ask() -> int:
            said = process.ask("clock", self.limits.flush)
            if said is None:
                raise RigError(f"{process.name} ({process.pid}) did not tell its time.", "It is frozen.", "Run again.")
            at: int = round(said["at"])
            return int(said["base"]) + at

        return measure(ask, "agent", AGENT_ROUNDS, clock=self.clock)

    def prove(self, where: str) -> None:
        """Has every living process make a call of no importance: whether its hook saw it is a fact, and a gap if not."""
        for process in self.alive():
            if not process.ready.is_set() or process.failed:
                continue
            asked = self.clock()
            said = process.ask("canary", self.limits.canary)
            if process.ended is not None:
                continue
            word = said["word"] if said is not None else "no answer"
            data = {"pid": process.pid, "process": process.name, "where": where, "canary": word}
            self.journal.append(Fact(host_ns=self.clock(), type="canary", data=data))
            if word != "ok":
                self._gap(
                    process,
                    GapKind.HOOK_NOT_INSTALLED,
                    f"The canary call in {process.name} ({process.pid}) {where}: {word}. Whether its hooks saw anything since "
                    "the last one is not known.",
                    process.proved_ns,
                    asked,
                )
            else:
                process.proved_ns = asked

    def check(self) -> None:
        """Raises what went wrong on a thread of Frida's."""
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """Fetches what is left and lets go of the device. Processes that still run go on."""
        if self._stopped:
            return
        try:
            self.flush()
        finally:
            self._stopped = True
            for process in self.alive():
                process.tell_holes()
                self._process_fact(process, "left running")
                self._remove_ring(process)
            self._await_accounts()
            self.link.close()
        self.check()

    # -- on threads of the link -----------------------------------------------------------------

    def _spawned(self, spawned: Spawned) -> None:
        if self._alone:
            with self._guarded():
                self.journal.append(Fact(host_ns=self.clock(), type="process", data={
                    "pid": spawned.pid, "process": spawned.identifier, "state": "left alone"}))
            return
        process = HookedProcess(
            pid=spawned.pid,
            name=spawned.identifier,
            catalogue=self.catalogue,
            level=self.level,
            journal=self.journal,
            clock=self.clock,
            late=spawned.late,
            first_told=self._first_told,
            held=not spawned.late,
        )
        with self._changed:
            self.processes.append(process)
        with self._guarded():
            why = spawned.unreachable or self._hook(process)
            if not why:
                self._tell_clock(process)
            if why and not process.ended_held:
                self._gap(
                    process,
                    GapKind.PROCESS_NOT_ATTACHED,
                    f"{process.name} ({process.pid}) ran without hooks: {why}",
                    process.began_ns,
                    None,
                )
            elif spawned.late:
                self._gap(
                    process,
                    GapKind.PROCESS_NOT_ATTACHED,
                    f"{process.name} ({process.pid}) had been running before it was hooked.",
                    None,
                    self.clock(),
                )
        with self._changed:
            process.held = False
            self._changed.notify_all()

    def _hook(self, process: HookedProcess) -> str:
        """Why the process is not hooked; nothing where it is."""
        try:
            script = self.link.load(
                process.pid,
                self.agent.source,
                lambda message, data: self._heard(process, message, data),
                lambda reason: self._ended(process, reason),
            )
        except ProcessGone as error:
            self._ended(process, "process-terminated")
            return str(error)
        except RigError as error:
            return str(error)
        process.script = script
        ring = self.rings.path(self.package, process.pid) if self.rings else None
        process.install({"plan": self.catalogue.plan(self.package) | {"journal": ring, "perSecond": self.per_second}})
        deadline = time.monotonic() + self.limits.hooks
        while not process.ready.wait(0.05):
            if process.ended is not None:
                return f"it ended ({process.ended.reason}) before its hooks were in."
            if time.monotonic() > deadline:
                return f"its hooks were not in within {self.limits.hooks:.0f} s."
        return process.failed

    def _heard(self, process: HookedProcess, message: Mapping[str, Any], data: bytes | None) -> None:
        with self._guarded():
            process.hear(message, data)

    def _ended(self, process: HookedProcess, reason: str) -> None:
        with self._changed:
            if process.ended is not None:
                return
            process.ended = Ended(reason, self.clock())
            process.ended_held = process.held and process.being_ended
            for answered in list(process._answers.values()):
                answered.set()
            self._changed.notify_all()
        if self._stopped:
            return
        # On a thread of its own: the device is asked, and the messages of other processes must not wait for that.
        thread = threading.Thread(target=self._look_back, args=(process, reason), name=f"hooks-{process.pid}", daemon=True)
        with self._lock:    # so that nobody joins one that has not begun
            self._looking.append(thread)
            thread.start()

    def _look_back(self, process: HookedProcess, reason: str) -> None:
        """Closes the account of a process that has ended."""
        with self._guarded():
            known = process.expected_end or process.said_goodbye or process.ended_held
            lost = process.ready.is_set() and not known
            # A process that is ended goes on calling until it is, and one that says goodbye has other threads: what they still
            # called is in its ring, too. Without a ring that cannot be had, and only an end that nobody meant is a gap.
            wrote = process.ready.is_set() and process.ring.startswith("/") and not process.ended_held
            why = self._salvage(process) if lost or wrote else ""
            self._remove_ring(process)
            process.tell_holes()
            self._process_fact(process, "ended" if known else "lost")
            assert process.ended is not None
            if not lost:
                if why:
                    detail = f"{process.name} ({process.pid}) was ended: calls of its last moments may be missing ({why})."
                    self._gap(process, GapKind.PROCESS_LOST, detail, process.heard_ns, process.ended.host_ns)
                return
            if reason in ("connection-terminated", "device-lost"):
                self._gap(
                    process,
                    GapKind.CAPTURE_LOST,
                    f"The link to {process.name} ({process.pid}) broke ({reason}).",
                    process.heard_ns,
                    None,
                    "hooks",
                )
                return
            ended = f"{process.name} ({process.pid}) ended ({reason}) without a last word"
            if why:
                detail = f"{ended}: calls after call number {process.seq} may be missing ({why})."
            else:
                detail = (f"{ended}. What it had called by then is known ({process.salvaged} calls from its own journal), "
                          "what it would have done is not.")
            since = process.heard_ns if why else process.ended.host_ns
            self._gap(process, GapKind.PROCESS_LOST, detail, since, process.ended.host_ns)

    def _salvage(self, process: HookedProcess) -> str:
        """Fetches what a killed process had written down. Why that could not be; nothing where it could."""
        if self.rings is None or not process.ring.startswith("/"):
            return process.ring or "it kept no journal"
        try:
            process.salvage(self.rings.fetch(process.ring))
        except (RigError, BadRing) as bad:
            return f"its journal could not be read: {bad}"
        return ""

    def _remove_ring(self, process: HookedProcess) -> None:
        if self.rings is None or not process.ring.startswith("/"):
            return
        try:
            self.rings.remove(process.ring)
        except RigError as bad:     # a file is left in the app's folder: told, and no reason to stop a run
            self.journal.append(Fact(host_ns=self.clock(), type="left_behind", data={"path": process.ring, "why": str(bad)}))

    def _process_fact(self, process: HookedProcess, state: str) -> None:
        self.journal.append(
            Fact(
                host_ns=self.clock(),
                type="process",
                data={
                    "pid": process.pid,
                    "process": process.name,
                    "state": state,
                    "reason": process.ended.reason if process.ended else "",
                    "ended_ns": process.ended.host_ns if process.ended else None,
                    "calls": process.calls,
                    "seq": process.seq,
                    "heard_ns": process.heard_ns,
                    "salvaged": process.salvaged,
                    "skipped": process.skipped,
                },
            )
        )

    def _gap(
        self,
        process: HookedProcess,
        kind: GapKind,
        detail: str,
        from_ns: int | None,
        to_ns: int | None,
        subject: str = "",
    ) -> None:
        self.journal.append(
            Gap(
                host_ns=self.clock(),
                kind=kind,
                detail=detail,
                from_ns=from_ns,
                to_ns=to_ns,
                subject=subject or process.name,
            )
        )

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Keeps the first failure for `check`: on these threads it would be printed and forgotten."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - nothing is passed over: check() raises it
            with self._changed:
                if self._failure is None:
                    self._failure = error
                self._changed.notify_all()
