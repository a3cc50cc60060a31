"""What an app process says cannot hide, forge or break what the system says."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from harness.lab.system.alarms import _number
from harness.lab.system.app_speech import AppSpeech
from harness.lab.system.binders import Node, Parcel
from harness.lab.system.device_state import DeviceState
from harness.lab.system.logs import LogBuffer, LogLine

SYSTEM = 1000
APP = 20000


class Server:
    def __init__(self) -> None:
        self.logs = LogBuffer(system_pid=SYSTEM)


class Process:
    name, pid, package, uid = "com.example.app", APP, "com.example.app", 10100


def said(speech: Any, event: str, **fields: Any) -> None:
    speech.note(Process(), APP, event, fields)


@pytest.fixture
def speech() -> AppSpeech:
    made = AppSpeech.__new__(AppSpeech)
    made._server = Server()  # type: ignore[assignment]
    return made


def texts(speech: AppSpeech) -> list[LogLine]:
    return speech._server.logs.lines()


def test_no_flood_takes_a_line_of_the_systems_from_who_follows() -> None:
    async def main() -> list[str]:
        logs = LogBuffer(system_pid=SYSTEM)
        following = logs.follow(from_start=False)
        first = asyncio.ensure_future(anext(following))
        await asyncio.sleep(0)
        logs.write("LabDevice", "first")
        for number in range(50_000):
            logs.add(LogLine(number, APP, APP, "I", "app", "noise"))
        logs.write("LabDevice", "last")
        found = [(await first).text]
        async for line in following:
            found.append(line.text)
            if line.text == "last":
                return found
        raise AssertionError

    found = asyncio.run(asyncio.wait_for(main(), 30))
    assert found[0] == "first" and found[-1] == "last" and len(found) < 50_000


def test_one_event_becomes_a_thousand_lines_at_most(speech: AppSpeech) -> None:
    said(speech, "log", text="\n" * 200_000, time_ns=1, tag="x")
    assert len(texts(speech)) == 1000


@pytest.mark.parametrize("tag", ["LabDevice", "LabContainment"])
def test_the_systems_tags_are_its_own(speech: AppSpeech, tag: str) -> None:
    said(speech, "log", text="native: library=x error=y pid=5 app=com.victim", time_ns=1, tag=tag)
    assert texts(speech)[0].tag == f"{tag}(app)"


def test_whose_want_it_was_stands_at_the_end_whatever_the_keys_are(speech: AppSpeech) -> None:
    said(speech, "native", **{"error=x pid=5 app=com.victim " + "z" * 5000: "1", "library": "y" * 5000})
    [line] = texts(speech)
    assert line.text.endswith(f"pid={APP} app=com.example.app")


def test_half_a_surrogate_pair_and_numbers_without_end_break_nothing(speech: AppSpeech, tmp_path: Any) -> None:
    said(speech, "log", text="\ud83d", time_ns=1, tag="x")
    said(speech, "log", text="x", time_ns=float("inf"), tag="x")
    first, second = texts(speech)
    first.text.encode()
    assert "bad event log" in second.text
    state = DeviceState(tmp_path / "state.json")
    state.store({"id": "\ud83d"})
    assert state.load() == {"id": "\ud83d"}
    assert _number(10**400) == 1 << 62


def test_objects_in_a_parcel_count_for_its_size() -> None:
    node: Any = Node.__new__(Node)
    assert Parcel("", (node,) * 4096).size == 4096 * 24
