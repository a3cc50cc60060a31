"""Who called: the nearest frame that is neither framework nor ours, mapped to the app, a named SDK or `unresolved`.

A frame counts by its class name; a longer package prefix wins over a shorter one, whoever it belongs to. A call that
the framework makes on its own behalf (a framework frame stands right under the hooked method) keeps its caller but has
origin `framework`: rules leave it out of violations (clauses-summary, reading 2).

Support libraries, and the libraries of a file of hooks/sdks that says `transparent: true` (OkHttp, React Native, MMKV),
act for whoever calls them: they are passed over. Such a library is named only where no other code is on the stack.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import dropwhile
from pathlib import Path
from typing import Any

import yaml

from harness.errors import HarnessError
from harness.resources import framework_packages, resource

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
    "com.google.android.gms.dynamite.",
)
# Under these an app may well put classes of its own: only the packages that the framework really has are the framework's.
CLAIMED = frozenset({"android", "com.android"})
# Loaded by Play services into the app on the framework's side, though it lies inside an SDK's package.
BELOW_PLAY_SERVICES = frozenset({"com.google.android.gms.dynamite"})
# Support libraries live in the APK but act for whoever calls them.
TRANSPARENT = ("androidx.", "android.support.", "kotlin.", "kotlinx.")
# The JVM's own way of calling a method by reflection: it hides no framework decision.
REFLECTION = ("java.lang.reflect.", "jdk.internal.reflect.", "sun.reflect.", "java.lang.invoke.")

FILE_KEYS = {"purpose", "transparent", "sdks"}
SDK_KEYS = {"name", "zh", "en", "company", "packages", "hosts", "source", "purpose"}
# What a reversed domain begins with. A library's root package may be one word (okhttp3), but never one of these.
TOP_LEVELS = {
    "com", "cn", "org", "net", "io", "me", "de", "uk", "us", "jp", "kr", "ru", "fr", "eu", "co", "cc", "tv", "ai",
    "app", "dev", "edu", "gov", "info", "biz",
}

_FRAME = re.compile(r"^(?:at )?(?:[\w.$-]+//?)?(?P<name>[\w.$<>/-]+)\(")
# Code of a library, `libx.so!0x1a2b`, acts for the Java code below it; where there is none it is all that is known.
_NATIVE = re.compile(r"[^()\s]+!0x[0-9a-f]+\(")
# What carries work from one thread to another decides nothing by itself.
CARRIERS = (
    "java.util.concurrent", "java.util.TimerThread", "java.lang.Thread", "java.lang.reflect", "java.lang.invoke", "jdk.internal",
    "android.os.Handler", "android.os.HandlerThread", "android.os.Looper", "android.os.AsyncTask", "android.app.ActivityThread",
    "com.android.internal.os.RuntimeInit", "com.android.internal.os.ZygoteInit", "org.robolectric", "lab.boot", "lab.device",
)

_PREFIX = re.compile(r"[A-Za-z_]\w*(\.\w+)*")
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, kw_only=True)
class Sdk:
    """A named SDK: its company, Java package prefixes and hosts (domains). `source` says who knows it. Without packages it
    is a service, or a whole company, of which only hosts are known.

    `name` is what its users call it; `zh` and `en` are its names in the two languages where they differ from that.
    `purpose` is the file of hooks/sdks it is in, or the one that it names: those of the example apps stand together, whatever
    they are for. A `transparent` one acts for whoever calls it.
    """

    name: str
    zh: str = ""
    en: str = ""
    company: str = ""
    purpose: str = ""
    packages: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    source: str = ""
    transparent: bool = False


class SdkError(HarnessError):
    """The catalogue of SDKs is wrong; `problems` holds each fault as one line."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(
            "The catalogue of SDKs has faults.",
            "\n".join(problems),
            "Mend the files named; hooks/sdks/README.md says what each key means.",
        )
        self.problems = problems


@dataclass(frozen=True, kw_only=True)
class Caller:
    """`name`: the app's package, an SDK's name or `unresolved`. `origin`: app, sdk, framework or unresolved."""

    name: str
    origin: str
    frame: str
    prefix: str


def load_sdks(folder: Path | None = None) -> tuple[Sdk, ...]:
    """The catalogue of SDKs, every hooks/sdks/*.yaml, or `SdkError` with every fault found."""
    return _shipped() if folder is None else _load(folder)


@cache
def _shipped() -> tuple[Sdk, ...]:
    return _load(resource("hooks", "sdks"))


def _load(folder: Path) -> tuple[Sdk, ...]:
    problems: list[str] = []
    found: list[tuple[str, Sdk]] = []
    for path in sorted(folder.glob("*.yaml")):
        found.extend((path.name, sdk) for sdk in _read(path, problems))
    if not found and not problems:
        problems.append(f"{folder}: no *.yaml file")
    problems.extend(_twice("name", [(sdk.name, file, sdk) for file, sdk in found]))
    problems.extend(_twice("package", [(p, file, sdk) for file, sdk in found for p in sdk.packages]))
    problems.extend(_twice("host", [(h, file, sdk) for file, sdk in found for h in sdk.hosts]))
    if problems:
        raise SdkError(problems)
    return tuple(sdk for _, sdk in found)


