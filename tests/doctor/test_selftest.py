"""What became of each planted read is told from a bundle alone: by the app's own log and the recorded calls."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.bundle import Bundle
from harness.device.proven import Proven, forget, proven
from harness.doctor.selftest import SelfTest, outcomes
from harness.model import Call, Outcome, Stack
from harness.suite.rig import LOG

APP = "example.collector"
METHOD = "android.telephony.TelephonyManager.getImei"


@dataclass(frozen=True)
class Read:
    id: str
    kind: str = "imei"
    method: str = METHOD
    route: str = "direct"
    lab: bool = True


def said(name: str, result: str, reader: str = "") -> str:
    lines = f"1764000000.1  9  9 I Collector: READING {name} {APP}.{reader or name.title()}\n"
    return lines + f"1764000000.2  9  9 I Collector: READ {name}: {result}\n"


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return Bundle.create(tmp_path, APP, clock=lambda: 1)


def call(bundle: Bundle, reader: str, *, submitted: str = "", kind: str = "imei", method: str = METHOD) -> None:
    def stack(name: str) -> str:
        frames = [f"{APP}.{name}.run({name}.java:3)", "java.lang.Thread.run(Thread.java:1)"]
        return bundle.append(Stack(host_ns=1, pid=9, frames=frames)).id

    bundle.append(Call(
        host_ns=1, device_ns=1, pid=9, process=APP, tid=1, thread="main", seq=1, hook="h", kind=kind, method=method, value="1",
        outcome=Outcome.VALUE, stack=stack(reader), submitted=[stack(submitted)] if submitted else []))


def states(bundle: Bundle, log: str, *planted: Read, lab: bool = False) -> dict[str, str]:
    (bundle.path / LOG).write_text(log, encoding="utf-8")
    return {one.id: one.state for one in outcomes(bundle.path, planted, lab=lab)}


def test_a_read_is_recorded_where_a_call_has_its_class_on_the_stack(bundle: Bundle) -> None:
    call(bundle, "Imei$1")
    call(bundle, "Other", submitted="Handed$2$1")
    log = said("imei", "VALUE 1") + said("handed", "VALUE 1") + said("alone", "VALUE 1")
    assert states(bundle, log, Read("imei"), Read("handed"), Read("alone")) == {
        "imei": "recorded", "handed": "recorded", "alone": "missed"}


def test_another_class_whose_name_begins_alike_is_not_the_reader(bundle: Bundle) -> None:
    call(bundle, "ImeiToo")
    assert states(bundle, said("imei", "VALUE 1"), Read("imei")) == {"imei": "missed"}


def test_a_call_of_another_kind_or_method_does_not_count(bundle: Bundle) -> None:
    call(bundle, "Imei", kind="meid")
    call(bundle, "Imei", method="android.telephony.TelephonyManager.getMeid")
    assert states(bundle, said("imei", "VALUE 1"), Read("imei")) == {"imei": "missed"}


def test_denied_and_recorded_is_recorded_and_denied_unseen_is_missed(bundle: Bundle) -> None:
    call(bundle, "Imei")
    log = said("imei", "DENIED java.lang.SecurityException") + said("meid", "DENIED java.lang.SecurityException")
    assert states(bundle, log, Read("imei"), Read("meid")) == {"imei": "recorded", "meid": "missed"}


def test_what_this_android_does_not_have_and_what_the_app_never_came_to_is_not_missed(bundle: Bundle) -> None:
    log = said("imei", "THROWN java.lang.NoSuchMethodError: getImei") + f"1.1 9 9 I Collector: READING last {APP}.Last\n"
    assert states(bundle, log, Read("imei"), Read("last"), Read("never")) == {
        "imei": "not_there", "last": "not_made", "never": "not_made"}


def test_what_the_lab_cannot_show_is_excused_on_the_lab_alone(bundle: Bundle) -> None:
    log = said("imei", "EMPTY")
    assert states(bundle, log, Read("imei", lab=False), lab=True) == {"imei": "excused"}
    assert states(bundle, log, Read("imei", lab=False), lab=False) == {"imei": "missed"}


def test_routes_count_what_was_made_alone(bundle: Bundle) -> None:
    call(bundle, "Imei")
    log = said("imei", "VALUE 1") + said("meid", "VALUE 1") + said("gone", "THROWN java.lang.NoSuchMethodError")
    (bundle.path / LOG).write_text(log)
    planted = [Read("imei"), Read("meid", route="binder"), Read("gone", route="binder"), Read("never")]
    tested = SelfTest(tuple(outcomes(bundle.path, planted, lab=False)), bundle.path, True, {})
    assert tested.routes() == {"binder": (0, 1), "direct": (1, 1)}
    assert [one.id for one in tested.missed()] == ["meid"]


def test_what_is_kept_of_a_device_is_found_again_and_broken_files_are_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARNESS_STATE", str(tmp_path))
    assert proven("10.0.0.1:5555") is None
    kept = Proven(at="2026-01-02T03:04:05Z", serial="10.0.0.1:5555", fingerprint="f", frida="17", harness="1", reads=2,
                  recorded=1, tls=False, missed=("imei",), routes={"direct": (1, 2)})
    path = kept.keep()
    assert proven("10.0.0.1:5555") == kept
    assert kept.changed(fingerprint="f", frida="17", harness="1") == []
    assert kept.changed(fingerprint="g", frida="17", harness="1") == ["fingerprint was f"]
    for broken in ("", "[]", '{"routes": 3}', '{"routes": {}}'):
        path.write_text(broken)
        assert proven("10.0.0.1:5555") is None, broken
    kept.keep()
    forget("10.0.0.1:5555")
    forget("10.0.0.1:5555")
    assert proven("10.0.0.1:5555") is None
