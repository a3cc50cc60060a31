"""Nobody else has set a proxy."""

from __future__ import annotations

from harness.device.proxy_setup import NO_PROXY
from harness.doctor.check import Answer, Check, Fine, Mend, Problem, Weight
from harness.doctor.rig import Rig

check = Check(
    id="proxy-setting",
    title="Proxy of the device",
    why="The run takes it over and puts it back; what ran through it until then is cut.",
    weight=Weight.NOTE,
    needs=("left-over",),
)


@check.look
def look(rig: Rig) -> Answer:
    address = rig.setting("global", "http_proxy")
    if address and address != NO_PROXY:
        return Problem(f"The device goes through {address}.", mend=Mend(settings=(("global", "http_proxy", NO_PROXY),)))
    if rig.setting("global", "global_proxy_pac_url"):
        return Problem("The device has a proxy script (PAC).", mend=Mend(settings=(("global", "global_proxy_pac_url", None),)))
    return Fine("none")
