"""One process of the app as the hook agent tells of it: its messages become events of the journals."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from harness.capture.agent_ring import entries, last_number, ring_entries
from harness.capture.catalogue import Catalogue
from harness.model import Call, Event, Fact, Gap, GapKind, Outcome, Stack

E = TypeVar("E", bound=Event)
ACK_EVERY = 8
ACK_BYTES = 16 << 10
"""Messages of the agent that are confirmed together, unless one is large: what is unconfirmed it may hold back."""


class Journal(Protocol):
    """Where events go; gives each its id (harness.bundle.JournalWriter or Bundle)."""

    def append(self, event: E) -> E: ...


class Script(Protocol):
    """The agent inside one process. `post` never waits for the process."""

    def post(self, message: Mapping[str, Any]) -> None: ...


@dataclass(frozen=True)
class Ended:
    """How a process ended. `reason` is Frida's word: process-terminated, connection-terminated, device-lost, ..."""

    reason: str
    host_ns: int


@dataclass
class HookedProcess:
    """What is known of one process. Messages come on Frida's thread, one at a time.

    Times: `heard_ns` is when the last message came (host clock); a call made after it may have been lost
    with the process. `clock_base` is the agent's zero on the device's clock, ns since 1970.
    """

    pid: int
    name: str
    catalogue: Catalogue
    level: int
    journal: Journal
    clock: Callable[[], int] = time.time_ns
    late: bool = False
    first_told: dict[str, Mapping[str, Any]] = field(default_factory=dict)   # what the first process said of each method: shared

    held: bool = False          # it stands still until its hooks are in
    being_ended: bool = False   # what ends it was done while it was held
    ended_held: bool = False    # and it was still held when it ended
    script: Script | None = None
    began_ns: int = 0
    heard_ns: int = 0
    proved_ns: int | None = None    # when its hooks were last known to work
    clock_base: int = 0
    seq: int = 0
    calls: int = 0
    skipped: int = 0            # calls of behaviours beyond the limit of a call site: counted, and no loss
    canary: str = ""
    ring: str = ""              # where the agent keeps its own journal: a path, or "memory: why"
    salvaged: int | None = None  # calls that were fetched from there after its death; None where that could not be done
    expected_end: bool = False
    said_goodbye: bool = False
    ended: Ended | None = None
    failed: str = ""
    ready: threading.Event = field(default_factory=threading.Event)
    lock: threading.RLock = field(default_factory=threading.RLock)
    _targets: dict[int, str] = field(default_factory=dict)
    _stacks: dict[int, str] = field(default_factory=dict)
    _answers: dict[int, threading.Event] = field(default_factory=dict)
    _said: dict[int, dict[str, Any]] = field(default_factory=dict)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _holes: int = 0
    _told_lost: dict[str, int] = field(default_factory=dict)
    _lost: dict[str, int] = field(default_factory=dict)
    _hole_from: int = 0
    _native: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.began_ns = self.heard_ns = self.clock()

    # -- asking ---------------------------------------------------------------------------------

    def install(self, order: Mapping[str, Any]) -> None:
        """Orders the hooks in. `order`: the plan, with where the agent is to keep its own journal."""
        self._post({"type": "install", **order})

    def ask(self, kind: str, seconds: float) -> dict[str, Any] | None:
        """The agent's answer to `flush`, `clock` or `canary`; None where none came in time (a frozen or dead process)."""
        number = next(self._numbers)
        answered = self._answers[number] = threading.Event()
        self._post({"type": kind, "id": number})
        if self.ended is not None:
            answered.set()
        answered.wait(seconds)
        del self._answers[number]
        return self._said.pop(number, None)

    def flush(self, seconds: float) -> bool:
        """Whether everything seen until now is in the journals."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0 and self.ended is None:
            said = self.ask("flush", left)
            if said is not None and said["held"] == 0:
                return True
        return self.said_goodbye

    def _post(self, message: Mapping[str, Any]) -> None:
        if self.script is not None and self.ended is None:
            self.script.post(message)

    # -- hearing --------------------------------------------------------------------------------

    def hear(self, message: Mapping[str, Any], data: bytes | None = None) -> None:
        """One message of the agent. Raises BadRing where the entries that came with it cannot be read."""
        with self.lock:
            self._hear(message, data)

    def _hear(self, message: Mapping[str, Any], data: bytes | None) -> None:
        self.heard_ns = self.clock()
        said = dict(message)
        match said.pop("type"):
            case "hello":
                self.clock_base = int(said["clock"])
            case "status":
                self._status(said)
            case "batch":
                for entry in entries(data or b""):
                    self._entry(entry)
                if said["n"] % ACK_EVERY == 0 or len(data or b"") > ACK_BYTES:
                    self._post({"type": "ack", "n": said["n"]})
            case "beat":
                self.said_goodbye = said["ending"]  # one that was going to end may have been kept from it
                self._state(said)
            case "flushed" | "clock" | "canary":
                self._state(said)
                self._answer(said)
            case "bye":
                self._state(said)
                self.said_goodbye = True
                self._post({"type": "goodbye"})
            case "native":
                self._native_code(said["path"])
            case "failed":
                self.failed = said["why"]
                self.ready.set()

    def _answer(self, said: dict[str, Any]) -> None:
        answered = self._answers.get(said["id"])
        if answered is not None:
            self._said[said["id"]] = said
            self._post({"type": "ack", "n": said.get("sent", 0)})
            answered.set()

    def salvage(self, ring: bytes) -> None:
        """What a dead process had still to say, from its own journal. Raises BadRing."""
        left, number = list(ring_entries(ring)), last_number(ring)
        with self.lock:
            before = self.calls
            for entry in left:
                self._entry(entry)
            self._holes += max(0, number - self.seq)
            self.seq = max(self.seq, number)
            self.salvaged = self.calls - before

    def _entry(self, entry: dict[str, Any] | list[Any]) -> None:
        if isinstance(entry, list):
            if entry[0] > self.seq:     # a fetched ring still holds what came over the live channel unconfirmed
                self._call(entry)
        elif entry["stack"] not in self._stacks:
            self._stacks[entry["stack"]] = self.journal.append(
                Stack(host_ns=self.heard_ns, pid=self.pid, frames=entry["frames"])
            ).id

    def _call(self, record: list[Any]) -> None:
        seq, hook_index, target, at, tid, thread, stack, outcome, arguments, value, error, via, joined = record
        if seq > self.seq + 1:
            if self._holes == 0:
                self._hole_from = self.heard_ns
            self._holes += seq - self.seq - 1
        self.seq = seq
        self.calls += 1
        hook = self.catalogue.hooks[hook_index]
        self.journal.append(
            Call(
                host_ns=self.heard_ns,
                device_ns=self.clock_base + round(at),
                pid=self.pid,
                process=self.name,
                tid=tid,
                thread=thread,
                seq=seq,
                hook=hook.unit,
                kind=hook.kind,
                method=hook.name,
                signature=self._targets.get(target, "()"),
                arguments=arguments,
                value=value,
                outcome=Outcome(outcome),
                error=error,
                stack=self._stacks.get(stack),
                submitted=[self._stacks[i] for i in via if i in self._stacks],
                permission=hook.permission,
                object=joined,
            )
        )

    def _state(self, said: dict[str, Any]) -> None:
        """What the agent counted. A number it gave out and that is not here is a call that is lost."""
        if "seq" not in said:
            return
        self.skipped = int(said["skipped"])
        self._lost = {cause: n for cause, n in said["lost"].items() if n}
        if said["held"] == 0 and said["seq"] > self.seq:
            self._holes += said["seq"] - self.seq
            self.seq = said["seq"]
        faults = said["faults"]
        if faults:
            self.journal.append(
                Fact(
                    host_ns=self.heard_ns,
                    type="agent_fault",
                    data={"pid": self.pid, "process": self.name, "faults": faults},
                )
            )
        if self._holes and said["held"] == 0:
            self.tell_holes()

    def tell_holes(self) -> None:
        """Writes down the calls that are known to be missing."""
        if not self._holes:
            return
        causes = {c: n - self._told_lost.get(c, 0) for c, n in self._lost.items()}
        words = ", ".join(f"{_CAUSES[c]}: {n}" for c, n in causes.items() if n) or "cause not known"
        self.journal.append(
            Gap(
                host_ns=self.clock(),
                kind=GapKind.MESSAGE_LOST,
                detail=f"{self._holes} hooked calls of {self.name} ({self.pid}) were not kept ({words}).",
                from_ns=self._hole_from or self.began_ns,
                to_ns=self.heard_ns,
                subject=self.name,
            )
        )
        self._told_lost = dict(self._lost)
        self._holes = 0
        self._hole_from = self.heard_ns

    def _native_code(self, path: str) -> None:
        if path in self._native:
            return
        self._native.add(path)
        self.journal.append(
            Gap(
                host_ns=self.heard_ns,
                kind=GapKind.NATIVE_CODE,
                detail=f"{self.name} loaded {path}: what its native code reads by itself passes no Java method.",
                from_ns=self.heard_ns,
                subject=path,
            )
        )

    # -- the state of the hooks -----------------------------------------------------------------

    def _status(self, said: dict[str, Any]) -> None:
        methods = self.catalogue.methods()
        as_told = 0
        for report in said["hooks"]:
            for overload in report["overloads"]:
                if "target" in overload:
                    self._targets[overload["target"]] = overload["signature"]
            as_told += not self._hook_fact(methods[report["method"]], report)
        self.canary, self.ring = said["canary"], said["journal"]
        if said["phase"] == "framework":    # later ones repeat its word
            self.proved_ns = self.heard_ns
        self.journal.append(
            Fact(
                host_ns=self.heard_ns,
                type="process",
                data={
                    "pid": self.pid,
                    "process": self.name,
                    "state": "hooked",
                    "phase": said["phase"],
                    "canary": said["canary"],
                    "install_ms": said["ms"],
                    "journal": said["journal"],
                    "unwatched": said["unwatched"],
                    "hooks": {"told": len(said["hooks"]) - as_told, "as_told": as_told},
                    "catalogue": self.catalogue.version,
                    "late": self.late,
                    **said["world"],
                },
            )
        )
        if said["canary"] != "ok":
            self.failed = f"the canary call: {said['canary']}"
        self.ready.set()

    def _hook_fact(self, method: str, report: dict[str, Any]) -> bool:
        """Whether there was anything to tell: what the run's first process said of a method is not said again."""
        hooks = [hook for _, hook in self.catalogue.by_method[method]]
        kinds = sorted({h.kind for h in hooks})
        status, why = report["status"], report["why"]
        required = any(h.required(self.level) for h in hooks)
        state = {
            "method": method,
            "unit": hooks[0].unit,
            "kinds": kinds,
            "status": status,
            "why": why,
            "required": required,
            # A VM gives a class's methods in any order.
            "overloads": sorted(
                ({k: o[k] for k in ("signature", "status", "why")} for o in report["overloads"]), key=lambda o: o["signature"]),
        }
        first = self.first_told.setdefault(method, state)
        if new := first is state or first != state:
            data = {"pid": self.pid, "process": self.name, **state}
            self.journal.append(Fact(host_ns=self.heard_ns, type="hook", data=data))
        if status in ("failed", "partly") or (status == "absent" and required):
            self.journal.append(
                Gap(
                    host_ns=self.heard_ns,
                    kind=GapKind.HOOK_NOT_INSTALLED,
                    detail=f"{method} is not watched in {self.name} ({self.pid}): {why}.",
                    from_ns=self.began_ns,
                    subject=f"kind:{','.join(kinds)}",
                )
            )
        return new


_CAUSES = {
    "full": "the queue was full",
    "rate": "one call site called too often",
    "fault": "the agent failed to write it down",
}
