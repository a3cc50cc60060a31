"""What an APK's code asks of the lab's framework: lab/translator's Survey, which goes through every class of its dex files.

Three things are computed from the lab's own jars each time, and from no list: which classes and members the framework has; which
methods are implemented by a shadow or by the native runtime (by the shadows' annotations); and which system services
Robolectric answers with a proxy that gives null or zero (by the code of its ShadowServiceManager). A method of the framework
`ends` in nothing if it is native without an implementation, or if its body, followed within its class, asks one of these
services. What only happens in other classes' code, or depends on arguments, is not seen.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness.errors import BadApk, HarnessError
from harness.lab import runtime
from harness.lab.translate import program

_GIVES_UP = 3
_SECONDS = 600
_HEAP = "-Xmx1536m"
_REPORT = "Report this, with the APK if you may."


@dataclass(frozen=True)
class Use:
    """A class or member of the framework, how many places of the APK use it, and one of them. `why`: it ends in nothing."""

    name: str
    times: int
    caller: str
    why: str = ""


@dataclass
class Survey:
    """`classes`: the APK's own. `refers`: classes that it uses and does not bring, `absent` those that the lab has not either.

    `natives`: native methods that it declares. `loads`: libraries that are loaded by a name in the code -> where.
    `missing`: kind (class, method, field) -> what of the framework's own packages the lab's framework does not have.
    """

    classes: set[str] = field(default_factory=set)
    refers: dict[str, Use] = field(default_factory=dict)
    absent: dict[str, Use] = field(default_factory=dict)
    natives: list[str] = field(default_factory=list)
    loads: dict[str, str] = field(default_factory=dict)
    missing: dict[str, list[Use]] = field(default_factory=dict)
    ends: list[Use] = field(default_factory=list)


def survey_all(apks: Sequence[Path]) -> Survey:
    """Of a base and its splits, which use each other's classes. Raises BadApk."""
    found = [survey(apk) for apk in apks]
    if len(found) == 1:
        return found[0]
    classes = {name for one in found for name in one.classes}
    whole = Survey(classes=classes, natives=[name for one in found for name in one.natives])
    for one in found:
        whole.loads = {**one.loads, **whole.loads}
        for mine, its in ((whole.refers, one.refers), (whole.absent, one.absent)):
            for name, use in its.items():
                if name not in classes:
                    mine[name] = _both(mine.get(name), use)
    for kind in {kind: None for one in found for kind in one.missing}:
        uses = _joined(use for one in found for use in one.missing.get(kind, ()))
        whole.missing[kind] = [use for use in uses if not {use.name, use.name.rpartition(".")[0]} & classes]
    whole.ends = _joined(use for one in found for use in one.ends)
    return whole


def _joined(uses: Iterable[Use]) -> list[Use]:
    by_name: dict[str, Use] = {}
    for use in uses:
        by_name[use.name] = _both(by_name.get(use.name), use)
    return list(by_name.values())


def _both(one: Use | None, other: Use) -> Use:
    return other if one is None else replace(one, times=one.times + other.times)


def survey(apk: Path) -> Survey:
    """Goes through the APK's code. Raises BadApk where its dex files cannot be read."""
    class_path = runtime.prepare().class_path
    command = [runtime.java(), _HEAP, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", program(), "lab.translator.Survey",
               apk, *class_path]  # fmt: skip
    try:
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, encoding="utf-8",
                              errors="replace", timeout=_SECONDS, check=False)  # fmt: skip
    except subprocess.TimeoutExpired as slow:
        raise HarnessError(f"The code of {apk.name} was not read within {_SECONDS} s.", "", _REPORT) from slow
    lines = [line.split("\t") for line in done.stdout.split("\n") if line]
    if done.returncode == _GIVES_UP:
        bad = next((fields for fields in lines if fields[0] == "bad"), ["bad", "its code", "no reason was told"])
        raise BadApk(f"The code of {apk.name} cannot be read: {bad[1]}.", bad[2], "Check that the APK is complete.")
    if done.returncode != 0:
        raise HarnessError(f"The survey of {apk.name} failed.", done.stderr.strip()[-1500:], _REPORT)
    return _read(lines)


def _read(lines: list[list[str]]) -> Survey:
    made = Survey()
    take: dict[str, Callable[..., object]] = {
        "class": made.classes.add,
        "native": made.natives.append,
        "load": made.loads.setdefault,
        "refers": lambda name, where, times, caller: (made.absent if where == "absent" else made.refers).__setitem__(
            name, Use(name, int(times), caller)),
        "missing": lambda kind, name, times, caller: made.missing.setdefault(kind, []).append(Use(name, int(times), caller)),
        "ends": lambda name, why, times, caller: made.ends.append(Use(name, int(times), caller, why)),
    }
    for what, *fields in lines:
        take[what](*fields)
    return made
