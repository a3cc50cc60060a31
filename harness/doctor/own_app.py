"""An app of ours under the rig of every run: installed, watched, taken away again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.bundle import Bundle
from harness.device.adb import AdbDevice
from harness.device.proxy_setup import will_install
from harness.errors import RigError
from harness.suite.rig import DeviceRig


@contextmanager
def under(
    rig: DeviceRig, apk: Path, package: str, bundle: Bundle, say: Callable[[str], None],
    prepare: Callable[[AdbDevice], None] = lambda device: None,
) -> Iterator[None]:
    """The app is there and its processes are gated. `prepare`: once it is installed, before it may run. At the end, or after a
    kill by the next run or `harness doctor --restore`, the device is as it was. The caller has the device's lease. Raises
    HarnessError where the rig cannot be set up or put back."""
    device = rig.device
    rig.start(bundle, package, say)     # this undoes what a killed run left: the app is written down after that
    try:
        will_install(device, package)
        say(f"installing {package}, an app of ours")
        device.install(apk)
        prepare(device)
        yield
    finally:
        failures = rig.stop()
    if failures:
        why = "; ".join(failures)
        raise RigError(f"{device.serial} could not be put back.", why, "Restart it; the next run tries again.")
