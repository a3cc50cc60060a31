"""The short run of the canary app: proxy, certificate, gate and hooks as in every run, in a bundle that is thrown away."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness.bundle import Bundle, BundleReader, open_bundle
from harness.device.adb import AdbDevice
from harness.doctor.own_app import under
from harness.model import GapKind
from harness.suite.rig import DeviceRig

PACKAGE = "example.canary"
HOST = "canary.example"
HOOKED_SECONDS = 30.0
ASKED_SECONDS = 15.0
_LOOK_SECONDS = 0.2


@dataclass(frozen=True)
class Canary:
    """What came of it. `processes`: handed over by Frida. `late`: why one ran before it was hooked, "" where none did. `proofs`:
    "ok" for each call of no importance that its hook saw, or what went wrong. `read`: hosts of its requests over TLS that were
    read. `refused`: why one was not, "" where none was tried."""

    processes: int = 0
    late: str = ""
    proofs: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    refused: str = ""


def run(device: AdbDevice, apk: Path, say: Callable[[str], None] = lambda text: None) -> Canary:
    """Installs the app, runs it, takes it away again; the caller has the device's lease. Raises HarnessError where the rig cannot
    be set up."""
    with tempfile.TemporaryDirectory(prefix="harness-doctor-") as folder:
        bundle = Bundle.create(Path(folder), PACKAGE)
        rig = DeviceRig(device)
        with under(rig, apk, PACKAGE, bundle, say):
            _run(rig, bundle, say)
        bundle.seal(complete=True)
        return _what_came(bundle.path)


def _run(rig: DeviceRig, bundle: Bundle, say: Callable[[str], None]) -> None:
    say("starting the canary app")
    rig.device.launch(PACKAGE)
    rig.hooks.wait_hooked(HOOKED_SECONDS)
    rig.hooks.prove("in the canary app")
    until = time.monotonic() + ASKED_SECONDS
    while not _asked(open_bundle(bundle.path)) and time.monotonic() < until:
        time.sleep(_LOOK_SECONDS)
    rig.check()


def _asked(source: BundleReader) -> bool:
    """Whether its request has come, read or refused. On a phone other apps' requests come, too."""
    return any(flow.host == HOST for flow in source.flows()) or any(
        gap.kind is GapKind.TRAFFIC_NOT_READ and gap.subject.startswith(HOST) for gap in source.gaps())


def _what_came(folder: Path) -> Canary:
    source = open_bundle(folder)
    facts = source.facts()
    gaps = [gap for gap in source.gaps() if not gap.subject or gap.subject.startswith((PACKAGE, HOST))]
    late = next((gap.detail for gap in gaps if gap.kind is GapKind.PROCESS_NOT_ATTACHED), "")
    return Canary(
        processes=len({fact.data["pid"] for fact in facts if fact.type == "process"}),
        late=late,
        proofs=tuple(str(fact.data["canary"]) for fact in facts if fact.type == "canary"),
        read=tuple({flow.host for flow in source.flows() if flow.protocol == "https" and flow.host == HOST}),
        refused=next((gap.detail for gap in gaps if gap.kind is GapKind.TRAFFIC_NOT_READ), ""),
    )
