"""What the daemon's side of the lab protocol does with an app process that behaves, lies, stalls or dies."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest

from harness.errors import RigError
from harness.lab import appprocess
from harness.lab.appprocess import AppProcess, AppProcessError, Callbacks, ProcessGone, spawn_plain

PRELUDE = """
import json, os, socket, sys
wire = socket.socket(fileno=os.dup(0))
lines = wire.makefile("rw", encoding="utf-8", newline="\\n")
def say(**fields):
    lines.write(json.dumps(fields) + "\\n"); lines.flush()
def hear():
    line = lines.readline()
    return json.loads(line) if line else sys.exit(0)
say(event="warm", pid=77)
"""


class Heard:
    """What the callbacks were told."""

    def __init__(self, answer: Mapping[str, Any] | Exception | None = None) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.asks: list[tuple[str, dict[str, Any]]] = []
        self.ends: list[str] = []
        self.answer = answer

    def callbacks(self) -> Callbacks:
        async def ask(process: AppProcess, op: str, fields: Mapping[str, Any]) -> Mapping[str, Any]:
            self.asks.append((op, dict(fields)))
            if self.answer is None:
                raise AppProcessError("Permission Denial")
            if isinstance(self.answer, Exception):
                raise self.answer
            return self.answer

        return Callbacks(
            event=lambda process, name, fields: self.events.append((name, dict(fields))),
            ask=ask,
            ended=lambda process, why: self.ends.append(why),
        )


def with_app(source: str, heard: Heard, body: Callable[[AppProcess], Awaitable[None]]) -> None:
    async def main() -> None:
        argv = [sys.executable, "-c", PRELUDE + source]
        process = await AppProcess.start(spawn_plain, argv, heard.callbacks(), warm_seconds=30)
        try:
            await body(process)
        finally:
            process.kill()
            await process.wait()

    asyncio.run(main())


def test_a_call_gets_the_answer_of_its_own_number() -> None:
    async def body(process: AppProcess) -> None:
        first, second = await asyncio.gather(process.call("a", token="x"), process.call("b"))
        assert (first, second) == ({"op": "a", "token": "x"}, {"op": "b", "token": None})

    with_app(
        """
calls = [hear(), hear()]
for call in reversed(calls):
    say(re=call["call"], op=call["op"], token=call.get("token"))
hear()
""",
        Heard(),
        body,
    )


def test_the_process_says_its_own_pid_when_it_is_warm() -> None:
    async def body(process: AppProcess) -> None:
        assert process.inner_pid == 77

    with_app("hear()", Heard(), body)


def test_an_error_is_raised_with_the_apps_text() -> None:
    async def body(process: AppProcess) -> None:
        with pytest.raises(AppProcessError, match="no activity with token 9"):
            await process.call("lifecycle")

    with_app('say(re=hear()["call"], error="no activity with token 9"); hear()', Heard(), body)


def test_a_call_ends_when_the_process_does() -> None:
    async def body(process: AppProcess) -> None:
        with pytest.raises(ProcessGone):
            await process.call("launch")
        with pytest.raises(ProcessGone):
            await process.call("launch")

    with_app("hear(); sys.exit(3)", Heard(), body)


def test_the_reason_that_the_process_gave_is_kept() -> None:
    heard = Heard()

    async def body(process: AppProcess) -> None:
        await process.wait()
        assert process.exit_reason == "crash"

    with_app('say(event="crash", thread="main", stack="..."); say(event="exit", why="crash")', heard, body)
    assert heard.ends == ["crash"]
    assert [name for name, _ in heard.events] == ["crash", "exit"]


def test_a_late_answer_is_dropped_and_the_next_call_works() -> None:
    async def body(process: AppProcess) -> None:
        with pytest.raises(TimeoutError):
            await process.call("slow", timeout=0.05)
        assert await process.call("next") == {"word": "next"}

    with_app(
        """
slow = hear(); following = hear()
say(re=slow["call"], word="slow"); say(re=following["call"], word="next"); hear()
""",
        Heard(),
        body,
    )


@pytest.mark.parametrize(
    ("answer", "seen"), [({"started": True}, "started"), (None, "error"), (RigError("no process to be had"), "error")]
)
def test_an_ask_is_answered_or_refused(answer: Mapping[str, Any] | Exception | None, seen: str) -> None:
    heard = Heard(answer)

    async def body(process: AppProcess) -> None:
        assert seen in (await process.call("what did you hear"))["heard"]

    with_app(
        """