def _read(path: Path, problems: list[str]) -> Iterator[Sdk]:
    """The SDKs of one file; what is wrong with the rest goes to `problems`."""
    try:
        data = yaml.load(path.read_bytes(), Loader=_LOADER)
    except yaml.YAMLError as error:
        problems.append(f"{path.name}: not YAML: {' '.join(str(error).split())}")
        return
    if not isinstance(data, dict):
        problems.append(f"{path.name}: a mapping is wanted at the top")
        return
    problems.extend(f"{path.name}: {p}" for p in _file_problems(data))
    transparent = data.get("transparent") is True
    listed = data.get("sdks")
    for place, entry in enumerate(listed if isinstance(listed, list) else (), start=1):
        if not isinstance(entry, dict):
            problems.append(f"{path.name}: entry {place}: a mapping is wanted")
            continue
        told = list(_entry_problems(entry, transparent))
        name = entry.get("name") or f"number {place}"
        problems.extend(f"{path.name}: {name}: {p}" for p in told)
        if not told:
            texts = {key: entry.get(key, "") for key in ("name", "zh", "en", "company", "source")}
            yield Sdk(
                **texts,
                purpose=entry.get("purpose", path.stem),
                packages=tuple(entry.get("packages", ())),
                hosts=tuple(entry.get("hosts", ())),
                transparent=transparent,
            )


def _file_problems(data: dict[str, Any]) -> Iterator[str]:
    for key in sorted(map(str, data.keys() - FILE_KEYS)):
        yield f"unknown key {key!r}; known: {', '.join(sorted(FILE_KEYS))}"
    purpose = data.get("purpose")
    if not isinstance(purpose, dict) or set(purpose) != {"zh", "en"}:
        yield "purpose must have zh and en"
    if not isinstance(data.get("transparent", False), bool):
        yield f"transparent must be true or false, not {data['transparent']!r}"
    if not isinstance(data.get("sdks"), list) or not data["sdks"]:
        yield "sdks must be a list with at least one entry"


def _entry_problems(entry: dict[str, Any], transparent: bool) -> Iterator[str]:
    for key in sorted(map(str, entry.keys() - SDK_KEYS)):
        yield f"unknown key {key!r}; known: {', '.join(sorted(SDK_KEYS))}"
    for key in ("name", "source"):
        if not entry.get(key):
            yield f"{key} is missing"
    for key in ("name", "zh", "en", "company", "source", "purpose"):
        if not isinstance(entry.get(key, ""), str):
            yield f"{key} must be a text (write numbers in quotes), not {entry[key]!r}"
    for key in ("packages", "hosts"):
        if not isinstance(entry.get(key, []), list):
            yield f"{key} must be a list"
            return
    if not entry.get("packages") and not entry.get("hosts"):
        yield "neither packages nor hosts"
    for prefix in entry.get("packages", ()):
        yield from _prefix_problems(prefix, transparent)
    for host in entry.get("hosts", ()):
        if not isinstance(host, str) or not _HOST.fullmatch(host):
            yield f"host {host!r} is no domain in small letters"


def _prefix_problems(prefix: Any, transparent: bool) -> Iterator[str]:
    if not isinstance(prefix, str) or not _PREFIX.fullmatch(prefix):
        yield f"package {prefix!r} is no Java package"
    elif "." not in prefix and (not transparent or prefix in TOP_LEVELS):
        yield f"package {prefix!r} has fewer than two parts"
    elif any(longest(p, {prefix}) for p in _FRAMEWORK | _SUPPORT if p not in BELOW_PLAY_SERVICES):
        yield f"package {prefix!r} holds classes of the framework"


def _twice(what: str, found: list[tuple[str, str, Sdk]]) -> Iterator[str]:
    """What more than one entry has, each with where it is."""
    count = Counter(value for value, _, _ in found)
    for value in (v for v, n in count.items() if n > 1):
        where = " and in ".join(f"{file} ({sdk.name})" for v, file, sdk in found if v == value)
        yield f"{what} {value!r} is in {where}"


def class_of(frame: str) -> str:
    """`com.example.A$B.run(A.java:3)` -> `com.example.A$B`."""
    match = _FRAME.match(frame)
    qualified = match["name"] if match else frame.split("(")[0]
    return qualified.rpartition(".")[0].rpartition("/")[2]


def framework_prefix(name: str) -> str:
    """The prefix of the framework that a class lies under, or "": a name alone makes no framework class."""
    prefix = longest(name, _FRAMEWORK)
    if prefix in CLAIMED and name.rpartition(".")[0].partition("$")[0] not in framework_packages():
        return ""
    return prefix


def longest(name: str, prefixes: Container[str]) -> str:
    """The longest of the prefixes that `name` lies under, or "": it is one, or goes on after one with `.` or `$`.

    The cost is that of `name`, however many prefixes there are.
    """
    cut = len(name)
    while cut > 0:
        if name[:cut] in prefixes:
            return name[:cut]
        cut = max(name.rfind(".", 0, cut), name.rfind("$", 0, cut))
    return ""


