"""A catalogue file as YAML with the line of every key, and what may be wrong with it.

A fault is one line: `file.yaml:12: hook android.os.Build.getSerial: api: ...`, so that an editor can jump there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

UNIT_KEYS = {"id", "title", "standard", "doc", "kind", "hooks"}
HOOK_KEYS = {
    "method", "kind", "api", "narrow", "overloads", "when", "rest", "direct", "off", "value", "empty", "permission", "from",
    "doc",
}  # fmt: skip
ORIGINS = ("framework", "vendor", "app", "native")
PARTS = ("", "uri", "path", "authority", "action", "actions", "package", "class", "request")
RECEIVER_PARTS = ("", "path", "class", "command", "package", "provider", "descriptor")
LOWEST, HIGHEST = 1, 99
NATIVE_ARGUMENTS = 3

METHOD = re.compile(r"((?:[\w$]+\.)+[\w$]+)\.([\w$]+|<init>)")
WHEN = re.compile(r"(receiver|arg\d+)(?:\.(\w+))?")
_ID = re.compile(r"[a-z][a-z0-9-]*")
_API = re.compile(r"(\d+)?(\.\.)?(\d+)?")
_VALUE = re.compile(r"return|act|registered|receiver|arg\d+(\.request)?")
_OVERLOAD = re.compile(r"\(([\w$.\[;]+(, [\w$.\[;]+)*)?\)")

Path_ = tuple["str | int", ...]


@dataclass(frozen=True)
class Fault:
    """`path`: the keys and list places that lead to it from the top of the file."""

    path: Path_
    text: str


class NotYaml(ValueError):
    """The text cannot be read; `line` is where reading stopped."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line = line


def read(data: bytes) -> tuple[Any, dict[Path_, int], list[Fault]]:
    """The document, the line of each key and list item in it (from 1), and keys that stand twice. Raises NotYaml."""
    loader = None
    try:
        loader = yaml.SafeLoader(data)
        node = loader.get_single_node()
        document = None if node is None else loader.construct_document(node)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise NotYaml(mark.line + 1 if mark else 1, " ".join(str(error).split())) from error
    except (RecursionError, ValueError, AttributeError) as error:  # bytes that are no text; a date that is none
        raise NotYaml(1, f"{type(error).__name__}: {error}") from error
    finally:
        if loader is not None:
            loader.dispose()
    _mend_off(document)
    lines: dict[Path_, int] = {(): 1}
    twice: list[Fault] = []
    if node is not None:
        _walk(node, (), lines, twice)
    return document, lines, twice


def _mend_off(document: Any) -> None:
    """YAML 1.1 takes a bare `off` for false, as a key too."""
    listed = document.get("hooks") if isinstance(document, dict) else None
    for hook in listed if isinstance(listed, list) else ():
        if isinstance(hook, dict) and False in hook:
            hook["off"] = hook.pop(False)


def _walk(node: yaml.Node, path: Path_, lines: dict[Path_, int], twice: list[Fault]) -> None:
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            name = str(key.value)
            if name in seen:
                twice.append(Fault((*path, name), f"{name}: stands here twice"))
            seen.add(name)
            lines[(*path, name)] = key.start_mark.line + 1
            _walk(value, (*path, name), lines, twice)
    elif isinstance(node, yaml.SequenceNode):
        for place, value in enumerate(node.value):
            lines[(*path, place)] = value.start_mark.line + 1
            _walk(value, (*path, place), lines, twice)


def unit_faults(unit: Mapping[Any, Any]) -> Iterator[Fault]:
    """What is wrong with the head of a file."""
    for key in unit.keys() - UNIT_KEYS:
        yield Fault((str(key),), f"unknown field {key!r}; known: {', '.join(sorted(UNIT_KEYS))}")
    if not isinstance(unit.get("id"), str) or not _ID.fullmatch(unit["id"]):
        yield Fault(("id",), f"id: must be small letters, digits and hyphens, not {unit.get('id')!r}")
    title = unit.get("title")
    if not isinstance(title, dict) or set(title) != {"zh", "en"}:
        yield Fault(("title",), "title: must have zh and en")
    if not isinstance(unit.get("hooks"), list) or not unit["hooks"]:
        yield Fault(("hooks",), "hooks: must be a list with at least one hook")


def hook_faults(entry: Mapping[Any, Any], kinds: Mapping[str, Any], behaviours: Mapping[str, Any]) -> Iterator[Fault]:
    """What is wrong with one hook; `entry` has the file's kind where the hook names none."""
    for key in entry.keys() - HOOK_KEYS:
        yield Fault((str(key),), f"unknown field {key!r}; known: {', '.join(sorted(HOOK_KEYS))}")
    if not isinstance(entry.get("method"), str) or not METHOD.fullmatch(entry["method"]):
        yield Fault(("method",), f"method: must be package.Class.method, or package.Class.<init>, not {entry.get('method')!r}")
    if not isinstance(entry.get("kind"), str) or entry["kind"] not in kinds:
        known = ", ".join(behaviours)
        yield Fault(("kind",), f"kind: {entry.get('kind')!r} is neither in kinds.yaml nor a behaviour ({known})")
    yield from _level_faults(entry)
    if not isinstance(entry.get("value"), str) or not _VALUE.fullmatch(entry["value"]):
        known = "return, act, registered, receiver, argN or argN.request"
        yield Fault(("value",), f"value: must be {known}, not {entry.get('value')!r}")
    if entry.get("from", "framework") not in ORIGINS:
        yield Fault(("from",), f"from: must be {', '.join(ORIGINS)}, not {entry['from']!r}")
    yield from _overload_faults(entry)
    if entry.get("from") == "native":
        yield from _native_faults(entry)
    for key in ("rest", "direct"):
        if not isinstance(entry.get(key, False), bool):
            yield Fault((key,), f"{key}: must be true or false, not {entry[key]!r}")
    for key in ("permission", "doc", "off", "narrow"):
        if key in entry and not (isinstance(entry[key], str) and entry[key].strip()):
            yield Fault((key,), f"{key}: must be a text, not {entry[key]!r}")
    if not isinstance(entry.get("empty", []), list) or not all(isinstance(e, str | int) for e in entry.get("empty", [])):
        yield Fault(("empty",), "empty: must be a list of texts and whole numbers")
    if entry.get("rest") and entry.get("when"):
        yield Fault(("rest",), "rest: it and when exclude each other")
    if "when" in entry:
        yield from _when_faults(entry["when"])


