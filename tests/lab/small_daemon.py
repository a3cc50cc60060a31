"""A system server small enough to test the app runtime with: one app, one task, every ask written down."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from harness.lab import runtime
from harness.lab.appprocess import AppProcess, Callbacks, spawn_plain
from harness.lab.translate import translate

QUALIFIERS = "zh-rCN-w411dp-h731dp-xhdpi"
LAUNCHER = {"action": "android.intent.action.MAIN", "categories": ["android.intent.category.LAUNCHER"]}
PATIENCE = 60.0
"""Seconds after which a test gives up: far more than anything takes, so that only a hang reaches it."""

Node = dict[str, Any]


class SmallDaemon:
    """Starts `apk` and answers it. `said`: the app's log lines under the tag Probe, in order."""

    def __init__(self, apk: Path, package: str, folder: Path) -> None:
        self.apk = apk
        self.package = package
        self.folder = folder
        self.said: list[str] = []
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.asks: list[tuple[str, dict[str, Any]]] = []
        self.grant = True
        self.process: AppProcess
        self._news = asyncio.Event()
        self._stack = ["a1"]
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, **bind: Any) -> None:
        scratch = self.folder / "scratch"
        scratch.mkdir(exist_ok=True)
        argv = runtime.prepare().command(qualifiers=QUALIFIERS, scratch=str(scratch))
        self.process = await AppProcess.start(
            spawn_plain, argv, Callbacks(self._event, self._ask, lambda process, why: self._news.set())
        )
        arguments: dict[str, Any] = {
            "package": self.package,
            "process": self.package,
            "apks": [str(self.apk)],
            "classes": [str(await asyncio.to_thread(translate, self.apk))],
            "data": str(self.folder / "data"),
            "profile": {},
            "permissions": {},
            "settings": {},
            "proxy": None,
            "trust": None,
        }
        self.clipboard = {**arguments, **bind}["profile"].get("clipboard", {}).get("text")
        await self.call("bind", **{**arguments, **bind})

    async def launch(self, activity: str) -> None:
        await self.call("release")
        component = f"{self.package}/{activity}"
        await self.call("launch", token="a1", intent={**LAUNCHER, "component": component}, request_code=-1, root=True)
        await self.until(lambda: any(name == "drawn" for name, _ in self.events))

    async def stop(self) -> None:
        self.process.kill()
        await self.process.wait()

    async def call(self, op: str, **arguments: Any) -> dict[str, Any]:
        return await self.process.call(op, timeout=PATIENCE, **arguments)

    async def until(self, true: Callable[[], bool]) -> None:
        """Waits until what was heard makes `true` true."""
        async with asyncio.timeout(PATIENCE):
            while not true():
                self._news.clear()
                await self._news.wait()

    async def hear(self, text: str) -> None:
        await self.until(lambda: text in self.said)

    async def windows(self) -> list[dict[str, Any]]:
        return list((await self.call("dump"))["windows"])

    async def node(self, text: str) -> Node:
        for window in reversed(await self.windows()):
            for node in walk(window["root"]):
                if text in (node.get("text"), node.get("resource_id", "").rpartition("/")[2]):
                    return node
        raise AssertionError(f"nothing on the screen is called {text}")

    async def tap(self, text: str) -> None:
        left, top, right, bottom = (await self.node(text))["bounds"]
        await self.call("input", kind="tap", x=(left + right) // 2, y=(top + bottom) // 2)

    def _event(self, process: AppProcess, name: str, fields: Mapping[str, Any]) -> None:
        self.events.append((name, dict(fields)))
        if name == "log" and fields["tag"] == "Probe":
            self.said.append(fields["text"])
        self._news.set()

    async def _ask(self, process: AppProcess, op: str, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        self.asks.append((op, dict(fields)))
        self._news.set()
        if op == "start_activity":
            if not fields["intent"].get("component", "").startswith(f"{self.package}/"):
                return {"started": False, "why": "no such activity"}
            self._later(self._open(fields))
            return {"started": True, "covers": True}
        if op == "clipboard" and fields["verb"] == "get":
            return {"text": self.clipboard}
        if op == "permissions":
            self._later(self._decide(fields))
        if op == "finished":
            self._later(self._close(fields))
        return {}

    def _later(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _open(self, fields: Mapping[str, Any]) -> None:
        below = self._stack[-1]
        self._stack.append(f"a{len(self._stack) + 1}")
        await self.call("lifecycle", token=below, state="paused")
        await self.call("launch", token=self._stack[-1], intent=fields["intent"], root=False)
        self._request = fields["request_code"]

    async def _close(self, fields: Mapping[str, Any]) -> None:
        self._stack.remove(fields["token"])
        await self.call("lifecycle", token=fields["token"], state="destroyed")
        if self._stack:
            below = self._stack[-1]
            await self.call(
                "result",
                token=below,
                request_code=self._request,
                result_code=fields["result_code"],
                intent=fields["intent"],
            )
            await self.call("lifecycle", token=below, state="resumed")

    async def _decide(self, fields: Mapping[str, Any]) -> None:
        names = fields["permissions"]
        await self.call("set", permissions=dict.fromkeys(names, "granted" if self.grant else "refused"))
        await self.call(
            "permission_result",
            token=fields["token"],
            request_code=fields["request_code"],
            permissions=names,
            grants=[self.grant] * len(names),
        )


def walk(node: Node) -> list[Node]:
    """The node and all below it, in drawing order."""
    return [node] + [below for child in node.get("children", []) for below in walk(child)]
