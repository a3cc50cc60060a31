"""What came of the canary's run is told from what the canary did, not from what other apps of the device did meanwhile."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from harness.bundle import Bundle, open_bundle
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
    """A rig that keeps what was done with it. `fails`: the step that fails."""

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
        self._step("start")

    def stop(self) -> list[str]:
        self._step("stop")
        return ["the proxy"] if self.fails == "put back" else []

    def _step(self, name: str) -> None:
        if self.fails == name:
            raise RigError(f"{name} failed.", "", "")
        self.done.append(name)


def use(rig: Rig) -> AbstractContextManager[None]:
    return under(cast(Any, rig), Path("a.apk"), "example.canary", cast(Any, None), print)


@pytest.mark.parametrize(("fails", "done"), [
    ("install", []),
    ("start", ["install", "uninstall"]),
    ("put back", ["install", "start", "stop", "uninstall"]),
])
def test_the_app_is_taken_away_whatever_failed(fails: str, done: list[str]) -> None:
    rig = Rig(fails)
    with pytest.raises(RigError, match="failed|could not be put back"), use(rig):
        pass
    assert rig.done == done


def test_who_presses_ctrl_c_finds_the_device_as_it_was() -> None:
    rig = Rig()
    with pytest.raises(KeyboardInterrupt), use(rig):
        raise KeyboardInterrupt
    assert rig.done == ["install", "start", "stop", "uninstall"]


def test_an_app_that_was_there_before_stays() -> None:
    rig = Rig(there=("example.canary",))
    with use(rig):
        pass
    assert rig.done == ["install", "start", "stop"]
