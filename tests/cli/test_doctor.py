"""`harness doctor`: what a person and a script read."""

from __future__ import annotations

import copy
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from harness.cli.main import build

sys.path.insert(0, str(Path(__file__).parent.parent / "doctor"))
from scripted_rig import PHONE, ScriptedRig, changed
from test_json import fits

from harness.device.restore_file import RestoreFile
from harness.doctor.diagnosis import all_checks


@pytest.fixture(autouse=True)
def kept_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HARNESS_STATE", "HARNESS_LEASES"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.delenv("ANDROID_SERIAL", raising=False)


def doctor(monkeypatch: pytest.MonkeyPatch, *words: str, **told: Any) -> Any:
    """The command on a rig that answers so."""
    rig = ScriptedRig(copy.deepcopy(changed(PHONE, told)))
    monkeypatch.setattr("harness.doctor.rig.Rig", lambda serial, **options: rig)
    done = CliRunner().invoke(build(), ["doctor", *words], standalone_mode=False)
    assert done.exception is None, done.exception
    return done


def test_a_rig_in_good_order_ends_with_0(monkeypatch: pytest.MonkeyPatch) -> None:
    done = doctor(monkeypatch)
    assert done.return_value == 0
    count = len(all_checks())
    assert done.stdout.splitlines()[-1] == f"{count} of {count} checked: {count} ok"


def test_a_problem_is_told_with_why_and_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    done = doctor(monkeypatch, settings={"global": {"private_dns_mode": "hostname"}})
    assert done.return_value == 4
    said = done.stdout
    assert "limits  Private DNS: It is hostname." in said
    assert "do: adb shell settings put global private_dns_mode off" in said
    assert said.splitlines()[-1].endswith("ok, 1 limits")


def test_a_note_alone_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    done = doctor(monkeypatch, settings={"global": {"animator_duration_scale": "1.0"}})
    assert done.return_value == 0
    assert "note    Animations" in done.stdout


def test_fix_says_how_to_put_it_back(monkeypatch: pytest.MonkeyPatch) -> None:
    done = doctor(monkeypatch, "--fix", settings={"global": {"low_power": "1"}})
    assert done.return_value == 0
    assert "Battery optimisation: off (mended)" in done.stdout
    assert "1 mended, `harness doctor --restore SERIAL` puts settings back" in done.stdout
    assert RestoreFile.of("R5CTEST01").acts() == []     # a run's own list is another


def test_what_is_printed_for_scripts_is_what_its_schema_says(monkeypatch: pytest.MonkeyPatch) -> None:
    for words in ((), ("--list",), ("--check", "root")):
        document = json.loads(doctor(monkeypatch, "--json", *words, attached={"R5CTEST01": "unauthorized"}).stdout)
        fits("doctor", document)
    assert [one["id"] for one in document][-1] == "root"


def test_texts_of_the_device_are_printed_with_no_control_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    done = doctor(monkeypatch, settings={"secure": {"enabled_accessibility_services": "com.evil/\x1b[31mRed\u202e"}})
    assert "\x1b[31m" not in done.stdout
    assert "\u202e" not in done.stdout
