"""Private DNS is off."""

from __future__ import annotations

from harness.doctor.check import Answer, Check, Fine, Mend, Problem, Weight
from harness.doctor.rig import Rig

_OFF = Mend(settings=(("global", "private_dns_mode", "off"),))
_UNSET = "opportunistic"    # what Android takes where nothing is set

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
    mode = rig.setting("global", "private_dns_mode") or rig.setting("global", "private_dns_default_mode") or _UNSET
    if mode == _UNSET:
        return Problem("It is opportunistic: on, where the network's server takes it.", mend=_OFF, weight=Weight.NOTE)
    if mode != "off":
        server = rig.setting("global", "private_dns_specifier")
        return Problem(
            f"It is {mode}{f' ({server})' if server and mode == 'hostname' else ''}.",
            mend=_OFF,
        )
    return Fine("off")
