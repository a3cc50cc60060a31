"""What reading a long policy takes, and how that grows: seconds of processor time, and as a ratio to a file half as long.

    python -m benchmarks.policy_time [MiB]

A ratio of 2 is linear. Beside a policy's own sentences there are files of one thing over and over, as nobody writes them in
earnest.
"""

from __future__ import annotations

import sys
import time
from contextlib import suppress

from harness.policy import PolicyUnreadable, from_bytes

UNITS = {
    "sentences": "<p>我们会收集您的手机号、IMEI。我们不会收集您的通讯录，除非您同意。</p>\n",
    "prose": "We collect your email address and device model when you register. We do not collect your contacts.\n\n",
    "records": "SDK名称：青鸾\n公司：青鸾有限公司\n收集信息：IMEI\n",
    "list items": "<li>x",
    "cells": "|a|b|c|\n",
    "letters": "a" * 80,
    "numbers": "1.1.",
    "brackets": "设备信息（",
}


def seconds(unit: str, size: int) -> float:
    data = (unit * (size // len(unit.encode()) + 1)).encode()
    began = time.process_time()
    with suppress(PolicyUnreadable):
        from_bytes(data, name="a.html" if unit.startswith("<") else "a.md")
    return time.process_time() - began


def main() -> None:
    most = int(float(sys.argv[1]) * (1 << 20)) if len(sys.argv) > 1 else 1 << 20
    seconds(UNITS["records"], 1 << 10)
    for name, unit in UNITS.items():
        half, whole = seconds(unit, most // 2), seconds(unit, most)
        print(f"{name:12} {most / (1 << 20):.1f} MiB {whole:7.2f} s, {whole / half:.1f} times what half of it takes")


if __name__ == "__main__":
    main()
