"""A folder of apps that nobody here wrote, each launched unmodified on lab devices, and what came of it.

`python -m tests.lab.launches FOLDER... [--devices 2] [--out FILE.jsonl] [--logs FOLDER] [--only TEXT] [--hooks]`:
a line of JSON an app on stdout or in FILE, a summary on stderr. Apps that FILE has already are not launched again.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import hashlib
import itertools
import json
import os
import queue
import re
import sys
import tempfile
import textwrap
import threading
import time
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

import yaml

from harness.capture.catalogue import Catalogue, load_catalogue
from harness.capture.hooks import HookCapture
from harness.device.adb import AdbDevice
from harness.device.apk import read_apk
from harness.device.device import Shell
from harness.device.frida_link import FridaLink
from harness.errors import HarnessError, UsageError
from harness.lab import registry
from harness.model import Call
from tests.lab.whole import PATIENCE, grant_all, own_state

KNOWN = Path(__file__).with_name("launches.yaml")
LATER = KNOWN.with_name("launches_later.yaml")
COUNTED = "apps | as on a phone | of these shown | the app's own failures | the lab's"
FAILURE = ("app", "repository", "sha256", "target", "result", "whose", "why")
SETTLE_SECONDS = 4.0
"""How long an app is watched after its first activity is there: what fails later is not of the launch."""
PERMISSIONS = "com.android.permissioncontroller"
"""What lies over an app that asks for a permission at once."""
_CRASH = re.compile(r"FATAL EXCEPTION|ANR in ")
_UP = re.compile(r"Displayed |'state': 'destroyed'")
_CAUSE = re.compile(
    r"^.* AndroidRuntime: ((?:Caused by: )?(?:[\w$]+\.)+[\w$]*(?:Exception|Error|Throwable)\b[^\n]*)$", re.MULTILINE
)
_FRAME = re.compile(r"^.* AndroidRuntime: +at ([^\n]*)$", re.MULTILINE)
_LAB = re.compile(r"^.* LabDevice: [^\n]*?: ((?:native|unimplemented|blocked): [^\n]*)$", re.MULTILINE)
STARTED = ("shown", "finished", "nothing to launch")
"""Results that are as on a phone: it shows its first screen, ends by itself, or has none."""


@dataclass
class Launch:
    """What came of one app. `result`: one of STARTED, or refused, crashed, not responding, not shown."""

    file: str
    sha256: str
    package: str = ""
    min_sdk: int = 0
    target_sdk: int = 0
    result: str = ""
    why: str = ""
    causes: list[str] = field(default_factory=list)
    activity: str = ""
    nodes: int = 0
    texts: int = 0
    lab: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    seconds: float = 0.0


class Calls:
    """The journal of a hooked launch: which methods were called."""

    def __init__(self) -> None:
        self.methods: set[str] = set()
        self._numbers = itertools.count(1)

    def append(self, event: Any) -> Any:
        if isinstance(event, Call):
            self.methods.add(event.method)
        return dataclasses.replace(event, id=f"{type(event).prefix}{next(self._numbers)}")


@contextmanager
def hooked(device: AdbDevice, package: str, one: Launch, catalogue: Catalogue | None) -> Iterator[None]:
    """The calls that the hooks see, into `one.calls`; nothing without a catalogue."""
    if catalogue is None:
        yield
        return
    journal = Calls()
    capture = HookCapture(FridaLink.connect(device), package, journal, catalogue, level=35)
    capture.start()
    try:
        yield
    finally:
        with capture.stopping():
            device.stop(package)
        capture.stop()
        one.calls = sorted(journal.methods)


def launch(device: AdbDevice, apk: Path, logs: Path | None, catalogue: Catalogue | None = None, grant: bool = False) -> Launch:
    """Installs, launches, looks, and removes the app again. Raises HarnessError only where the device fails."""
    one = Launch(apk.name, hashlib.sha256(apk.read_bytes()).hexdigest())
    began = time.monotonic()
    try:
        facts = read_apk(apk)
        one.package, one.min_sdk, one.target_sdk = facts.package, facts.min_sdk or 0, facts.target_sdk or 0
        device.install(apk)
    except HarnessError as refused:
        one.result, one.why = "refused", f"{refused.what} {refused.why}".strip()
        return one
    if grant:
        grant_all(device, one.package)
    device.shell("logcat", "-c")
    try:
        with hooked(device, one.package, one, catalogue):
            try:
                device.launch(one.package)
            except UsageError as nothing:
                one.result, one.why = "nothing to launch", nothing.what
                return one
            except HarnessError as failed:
                one.why = failed.why
            one.seconds = round(time.monotonic() - began, 1)
            log = _watch(device)
            judge(one, device, log)
        if logs is not None:
            (logs / f"{apk.name}.log").write_text(log, "utf-8")
        return one
    finally:
        device.home()
        device.uninstall(one.package)


def _watch(device: AdbDevice) -> str:
    """The log from the launch until the app has been up for a while, failed, or has not come up at all."""
    until = time.monotonic() + PATIENCE
    log = device.shell("logcat", "-d").output
    while time.monotonic() < until and not _CRASH.search(log) and not _UP.search(log):
        time.sleep(0.4)
        log = device.shell("logcat", "-d").output
    until = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < until and not _CRASH.search(log):
        time.sleep(0.4)
        log = device.shell("logcat", "-d").output
    return log


class Shown(Protocol):
    """What of a device a launch is judged by."""

    def foreground(self) -> str: ...

    def shell(self, *words: str, seconds: float = ...) -> Shell: ...


def judge(one: Launch, device: Shown, log: str) -> None:
    one.lab = sorted(set(_LAB.findall(log)))
    crash = _CRASH.search(log)
    if crash and crash.group().startswith("FATAL"):
        causes = _CAUSE.findall(log)
        frames = _FRAME.findall(log)
        one.result, one.causes = "crashed", causes[:6]
        one.why = (causes[-1] if causes else "?") + (f" at {frames[0]}" if frames else "")
        return
    if crash:
        one.result, one.why = "not responding", "ANR"
        return
    one.activity = device.foreground()
    said = device.shell("uiautomator", "dump", "/sdcard/window.xml", seconds=60)
    tree = device.shell("cat", "/sdcard/window.xml").output if said.status == 0 else ""
    if tree.startswith("<?xml"):
        nodes = [n for n in ET.fromstring(tree).iter("node") if n.get("package") == one.package]
        one.nodes = len(nodes)
        one.texts = sum(bool(n.get("text") or n.get("content-desc")) for n in nodes)
    asks = one.activity.startswith(f"{PERMISSIONS}/") and re.search(rf"Displayed {re.escape(one.package)}/", log)
    if one.activity.startswith(f"{one.package}/") or one.nodes or asks:
        one.result = "shown"
    elif re.search(r"state': 'destroyed'", log):
        one.result = "finished"
    else:
        one.result = "not shown"


def results(path: Path | None) -> Iterator[Launch]:
    """Of an earlier run."""
    if path is not None and path.is_file():
        for line in path.read_text("utf-8").splitlines():
            yield Launch(**json.loads(line))


def work(
    apks: Sequence[Path], devices: int, out: Path | None, logs: Path | None, catalogue: Catalogue | None, grant: bool
) -> list[Launch]:
    """Launches all of them, on as many devices at once; a device that fails is replaced."""
    waiting: queue.SimpleQueue[Path] = queue.SimpleQueue()
    for apk in apks:
        waiting.put(apk)
    done: list[Launch] = []
    lock = threading.Lock()

    def one_device() -> None:
        handle = registry.start(warm=1, die_with=os.getpid())
        try:
            while True:
                try:
                    apk = waiting.get_nowait()
                except queue.Empty:
                    return
                try:
                    result = launch(AdbDevice.open(handle.serial), apk, logs, catalogue, grant)
                except HarnessError as fault:
                    result = Launch(apk.name, "", result="device failed", why=str(fault))
                    registry.stop(handle.serial)
                    handle = registry.start(warm=1, die_with=os.getpid())
                with lock:
                    done.append(result)
                    line = json.dumps(asdict(result), ensure_ascii=False)
                    if out is None:
                        print(line, flush=True)
                    else:
                        with out.open("a", encoding="utf-8") as file:
                            file.write(line + "\n")
                    told = f"{apk.name}: {result.result} {result.why[:150]}"
                    print(f"{len(done)} of {len(apks)} {told}", file=sys.stderr, flush=True)
        finally:
            registry.stop(handle.serial)

    threads = [threading.Thread(target=one_device) for _ in range(devices)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done


def sources(tables: Sequence[Path]) -> dict[str, str]:
    """SHA-256 of an APK -> the repository that publishes it, from tables with the columns sha256 and repo."""
    found: dict[str, str] = {}
    for table in tables:
        with table.open(encoding="utf-8", newline="") as lines:
            found |= {row["sha256"]: row["repo"] for row in csv.DictReader(lines, delimiter="\t")}
    return found


def expected(table: Path) -> dict[str, list[str]]:
    """File name -> the methods that its launch must call, from a table with the columns file and calls (comma-separated)."""
    with table.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    return {row["file"]: [one.strip() for one in row["calls"].split(",") if one.strip()] for row in rows}


def page(groups: dict[str, list[Launch]], publishers: dict[str, str]) -> str:
    """docs/foreign-launches.md: what came of each app, and whose failure it was (launches.yaml)."""
    known: dict[str, dict[str, str]] = yaml.safe_load(KNOWN.read_text("utf-8"))
    lines = [
        "# Apps launched as they are",
        "",
        "Made by `python -m tests.lab.launches --page`: each app, as its publisher signed it, is installed on a lab device,",
        "launched and watched for a few seconds. Whose failure one is was looked at by hand (tests/lab/launches.yaml): `app`, it",
        "would fail so on a phone; `lab`, a piece is missing. As on a phone: shown, ended by itself, nothing to launch, or",
        "failed by its own fault. None of the apps is kept here; `sha256` says which file it was.",
        "",
        f"| group | {COUNTED} |",
        "|---|---|---|---|---|---|",
    ]
    for group, launches in groups.items():
        whose = Counter(known.get(one.file, {}).get("whose", "lab") for one in launches if one.result not in STARTED)
        shown = sum(one.result == "shown" for one in launches)
        good = len(launches) - whose["lab"]
        share = f"{good} ({good / len(launches):.1%})"
        lines.append(f"| {group} | {len(launches)} | {share} | {shown} | {whose['app']} | {whose['lab']} |")
    for group, launches in groups.items():
        lines += ["", f"## {group}", "", "| app | published in | sha256 | target API | result | whose | why |"]
        lines.append("|---|---|---|---|---|---|---|")
        for one in sorted(launches, key=lambda launch: launch.file.lower()):
            failed = one.result not in STARTED
            about = known.get(one.file, {}) if failed else {}
            why = about.get("why", one.why[:120] if failed else "").replace("|", "/").replace("\n", " ")
            whose_is = about.get("whose", "lab") if failed else ""
            repository = publishers.get(one.sha256, "")
            lines.append(
                f"| {one.package or one.file} | {repository} | {one.sha256[:12]} | {one.target_sdk or ''} | {one.result} "
                f"| {whose_is} | {why} |"
            )
    return "\n".join([*lines, *later()]) + "\n"


def later() -> list[str]:
    """The end of the page: other apps at other times, of which figures and failures were kept (launches_later.yaml)."""
    lines = []
    for one in yaml.safe_load(LATER.read_text("utf-8")):
        groups, failures = one["groups"], one["failures"]
        lines += ["", f"## Other apps, {one['date']}", "", *textwrap.fill(one["said"], 118).splitlines(), ""]
        lines += [f"| group | {COUNTED} |", "|---|---|---|---|---|---|"]
        for group, (apps, shown) in groups.items():
            whose = Counter(failed["whose"] for failed in failures if failed["group"] == group)
            good = apps - whose["lab"]
            lines.append(f"| {group} | {apps} | {good} ({good / apps:.1%}) | {shown} | {whose['app']} | {whose['lab']} |")
        calls, seen = one["calls"]
        told = f"Calls of personal information that a launch must make: {calls}; seen by the hooks: {seen} ({seen / calls:.1%})."
        lines += ["", told, ""]
        lines += ["| app | published in | sha256 | target API | result | whose | why |", "|---|---|---|---|---|---|---|"]
        for failed in failures:
            lines.append("| " + " | ".join(str(failed[key]) for key in FAILURE) + " |")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--page", nargs="+", metavar="GROUP=FILE.jsonl", help="write the page for these results instead")
    parser.add_argument("--sources", nargs="*", type=Path, default=[], metavar="FILE.tsv")
    parser.add_argument("--devices", type=int, default=2)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--logs", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--grant", action="store_true", help="give every runtime permission before the launch")
    parser.add_argument("--hooks", action="store_true", help="record which methods of the catalogue are called")
    asked = parser.parse_args()
    if asked.page:
        groups = {group: list(results(Path(file))) for group, _, file in (one.partition("=") for one in asked.page)}
        print(page(groups, sources(asked.sources)), end="")
        return
    if asked.logs:
        asked.logs.mkdir(parents=True, exist_ok=True)
    before = {one.file: one for one in results(asked.out)}
    apks = [apk for folder in asked.folders for apk in ([folder] if folder.is_file() else sorted(folder.glob("*.apk")))]
    apks = [apk for apk in apks if asked.only in apk.name and apk.name not in before]
    with tempfile.TemporaryDirectory() as folder, own_state(Path(folder)):
        done = work(apks, asked.devices, asked.out, asked.logs, load_catalogue() if asked.hooks else None, asked.grant)
    counted = Counter(one.result for one in done)
    started = sum(counted[result] for result in STARTED)
    print(f"{started} of {len(done)} as on a phone: {dict(counted)}", file=sys.stderr)


if __name__ == "__main__":
    main()
