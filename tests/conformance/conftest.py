"""Unmodified clients against the lab's adb daemon, with an adb server of the test's own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import adbutils
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lab" / "adbd"))

from memory_device import DaemonThread, MemoryDevice


@dataclass
class Adb:
    """The real adb with a server on a port of its own."""

    path: str
    port: int
    serial: str

    def run(self, *args: str, stdin: bytes | None = None, check: bool = True) -> subprocess.CompletedProcess[bytes]:
        result = subprocess.run(
            [self.path, "-P", str(self.port), "-s", self.serial, *args], input=stdin, capture_output=True, timeout=60
        )
        if check and result.returncode:
            raise AssertionError(f"adb {args}: {result.returncode}\n{result.stdout!r}\n{result.stderr!r}")
        return result

    def start(self, *args: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [self.path, "-P", str(self.port), "-s", self.serial, *args],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip


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
        _wait_for(port)
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


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


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
