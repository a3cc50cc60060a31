"""An app process that speaks docs/lab-protocol.md over a real socket pair, in place of a JVM.

It keeps the activities it was told to launch, notes every call, and lets a test ask and report in its name.
"""

from __future__ import annotations

import asyncio
import base64
import io
import itertools
import json
import os
import signal
import socket
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PIL import Image

from harness.lab.appprocess import AppProcess, Callbacks, Handle

_pids = itertools.count(20_000)


class FakeApp:
    """The far end of fd 0. `calls`: (op, arguments) in order. `answers`: op -> what to answer instead of {}.

    `blank`: what it brings to the front is not drawn, until the test says so.
    """

    def __init__(self, connection: socket.socket, pid: int) -> None:
        self.pid = pid
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, Callable[[dict[str, Any]], Any]] = {}
        self.silent: set[str] = set()
        self.blank = False
        self._unanswered: dict[str, tuple[int, dict[str, Any]]] = {}
        self.activities: dict[str, str] = {}
        self.root: dict[str, Any] = {"class": "android.widget.FrameLayout", "bounds": [0, 0, 822, 1462]}
        self.text = ""
        self._connection = connection
        self._asks = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._ended = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._run())

    # --- what a test does in the app's name

    def event(self, name: str, **fields: Any) -> None:
        self._write({"event": name, **fields})

    async def ask(self, op: str, **arguments: Any) -> dict[str, Any]:
        number = next(self._asks)
        self._waiting[number] = asyncio.get_running_loop().create_future()
        self._write({"ask": number, "op": op, **arguments})
        return await self._waiting[number]

    def tell(self, op: str, **arguments: Any) -> None:
        """An ask whose answer nobody waits for."""
        self._write({"ask": next(self._asks), "op": op, **arguments})

    def answer_late(self, op: str, **answer: Any) -> None:
        """Answers the call that was left waiting."""
        number, fields = self._unanswered.pop(op)
        if op == "launch":
            self.activities[fields["token"]] = "resumed"
        self._write({"re": number, **answer})
        self._draw(op, fields)

    def _draw(self, op: str, fields: Mapping[str, Any]) -> None:
        if not self.blank and (op == "launch" or (op == "lifecycle" and fields["state"] == "resumed")):
            self.event("drawn", token=fields["token"])

    def raw(self, line: bytes) -> None:
        self._writer.write(line)

    def ops(self, *names: str) -> list[str]:
        """The names of the calls so far; lifecycle calls as "paused", "resumed" ..."""
        shown = [fields["state"] if op == "lifecycle" else op for op, fields in self.calls]
        return [one for one in shown if not names or one in names]

    def last(self, op: str) -> dict[str, Any]:
        return next(fields for name, fields in reversed(self.calls) if name == op)

    @property
    def package(self) -> str:
        return str(self.last("bind")["package"])

    @property
    def token(self) -> str:
        """Of the activity that is resumed."""
        return next(token for token, state in self.activities.items() if state == "resumed")

    def exit(self) -> None:
        """System.exit"""
        if not self._ended.done():
            self._ended.set_result(None)
            self._writer.close()
            self._task.cancel()

    # --- the protocol

    def _write(self, fields: Mapping[str, Any]) -> None:
        self._writer.write(json.dumps(fields).encode() + b"\n")

    async def _run(self) -> None:
        reader, self._writer = await asyncio.open_connection(sock=self._connection, limit=1 << 25)
        self.event("warm", pid=self.pid)
        while line := await reader.readline():
            fields = json.loads(line)
            if "answer" in fields:
                waiting = self._waiting.pop(fields.pop("answer"), None)
                if waiting is not None:
                    waiting.set_result(fields)
            else:
                self._called(fields)
        self.exit()

    def _called(self, fields: dict[str, Any]) -> None:
        self.number = number = fields.pop("call")
        op = fields.pop("op")
        self.calls.append((op, fields))
        if op in self.silent:
            self._unanswered[op] = (number, fields)
            return
        if op == "launch":
            self.activities[fields["token"]] = "resumed"
        elif op == "lifecycle":
            self.activities[fields["token"]] = fields["state"]
            if fields["state"] == "destroyed":
                del self.activities[fields["token"]]
        if op in self.answers:
            answer = self.answers[op](fields)
        elif op == "dump":
            answer = {"windows": [self._window(token) for token, state in self.activities.items() if state == "resumed"]}
        elif op == "screenshot":
            answer = {"png": _white(), "width": 822, "height": 1462}
        elif op == "input":
            answer = {"handled": self._input(fields)}
        else:
            answer = {}
        if answer is not None:
            self._write({"re": number, **answer})
            self._draw(op, fields)

    def _window(self, token: str) -> dict[str, Any]:
        return {
            "token": token,
            "type": "activity",
            "title": "Main",
            "bounds": [0, 0, 822, 1462],
            "focused": True,
            "root": self.root,
        }

    def _input(self, fields: dict[str, Any]) -> bool:
        if fields["kind"] in ("text", "set_text"):
            self.text = fields["text"]
            for node in self.root.get("children", []):
                if node["class"] == "android.widget.EditText":
                    node["text"] = fields["text"]
        return True

    # --- Handle

    def send_signal(self, number: int) -> None:
        assert number == signal.SIGKILL
        if self._ended.done():
            raise ProcessLookupError
        self.exit()

    async def wait(self) -> int:
        await self._ended
        return -9


def _white() -> str:
    out = io.BytesIO()
    Image.new("RGB", (822, 1462), "white").save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


class FakeDevice:
    """Starts FakeApps. `apps`: all that were started, in order."""

    def __init__(self) -> None:
        self.apps: list[FakeApp] = []
        self.prepare: Callable[[FakeApp], None] = lambda app: None

    async def spawn(self, callbacks: Callbacks) -> AppProcess:
        async def start(argv: Sequence[str], env: Mapping[str, str], fd0: int, log: int | None) -> Handle:
            app = FakeApp(socket.socket(fileno=os.dup(fd0)), next(_pids))
            self.prepare(app)
            self.apps.append(app)
            return app

        return await AppProcess.start(start, [], callbacks)

    def bound(self, process: str) -> FakeApp:
        """The latest app process bound under that name."""
        return next(app for app in reversed(self.apps) for op, one in app.calls if op == "bind" and one["process"] == process)
