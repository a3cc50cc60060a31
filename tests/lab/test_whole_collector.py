"""The app `collector` on a whole lab device: the hooks record each of its reads, and it sees what it would see without."""

from __future__ import annotations

import re
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from os import getpid
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "capture"))
from jvm_app import Memory

from harness.capture.catalogue import load_catalogue
from harness.capture.hooks import HookCapture
from harness.device.adb import AdbDevice
from harness.device.frida_link import FridaLink
from harness.lab import registry
from harness.lab.apps import ReadLabel, build, labels
from harness.lab.apps.labels import ROUTES
from harness.model import Call, Gap, GapKind, Outcome, Stack
from harness.tables.attribution import attribute, class_of, load_sdks
from tests.lab.whole import PATIENCE, grant_all, own_state

pytestmark = pytest.mark.lab

APP = "example.collector"
LABELS = labels("collector").reads
CATALOGUE = load_catalogue()
SDKS = load_sdks()
SEEN = [label for label in LABELS if label.lab]
WITHHELD = {"READ_SMS", "WRITE_CONTACTS", "READ_MEDIA_VIDEO"}
SPECIAL = {"PACKAGE_USAGE_STATS", "SCHEDULE_EXACT_ALARM", "WRITE_SETTINGS"}
"""Given in the settings of a phone, not by a dialog and not by `pm grant`."""
OUTCOMES = {outcome.value: outcome for outcome in Outcome} | {"act": Outcome.VALUE}


@dataclass(frozen=True)
class Told:
    """What the app logged: each read's result, and the class that reads."""

    results: dict[str, str]
    classes: dict[str, str]


@dataclass(frozen=True)
class Both:
    """A run that nobody watched, and one under the hooks."""

    alone: Told
    watched: Told
    journal: Memory
    frames: dict[str, list[str]]

    def calls(self, label: ReadLabel) -> list[Call]:
        """The recorded calls of the label's method and kind that its read made, itself or by handing work over."""
        reader = self.watched.classes[label.id]

        def made(call: Call) -> bool:
            stacks = [self.frames[one] for one in (call.stack, *call.submitted) if one is not None]
            return any(re.fullmatch(rf"{re.escape(reader)}(\$\d+)*", class_of(frame)) for stack in stacks for frame in stack)

        return [call for call in self.journal.of(Call, method=label.method, kind=label.kind) if made(call)]

    def caller(self, call: Call) -> str:
        found = attribute(
            self.frames[call.stack] if call.stack else [],
            package=APP,
            method=call.method,
            sdks=SDKS,
            handed_over=[self.frames[one] for one in call.submitted],
        )
        return found.name


def _told(device: AdbDevice) -> Told:
    """What the app says of all its reads, from their start to their end."""
    device.shell("logcat", "-c")
    starting = threading.Thread(
        target=device.shell, args=("am", "start", "-n", f"{APP}/.MainActivity", "--es", "read", "ALL"), daemon=True
    )
    starting.start()
    until = time.monotonic() + PATIENCE
    while "READ: DONE" not in (log := device.shell("logcat", "-d", "-v", "epoch").output):
        assert time.monotonic() < until and f"Process {APP} " not in log, log[-3000:]
        time.sleep(0.2)
    starting.join(PATIENCE)
    lines = re.findall(r"Collector: (READ|READING) (\w+):? (.*)", log)
    return Told(
        {name: text for word, name, text in lines if word == "READ"},
        {name: text for word, name, text in lines if word == "READING"},
    )


@contextmanager
def _watched(device: AdbDevice, journal: Memory) -> Iterator[None]:
    capture = HookCapture(FridaLink.connect(device), APP, journal, CATALOGUE, level=35)
    capture.start()
    yield
    with capture.stopping():
        device.stop(APP)
    capture.stop()


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    with own_state(tmp_path_factory.mktemp("collector")):
        handle = registry.start(die_with=getpid())
        try:
            device = AdbDevice.open(handle.serial)
            device.install(build("collector"))
            assert grant_all(device, APP, but=WITHHELD | SPECIAL) == []
            alone = _told(device)
            device.stop(APP)
            journal = Memory()
            with _watched(device, journal):
                watched = _told(device)
            yield Both(alone, watched, journal, {stack.id: stack.frames for stack in journal.of(Stack)})
        finally:
            registry.stop(handle.serial)


def test_all_reads_are_made(both: Both) -> None:
    assert list(both.alone.results) == [label.id for label in LABELS]
    words = {text.split(" ")[0] for text in both.alone.results.values()}
    assert words == {"VALUE", "EMPTY", "DENIED", "THROWN"}


