"""The agent in a real VM: what it sees, and that the app sees nothing of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from jvm_app import CATALOGUE, LATE_SOURCES, PACKAGE, HookedApp, compiled, hooked

from harness.capture.catalogue import load_catalogue
from harness.model import Call, Gap, GapKind, Outcome

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def classes() -> Path:
    return compiled()


@pytest.fixture(scope="module")
def rig() -> Iterator[HookedApp]:
    with hooked(load_catalogue(CATALOGUE)) as made:
        yield made


def test_a_call_is_journalled_with_all_that_is_known_of_it(rig: HookedApp) -> None:
    before = time.time_ns()
    call = rig.call("imei")
    assert rig.said == "490154203237518"
    assert (call.kind, call.hook, call.method) == ("imei", "stand-ins", "android.telephony.TelephonyManager.getImei")
    assert (call.signature, call.arguments, call.value) == ("()", [], "490154203237518")
    assert (call.outcome, call.error, call.thread) == (Outcome.VALUE, None, "main")
    assert (call.pid, call.process) == (rig.app.pid, PACKAGE)
    assert call.permission == "android.permission.READ_PRIVILEGED_PHONE_STATE"
    assert before <= call.device_ns <= call.host_ns <= time.time_ns()


def test_the_canary_proved_the_path(rig: HookedApp) -> None:
    [process] = rig.journal.facts("process")
    assert process["canary"] == "ok"
    assert process["flavor"] == "jvm"


def test_the_nearest_frame_is_the_caller(rig: HookedApp) -> None:
    app_frames = rig.frames(rig.call("imei"))
    sdk_frames = rig.frames(rig.call("sdk"))
    assert app_frames[0].startswith("com.example.shop.Main.obey(Main.java:")
    assert sdk_frames[0].startswith("net.adnet.Tracker.collect(Tracker.java:")
    assert sdk_frames[1].startswith("com.example.shop.Main.obey(Main.java:")


def test_a_stack_is_told_once_and_whole(rig: HookedApp) -> None:
    shallow, deep, again = rig.call("deep 60"), rig.call("deep 61"), rig.call("deep 60")
    assert shallow.stack == again.stack != deep.stack
    assert len(rig.frames(deep)) == len(rig.frames(shallow)) + 1 > 61


def test_overloads_that_serve_each_other_are_one_call(rig: HookedApp) -> None:
    call = rig.call("imei-slot 0")
    assert (call.signature, call.arguments, call.value) == ("(int)", [0], "490154203237518")


def test_numbers_count_up_without_holes(rig: HookedApp) -> None:
    rig.calls("burst 4 20")
    numbers = [c.seq for c in rig.journal.of(Call)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert not rig.journal.of(Gap, kind=GapKind.MESSAGE_LOST)


def test_every_thread_of_a_burst_is_told_apart(rig: HookedApp) -> None:
    found = rig.calls("burst 3 20")
    assert len(found) == 60
    assert {c.thread for c in found} == {"worker-0", "worker-1", "worker-2"}
    assert len({c.tid for c in found}) == 3


def test_the_app_gets_the_very_objects_and_texts(rig: HookedApp) -> None:
    """Strings with NUL and half surrogate pairs too: a hook that rebuilds them would change the app."""
    found = rig.calls("identity")
    assert rig.said == "same"
    assert found[0].value == "a\0b\ud800c"


def test_numbers_of_every_width_pass_through(rig: HookedApp) -> None:
    found = rig.calls("mixed")
    assert rig.said == "1152921504606920492 2.5"
    assert found[0].arguments == [True, -2, "A", -300, 70000, str(1 << 60), 1.5, 2.25, "x", ["p", "q"]]
    assert found[0].value == "1152921504606920492"
    assert found[1].value == 2.5


def test_the_app_gets_its_own_exception(rig: HookedApp) -> None:
    call = rig.call("same-exception")
    assert rig.said == "same"
    assert (call.outcome, call.value) == (Outcome.THROWN, None)
    assert call.error == "java.lang.IllegalStateException: SIM is busy"


def test_a_refusal_is_told_from_a_failure(rig: HookedApp) -> None:
    call = rig.call("location denied")
    assert rig.said.startswith("threw java.lang.SecurityException")
    assert call.outcome == Outcome.DENIED
    assert call.error == "java.lang.SecurityException: needs android.permission.ACCESS_FINE_LOCATION"


@pytest.mark.parametrize("nothing", ["null", "text", "zeros"])
def test_getting_nothing_is_empty(rig: HookedApp, nothing: str) -> None:
    call = rig.call(f"empty {nothing}")
    assert (call.outcome, call.value) == (Outcome.EMPTY, None)


def test_only_the_keys_of_interest_are_kept(rig: HookedApp) -> None:
    assert rig.calls("setting screen_brightness") == []
    assert rig.call("setting android_id").value == "9f2ce1b7a4d80356"


def test_one_method_serves_several_kinds(rig: HookedApp) -> None:
    assert rig.call("query content://com.android.contacts/raw_contacts").kind == "contacts"
    assert rig.call("query content://0@sms/inbox").kind == "sms"
    assert rig.call("query content://mms-sms/conversations").kind == "sms"
    assert rig.calls("query content://net.adnet.cache/x") == []
    assert rig.call("location network").kind == "location_coarse"
    assert rig.call("location gps").kind == "location_precise"


def test_rows_of_a_cursor_are_read_without_moving_it(rig: HookedApp) -> None:
    call = rig.call("query content://com.android.contacts/raw_contacts")
    assert rig.said == "-1 of 2"
    assert call.value == {
        "columns": ["_id", "display_name", "photo"],
        "count": 2,
        "rows": [["1", "梁小雨", "01ab"], ["2", "O'Neill", None]],
    }
    assert rig.call("query content://com.android.contacts/empty").outcome == Outcome.EMPTY


def test_a_place_is_told_as_degrees(rig: HookedApp) -> None:
    assert rig.call("location gps").value == {"lat": 31.2304, "lon": 121.4737, "accuracy": 12.5, "provider": "gps"}


def test_a_list_is_told_with_its_items(rig: HookedApp) -> None:
    assert rig.call("providers").value == {"count": 2, "items": ["gps", "network"]}


def test_every_hook_has_a_state_and_every_blind_spot_a_gap(rig: HookedApp) -> None:
    states = {f["method"]: f for f in rig.journal.facts("hook")}
    assert states["android.telephony.TelephonyManager.getImei"]["status"] == "installed"
    assert len(states["android.telephony.TelephonyManager.getImei"]["overloads"]) == 2
    assert states["android.os.Missing.get"]["status"] == "absent"
    assert states["android.os.MissingButRequired.get"]["status"] == "absent"
    assert "abstract" in states["android.content.ContentResolver.nothing"]["why"]
    assert "ExceptionInInitializerError" in states["android.os.Broken.get"]["why"]
    gaps = {g.detail.split()[0]: g.subject for g in rig.journal.of(Gap, kind=GapKind.HOOK_NOT_INSTALLED)}
    assert gaps == {
        "android.content.ContentResolver.nothing": "kind:oaid",
        "android.os.Broken.get": "kind:oaid",
        "android.os.MissingButRequired.get": "kind:imsi",
    }


def test_a_call_site_that_calls_without_end_is_counted(rig: HookedApp) -> None:
    """More than 200 a second from one place are not kept, and the journal says how many."""
    found = rig.calls("burst 1 2000")
    lost = rig.journal.of(Gap, kind=GapKind.MESSAGE_LOST)
    assert 0 < len(found) < 2000
    assert sum(int(g.detail.split()[0]) for g in lost) == 2000 - len(found)
    assert "one call site called too often" in lost[0].detail


def test_work_on_another_thread_remembers_who_handed_it_over(rig: HookedApp) -> None:
    first, second = rig.calls("pool")
    assert not any("net.adnet.Tracker" in frame for frame in rig.frames(first))
    [submitted, *_] = rig.stacks(first.submitted)
    assert submitted[0].startswith("java.util.concurrent.AbstractExecutorService.submit(")
    assert outside_jdk(submitted).startswith("net.adnet.Tracker.later(")
    [submitted, *_] = rig.stacks(second.submitted)
    assert outside_jdk(submitted).startswith("com.example.shop.Main.obey("), "the task before is forgotten"
    assert rig.call("imei").submitted == []


@pytest.mark.parametrize(("order", "by"), [("scheduled", "soon"), ("fork-join", "common"), ("forked", "forked")])
def test_later_and_shared_work_remembers_who_handed_it_over(rig: HookedApp, order: str, by: str) -> None:
    call = rig.call(order)
    assert rig.said == "490154203237518"
    assert outside_jdk(rig.stacks(call.submitted)[0]).startswith(f"net.adnet.Tracker.{by}(")


def outside_jdk(frames: list[str]) -> str:
    return next(frame for frame in frames if not frame.startswith("java."))


def test_a_thread_that_starts_a_thread_remembers_both(rig: HookedApp) -> None:
    [inner, outer] = rig.stacks(rig.call("thread").submitted)
    assert all(stack[0].startswith("java.lang.Thread.start(") for stack in (inner, outer)), "that it was a thread is told"
    assert inner[1].startswith("net.adnet.Tracker.inThread(")
    assert outer[1].startswith("com.example.shop.Main.obey(")


def test_a_transaction_written_by_hand_is_known_by_what_the_binder_is(rig: HookedApp) -> None:
    call = rig.call("transact hand com.android.internal.telephony.ISub")
    assert (call.kind, call.value, call.arguments[0]) == ("iccid", "com.android.internal.telephony.ISub", 1)
    assert rig.calls("transact hand net.adnet.IService") == []
    assert rig.said == "true 1", "once, to see that it is of no interest"


def test_of_the_frameworks_own_transactions_the_binder_is_not_even_asked(rig: HookedApp) -> None:
    assert rig.calls("transact stub com.android.internal.telephony.ISub") == []
    assert rig.said == "true 0"


def test_what_the_app_calls_while_the_framework_asks_a_service_is_recorded(rig: HookedApp) -> None:
    assert rig.call("called-back com.android.internal.telephony.ISub").kind == "imei"


@pytest.mark.parametrize("again", range(3))
def test_classes_that_are_loaded_later_are_hooked_when_their_loader_is_made(rig: HookedApp, again: int) -> None:
    def installed() -> int:
        return sum(f["method"] == "net.late.Plugin.id" and f["status"] == "installed" for f in rig.journal.facts("hook"))

    assert installed() == again
    assert next(f["status"] for f in rig.journal.facts("hook") if f["method"] == "net.late.Plugin.id") == "absent"
    assert rig.calls(f"load {compiled(LATE_SOURCES)}") == []
    deadline = time.monotonic() + 10
    while installed() == again:
        assert time.monotonic() < deadline, "the new loader was not seen"
        time.sleep(0.01)
    call = rig.call("plugin")
    assert (call.method, call.value, rig.said) == ("net.late.Plugin.id", "plugin-490154203237518", call.value)


@pytest.mark.parametrize(("order", "told"), [("hot", 1), ("hot-reflected", 1), ("hot-spy", 1), ("hot-within", 0)])
def test_of_a_hot_method_all_calls_but_the_frameworks_own_are_kept(rig: HookedApp, order: str, told: int) -> None:
    """Reflection is how a call is made, and a name alone makes no framework class."""
    assert [c.method for c in rig.calls(order)] == ["android.telephony.TelephonyManager.hot"] * told
    assert rig.said == "490154203237518"
