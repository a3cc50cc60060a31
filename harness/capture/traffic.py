"""Network traffic: mitmproxy in a process of its own, seen from the harness. See docs/traffic.md.

The proxy process writes flows.jsonl, proxy.jsonl and the bodies itself, so neither its death nor the
harness's loses what the other had seen. It is never started anew in silence: its death is a gap.
"""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import harness
from harness.bundle import Bundle, BundleError
from harness.capture.proxy_settings import KEEP_RESPONSES, Settings, command_line
from harness.capture.resolving import Routes
from harness.capture.wireguard import Tunnel
from harness.errors import HarnessError, RigError, UsageError
from harness.model import Flow, Gap, GapKind
from harness.resources import state_dir

LOG = "proxy.log"
START_SECONDS = 60.0
STOP_SECONDS = 15.0
_ROOT = Path(harness.__file__).resolve().parents[1]


class Address(NamedTuple):
    host: str
    port: int


class TrafficCapture:
    """The proxy of one run. `bundle` is where it writes.

    `port`: 0 lets the system choose. `resolve`: where hosts are really reached, like curl's --resolve:
    {"*.example": "127.0.0.1:8443"}; the first pattern that fits is taken, any other host is resolved
    as usual. `upstream_ca`: a PEM file with CAs that servers may be certified by, besides the usual ones.
    `reach_private`: whether apps may reach private networks through the proxy; any address of the
    machine itself they reach by a route only. `ca_dir`: where the proxy's own CA lies (the rig's own if None).
    `wireguard`: a tunnel that is opened besides the proxy. `read_quic`: whether QUIC in it is read and not refused.
    `keep_responses`: the bytes of larger responses are not kept, only how many there were and their hash; None: all are.
    `on_lost` is called, from another thread, with the gap that the death of the proxy left.
    Raises UsageError for a target in `resolve` that is no ADDRESS:PORT.
    """

    def __init__(
        self,
        bundle: Bundle,
        *,
        port: int = 0,
        resolve: Mapping[str, str] | None = None,
        upstream_ca: Path | None = None,
        reach_private: bool = False,
        keep_responses: int | None = KEEP_RESPONSES,
        wireguard: Tunnel | None = None,
        read_quic: bool = False,
        ca_dir: Path | None = None,
        on_lost: Callable[[Gap], None] | None = None,
    ) -> None:
        self._bundle = bundle
        self._port = port
        self._resolve = dict(resolve or {})
        Routes.parse(self._resolve)
        self._upstream_ca = upstream_ca
        self._reach_private = reach_private
        self._keep_responses = keep_responses
        self._wireguard = wireguard
        self._read_quic = read_quic
        self._ca_dir = ca_dir or state_dir("ca")
        self._on_lost = on_lost
        self._process: subprocess.Popen[bytes] | None = None
        self._watcher: threading.Thread | None = None
        self._told = threading.Event()        # the proxy has said whether it is ready
        self._gone = threading.Event()        # the proxy's process has ended, and what follows was journalled
        self._ready: dict[str, Any] | None = None
        self._failed: str = ""
        self._failed_tunnel = False
        self._fatal: dict[str, str] = {}
        self._alive_ns = 0
        self._stopping = False
        self._lost: Gap | None = None
        self._failure: BundleError | None = None
        self._counted = _Count(bundle.path / Flow.journal)

    def start(self) -> Address:
        """Starts the proxy and waits until it listens.

        Raises UsageError where the port is taken or a setting is wrong, RigError where the proxy does not start.
        """
        if self._process is not None:
            raise UsageError("The proxy was started already.", "A capture is started once.", "Make another one.")
        if self._upstream_ca is not None and not self._upstream_ca.is_file():
            raise UsageError(f"{self._upstream_ca} does not exist.", "It should hold CA certificates.", "")
        settings = Settings(
            bundle=str(self._bundle.path.resolve()), ca_dir=str(self._ca_dir), port=self._port, resolve=self._resolve,
            upstream_ca=str(self._upstream_ca) if self._upstream_ca else None, reach_private=self._reach_private,
            keep_responses=self._keep_responses, read_quic=self._read_quic,
            wireguard=str(self._wireguard.keys) if self._wireguard else None,
            wireguard_listen=f"{self._wireguard.listen}:{self._wireguard.port}" if self._wireguard else "",
        )
        path = os.pathsep.join(part for part in (str(_ROOT), os.environ.get("PYTHONPATH", "")) if part)
        with (self._bundle.path / LOG).open("ab") as log:
            self._process = subprocess.Popen(
                command_line(settings), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                env={**os.environ, "PYTHONPATH": path}, start_new_session=True)
        self._alive_ns = time.time_ns()
        self._watcher = threading.Thread(target=self._watch, args=(self._process,), name="proxy watch", daemon=True)
        self._watcher.start()
        if not self._told.wait(START_SECONDS) or self._ready is None:
            self._stopping = True
            self._end_process()
            raise self._refusal()
        return self.address

    @property
    def address(self) -> Address:
        ready = self._listening()
        return Address(ready["host"], ready["port"])

    @property
    def tunnel(self) -> Address:
        """Where the other end of the tunnel listens for UDP. Raises UsageError where none was asked for."""
        found = self._listening()["wireguard"]
        if found is None:
            raise UsageError("There is no tunnel.", "None was asked for.", "Give TrafficCapture one.")
        return Address(*found)

    @property
    def ca_pem(self) -> Path:
        """The certificate of the CA that a device must trust, PEM."""
        return Path(self._listening()["ca"])

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._ready is not None and not self._gone.is_set()

    @property
    def flows(self) -> int:
        """Exchanges that the journal holds so far."""
        return self._counted.now()

    @property
    def lost(self) -> Gap | None:
        """The gap that the death of the proxy left; None while all is well."""
        return self._lost

    def check(self) -> None:
        """Raises RigError once the proxy has died, BundleError where that could not even be journalled."""
        if self._failure is not None:
            raise self._failure
        if self._lost is not None:
            raise RigError("The proxy has died.", self._lost.detail, "Run again; look into proxy.log in the bundle.")

    def watch(self, seconds: float) -> bool:
        """Waits; True as soon as the proxy has died, False where it still lives after `seconds`."""
        return self._gone.wait(seconds)

    def stop(self) -> None:
        """Lets exchanges come to their end (two seconds at most), and ends the proxy. May be called again."""
        if self._process is None:
            return
        self._stopping = self._stopping or not self._gone.is_set()
        self._end_process()
        if self._failure is not None:
            raise self._failure

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _listening(self) -> dict[str, Any]:
        if self._ready is None:
            raise UsageError("The proxy does not run.", "It was not started.", "Call start first.")
        return self._ready

    def _end_process(self) -> None:
        process, watcher = self._process, self._watcher
        assert process is not None
        assert process.stdin is not None
        assert watcher is not None
        try:
            process.stdin.write(b"stop\n")
            process.stdin.close()
        except (BrokenPipeError, ValueError):
            pass    # it has ended, or was told before
        watcher.join(STOP_SECONDS)
        if watcher.is_alive():
            self._stopping = False    # what it had not written is lost, and is told as a gap
            process.kill()
            watcher.join()

    def _watch(self, process: subprocess.Popen[bytes]) -> None:
        """Reads what the proxy tells until it ends; the end of its stdout is the end of it, at once."""
        assert process.stdout is not None
        for line in process.stdout:
            message = json.loads(line)
            if "alive" in message:
                self._alive_ns = message["alive"]
            elif "ready" in message:
                self._ready = message["ready"]
                self._told.set()
            elif "failed" in message:
                self._failed, self._failed_tunnel = message["failed"], message["failed_wireguard"]
            elif "fatal" in message:
                self._fatal = message["fatal"]
        status = process.wait()
        process.stdout.close()
        try:
            if self._ready is not None and not (self._stopping and status == 0):
                self._journal_death(status)
        finally:
            self._gone.set()
            self._told.set()

    def _journal_death(self, status: int) -> None:
        now = time.time_ns()
        why = " ".join(part for part in (self._fatal.get("what", ""), self._fatal.get("why", "")) if part)
        gap = Gap(
            host_ns=now, kind=GapKind.CAPTURE_LOST, subject="proxy", from_ns=self._alive_ns,
            detail=f"The proxy ended before the run: {why or _meaning(status)} From then on no traffic was seen.")
        try:
            self._lost = self._bundle.append(gap)
        except BundleError as bad:
            self._lost, self._failure = gap, bad
        if self._on_lost is not None:
            self._on_lost(self._lost)

    def _refusal(self) -> HarnessError:
        if self._fatal:
            return HarnessError(self._fatal["what"], self._fatal["why"], self._fatal["fix"])
        if self._failed and self._failed_tunnel and self._wireguard:
            return UsageError(
                f"The tunnel cannot listen on UDP port {self._wireguard.port}.", self._failed,
                f"End what listens there, or remove {self._wireguard.keys}: a new tunnel with another port is made then.")
        if self._failed and self._port:
            return UsageError(
                f"The proxy cannot listen on port {self._port}.", self._failed,
                "Choose another with --proxy-port, or leave it out.")
        log = (self._bundle.path / LOG).read_text("utf-8", "replace").strip().splitlines()
        return RigError(
            "The proxy did not start.", self._failed or (log[-1] if log else f"No answer in {START_SECONDS:.0f} s."),
            f"See {self._bundle.path / LOG}.")


@dataclasses.dataclass
class _Count:
    """Exchanges in a growing flows.jsonl: lines that are nobody's continuation."""

    path: Path
    offset: int = 0
    total: int = 0

    def now(self) -> int:
        if self.path.exists():
            with self.path.open("rb") as file:
                file.seek(self.offset)
                for line in file:
                    if not line.endswith(b"\n"):
                        break
                    self.offset += len(line)
                    self.total += json.loads(line)["of"] is None
        return self.total


def _meaning(status: int) -> str:
    if status < 0 and sys.platform != "win32":
        return f"it was killed by {signal.Signals(-status).name}."
    return f"its exit status was {status}."
