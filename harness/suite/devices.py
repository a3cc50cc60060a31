"""Which device a run gets, by the word that names it, and that no other run has it meanwhile.

`lab`: one that runs and is free, else one that is started for this run and ends with it; `auto`: any that is free; else
a serial. The lab is asked through its own commands, in processes of their own: nothing here imports it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import adbutils

from harness.device.choosing import candidates, choose
from harness.device.lease import DeviceTaken, free, lease, lease_one
from harness.errors import RigError, UsageError

LAB, AUTO = "lab", "auto"
CORES_FOR_A_LAB_DEVICE = 2
Say = Callable[[str], None]


@contextmanager
def device_for(
    word: str | None, *, wait: float = 0.0, say: Say = lambda text: None, lab_options: Sequence[str] = (),
) -> Iterator[str]:
    """The serial of a device that is this process's own until the end. None: the one that ANDROID_SERIAL names, or the
    only one there is. Raises UsageError, RigError, DeviceTaken."""
    client = adbutils.AdbClient()
    with ExitStack() as held:
        if word == LAB:
            yield _lab(held, say, lab_options)
            return
        if word == AUTO:
            serial = held.enter_context(lease_one(usable(client), wait, say, lambda: usable(client))).serial
        else:
            serial = choose(client, word)
            held.enter_context(lease(serial, wait, say))
        yield serial


def usable(client: adbutils.AdbClient) -> list[str]:
    """Serials of the devices that adb can work with. Raises RigError where there is none."""
    listed = candidates(client)
    found = [device.serial for device in listed if device.state == "device"]
    if not found:
        others = ", ".join(f"{device.serial} ({device.state})" for device in listed)
        raise RigError(
            "No device is attached that can be used.", f"adb lists {others}." if others else "adb lists none.",
            "Plug one in with USB debugging on, or use the embedded one: lab.")
    return found


def count(word: str | None) -> int:
    """How many runs can go on at once with what is there now, at least one. Lab devices are made as they are wanted; each
    takes about two cores."""
    if word == LAB:
        return max(1, (os.cpu_count() or 1) // CORES_FOR_A_LAB_DEVICE)
    if word not in (None, AUTO):
        return 1
    try:
        return max(1, len(free(usable(adbutils.AdbClient()))))
    except RigError:
        return 1    # whose own attempt says what is wrong


def one_for_all(word: str, workers: int) -> UsageError:
    return UsageError(
        f"{workers} workers cannot share the device {word}.", "Each worker drives a device of its own.",
        "Use --harness-device auto (any that is free) or lab, or run without -n.")


def _lab(held: ExitStack, say: Say, options: Sequence[str]) -> str:
    """One that stays anyway and is free; else a new one, which nobody else takes, since it is somebody's."""
    running = [row["serial"] for row in _ask("list") if row["ends_with"] is None]
    if running and not options:
        try:
            serial = held.enter_context(lease_one(running)).serial
        except DeviceTaken:
            pass
        else:
            say(f"lab device {serial} runs and is free")
            return choose(adbutils.AdbClient(), serial)
    say("starting a lab device (the first time downloads about 600 MB)")
    [started] = _ask("start", "--ends-with", str(os.getpid()), *options)
    serial = str(started["serial"])
    held.callback(_ask, "stop", serial)
    held.enter_context(lease(serial))
    say(f"lab device {serial} is up" + ("" if started["contained"] else f", NOT contained: {started['why_not']}"))
    return serial


def _ask(command: str, *words: str) -> Any:
    """What `harness lab COMMAND --json` prints. Raises RigError with its words where it fails."""
    parent = str(Path(__file__).resolve().parents[2])
    path = os.environ.get("PYTHONPATH")
    environment = {**os.environ, "PYTHONPATH": f"{parent}{os.pathsep}{path}" if path else parent}
    done = subprocess.run(
        [sys.executable, "-m", "harness.cli.main", "lab", command, *words, "--json"], stdin=subprocess.DEVNULL,
        capture_output=True, text=True, env=environment, check=False, start_new_session=True)
    if done.returncode != 0:
        told = [line.strip() for line in done.stderr.splitlines() if line.strip() and not line.startswith("lab: ")]
        raise RigError(f"`harness lab {command}` failed.", " ".join(told)[-2000:],
                       "Run `harness lab start` alone: it tells each part as it starts.")
    return json.loads(done.stdout)