def _native_faults(entry: Mapping[Any, Any]) -> Iterator[Fault]:
    """A function of C has neither overloads nor an object, and it is always the app's own library that calls."""
    for key in ("overloads", "direct"):
        if key in entry:
            yield Fault((key,), f"{key}: a function of the C library has none")
    for key in entry["when"] if isinstance(entry.get("when"), dict) else ():
        if not re.fullmatch(r"arg\d+(\.path)?", str(key)):
            yield Fault(("when", str(key)), f"when: {key!r}: a function of the C library has argN and argN.path only, texts")
    if entry.get("value") in ("receiver", "registered") or str(entry.get("value")).endswith(".request"):
        yield Fault(("value",), f"value: a function of the C library has no {entry['value']}")
    method = str(entry.get("method", ""))
    if not re.fullmatch(r"libc\.so(\.6)?\.\w+", method):
        yield Fault(("method",), f"method: a function of the C library is written libc.so.NAME, not {method!r}")
    if entry.get("value") == "return" and not method.endswith(".__system_property_find"):
        yield Fault(("value",), "value: return is for __system_property_find alone; write act, or argN where it fills a text in")
    if re.fullmatch(r"arg\d+", str(entry.get("value"))) and int(entry["value"][3:]) >= NATIVE_ARGUMENTS:
        yield Fault(("value",), f"value: of a function of the C library arg0 to arg{NATIVE_ARGUMENTS - 1} are seen")


def _level_faults(entry: Mapping[Any, Any]) -> Iterator[Fault]:
    if "api" not in entry:
        if "narrow" in entry:
            yield Fault(("narrow",), "narrow: says why api leaves levels out, but there is no api")
        return
    said = str(entry["api"])
    levels = levels_of(said)
    if levels is None:
        yield Fault(("api",), f"api: must be like 26.., 26..30 or ..30, not {entry['api']!r}")
        return
    low, high = levels
    if not LOWEST <= low <= HIGHEST or not (high is None or LOWEST <= high <= HIGHEST):
        yield Fault(("api",), f"api: {said} is no API level: they run from {LOWEST} to {HIGHEST}")
    elif high is not None and high < low:
        yield Fault(("api",), f"api: {said} ends before it begins")
    if entry.get("from", "framework") != "framework":
        yield Fault(("api",), f"api: what comes from the {entry.get('from')} is not bound to an API level")


def _overload_faults(entry: Mapping[Any, Any]) -> Iterator[Fault]:
    overloads = entry.get("overloads", [])
    if not isinstance(overloads, list) or ("overloads" in entry and not overloads):
        yield Fault(("overloads",), "overloads: must be a list of signatures such as (int, java.lang.String)")
        return
    for place, overload in enumerate(overloads):
        if not isinstance(overload, str) or not _OVERLOAD.fullmatch(overload):
            yield Fault(("overloads", place), f"overloads: one is written like (int, java.lang.String), not {overload!r}")


def _when_faults(when: Any) -> Iterator[Fault]:
    if not isinstance(when, dict) or not when:
        yield Fault(("when",), "when: must be a mapping such as {arg1: android_id}")
        return
    for key, wanted in when.items():
        path = ("when", str(key))
        found = WHEN.fullmatch(str(key))
        parts = RECEIVER_PARTS if found and found.group(1) == "receiver" else PARTS
        if found is None or (found.group(2) or "") not in parts:
            yield Fault(path, f"when: {key!r} is neither argN, argN.PART nor receiver.PART with a PART of "
                              f"{', '.join(p for p in dict.fromkeys((*PARTS, *RECEIVER_PARTS)) if p)}")
        if isinstance(wanted, dict) and set(wanted) != {"not"}:
            yield Fault(path, f"when: {key}: only {{not: ...}} is known")
        elif not patterns(wanted) or not all(isinstance(p, str) and p for p in patterns(wanted)):
            yield Fault(path, f"when: {key}: patterns must be texts (write numbers in quotes)")


def patterns(wanted: Any) -> list[Any]:
    """The patterns of a condition, however it is written."""
    if isinstance(wanted, dict):
        wanted = wanted.get("not", [])
    return wanted if isinstance(wanted, list) else [wanted]


def levels_of(text: str) -> tuple[int, int | None] | None:
    """`26..30` -> (26, 30), `26..` -> (26, None), `30` -> (30, 30); None for anything else."""
    found = _API.fullmatch(text)
    if found is None or not text or text == "..":
        return None
    low, dots, high = found.groups()
    if dots is None:
        return (int(low), int(low))
    return (int(low or LOWEST), int(high) if high else None)
