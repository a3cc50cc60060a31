"""Private DNS is off."""

from __future__ import annotations

from harness.doctor.check import Answer, Check, Fine, Mend, Problem, Weight
from harness.doctor.rig import Rig

check = Check(
    id="private-dns",
    title="Private DNS",
    why="Names are asked for over TLS past the proxy: which hosts an app asked for is not seen.",
    weight=Weight.LIMITS,
    needs=("shell",),
    sdk=28,
)


@check.look
def look(rig: Rig) -> Answer:
    mode = rig.setting("global", "private_dns_mode") or rig.setting("global", "private_dns_default_mode")
    if mode not in ("", "off"):
        server = rig.setting("global", "private_dns_specifier")
        return Problem(
            f"It is {mode}{f' ({server})' if server and mode == 'hostname' else ''}.",
            mend=Mend(settings=(("global", "private_dns_mode", "off"),)),
        )
    return Fine("off")
