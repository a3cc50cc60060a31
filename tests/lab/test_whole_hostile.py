"""The app `hostile` on a whole lab device: each attempt fails, is told, and harms neither the device nor the host."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import adbutils
import pytest

from harness.bundle import Bundle
from harness.bundle.reader import open_bundle
from harness.capture.traffic import TrafficCapture
from harness.device import proxy_setup
from harness.device.adb import AdbDevice
from harness.errors import HarnessError
from harness.lab import registry
from harness.lab.apps import app, build
from harness.model import GapKind
from harness.rules.analysis import analyse

pytestmark = pytest.mark.lab

HOSTILE, TINY = "example.hostile", "example.tiny"
PATIENCE = 150
"""Seconds. How long the machine may take, not how long it should."""
GIB = 1 << 30
CANARY = "canary-of-the-host-7d1f"
NOWHERE = {"192.0.2.1", "198.51.100.1", "203.0.113.1"}
"""Where the app's attempt `connect` goes: addresses for documentation. The one of IPv6 the JVM itself does not try."""


def _names() -> list[str]:
    """The attempts that the app knows, from its source: one added there is tried here."""
    sources = app("hostile").folder.joinpath("java").rglob("*.java")
    return sorted(name for path in sources for name in re.findall(r'new Attempt\("(\w+)"\)', path.read_text()))


@dataclass
class Whole:
    """A contained device with adb, and what stands on the host to be found by an app that gets out."""

    adb: adbutils.AdbDevice
    server_port: int
    state: Path
    canary: Path
    listener: socket.socket
    reached: list[str] = field(default_factory=list)

    def shell(self, *words: str) -> str:
        return str(self.adb.shell(list(words), timeout=PATIENCE))

    def log(self) -> str:
        return self.shell("logcat", "-d", "-v", "epoch")

    def attempt(self, name: str, *extras: str) -> str:
        """The attempt's result, or the line that says that the app's process has ended."""
        self.shell("logcat", "-c")
        self.shell("am", "start", "-n", f"{HOSTILE}/.MainActivity", "--es", "attempt", name, *extras)
        return self.wait_for(rf"ATTEMPT {name}: .*|Process {HOSTILE} \(pid \d+\) has died.*")

    def wait_for(self, pattern: str) -> str:
        until = time.monotonic() + PATIENCE
        while True:
            log = self.log()
            if found := re.search(pattern, log):
                return found.group()
            assert time.monotonic() < until, f"never logged: {pattern}\n{log[-3000:]}"
            time.sleep(0.3)

    def check_device(self) -> None:
        """It answers, and another app starts and draws."""
        assert self.shell("echo", "alive").strip() == "alive"
        self.shell("am", "force-stop", TINY)
        self.shell("am", "start", "-n", f"{TINY}/.MainActivity")
        until = time.monotonic() + PATIENCE
        while f"{TINY}:id/count" not in (shown := self.shell("uiautomator", "dump", "/dev/tty")):
            assert time.monotonic() < until, shown
            time.sleep(0.3)


def _accept(listener: socket.socket, reached: list[str]) -> None:
    while True:
        try:
            connection, peer = listener.accept()
        except OSError:
            return
        reached.append(str(peer))
        connection.close()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    folder = tmp_path_factory.mktemp("hostile")
    before = {name: os.environ.get(name) for name in ("HARNESS_STATE", "ANDROID_ADB_SERVER_PORT", "LAB_CANARY")}
    os.environ["HARNESS_STATE"] = str(folder / "state")
    os.environ["LAB_CANARY"] = CANARY
    canary = folder / "canary.txt"
    canary.write_text(CANARY)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [adbutils.adb_path(), "-L", f"tcp:localhost:{port}", "server", "nodaemon"],
        env={**os.environ, "HOME": str(folder), "ADB_LOCAL_TRANSPORT_MAX_PORT": "5554", "ADB_MDNS": "0"},
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.environ["ANDROID_ADB_SERVER_PORT"] = str(port)
    listener = socket.create_server(("127.0.0.1", _free_of(8888, 3128, 8080)))
    handle = None
    try:
        handle = registry.start(warm=1, die_with=os.getpid())
        if not handle.contained:
            pytest.skip(f"no containment here: {handle.why_not}")
        client = adbutils.AdbClient("127.0.0.1", port)
        _connect(client, handle.serial)
        whole = Whole(client.device(handle.serial), port, folder, canary, listener)
        threading.Thread(target=_accept, args=(listener, whole.reached), daemon=True).start()
        for name in ("hostile", "tiny"):
            whole.adb.install(str(build(name)), silent=True, nolaunch=True)
        yield whole
    finally:
        listener.close()
        if handle is not None:
            registry.stop(handle.serial)
        server.terminate()
        server.wait(30)
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _connect(client: adbutils.AdbClient, serial: str) -> None:
    """The adb server was just started: it may not listen yet."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            assert "connected" in client.connect(serial, timeout=30)
            return
        except (adbutils.AdbError, OSError) as error:
            if time.monotonic() > until:
                raise HarnessError("The test's adb server did not come up.", str(error)) from error
            time.sleep(0.2)


def _free_of(*ports: int) -> int:
    """The first of the ports that the app tries which is free on the host; any, where none is."""
    for port in ports:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
    return 0


@dataclass(frozen=True)
class Host:
    """What the host has to spare: bytes of disk and memory, and how many processes run."""

    disk: int
    memory: int
    processes: int

    @classmethod
    def now(cls) -> Host:
        memory = re.search(r"MemAvailable:\s+(\d+)", Path("/proc/meminfo").read_text())
        assert memory
        count = sum(name.isdigit() for name in os.listdir("/proc"))
        return cls(shutil.disk_usage("/").free, int(memory.group(1)) << 10, count)


@pytest.mark.parametrize("name", _names())
def test_each_attempt_fails_and_harms_nobody(whole: Whole, name: str) -> None:
    before = Host.now()
    result = whole.attempt(name)
    after = Host.now()
    if name != "binder_noise" or "ATTEMPT" in result:
        assert result.startswith(f"ATTEMPT {name}: FAILED"), result
    assert CANARY not in whole.log()
    assert whole.canary.read_text() == CANARY
    assert whole.reached == [], "a port of the host's loopback was reached"
    # Others use the machine too; what the attempts would take is 8 GiB of disk, 6 GiB of memory, 400 processes.
    assert before.disk - after.disk < 4 * GIB
    assert before.memory - after.memory < 4 * GIB
    assert after.processes - before.processes < 200
    whole.check_device()


def test_what_is_refused_is_told_in_the_device_s_log(whole: Whole) -> None:
    whole.attempt("fork")
    told = whole.wait_for(r" *\d+ +\d+ W LabContainment: blocked .*")
    assert re.fullmatch(rf" *1000 +1000 W LabContainment: blocked \w+ .* pid=\d+ app={HOSTILE}", told), told


def _own_address() -> str:
    """This machine's own address in its network, "" where it has none. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("203.0.113.1", 9))
        except OSError:
            return ""
        return str(probe.getsockname()[0])


