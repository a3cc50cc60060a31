"""What the system holds for apps, asked by a stranger who speaks the protocol: each app for itself only, nothing malformed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from apk_factory import launcher, make_apk, manifest, tag
from device_bench import Bench
from example_shop import OTHER, SHOP, launched
from hypothesis import given
from hypothesis import strategies as st

from harness.lab.system.conditions import Conditions
from harness.lab.system.device_state import DeviceState
from harness.lab.system.intents import FILLED, PARCEL, Intent
from harness.lab.system.jobs import Job, JobSpec
from harness.lab.system.pending_intents import fill_in
from harness.lab.system.settings import Settings

OnDevice = Callable[..., None]
PING: dict[str, Any] = {"component": f"{SHOP}/.Ping"}
FLAGS = {"no_create": 1 << 29, "immutable": 1 << 26}


def spec(**fields: Any) -> dict[str, Any]:
    plain = dict.fromkeys(
        ("charging", "battery_not_low", "storage_not_low", "idle", "persisted", "backoff_linear", "expedited", "user_initiated",
         "watches_content"), False,
    )  # fmt: skip
    numbers = {"id": 1, "network": 0, "latency_ms": 0, "deadline_ms": -1, "interval_ms": 0, "flex_ms": 0, "backoff_ms": 30_000}
    return {**plain, **numbers, "service": f"{SHOP}/{SHOP}.Push", "parcel": "", **fields}


async def pending(app: Any, *, kind: int = 1, flags: int = 0, intent: dict[str, Any] = PING) -> str:
    answer = await app.ask("pending_intent", verb="get", type=kind, request_code=0, intents=[intent], flags=flags)
    return str(answer["id"])


def test_equal_intents_are_one_pending_intent_and_no_other_app_may_cancel_it(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        app = await launched(made)
        first = await pending(app)
        assert await pending(app) == first
        assert await pending(app, flags=FLAGS["immutable"]) != first
        assert await pending(app, intent={**PING, "action": "other"}, flags=FLAGS["no_create"]) == ""
        await made.server.install(make_apk(made.folder / "other.apk", shop_of(OTHER)))
        await made.server.launch(OTHER, wait=True)
        other = made.fake.bound(OTHER)
        assert "SecurityException" in (await other.ask("pending_intent", verb="cancel", id=first))["error"]
        assert (await other.ask("pending_intent", verb="info", id=first))["intent"] == {}
        assert await other.ask("pending_intent", verb="send", id=first) == {"sent": True}
        await made.settled()
        assert app.last("broadcast")["receiver"] == f"{SHOP}.Ping"
        await made.server.force_stop(SHOP)
        assert await other.ask("pending_intent", verb="send", id=first) == {"sent": False}

    on_device(work)


def shop_of(package: str) -> Any:
    return manifest(package, launcher(".Main"))


def test_a_pending_intent_reaches_nothing_that_its_owner_may_not(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        app = await launched(made)
        await made.server.install(make_apk(made.folder / "other.apk", shop_of(OTHER)))
        await made.server.launch(OTHER, wait=True)
        other = made.fake.bound(OTHER)
        number = await pending(other, kind=2, intent={"component": f"{SHOP}/.Detail"})
        before = len(app.calls)
        assert await other.ask("pending_intent", verb="send", id=number) == {"sent": True}
        await made.settled()
        assert "launch" not in [op for op, _ in app.calls[before:]]
        assert "not exported" in "\n".join(line.text for line in made.server.logs.lines())

    on_device(work)


def test_a_job_needs_a_service_that_only_the_system_may_bind(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        app = await launched(made)
        refused = await app.ask("job", verb="schedule", namespace=None, job=spec())
        assert "does not require android.permission.BIND_JOB_SERVICE" in refused["error"]
        refused = await app.ask("job", verb="schedule", namespace=None, job=spec(service=f"{OTHER}/.Job"))
        assert refused["error"].startswith("java.lang.IllegalArgumentException: No such service")
        assert "error" in await app.ask("job", verb="schedule", namespace=None, job={"id": "x"})

    on_device(work)


def test_what_is_malformed_is_refused_and_the_device_goes_on(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        app = await launched(made)
        for op, fields in (
            ("alarm", {"verb": "set"}), ("alarm", {"verb": "?"}), ("notification", {"verb": "post", "id": 1, "notification": 5}),
            ("notification", {"verb": "post", "id": 1, "tag": 7, "notification": {}}), ("clipboard", {"verb": "steal"}),
            ("pending_intent", {"verb": "get", "type": 9, "request_code": 0, "intents": [PING], "flags": 0}),
            ("pending_intent", {"verb": "get", "type": 1, "request_code": 0, "intents": [3], "flags": 0}),
            ("foreground", {"component": f"{OTHER}/.Service", "id": 1, "type": 0, "notification": {}}),
        ):  # fmt: skip
            assert "error" in await app.ask(op, **fields), (op, fields)
        assert await app.ask("alarm", verb="exact") == {"allowed": False}

    on_device(work)


@given(st.integers(1, 60), st.booleans(), st.integers(0, 10**8))
def test_backoff_never_shrinks_and_ends_at_five_hours(failures: int, linear: bool, first: int) -> None:
    one = JobSpec(1, "a/b", "", backoff_ms=first, backoff_linear=linear)
    assert 10_000 <= one.backoff(failures) <= one.backoff(failures + 1) <= 5 * 3_600_000


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**7))
def test_periods_follow_each_other_and_are_never_shorter_than_a_quarter_of_an_hour(interval: int, flex: int, late: int) -> None:
    one = JobSpec.read(spec(interval_ms=interval + 1, flex_ms=flex))
    job = Job.schedule("a", 10_000, None, one, 0)
    assert one.interval_ms >= 15 * 60_000 and 0 <= job.earliest_ms <= job.latest_ms == one.interval_ms
    ended = job.earliest_ms + late
    job.next_period(ended)
    assert job.latest_ms - job.earliest_ms == one.flex_ms and job.latest_ms >= ended + one.interval_ms


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        ({"network": 1}, ["CONNECTIVITY"]), ({"network": 2}, ["CONNECTIVITY"]), ({"charging": True}, ["CHARGING"]),
        ({"latency_ms": 5}, ["TIMING_DELAY"]), ({"charging": True, "deadline_ms": 0}, []), ({"battery_not_low": True}, []),
    ],
)  # fmt: skip
def test_a_job_waits_for_what_the_device_lacks(tmp_path: Any, fields: dict[str, Any], missing: list[str]) -> None:
    settings = Settings(DeviceState(tmp_path / "settings.json"))
    settings.put("global", "airplane_mode_on", "1")
    conditions = Conditions(settings, {"level": 50, "scale": 100, "plugged": 0, "status": 3})
    job = Job.schedule("a", 10_000, None, JobSpec.read(spec(**fields)), 0)
    assert job.missing(0, conditions) == missing


def test_what_is_filled_in_never_replaces_what_is_there() -> None:
    filled = fill_in(Intent(action="a", extras={"x": 1}), Intent(action="b", data="d:e", package="p", extras={"y": 2}))
    assert filled == Intent(action="a", data="d:e", package="p", extras={"x": 1, "y": 2})


def test_what_is_filled_in_leaves_what_only_apps_can_read_apart_with_its_binders() -> None:
    """Neither parcel may take the other's place, and the last binders are those of what was filled in."""
    filled = fill_in(
        Intent(action="a", extras={"x": 1, PARCEL: "own"}, binders=("first",)),
        Intent(extras={"y": 2, PARCEL: "more"}, binders=("second", "third")),
    )
    assert filled.extras[PARCEL] == "own" and filled.binders == ("first", "second", "third")
    assert filled.extras[FILLED] == {"extras": {"y": 2, PARCEL: "more"}, "binders": 2}
    from_plain = fill_in(Intent(extras={"x": 1}), Intent(extras={PARCEL: "more"}, binders=("one",)))
    assert PARCEL not in from_plain.extras and from_plain.extras[FILLED]["binders"] == 1


