"""A lab device for one file of tests, with a state folder of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from harness.cli.lab import connect
from harness.device.adb import AdbDevice
from harness.lab import registry


@contextmanager
def own_lab(state: Path, **options: Any) -> Iterator[AdbDevice]:
    """`options`: as of registry.start. HARNESS_STATE is `state` for as long as it lasts."""
    with pytest.MonkeyPatch.context() as here:
        here.setenv("HARNESS_STATE", str(state))
        handle = registry.start(die_with=os.getpid(), **options)
        try:
            connect(handle.serial)
            yield AdbDevice(handle.serial)
        finally:
            registry.stop(handle.serial)
