"""One app process as the daemon sees it: the Python side of docs/lab-protocol.md.

What comes from the process is a stranger's: every line is checked, and one that is not the
protocol's ends the process. How the JVM is started (in a container, or as a plain child) is the
caller's `Spawn`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from harness.errors import RigError

LINE_LIMIT = 32 << 20
"""Bytes in one line, docs/lab-protocol.md."""

ASK_LIMIT = 4 << 20
"""Bytes of one ask, but for code to be translated: a phone's binder carries no more than 1 MiB, here it is base64 in JSON."""

PENDING_BYTES = 64 << 20
"""Bytes of all asks of one process that wait for their answers."""

UNREAD_BYTES = 64 << 20
"""Bytes that wait for a process to read them, beyond which it is ended."""

_LARGE_ASKS = frozenset(("translate",))
_PENDING_ASKS = 256
_TURN = 64  # lines that are taken before others have their turn
_MAX_REASON = 500
_WARM_SECONDS = 120.0


class AppProcessError(Exception):
    """The app process answered a call with an error, whose text this is."""


class ProcessGone(Exception):
    """The app process ended before it answered."""


log = logging.getLogger(__name__)

MALFORMED = (LookupError, ValueError, TypeError, AttributeError, ArithmeticError, RecursionError)
"""What words of the wrong shape make the daemon's code raise."""


class Misbehaved(Exception):
    """The process said something that is not the protocol's."""


class Handle(Protocol):
    """A started child: what asyncio.subprocess.Process has, as far as it is needed here."""

    @property
    def pid(self) -> int: ...

    def send_signal(self, signal: int) -> None: ...

    async def wait(self) -> int: ...


class Spawn(Protocol):
    """Starts `argv` with `fd0` as its standard input and `log` (or this process's) as output and error."""

    def __call__(self, argv: Sequence[str], env: Mapping[str, str], fd0: int, log: int | None) -> Awaitable[Handle]: ...


OnEvent = Callable[["AppProcess", str, Mapping[str, Any]], None]
OnAsk = Callable[["AppProcess", str, Mapping[str, Any]], Awaitable[Mapping[str, Any]]]
OnEnd = Callable[["AppProcess", str], None]


@dataclass(frozen=True)
class Callbacks:
    """What is done with what the process says. `ask` may raise AppProcessError: it is sent back as the error."""

    event: OnEvent
    ask: OnAsk
    ended: OnEnd


_READINGS: set[asyncio.Task[None]] = set()


