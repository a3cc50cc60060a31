"""No other program has Frida's port."""

from __future__ import annotations

from harness.device.frida_server import USUAL_PORT
from harness.doctor.check import Answer, Check, Fine, Problem, Weight
from harness.doctor.rig import Rig

check = Check(
    id="frida-port",
    title="Port of Frida",
    why="frida-server cannot be reached where the harness looks for it.",
    weight=Weight.STOPS,
    needs=("shell",),
)


@check.look
def look(rig: Rig) -> Answer:
    if rig.frida.kind:
        return Fine(f"{USUAL_PORT}: a {rig.frida.kind} answers")
    if USUAL_PORT in rig.listening:
        return Problem(
            f"Something listens at port {USUAL_PORT} of the device and is no Frida that this one understands.",
            f"Look who: {rig.root_command(f'netstat -tlnp | grep {USUAL_PORT}')}; end it, or update frida-server.",
        )
    return Fine(f"{USUAL_PORT} is free")
