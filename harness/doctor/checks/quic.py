"""Requests over QUIC cannot go past the proxy."""

from __future__ import annotations

import re

from harness.doctor.check import Answer, Check, Fine, NotLooked, Problem, Weight
from harness.doctor.rig import Rig

_BLOCKS = re.compile(r"^-A OUTPUT\b.*-p udp\b.*--dport 443\b.*-j (?:REJECT|DROP)")

check = Check(
    id="quic",
    title="QUIC",
    why="An HTTP proxy carries no UDP: what goes by QUIC is not seen.",
    weight=Weight.LIMITS,
    needs=("shell",),
)


@check.look
def look(rig: Rig) -> Answer:
    if not re.search(
        r"^default ", rig.shell("ip", "route", "show", "table", "all").output + rig.shell("ip", "route").output, re.MULTILINE
    ):
        return Fine("the device has no way out but the proxy")
    if not rig.root:
        return NotLooked("only root can see the device's firewall")
    rules = [rig.as_root(f"{tables} -S OUTPUT").output for tables in ("iptables", "ip6tables")]
    blocked = [any(_BLOCKS.search(line) for line in text.splitlines()) for text in rules]
    if all(blocked):
        return Fine("UDP port 443 is shut")
    return Problem(
        "UDP port 443 leads past the proxy.",
        "For the time of the test: "
        + "; ".join(
            f"adb shell su -c '{tables} -I OUTPUT -p udp --dport 443 -j REJECT'"
            for tables, shut in zip(("iptables", "ip6tables"), blocked, strict=True)
            if not shut
        )
        + " (afterwards the same with -D); or capture with --capture both, which sees UDP.",
    )