say(ask=5, op="start_activity", intent={})
first, second = hear(), hear()
answer, call = (first, second) if "answer" in first else (second, first)
assert answer.pop("answer") == 5
say(re=call["call"], heard=list(answer)); hear()
""",
        heard,
        body,
    )
    assert heard.asks == [("start_activity", {"intent": {}})]


@pytest.mark.parametrize(
    "line",
    ['"[]"', '"[" * 100000', '"{"', '"{}"', "'{\"event\": 3}'", '\'{"ask": "x", "op": "y"}\'', "'{\"re\": true}'", '"\\xff"'],
)
def test_a_line_that_is_not_the_protocols_ends_the_process(line: str) -> None:
    heard = Heard()

    async def body(process: AppProcess) -> None:
        await process.wait()

    with_app(f"lines.write({line} + chr(10)); lines.flush(); hear(); hear()", heard, body)
    assert len(heard.ends) == 1
    assert heard.ends[0].startswith("not the lab's protocol")


def test_a_line_over_the_limit_ends_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(appprocess, "LINE_LIMIT", 1 << 16)
    heard = Heard()

    async def body(process: AppProcess) -> None:
        await process.wait()

    with_app('say(event="log", text="x" * (1 << 18)); hear()', heard, body)
    assert heard.events == []
    assert heard.ends[0].startswith("not the lab's protocol")


def test_a_process_that_never_gets_warm_is_an_error_with_its_reason() -> None:
    async def main() -> None:
        argv = [sys.executable, "-c", "print('nothing')"]
        with pytest.raises(RigError, match="did not start"):
            await AppProcess.start(spawn_plain, argv, Heard().callbacks(), warm_seconds=30)

    asyncio.run(main())


def test_the_process_gets_nothing_of_the_hosts_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_SECRET", "no")

    async def body(process: AppProcess) -> None:
        assert "LAB_SECRET" not in (await process.call("env"))["names"]

    with_app('say(re=hear()["call"], names=list(os.environ)); hear()', Heard(), body)


def test_an_ask_that_no_binder_would_carry_is_refused_and_the_process_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(appprocess, "ASK_LIMIT", 1000)
    heard = Heard(answer={})

    async def body(process: AppProcess) -> None:
        assert await process.call("refused") == {"error_said": "TransactionTooLargeException: data parcel size"}
        assert [op for op, _ in heard.asks] == ["translate"], "code is larger than what else is asked"

    with_app(
        """
call = hear()
say(ask=1, op="grant", uri="x" * 2000)
refused = hear()["error"]
say(ask=2, op="translate", content="x" * 2000)
assert hear() == {"answer": 2}
say(re=call["call"], error_said=refused[:len("TransactionTooLargeException: data parcel size")])
hear()
""",
        heard,
        body,
    )


def test_what_a_process_leaves_unanswered_takes_so_much_memory_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(appprocess, "PENDING_BYTES", 5000)
    waits = asyncio.Event()
    seen: list[str] = []

    async def main() -> None:
        async def ask(process: AppProcess, op: str, fields: Mapping[str, Any]) -> Mapping[str, Any]:
            seen.append(op)
            await waits.wait()
            return {}

        source = """
call = hear()
for number in range(4):
    say(ask=number, op="translate", content="x" * 2000)
refused = [hear()["answer"], hear()["answer"]]
say(re=call["call"], refused=refused)
hear()
"""
        callbacks = Callbacks(event=lambda *_: None, ask=ask, ended=lambda *_: None)
        argv = [sys.executable, "-c", PRELUDE + source]
        process = await AppProcess.start(spawn_plain, argv, callbacks, warm_seconds=30)
        try:
            assert await process.call("which") == {"refused": [2, 3]}
            assert len(seen) == 2
        finally:
            process.kill()
            await process.wait()

    asyncio.run(main())


def test_a_process_that_does_not_read_what_it_asked_for_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(appprocess, "UNREAD_BYTES", 1 << 20)
    heard = Heard(answer={"much": "x" * 100_000})

    async def body(process: AppProcess) -> None:
        await process.wait()
        assert "unread" in heard.ends[0]

    with_app(
        """
try:
    for number in range(100_000):
        say(ask=number, op="packages")
except OSError:
    pass
""",
        heard,
        body,
    )


def test_others_have_their_turn_while_a_process_floods() -> None:
    heard = Heard()

    async def body(process: AppProcess) -> None:
        turns = 0
        while len(heard.events) < 20_000:
            await asyncio.sleep(0)
            turns += 1
        assert turns >= 20_000 // appprocess._TURN - 1    # the loop ends within the last of them

    with_app(
        """
lines.write('{"event": "log"}\\n' * 20_000); lines.flush()
hear()
""",
        heard,
        body,
    )


def test_one_whose_start_is_given_up_does_not_run_on() -> None:
    """A device that restarts while a process is being warmed knows of it no more."""
    heard = Heard()

    async def main() -> None:
        argv = [sys.executable, "-c", "import time; time.sleep(600)"]
        starting = asyncio.create_task(AppProcess.start(spawn_plain, argv, heard.callbacks(), warm_seconds=300))
        while not appprocess._READINGS:
            await asyncio.sleep(0.01)
        starting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await starting
        await asyncio.wait(set(appprocess._READINGS))

    asyncio.run(main())
    assert heard.ends
