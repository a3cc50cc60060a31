"""How long the lab takes to show an app, and how much memory that costs.

    python benchmarks/app_start.py [--runs 3] [--app tiny | --apk FILE]

Times the parts of a start: to a warm process, from there to the first drawn frame, and both together
(cold). Each is given as a ratio to the first result ever recorded on this machine and to its aim. Seconds depend on
what else the machine does; run it alone.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.recorded import tell
from harness.device.apk import read_apk
from harness.lab import runtime
from harness.lab.appprocess import AppProcess, Callbacks, spawn_plain
from harness.lab.apps.builder import build
from harness.lab.apps.sources import app
from harness.lab.translate import translate

PROTOTYPE_COLD_SECONDS = 7.0
QUALIFIERS = "zh-rCN-w411dp-h731dp-xhdpi"
AIMS = {"shown_from_warm": 2.0, "cold": 4.0, "memory_mib": 450.0}


async def start_once(apk: Path, package: str, activity: str, folder: Path) -> dict[str, float]:
    classes = translate(apk)
    drawn = asyncio.Event()

    def event(process: AppProcess, what: str, fields: Mapping[str, Any]) -> None:
        if what == "drawn":
            drawn.set()

    async def ask(process: AppProcess, op: str, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        return {}

    argv = runtime.prepare().command(qualifiers=QUALIFIERS, scratch=str(folder))
    begun = time.perf_counter()
    process = await AppProcess.start(spawn_plain, argv, Callbacks(event, ask, lambda process, why: drawn.set()))
    warm = time.perf_counter()
    await process.call(
        "bind", package=package, process=package, apks=[str(apk)], classes=[str(classes)], data=str(folder / "data"),
        profile={}, permissions={}, settings={}, proxy=None, trust=None,
    )  # fmt: skip
    await process.call("release")
    intent = {"action": "android.intent.action.MAIN", "component": f"{package}/{activity}"}
    await process.call("launch", token="1", intent=intent, request_code=-1)
    await drawn.wait()
    shown = time.perf_counter()
    memory, cpu = resident_mib(process.pid), cpu_seconds(process.pid)
    process.kill()
    await process.wait()
    return {
        "warm": warm - begun,
        "shown_from_warm": shown - warm,
        "cold": shown - begun,
        "cpu": cpu,
        "memory_mib": memory,
    }


def resident_mib(pid: int) -> float:
    """VmHWM of /proc: the most that was resident at once. NaN where there is no /proc."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return float("nan")
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def cpu_seconds(pid: int) -> float:
    """Processor time of all threads, which a busy machine stretches far less than the clock on the wall."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return float("nan")
    user, system = stat.read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--app", default="tiny", help="an example app")
    options.add_argument("--apk", type=Path, help="any app instead; results of apps are not compared with each other's")
    chosen = options.parse_args()
    if chosen.apk is None:
        apk, package, activity = build(chosen.app), app(chosen.app).package, ".MainActivity"
    else:
        facts = read_apk(chosen.apk)
        apk, package, activity = chosen.apk, facts.package, facts.launcher
    name = apk.stem if chosen.apk else chosen.app
    with tempfile.TemporaryDirectory() as folder:
        runs = [asyncio.run(start_once(apk, package, activity, Path(folder))) for _ in range(chosen.runs)]
    found = {key: median(run[key] for run in runs) for key in runs[0]}
    print(f"app {name}, median of {chosen.runs} runs")
    print(f"{'cold':16} {found['cold'] / PROTOTYPE_COLD_SECONDS:8.2f} of the prototype")
    tell("app_start" if chosen.apk is None else f"app_start-{package}", found, AIMS)


if __name__ == "__main__":
    main()
