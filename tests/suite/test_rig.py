"""The rig over a scripted phone: what it sets up it takes back, whatever happened to the settings meanwhile."""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "device"))
from test_proxy_setup import PEM, Phone

from harness.bundle import Bundle, open_bundle
from harness.capture.proxy_settings import Way
from harness.capture.traffic import Address
from harness.device.device import Shell
from harness.device.restore_file import RestoreFile
from harness.errors import UsageError
from harness.model import Fact, GapKind
from harness.suite import rig as rig_module
from harness.suite.rig import LOG, DeviceRig

APP, PORT, PID, TUNNEL_PORT = "com.example.shop", 18080, 20001, 51820
REFUSED = f"blocked connect 192.0.2.1:443 pid={PID} app={APP}"


class Device(Phone):
    """A phone that has a log, too. `deaf`: the log's last line does not arrive."""

    def __init__(self, kind: str = "phone", *, deaf: bool = False) -> None:
        super().__init__()
        self.kind, self.deaf = kind, deaf
        self.into: Path | None = None

    def facts(self) -> Any:
        return SimpleNamespace(kind=self.kind, sdk=35)

    def forwards(self) -> set[str]:
        return set()

    @contextmanager
    def log(self, into: Path) -> Any:
        self.into = into
        into.touch()
        yield
        self.into = None

    def logs(self, text: str, tag: str, pid: int) -> None:
        assert self.into is not None
        with self.into.open("a") as file:
            file.write(f"1700000000.000 {pid:5} {pid:5} W {tag}: {text}\n")

    def shell(self, *words: str, seconds: float = 30) -> Shell:
        if words[0] == "log":
            if not self.deaf:
                self.logs(words[3], words[2], 3000000)
            return Shell(0, "")
        return super().shell(*words, seconds=seconds)


class Traffic:
    """Stands for TrafficCapture."""

    made: list[Traffic]
    alive = True
    address = Address("127.0.0.1", PORT)
    tunnel = Address("0.0.0.0", TUNNEL_PORT)

    def __init__(self, bundle: Bundle, **settings: Any) -> None:
        self.settings = settings
        self.ca_pem = bundle.path.parent / "ca.pem"
        self.ca_pem.write_bytes(PEM)
        Traffic.made.append(self)

    def start(self) -> Address:
        return self.address

    def stop(self) -> None:
        self.alive = False


class Capture:
    """Stands for HookCapture."""

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def start(self) -> None:
        pass

    check = stop = start


@pytest.fixture(autouse=True)
def fakes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HARNESS_STATE", str(tmp_path / "state"))
    Traffic.made = []
    monkeypatch.setattr(rig_module, "TrafficCapture", Traffic)
    monkeypatch.setattr(rig_module, "HookCapture", Capture)
    link = SimpleNamespace(check=lambda: None)
    frida = SimpleNamespace(link=lambda gating, say: link, facts=dict)
    monkeypatch.setattr(rig_module, "FridaServer", lambda device, restore, **options: frida)
    monkeypatch.setattr(rig_module, "uiautomator2", SimpleNamespace(connect=lambda s: SimpleNamespace(screen_on=lambda: None)))
    monkeypatch.setattr(rig_module, "LED_SECONDS", 0.0)
    monkeypatch.setattr(rig_module, "LOG_END_SECONDS", 0.2)


def started(device: Device, folder: Path, **options: Any) -> tuple[DeviceRig, Bundle]:
    bundle = Bundle.create(folder, APP)
    made = DeviceRig(device, **options)  # type: ignore[arg-type]
    made.start(bundle, APP, lambda line: None)
    return made, bundle


def test_a_device_is_put_back(tmp_path: Path) -> None:
    device = Device()
    before = device.state()
    rig, _ = started(device, tmp_path)
    assert device.ports == {PORT}
    rig.check()
    assert rig.stop() == []
    assert device.state() == before
    assert not RestoreFile.of(device.serial).path.exists()


