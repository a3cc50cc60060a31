"""What came of the canary's run is told from what the canary did, not from what other apps of the device did meanwhile."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from harness.bundle import Bundle, open_bundle
from harness.device.proxy_setup import put_back
from harness.device.restore_file import RestoreFile
from harness.doctor.canary import HOST, _asked, _what_came
from harness.doctor.own_app import under
from harness.errors import RigError
from harness.model import Flow, Gap, GapKind


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return Bundle.create(tmp_path, "example.canary", clock=lambda: 1)


def flow(host: str, protocol: str = "https") -> Flow:
    return Flow(host_ns=1, protocol=protocol, method="GET", url=f"{protocol}://{host}/", host=host, port=443, status=200)


def refused(host: str) -> Gap:
    return Gap(host_ns=1, kind=GapKind.TRAFFIC_NOT_READ, detail=f"TLS to {host} was refused by the app.", subject=host)


def test_a_request_of_another_app_is_not_the_canary_s(bundle: Bundle) -> None:
    bundle.append(flow("update.example"))
    bundle.append(refused("pinned.example"))
    assert not _asked(open_bundle(bundle.path))
    bundle.append(flow(HOST))
    assert _asked(open_bundle(bundle.path))
    bundle.seal(complete=True)
    came = _what_came(bundle.path)
    assert (came.read, came.refused) == ((HOST,), "")


def test_a_request_of_another_app_that_was_read_is_no_proof(bundle: Bundle) -> None:
    bundle.append(flow("update.example"))
    bundle.append(refused(HOST))
    assert _asked(open_bundle(bundle.path))
    bundle.seal(complete=True)
    came = _what_came(bundle.path)
    assert (came.read, came.refused) == ((), f"TLS to {HOST} was refused by the app.")


class Rig:
    """A rig that keeps what was done with it, and puts back what is written down. `fails`: the step that fails."""

    def __init__(self, fails: str = "", there: tuple[str, ...] = ()) -> None:
        self.fails, self.there, self.done = fails, list(there), list[str]()
        self.device = SimpleNamespace(serial="S", packages=lambda: self.there, install=self.install, uninstall=self.uninstall)

    def install(self, apk: Path) -> None:
        self._step("install")
        self.there.append("example.canary")

    def uninstall(self, package: str) -> None:
        self._step("uninstall")
        self.there.remove(package)

    def start(self, *words: Any) -> None:
        put_back(cast(Any, self.device))        # as every run begins
        self._step("start")

    def stop(self) -> list[str]:
        put_back(cast(Any, self.device))
        self._step("stop")
        return ["the proxy"] if self.fails == "put back" else []

    def _step(self, name: str) -> None:
        if self.fails == name:
            raise RigError(f"{name} failed.", "", "")
        self.done.append(name)


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_STATE", str(tmp_path))


def use(rig: Rig) -> AbstractContextManager[None]:
    return under(cast(Any, rig), Path("a.apk"), "example.canary", cast(Any, None), print)


@pytest.mark.usefixtures("state")
@pytest.mark.parametrize(("fails", "done"), [
    ("start", []),
    ("install", ["start", "stop"]),
    ("put back", ["start", "install", "uninstall", "stop"]),
])
def test_the_app_is_taken_away_whatever_failed(fails: str, done: list[str]) -> None:
    rig = Rig(fails)
    with pytest.raises(RigError, match="failed|could not be put back"), use(rig):
        pass
    assert (rig.done, rig.there, RestoreFile.of("S").acts()) == (done, [], [])


@pytest.mark.usefixtures("state")
def test_who_presses_ctrl_c_finds_the_device_as_it_was() -> None:
    rig = Rig()
    with pytest.raises(KeyboardInterrupt), use(rig):
        raise KeyboardInterrupt
    assert (rig.done, rig.there) == (["start", "install", "uninstall", "stop"], [])


@pytest.mark.usefixtures("state")
def test_an_app_that_a_kill_left_is_uninstalled_by_the_next_run() -> None:
    killed, rig = Rig(), Rig()
    killed.there = rig.there        # one device
    never_left = use(killed)
    never_left.__enter__()
    assert rig.there == ["example.canary"]
    assert RestoreFile.of("S").acts() == [{"act": "package", "package": "example.canary"}]
    with use(rig):
        assert rig.done == ["uninstall", "start", "install"]
    assert rig.there == []
    del never_left


@pytest.mark.usefixtures("state")
def test_an_app_that_was_there_before_stays() -> None:
    rig = Rig(there=("example.canary",))
    with use(rig):
        pass
    assert rig.done == ["start", "install", "stop"]
    assert "example.canary" in rig.there