def _bare(prefixes: Iterable[str]) -> frozenset[str]:
    return frozenset(p.rstrip(".") for p in prefixes)


_CARRIERS = _bare(CARRIERS)
_FRAMEWORK, _SUPPORT, _REFLECTION = _bare(FRAMEWORK), _bare(TRANSPARENT), _bare(REFLECTION)


@dataclass(frozen=True)
class _Index:
    """`prefixes`: each with its SDK, None for the framework's and support libraries'. `transparent`: names of those that act for
    others."""

    of: tuple[Sdk, ...]
    prefixes: dict[str, Sdk | None]
    transparent: frozenset[str]


_index = _Index((), dict.fromkeys(_FRAMEWORK | _SUPPORT), frozenset())


def _indexed(sdks: Sequence[Sdk]) -> _Index:
    """Made anew when `sdks` are others."""
    global _index
    wanted = tuple(sdks)
    if wanted != _index.of:
        owners: dict[str, Sdk | None] = dict.fromkeys(_FRAMEWORK | _SUPPORT)
        owners.update((prefix.rstrip("."), sdk) for sdk in wanted for prefix in sdk.packages)
        _index = _Index(wanted, owners, frozenset(sdk.name for sdk in wanted if sdk.transparent))
    return _index


def _prefixes(sdks: Sequence[Sdk]) -> dict[str, Sdk | None]:
    return _indexed(sdks).prefixes


def code_packages(app: Mapping[str, Any], sdks: Sequence[Sdk]) -> tuple[str, ...]:
    """The Java packages of the app's own code, from its facts: its id, and where its first screen's class lies.

    An app's id and its code often differ (editions, flavours). A class of a named SDK or of the framework is never
    the app's own.
    """
    own = [str(app.get("package", ""))]
    first = str(app.get("launcher", "") or "").rpartition(".")[0]
    if first.count(".") and not longest(first, _prefixes(sdks)):
        own.append(first)
    return tuple(dict.fromkeys(p for p in own if p))


def attribute(
    frames: Sequence[str],
    *,
    package: str,
    method: str,
    sdks: Sequence[Sdk],
    code: Sequence[str] = (),
    handed_over: Sequence[Sequence[str]] = (),
) -> Caller:
    """Map a stack (nearest frame first) to its caller.

    `package` names the app, `code` are the packages of its own code. `method` is the hooked method; its own
    frames at the top are passed over, whether the stack still has them or not. `handed_over`: the stacks that handed the
    work to this thread, nearest first; asked where nobody but the framework, or a library that acts for others, is on the
    thread itself.
    """
    found = _attribute(frames, package=package, method=method, sdks=sdks, code=code)
    acts_for_others = _indexed(sdks).transparent
    if found.frame and found.name not in acts_for_others:
        return found
    only_carried = all(longest(class_of(frame), _CARRIERS) for frame in frames)
    for stack in handed_over:
        below = list(dropwhile(lambda frame: bool(framework_prefix(class_of(frame))), stack))
        by = _attribute(below, package=package, method="", sdks=sdks, code=code)
        if by.frame and by.name not in acts_for_others:
            return by if found.frame or only_carried else replace(by, origin=found.origin)
    return found


def _attribute(
    frames: Sequence[str], *, package: str, method: str, sdks: Sequence[Sdk], code: Sequence[str]
) -> Caller:
    hooked = {method.rpartition(".")[0]}
    known, own = _prefixes(sdks), _bare((package, *code))
    in_c = next((frame for frame in frames if _NATIVE.match(frame)), "")
    frames = [frame for frame in frames if not _NATIVE.match(frame)]
    names = [class_of(frame) for frame in frames]
    at = 0
    while at < len(names) and longest(names[at], hooked):
        at += 1

    def owner(name: str) -> tuple[str, bool]:
        """The prefix that `name` lies under, and whether that is the app's."""
        mine, other = longest(name, own), longest(name, known)
        if other in CLAIMED and not framework_prefix(name):
            other = ""
        return (mine, True) if mine and len(mine) >= len(other) else (other, False)

    direct, apps = owner(next((n for n in names[at:] if not longest(n, _REFLECTION)), ""))
    framework_first = direct in _FRAMEWORK and known[direct] is None and not apps and not in_c

    def caller(name: str, origin: str, frame: str, prefix: str) -> Caller:
        return Caller(name=name, origin="framework" if framework_first else origin, frame=frame, prefix=prefix)

    library: tuple[str, str, str, str] | None = None
    for name, frame in zip(names[at:], frames[at:], strict=True):
        prefix, apps = owner(name)
        if apps:
            return caller(package, "app", frame, prefix)
        if not prefix:
            return caller("unresolved", "unresolved", frame, ".".join(name.split(".")[:3]))
        sdk = known[prefix]
        if sdk is not None and not sdk.transparent:
            return caller(sdk.name, "sdk", frame, prefix)
        if sdk is not None and library is None:
            library = sdk.name, "sdk", frame, prefix
    return caller(*(library or ("unresolved", "unresolved", in_c, "")))
