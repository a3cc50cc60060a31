"""The proxy process: `python -m harness.capture.proxy SETTINGS`. Started by `TrafficCapture`, never by hand.

stdin is its life line: the line "stop" asks it to end in order; its end means that the harness is gone, and the
proxy writes what it has and ends too. stdout speaks JSON lines to the harness: ready, alive (every
second), fatal. stderr goes to proxy.log.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import json
import logging
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import certifi
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from mitmproxy import certs, options, version
from mitmproxy.addons import core, disable_h2c, next_layer, proxyserver, tlsconfig
from mitmproxy.master import Master
from mitmproxy.proxy import mode_specs

from harness.bundle import JournalWriter, ObjectStore
from harness.bundle.format import PROXY_JOURNAL
from harness.bundle.locks import hold
from harness.capture.proxy_addon import CaptureAddon
from harness.capture.proxy_bodies import HELD_SECONDS
from harness.capture.proxy_choice import LayerChoice
from harness.capture.proxy_journal import Recorder
from harness.capture.proxy_ledger import Ledger
from harness.capture.proxy_raw import RawRecorder
from harness.capture.proxy_settings import Settings, read_settings
from harness.capture.proxy_websocket import install as install_websocket
from harness.capture.resolving import ResolvingLoop, Routes
from harness.errors import HarnessError
from harness.model import Fact, Gap, GapKind

CA_CERTIFICATE = "mitmproxy-ca-cert.pem"
LEAF_LIFE = datetime.timedelta(days=40)
"""How long the certificates are good for that the proxy shows to apps, beside the two days before that mitmproxy gives them.
Browsers and WebView hold those under a CA of the system's to the rules of public ones, which since 15 March 2026 may not last
longer than 200 days, a year later 100 and from 15 March 2029 on 47 (CA/Browser Forum, ballot SC-081v3). mitmproxy's would last
367."""
HEARTBEAT_SECONDS = 1.0
GRACE_SECONDS = 2.0
_LOOPBACK = "127.0.0.1"


class Wire:
    """The way to the harness: what was stdout. stdout itself leads to proxy.log from here on, so that a stray
    `print` of some library is no message."""

    def __init__(self) -> None:
        self._fd = os.dup(1)
        os.dup2(2, 1)
        if sys.platform != "win32":
            os.set_blocking(self._fd, False)

    def tell(self, **message: Any) -> None:
        """One line. Dropped where the harness does not read: the traffic must not wait for it."""
        try:
            os.write(self._fd, json.dumps(message).encode() + b"\n")
        except (BlockingIOError, BrokenPipeError):
            return

    def die(self, bad: BaseException) -> None:
        """Ends the process at once. What is journalled is on the disk; nothing passes unrecorded."""
        traceback.print_exception(bad, file=sys.stderr)
        sys.stderr.flush()
        if isinstance(bad, HarnessError):
            self.tell(fatal={"what": bad.what, "why": bad.why, "fix": bad.fix})
        else:
            self.tell(fatal={"what": f"The proxy failed: {bad!r}.", "why": "See proxy.log in the bundle.", "fix": ""})
        os._exit(2)


class _Errors(logging.Handler):
    """What mitmproxy logged as errors, which is how it says that it could not listen."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


class _Strangers(logging.Filter):
    """Packets at the tunnel's port that are not the device's. Anyone in the network can send them; only the first are logged."""

    LOGGER = "mitmproxy.packet_sources.wireguard"
    SHOWN = 5

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def filter(self, record: logging.LogRecord) -> bool:
        self.count += record.levelno >= logging.WARNING
        return self.count <= self.SHOWN


