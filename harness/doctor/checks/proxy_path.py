"""A port of the device leads to this machine."""

from __future__ import annotations

import socket

from harness.doctor.check import Answer, Check, Fine, NotLooked, Problem, Weight
from harness.doctor.rig import Rig

_SECONDS = 10.0

check = Check(
    id="proxy-path",
    title="Way to the proxy",
    why="The app's requests do not arrive, and it seems to send nothing.",
    weight=Weight.STOPS,
    needs=("shell",),
)


@check.look
def look(rig: Rig) -> Answer:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(_SECONDS)
        port = server.getsockname()[1]
        rig.device.reverse(port, port)
        try:
            said = rig.device.shell("sh", "-c", f"echo harness | nc -w 2 127.0.0.1 {port}", seconds=_SECONDS)
            if said.status == 127 or "not found" in said.error:
                return NotLooked("the device has no nc to try it with")
            try:
                connection, _ = server.accept()
            except TimeoutError:
                return Problem(
                    f"adb opened port {port} of the device, but nothing came through it. {said.error.strip()}".strip(),
                    "adb reconnect; over Wi-Fi (adb connect) an old adbd has no adb reverse: use the cable.",
                )
            with connection:
                connection.settimeout(_SECONDS)
                came = connection.recv(64)
        finally:
            rig.device.unreverse(port)
    if came.strip() != b"harness":
        return Problem(f"What arrived is {came!r}, not what was sent.", "Look for another program that changes what passes adb.")
    return Fine("adb reverse")
