"""Each check says what is wrong and what mends it, and is silent on a phone in good order."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from scripted_rig import HERE, PHONE, ScriptedRig, changed

from harness.device.lease import lease
from harness.device.proxy_setup import put_back
from harness.device.restore_file import RestoreFile
from harness.doctor.check import Check, Weight
from harness.doctor.diagnosis import Said, all_checks, changes_of, diagnose, selected
from harness.errors import RigError, UsageError

CHECKS = {check.id: check for check in all_checks()}
CASES = [
    (path.stem, case) for path in sorted((HERE / "checks").glob("*.yaml")) for case in yaml.safe_load(path.read_text("utf-8"))
]


@pytest.fixture(autouse=True)
def kept_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("HARNESS_LEASES", str(tmp_path))
    monkeypatch.delenv("ANDROID_SERIAL", raising=False)


def rig(told: Any = None) -> ScriptedRig:
    return ScriptedRig(copy.deepcopy(changed(PHONE, told or {})))


def said_of(one: ScriptedRig, name: str, **options: Any) -> Said:
    return list(diagnose(one, selected([name]), **options))[-1]


def test_there_are_at_least_thirty_checks_and_each_has_a_fixture_that_is_red() -> None:
    assert len(CHECKS) >= 30
    assert f"# {len(CHECKS)} checks of this machine" in (HERE.parents[1] / "README.md").read_text("utf-8")
    assert {name for name, case in CASES if "problem" in case} == set(CHECKS)


def test_a_phone_in_good_order_is_green() -> None:
    found = list(diagnose(rig(), all_checks()))
    assert [(one.id, one.ok, one.problem) for one in found if not one.ok] == []


@pytest.mark.parametrize(("name", "case"), CASES, ids=[f"{name}: {case['name']}" for name, case in CASES])
def test_a_check_says(name: str, case: dict[str, Any]) -> None:
    one = rig(case.get("told"))
    for act in case.get("restore", ()):
        RestoreFile.of("R5CTEST01").add(act)
    held = lease("R5CTEST01") if case.get("taken") else None
    said = said_of(one, name)
    RestoreFile.of("R5CTEST01").forget()
    if held is not None:
        held.release()
    if "problem" not in case:
        assert said.ok is case["ok"]
        assert case["detail"] in said.detail
        return
    assert said.ok is False, said
    assert case["problem"] in said.problem
    assert case["fix"] in said.fix
    assert said.weight == case.get("weight", CHECKS[name].weight)
    assert said.why == CHECKS[name].why
    assert said_of(rig(), name).ok is True     # and it is the fixture that makes it red


def test_how_a_person_becomes_root_is_told_as_this_device_has_it() -> None:
    assert rig().root_command("setenforce 0") == """adb shell "su -c 'setenforce 0'\""""
    assert rig({"says": {"id -u": "0\n"}}).root_command("setenforce 0") == 'adb shell "setenforce 0"'


def test_a_setting_that_may_not_be_written_is_told_and_ends_no_examination(monkeypatch: pytest.MonkeyPatch) -> None:
    one = rig({"settings": {"global": {"low_power": "1"}}})

    def refuse(*words: Any) -> None:
        raise RigError("Writing the setting low_power failed.", "SecurityException", "Allow it in the developer options.")

    monkeypatch.setattr(one.device, "put_setting", refuse)
    found = list(diagnose(one, all_checks(), fix=True))
    assert len(found) == len(CHECKS)
    said = next(item for item in found if item.id == "battery-saver")
    assert (said.ok, said.mended) == (False, False)
    assert "It could not be mended: Writing the setting low_power failed. SecurityException" in said.problem
    assert "developer options" in said.fix
    assert changes_of("R5CTEST01").acts() == []


def test_nothing_is_mended_on_a_device_that_another_run_has() -> None:
    one = rig({"settings": {"global": {"low_power": "1"}}})
    with lease("R5CTEST01"):
        said = said_of(one, "battery-saver", fix=True)
    assert said.mended is False
    assert "is taken by another run" in said.problem
    assert one.told["settings"]["global"]["low_power"] == "1"


