"""The command line as a user has it, in processes of its own, and one lab device with the lab internet to point it at."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import adbutils
import yaml

from harness.cli.lab import connect, disconnect
from harness.device.adb import AdbDevice
from harness.lab import registry
from harness.lab.internet import LabInternet
from harness.lab.internet_config import read_config
from harness.resources import resource
from harness.suite import limits

PATIENCE = 240.0
"""Seconds after which a test gives up: far more than anything takes, so that only a hang reaches it."""
ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def own_state(folder: Path) -> Iterator[None]:
    """Keys, restore files and running devices in a folder of the tests' own, also where a fixture outlives one test."""
    before = os.environ.get("HARNESS_STATE")
    os.environ["HARNESS_STATE"] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ["HARNESS_STATE"]
        else:
            os.environ["HARNESS_STATE"] = before


@dataclass(frozen=True)
class Ended:
    status: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        assert self.out.strip(), f"nothing on stdout, status {self.status}:\n{self.err}"
        return dict(json.loads(self.out))

    def says(self, *words: str) -> None:
        """It failed with one message that has each of the words, and not with a traceback."""
        told = self.err.count("harness: ")
        assert "Traceback" not in self.err + self.out, self.err
        assert told == 1, self.err
        for word in words:
            assert word in self.err, f"{word!r} is not in:\n{self.err}"


class Running:
    """A command under way. Its words are read all the time, so that it never waits for the reader."""

    def __init__(self, words: Sequence[str], **options: Any) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "harness.cli.main", *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, start_new_session=True,
            env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"} | options.pop("environment", {}), **options)
        self._texts: dict[str, list[str]] = {"out": [], "err": []}
        self._readers = [
            threading.Thread(target=self._read, args=(name, stream), daemon=True)
            for name, stream in (("out", self.process.stdout), ("err", self.process.stderr))
        ]
        for reader in self._readers:
            reader.start()

    def _read(self, name: str, stream: Any) -> None:
        with stream:
            for line in stream:
                self._texts[name].append(line)

    @property
    def err(self) -> str:
        return "".join(self._texts["err"])

    def ended(self) -> Ended:
        """Waits for its end, however long within reason."""
        status = self.process.wait(PATIENCE)
        for reader in self._readers:
            reader.join(PATIENCE)
        return Ended(status, "".join(self._texts["out"]), self.err)

    def until(self, what: str, happened: Callable[[], bool]) -> None:
        """Waits until something was observed while the command still runs."""
        until = time.monotonic() + PATIENCE
        while not happened():
            assert self.process.poll() is None, f"it ended ({self.process.returncode}) before {what}:\n{self.err}"
            assert time.monotonic() < until, f"not within {PATIENCE:g} s: {what}\n{self.err}"
            time.sleep(0.05)

    def give_up(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for reader in self._readers:
            reader.join(PATIENCE)


@contextmanager
def running(*words: str, **options: Any) -> Iterator[Running]:
    command = Running(words, **options)
    try:
        yield command
    finally:
        command.give_up()


def harness(*words: str, **options: Any) -> Ended:
    with running(*words, **options) as command:
        return command.ended()


@dataclass(frozen=True)
class Bench:
    """A lab device that adb knows, and the servers of the example apps."""

    serial: str
    internet: LabInternet

    def run_words(
        self, apk: Path | str, out: Path, app: str = "", scenario: str = "first-launch-agree", limits: Path | str = "demo"
    ) -> list[str]:
        host, port = self.internet.address
        words = ["run", str(apk), "--device", self.serial, "--json", "--out", str(out), "--limits", str(limits),
                 "--observe", "2", "--scenario", scenario, "--resolve", f"*.example={host}:{port}",
                 "--upstream-ca", str(self.internet.ca_pem)]
        return words + (["--app", str(resource("lab", "apps", app, "app.yaml"))] if app else [])

    def shell(self, *words: str) -> str:
        return str(adbutils.AdbClient().device(self.serial).shell(list(words), timeout=60))

    def leftovers(self) -> dict[str, Any]:
        """What a run may not leave behind on the device and in adb."""
        listed = {f.local for f in adbutils.AdbClient().device(self.serial).forward_list() if f.serial == self.serial}
        reverses = [r.remote for r in adbutils.AdbClient().device(self.serial).reverse_list()]
        proxy = self.shell("settings", "get", "global", "http_proxy").strip()
        return {"forward": listed, "reverse": reverses, "http_proxy": proxy}


@contextmanager
def bench(state: Path, servers: Path | None = None) -> Iterator[Bench]:
    """One lab device for many tests; ends with the process of the tests whatever happens. `servers`: what the lab internet
    answers, those of the example apps unless given."""
    config = read_config(servers or resource("lab", "apps", "internet.yaml"))
    with own_state(state), LabInternet(config) as internet:
        handle = registry.start(warm=1, die_with=os.getpid())
        try:
            connect(handle.serial)
            yield Bench(handle.serial, internet)
        finally:
            disconnect(handle.serial)
            registry.stop(handle.serial)


def short_limits(folder: Path, **changed: float) -> Path:
    """The demo's limits with other values, where an app is known not to do what a run would wait for in vain."""
    values = dataclasses.asdict(limits.load_limits("demo"))
    assert changed.keys() <= values.keys()
    path = folder / "limits.yaml"
    path.write_text(yaml.safe_dump(values | changed), "utf-8")
    return path


def grant_all(device: AdbDevice, package: str, but: Collection[str] = ()) -> list[str]:
    """Gives the app every runtime permission, `but` for some by their short names. Gives those that the device refused."""
    wanted = [one.name for one in device.permissions(package) if one.runtime and one.name.rpartition(".")[2] not in but]
    return [name for name in wanted if device.shell("pm", "grant", package, name).status != 0]


def lines(bundle: Path, journal: str) -> list[dict[str, Any]]:
    """The whole lines of a journal that is being written."""
    path = bundle / journal
    content = path.read_bytes() if path.exists() else b""
    return [json.loads(line) for line in content.splitlines(keepends=True) if line.endswith(b"\n")]


def only_bundle(out: Path) -> Path | None:
    found = [p for p in out.glob("*Z-*") if p.is_dir() and not p.is_symlink()] if out.is_dir() else []
    assert len(found) <= 1
    return found[0] if found else None


def is_alive(pid: int) -> bool:
    """A zombie is dead."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
