"""App processes that reach each other: tests/lab/peers, two apps and their processes on a lab device of their own."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import adbutils
import pytest

from harness.cli.lab import connect, disconnect
from harness.lab import registry
from harness.lab.apps.builder import build_source
from harness.lab.apps.sources import AppSource
from tests.lab.whole import PATIENCE, own_state

pytestmark = pytest.mark.lab
FOLDER = Path(__file__).parent / "peers"
HOST, VISITOR = "example.peers.host", "example.peers.visitor"


class Device:
    """`shell` as adb's; `act`: what an act of an app said."""

    def __init__(self, serial: str) -> None:
        self._adb = adbutils.AdbClient().device(serial)

    def install(self, apk: Path) -> None:
        self._adb.sync.push(str(apk), f"/data/local/tmp/{apk.name}")
        assert "Success" in self.shell(f"pm install -r /data/local/tmp/{apk.name}")

    def shell(self, command: str) -> str:
        return str(self._adb.shell(command, timeout=120))

    def said(self) -> list[str]:
        return [line.partition(": ")[2] for line in self.shell("logcat -d -v brief -s Peers").splitlines() if "Peers" in line]

    def hear(self, words: str, times: int = 1) -> str:
        """The line that begins so, once it was said so many times."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            found = [line for line in self.said() if line.startswith(words)]
            if len(found) >= times:
                return found[-1]
            time.sleep(0.2)
        raise AssertionError(f"not said: {words}\n{self.said()}\n{self.shell('logcat -d -t 60')}")

    def act(self, name: str, package: str = HOST) -> str:
        before = len([line for line in self.said() if line.startswith((f"{name}=", f"{name}!"))])
        self.shell(f"am start -n {package}/.MainActivity --es do {name} -f 0x20000000")
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            found = [line for line in self.said() if line.startswith((f"{name}=", f"{name}!"))]
            if len(found) > before:
                return found[-1].removeprefix(f"{name}=")
            time.sleep(0.2)
        raise AssertionError(f"{name} said nothing\n{self.shell('logcat -d -t 60')}")

    def pid(self, process: str) -> str:
        return self.shell(f"pidof {process}").strip()


def apk(name: str) -> Path:
    return build_source(
        AppSource(
            name=name,
            folder=FOLDER / name,
            package=f"example.peers.{name}",
            label=name,
            version_code=1,
            version_name="1.0",
            code=(FOLDER / "shared", FOLDER / name),
        )
    )


@pytest.fixture(scope="module")
def device(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Device]:
    with own_state(tmp_path_factory.mktemp("peers-state")):
        handle = registry.start(warm=1, die_with=os.getpid())
        try:
            connect(handle.serial)
            made = Device(handle.serial)
            made.install(apk("host"))
            made.install(apk("visitor"))
            yield made
        finally:
            disconnect(handle.serial)
            registry.stop(handle.serial)


def test_a_stub_of_another_process_is_spoken_to_through_its_proxy(device: Device) -> None:
    assert device.act("aidl") == "42 true true android.os.BinderProxy null example.peers.Peer true"


def test_exceptions_come_back_as_the_parcel_knows_them(device: Device) -> None:
    told = device.act("failures")
    assert told.startswith("SecurityException:not you; IllegalStateException:not now; RemoteException:")


def test_what_calls_back_runs_on_the_thread_that_waits(device: Device) -> None:
    assert device.act("nested") == "Binder:N < main < Binder:N < main < Binder:N"


def test_objects_keep_their_identity_and_parcels_their_contents(device: Device) -> None:
    assert device.act("identity") == "true true false true true a class of the app [a, b] [0.0, 0.5] true 1"


def test_more_than_a_megabyte_is_too_large_and_the_way_stays_open(device: Device) -> None:
    assert device.act("sizes") == "900000 900000 TransactionTooLargeException DeadObjectException 2"


def test_a_file_descriptor_is_refused_and_told(device: Device) -> None:
    assert device.act("file") == "refused, then 2"
    assert "unimplemented: method=Parcel.writeFileDescriptor across processes" in device.shell("logcat -d -s LabDevice")


def test_oneway_calls_arrive_in_order_and_without_a_pid(device: Device) -> None:
    assert device.act("oneway") == "in order"


def test_messengers_answer_across_processes(device: Device) -> None:
    assert device.act("messenger") == "7 true true asked answered"


def test_an_object_in_an_intent_is_answered(device: Device) -> None:
    assert device.act("receiver") == "5 from the service"


def test_the_death_of_a_process_is_told_and_its_service_comes_back(device: Device) -> None:
    assert device.act("death") == "died disconnected DeadObjectException DeadObjectException false true 2"
    assert device.act("deathMeanwhile") == "dead"


def test_a_service_outside_hears_of_the_death_of_its_client(device: Device) -> None:
    device.act("mourner")
    device.hear("mourning 1 2")
    device.shell(f"su root kill -9 {device.pid(HOST)}")
    device.hear("mourned")
    device.hear("callback died cookie 0")


def test_services_are_unbound_and_may_give_nothing(device: Device) -> None:
    assert device.act("unbound") == "2 null false"
    device.hear("HiddenService destroyed")


def test_an_isolated_service_has_a_uid_of_its_own_and_no_permission(device: Device) -> None:
    assert device.act("isolated") == "true true true"
    device.hear("isolated false")
    device.hear("isolated may not bind")
    assert "u0_i" in device.shell("ps -A")


def test_the_app_sees_its_own_processes_and_services(device: Device) -> None:
    assert device.act("running") == f"{HOST} 100 true; true; true"


def test_a_provider_of_another_process_is_asked_as_one_of_the_own(device: Device) -> None:
    assert device.act("notes") == "0 2 2 二 0.5 true true 3 vnd.android.cursor.dir/note hello you 5 4"
    assert device.act("pages") == "20000 199990000 row 3 你好 2 0"
    assert device.act("providerDeath") == "true true"
    assert device.act("unknown") == "null null Unknown URL content://example.peers.nobody/x"


def test_changes_of_content_are_heard_of_in_every_process_that_may(device: Device) -> None:
    for name in ("READ_CONTACTS", "WRITE_CONTACTS"):
        device.shell(f"pm grant {HOST} android.permission.{name}")
    assert device.act("watch") == "null"
    assert device.act("watch", VISITOR) == "null"
    note = device.act("addNote")
    for who in ("host", "visitor"):
        device.hear(f"{who} heard of {note} false")
    device.act("addContact")
    device.hear("contacts heard of content://com.android.contacts false")
    device.shell("cmd connectivity airplane-mode enable; cmd connectivity airplane-mode disable")
    device.hear("settings heard of content://settings/global/airplane_mode_on false")
    device.act("ownChange")
    device.hear("only notes heard of content://example.peers.notes/notes false")
    device.hear("visitor heard of content://example.peers.notes/notes/own false")
    assert device.act("watchNoMore") == "null"
    device.act("ownChange")
    device.hear("only notes heard of content://example.peers.notes/notes false", 2)
    said = device.said()
    assert said.count("host heard of content://example.peers.notes/notes false") == 1
    silent = ("host heard of content://example.peers.notes/notes/own", f"only notes heard of {note}")
    assert not [line for line in said if line.startswith(silent)]


def test_who_may_not_read_hears_nothing(device: Device) -> None:
    for act in ("watchHidden", "watchContacts"):
        assert device.act(act, VISITOR).startswith(f"{act}!java.lang.SecurityException: Permission Denial: opening")


def test_ordered_broadcasts_pass_on_results_through_processes(device: Device) -> None:
    assert device.act("ordered") == f"3 zero first second third {1 << 40}"
    assert device.act("aborted") == "2 zero first second"


def test_another_app_reaches_what_is_exported_and_nothing_else(device: Device) -> None:
    assert device.act("exported", VISITOR) == "42 true true true false Binder:N < act < Binder:N"
    assert device.act("guarded", VISITOR) == "2"
    assert device.act("hidden", VISITOR).startswith("hidden!java.lang.SecurityException: Not allowed to bind to service")
    assert device.act("notes", VISITOR) == "3"
    assert device.act("caller", VISITOR) == VISITOR
    assert device.act("write", VISITOR).startswith("write!java.lang.SecurityException: Permission Denial: writing")
    assert device.act("hiddenNotes", VISITOR).startswith("hiddenNotes!java.lang.SecurityException: Permission Denial: opening")


def test_a_granted_uri_may_be_written_by_whom_it_was_granted_to(device: Device) -> None:
    assert "SecurityException" in device.act("granted", VISITOR)
    assert device.act("grant").startswith("content://example.peers.notes/granted/")
    assert device.act("granted", VISITOR) == "1"


def test_a_sticky_broadcast_waits_for_who_registers_later(device: Device) -> None:
    assert device.act("sticky", VISITOR) == "none"
    assert device.act("sticky") == "sent"
    assert device.act("sticky", VISITOR) == "stuck"


def test_what_an_activity_saved_survives_its_process(device: Device) -> None:
    device.shell(f"am force-stop {HOST}")
    device.shell(f"am start -W -n {HOST}/.StateActivity --es text typed")
    first = device.pid(HOST)
    device.hear(f"created by {first} with null")
    device.shell("input keyevent KEYCODE_HOME")
    until = time.monotonic() + PATIENCE
    while device.pid(HOST):  # not at once: what has just been in front is no background process
        assert time.monotonic() < until
        device.shell(f"am kill {HOST}")
    shown = len([line for line in device.said() if line == "shows typed"])
    device.shell(f"am start -W -n {HOST}/.StateActivity -f 0x20000000")
    device.hear(f"created by {device.pid(HOST)} with kept by {first}")
    device.hear("shows typed", shown + 1)
