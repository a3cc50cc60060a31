"""Functions of the C library, called from libraries that pass for the app's own: here those of the JDK, which asks glibc."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from jvm_app import PACKAGE, HookedApp, hooked

from harness.capture import catalogue as catalogues
from harness.capture.catalogue import load_catalogue
from harness.model import Gap, GapKind, Outcome
from harness.tables.attribution import attribute, load_sdks

pytestmark = pytest.mark.lab

SHIPPED = catalogues.OWN_LIBRARIES
UNIT = """
id: libc
title: {zh: C 库, en: C library}
kind: mac
hooks:
  - {method: libc.so.6.realpath, from: native, when: {arg0: "/sys/class/net/*/address"}, value: arg1}
  - {method: libc.so.6.realpath, kind: device_serial, from: native, when: {arg0: "/proc/*"}, value: act}
  - {method: libc.so.6.no_such_function, from: native, when: {arg0: x}, value: act}
"""


@pytest.fixture(scope="module")
def unit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("catalogue")
    (folder / "libc.yaml").write_text(UNIT, "utf-8")
    return folder


def rig_of(unit: Path, own: str) -> Iterator[HookedApp]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogues, "OWN_LIBRARIES", own)
        with hooked(load_catalogue(unit)) as made:
            yield made


@pytest.fixture(scope="module")
def rig(unit: Path) -> Iterator[HookedApp]:
    yield from rig_of(unit, r"/libjava\.so$")


def test_what_is_read_is_the_value(rig: HookedApp) -> None:
    call = rig.call("canonical /sys/class/net/lo/address")
    assert rig.said == call.value == "/sys/devices/virtual/net/lo/address"
    assert (call.method, call.kind, call.outcome) == ("libc.so.6.realpath", "mac", Outcome.VALUE)
    assert call.arguments == ["/sys/class/net/lo/address"]


def test_what_the_function_refuses_is_empty(rig: HookedApp) -> None:
    for call in rig.calls("canonical /sys/class/net/none/address"):    # the JDK tries again with less of the path
        assert (call.outcome, call.value) == (Outcome.EMPTY, None)
    assert rig.said == "/sys/class/net/none/address"


def test_where_only_the_call_counts_there_is_no_value(rig: HookedApp) -> None:
    call = rig.call("canonical /proc/cpuinfo")
    assert (call.kind, call.outcome, call.value) == ("device_serial", Outcome.VALUE, None)


def test_what_no_hook_is_about_is_passed_over(rig: HookedApp) -> None:
    assert rig.calls("canonical /usr/bin") == []


def test_the_library_stands_on_the_stack_above_the_java_code_that_called_it(rig: HookedApp) -> None:
    call = rig.call("canonical /proc/cpuinfo")
    top, *java = rig.frames(call)
    assert top.startswith("libjava.so!0x")
    assert any("com.example.shop.CoreLibrary.obey" in frame for frame in java)
    found = attribute(rig.frames(call), package=PACKAGE, method=call.method, sdks=load_sdks())
    assert found.name == PACKAGE


def test_what_is_not_there_is_said_and_is_no_gap(rig: HookedApp) -> None:
    states = {f["method"]: f["status"] for f in rig.journal.facts("hook")}
    assert states == {"libc.so.6.realpath": "installed", "libc.so.6.no_such_function": "absent"}
    assert {(gap.kind, Path(gap.subject).name) for gap in rig.journal.of(Gap)} == {(GapKind.NATIVE_CODE, "libjava.so")}


def test_what_the_systems_own_libraries_ask_is_not_recorded(unit: Path) -> None:
    for rig in rig_of(unit, SHIPPED):
        assert rig.calls("canonical /proc/cpuinfo") == []
        assert rig.said == "/proc/cpuinfo"
