"""What share of a run's time is the suite's own: neither an observation window, nor the device's answers, nor setting up.

    python -m benchmarks.driving [--observe SECONDS] [--scenario ID ...]

Drives the violating example shop on a lab device. Sleeps between two looks count as the suite's own, also while the app is
slow, so the share is the most that it can be. Aim: under 15 %, with the default profile's windows.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from harness.device.adb import AdbDevice
from harness.lab.apps.builder import build
from harness.suite.app import Timeline
from harness.suite.rig import DeviceRig
from harness.suite.run import plan_run, run_plan
from tests.lab.whole import bench

AIM = 0.15


class Clocks:
    """Seconds by what they went to; what happens inside an observation window is the window's."""

    def __init__(self) -> None:
        self.spent: Counter[str] = Counter()
        self._inside = 0

    def run(self, what: str, act: Any, *arguments: Any, **named: Any) -> Any:
        if self._inside:
            return act(*arguments, **named)
        self._inside += 1
        begun = time.monotonic()
        try:
            return act(*arguments, **named)
        finally:
            self._inside -= 1
            self.spent[what] += time.monotonic() - begun


class Timed:
    """Another object whose calls are timed."""

    def __init__(self, inner: Any, clocks: Clocks) -> None:
        self._inner, self._clocks = inner, clocks

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._inner, name)
        if not callable(value):
            return value
        return lambda *arguments, **named: self._clocks.run("device", value, *arguments, **named)


def timed_rig(clocks: Clocks, *arguments: Any, **named: Any) -> DeviceRig:
    class Rig(DeviceRig):
        @property
        def screen(self) -> Any:
            return Timed(super().screen, clocks)

        @property
        def hands(self) -> Any:
            return Timed(super().hands, clocks)

        @property
        def phone(self) -> Any:
            return Timed(super().phone, clocks)

        def start(self, *a: Any, **n: Any) -> None:
            clocks.run("setting up", super().start, *a, **n)

        def stop(self) -> list[str]:
            return list(clocks.run("setting up", super().stop))

    return Rig(*arguments, **named)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--observe", type=float, default=None)
    parser.add_argument("--scenario", nargs="*", default=["first-launch-agree", "refuse-permissions", "refuse-restart"])
    asked = parser.parse_args()
    clocks = Clocks()
    watch = Timeline._watch

    def watched(self: Timeline, *arguments: Any) -> Any:
        return clocks.run("windows", watch, self, *arguments)

    Timeline._watch = watched  # type: ignore[method-assign]
    with tempfile.TemporaryDirectory() as folder, bench(Path(folder) / "state") as lab:
        host, port = lab.internet.address
        plan = plan_run(apk=build("shop-violating"), out=Path(folder), scenarios=asked.scenario, observe_seconds=asked.observe)
        rig = timed_rig(clocks, AdbDevice.open(lab.serial), resolve={"*.example": f"{host}:{port}"},
                        upstream_ca=lab.internet.ca_pem)  # fmt: skip
        begun = time.monotonic()
        outcome = run_plan(plan, rig)
        total = time.monotonic() - begun
    own = total - sum(clocks.spent.values())
    print(f"{dict(outcome.scenarios)} in {total:.0f} s")
    for what, seconds in sorted(clocks.spent.items()):
        print(f"  {what:12} {seconds:6.1f} s  {seconds / total:6.1%}")
    share = own / (total - clocks.spent["setting up"])
    print(f"  {'own':12} {own:6.1f} s  {own / total:6.1%}; of the driving {share:.1%}, {share / AIM:.2f} of the aim")


if __name__ == "__main__":
    main()
