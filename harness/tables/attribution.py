"""Who called: the nearest frame that is neither framework nor ours, mapped to the app, a named SDK or `unresolved`.

A frame counts by its class name; a longer package prefix wins over a shorter one. A call that the
framework makes on its own behalf (a framework frame stands right under the hooked method) keeps its
caller but has origin `framework`: rules leave it out of violations (clauses-summary, reading 2).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from harness.resources import resource

FRAMEWORK = (
    "android.",
    "com.android.",
    "dalvik.",
    "libcore.",
    "java.",
    "javax.",
    "jdk.",
    "sun.",
    "com.sun.",
    "org.robolectric.",
    "lab.boot.",
    "lab.device.",
    "org.apache.harmony.",
    "org.json.",
    "org.xml.",
    "org.w3c.",
    "kotlin.",
    "kotlinx.coroutines.",
    "com.google.android.gms.dynamite.",
)
# Support libraries live in the APK but act for whoever calls them.
TRANSPARENT = ("androidx.", "android.support.", "kotlin.", "kotlinx.")
# The JVM's own way of calling a method by reflection: it hides no framework decision.
REFLECTION = ("java.lang.reflect.", "jdk.internal.reflect.", "sun.reflect.", "java.lang.invoke.")

_FRAME = re.compile(r"^(?:at )?(?:[\w.$-]+//?)?(?P<name>[\w.$<>/-]+)\(")


@dataclass(frozen=True, kw_only=True)
class Sdk:
    """A named SDK: its company, Java package prefixes and hosts (registrable domains). `source` says who knows it."""

    name: str
    company: str = ""
    packages: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class Caller:
    """`name`: the app's package, an SDK's name or `unresolved`. `origin`: app, sdk, framework or unresolved."""

    name: str
    origin: str
    frame: str
    prefix: str


def load_sdks(path: Path | None = None) -> tuple[Sdk, ...]:
    """The SDK catalogue, hooks/sdks.yaml."""
    entries: list[dict[str, Any]] = yaml.safe_load((path or resource("hooks", "sdks.yaml")).read_text("utf-8"))
    return tuple(
        Sdk(
            name=e["name"],
            company=e.get("company", ""),
            packages=tuple(e.get("packages", ())),
            hosts=tuple(e.get("hosts", ())),
            source=e["source"],
        )
        for e in entries
    )


def class_of(frame: str) -> str:
    """`com.example.A$B.run(A.java:3)` -> `com.example.A$B`."""
    match = _FRAME.match(frame)
    qualified = match["name"] if match else frame.split("(")[0]
    return qualified.rpartition(".")[0].rpartition("/")[2]


def _starts(name: str, prefixes: Iterable[str]) -> str:
    """The longest of the dotted prefixes that `name` lies under, or ""."""
    best = ""
    for prefix in prefixes:
        bare = prefix.rstrip(".")
        if len(bare) > len(best) and (name == bare or name.startswith((bare + ".", bare + "$"))):
            best = bare
    return best


def code_packages(app: Mapping[str, Any], sdks: Sequence[Sdk]) -> tuple[str, ...]:
    """The Java packages of the app's own code, from its facts: its id, and where its first screen's class lies.

    An app's id and its code often differ (editions, flavours). A class of a named SDK is never the app's own.
    """
    own = [str(app.get("package", ""))]
    first = str(app.get("launcher", "") or "").rpartition(".")[0]
    if first.count(".") and not _starts(first, [p for sdk in sdks for p in sdk.packages]):
        own.append(first)
    return tuple(dict.fromkeys(p for p in own if p))


def attribute(
    frames: Sequence[str], *, package: str, method: str, sdks: Sequence[Sdk], code: Sequence[str] = ()
) -> Caller:
    """Map a stack (nearest frame first) to its caller.

    `package` names the app, `code` are the packages of its own code. `method` is the hooked method; its own
    frames at the top are passed over, whether the stack still has them or not.
    """
    hooked = method.rpartition(".")[0]
    names = [class_of(frame) for frame in frames]
    at = 0
    while at < len(names) and _starts(names[at], (hooked,)):
        at += 1
    direct = next((n for n in names[at:] if not _starts(n, REFLECTION)), "")
    by_prefix = {prefix: sdk for sdk in sdks for prefix in sdk.packages}
    framework_first = bool(direct) and bool(_starts(direct, FRAMEWORK)) and not _starts(direct, by_prefix)
    for name, frame in zip(names[at:], frames[at:], strict=True):
        prefix = _starts(name, (package, *code, *by_prefix))
        if not prefix and _starts(name, (*FRAMEWORK, *TRANSPARENT)):
            continue
        if prefix and prefix in by_prefix:
            who, origin = by_prefix[prefix].name, "sdk"
        elif prefix:
            who, origin = package, "app"
        else:
            who, origin, prefix = "unresolved", "unresolved", ".".join(name.split(".")[:3])
        return Caller(name=who, origin="framework" if framework_first else origin, frame=frame, prefix=prefix)
    return Caller(name="unresolved", origin="framework" if framework_first else "unresolved", frame="", prefix="")
