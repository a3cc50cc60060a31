"""A harness that is killed at any point of setting up leaves a device that `harness doctor --restore` puts back exactly."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from own_lab import own_lab
from stand_in import frida_server
from typer.testing import CliRunner

from harness.cli.main import build
from harness.device.adb import AdbDevice
from harness.device.restore_file import RestoreFile
from harness.device.staging import STAGING
from harness.device.store_mounts import STORE

pytestmark = pytest.mark.lab
HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
KILLS = 20
SEED = 20261130
SETTLE_SECONDS = 10.0
"""How long what a dead client had asked for may go on: it ends with its connection, as on a phone."""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AdbDevice]:
    """A rooted phone on which no Frida runs, with things of its owner's on it."""
    with own_lab(tmp_path_factory.mktemp("state"), no_frida=True) as device:
        device.put_setting("global", "http_proxy", "192.0.2.1:3128")
        device.put_setting("global", "global_http_proxy_host", "192.0.2.1")
        device.put_setting("secure", "theirs", "a b")
        device.push(b"theirs", f"{STAGING}/frida-server", 0o755)
        device.push(b"theirs", f"{STAGING}/staged")
        device.root_shell(f"mkdir -p {STORE} {STAGING}/re.frida.server; cp {STAGING}/staged {STORE}/5ed36f99.0")
        while "usap64" not in {name for _, name in device.processes()}:     # the one that the lab keeps ready for an app
            time.sleep(0.1)
        yield device


def state(device: AdbDevice) -> dict[str, object]:
    """All that is recorded of a device: settings, reverse ports, files with their hashes, processes, ports that listen."""

    def said(script: str) -> list[str]:
        answer = device.root_shell(script)
        assert answer.status == 0, answer
        return sorted(answer.output.splitlines())

    rows = [line.split() for line in device.shell("ps", "-A", "-o", "PID,PPID,USER,NAME").output.splitlines()[1:]]
    asking = {pid for row in rows if row[3] == "ps" for pid in row[:2]}
    return {
        **{space: said(f"settings list {space}") for space in ("global", "secure", "system")},
        "reverse": sorted(device.reversed()),
        "names": said(f"find {STAGING} {STORE} | while read n; do stat -c '%n %a %U' $n; done"),
        "files": said(f"find {STAGING} {STORE} -type f | while read n; do sha256sum $n; done"),
        "processes": sorted(" ".join(row) for row in rows if row[0] not in asking),
        "listening": said("cat /proc/net/tcp")[:-1],
    }


def killed(device: AdbDevice, folder: Path, at: int, how: str) -> list[str]:
    """What the set-up had said when it was killed."""
    (folder / "fs").write_bytes(frida_server() + bytes(300_000))
    words = [sys.executable, str(HERE / "killed_set_up.py"), device.serial, str(folder / "fs"), str(folder / "bundles")]
    environment = {**os.environ, "KILL_AT": str(at), "KILL_HOW": how, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr[-3000:]
    return done.stdout.splitlines()


def restored(device: AdbDevice) -> list[str]:
    """`harness doctor --restore`."""
    done = CliRunner().invoke(build(), ["doctor", "--restore", device.serial, "--json"], standalone_mode=False)
    assert (done.exception, done.return_value) == (None, 0), done.stderr
    return list(json.loads(done.stdout)["put_back"])


def settled(device: AdbDevice, wanted: dict[str, object]) -> dict[str, object]:
    until = time.monotonic() + SETTLE_SECONDS
    while (found := state(device)) != wanted and time.monotonic() < until:
        time.sleep(0.2)
    return found


def test_twenty_kills_at_points_drawn_by_chance_are_each_put_back_exactly(
    lab: AdbDevice, tmp_path: Path
) -> None:
    before = state(lab)
    whole = killed(lab, tmp_path, 0, "not")
    assert whole[-1] == "up"
    changed = state(lab)
    assert [name for name in before if changed[name] != before[name]] == [
        "global", "reverse", "names", "files", "processes", "listening"]
    put_back = restored(lab)
    assert settled(lab, before) == before
    assert {words.split()[1] for words in put_back} == {"processes", "frida-server", "file", "certificate", "setting", "reverse"}

    chance = random.Random(SEED)
    sent = len(whole) - 1
    dirty = 0
    for number in range(KILLS):     # one by chance in each twentieth of the way, so that no part of it is left out
        at = chance.randint(number * sent // KILLS + 1, (number + 1) * sent // KILLS)
        how = chance.choice(["whole", "half", "not"])
        said = killed(lab, tmp_path, at, how)
        dirty += bool(RestoreFile.of(lab.serial).acts())
        put_back = restored(lab)
        assert settled(lab, before) == before, (at, how, said[-1], put_back)
        assert RestoreFile.of(lab.serial).acts() == []
    assert dirty >= KILLS * 3 // 4      # where nothing has been changed yet, there is nothing to put back
