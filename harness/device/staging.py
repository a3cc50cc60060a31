"""The folder of the device that a shell may write to, where what is brought there lies."""

from __future__ import annotations

import re

from harness.device.device import Device

STAGING = "/data/local/tmp"
_OURS = re.compile(rf"{STAGING}/[A-Za-z0-9_][A-Za-z0-9._-]{{0,63}}")


def lies_there(path: str) -> bool:
    """Whether it is the path of something right in the folder, and safe in a script as it stands."""
    return _OURS.fullmatch(path) is not None


def there(device: Device, path: str) -> bool:
    """Whether something lies at a path of the device."""
    return device.shell("ls", "-d", path).status == 0


def remove_file(device: Device, path: str) -> bool:
    """A file of the folder. Whether it is gone."""
    if not lies_there(path):
        return False
    return not there(device, path) or device.shell("rm", "-f", path).status == 0