class _Faults(logging.Handler):
    """mitmproxy logs a failure of its own inside a connection and goes on; what that connection carried is then not seen."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(logging.ERROR)
        self._ledger = ledger

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1] is not None:
            bad = record.exc_info[1]
            self._ledger.gone_dark(
                "", f"mitmproxy failed inside a connection, and what that carried is not all seen: {bad!r}. See proxy.log.",
                detail_zh=f"mitmproxy 处理某连接时出错,其内容未能完整查看:{bad!r}。详见 proxy.log。", cause="proxy_fault")


def roots(settings: Settings, objects: ObjectStore) -> str | None:
    """The SHA-256 of the object that holds the usual roots and those of `upstream_ca`; None where none is named.

    mitmproxy takes one file in place of its own, and whom the proxy trusted is part of the evidence.
    """
    if settings.upstream_ca is None:
        return None
    return objects.put(Path(certifi.where()).read_bytes() + b"\n" + Path(settings.upstream_ca).read_bytes())


def modes(settings: Settings) -> list[str]:
    """The ways in, as mitmproxy writes them."""
    found = [f"regular@{_LOOPBACK}:{settings.port}"]
    if settings.wireguard:
        found.append(f"wireguard:{settings.wireguard}@{settings.wireguard_listen}")
    return found


@contextlib.contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as file:
        hold(file.fileno(), wait=True)
        yield


def listen_for_end(loop: asyncio.AbstractEventLoop, ended: asyncio.Event) -> dict[str, bool]:
    """Sets `ended` when the harness says stop, or is gone. The mapping then says which of the two it was."""
    heard = {"stop": False}

    def listen() -> None:
        while line := sys.stdin.buffer.readline():
            if line.strip() == b"stop":
                heard["stop"] = True
                break
        loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=listen, name="life line", daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)    # Ctrl-C is for the harness, which then says stop
    signal.signal(signal.SIGTERM, lambda *_: loop.call_soon_threadsafe(ended.set))
    return heard


async def heartbeat(ledger: Ledger, wire: Wire) -> None:
    while True:
        wire.tell(alive=time.time_ns(), flows=ledger.begun)
        await asyncio.sleep(HEARTBEAT_SECONDS)


async def settle(capture: CaptureAddon) -> None:
    """Waits until two looks in a row find no exchange unfinished, two seconds at most."""
    deadline = time.monotonic() + GRACE_SECONDS
    quiet = 0
    while quiet < 2 and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
        quiet = quiet + 1 if capture.unfinished() == 0 else 0


async def serve(settings: Settings, routes: Routes, wire: Wire) -> None:
    bundle = Path(settings.bundle)
    loop = asyncio.get_running_loop()
    errors = _Errors()
    logging.getLogger().addHandler(errors)
    strangers = _Strangers()
    logging.getLogger(strangers.LOGGER).addFilter(strangers)
    journal = JournalWriter(bundle, {Gap: PROXY_JOURNAL, Fact: PROXY_JOURNAL})
    objects = ObjectStore(bundle)
    ledger = Ledger(journal, objects, wire.die, time.time_ns)
    recorder = Recorder(ledger, settings.keep_responses, lambda write: loop.call_later(HELD_SECONDS, write))
    install_websocket(recorder)
    capture = CaptureAddon(recorder, RawRecorder(ledger), routes)
    certs.CERT_EXPIRY = LEAF_LIFE
    server = proxyserver.Proxyserver()  # type: ignore[no-untyped-call]
    master = Master(options.Options(), event_loop=loop)
    master.addons.add(  # type: ignore[no-untyped-call]
        core.Core(), disable_h2c.DisableH2C(), LayerChoice(capture, settings.read_quic), next_layer.NextLayer(), server,
        tlsconfig.TlsConfig(), capture)
    with one_at_a_time(Path(settings.ca_dir)):
        # mitmproxy makes the CA when this option is set, where none is there yet.
        master.options.update(confdir=settings.ca_dir)  # type: ignore[no-untyped-call]
    master.options.update(  # type: ignore[no-untyped-call]
        mode=modes(settings),
        # Lazy: a request is read in full before its server is looked for, so it is seen even where the server is down.
        connection_strategy="lazy", upstream_cert=False,
    )
    if trusted := roots(settings, objects):
        master.options.update(  # type: ignore[no-untyped-call]
            ssl_verify_upstream_trusted_ca=str(objects.path(trusted)))

    ended = asyncio.Event()
    heard = listen_for_end(loop, ended)
    running = asyncio.create_task(master.run())
    while not server.is_running and not running.done():
        await asyncio.sleep(0.01)
    if running.done():
        running.result()
    listening = {type(one.mode): one.listen_addrs[0][:2] for one in server.servers if one.listen_addrs}
    if len(listening) < len(modes(settings)):
        wire.tell(failed=" ".join(errors.messages) or "it does not listen",
                  failed_wireguard=mode_specs.RegularMode in listening)
        raise SystemExit(2)
    logging.getLogger().removeHandler(errors)
    logging.getLogger().addHandler(_Faults(ledger))
    port = listening[mode_specs.RegularMode][1]
    wireguard = listening.get(mode_specs.WireGuardMode)
    ca = Path(settings.ca_dir) / CA_CERTIFICATE
    fingerprint = x509.load_pem_x509_certificate(ca.read_bytes()).fingerprint(hashes.SHA256()).hex()
    journal.append(Fact(host_ns=time.time_ns(), type="proxy", data={
        "mitmproxy": version.VERSION, "host": _LOOPBACK, "port": port, "ca_sha256": fingerprint, "pid": os.getpid(),
        "resolve": settings.resolve, "reach_private": settings.reach_private,
        "roots": trusted, "keep_responses": settings.keep_responses,
        "wireguard": list(wireguard) if wireguard else None, "quic": "read" if settings.read_quic else "refused",
    }))
    wire.tell(ready={"host": _LOOPBACK, "port": port, "ca": str(ca), "wireguard": wireguard})
    begun = time.time_ns()
    beating = asyncio.create_task(heartbeat(ledger, wire))

    ending = asyncio.create_task(ended.wait())
    await asyncio.wait({ending, running}, return_when=asyncio.FIRST_COMPLETED)
    if running.done():
        running.result()
        raise RuntimeError("mitmproxy stopped by itself")
    if heard["stop"]:
        await settle(capture)
    capture.capture_ends()
    now = time.time_ns()
    if not heard["stop"]:
        journal.append(Gap(
            host_ns=now, kind=GapKind.INTERRUPTED, subject="harness", from_ns=now,
            detail="The proxy was left alone: the harness ended without stopping it, or it was told to terminate."))
    if wireguard and ledger.begun == 0:
        journal.append(Gap(
            host_ns=now, kind=GapKind.CAPTURE_LOST, subject="traffic", from_ns=begun,
            detail="Nothing came out of the tunnel, nor through the proxy: the app sent nothing, or the tunnel was not up. "
                   "Look at the WireGuard app on the device.",
            detail_zh="隧道与代理均未收到任何流量:App 未发送数据,或隧道未连接。请检查设备上的 WireGuard 应用。"))
    journal.append(Fact(host_ns=now, type="proxy_end", data={
        "in_order": heard["stop"], "flows": ledger.begun, "from_wireguard": capture.from_wireguard,
        "wireguard_not_understood": strangers.count}))
    journal.close()
    beating.cancel()
    wire.tell(ended=now, flows=ledger.begun)
    # mitmproxy's own end waits for open connections; nothing they could still carry would be recorded.
    sys.stderr.flush()
    os._exit(0)


def main() -> None:
    wire = Wire()
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        settings = read_settings(sys.argv[1])
        routes = Routes.parse(settings.resolve, settings.reach_private)
        loop = ResolvingLoop(routes)
        asyncio.set_event_loop(loop)
        loop.run_until_complete(serve(settings, routes, wire))
    except Exception as bad:
        wire.die(bad)
        raise


if __name__ == "__main__":
    main()
