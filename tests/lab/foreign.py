"""Apps that nobody here wrote: where they come from, and a crawl through their activities.

`python -m tests.lab.foreign > docs/foreign-apps.md` crawls all of them and writes the table. None is kept in the repository.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from harness.device.adb import AdbDevice
from harness.device.apk import Component, read_apk
from harness.lab import registry
from harness.lab.artefacts import exclusive
from harness.resources import cache_dir
from tests.lab.whole import grant_all, own_state

KNOWN = Path(__file__).with_name("foreign.yaml")
SETTLE_SECONDS = 0.5
TOGETHER = 50
"""So many activities lie upon each other at most: an app has 256 MiB for all of them, as on a phone."""
_CRASH = re.compile(r"FATAL EXCEPTION|ANR in ")
_TOLD = re.compile(r"^.* AndroidRuntime: ((?:[\w$]+\.)+[\w$]*(?:Exception|Error)[^\n]*)$", re.MULTILINE)


@dataclass(frozen=True)
class Foreign:
    """One app: an npm package, and the APK's place in it."""

    id: str
    spec: str
    member: str


APPS = (
    Foreign("apidemos", "android-apidemos@5.0.0", "package/apks/ApiDemos-debug.apk"),
    Foreign("settings", "io.appium.settings@8.0.10", "package/apks/settings_apk-debug.apk"),
)


class NotToBeHad(Exception):
    """The app cannot be fetched here; the message says why."""


def fetch(app: Foreign) -> Path:
    """The APK, from the cache or by npm. Raises NotToBeHad."""
    apk = cache_dir("foreign") / f"{app.spec.replace('@', '-')}.apk"
    with exclusive(apk.with_suffix(".lock")):
        if not apk.is_file():
            _bring(app, apk)
    return apk


def _bring(app: Foreign, apk: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise NotToBeHad("npm is not installed, so the foreign app cannot be fetched")
    words = [npm, "pack", app.spec, "--json"]
    said = subprocess.run(words, cwd=apk.parent, capture_output=True, text=True, timeout=180, check=False)
    if said.returncode != 0:
        raise NotToBeHad(f"npm did not give {app.spec}: {said.stderr.strip()[-200:]}")
    archive = apk.parent / json.loads(said.stdout)[0]["filename"]
    with tarfile.open(archive) as packed:
        member = packed.extractfile(app.member)
        assert member is not None
        part = apk.with_suffix(".part")
        part.write_bytes(member.read())
    part.replace(apk)
    archive.unlink()


@dataclass(frozen=True)
class Shown:
    """What came of starting one activity: `ok`, `crashed` or `refused`, and the last cause that was told."""

    activity: str
    result: str
    why: str = ""


def crawl(device: AdbDevice, package: str, activities: Sequence[Component]) -> Iterator[Shown]:
    """Starts one activity after the other, with every runtime permission given, and looks whether the app bears it."""
    grant_all(device, package)
    for number, activity in enumerate(activities):
        if number % TOGETHER == 0:
            device.stop(package)
        device.shell("logcat", "-c")
        said = device.shell("am", "start", "-W", "-n", f"{package}/{activity.name}", seconds=60).output
        until = time.monotonic() + SETTLE_SECONDS
        log = ""
        while time.monotonic() < until and not _CRASH.search(log):
            time.sleep(0.1)
            log = device.shell("logcat", "-d").output
        if _CRASH.search(log):
            causes = _TOLD.findall(log)
            yield Shown(activity.name, "crashed", causes[0] if causes else "ANR")
            device.stop(package)
        elif "Error" in said:
            yield Shown(activity.name, "refused", said.strip().splitlines()[-1])
        else:
            yield Shown(activity.name, "ok")


def activities_of(apk: Path) -> tuple[str, list[Component]]:
    """The package, and the activities that its manifest has switched on, in its order."""
    facts = read_apk(apk)
    return facts.package, [c for c in facts.components if c.kind == "activity" and c.enabled]


def known() -> dict[str, dict[str, dict[str, str]]]:
    """foreign.yaml: by app and activity `whose` failure it is (app or lab), and `why`."""
    found: dict[str, dict[str, dict[str, str]]] = yaml.safe_load(KNOWN.read_text("utf-8"))
    return found


def page(found: dict[str, list[Shown]]) -> str:
    """docs/foreign-apps.md."""
    told = known()
    lines = [
        "# Apps that nobody here wrote",
        "",
        "Made by `python -m tests.lab.foreign`: every activity of each app, unmodified, started on the lab device, one after",
        "the other. Whose failure each is was looked at by hand (tests/lab/foreign.yaml): `app`, it would fail so on a phone;",
        "`lab`, a piece is missing.",
        "",
        "| app | from | activities | shown | the app's own failures | the lab's |",
        "|---|---|---|---|---|---|",
    ]
    for app in APPS:
        results = found[app.id]
        whose = Counter(told.get(app.id, {}).get(one.activity, {}).get("whose", "lab") for one in results if one.result != "ok")
        shown = sum(one.result == "ok" for one in results)
        lines.append(f"| {app.id} | npm {app.spec} | {len(results)} | {shown} | {whose['app']} | {whose['lab']} |")
    for app in APPS:
        failed = [one for one in found[app.id] if one.result != "ok"]
        if failed:
            lines += ["", f"## {app.id}", "", "| activity | result | whose | why |", "|---|---|---|---|"]
        for one in failed:
            about: dict[str, Any] = told.get(app.id, {}).get(one.activity, {})
            why = about.get("why", one.why).replace("|", "/")
            lines.append(f"| {one.activity} | {one.result} | {about.get('whose', 'lab')} | {why} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    found = {}
    with tempfile.TemporaryDirectory() as folder, own_state(Path(folder)):
        for app in APPS:
            apk = fetch(app)
            package, activities = activities_of(apk)
            handle = registry.start(warm=2, die_with=os.getpid())
            try:
                device = AdbDevice.open(handle.serial)
                device.install(apk)
                found[app.id] = []
                for one in crawl(device, package, activities):
                    found[app.id].append(one)
                    print(f"{len(found[app.id])} of {len(activities)} {one.activity}: {one.result} {one.why}", file=sys.stderr)
            finally:
                registry.stop(handle.serial)
    print(page(found), end="")


if __name__ == "__main__":
    main()
