"""Who wants to hear of changes behind which content: URIs, in whatever process (AOSP ContentService)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from harness.lab.appprocess import AppProcessError
from harness.lab.system.packages import Packages
from harness.lab.system.permissions import Permissions
from harness.lab.system.processes import Processes, RunningProcess
from harness.lab.system.providers import AccessRefused, Providers

_SKIP_DESCENDANTS = 1 << 1  # ContentResolver.NOTIFY_SKIP_NOTIFY_FOR_DESCENDANTS
_MOST = 2000  # that one process registers
_MOST_URIS = 100  # of one notification; the runtime sends more in parts
_MOST_WAITING = 1000  # changes that one process has not been told yet; of more it hears as of one of all that the provider has
_MAX_URI = 4000
_READ = {
    "com.android.contacts": "CONTACTS", "contacts": "CONTACTS", "call_log": "CALL_LOG", "sms": "SMS", "mms-sms": "SMS",
    "com.android.calendar": "CALENDAR",
}  # fmt: skip

Path = tuple[str, ...]


def path_of(uri: str) -> Path:
    """Authority and segments. Raises ValueError for what is no content: URI."""
    parts = urlsplit(uri)
    if parts.scheme != "content" or len(uri) > _MAX_URI:
        raise ValueError("no content: URI")
    return parts.netloc.rpartition("@")[2], *(step for step in parts.path.split("/") if step)


def hears(wanted: Path, descendants: bool, changed: Path, flags: int = 0) -> bool:
    """ContentService.ObserverNode: what lies below a changed URI may have changed, too."""
    if changed == wanted[: len(changed)]:
        return True
    return descendants and not flags & _SKIP_DESCENDANTS and wanted == changed[: len(wanted)]


class ContentObservers:
    """A process is told of what one of its observers hears; it finds them itself. Its own changes it knows without the daemon."""

    def __init__(self, packages: Packages, permissions: Permissions, processes: Processes, providers: Providers) -> None:
        self._packages, self._permissions, self._processes, self._providers = packages, permissions, processes, providers
        self._wanted: dict[RunningProcess, dict[tuple[Path, bool], int]] = {}
        self._waiting: dict[RunningProcess, dict[tuple[str, int], None]] = {}

    def answer(self, process: RunningProcess, verb: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        """register, unregister, notify. Raises AppProcessError for what Android throws."""
        if verb == "notify":
            if len(fields["uris"]) > _MOST_URIS:
                raise ValueError(f"more than {_MOST_URIS} URIs at once")
            uris, flags = [str(one) for one in fields["uris"]], int(fields["flags"])
            for uri in uris:
                self._check(process, path_of(uri)[0])
            self._tell([one for one in self._wanted if one is not process], uris, flags)
            return {}
        key = (path_of(str(fields["uri"])), fields["descendants"] is True)
        mine = self._wanted.setdefault(process, {})
        if verb == "register":
            self._check(process, key[0][0])
            if sum(mine.values()) >= _MOST:
                raise ValueError(f"more than {_MOST} observers")
            mine[key] = mine.get(key, 0) + 1
        elif verb == "unregister":
            mine[key] = mine.get(key, 0) - 1
            if mine[key] <= 0:
                del mine[key]
        else:
            raise ValueError(f"no verb {verb!r}")
        return {}

    def _check(self, process: RunningProcess, authority: str) -> None:
        """Who may not open the provider hears nothing of it. One that is nowhere is let pass."""
        group = _READ.get(authority)
        names = [f"android.permission.{way}_{group}" for way in ("READ", "WRITE")]
        if group and not any(self._permissions.is_granted(process.package, name) for name in names):
            raise AppProcessError(
                f"java.lang.SecurityException: Permission Denial: opening provider of {authority} from {process.name} "
                f"(pid={process.pid}, uid={process.uid}) requires {names[0]} or {names[1]}"
            )
        try:
            self._providers.exists(process, authority)
        except AccessRefused as refused:
            raise AppProcessError(f"java.lang.SecurityException: {refused}") from refused

    def changed(self, uris: Iterable[str], package: str) -> None:
        """The system has changed something that only this app may see."""
        self._tell([one for one in self._wanted if one.package == package], list(uris), 0)

    def process_ended(self, process: RunningProcess) -> None:
        self._wanted.pop(process, None)
        self._waiting.pop(process, None)

    def _tell(self, processes: list[RunningProcess], uris: list[str], flags: int) -> None:
        for process in processes:
            wanted = self._wanted[process]
            for uri in uris:
                changed = path_of(uri)
                if any(hears(path, below, changed, flags) for path, below in wanted):
                    self._queue(process, uri, flags)

    def _queue(self, process: RunningProcess, uri: str, flags: int) -> None:
        busy = process in self._waiting
        waiting = self._waiting.setdefault(process, {})
        if len(waiting) >= _MOST_WAITING:
            uri = f"content://{path_of(uri)[0]}"
        waiting[(uri, flags)] = None
        if not busy:
            self._processes.run(self._deliver(process), "content observers")

    async def _deliver(self, process: RunningProcess) -> None:
        """One call after the other, so that a process which does not keep up is told of each change once."""
        try:
            while waiting := self._waiting.get(process):
                uri, flags = next(iter(waiting))
                del waiting[(uri, flags)]
                with suppress(AppProcessError):  # the app's own fault in one observer: the others hear of the rest
                    await self._processes.call(process, "content_changed", uri=uri, flags=flags)
        finally:
            self._waiting.pop(process, None)
