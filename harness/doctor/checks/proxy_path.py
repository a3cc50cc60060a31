"""A port of the device leads to this machine."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

from harness.doctor.check import Answer, Check, Fine, NotLooked, Problem, Weight
from harness.doctor.rig import Rig

_SECONDS = 10.0
_LATE_SECONDS = 2.0

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
            # Android's nc waits until this end has closed.
            came: list[bytes] = []
            taker = threading.Thread(target=_take, args=(server, came), name="doctor-proxy-path", daemon=True)
            taker.start()
            said = rig.device.shell("sh", "-c", f"echo harness | nc -w 2 127.0.0.1 {port}", seconds=2 * _SECONDS)
            if said.status == 127 or "not found" in said.error:
                return NotLooked("the device has no nc to try it with")
            taker.join(_LATE_SECONDS)
        finally:
            rig.device.unreverse(port)
    if not came:
        return Problem(
            f"adb opened port {port} of the device, but nothing came through it. {said.error.strip()}".strip(),
            "adb reconnect; over Wi-Fi (adb connect) an old adbd has no adb reverse: use the cable.",
        )
    if came[0].strip() != b"harness":
        return Problem(f"{came[0]!r} arrived, not what was sent.", "Look for another program that changes what passes adb.")
    return Fine("adb reverse")


def _take(server: socket.socket, came: list[bytes]) -> None:
    """Puts what the first to connect says into `came`; nothing where nobody does until the server is closed."""
    with suppress(OSError):
        connection, _ = server.accept()
        with connection:
            connection.settimeout(_SECONDS)
            came.append(connection.recv(64))
