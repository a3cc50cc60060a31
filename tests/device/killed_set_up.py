"""A rig that is set up and killed on the way: `python killed_set_up.py SERIAL FRIDA_SERVER BUNDLES`.

KILL_AT in the environment: the number of what this process has sent to adb by then, counted from 1; of the data of a file that
is pushed only every 40th piece counts, or there would be hardly any other. KILL_HOW: whether that one is still sent whole,
half, or not at all. It is killed at the latest when all is set up. Each number is a line on stdout before it is sent.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import adbutils._adb

APP = "com.example.shop"
PIECES = 40


class CountedSocket(socket.socket):
    """To adb's server. What is sent is counted, and the process killed where it is told to be."""

    sent = 0
    pieces = 0
    lock = threading.Lock()

    def send(self, data: Any, flags: int = 0) -> int:
        self._count(bytes(data))
        return super().send(data, flags)

    def sendall(self, data: Any, flags: int = 0) -> None:
        self._count(bytes(data))
        super().sendall(data, flags)

    def _count(self, data: bytes) -> None:
        of = CountedSocket
        with of.lock:
            if data.startswith(b"DATA") or len(data) > 2000:
                of.pieces += 1
                if of.pieces % PIECES:
                    return
            of.sent += 1
            print(of.sent, data[:60], flush=True)
            if of.sent == int(os.environ.get("KILL_AT", "0")):
                part = {"whole": len(data), "half": len(data) // 2, "not": 0}[os.environ["KILL_HOW"]]
                if part:
                    super().sendall(data[:part])
                os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    serial, file, folder = sys.argv[1:]
    adbutils._adb.socket = SimpleNamespace(**{**vars(socket), "socket": CountedSocket})
    from harness.bundle import Bundle
    from harness.device.adb import AdbDevice
    from harness.device.lease import lease
    from harness.suite.rig import DeviceRig

    with lease(serial):
        rig = DeviceRig(AdbDevice(serial), frida_server=Path(file), frida_name="random", frida_port=0)
        rig.start(Bundle.create(Path(folder), APP), APP, lambda line: None)
        print("up", flush=True)
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
