"""App processes on the device: started, spoken to, crashed, hanging, stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from apk_factory import make_apk, manifest
from device_bench import PATIENCE, Bench
from example_shop import OTHER, SHOP, installed, launched
from fake_app import FakeApp

from harness.lab.appprocess import AppProcess, Callbacks
from harness.lab.ui.screen import KEY_BACK

ACTIVITY = 1.0
OnDevice = Callable[..., None]


def test_a_warm_process_is_taken_and_replaced(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        await made.until(lambda: len(made.server.processes.warm_pids) == 1)
        warm = made.server.processes.warm_pids[0]
        app = await launched(made)
        assert app.pid == warm
        await made.until(lambda: len(made.server.processes.warm_pids) == 1)
        assert made.server.processes.warm_pids != [warm]

    on_device(work, warm_processes=1)


def test_the_system_is_ready_once_the_first_process_is_warm(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        processes, warmed, spawn = made.server.processes, asyncio.Event(), made.fake.spawn

        async def slowly(callbacks: Callbacks) -> AppProcess:
            await warmed.wait()
            return await spawn(callbacks)

        processes._wanted_warm, processes._spawn = 1, slowly
        processes.keep_warm()
        waiting = asyncio.create_task(processes.ready())
        done, _ = await asyncio.wait([waiting], timeout=0.2)
        assert not done
        warmed.set()
        await waiting
        assert len(processes.warm_pids) == 1

    on_device(work, warm_processes=0)


def test_a_system_that_keeps_no_process_warm_is_ready_at_once(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        async with asyncio.timeout(5):
            await made.server.processes.ready()

    on_device(work, warm_processes=0)


def test_the_launch_timeout_does_not_begin_before_there_is_a_process(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        processes, warmed, spawn = made.server.processes, asyncio.Event(), made.fake.spawn

        async def slowly(callbacks: Callbacks) -> AppProcess:
            await warmed.wait()
            return await spawn(callbacks)

        await made.until(lambda: len(processes.warm_pids) == 1)
        processes._spawn = slowly
        await launched(made)
        await made.server.install(make_apk(made.folder / "o.apk", manifest(OTHER)))
        launching = asyncio.create_task(made.server.launch(OTHER, wait=True))
        done, _ = await asyncio.wait([launching], timeout=3 * ACTIVITY)
        assert not done
        warmed.set()
        result = await launching
        assert result.started and not result.timed_out

    on_device(work, warm_processes=1, patience=replace(PATIENCE, activity=ACTIVITY))


def test_each_process_name_is_a_process_of_its_own(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        app = await launched(made)
        answer = await app.ask("service", component=f"{SHOP}/{SHOP}.Push", verb="start", intent={})
        assert answer == {"component": f"{SHOP}/{SHOP}.Push"}
        await made.settled()
        push = made.fake.bound(f"{SHOP}:push")
        assert push.ops() == ["bind", "release", "service"]
        names = [one.name for one in made.server.running() if one.package == SHOP]
        assert names == [SHOP, f"{SHOP}:push"]

    on_device(work)


def test_a_process_cannot_speak_for_another_app(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        await made.server.install(make_apk(made.folder / "o.apk", manifest(OTHER, permissions=("android.permission.CAMERA",))))
        await made.server.launch(OTHER, wait=True)
        other = made.fake.bound(OTHER)
        victim = other.token
        app = await launched(made)
        await app.ask("finished", token=victim, result_code=0)
        await app.ask("move_to_back", token=victim)
        answer = await app.ask("permissions", token=victim, request_code=1, permissions=["android.permission.CAMERA"])
        assert "none of this process's activities" in answer["error"]
        await made.settled()
        assert made.server.tasks.find(victim) is not None
        answer = await app.ask("setting", namespace="secure", key="android_id", value="0")
        assert "WRITE_SETTINGS" in answer["error"]

    on_device(work)


def test_nonsense_is_answered_with_an_error_and_noted(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        app = await launched(made)
        for op, arguments in (
            ("fly", {}),
            ("start_activity", {}),
            ("start_activity", {"intent": {"flags": "many"}}),
            ("permissions", {"token": app.token, "permissions": "all", "request_code": 1}),
            ("service", {"verb": "explode"}),
            ("packages", {"query": "everything"}),
        ):
            assert "error" in await app.ask(op, **arguments)
        app.event("log", text=5)
        app.event("activity")
        app.event("made_up", x=1)
        await made.settled()
        notes = [line.text for line in made.server.logs.lines() if line.tag == "LabDevice"]
        assert any("unknown ask 'fly'" in one for one in notes)
        assert any("unknown event 'made_up'" in one for one in notes)

    on_device(work)


def test_what_the_device_lacks_is_told_by_the_system_and_cannot_be_told_in_another_s_name(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        app = await launched(made)
        app.event("native", library="engine", error="cannot run\npid=1 app=com.example.other")
        app.event("unimplemented", method="android.os.X.y", asked="android.os.X.z", more=["x" * 5000])
        await made.settled()
        native, call = [line for line in made.server.logs.lines() if line.tag == "LabDevice" and line.text.startswith(SHOP)][-2:]
        end = f" pid={app.pid} app={SHOP}"
        assert native.text == f"{SHOP}: native: library=engine error=cannot run pid=1 app=com.example.other{end}"
        assert call.text.startswith(f"{SHOP}: unimplemented: method=android.os.X.y asked=android.os.X.z more=")
        assert call.text.endswith(end) and len(call.text) < 1000
        assert app.pid not in (native.pid, call.pid)

    on_device(work)


def test_a_line_that_is_not_the_protocol_ends_the_process(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        app = await launched(made)
        app.raw(b"GET / HTTP/1.1\n")
        await made.until(lambda: not made.server.processes.running())
        assert made.server.focused_window().startswith("com.android.launcher3/")

    on_device(work)


def test_a_crash_shows_the_dialog_and_closes_the_app(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        app = await launched(made)
        app.event("crash", thread="main", stack="java.lang.IllegalStateException: no\n\tat a.b.C.d(C.java:1)")
        app.exit()
        await made.until(lambda: not made.server.processes.running())
        await made.settled()
        (window,) = made.server.screen.system_windows
        texts = {one.resource_id: one.text for one in window.root.walk() if one.text}
        assert texts["android:id/alertTitle"] == "Sample已停止运行"
        close = next(one for one in window.root.walk() if one.resource_id == "android:id/aerr_close")
        await made.server.tap(*close.center)
        assert made.server.screen.system_windows == []
        assert any(line.tag == "am_crash" and "IllegalStateException" in line.text for line in made.server.logs.lines())
        assert made.server.focused_window().startswith("com.android.launcher3/")

    on_device(work)


def test_what_was_stopped_comes_back_after_a_crash_once(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        app = await launched(made)
        main = app.token
        await app.ask("start_activity", intent={"component": f"{SHOP}/.Detail"}, caller_token=main, request_code=-1)
        await made.settled()
        app.event("crash", thread="main", stack="java.lang.Error")
        app.exit()
        await made.until(lambda: len(made.fake.apps) == 2 and made.fake.apps[1].ops("launch") != [])
        await made.settled()
        second = made.fake.bound(SHOP)
        assert second.activities == {main: "resumed"}
        second.event("crash", thread="main", stack="java.lang.Error")
        second.exit()
        await made.until(lambda: not made.server.processes.running())
        await made.settled()
        assert len(made.fake.apps) == 2
        assert made.server.tasks.top is None

    on_device(work)


def test_who_starts_another_activity_is_told_that_it_will_lie_over_it(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        app = await launched(made)

        async def covers(component: str, token: str | None) -> bool:
            answer = await app.ask("start_activity", intent={"component": component}, caller_token=token, request_code=-1)
            await made.settled()
            return bool(answer["covers"])

        main = app.token
        assert await covers(f"{SHOP}/.Detail", main)
        assert not await covers(f"{SHOP}/.Detail", app.token), "one may be delivered to itself"
        assert not await covers(f"{SHOP}/.Detail", None)

    on_device(work)


def test_what_a_touch_or_key_brings_to_the_front_is_drawn_before_the_screen_is_read(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        made.server.processes.patience = replace(made.server.processes.patience, settle=3600)
        app = await launched(made)
        main, app.blank = app.token, True
        app.silent.add("launch")

        def clicked(_: object) -> dict[str, bool]:
            app.tell("start_activity", intent={"component": f"{SHOP}/.Detail"}, caller_token=main, request_code=-1)
            return {"handled": True}

        app.answers["input"] = clicked
        await made.server.tap(100, 100)
        read = asyncio.create_task(made.server.screen.roots())
        await made.until(lambda: len(app.ops("launch")) == 2)
        assert not read.done()
        app.answer_late("launch")
        await made.settled()
        detail = app.token
        assert made.server.activities.top is made.server.tasks.find(detail)
        assert not read.done(), "the activity is there, but nothing of it is on the screen"
        app.event("drawn", token=detail)
        await read

        def left(_: object) -> dict[str, bool]:
            app.tell("finished", token=detail, result_code=0)
            return {"handled": True}

        app.answers["input"] = left
        await made.server.key(KEY_BACK)
        touch = asyncio.create_task(made.server.tap(100, 100))
        picture = asyncio.create_task(made.server.screen.picture())
        await made.until(lambda: app.activities.get(main) == "resumed")
        await made.settled()
        assert not touch.done() and not picture.done()
        assert app.ops("input") == ["input"] * 2
        app.event("drawn", token=main)
        await asyncio.gather(touch, picture)
        assert app.ops("input") == ["input"] * 3

    on_device(work)


def test_an_app_that_does_not_answer_gets_the_dialog_and_can_be_closed(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        app = await launched(made)
        app.silent.add("input")
        await made.server.tap(100, 100)
        (window,) = made.server.screen.system_windows
        ids = {one.resource_id for one in window.root.walk()}
        assert {"android:id/aerr_wait", "android:id/aerr_close"} <= ids
        close = next(one for one in window.root.walk() if one.resource_id == "android:id/aerr_close")
        await made.server.tap(*close.center)
        await made.until(lambda: not made.server.processes.running())

    on_device(work)


def test_an_app_that_dies_at_start_leaves_the_launcher(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        await installed(made)

        def die(app: FakeApp) -> None:
            app.answers["release"] = lambda _fields: app.exit()

        made.fake.prepare = die
        result = await made.server.launch(SHOP, wait=True)
        assert not result.started and "release" in result.why
        assert made.server.focused_window().startswith("com.android.launcher3/")
        made.fake.prepare = lambda app: None
        assert (await made.server.launch(SHOP, wait=True)).started

    on_device(work)


def test_force_stop_ends_everything_of_the_app(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        app = await launched(made)
        await app.ask("service", component=f"{SHOP}/{SHOP}.Push", verb="start", intent={})
        await made.settled()
        await made.server.force_stop(SHOP)
        assert made.server.processes.running() == []
        assert made.server.tasks.top is None
        assert made.server.packages.get(SHOP).stopped

    on_device(work)


def test_force_stop_does_not_wait_for_an_app_that_hangs(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        app = await launched(made)
        made.server.processes.patience = replace(made.server.processes.patience, other=3600.0)
        app.silent.add("lifecycle")
        leaving = asyncio.create_task(made.server.home())
        await made.until(lambda: "paused" in app.ops())
        async with asyncio.timeout(30):     # only a hang reaches it
            await made.server.force_stop(SHOP)
            await leaving
        assert made.server.processes.running() == []
        assert made.server.packages.get(SHOP).stopped
        assert made.server.focused_window().startswith("com.android.launcher3/")

    on_device(work)


def test_an_app_that_crashes_over_another_s_dialog_gets_its_own(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        app = await launched(made)
        await app.ask("permissions", token=app.token, request_code=1, permissions=["android.permission.CAMERA"])
        await made.settled()
        await made.server.install(make_apk(made.folder / "o.apk", manifest(OTHER)))

        def crash(other: FakeApp) -> None:
            def launch(_fields: object) -> None:
                """As the runtime does: the call is answered with the error before the crash is told."""
                number = other.number
                other._write({"re": number, "error": "launch: java.lang.Error: at start"})
                other.event("crash", thread="main", stack="java.lang.Error: at start")
                other.event("exit", why="crash")
                asyncio.get_running_loop().call_later(0.05, other.exit)

            other.answers["launch"] = launch

        made.fake.prepare = crash
        assert not (await made.server.launch(OTHER, wait=True)).started
        await made.until(lambda: len(made.server.screen.system_windows) == 2)
        titles = [one.title for one in made.server.screen.system_windows]
        assert titles == ["GrantPermissionsActivity", f"Application Error: {OTHER}"]

    on_device(work)
