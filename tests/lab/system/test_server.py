"""The device as a whole: apps started and left, activities on top of each other, who is in front."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from device_bench import PATIENCE, Bench, bench
from example_shop import SHOP, installed, launched

from harness.lab.appprocess import AppProcess
from harness.lab.system.activities import ActivityRefused
from harness.lab.system.intents import FLAG_ACTIVITY_CLEAR_TOP, Intent

OnDevice = Callable[..., None]


def test_the_first_launch_binds_parks_releases_and_launches(tmp_path: Path) -> None:
    async def work() -> None:
        gate = asyncio.Event()
        waiting: list[str] = []

        async def wait(process: AppProcess, package: str, name: str) -> None:
            waiting.append(name)
            await gate.wait()

        async with bench(tmp_path, gate=wait) as made:
            await installed(made)
            start = asyncio.create_task(made.server.launch(SHOP, wait=True))
            await made.until(lambda: bool(waiting))
            app = made.fake.bound(SHOP)
            assert app.ops() == ["bind"]
            gate.set()
            result = await start
            assert result.started and result.state == "COLD"
            assert app.ops() == ["bind", "release", "launch"]
            bound = app.last("bind")
            assert bound["package"] == SHOP and bound["process"] == SHOP
            assert bound["permissions"] == {
                "android.permission.CAMERA": "denied",
                "android.permission.INTERNET": "granted",
            }
            assert bound["proxy"] is None and bound["trust"] is None
            assert len(bound["settings"]["secure"]["android_id"]) == 16
            assert made.server.focused_window() == f"{SHOP}/{SHOP}.Main"

    asyncio.run(work())


def test_an_activity_starts_another_and_gets_its_result(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        app = await launched(made)
        main = app.token
        answer = await app.ask("start_activity", intent={"component": f"{SHOP}/.Detail"}, caller_token=main, request_code=5)
        assert answer == {"started": True, "why": "", "covers": True}
        await made.settled()
        detail = app.token
        assert app.activities == {main: "stopped", detail: "resumed"}
        assert app.last("launch")["root"] is False
        await app.ask("finished", token=detail, result_code=-1, intent={"extras": {"picked": 3}})
        await made.settled()
        assert app.activities == {main: "resumed"}
        result = app.last("result")
        assert (result["token"], result["request_code"], result["result_code"]) == (main, 5, -1)
        assert result["intent"]["extras"] == {"picked": 3}
        assert app.ops("result", "resumed", "destroyed")[-3:] == ["result", "resumed", "destroyed"]

    on_device(work)


def test_home_stops_the_app_and_the_icon_brings_it_back_without_a_new_start(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        app = await launched(made)
        await made.server.home()
        assert app.ops()[-2:] == ["paused", "stopped"]
        assert made.server.focused_window().startswith("com.android.launcher3/")
        result = await made.server.launch(SHOP, wait=True)
        assert result.brought_to_front and result.state == "HOT"
        assert app.ops("launch", "resumed") == ["launch", "resumed"]

    on_device(work)


def test_single_top_delivers_the_new_intent_to_the_same_activity(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        app = await launched(made)
        single = {"component": f"{SHOP}/.Single"}
        await app.ask("start_activity", intent=single, caller_token=app.token, request_code=-1)
        await made.settled()
        token = app.token
        await app.ask("start_activity", intent={**single, "data": "shop:1"}, caller_token=token, request_code=-1)
        await made.settled()
        assert app.last("launch")["token"] == token
        assert app.last("launch")["intent"]["data"] == "shop:1"
        assert len(app.activities) == 2

    on_device(work)


def test_clear_top_ends_what_lies_above(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        app = await launched(made)
        main = app.token
        await app.ask("start_activity", intent={"component": f"{SHOP}/.Detail"}, caller_token=main, request_code=-1)
        await made.settled()
        again = {"component": f"{SHOP}/.Main", "flags": FLAG_ACTIVITY_CLEAR_TOP}
        await app.ask("start_activity", intent=again, caller_token=app.token, request_code=-1)
        await made.settled()
        assert len(app.activities) == 1 and main not in app.activities

    on_device(work)


def test_an_activity_in_another_process_runs_there(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        app = await launched(made)
        await app.ask("start_activity", intent={"component": f"{SHOP}/.Web"}, caller_token=app.token, request_code=-1)
        await made.settled()
        web = made.fake.bound(f"{SHOP}:web")
        assert list(web.activities.values()) == ["resumed"]
        assert list(app.activities.values()) == ["stopped"]

    on_device(work)


def test_the_user_leaves_with_back_as_the_app_decides(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        app = await launched(made)
        await made.server.back()
        assert app.last("input") == {"kind": "key", "code": 4, "meta": 0}
        await app.ask("move_to_back", token=app.token)
        await made.settled()
        assert list(app.activities.values()) == ["stopped"]
        assert made.server.focused_window().startswith("com.android.launcher3/")

    on_device(work)


def test_unknown_and_forbidden_targets_are_refused_in_android_s_words(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        app = await launched(made)
        with pytest.raises(ActivityRefused, match="does not exist"):
            await made.server.start_activity(Intent(component=f"{SHOP}/{SHOP}.Nowhere"))
        with pytest.raises(ActivityRefused, match="Permission Denial.*not exported"):
            await made.server.start_activity(Intent(component=f"{SHOP}/{SHOP}.Detail"))
        with pytest.raises(ActivityRefused, match="unable to resolve"):
            await made.server.start_activity(Intent(action="com.example.NOTHING"))
        answer = await app.ask("start_activity", intent={"action": "x.y"}, caller_token=app.token, request_code=1)
        assert answer["started"] is False and "unable to resolve" in answer["why"]

    on_device(work)


def test_an_implicit_intent_finds_the_activity(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        await installed(made)
        result = await made.server.start_activity(Intent(action="android.intent.action.VIEW"), wait=True)
        assert result.component == f"{SHOP}/{SHOP}.View"

    on_device(work)


def test_a_stopped_app_cannot_put_itself_in_front(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        app = await launched(made)
        await made.server.home()
        made.server.activities._left_front.clear()  # the grace time is over
        answer = await app.ask("start_activity", intent={"component": f"{SHOP}/.Detail"}, request_code=-1)
        assert answer["started"] is True
        await made.settled()
        assert len(app.activities) == 1
        assert any("Background activity launch blocked" in line.text for line in made.server.logs.lines())

    on_device(work)


def test_recents_lists_tasks_and_ends_them(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        await launched(made)
        await made.server.home()
        await made.server.recents()
        window = made.server.screen.system_windows[-1]
        task = next(one for one in window.root.walk() if one.resource_id.endswith("id/task"))
        assert task.content_desc == "Sample"
        await made.server.tap(*task.center)
        assert made.server.focused_window() == f"{SHOP}/{SHOP}.Main"
        await made.server.recents()
        window = made.server.screen.system_windows[-1]
        clear = next(one for one in window.root.walk() if one.resource_id.endswith("clear_all"))
        await made.server.tap(*clear.center)
        await made.settled()
        assert made.server.processes.running() == []

    on_device(work)


def test_the_icon_on_the_launcher_opens_the_app(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        await installed(made)
        (root,) = await made.server.screen.roots()
        icon = next(one for one in root.walk() if one.text == "Sample")
        await made.server.tap(*icon.center)
        await made.settled()
        assert made.server.focused_window() == f"{SHOP}/{SHOP}.Main"

    on_device(work)


def test_an_activity_that_takes_long_does_not_hold_up_the_device(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        await installed(made)
        made.fake.prepare = lambda app: app.silent.add("launch")
        assert (await made.server.launch(SHOP)).started
        assert made.server.focused_window() == f"{SHOP}/{SHOP}.Main"
        await made.until(lambda: bool(made.fake.apps) and made.fake.apps[0].ops("launch") == ["launch"])
        app = made.fake.bound(SHOP)
        (root,) = await made.server.screen.roots()
        assert (root.package, root.children) == (SHOP, [])  # the starting window
        async with asyncio.timeout(5):  # far less than the patience with the app
            await made.server.home()
        assert made.server.focused_window().startswith("com.android.launcher3/")
        app.answer_late("launch")
        await made.until(lambda: app.ops()[-2:] == ["paused", "stopped"])

    on_device(work)


def test_an_activity_that_comes_up_late_is_told_as_displayed_then(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        def told(words: str) -> bool:
            return any(line.text.startswith(words) for line in made.server.logs.lines())

        await installed(made)
        made.fake.prepare = lambda app: app.silent.add("launch")
        await made.server.launch(SHOP)
        await made.until(lambda: told("Launch timeout has expired"))
        await made.until(lambda: bool(made.fake.apps) and made.fake.apps[0].ops("launch") == ["launch"])
        assert not told("Displayed")
        made.fake.bound(SHOP).answer_late("launch")
        await made.until(lambda: told(f"Displayed {SHOP}/.Main for user 0"))

    on_device(work, patience=replace(PATIENCE, activity=0.01))


def test_a_parked_app_can_be_left_and_stopped(tmp_path: Path) -> None:
    """The gate may hold an app for as long as the harness likes; the device does not wait with it."""

    async def work() -> None:
        opened: dict[str, asyncio.Event] = {}

        async def wait(process: AppProcess, package: str, name: str) -> None:
            opened[name] = asyncio.Event()
            ended = asyncio.ensure_future(process.wait())
            released = asyncio.ensure_future(opened[name].wait())
            await asyncio.wait({ended, released}, return_when=asyncio.FIRST_COMPLETED)

        async with bench(tmp_path, gate=wait) as made, asyncio.timeout(20):
            await installed(made)
            await made.server.launch(SHOP)
            await made.until(lambda: SHOP in opened)
            await made.server.home()
            assert made.server.focused_window().startswith("com.android.launcher3/")
            await made.server.force_stop(SHOP)
            await made.until(lambda: not made.server.processes.running())
            opened.clear()
            await made.server.launch(SHOP)
            await made.until(lambda: SHOP in opened)
            opened[SHOP].set()
            app = made.fake.bound(SHOP)
            await made.until(lambda: list(app.activities.values()) == ["resumed"])
            assert made.server.focused_window() == f"{SHOP}/{SHOP}.Main"

    asyncio.run(work())


def test_an_activity_that_finishes_itself_while_it_is_late_is_destroyed(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        await installed(made)
        made.fake.prepare = lambda app: app.silent.add("launch")
        await made.server.launch(SHOP)
        await made.until(lambda: bool(made.fake.apps) and made.fake.apps[0].ops("launch") == ["launch"])
        app = made.fake.bound(SHOP)
        token = app.last("launch")["token"]
        await made.server.home()
        await app.ask("finished", token=token, result_code=0)
        app.answer_late("launch")
        await made.until(lambda: app.ops("destroyed") == ["destroyed"])
        await made.settled()
        assert made.server.tasks.find(token) is None

    on_device(work)
