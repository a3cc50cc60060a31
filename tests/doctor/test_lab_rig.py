"""The lab is a rig in good order, and what is spoilt on it is found, mended and put back."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parent.parent / "cli"))
sys.path.insert(0, str(Path(__file__).parent.parent / "device"))
from own_lab import own_lab
from test_json import fits

from harness.bundle import Status, verify
from harness.cli.main import build
from harness.device.adb import AdbDevice
from harness.device.proven import proven
from harness.doctor.diagnosis import all_checks, changes_of
from harness.lab.apps.labels import ROUTES

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def device(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AdbDevice]:
    with own_lab(tmp_path_factory.mktemp("state")) as one:
        yield one


def doctor(*words: str) -> tuple[int, Any]:
    done = CliRunner().invoke(build(), ["doctor", *words, "--json"], standalone_mode=False)
    assert done.exception is None, done.exception
    return done.return_value, json.loads(done.stdout)


def test_a_lab_device_is_green_and_the_canary_is_gone_afterwards(device: AdbDevice) -> None:
    status, found = doctor("--device", device.serial)
    assert [one for one in found if one["ok"] is False and one["weight"] != "note"] == []
    assert status == 0
    assert {one["id"] for one in found} == {check.id for check in all_checks()}
    held = {one["id"]: one["ok"] for one in found}
    assert held["spawn-gating"] and held["java-bridge"] and held["ca-trusted"] and held["proxy-path"] and held["uiautomator"]
    assert "example.canary" not in device.packages()


def test_what_was_spoilt_is_found_mended_and_put_back(device: AdbDevice) -> None:
    device.put_setting("global", "low_power", "1")
    device.put_setting("global", "private_dns_mode", "hostname")
    words = ("--device", device.serial, "--check", "battery-saver", "--check", "private-dns")
    status, found = doctor(*words)
    assert status == 4
    assert {one["id"] for one in found if one["ok"] is False} == {"battery-saver", "private-dns"}

    status, found = doctor(*words, "--fix")
    assert status == 0
    assert {one["id"] for one in found if one["mended"]} == {"battery-saver", "private-dns"}
    assert device.get_setting("global", "low_power") == "0"

    status, said = doctor("--restore", device.serial)
    assert (status, len(said["put_back"])) == (0, 2)
    assert (device.get_setting("global", "low_power"), device.get_setting("global", "private_dns_mode")) == ("1", "hostname")
    assert changes_of(device.serial).acts() == []


def test_df_tells_the_room_of_the_path_that_was_named(device: AdbDevice) -> None:
    def rows(*paths: str) -> list[str]:
        return [line.split()[-1] for line in device.shell("df", "-k", *paths).output.splitlines()[1:]]

    assert rows() == ["/", "/data", "/storage/emulated"]
    assert rows("/data/local/tmp", "/system") == ["/data", "/"]
    said = device.shell("df", "/nothing")
    assert said.status != 0
    assert "No such file" in said.error


def test_a_device_that_is_not_there_is_told(tmp_path: Path) -> None:
    status, found = doctor("--device", "127.0.0.1:9", "--quick")
    held = {one["id"]: one for one in found}
    assert status == 4
    assert held["device"]["ok"] is False
    assert held["device"]["fix"]
    assert held["root"]["ok"] is None


def test_the_selftest_records_every_planted_read_and_is_cited_by_the_next_run(device: AdbDevice, tmp_path: Path) -> None:
    words = ["selftest", "--device", device.serial, "--out", str(tmp_path), "--json"]
    done = CliRunner().invoke(build(), words, standalone_mode=False)
    assert done.exception is None, done.exception
    said = json.loads(done.stdout)
    fits("selftest", said)
    assert said["missed"] == []
    assert (done.return_value, said["ended"], said["tls"]) == (0, True, True)
    assert said["recorded"] == said["reads"] > 200
    assert set(said["routes"]) == set(ROUTES)
    assert verify(Path(said["bundle"])).status == Status.INTACT
    assert hashlib.sha256((Path(said["bundle"]) / "manifest.json").read_bytes()).hexdigest() == said["manifest"]
    assert {"example.collector", "example.canary"}.isdisjoint(device.packages())
    kept = proven(device.serial)
    assert kept is not None and (kept.recorded, kept.ended) == (said["recorded"], True)


def test_what_is_kept_of_a_lab_device_goes_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_STATE", str(tmp_path))
    status, found = doctor("--device", "lab", "--check", "animations", "--fix")
    assert (status, found[-1]["mended"]) == (0, True)
    assert list((tmp_path / "doctor").iterdir()) == []