def test_the_proxy_leads_an_app_neither_to_the_host_nor_into_its_network(whole: Whole, tmp_path: Path) -> None:
    """The proxy is outside the cage: what it would connect to for the app is refused, and in the journal."""
    port = whole.listener.getsockname()[1]
    more = [f"{host}:{port}" for host in ("127.0.0.1", "localhost", "[::1]", _own_address()) if host]
    bundle = Bundle.create(tmp_path, HOSTILE)
    device = AdbDevice(whole.adb.serial)
    with TrafficCapture(bundle, ca_dir=tmp_path) as traffic:
        with proxy_setup.led(device, traffic.address.port, traffic.ca_pem.read_bytes()):
            result = whole.attempt("through_proxy", "--es", "targets", ",".join(more))
    assert result.startswith("ATTEMPT through_proxy: FAILED of ") and " 502 " in result, result
    assert whole.reached == [], "a port of the host was reached through the proxy"
    flows = open_bundle(bundle.path).flows()
    errors = {f"{flow.host}:{flow.port}": flow.error or "" for flow in flows}
    assert [error for error in errors.values() if "refused: " not in error] == []
    assert len(flows) == int(result.split(" of ")[1].split()[0])
    for target in [*more, "10.0.0.1:80", "192.168.1.1:80", "169.254.169.254:80"]:
        words = "private network" if target in ("10.0.0.1:80", "192.168.1.1:80") else "the machine that the proxy runs on"
        assert words in errors[target.replace("[", "").replace("]", "")], target


def test_a_run_keeps_the_attempts_in_its_bundle(whole: Whole) -> None:
    """The attempts are made while the harness watches the app, which goes on and seals."""
    out = whole.state / "runs"
    whole.shell("am", "force-stop", HOSTILE)
    command = [str(Path(sys.executable).with_name("harness")), "run", str(build("hostile")), "--out", str(out)]
    command += ["--device", whole.adb.serial]
    command += ["--scenario", "first-launch-agree", "--limits", "demo", "--observe", "2"]
    with (whole.state / "run.txt").open("w") as said:
        run = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT, cwd=whole.state)
    try:
        whole.shell("logcat", "-c")
        seen: set[str] = set()
        until = time.monotonic() + PATIENCE
        while run.poll() is None and time.monotonic() < until and seen != {"connect", "fork"}:
            launched = ": launch" in (whole.state / "run.txt").read_text()
            if launched and whole.shell("pidof", HOSTILE).strip():
                for name in {"connect", "fork"} - seen:
                    whole.shell("am", "start", "-n", f"{HOSTILE}/.MainActivity", "--es", "attempt", name)
                log = whole.log()
                seen |= {name for name in ("connect", "fork") if f"ATTEMPT {name}: FAILED" in log}
            time.sleep(0.5)
        run.wait(PATIENCE)
    finally:
        if run.poll() is None:
            run.kill()
            run.wait()
    words = (whole.state / "run.txt").read_text()
    [bundle] = [path for path in out.iterdir() if not path.is_symlink()] if out.is_dir() else pytest.fail(words)
    log = (bundle / "device.log").read_text(errors="replace")
    assert "ATTEMPT fork: FAILED" in log and "LabContainment" in log, words + log[-2000:]
    assert '"device.log"' in (bundle / "manifest.json").read_text()
    reader = open_bundle(bundle)
    assert reader.facts("end"), words
    assert [fact.data["reach_private"] for fact in reader.facts("proxy") if "reach_private" in fact.data] == [False]
    blocked = [fact.data for fact in reader.facts("blocked")]
    assert {"connect", "fork"} <= {fact["what"] for fact in blocked}
    assert {fact["target"].rpartition(":")[0].strip("[]") for fact in blocked if fact["traffic"]} >= NOWHERE
    past = [gap for gap in reader.gaps() if gap.kind is GapKind.TRAFFIC_NOT_READ and gap.subject in NOWHERE]
    assert {gap.subject for gap in past} == NOWHERE
    [sharing] = analyse(bundle, rules=["third-party-sharing"]).verdicts
    assert sharing.verdict == "INCONCLUSIVE"
    assert {gap.id for gap in past} <= set(sharing.gaps)
