"""What a rig sees of behaviour that is known: an app that reads everything there is to read, by every route, and says so itself.

The app's own word is what tells a read that was missed (it was made, and no hook saw it) from one that this device does not
have (it ended before the method was called). docs/rig.md, "Self-test".
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from harness.bundle import Bundle, open_bundle
from harness.device.adb import AdbDevice
from harness.doctor.own_app import under
from harness.errors import RigError
from harness.model import Call, Fact
from harness.suite.rig import LOG, DeviceRig
from harness.tables.attribution import class_of

PACKAGE = "example.collector"
SECONDS = 240.0
STILL_SECONDS = 45.0
"""Without a new line of the app's, it is taken to have stopped."""
_LOOK_SECONDS = 0.3
_DONE = "READ: DONE"
_LINE = re.compile(r"Collector: (READING|READ) (\w+):? (.*)")
_NOT_THERE = ("java.lang.NoSuchMethod", "java.lang.NoClassDef", "java.lang.ClassNotFound", "java.lang.NoSuchField")


class Planted(Protocol):
    """One read that the app makes (lab/apps/collector/labels.yaml). `lab`: whether the lab can show it."""

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def method(self) -> str: ...
    @property
    def route(self) -> str: ...
    @property
    def lab(self) -> bool: ...


@dataclass(frozen=True)
class Outcome:
    """`state`: recorded, missed (made, and no hook saw it), excused (the lab cannot show it), not_there (this Android has no such
    method), not_made (the app did not come to it). `said`: what the app got."""

    id: str
    kind: str
    method: str
    route: str
    state: str
    said: str


@dataclass(frozen=True)
class SelfTest:
    """The outcome of each planted read, and the bundle that shows it. `ended`: whether the app came to its end; `tools`: their
    versions."""

    outcomes: tuple[Outcome, ...]
    bundle: Path
    ended: bool
    tools: Mapping[str, str]

    def made(self) -> list[Outcome]:
        return [one for one in self.outcomes if one.state in ("recorded", "missed")]

    def missed(self) -> list[Outcome]:
        return [one for one in self.outcomes if one.state == "missed"]

    def routes(self) -> dict[str, tuple[int, int]]:
        """Route -> (recorded, made)."""
        made = Counter(one.route for one in self.made())
        seen = Counter(one.route for one in self.made() if one.state == "recorded")
        return {route: (seen[route], made[route]) for route in sorted(made)}


def run(
    device: AdbDevice, apk: Path, planted: Sequence[Planted], out: Path, *, say: Callable[[str], None] = lambda text: None
) -> SelfTest:
    """Installs the app, has it make all its reads under the hooks, takes it away again. The bundle in `out` is left sealed.
    Raises HarnessError where the rig cannot be set up or put back."""
    bundle = Bundle.create(out, PACKAGE)
    rig = DeviceRig(device)
    ended = False
    sample = {"package": PACKAGE, "sha256": bundle.put_sample(apk)}
    for kind, data in (("app", sample), ("device", rig.device_facts()), ("tools", rig.tool_facts())):
        bundle.append(Fact(host_ns=time.time_ns(), type=kind, data=data))
    try:
        with under(rig, apk, PACKAGE, bundle, say, _grant):
            ended = _read_all(rig, bundle.path / LOG, len(planted), say)
    finally:
        bundle.seal(complete=ended)
    return SelfTest(tuple(outcomes(bundle.path, planted, lab=rig.facts.kind == "lab")), bundle.path, ended, rig.tool_facts())


def _grant(device: AdbDevice) -> None:
    """Every permission that a user can give; where one is refused, its read is denied, which is recorded all the same."""
    for one in device.permissions(PACKAGE):
        if one.runtime and not one.granted:
            device.shell("pm", "grant", PACKAGE, one.name)


def _read_all(rig: DeviceRig, log: Path, wanted: int, say: Callable[[str], None]) -> bool:
    """Whether the app came to its end. Raises RigError where the rig failed meanwhile."""
    say("the app reads")
    started = rig.device.shell("am", "start", "-n", f"{PACKAGE}/.MainActivity", "--es", "read", "ALL", seconds=SECONDS)
    if started.status != 0:
        why = (started.error or started.output).strip()
        raise RigError(f"{PACKAGE} could not be started.", why, "Look at the device; run again.")
    begun = moved = time.monotonic()
    count = told = 0
    log.touch()     # the thread that writes it may not have begun
    with log.open(encoding="utf-8", errors="replace") as file:
        rest = ""
        while time.monotonic() - begun < SECONDS and time.monotonic() - moved < STILL_SECONDS:
            *lines, rest = (rest + file.read()).split("\n")
            if more := sum("Collector: READ " in line for line in lines):
                count, moved = count + more, time.monotonic()
            if any(_DONE in line for line in lines):
                rig.hooks.flush()
                return True
            if count >= told + 50:
                told = count
                say(f"the app reads: {count} of {wanted}")
            rig.check()
            time.sleep(_LOOK_SECONDS)
    return False


def outcomes(folder: Path, planted: Iterable[Planted], *, lab: bool) -> Iterable[Outcome]:
    """What became of each read, from a bundle alone."""
    source = open_bundle(folder)
    said, readers = _told((folder / LOG).read_text("utf-8", errors="replace"))
    frames: Mapping[str, list[str]] = {stack.id: stack.frames for stack in source.stacks()}
    calls: dict[tuple[str, str], list[Call]] = {}
    for call in source.calls():
        calls.setdefault((call.method, call.kind), []).append(call)
    for one in planted:
        result = said.get(one.id, "")
        reader = readers.get(one.id, "")
        seen = bool(reader) and any(_made_by(call, reader, frames) for call in calls.get((one.method, one.kind), ()))
        if seen:
            state = "recorded"
        elif lab and not one.lab:
            state = "excused"
        elif not result:
            state = "not_made"
        else:
            state = "not_there" if any(name in result for name in _NOT_THERE) else "missed"
        yield Outcome(one.id, one.kind, one.method, one.route, state, result)


def _told(log: str) -> tuple[dict[str, str], dict[str, str]]:
    """What the app got by each read, and the class that made it."""
    lines = _LINE.findall(log)
    return ({name: text.strip() for word, name, text in lines if word == "READ"},
            {name: text.strip() for word, name, text in lines if word == "READING"})


def _made_by(call: Call, reader: str, frames: Mapping[str, list[str]]) -> bool:
    """Whether code of the class `reader` made the call, itself or by handing work over."""
    its = re.compile(rf"{re.escape(reader)}(\$\d+)*")
    stacks = [frames.get(stack, ()) for stack in (call.stack, *call.submitted) if stack]
    return any(its.fullmatch(class_of(frame)) for stack in stacks for frame in stack)