@pytest.mark.parametrize(("way", "ports"), [(Way.WIREGUARD, set()), (Way.BOTH, {PORT})])
def test_a_tunnel_is_told_of_and_the_proxy_setting_left_alone_where_it_stands_for_it(
    tmp_path: Path, way: Way, ports: set[int]
) -> None:
    device, told = Device(), list[str]()
    before = device.state()
    bundle = Bundle.create(tmp_path, APP)
    rig = DeviceRig(device, way=way, wireguard_endpoint="192.0.2.7")  # type: ignore[arg-type]
    rig.start(bundle, APP, told.append)
    assert device.ports == ports
    assert ("http_proxy" in device.settings) == bool(ports)
    assert any(f"UDP 192.0.2.7:{TUNNEL_PORT}" in line for line in told)
    [written] = (tmp_path / "state").rglob("*.conf")
    assert any(str(written) in line for line in told)
    assert f"IncludedApplications = {APP}" in written.read_text()
    [fact] = open_bundle(bundle.path).facts("proxy")
    assert fact.data["proxy"] == (f"127.0.0.1:{PORT}" if ports else None)
    rig.check()
    assert rig.losses() == []
    assert rig.stop() == []
    assert device.state() == before


def test_the_lab_device_has_no_tunnel(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="has no tunnel"):
        started(Device("lab"), tmp_path, way=Way.BOTH)


def test_a_device_whose_proxy_setting_was_changed_meanwhile_is_put_back_all_the_same(tmp_path: Path) -> None:
    device = Device()
    before = device.state()
    rig, bundle = started(device, tmp_path)
    device.settings["http_proxy"] = ":0"
    rig.check()
    rig.check()
    assert len(rig.losses()) == 1
    assert rig.stop() == []
    assert device.state() == before
    assert not RestoreFile.of(device.serial).path.exists()
    [gap] = open_bundle(bundle.path).gaps()
    assert (gap.kind, gap.subject) == (GapKind.CAPTURE_LOST, "traffic")


def test_a_setting_up_that_fails_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    device = Device()
    before = device.state()

    def fail(gating: bool, say: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(rig_module, "FridaServer", lambda device, restore, **options: SimpleNamespace(link=fail))
    with pytest.raises(KeyboardInterrupt):
        started(device, tmp_path)
    assert device.state() == before
    assert not RestoreFile.of(device.serial).path.exists()


@pytest.mark.parametrize(("kind", "asked", "may"), [
    ("phone", None, True), ("emulator", None, True), ("lab", None, False), ("lab", True, True), ("phone", False, False)])
def test_private_networks_are_for_devices_that_are_in_one(
    tmp_path: Path, kind: str, asked: bool | None, may: bool
) -> None:
    rig, _ = started(Device(kind), tmp_path, reach_private=asked)
    rig.stop()
    assert Traffic.made[0].settings["reach_private"] is may


def test_what_the_log_tells_until_its_end_is_journalled(tmp_path: Path) -> None:
    device = Device()
    rig, bundle = started(device, tmp_path)
    bundle.append(Fact(host_ns=1, type="process", data={"pid": PID, "process": APP}))
    device.logs(REFUSED, "LabContainment", 1000)
    device.logs(REFUSED.replace("192.0.2.1", "192.0.2.9"), "LabContainment", PID)    # forged
    assert rig.stop() == []
    reader = open_bundle(bundle.path)
    assert [fact.data["target"] for fact in reader.facts("blocked")] == ["192.0.2.1:443"]
    assert [(gap.kind, gap.subject) for gap in reader.gaps()] == [(GapKind.TRAFFIC_NOT_READ, "192.0.2.1")]


def test_lines_that_are_late_are_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rig_module, "LOG_END_SECONDS", 30.0)
    device = Device(deaf=True)
    rig, bundle = started(device, tmp_path)
    shell = device.shell

    def late(*words: str, seconds: float = 30) -> Shell:
        if words[0] == "log":

            def arrive() -> None:
                device.logs(REFUSED, "LabContainment", 1000)
                device.logs(words[3], words[2], 1)

            threading.Timer(0.3, arrive).start()
            return Shell(0, "")
        return shell(*words, seconds=seconds)

    device.shell = late  # type: ignore[method-assign]
    rig.stop()
    assert [gap.subject for gap in open_bundle(bundle.path).gaps()] == ["192.0.2.1"]


def test_a_log_whose_end_does_not_arrive_is_told(tmp_path: Path) -> None:
    rig, bundle = started(Device(deaf=True), tmp_path)
    assert rig.stop() == []
    [gap] = open_bundle(bundle.path).gaps()
    assert (gap.kind, gap.subject) == (GapKind.CAPTURE_LOST, "log")
    assert (bundle.path / LOG).exists()
