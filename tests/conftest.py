"""What all tests share."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import adbutils
import pytest
from hypothesis import HealthCheck, settings

# A busy machine decides no test.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

ADB_PORTS = range(15400, 32000)
"""Below those that a system gives out by itself, so that a port that was free when it was chosen is free when it is needed."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files of whole runs first: they take longest, and none is to be left for a worker when the other has no more to do."""
    items.sort(key=lambda item: not item.path.name.startswith("test_whole_"))


@pytest.fixture(autouse=True)
def _own_state(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test touches the user's keys, restore files, leases or running devices."""
    monkeypatch.setenv("HARNESS_STATE", str(_state(tmp_path_factory)))
    monkeypatch.setenv("HARNESS_LEASES", str(_state(tmp_path_factory) / "leases"))
    monkeypatch.delenv("ANDROID_SERIAL", raising=False)


@pytest.fixture(scope="session", autouse=True)
def _own_adb_server() -> Iterator[None]:
    """No test touches the user's adb server, nor another worker's. It starts with the first test that needs one."""
    port = _free_port()
    before = os.environ.get("ANDROID_ADB_SERVER_PORT")
    os.environ["ANDROID_ADB_SERVER_PORT"] = str(port)
    yield
    if _listens(port):
        subprocess.run([adbutils.adb_path(), "-P", str(port), "kill-server"], check=True, capture_output=True)
    if before is None:
        del os.environ["ANDROID_ADB_SERVER_PORT"]
    else:
        os.environ["ANDROID_ADB_SERVER_PORT"] = before


def _free_port() -> int:
    """Another one in each process of the tests, also where several choose at once."""
    for number in range(len(ADB_PORTS)):
        port = ADB_PORTS[(os.getpid() + number) % len(ADB_PORTS)]
        if not _listens(port):
            return port
    raise AssertionError("no port is free for an adb server")


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _state(factory: pytest.TempPathFactory) -> Path:
    path = factory.getbasetemp() / "harness-state"
    path.mkdir(exist_ok=True)
    return path