class AppProcess:
    """A running app process. All methods belong to the event loop that started it."""

    def __init__(self, handle: Handle, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, callbacks: Callbacks) -> None:
        self._handle = handle
        self._reader = reader
        self._writer = writer
        self._callbacks = callbacks
        self._calls = 0
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._asks: set[asyncio.Task[None]] = set()
        self._asked_bytes = 0
        self._warm: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._reading = asyncio.create_task(self._read())
        _READINGS.add(self._reading)  # it is to end with the process, also where nobody keeps that
        self._reading.add_done_callback(_READINGS.discard)
        self.exit_reason = ""

    async def show(self, path: str) -> None:
        """Makes a file of the daemon's visible to the running process, at the path that it was told; where there are no
        walls it sees everything already."""

    @classmethod
    async def start(
        cls,
        spawn: Spawn,
        argv: Sequence[str],
        callbacks: Callbacks,
        *,
        env: Mapping[str, str] | None = None,
        log: int | None = None,
        warm_seconds: float = _WARM_SECONDS,
    ) -> AppProcess:
        """Starts a process and waits until it is warm. Raises RigError when it does not get there."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with ours, theirs:
            handle = await spawn(argv, env if env is not None else _environment(), theirs.fileno(), log)
            reader, writer = await asyncio.open_connection(sock=ours.dup(), limit=LINE_LIMIT)
        process = cls(handle, reader, writer, callbacks)
        try:
            async with asyncio.timeout(warm_seconds):
                await asyncio.shield(process._warm)
        except asyncio.CancelledError:
            process.kill()  # nobody will ever know of it
            raise
        except (TimeoutError, ProcessGone) as error:
            process.kill()
            await process.wait()
            raise RigError(
                "An app process of the lab device did not start.",
                process.exit_reason or f"{type(error).__name__} while the Android framework was loading.",
                "Look into the device's log (harness lab shell SERIAL logcat -d); free memory, then run again.",
            ) from error
        return process

    @property
    def pid(self) -> int:
        """The process id by which the device knows it: what `ps`, Frida and the log show."""
        return self._handle.pid

    @property
    def host_pid(self) -> int:
        """The process id in the daemon's own /proc; the same as `pid` where nothing contains it."""
        return self._handle.pid

    @property
    def inner_pid(self) -> int:
        """The process id in its own pid namespace, as it said itself; the host's if it is in none."""
        return self._warm.result()

    async def call(self, op: str, *, timeout: float | None = None, **arguments: Any) -> dict[str, Any]:
        """Sends a call and waits for its answer.

        Raises AppProcessError when the app refuses, ProcessGone when it ends first, TimeoutError after
        `timeout` seconds (a late answer is then dropped).
        """
        if self._reading.done():
            raise ProcessGone(self.exit_reason)
        self._calls += 1
        number = self._calls
        waiting: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = waiting
        self._send({"call": number, "op": op, **arguments})
        try:
            async with asyncio.timeout(timeout):
                answer = await waiting
        finally:
            self._waiting.pop(number, None)
        error = answer.pop("error", None)
        if error is not None:
            raise AppProcessError(str(error))
        return answer

    def kill(self) -> None:
        """SIGKILL; `ended` follows. Nothing happens if the process is gone already."""
        with contextlib.suppress(ProcessLookupError):
            self._handle.send_signal(signal.SIGKILL)

    async def wait(self) -> int:
        """Waits until the process has ended and all it said was handled. Returns its exit status."""
        await asyncio.wait([self._reading])
        return await self._handle.wait()

    async def _read(self) -> None:
        reason = "the process ended"
        try:
            taken = 0
            while line := await self._reader.readline():
                self._take(line)
                taken += 1
                if taken % _TURN == 0:
                    await asyncio.sleep(0)  # a flood of lines is all there already: reading it waits for nothing
        except (Misbehaved, *MALFORMED) as error:
            reason = f"not the lab's protocol: {error}"
            self.kill()
        except ConnectionError:
            reason = "the process was killed"
        finally:
            self.kill()  # whoever is not heard any more does not run on
            self._end(reason)

    def _end(self, reason: str) -> None:
        self.exit_reason = self.exit_reason or reason
        self._writer.close()
        for task in self._asks:
            task.cancel()
        gone = ProcessGone(self.exit_reason)
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(gone)
        if not self._warm.done():
            self._warm.set_exception(gone)
            self._warm.exception()
        self._callbacks.ended(self, self.exit_reason)

    def _take(self, line: bytes) -> None:
        if not line.endswith(b"\n"):
            return  # cut off by the end of the process
        fields = json.loads(line)
        if not isinstance(fields, dict):
            raise Misbehaved("a line that is no object")
        if "re" in fields:
            self._answered(fields)
        elif "event" in fields:
            self._happened(fields)
        elif "ask" in fields:
            self._asked(fields, len(line))
        else:
            raise Misbehaved("neither answer, event nor ask")

    def _answered(self, fields: dict[str, Any]) -> None:
        waiting = self._waiting.get(_number(fields.pop("re")))
        if waiting is not None and not waiting.done():
            waiting.set_result(fields)

    def _happened(self, fields: dict[str, Any]) -> None:
        name = _text(fields.pop("event"))
        if name == "warm" and not self._warm.done():
            self._warm.set_result(_number(fields.get("pid")))
            return
        if name == "exit":
            self.exit_reason = _text(fields.get("why", ""))[:_MAX_REASON]
        self._callbacks.event(self, name, fields)

    def _asked(self, fields: dict[str, Any], size: int) -> None:
        number = _number(fields.pop("ask"))
        op = _text(fields.pop("op"))
        if len(self._asks) >= _PENDING_ASKS:
            raise Misbehaved(f"more than {_PENDING_ASKS} asks at once")
        if (size > ASK_LIMIT and op not in _LARGE_ASKS) or self._asked_bytes + size > PENDING_BYTES:
            self._send({"answer": number, "error": f"TransactionTooLargeException: data parcel size {size} bytes"})
            return
        self._asked_bytes += size
        task = asyncio.create_task(self._answer(number, op, fields))
        self._asks.add(task)
        task.add_done_callback(lambda done: self._was_answered(done, size))

    def _was_answered(self, task: asyncio.Task[None], size: int) -> None:
        self._asks.discard(task)
        self._asked_bytes -= size

    async def _answer(self, number: int, op: str, fields: dict[str, Any]) -> None:
        try:
            answer = dict(await self._callbacks.ask(self, op, fields))
        except (AppProcessError, RigError) as error:
            answer = {"error": str(error)}
        except MALFORMED as fault:
            # whoever asked must not wait for ever; it may be the daemon's own fault, so it is told here, too
            log.exception("%s of %s", op[:_MAX_REASON], self.pid)
            answer = {"error": f"malformed {op[:_MAX_REASON]}: {fault}"}
        self._send({"answer": number, **answer})

    def _send(self, fields: Mapping[str, Any]) -> None:
        if self._writer.is_closing():
            return
        self._writer.write(json.dumps(fields, separators=(",", ":")).encode() + b"\n")
        if self._writer.transport.get_write_buffer_size() > UNREAD_BYTES:
            self.exit_reason = self.exit_reason or f"it left {UNREAD_BYTES >> 20} MiB of the system's messages unread"
            self.kill()
            self._writer.transport.abort()


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise Misbehaved("a number is missing")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Misbehaved("a text is missing")
    return value


def _environment() -> dict[str, str]:
    """Nothing of the host's environment but what the C library needs for text."""
    return {"LANG": "C.UTF-8", "PATH": os.defpath}


async def spawn_plain(argv: Sequence[str], env: Mapping[str, str], fd0: int, log: int | None) -> Handle:
    """An ordinary child process, uncontained: for tests and for machines without namespaces."""
    return await asyncio.create_subprocess_exec(*argv, env=dict(env), stdin=fd0, stdout=log, stderr=log, start_new_session=True)