def test_what_a_device_takes_its_time_for_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    one = rig({"says": {"dumpsys power": "  mWakefulness=Asleep\n"}})
    looks = []

    def wakes(line: str) -> Any:
        if line == "input keyevent KEYCODE_WAKEUP":
            return ""
        if line == "dumpsys power":
            looks.append(line)
            return f"  mWakefulness={'Awake' if len(looks) > 2 else 'Asleep'}\n"
        return answer(line)

    phone = one.client.device("")
    answer = phone._answer
    monkeypatch.setattr(phone, "_answer", wakes)
    said = said_of(one, "screen-on", fix=True)
    assert (said.ok, said.mended) == (True, True)


def test_what_a_device_does_not_tell_and_what_is_but_a_note_keeps_no_other_check() -> None:
    told = {"says": {"dumpsys window policy": "", "sh -c 'echo out; echo err >&2; exit 3'": {"out": "out\nerr\n", "status": 3}}}
    found = {one.id: one for one in diagnose(rig(told), all_checks())}
    assert (found["shell"].ok, found["shell"].weight) == (False, "note")
    assert found["unlocked"].ok is None
    assert (found["uiautomator"].ok, found["spawn-gating"].ok, found["ca-trusted"].ok) == (True, True, True)


def stored(one: ScriptedRig) -> dict[str, dict[str, str]]:
    return {space: {key: value for key, value in held.items() if value != "null"} for space, held in one.told["settings"].items()}


MENDED = [(name, case) for name, case in CASES if case.get("mended")]


@pytest.mark.parametrize(("name", "case"), MENDED, ids=[f"{name}: {case['name']}" for name, case in MENDED])
def test_fix_mends_it_and_restore_puts_it_back(name: str, case: dict[str, Any]) -> None:
    one = rig(case["told"])
    before = stored(one)
    said = said_of(one, name, fix=True)
    assert (said.ok, said.mended) == (True, True)
    assert stored(one) != before
    put_back(one.device, restore=changes_of(one.serial))
    assert stored(one) == before
    assert changes_of(one.serial).acts() == []


def test_what_fix_is_about_to_change_is_on_the_disk_before(monkeypatch: pytest.MonkeyPatch) -> None:
    one = rig({"settings": {"global": {"low_power": "1"}}})
    seen = []
    put = one.device.put_setting

    def look_first(*words: Any) -> None:
        seen.append(json.loads(changes_of(one.serial).path.read_text())["undo"])
        put(*words)

    monkeypatch.setattr(one.device, "put_setting", look_first)
    said_of(one, "battery-saver", fix=True)
    assert seen == [[{"act": "setting", "namespace": "global", "key": "low_power", "value": "1"}]]


def test_a_check_says_nothing_where_what_it_needs_does_not_hold() -> None:
    found = {one.id: one for one in diagnose(rig({"attached": {"R5CTEST01": "offline"}}), all_checks())}
    assert found["device"].ok is False
    assert found["root"].ok is None
    assert "it needs what did not hold" in found["root"].detail
    assert found["tools"].ok is True


def test_a_device_that_is_lost_in_the_middle_ends_no_examination() -> None:
    found = list(diagnose(rig({"says": {"dumpsys power": {"lost": True}}}), all_checks()))
    assert len(found) == len(CHECKS)
    assert "The device is gone from adb." in next(one for one in found if one.id == "screen-on").problem


def test_a_check_is_selected_with_what_it_needs_in_front() -> None:
    names = [check.id for check in selected(["frida-answers"])]
    assert names[-1] == "frida-answers"
    assert {"adb-server", "device", "shell", "abi", "frida-file", "frida-running", "frida-port"} < set(names)
    with pytest.raises(UsageError, match="There is no check nonsense"):
        selected(["nonsense"])


def test_without_the_canary_its_checks_say_so() -> None:
    said = said_of(rig({"canary": None}), "spawn-gating")
    assert (said.ok, said.detail) == (None, "the canary app was not run")


def test_a_check_that_does_not_look_is_an_error() -> None:
    with pytest.raises(TypeError, match="does not look"):
        Check(id="x", title="X", why="", weight=Weight.NOTE)(rig())