def test_a_binder_in_a_pending_intent_reaches_its_receiver(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        app = await launched(made)
        number = await pending(app, intent={**PING, "extras": {PARCEL: "x"}, "binders": [{"own": 7}]})
        await made.server.install(make_apk(made.folder / "other.apk", shop_of(OTHER)))
        await made.server.launch(OTHER, wait=True)
        other = made.fake.bound(OTHER)
        more = {"extras": {PARCEL: "y"}, "binders": [{"own": 7}]}
        assert await other.ask("pending_intent", verb="send", id=number, fill_in=more) == {"sent": True}
        await made.settled()
        own, theirs = app.last("broadcast")["intent"]["binders"]
        assert own == {"own": 7} and "handle" in theirs
        lie = await other.ask("pending_intent", verb="send", id=number, fill_in={"binders": [{"handle": 99}]})
        assert "error" in lie

    on_device(work)


def listener_app(package: str, permission: str) -> Any:
    service = tag("service", name=".Listener", exported=True, permission=permission)
    return manifest(package, launcher(".Main"), service, target=30)


def test_a_notification_listener_is_bound_only_while_the_user_lets_it(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        held = made.server.app_services
        await made.server.install(make_apk(made.folder / "shop.apk", manifest(SHOP, launcher(".Main"), target=30)))
        await made.server.launch(SHOP, wait=True)
        app = made.fake.bound(SHOP)
        for package, permission in ((OTHER, "android.permission.BIND_NOTIFICATION_LISTENER_SERVICE"), ("com.example.odd", "")):
            await made.server.install(make_apk(made.folder / f"{package}.apk", listener_app(package, permission)))
            await made.server.launch(package, wait=True)
        listener, other, odd = f"{OTHER}/{OTHER}.Listener", made.fake.bound(OTHER), made.fake.bound("com.example.odd")
        assert "SecurityException" in (await other.ask("notification", verb="shown", component=listener))["error"]
        held.listeners.allow(listener)
        held.listeners.allow("com.example.odd/com.example.odd.Listener")
        await made.settled()
        assert other.last("listener")["verb"] == "connect" and "listener" not in odd.ops()
        channel = {"verb": "create_channel", "channel": "c", "name": "c", "importance": 3, "parcel": ""}
        await app.ask("notification", **channel)
        await app.ask("notification", verb="post", id=1, tag=None, notification={"channel": "c", "title": "word"})
        await made.settled()
        told = other.last("listener")
        assert (told["verb"], told["notification"]["package"], told["notification"]["title"]) == ("posted", SHOP, "word")
        shown = await other.ask("notification", verb="shown", component=listener)
        assert [one["title"] for one in shown["notifications"]] == ["word"]
        assert "SecurityException" in (await app.ask("notification", verb="shown", component=listener))["error"]
        await other.ask("notification", verb="dismiss", component=listener, key=told["notification"]["key"])
        await made.settled()
        assert other.last("listener")["verb"] == "removed" and not held.notifications.all()
        held.listeners.allow(listener, may=False)
        await made.settled()
        assert other.last("listener")["verb"] == "disconnect"
        assert "SecurityException" in (await other.ask("notification", verb="shown", component=listener))["error"]

    on_device(work)


def test_a_broadcast_of_the_shell_gives_what_a_registered_receiver_has_set(on_device: OnDevice) -> None:
    async def work(made: Bench) -> None:
        app = await launched(made)
        app.answers["receivers"] = lambda fields: {"receivers": [{"id": "registered:1", "priority": 0}]}
        app.answers["broadcast"] = lambda fields: {"result_code": -1, "result_data": "answer"}
        result = await made.server.broadcast(Intent(action="com.example.ASK"))
        assert (result.code, result.data, result.receivers) == (-1, "answer", 1)
        assert app.last("broadcast")["receiver"] == "registered:1"

    on_device(work)


@pytest.mark.parametrize("once_more", [True, False])
def test_a_service_that_ends_owes_nothing_of_the_start_that_comes_after(on_device: OnDevice, once_more: bool) -> None:
    """It is stopped and at once started in the foreground: the end of the first run is told after the second start."""

    async def work(made: Bench) -> None:
        app = await launched(made)
        await app.ask("service", verb="start", intent={"component": f"{SHOP}/.Push"})
        await made.until(lambda: any(process.name == f"{SHOP}:push" for process in made.server.processes.running()))
        push = made.fake.bound(f"{SHOP}:push")
        push.event("service", component=f"{SHOP}/.Push", state="started", result=2)
        await made.settled()
        await app.ask("service", verb="start", intent={"component": f"{SHOP}/.Push"}, foreground=True)
        if not once_more:
            push.event("service", component=f"{SHOP}/.Push", state="started", result=2)
        push.event("service", component=f"{SHOP}/.Push", state="destroyed")
        await made.settled()
        assert ("throw" in push.ops()) is not once_more

    on_device(work)
