"""Unmodified clients against the lab's adb daemon, with an adb server of the test's own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import adbutils
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lab" / "adbd"))

from memory_device import DaemonThread, MemoryDevice
from real_adb import Adb, wait_for


@pytest.fixture(scope="session")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaemonThread]:
    folder = tmp_path_factory.mktemp("device")
    with DaemonThread(MemoryDevice(folder / "root", folder / "state")) as thread:
        yield thread


@pytest.fixture(scope="session")
def adb(daemon: DaemonThread, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Adb]:
    """An adb server that nobody else uses, connected to the device."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    path = adbutils.adb_path()
    environment = {
        **os.environ,
        "HOME": str(tmp_path_factory.mktemp("adb-home")),
        "ADB_LOCAL_TRANSPORT_MAX_PORT": "5554",
        "ADB_MDNS": "0",
    }
    server = subprocess.Popen(
        [path, "-L", f"tcp:localhost:{port}", "server", "nodaemon"],
        env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        serial = f"127.0.0.1:{daemon.port}"
        wait_for(port)
        adb = Adb(path, port, serial)
        assert b"connected to" in subprocess.check_output([path, "-P", str(port), "connect", serial], timeout=30)
        yield adb
    finally:
        server.terminate()
        server.wait(10)


@pytest.fixture(autouse=True)
def _its_port(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands that the client starts itself go to the same server; only while one of these tests runs."""
    if "adb" in request.fixturenames:
        monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", str(request.getfixturevalue("adb").port))


@pytest.fixture
def device(adb: Adb) -> adbutils.AdbDevice:
    return adbutils.AdbClient("127.0.0.1", adb.port).device(adb.serial)


@pytest.fixture
def folder(device: adbutils.AdbDevice) -> Iterator[str]:
    """An empty folder on the device."""
    path = "/data/local/tmp/conformance"
    device.shell(["rm", "-rf", path])
    device.shell(["mkdir", path])
    yield path
    device.shell(["rm", "-rf", path])