def test_the_app_sees_what_it_sees_without_us(both: Both) -> None:
    differing = [
        f"{name}: {text!r} alone, {both.watched.results.get(name)!r} under the hooks"
        for name, text in both.alone.results.items()
        if text != both.watched.results.get(name)
    ]
    assert differing == []
    assert list(both.watched.results) == list(both.alone.results)


def test_texts_with_nul_and_half_surrogates_come_through_whole(both: Both) -> None:
    """By the code units that the app printed: what the hooks must not cut is really there."""
    units = {name: text for name, text in both.watched.results.items() if name.startswith("odd_")}
    whole = "0061 0000 0062 0000 0078 d83d 0079 dc00 007a d83d de00 0020 96e8"
    for name in ("odd_clip_all", "odd_clip_text", "odd_setting", "odd_account", "odd_property"):
        assert whole in units[name], (name, units[name])


@pytest.mark.parametrize(
    "names",
    [
        ("imei", "device_id", "imei_reflected", "imei_stub", "imei_transaction", "handler_thread"),
        ("imsi", "imsi_of_sim_reflected", "imsi_stub"),
        ("serial", "serial_reflected", "property_serial", "property_serial_or", "property_native"),
        ("android_id", "android_id_reflected", "android_id_for_user", "executor"),
        ("phone_number", "phone_number_of_sim", "number_stub"),
        ("contacts_by_client", "async_task", "async_query", "loader"),
        ("last_place", "current_place", "thread"),
        ("clipboard", "clipboard_reflected", "handler"),
    ],
)
def test_every_route_leads_to_the_same_value(both: Both, names: tuple[str, ...]) -> None:
    found = {both.watched.results[name] for name in names}
    assert len(found) == 1 and found.pop().startswith("VALUE "), {name: both.watched.results[name] for name in names}


@pytest.mark.parametrize("label", SEEN, ids=[label.id for label in SEEN])
def test_a_read_is_recorded_as_its_label_says(both: Both, label: ReadLabel) -> None:
    calls = both.calls(label)
    assert calls, f"no call of {label.method} for {label.kind} has {both.watched.classes[label.id]} on its stack"
    assert {both.caller(call) for call in calls} == {label.caller}
    assert OUTCOMES[label.outcome] in {call.outcome for call in calls}
    acts = {hook.value for hook in CATALOGUE.hooks if (hook.name, hook.kind) == (label.method, label.kind)}
    assert label.outcome != "act" or acts & {"act", "registered"}


RETURNED = {(hook.name, hook.kind) for hook in CATALOGUE.hooks if hook.value == "return"}
IN_PARTS = {"network_info", "cell_location", "latitude", "cipher_stream"}
"""Of which the app tells a part, or a rounded number; or the stream it wrote to got the value, not the app."""


def plain(calls: list[Call]) -> list[str]:
    """The recorded values that are one text or number; the app tells lists and objects in words of its own."""
    values = [call.value for call in calls if call.outcome is Outcome.VALUE]
    return [str(value) for value in values if isinstance(value, str | int | float) and not isinstance(value, bool)]


COMPARED = [one for one in SEEN if one.outcome == "value" and (one.method, one.kind) in RETURNED and one.id not in IN_PARTS]


@pytest.mark.parametrize("label", COMPARED, ids=lambda label: label.id)
def test_the_recorded_value_is_what_the_app_got(both: Both, label: ReadLabel) -> None:
    """Odd texts the app tells unit by unit."""
    told = both.watched.results[label.id].removeprefix("VALUE ")
    values = plain(both.calls(label))
    units = [v.encode("utf-16-be", "surrogatepass").hex(" ", 2) for v in values] if label.id.startswith("odd_") else []
    assert not values or any(value in told for value in values + units), (told, values)


def test_most_values_can_be_compared(both: Both) -> None:
    assert sum(bool(plain(both.calls(label))) for label in COMPARED) > 50


def test_every_kind_and_route_is_recorded(both: Both) -> None:
    kinds = {hook.kind for hook in CATALOGUE.hooks if not hook.off}
    excused = {label.kind for label in LABELS if not label.lab}
    recorded = {call.kind for call in both.journal.of(Call)}
    assert sorted(kinds - recorded - excused) == []
    assert {label.route for label in SEEN if both.calls(label)} == set(ROUTES)


def test_nothing_is_lost_on_the_way(both: Both) -> None:
    assert both.journal.of(Gap, kind=GapKind.MESSAGE_LOST) == []
    assert both.journal.of(Gap, kind=GapKind.HOOK_NOT_INSTALLED) == []
    assert both.journal.of(Gap, kind=GapKind.PROCESS_LOST) == []
