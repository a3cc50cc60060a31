"""Requests over QUIC cannot go past the proxy."""

from __future__ import annotations

import re

from harness.doctor.check import Answer, Check, Fine, NotLooked, Problem, Weight
from harness.doctor.rig import Rig

_BLOCKS = re.compile(r"-A OUTPUT -p udp (?:-m udp )?--dport 443 -j (?:REJECT|DROP)\b")    # for all users and addresses
_WAY_OUT = re.compile(r"^default (?!.*\bdev dummy)", re.MULTILINE)    # dummy0: where Android leads what has no network

check = Check(
    id="quic",
    title="QUIC",
    why="An HTTP proxy carries no UDP: what goes by QUIC is not seen.",
    weight=Weight.LIMITS,
    needs=("shell",),
)


@check.look
def look(rig: Rig) -> Answer:
    routes = [rig.shell("ip", "route", "show", "table", "all"), rig.shell("ip", "route")]
    if any(one.status != 0 for one in routes):
        return NotLooked("the device does not tell its routes")
    if not any(_WAY_OUT.search(one.output) for one in routes):
        return Fine("the device has no way out but the proxy")
    if not rig.root:
        return NotLooked("only root can see the device's firewall")
    rules = [rig.as_root(f"{tables} -S OUTPUT").output for tables in ("iptables", "ip6tables")]
    blocked = [any(_BLOCKS.match(line) for line in text.splitlines()) for text in rules]
    if all(blocked):
        return Fine("UDP port 443 is shut")
    return Problem(
        "UDP port 443 leads past the proxy.",
        "For the time of the test: "
        + "; ".join(
            rig.root_command(f"{tables} -I OUTPUT -p udp --dport 443 -j REJECT")
            for tables, shut in zip(("iptables", "ip6tables"), blocked, strict=True)
            if not shut
        )
        + " (afterwards the same with -D); or capture with --capture both, which sees UDP.",
    )
