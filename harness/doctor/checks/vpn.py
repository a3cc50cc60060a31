"""No VPN is up."""

from __future__ import annotations

from harness.doctor.check import Answer, Check, Fine, Problem, Weight
from harness.doctor.rig import Rig

check = Check(
    id="vpn",
    title="VPN",
    why="Requests take the tunnel past the proxy, or through somebody else's.",
    weight=Weight.LIMITS,
    needs=("started",),
)


@check.look
def look(rig: Rig) -> Answer:
    always = rig.setting("secure", "always_on_vpn_app")
    if always:
        return Problem(f"{always} is set as the VPN that is always on.", "Switch it off in the device's settings: Network, VPN.")
    if any("VPN" in one.transports for one in rig.networks):
        return Problem(
            "A VPN is connected.",
            "Disconnect it. (For WireGuard as the way of capture, harness run --capture wireguard says when to switch it on.)",
        )
    return Fine()
