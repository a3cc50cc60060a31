"""What a job is: what it waits for, when, and what becomes of it (AOSP JobStatus, JobInfo)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from harness.lab.system.conditions import Conditions

NETWORK_UNMETERED, NETWORK_CELLULAR = 2, 4  # JobInfo.NETWORK_TYPE_*
MIN_PERIOD_MS, MIN_FLEX_MS = 15 * 60_000, 5 * 60_000  # JobInfo.MIN_PERIOD_MILLIS, MIN_FLEX_MILLIS
_MIN_BACKOFF_MS, _MAX_BACKOFF_MS = 10_000, 5 * 3_600_000  # JobInfo.MIN_BACKOFF_MILLIS, MAX_BACKOFF_DELAY_MILLIS
_NUMBERS = ("id", "network", "latency_ms", "deadline_ms", "interval_ms", "flex_ms", "backoff_ms")
_FLAGS = (
    "charging", "battery_not_low", "storage_not_low", "idle", "persisted", "backoff_linear", "expedited", "user_initiated",
    "watches_content",
)  # fmt: skip
MAX_PARCEL = 1 << 20
"""Characters of a JobInfo's parcel; Binder's own limit on a transaction is 1 MB."""


@dataclass(frozen=True)
class JobSpec:
    """A JobInfo as its app wrote it. `parcel`: the whole of it, which only the app reads. `deadline_ms` -1: none."""

    id: int
    service: str
    parcel: str
    network: int = 0
    charging: bool = False
    battery_not_low: bool = False
    storage_not_low: bool = False
    idle: bool = False
    latency_ms: int = 0
    deadline_ms: int = -1
    interval_ms: int = 0
    flex_ms: int = 0
    persisted: bool = False
    backoff_ms: int = 30_000
    backoff_linear: bool = False
    expedited: bool = False
    user_initiated: bool = False
    watches_content: bool = False

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> JobSpec:
        """Raises ValueError or KeyError for what is malformed."""
        service, parcel = written["service"], written["parcel"]
        if not isinstance(service, str) or not isinstance(parcel, str) or len(parcel) > MAX_PARCEL:
            raise ValueError("a job's service or parcel is no text, or too long")
        known: dict[str, Any] = {name: int(written[name]) for name in _NUMBERS}
        known |= {name: bool(written[name]) for name in _FLAGS}
        spec = cls(service=service, parcel=parcel, **known)
        if not spec.periodic:
            return spec
        interval = max(MIN_PERIOD_MS, spec.interval_ms)
        return replace(spec, interval_ms=interval, flex_ms=max(MIN_FLEX_MS, min(spec.flex_ms, interval)))

    @property
    def periodic(self) -> bool:
        return self.interval_ms > 0

    def backoff(self, failures: int) -> int:
        """How long it waits after so many failures, in ms."""
        first = max(_MIN_BACKOFF_MS, self.backoff_ms)
        wait = first * failures if self.backoff_linear else first * 2 ** min(failures - 1, 30)
        return min(wait, _MAX_BACKOFF_MS)


@dataclass
class Job:
    """A scheduled job. Times in ms of the wall clock, so that they mean the same after a reboot; `latest_ms` -1: none.

    `work`: JobWorkItems not completed yet, as (number, parcel); `delivered`: those that the run has taken.
    """

    package: str
    uid: int
    namespace: str | None
    spec: JobSpec
    earliest_ms: int
    latest_ms: int
    failures: int = 0
    work: list[tuple[int, str]] = field(default_factory=list)
    delivered: set[int] = field(default_factory=set)
    next_work: int = 1
    run: str = ""

    @property
    def key(self) -> tuple[str, str | None, int]:
        return self.package, self.namespace, self.spec.id

    def expired(self, now_ms: int) -> bool:
        """Its deadline has passed; the end of a period is none."""
        return not self.spec.periodic and 0 <= self.latest_ms <= now_ms

    @classmethod
    def schedule(cls, package: str, uid: int, namespace: str | None, spec: JobSpec, now_ms: int) -> Job:
        """A job just asked for. A periodic one may run at once: its first window ends a period from now."""
        if spec.periodic:
            latest = now_ms + spec.interval_ms
            return cls(package, uid, namespace, spec, latest - spec.flex_ms, latest)
        latest = now_ms + spec.deadline_ms if spec.deadline_ms >= 0 else -1
        return cls(package, uid, namespace, spec, now_ms + spec.latency_ms, latest)

    def missing(self, now_ms: int, conditions: Conditions) -> list[str]:
        """What it still waits for, in dumpsys' words; a deadline that has passed stands for all of it."""
        if self.expired(now_ms):
            return []
        spec, missing = self.spec, []
        if now_ms < self.earliest_ms:
            missing.append("TIMING_DELAY")
        if spec.charging and not conditions.charging:
            missing.append("CHARGING")
        if spec.battery_not_low and conditions.battery_low:
            missing.append("BATTERY_NOT_LOW")
        if spec.idle:
            missing.append("IDLE")  # a lab device is in use all the time
        if spec.network and not _has_network(spec.network, conditions):
            missing.append("CONNECTIVITY")
        if spec.watches_content:
            missing.append("CONTENT_TRIGGER")
        return missing

    @property
    def required(self) -> list[str]:
        """All it waits for at first."""
        spec = self.spec
        wanted = {
            "CHARGING": spec.charging, "BATTERY_NOT_LOW": spec.battery_not_low, "STORAGE_NOT_LOW": spec.storage_not_low,
            "TIMING_DELAY": spec.latency_ms > 0 or spec.periodic, "DEADLINE": self.latest_ms >= 0, "IDLE": spec.idle,
            "CONNECTIVITY": spec.network > 0, "CONTENT_TRIGGER": spec.watches_content,
        }  # fmt: skip
        return [name for name, is_wanted in wanted.items() if is_wanted]

    def again(self, now_ms: int) -> None:
        """It is to run again because it failed."""
        self.failures += 1
        self.earliest_ms = now_ms + self.spec.backoff(self.failures)
        self.latest_ms = -1
        self.delivered.clear()

    def next_period(self, now_ms: int) -> None:
        """A periodic job has done its work of this period."""
        self.failures = 0
        end = self.latest_ms if self.latest_ms >= 0 else now_ms
        self.latest_ms = max(end, now_ms) + self.spec.interval_ms
        self.earliest_ms = self.latest_ms - self.spec.flex_ms

    def to_json(self) -> dict[str, Any]:
        """What is kept over a reboot."""
        return {
            "package": self.package, "uid": self.uid, "namespace": self.namespace, "earliest_ms": self.earliest_ms,
            "latest_ms": self.latest_ms, "failures": self.failures, "spec": asdict(self.spec),
        }  # fmt: skip

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Job:
        known = {one.name for one in fields(JobSpec)}
        spec = JobSpec(**{name: value for name, value in kept["spec"].items() if name in known})
        return cls(
            kept["package"], kept["uid"], kept["namespace"], spec, kept["earliest_ms"], kept["latest_ms"], kept["failures"]
        )


def _has_network(kind: int, conditions: Conditions) -> bool:
    if kind == NETWORK_UNMETERED:
        return conditions.wifi
    if kind == NETWORK_CELLULAR:
        return conditions.connected and not conditions.wifi
    return conditions.connected
