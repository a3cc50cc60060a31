"""Ctrl-C in the demo: the runs put their devices back before these are taken away."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from harness.cli import editions

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT can be sent there")
RUN = """
import pathlib, signal, sys, time
begun, asked, sealed = map(pathlib.Path, sys.argv[1:])
def on_interrupt(number, frame):
    asked.write_text(asked.read_text() + "." if asked.exists() else ".")
signal.signal(signal.SIGINT, on_interrupt)
begun.touch()
while not asked.exists():
    time.sleep(0.01)
time.sleep(0.5)          # taking back takes its time
if sealed.name.endswith("violating"):
    time.sleep(0.5)
sealed.touch()
print('{"bundle": "somewhere"}')
"""


@pytest.fixture(autouse=True)
def heard() -> Iterator[None]:
    """A shell lets what it starts in the background ignore Ctrl-C; here it must arrive."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


class Demo:
    """run_all with a script in place of each run, and no device. `ended`: what was there when a device was ended."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
        self.folder = folder
        self.ended: list[set[str]] = []
        self.said: list[str] = []
        self.runs = [editions.EditionRun(name, name, Path("x.apk")) for name in ("violating", "compliant")]
        folders = {"D1": "violating", "D2": "compliant"}

        def command(run: Any, serial: str, internet: Any, options: list[str]) -> list[str]:
            assert folders[serial] == run.edition
            files = [str(folder / f"{kind}-{run.edition}") for kind in ("begun", "asked", "sealed")]
            return [sys.executable, "-c", script, *files]

        monkeypatch.setattr(editions.EditionRun, "command", command)
        monkeypatch.setattr(editions, "_prepare", lambda say: self.runs)
        monkeypatch.setattr(editions.registry, "start_several", lambda count, **_: [SimpleNamespace(serial=s) for s in folders])
        monkeypatch.setattr(editions, "connect", lambda serial: None)
        monkeypatch.setattr(editions, "end", lambda serial: self.ended.append(self.there()))

    def there(self) -> set[str]:
        return {path.name for path in self.folder.iterdir()}

    def press(self, times: int, until: Any) -> None:
        """Ctrl-C, again and again, as soon as `until` says so."""

        def pressing() -> None:
            for number in range(times):
                while not until(number):
                    time.sleep(0.01)
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(0.1)

        threading.Thread(target=pressing, daemon=True).start()


def test_the_devices_stay_until_both_runs_have_sealed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    demo = Demo(tmp_path, monkeypatch, RUN)
    demo.press(1, lambda _: {"begun-violating", "begun-compliant"} <= demo.there())
    with pytest.raises(KeyboardInterrupt):
        editions.run_all([], demo.said.append)
    assert len(demo.ended) == 2
    assert {"sealed-violating", "sealed-compliant"} <= demo.ended[0]
    asked = [(tmp_path / f"asked-{run.edition}").read_text() for run in demo.runs]
    assert asked == [".", "."], "each run is asked once, for a second Ctrl-C would make it stop at once"
    assert any(line.startswith("interrupted: waiting") for line in demo.said)
