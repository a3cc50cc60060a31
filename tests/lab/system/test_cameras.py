"""Cameras and the microphone as the daemon gives them: one app each, in front, and nothing to whoever speaks nonsense."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from apk_factory import launcher, make_apk, manifest, tag
from device_bench import Bench
from example_shop import OTHER, SHOP, launched

from harness.lab.system.app_ops import CAMERA, RECORD_AUDIO, AppOps, Use
from harness.lab.system.cameras import DISABLED, ILLEGAL_ARGUMENT, IN_USE, PERMISSION_DENIED

OnDevice = Callable[..., None]
PERMISSION = "android.permission.CAMERA"


async def other(made: Bench) -> Any:
    """Another app, in front."""
    permissions = (PERMISSION, "android.permission.RECORD_AUDIO")
    app = manifest(OTHER, launcher(".Main"), tag("service", name=".Watch"), permissions=permissions)
    await made.server.install(make_apk(made.folder / "other.apk", app))
    for permission in permissions:
        await made.server.grant(OTHER, permission)
    await made.server.launch(OTHER, wait=True)
    return made.fake.bound(OTHER)


async def opened(app: Any, camera: str = "0") -> dict[str, Any]:
    return dict(await app.ask("camera", verb="open", camera=camera, api=2))


def test_a_camera_is_for_who_has_the_permission(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        app = await launched(made)
        refused = await opened(app)
        assert refused["code"] == PERMISSION_DENIED and "without camera permission" in refused["why"]
        await made.server.grant(SHOP, PERMISSION)
        assert "client" in await opened(app)
        assert "client" in await opened(app, "1")
        assert (await opened(app, "2"))["code"] == ILLEGAL_ARGUMENT
        assert made.server.app_services.cameras.describe().count(SHOP) == 2

    on_device(work)


def test_no_line_of_the_system_s_can_be_forged_and_recordings_end_somewhere(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        app = await other(made)
        await opened(app, "0\nProcess com.other (pid 5) has died: crash " + "x" * 5000)
        lines = [one.text for one in made.server.logs.lines()]
        assert not [text for text in lines if text.startswith("Process com.other")]
        assert max(map(len, lines)) < 1000
        started = [await app.ask("microphone", verb="start") for _ in range(40)]
        assert [one["allowed"] for one in started].count(True) == 32

    on_device(work)


def test_who_is_in_front_gets_it_and_who_is_not_waits(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        app = await launched(made)
        await made.server.grant(SHOP, PERMISSION)
        made.server.app_services.ops.set_mode(SHOP, CAMERA, "allow")  # also when it has been behind for long
        first = await opened(app)
        rival = await other(made)
        second = await opened(rival)
        await made.settled()
        assert app.last("camera") == {"client": first["client"], "why": "disconnected"}
        assert (await opened(app))["code"] == IN_USE
        await app.ask("camera", verb="close", client=second["client"])  # another's: it stays
        assert (await opened(app))["code"] == IN_USE
        await rival.ask("camera", verb="close", client=second["client"])
        assert "client" in await opened(app)

    on_device(work)


def test_a_process_that_ends_lets_go_of_all(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        rival = await other(made)
        await opened(rival)
        await rival.ask("microphone", verb="start")
        ops = made.server.app_services.ops
        assert "(running)" in ops.describe(OTHER, CAMERA) and "(running)" in ops.describe(OTHER, RECORD_AUDIO)
        await made.server.force_stop(OTHER)
        assert "[]" in made.server.app_services.cameras.describe()
        assert "(running)" not in ops.describe(OTHER, CAMERA) + ops.describe(OTHER, RECORD_AUDIO)

    on_device(work)


def test_what_is_set_for_an_app_holds_at_once_and_a_recording_goes_on_in_silence(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        rival = await other(made)
        ops = made.server.app_services.ops
        held = await opened(rival)
        recording = await rival.ask("microphone", verb="start")
        assert recording["silenced"] is False
        ops.set_mode(OTHER, CAMERA, "ignore")
        ops.set_mode(OTHER, RECORD_AUDIO, "ignore")
        await made.settled()
        assert rival.last("camera") == {"client": held["client"], "why": "disabled"}
        assert rival.last("microphone") == {"recording": recording["recording"], "silenced": True}
        assert (await opened(rival))["code"] == DISABLED
        ops.set_mode(OTHER, RECORD_AUDIO, "default")
        await made.settled()
        assert rival.last("microphone") == {"recording": recording["recording"], "silenced": False}
        await made.server.clear_data(OTHER)
        assert ops.describe(OTHER, RECORD_AUDIO).startswith("RECORD_AUDIO: ignore")  # the permission went with the data

    on_device(work)


def test_an_app_without_the_permission_records_nothing_and_stops_nobody_elses(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        app = await launched(made)
        assert await app.ask("microphone", verb="start") == {"allowed": False}
        rival = await other(made)
        recording = (await rival.ask("microphone", verb="start"))["recording"]
        assert await app.ask("microphone", verb="stop", recording=recording) == {}
        assert "(running)" in made.server.app_services.ops.describe(OTHER, RECORD_AUDIO)

    on_device(work)


def test_behind_only_a_service_of_the_type_may_use_it(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        await other(made)
        running = made.server.app_services.services
        ops = AppOps(made.server.packages, made.server.permissions, running, was_foreground=lambda package, within_ns: False)
        told: list[bool] = []
        [process] = made.server.processes.of_package(OTHER)

        def tell(use: Use, allowed: bool) -> None:
            told.append(allowed)

        use = ops.start(process, CAMERA, tell)
        assert use.allowed is False
        running.starting(made.server.packages.get(OTHER), made.server.packages.get(OTHER).facts.components[0], False)
        [record] = running.all()
        record.foreground_id, record.foreground_type = 1, 128  # of the microphone
        ops.look()
        assert told == [] and ops.may_use(OTHER, RECORD_AUDIO)
        record.foreground_type = 64
        ops.look()
        ops.look()
        assert told == [True]
        ops.stop()

    on_device(work)


@pytest.mark.parametrize(
    ("op", "fields"),
    [
        ("camera", {}), ("camera", {"verb": "borrow"}), ("camera", {"verb": "open"}),
        ("camera", {"verb": "open", "camera": 0, "api": 2}), ("camera", {"verb": "open", "camera": "0", "api": 3}),
        ("camera", {"verb": "open", "camera": "0", "api": []}), ("camera", {"verb": "close", "client": "many"}),
        ("microphone", {}), ("microphone", {"verb": "stop"}), ("microphone", {"verb": "stop", "recording": {}}),
    ],
)  # fmt: skip
def test_nonsense_is_an_error_of_who_says_it(on_device: OnDevice, op: str, fields: dict[str, Any]) -> None:
    async def work(made: Bench) -> None:
        app = await launched(made)
        assert "error" in await app.ask(op, **fields)
        assert await app.ask("camera", verb="close", client=99) == {}

    on_device(work)
