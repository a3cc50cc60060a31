"""The real adb, for the tests of this folder. A module of its own name: `conftest` is that of whichever folder came first."""

from __future__ import annotations

import socket
import subprocess
import time
from dataclasses import dataclass


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


def wait_for(port: int) -> None:
    """Until something on this machine listens there."""
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
