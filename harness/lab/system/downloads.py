"""The download manager: what apps ask it to fetch is fetched in the system's name, also when they no longer run.

On a phone this is the process com.android.providers.downloads (DownloadProvider, DownloadThread); here it is the daemon,
which goes through the device's proxy and nowhere else.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from harness.lab.appprocess import AppProcessError
from harness.lab.system import download_transfer as http
from harness.lab.system.conditions import Conditions
from harness.lab.system.device_state import DeviceState
from harness.lab.system.download_files import CACHE, STORAGE, DownloadFiles, PlaceRefused, check_place
from harness.lab.system.logs import LONGEST, LogBuffer, one_line
from harness.lab.system.packages import Packages
from harness.lab.system.permissions import Permissions
from harness.lab.system.processes import Processes, RunningProcess
from harness.lab.system.trust import SYSTEM_STORE, USER_STORE, read_store

PROVIDER = "com.android.providers.downloads"
# Downloads.Impl
PENDING, RUNNING, WAITING_TO_RETRY, WAITING_FOR_NETWORK, QUEUED_FOR_WIFI = 190, 192, 194, 195, 196
WAITING = (PENDING, WAITING_TO_RETRY, WAITING_FOR_NETWORK, QUEUED_FOR_WIFI)
_RETRYABLE = (http.HTTP_DATA_ERROR, http.UNAVAILABLE, http.INTERNAL_ERROR, http.FILE_ERROR)
_TO_CACHE, _TO_FILE, _NOT_DOWNLOADED = 2, 4, 6  # DESTINATION_*
HIDDEN = 2  # VISIBILITY_HIDDEN
_MOBILE, _WIFI = 1, 2  # DownloadManager.Request.NETWORK_*
_CHARGING = 1  # FLAG_REQUIRES_CHARGING
_MAX_TRIES, _FIRST_WAIT_S = 5, 30  # Constants.MAX_RETRIES, RETRY_FIRST_DELAY
_AT_ONCE = 5
_MOST_SAID = 1 << 50  # bytes that a download may be said to have
_ROOM = 256 << 20  # bytes of all downloads together: they must not fill the device
_MOST = 1000  # of one app
_MAX_TEXT, _MAX_URL, _MAX_HEADERS, _MAX_OF_HEADERS = 2000, 16_000, 100, 64_000
_DIAL_S = 20.0
_PROGRESS_S = 1.5  # Constants.MIN_PROGRESS_TIME


@dataclass
class Download:
    """A row. `hint`: where it is to lie, "" for the cache; `path`: where it lies, "" before it is known."""

    id: int
    package: str
    uid: int
    uri: str
    destination: int
    hint: str = ""
    headers: list[list[str]] = field(default_factory=list)
    title: str = ""
    description: str = ""
    mimetype: str = ""
    visibility: int = 0
    networks: int = -1
    metered: bool = True
    flags: int = 0
    in_ui: bool = True
    path: str = ""
    status: int = PENDING
    total: int = -1
    current: int = 0
    etag: str = ""
    failed: int = 0
    retry_after_s: int = 0
    modified_ms: int = 0

    @property
    def in_own_folder(self) -> bool:
        return self.path.startswith(f"{STORAGE}/Android/data/{self.package}/")

    @property
    def of_others(self) -> bool:
        """The app said that there is such a file, in a public folder: whose it is is not known."""
        return self.destination == _NOT_DOWNLOADED and not self.in_own_folder

    @property
    def completed(self) -> bool:
        """Downloads.Impl.isStatusCompleted"""
        return 200 <= self.status < 300 or 400 <= self.status < 600

    def row(self, running: http.Progress | None) -> dict[str, Any]:
        """The columns as the provider has them."""
        total, current = (running.total, running.current) if running else (self.total, self.current)
        return {
            "_id": self.id, "uri": self.uri, "_data": self.path, "hint": self.hint and f"file://{self.hint}",
            "title": self.title, "description": self.description, "mimetype": self.mimetype, "visibility": self.visibility,
            "destination": self.destination, "status": self.status, "total_bytes": total, "current_bytes": current,
            "lastmod": self.modified_ms, "is_visible_in_downloads_ui": int(self.in_ui), "notificationpackage": self.package,
        }  # fmt: skip


class Downloads:
    """`connect`: to a port of the device's own network; None where there is no network at all. `show`: a file of the host to
    a process that is to read it, gives the path it has there. `changed(one, gone)`: something else is to be seen of it."""

    def __init__(
        self, packages: Packages, permissions: Permissions, processes: Processes, conditions: Conditions, logs: LogBuffer,
        state: DeviceState, root: Path, *, connect: Callable[[int], Awaitable[socket.socket]] | None,
        proxy: Callable[[], tuple[str, int] | None], show: Callable[[RunningProcess, Path], Awaitable[str]],
        changed: Callable[[Download, bool], None], completed: Callable[[Download], None], user_agent: str,
    ) -> None:  # fmt: skip
        self._packages, self._permissions, self._processes = packages, permissions, processes
        self._conditions, self._logs, self._state, self._root = conditions, logs, state, root
        self._connect, self._proxy, self._show, self._user_agent = connect, proxy, show, user_agent
        self._changed, self._completed = changed, completed
        self._files = DownloadFiles(root)
        self._held: dict[int, Download] = {}
        self._running: dict[int, http.Progress] = {}
        self._pool = ThreadPoolExecutor(_AT_ONCE, "download")
        self._timer: asyncio.TimerHandle | None = None
        self._next = 1

    # --- life

    def load(self) -> None:
        """What was under way when the device went down is begun again."""
        kept = self._state.load()
        self._next = int(kept.get("next", 1))
        for fields in kept.get("downloads", []):
            one = Download(**fields)
            one.status = PENDING if one.status == RUNNING else one.status
            self._held[one.id] = one
        self.look()

    def stop(self) -> None:
        if self._timer:
            self._timer.cancel()
        for progress in self._running.values():
            progress.halt()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _store(self) -> None:
        self._state.store({"next": self._next, "downloads": [asdict(one) for one in self._held.values()]})

    def uninstalled(self, package: str) -> None:
        for one in [one for one in self._held.values() if one.package == package]:
            self._remove(one)

    def find(self, number: int) -> Download | None:
        return self._held.get(number)

    def of(self, package: str) -> list[Download]:
        return [one for one in self._held.values() if one.package == package]

    # --- what apps ask

    async def answer(self, process: RunningProcess, verb: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        """insert, list, open, remove, change. Raises AppProcessError for what Android throws, ValueError for nonsense."""
        if verb == "insert":
            return {"id": self._insert(process, fields["values"]).id}
        if verb == "list":
            mine = self.of(process.package)
            for one in mine:
                await self._let_see(process, one)
            return {"rows": [one.row(self._running.get(one.id)) for one in mine]}
        found = self._held.get(int(fields["id"]))
        if found is None or found.package != process.package:
            return {}
        if verb == "open":
            return {"path": await self._let_see(process, found)}
        if verb == "remove":
            self._remove(found)
        elif verb == "change":
            self._change(found, fields["values"])
        else:
            raise ValueError(f"no verb {verb!r}")
        return {}

    async def _let_see(self, process: RunningProcess, one: Download) -> str:
        """The path at which the process has the file, "" where there is none. Its own folder it sees anyway."""
        if not one.path or not one.completed or one.of_others or not self._files.exists(one.path):
            return ""
        return one.path if one.in_own_folder else await self._show(process, self._files.host_path(one.path))

    def _insert(self, process: RunningProcess, values: Mapping[str, Any]) -> Download:
        package = process.package
        if not self._permissions.is_granted(package, "android.permission.INTERNET"):
            raise _security("INTERNET permission is required to use the download manager")
        if len(self.of(package)) >= _MOST:
            raise ValueError(f"{package} has {_MOST} downloads already")
        destination, hint = int(values.get("destination", _TO_CACHE)), str(values.get("hint") or "")
        if destination not in (_TO_CACHE, _TO_FILE, _NOT_DOWNLOADED):
            raise _security(f"Invalid value for destination: {destination}")
        place = str(values.get("_data") or "") if destination == _NOT_DOWNLOADED else hint.removeprefix("file://")
        try:
            place = check_place(place, package) if destination != _TO_CACHE else ""
        except PlaceRefused as refused:
            raise _security(str(refused)) from refused
        visibility = int(values.get("visibility", 0))
        if visibility == HIDDEN and not self._permissions.is_granted(package, "android.permission.DOWNLOAD_WITHOUT_NOTIFICATION"):
            raise _security(f"Invalid value for visibility: {HIDDEN}")
        one = Download(
            self._next, package, process.uid, str(values.get("uri") or "")[:_MAX_URL], destination, place, _headers(values),
            visibility=visibility, networks=int(values.get("allowed_network_types", -1)),
            metered=_flag(values.get("allow_metered", 1)), flags=int(values.get("flags", 0)),
            in_ui=_flag(values.get("is_visible_in_downloads_ui", 1)), modified_ms=_now_ms(),
            title=_text(values, "title"), description=_text(values, "description"), mimetype=_text(values, "mimetype"),
        )  # fmt: skip
        if destination == _NOT_DOWNLOADED:
            one.path, one.status = place, http.SUCCESS
            one.current = one.total = max(-1, min(int(values.get("total_bytes", -1)), _MOST_SAID))
        self._next += 1
        self._held[one.id] = one
        self._logs.system("DownloadManager", one_line(f"[{one.id}] Starting for {package}: {one.uri[:200]}"), priority="D")
        self._note(one)
        self.look()
        return one

    def _change(self, one: Download, values: Mapping[str, Any]) -> None:
        """An app may write title, description and visibility; a status of 190 is restartDownload."""
        for name in ("title", "description"):
            if name in values:
                setattr(one, name, _text(values, name))
        if "visibility" in values and int(values["visibility"]) != HIDDEN:
            one.visibility = int(values["visibility"])
        if str(values.get("status", "")) == str(PENDING) and one.completed:
            self._drop_file(one)
            one.status, one.current, one.total, one.failed, one.etag = PENDING, 0, -1, 0, ""
        self._note(one)
        self.look()

    def _remove(self, one: Download) -> None:
        """With its file, as DownloadManager.remove says."""
        progress = self._running.get(one.id)
        if progress is not None:
            progress.halt()
        del self._held[one.id]
        self._drop_file(one)
        self._store()
        self._changed(one, True)

    def _drop_file(self, one: Download) -> None:
        if one.path and not one.of_others:
            self._files.remove(one.path)
        one.path = ""

    def _note(self, one: Download) -> None:
        one.modified_ms = _now_ms()
        self._store()
        self._changed(one, False)

    # --- what runs when

    def look(self) -> None:
        """Begins what is due: after a change of the network, of the power, of time, or of what there is."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        waits = []
        for one in list(self._held.values()):
            if one.status not in WAITING or one.id in self._running:
                continue
            wait = self._due_ms(one) - _now_ms()
            if wait > 0:
                waits.append(wait)
            elif (status := self._blocked(one)) is None:
                self.begin(one)
            elif status != one.status:
                one.status = status
                self._note(one)
        if waits:
            self._timer = asyncio.get_running_loop().call_later(min(waits) / 1000, self.look)

    def _due_ms(self, one: Download) -> int:
        if one.status != WAITING_TO_RETRY or not one.failed:
            return 0
        return one.modified_ms + 1000 * (one.retry_after_s or _FIRST_WAIT_S << (one.failed - 1))

    def _blocked(self, one: Download) -> int | None:
        """What it waits for; None for nothing."""
        if one.flags & _CHARGING and not self._conditions.charging:
            return one.status
        allowed = one.networks & (_MOBILE | _WIFI)
        if self._conditions.wifi and allowed & _WIFI:
            return None
        if self._conditions.mobile and allowed & _MOBILE and one.metered:
            return None
        return QUEUED_FOR_WIFI if self._conditions.mobile else WAITING_FOR_NETWORK

    def begin(self, one: Download) -> None:
        """Now, also before its time (`cmd jobscheduler run -f`)."""
        if one.status in WAITING and one.id not in self._running and len(self._running) < _AT_ONCE:
            progress = self._running[one.id] = http.Progress(mime=one.mimetype, total=one.total)
            one.status = RUNNING
            self._processes.run(self._attempt(one, progress), f"download {one.id}")

    async def _attempt(self, one: Download, progress: http.Progress) -> None:
        try:
            status, why = await self._transfer(one, progress)
        finally:
            progress.halt()
            self._running.pop(one.id, None)
        if one.id in self._held and status:
            self._ended(one, progress, status, why)
        elif one.id not in self._held:
            self._drop_file(one)
        self.look()

    async def _transfer(self, one: Download, progress: http.Progress) -> tuple[int, str]:
        """Its status and why; 0 where there is nobody to do it for."""
        loop = asyncio.get_running_loop()
        package = self._packages.find(one.package)
        if package is None or one.id not in self._held:
            return 0, ""
        self._note(one)
        facts = package.facts
        trust = await asyncio.to_thread(
            read_store, self._root, SYSTEM_STORE + (USER_STORE if facts.trusts_user_store else ())
        )
        request = http.Request(
            one.uri, [(name, value) for name, value in one.headers], self._user_agent, facts.cleartext, trust,
            partial(self._dial, loop), _ROOM - self._used(one), one.etag, one.current,
        )  # fmt: skip
        work = loop.run_in_executor(self._pool, http.transfer, request, progress, partial(self._target, one, progress))
        try:
            while not (await asyncio.wait([work], timeout=_PROGRESS_S))[0]:
                self._changed(one, False)
            work.result()
        except http.Stopped as stopped:
            return stopped.status, str(stopped)
        return http.SUCCESS, ""

    def _used(self, but: Download) -> int:
        """Of what was and is being downloaded; what apps say that they have themselves does not count."""
        return sum(
            max(one.current, progress.current if (progress := self._running.get(one.id)) else 0)
            for one in self._held.values() if one.path and one is not but and one.destination != _NOT_DOWNLOADED
        )

    def _dial(self, loop: asyncio.AbstractEventLoop) -> socket.socket:
        """In an attempt's thread. Raises OSError where the device has no proxy: it has no other way out."""
        proxy = self._proxy()
        if self._connect is None or proxy is None or proxy[0] not in ("127.0.0.1", "localhost"):
            raise OSError("Network is unreachable")
        sock = asyncio.run_coroutine_threadsafe(_as_coroutine(self._connect(proxy[1])), loop).result(_DIAL_S)
        sock.setblocking(True)
        return sock

    def _target(self, one: Download, progress: http.Progress) -> int:
        """In an attempt's thread: the file, made under its name when the first answer is there."""
        if not one.path:
            name = http.file_name(progress.url, "", progress.disposition)
            one.path = self._files.claim(one.hint or f"{CACHE}/{name}")
        return self._files.open(one.path)

    def _ended(self, one: Download, progress: http.Progress, status: int, why: str) -> None:
        one.uri, one.current, one.total = progress.url, progress.current, progress.total
        one.mimetype, one.etag = one.mimetype or progress.mime, progress.etag or one.etag
        one.retry_after_s = progress.retry_after_s
        one.status = status
        if status == http.SUCCESS:
            one.total = one.current if one.total == -1 else one.total
            one.title = one.title or one.path.rpartition("/")[2]
        elif status in _RETRYABLE:
            one.failed = 1 if progress.made_progress else one.failed + 1
            if one.failed < _MAX_TRIES:
                one.status = WAITING_TO_RETRY if self._conditions.connected else WAITING_FOR_NETWORK
                if progress.made_progress and not one.etag:
                    one.status = http.CANNOT_RESUME
        if why:
            told = f"[{one.id}] Stop requested with status {status}: {why}"
            self._logs.system("DownloadManager", one_line(told[:LONGEST]), priority="W")
        if one.status >= 400 or one.status == http.INSUFFICIENT_SPACE:
            self._drop_file(one)
        self._logs.system("DownloadManager", f"[{one.id}] Finished with status {one.status}", priority="D")
        self._note(one)
        if one.completed:
            self._completed(one)


async def _as_coroutine(work: Awaitable[socket.socket]) -> socket.socket:
    return await work


def _security(why: str) -> AppProcessError:
    return AppProcessError(f"java.lang.SecurityException: {why}")


def _headers(values: Mapping[str, Any]) -> list[list[str]]:
    """http_header_0: "Name: value" ... (Downloads.Impl.RequestHeaders). Raises ValueError for what could forge a request."""
    found = []
    for key, line in values.items():
        if key.startswith("http_header_"):
            name, colon, value = str(line).partition(":")
            if not colon or not name.isascii() or any(c in str(line) for c in "\r\n\0") or not name.strip():
                raise AppProcessError(f"java.lang.IllegalArgumentException: Invalid HTTP header line: {str(line)[:100]}")
            found.append([name.strip()[:200], value.strip()[:8000]])
    if len(found) > _MAX_HEADERS or sum(len(name) + len(value) for name, value in found) > _MAX_OF_HEADERS:
        raise ValueError("too many headers")
    return found


def _text(values: Mapping[str, Any], name: str) -> str:
    return str(values.get(name) or "")[:_MAX_TEXT]


def _flag(value: object) -> bool:
    return str(value).lower() in ("1", "true")


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
